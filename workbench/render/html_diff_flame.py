"""Both call trees of a diff as one flame graph in plain SVG: red boxes took more, blue ones less, and each says so with a sign."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from workbench.assets.payload_diff import MergedTree, merged_tree
from workbench.render.html_parts import html_text
from workbench.render.text_width import cut, visible

if TYPE_CHECKING:
    from workbench.render.diff_words import Wording

WIDTH, ROW, DEEPEST, NARROWEST = 960, 19, 16, 2.5
"""Pixels of the picture's width and of a row, rows, and the pixels from which on a box is drawn."""
_LETTER = 6.7
_MOST = 1_200
_INK = "#15191e"
_GREY = "#e3e5e8"
_MORE, _LESS = ("#fbd9d3", "#f4aca1", "#ea7d6f"), ("#d6e6f4", "#a6cbe8", "#74abd8")


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its node, depth, left edge and width in pixels, and the total amounts before and after."""

    node: int
    depth: int
    left: float
    width: float
    old: float
    new: float


def flame_svg(wording: Wording) -> str:
    """The picture; empty where there are no stacks. A box is as wide as the larger of the two amounts that go through it."""
    merged = merged_tree(wording.record)
    boxes = _boxes(merged)
    if not boxes:
        return ""
    height = (max(box.depth for box in boxes) + 1) * ROW
    drawn = "\n".join(_drawn(wording, merged, box) for box in boxes)
    label = "Flame graph of what changed: callers above, what they call below; + took more, - took less"
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-label="{label}" '
        f'style="max-width:100%;height:auto;font:11px ui-monospace,Menlo,Consolas,monospace">\n{drawn}\n</svg>'
    )


def _boxes(merged: MergedTree) -> list[Box]:
    tree = merged.tree.pruned(_MOST)
    old, new = tree.totals("before"), tree.totals("after")
    wide = [max(pair) for pair in zip(tree.own["before"], tree.own["after"], strict=True)]
    for at in range(len(wide) - 1, -1, -1):
        if tree.parent[at] >= 0:
            wide[tree.parent[at]] += wide[at]
    children: dict[int, list[int]] = {}
    for at, parent in enumerate(tree.parent):
        children.setdefault(parent, []).append(at)
    roots = children.get(-1, [])
    everything = sum(wide[root] for root in roots)
    if everything <= 0:
        return []
    scale, found = WIDTH / everything, list[Box]()
    pending = [(-1, 0, 0.0)]
    while pending:
        parent, depth, left = pending.pop()
        for at in sorted(children.get(parent, []), key=lambda at: (-wide[at], at)):
            width = wide[at] * scale
            if width >= NARROWEST and depth < DEEPEST:
                found.append(Box(tree.frame[at], depth, left, width, old[at], new[at]))
                pending.append((at, depth + 1, left))
            left += width
    return found


def _drawn(wording: Wording, merged: MergedTree, box: Box) -> str:
    name, change = _name(wording, merged, box.node), box.new - box.old
    said = wording.signed(change)
    label = cut(visible(f"{said} {name}" if change else name, 200), int((box.width - 6) / _LETTER))
    tip = f"{name}: {wording.amount(box.old)} -> {wording.amount(box.new)} ({said})"
    x, y, width = f"{box.left:.1f}", box.depth * ROW, f"{max(box.width - 1, 1):.1f}"
    text = f'<text x="{box.left + 3:.1f}" y="{y + 13}" fill="{_INK}">{escape(label)}</text>' if len(label) > 1 else ""
    fill = _fill(change, max(box.old, box.new))
    return (
        f'<g><title>{html_text(tip, 300)}</title><rect x="{x}" y="{y}" width="{width}" height="{ROW - 1}" rx="2" fill="{fill}"/>'
        f"{text}</g>"
    )


def _name(wording: Wording, merged: MergedTree, node: int) -> str:
    if node < 0:
        return "(small ones)"
    before, after = merged.frames[node]
    record = wording.record
    return record.after.frame_name(after) if after >= 0 else record.before.frame_name(before)


def _fill(change: float, most: float) -> str:
    part = abs(change) / most if most > 0 else 0.0
    if part < 0.05:
        return _GREY
    shade = 0 if part < 0.2 else 1 if part < 0.6 else 2
    return (_MORE if change > 0 else _LESS)[shade]
