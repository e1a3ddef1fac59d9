"""Counted lines as text: the source of each function with hits and times beside it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from workbench import units
from workbench.analysis.lines import LineRow, lines
from workbench.render.page import BOLD, DIM, Page, function_name
from workbench.render.text_table import Column, table
from workbench.render.text_width import visible, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.analysis.functions import FunctionRow
    from workbench.model.facts import Source

MOST_LINES = 60
"""Lines of one function that are written with all between them; of longer ones, and of modules, only the costliest that ran."""

FEW, CHEAP = 5, 0.005
"""Of these, lines with less than this share of it are left out where that leaves more than a few."""


def listing(page: Page) -> list[list[str]]:
    """A part for each of the functions that took most, `page.top` of them."""
    rows = [*page.found.functions, *page.found.others]
    by_function: dict[tuple[str, str], list[LineRow]] = {}
    for line in lines(page.recording):
        by_function.setdefault((line.file, line.function), []).append(line)
    title = "Lines, function by function; the time of a line is with all it calls"
    parts = [[page.paint(BOLD, title)]] if rows else [["No function was looked at."]]
    for number, row in enumerate(rows[: page.top], 1):
        parts.append(_function(page, number, row, by_function.get((row.file, row.function), [])))
    if len(rows) > page.top:
        parts.append([page.paint(DIM, f"and {units.count(len(rows) - page.top, 'more function')}")])
    return parts


def _function(page: Page, number: int, row: FunctionRow, counted: Sequence[LineRow]) -> list[str]:
    where = visible(page.places.line(row.file, row.line))
    if not any(line.hits for line in counted):
        return wrapped(f"f{number} {function_name(row.function)} · {where} · was never called", page.width, indent=4)
    took = f"{units.seconds(row.total_time)}, {units.share(row.share)} of the run"
    head = wrapped(f"f{number} {function_name(row.function)} · {where} · {took}", page.width, indent=4)
    columns = [
        *(Column("hits"), Column("time"), Column("per hit"), Column("% of it"), Column("line")),
        Column("source", "left", 1),
    ]
    shown = _with_between(page.recording.source(row.file), row, counted)
    body = [_cells(line, text, found, row.total_time) for line, text, found in shown]
    titles, *written = table(columns, body, page.width)
    painted = [
        page.heat(text, found.share if found is not None else 0.0)
        for text, (_, _, found) in zip(written, shown, strict=True)
    ]
    more = sum(1 for line in counted if line.hits) - sum(1 for _, _, found in shown if found is not None)
    rest = [page.paint(DIM, f"and {units.count(more, 'more line')} that took little")] if more else []
    return [*(page.paint(BOLD, line) for line in head), page.paint(DIM, titles), *painted, *rest]


def _with_between(
    source: Source | None, row: FunctionRow, rows: Sequence[LineRow]
) -> list[tuple[int, str, LineRow | None]]:
    """(line, text, counts) from a function's first line to its last that ran; counts are None for lines that did not."""
    counted = {line.line: line for line in rows if line.hits}
    last, first = max(counted), min(row.line, *counted)
    if source is None or last - first >= MOST_LINES or row.function == "<module>":
        costly = sorted(counted.values(), key=lambda line: -line.wall)[:MOST_LINES]
        kept = [line for at, line in enumerate(costly) if at < FEW or line.wall >= CHEAP * row.total_time]
        return [(line.line, line.source, line) for line in sorted(kept, key=lambda line: line.line)]
    return [(line, source.line(line), counted.get(line)) for line in range(first, last + 1)]


def _cells(line: int, text: str, counted: LineRow | None, whole: float) -> list[str]:
    source = visible(text.rstrip())
    if counted is None or not counted.hits:
        return ["", "", "", "", str(line), source]
    part = counted.wall / whole if whole > 0 else math.nan
    return [
        f"{counted.hits:,}",
        units.seconds(counted.wall),
        units.seconds(counted.wall / counted.hits),
        units.share(part) if math.isfinite(part) else "",
        str(line),
        source,
    ]
