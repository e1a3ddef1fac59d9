"""A comparison as one card of plain HTML: the verdict, the points, the figures, the counter-example.

It needs neither scripts nor style sheets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.model.benchmark import Verdict
from workbench.render.compare_words import allowances, example, figures, headline, inputs, peak
from workbench.render.html_card import DIM, framed, two_columns
from workbench.render.html_parts import html_text
from workbench.render.points import svg

if TYPE_CHECKING:
    from workbench.model.comparison import Comparison

_COLORS = {Verdict.FASTER: "#2e8b57", Verdict.SLOWER: "#c0392b", Verdict.REFUSED: "#c0392b"}
_CODE = "font-family:ui-monospace,monospace;font-size:12px;white-space:pre-wrap;word-break:break-word"


def card(comparison: Comparison) -> str:
    """The whole answer as one HTML element."""
    color = _COLORS.get(comparison.verdict, "#8a8a8a")
    timed = comparison.benchmark
    parts = [
        f'<div style="{DIM}">{html_text(comparison.old, 80)} → {html_text(comparison.new, 80)}</div>',
        f'<div style="font-size:16px;font-weight:600;color:{color};margin:2px 0 4px">{html_text(headline(comparison), 600)}</div>',
        f"<div>{html_text(inputs(comparison.same))}</div>",
    ]
    if comparison.memory is not None:
        parts.append(f"<div>{html_text(peak(comparison.memory))}</div>")
    if comparison.said and comparison.verdict not in (Verdict.REFUSED, Verdict.CANNOT_DECIDE):
        parts.append(f"<div>{html_text(comparison.said)}</div>")
    parts.append(two_columns(example(comparison), _CODE))
    if timed is not None:
        parts += [f'<div style="margin:10px 0 2px">{svg(timed.points, timed.ratio)}</div>', two_columns(figures(timed))]
    beside = [*allowances(comparison.same), *comparison.notes, *(timed.notes if timed else ())]
    parts += [f'<div style="{DIM}">note: {html_text(note, 400)}</div>' for note in beside]
    parts.append(f'<div style="margin-top:8px"><b>Next</b> {html_text(comparison.next)}</div>')
    return framed(parts, color)


def page(comparison: Comparison) -> str:
    """The card as a whole page that opens anywhere."""
    title = html_text(f"{comparison.old} and {comparison.new}: {comparison.verdict}", 120)
    style = "body{margin:32px;background:#fff;color:#1c1c1c}@media(prefers-color-scheme:dark){body{background:#161616;color:#e6e6e6}}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f"<title>{title}</title><style>{style}</style></head><body>\n{card(comparison)}\n</body></html>\n"
    )
