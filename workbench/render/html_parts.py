"""Pieces of plain HTML that the static twins are made of: tables, bars, escaped text."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from workbench.render.text_width import cut, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BAR = 12
_CELL = "padding:2px 10px 2px 0;border:0;vertical-align:top;"
_LEFT, _RIGHT = f"{_CELL}text-align:left", f"{_CELL}text-align:right;white-space:nowrap"


def html_table(title: str, heads: Sequence[str], body: Iterable[Sequence[str]], sides: str) -> str:
    """`title` and `heads` are ours; the cells of `body` are HTML. `sides` has an l or r for each column."""

    def row(cells: Sequence[str], tag: str) -> str:
        styles = [_RIGHT if side == "r" else _LEFT for side in sides]
        return (
            "<tr>" + "".join(f'<{tag} style="{style}">{cell}</{tag}>' for style, cell in zip(styles, cells)) + "</tr>"
        )

    rows = "\n".join(row(cells, "td") for cells in body)
    return f'<p style="margin:8px 0 2px"><b>{title}</b></p>\n<table><thead>{row(heads, "th")}</thead><tbody>\n{rows}\n</tbody></table>\n'


def bar(share: float) -> str:
    """A share of one as a bar of block characters."""
    eighths = round(max(0.0, min(1.0, share)) * _BAR * 8)
    full, part = divmod(eighths, 8)
    drawn = "█" * full + (" ▏▎▍▌▋▊▉"[part].strip() if part else "")
    return f'<span style="color:#c77400">{drawn}</span>'


def html_text(text: str, width: int = 2_000) -> str:
    """Text made safe for HTML, cut to a width."""
    return escape(cut(visible(text), width))
