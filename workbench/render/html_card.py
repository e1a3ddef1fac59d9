"""The card that an answer is shown on: a frame with a coloured edge, and rows of names and values within. Plain HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.render.html_parts import html_text

if TYPE_CHECKING:
    from collections.abc import Iterable

DIM = "opacity:.7"
_CARD = (
    "max-width:720px;border:1px solid rgba(128,128,128,.35);border-left:4px solid {color};border-radius:6px;padding:12px 16px;"
    "font-family:system-ui,sans-serif;font-size:13px;line-height:1.5"
)
_CELL = "font-size:13px;padding:1px 14px 1px 0;border:0;text-align:left;vertical-align:top"


def framed(parts: Iterable[str], color: str) -> str:
    """Pieces of HTML, one below the other, on a card with an edge of that colour; empty ones are left out."""
    inner = "\n".join(part for part in parts if part)
    return f'<div class="tex2jax_ignore mathjax_ignore" style="{_CARD.format(color=color)}">\n{inner}\n</div>'


def two_columns(rows: list[tuple[str, str]], style: str = "") -> str:
    """Names and values as a table, the values in `style`; empty where there are none."""
    if not rows:
        return ""
    left, right = f"{_CELL};white-space:nowrap;{DIM}", f"{_CELL};{style}"
    body = "".join(
        f'<tr><td style="{left}">{html_text(name)}</td><td style="{right}">{html_text(value, 400)}</td></tr>'
        for name, value in rows
    )
    return f'<table style="margin:8px 0;border-collapse:collapse"><tbody>{body}</tbody></table>'
