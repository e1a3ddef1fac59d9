"""A table of text: columns as wide as they need, the last ones as wide as there is room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from workbench.render.text_width import cells, cut, pad

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Column:
    """`head` is its heading; a `flexible` column shares, by `weight`, the room that the others leave."""

    head: str
    align: Literal["left", "right"] = "right"
    flexible: int = 0
    keep: Literal["start", "end"] = "start"


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """The heading and one line per row, none wider than `width` cells, with two spaces between columns.

    Columns whose cells and heading are all empty are left out.
    """
    used = [at for at, column in enumerate(columns) if column.head or any(row[at] for row in rows)]
    chosen = [columns[at] for at in used]
    body = [[row[at] for at in used] for row in rows]
    widths = _widths(chosen, body, width)
    lines = [_line(chosen, widths, [column.head for column in chosen])]
    return lines + [_line(chosen, widths, row) for row in body]


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    needs = [max([cells(column.head), *(cells(row[at]) for row in rows)]) for at, column in enumerate(columns)]
    room = (
        width
        - 2 * (len(columns) - 1)
        - sum(need for need, column in zip(needs, columns, strict=True) if not column.flexible)
    )
    pending = sorted((at for at, column in enumerate(columns) if column.flexible), key=lambda at: needs[at])
    parts = sum(columns[at].flexible for at in pending)
    for at in pending:
        fair = max(1, room * columns[at].flexible // parts)
        needs[at] = min(needs[at], fair)
        room, parts = room - needs[at], parts - columns[at].flexible
    return needs


def _line(columns: Sequence[Column], widths: Sequence[int], row: Sequence[str]) -> str:
    fitted = [
        pad(cut(text, width, keep=column.keep), width, column.align)
        for column, width, text in zip(columns, widths, row, strict=True)
    ]
    return "  ".join(fitted).rstrip()
