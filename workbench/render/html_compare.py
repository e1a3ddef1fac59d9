"""A comparison as one card of plain HTML: the verdict, the points, the figures, the counter-example.

It needs neither scripts nor style sheets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.model.benchmark import Verdict
from workbench.render.compare_words import allowances, example, figures, headline, inputs, peak
from workbench.render.html_parts import html_text
from workbench.render.points import svg

if TYPE_CHECKING:
    from workbench.model.comparison import Comparison

_COLORS = {Verdict.FASTER: "#2e8b57", Verdict.SLOWER: "#c0392b", Verdict.REFUSED: "#c0392b"}
_CARD = (
    "max-width:720px;border:1px solid rgba(128,128,128,.35);border-left:4px solid {color};border-radius:6px;padding:12px 16px;"
    "font-family:system-ui,sans-serif;font-size:13px;line-height:1.5"
)
_DIM = "opacity:.7"
_CELL = "font-size:13px;padding:1px 14px 1px 0;border:0;text-align:left;vertical-align:top"
_CODE = "font-family:ui-monospace,monospace;font-size:12px;white-space:pre-wrap;word-break:break-word"


def card(comparison: Comparison) -> str:
    """The whole answer as one HTML element."""
    color = _COLORS.get(comparison.verdict, "#8a8a8a")
    timed = comparison.benchmark
    parts = [
        f'<div style="{_DIM}">{html_text(comparison.old, 80)} → {html_text(comparison.new, 80)}</div>',
        f'<div style="font-size:16px;font-weight:600;color:{color};margin:2px 0 4px">{html_text(headline(comparison), 600)}</div>',
        f"<div>{html_text(inputs(comparison.same))}</div>",
    ]
    if comparison.memory is not None:
        parts.append(f"<div>{html_text(peak(comparison.memory))}</div>")
    if comparison.said and comparison.verdict not in (Verdict.REFUSED, Verdict.CANNOT_DECIDE):
        parts.append(f"<div>{html_text(comparison.said)}</div>")
    parts.append(_rows(example(comparison), _CODE))
    if timed is not None:
        parts += [f'<div style="margin:10px 0 2px">{svg(timed)}</div>', _rows(figures(timed), "")]
    beside = [*allowances(comparison.same), *comparison.notes, *(timed.notes if timed else ())]
    parts += [f'<div style="{_DIM}">note: {html_text(note, 400)}</div>' for note in beside]
    parts.append(f'<div style="margin-top:8px"><b>Next</b> {html_text(comparison.next)}</div>')
    inner = "\n".join(part for part in parts if part)
    return f'<div class="tex2jax_ignore mathjax_ignore" style="{_CARD.format(color=color)}">\n{inner}\n</div>'


def _rows(rows: list[tuple[str, str]], style: str) -> str:
    if not rows:
        return ""
    left, right = f"{_CELL};white-space:nowrap;{_DIM}", f"{_CELL};{style}"
    body = "".join(
        f'<tr><td style="{left}">{html_text(name)}</td><td style="{right}">{html_text(value, 400)}</td></tr>'
        for name, value in rows
    )
    return f'<table style="margin:8px 0;border-collapse:collapse"><tbody>{body}</tbody></table>'


def page(comparison: Comparison) -> str:
    """The card as a whole page that opens anywhere."""
    title = html_text(f"{comparison.old} and {comparison.new}: {comparison.verdict}", 120)
    style = "body{margin:32px;background:#fff;color:#1c1c1c}@media(prefers-color-scheme:dark){body{background:#161616;color:#e6e6e6}}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f"<title>{title}</title><style>{style}</style></head><body>\n{card(comparison)}\n</body></html>\n"
    )
