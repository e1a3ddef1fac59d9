"""Several passes over one target as text: a row for each function and line, a column for what each engine says of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from workbench import units
from workbench.analysis.functions import whole
from workbench.analysis.joined import JoinedFunction, JoinedLine, joined_functions, joined_lines
from workbench.model.facts import Evidence
from workbench.render.page import BOLD, DIM, Page, function_name, plus_minus
from workbench.render.text_growth import signed
from workbench.render.text_table import Column, table
from workbench.render.text_width import visible, wrapped

if TYPE_CHECKING:
    from workbench.model.recording import Recording


def joined_listing(page: Page) -> list[list[str]]:
    """What each pass cost, then functions and lines with all passes side by side, at most `page.top` rows each."""
    return [_costs(page), _functions(page), _lines(page)]


def _costs(page: Page) -> list[str]:
    columns = [Column("engine", "left"), Column("ran"), Column("of that its own"), Column("how", "left", 1)]
    body = [
        [
            one.engine,
            units.seconds(one.duration),
            _weight(one),
            f"{visible(one.mechanism)}" + (f", {one.target.repeats:,} runs in a row" if one.target.repeats > 1 else ""),
        ]
        for one in page.recording.all_passes
    ]
    head, *rows = table(columns, body, page.width)
    return [page.paint(BOLD, "One pass under each engine by itself"), page.paint(DIM, head), *rows]


def _weight(recording: Recording) -> str:
    own = recording.cost.own / recording.duration if recording.duration else math.nan
    if recording.cost.method.endswith("scatter"):
        return "within scatter"
    return units.share(own) if math.isfinite(own) else ""


def _functions(page: Page) -> list[str]:
    rows = joined_functions(page.recording)[: page.top]
    if not rows:
        return ["No function of your own was seen at work."]
    kinds = seen(page.recording)
    columns = [
        *(Column(head, "left" if head == "±" else "right") for head, _ in function_cells(rows[0], kinds)),
        *(Column("function", "left", 1), Column("where", "left", 1, "end")),
    ]
    body = [
        [
            *(cell for _, cell in function_cells(row, kinds)),
            function_name(row.function),
            visible(page.places.line(row.file, row.line)),
        ]
        for row in rows
    ]
    head, *written = table(columns, body, page.width)
    painted = [
        page.heat(line, row.sampled.self_share if row.sampled else 0.0) for line, row in zip(written, rows, strict=True)
    ]
    title = "Your functions, by their share of the time with all they call, and by how much memory grew in them"
    return [*(page.paint(BOLD, line) for line in wrapped(title, page.width)), page.paint(DIM, head), *painted]


def function_cells(row: JoinedFunction, kinds: set[Evidence]) -> list[tuple[str, str]]:
    """(Heading, cell) for what the passes of these kinds say of a function."""
    counted, timed, sampled = row.counted, row.timed, row.sampled
    cells = (
        (Evidence.SAMPLES, "sample", units.share(sampled.share) if sampled else ""),
        (Evidence.SAMPLES, "±", plus_minus(sampled.plus_minus) if sampled else ""),
        (Evidence.CALLS, "cpu", units.share(counted.share) if counted else ""),
        (Evidence.CALLS, "calls", f"{counted.calls:,}" if counted and counted.calls is not None else ""),
        (Evidence.LINES, "lines", units.share(timed.share) if timed else ""),
        (Evidence.MEMORY, "memory", signed(row.grown.increment) if row.grown else ""),
    )
    return [(head, cell) for kind, head, cell in cells if kind in kinds]


def _lines(page: Page) -> list[str]:
    rows = joined_lines(page.recording)[: page.top]
    kinds, everything = seen(page.recording), whole(page.recording) or 1.0
    columns = [
        *([Column("here")] if Evidence.SAMPLES in kinds else []),
        *([Column("hits"), Column("per hit")] if Evidence.LINES in kinds else []),
        *([Column("memory")] if Evidence.MEMORY in kinds else []),
        *(Column("where", "left", 2, "end"), Column("source", "left", 3)),
    ]
    body = [
        [
            *(cell for kind, cell in _line_cells(row, everything) if kind in kinds),
            visible(page.places.line(row.file, row.line)),
            visible(row.source.strip()) or f"in {function_name(row.function)}",
        ]
        for row in rows
    ]
    head, *written = table(columns, body, page.width)
    painted = [
        page.heat(line, row.sampled.here / everything if row.sampled else 0.0)
        for line, row in zip(written, rows, strict=True)
    ]
    title = "Your lines, by the time they were the innermost of your code in the sampling"
    return (
        [*(page.paint(BOLD, line) for line in wrapped(title, page.width)), page.paint(DIM, head), *painted]
        if rows
        else []
    )


def _line_cells(row: JoinedLine, everything: float) -> tuple[tuple[Evidence, str], ...]:
    timed = row.timed
    return (
        (Evidence.SAMPLES, units.share(row.sampled.here / everything) if row.sampled else ""),
        (Evidence.LINES, f"{timed.hits:,}" if timed and timed.hits is not None else ""),
        (Evidence.LINES, units.seconds(timed.wall / timed.hits) if timed and timed.hits else ""),
        (Evidence.MEMORY, signed(row.grown.increment) if row.grown else ""),
    )


def seen(recording: Recording) -> set[Evidence]:
    """What the numbers of its passes rest on."""
    return {one.evidence for one in recording.all_passes}
