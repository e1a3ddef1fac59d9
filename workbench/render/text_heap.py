"""Allocated memory as text: who held it at the peak, who holds it at the end, who allocated most."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from workbench import units
from workbench.analysis.heap import Amounts, by_measure, heap_lines, heap_measures, heap_whole
from workbench.render.page import BOLD, DIM, Page, function_name
from workbench.render.text_table import Column, table
from workbench.render.text_width import visible

if TYPE_CHECKING:
    from workbench.analysis.heap import HeapLine
    from workbench.model.recording import Recording

SLIGHT = 0.001
"""Lines with less than this share of a measure are summed up in words."""


def heap_listing(page: Page) -> list[list[str]]:
    """A table per measure, `page.top` lines each."""
    rows, whole = heap_lines(page.recording), heap_whole(page.recording)
    measures = [name for name in heap_measures(page.recording) if name != "temporary"]
    if not any(whole.of(name) > 0 for name in measures):
        return [["Nothing was allocated that an allocator was asked for."]]
    return [_measure(page, name, by_measure(rows, name), whole) for name in measures if whole.of(name) > 0]


def measure_title(recording: Recording, measure: str) -> str:
    """What a table of one measure is about, in words, with its sum."""
    whole = heap_whole(recording)
    size, count = units.size(round(whole.of(measure))), whole.blocks(measure)
    blocks = f" in {units.count(round(count), 'allocation')}" if math.isfinite(count) else ""
    if measure == "peak":
        return f"Who held memory at the peak: {size}{blocks}"
    if measure == "held":
        return f"Who still held memory at the end: {size}{blocks}"
    return f"Who allocated most: {size}{blocks}{_churn(whole)}"


def block_count(row: HeapLine, measure: str) -> str:
    """In how many allocations; empty where that is not known."""
    count = row.here.blocks(measure)
    return f"{round(count):,}" if math.isfinite(count) else ""


def _churn(whole: Amounts) -> str:
    if not math.isfinite(whole.temporary) or not whole.temporary:
        return ""
    return f", {units.size(round(whole.temporary))} of it freed again at once"


def _measure(page: Page, measure: str, rows: list[HeapLine], whole: Amounts) -> list[str]:
    all_of_it = whole.of(measure)
    shown = [row for row in rows[: page.top] if row.here.of(measure) >= SLIGHT * all_of_it]
    churn = measure == "allocated" and math.isfinite(whole.temporary)
    columns = [
        *(Column("size"), Column("share"), Column("allocations")),
        *([Column("freed at once")] if churn else []),
        *(Column("where", "left", 2, "end"), Column("source", "left", 3)),
    ]
    head, *lines = table(columns, [_cells(page, row, measure, all_of_it, churn=churn) for row in shown], page.width)
    painted = [page.heat(line, row.here.of(measure) / all_of_it) for line, row in zip(lines, shown, strict=True)]
    rest = rows[len(shown) :]
    more = sum(row.here.of(measure) for row in rest)
    said = f"and {units.count(len(rest), 'more line')}, {units.size(round(more))}"
    return [
        page.paint(BOLD, measure_title(page.recording, measure)),
        page.paint(DIM, head),
        *painted,
        *([page.paint(DIM, said)] if rest else []),
    ]


def _cells(page: Page, row: HeapLine, measure: str, whole: float, *, churn: bool) -> list[str]:
    size = row.here.of(measure)
    return [
        units.size(round(size)),
        units.share(size / whole),
        block_count(row, measure),
        *([units.share(row.here.temporary / size)] if churn else []),
        visible(page.places.line(row.file, row.line)) if row.file else "",
        visible(row.source.strip()) or f"in {function_name(row.function)}",
    ]
