"""Memory per line as text: the source of each function with what process memory did beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench import units
from workbench.analysis.growth import FunctionGrowth, GrowthRow, growth_functions
from workbench.render.page import BOLD, DIM, Page, function_name
from workbench.render.text_listing import MOST_LINES
from workbench.render.text_table import Column, table
from workbench.render.text_width import visible, wrapped

if TYPE_CHECKING:
    from workbench.model.facts import Source


def growth_listing(page: Page) -> list[list[str]]:
    """A part for each of the functions in which memory grew most, `page.top` of them."""
    rows = growth_functions(page.recording)
    title = "Memory, function by function; the increment of a line is with all it calls"
    parts = [[page.paint(BOLD, title)]] if rows else [["No function was looked at."]]
    parts += [_function(page, number, row) for number, row in enumerate(rows[: page.top], 1)]
    if len(rows) > page.top:
        parts.append([page.paint(DIM, f"and {units.count(len(rows) - page.top, 'more function')}")])
    return parts


def _function(page: Page, number: int, row: FunctionGrowth) -> list[str]:
    name = f"f{number} {function_name(row.function)} · {visible(page.places.line(row.file, row.line))}"
    if not any(line.hits for line in row.lines):
        return wrapped(f"{name} · was never called", page.width, indent=4)
    head = wrapped(f"{name} · grew by {signed(row.increment)}, peak {units.size(row.peak)}", page.width, indent=4)
    columns = [
        *(Column("hits"), Column("increment"), Column("memory"), Column("line")),
        Column("source", "left", 1),
    ]
    shown = _with_between(page.recording.source(row.file), row)
    titles, *written = table(columns, [_cells(*line) for line in shown], page.width)
    most = max((line.increment for line in row.lines), default=0)
    painted = [
        page.heat(text, found.increment / most if found is not None and most > 0 else 0.0)
        for text, (_, _, found) in zip(written, shown, strict=True)
    ]
    more = sum(1 for line in row.lines if line.hits) - sum(1 for _, _, found in shown if found is not None)
    rest = [page.paint(DIM, f"and {units.count(more, 'more line')} with small increments")] if more else []
    return [*(page.paint(BOLD, line) for line in head), page.paint(DIM, titles), *painted, *rest]


def signed(increment: int) -> str:
    """An increment: `+12.0 MiB`, `-4.00 KiB`, `0 B`."""
    return f"+{units.size(increment)}" if increment > 0 else units.size(increment)


def _with_between(source: Source | None, row: FunctionGrowth) -> list[tuple[int, str, GrowthRow | None]]:
    ran = {line.line: line for line in row.lines if line.hits}
    first, last = min(row.line, *ran), max(ran)
    if source is None or last - first >= MOST_LINES or row.function == "<module>":
        kept = sorted(ran.values(), key=lambda line: -abs(line.increment))[:MOST_LINES]
        grown = [line for at, line in enumerate(kept) if at < 5 or line.increment]
        return [(line.line, line.source, line) for line in sorted(grown, key=lambda line: line.line)]
    return [(line, source.line(line), ran.get(line)) for line in range(first, last + 1)]


def _cells(line: int, text: str, found: GrowthRow | None) -> list[str]:
    source = visible(text.rstrip())
    if found is None:
        return ["", "", "", str(line), source]
    increment = signed(found.increment) if found.increment else "·"
    return [f"{found.hits:,}", increment, units.size(found.peak), str(line), source]
