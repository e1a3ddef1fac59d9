"""asyncio tasks as text: where they waited, what each kind of them did, what blocked the loop, what did not end well."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench import units
from workbench.analysis.tasks import AwaitRow, SliceRow, TaskRow, awaits, most_at_once, slices, tasks
from workbench.model.tables import Outcome
from workbench.render.page import BOLD, DIM, Page, function_name
from workbench.render.text_table import Column, table
from workbench.render.text_width import cut, visible, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.model.recording import Recording

ENDED = {
    Outcome.PENDING: "never ended",
    Outcome.DONE: "done",
    Outcome.FAILED: "failed",
    Outcome.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """All own tasks of one coroutine function: sums of their times in seconds, and the longest any was kept from going on."""

    function: str
    file: str
    line: int
    count: int
    running: float
    ready: float
    waiting: float
    longest_ready: float
    ended: str


def tasks_listing(page: Page) -> list[list[str]]:
    """The parts, most telling first; those with nothing to tell are left out."""
    own = [row for row in tasks(page.recording) if row.own]
    if not own:
        return [["No task of yours ran: nothing was awaited under asyncio, or its loop was not seen."]]
    return [
        _headline(page, own),
        _blocked(page, slices(page.recording)),
        _awaits(page, [row for row in awaits(page.recording) if row.waiting > 0]),
        _kinds(page, kinds(own)),
        _bad(page, [row for row in own if row.outcome in (Outcome.FAILED, Outcome.CANCELLED, Outcome.PENDING)]),
    ]


def headline(recording: Recording, own: Sequence[TaskRow]) -> str:
    """How many tasks there were, how they ended, how many at once."""
    counts = {outcome: sum(row.outcome is outcome for row in own) for outcome in Outcome}
    ends = [f"{counts[outcome]:,} {ENDED[outcome]}" for outcome in Outcome if counts[outcome]]
    others = len(recording.tasks) - len(own)
    rest = f"; and {units.count(others, 'task')} of the kernel or of libraries, not shown" if others else ""
    return f"{units.count(len(own), 'task')}: {', '.join(ends)}; at most {most_at_once(recording):,} at once{rest}"


def kinds(own: Sequence[TaskRow]) -> list[Kind]:
    """The tasks by the function of their coroutine, those that kept the loop busiest first."""
    grouped: dict[tuple[str, int, str], list[TaskRow]] = {}
    for row in own:
        grouped.setdefault((row.file, row.line, row.function), []).append(row)
    found = [
        Kind(
            function=function,
            file=file,
            line=line,
            count=len(rows),
            running=math.fsum(row.running for row in rows),
            ready=math.fsum(row.ready for row in rows),
            waiting=math.fsum(row.waiting for row in rows),
            longest_ready=max(row.longest_ready for row in rows),
            ended=_ends(rows),
        )
        for (file, line, function), rows in grouped.items()
    ]
    return sorted(found, key=lambda kind: (-kind.running, -kind.waiting, kind.function))


def _ends(rows: Sequence[TaskRow]) -> str:
    bad = {outcome: sum(row.outcome is outcome for row in rows) for outcome in Outcome if outcome is not Outcome.DONE}
    return ", ".join(f"{count:,} {ENDED[outcome]}" for outcome, count in bad.items() if count)


def _headline(page: Page, own: Sequence[TaskRow]) -> list[str]:
    return [page.paint(BOLD, line) for line in wrapped(headline(page.recording, own), page.width, indent=2)]


def _blocked(page: Page, rows: Sequence[SliceRow]) -> list[str]:
    if not rows:
        return []
    columns = [
        *(Column("for"), Column("at"), Column("who", "left", 1)),
        *(Column("where", "left", 2, "end"), Column("source", "left", 3)),
    ]
    body = [
        [
            units.seconds(row.seconds),
            units.seconds(row.start),
            function_name(row.name),
            visible(page.places.line(row.file, row.line)) if row.file else "not met",
            visible(row.source.strip()) or (f"in {function_name(row.function)}" if row.function else ""),
        ]
        for row in rows[: page.top]
    ]
    head, *lines = table(columns, body, page.width)
    more = rows[page.top :]
    said = f"and {units.count(len(more), 'more time')}, {units.seconds(math.fsum(row.seconds for row in more))}"
    return [
        page.paint(BOLD, "What blocked the loop: nothing else could run meanwhile"),
        page.paint(DIM, head),
        *(page.heat(line, 1.0) for line in lines),
        *([page.paint(DIM, said)] if more else []),
    ]


def _awaits(page: Page, rows: Sequence[AwaitRow]) -> list[str]:
    if not rows:
        return []
    columns = [
        *(Column("waited"), Column("longest"), Column("times"), Column("tasks"), Column("for", "left")),
        *(Column("where", "left", 2, "end"), Column("source", "left", 3)),
    ]
    body = [
        [
            units.seconds(row.waiting),
            units.seconds(row.longest),
            f"{row.count:,}",
            f"{row.tasks:,}",
            cut(visible(row.on), 24),
            visible(page.places.line(row.file, row.line)),
            visible(row.source.strip()) or f"in {function_name(row.function)}",
        ]
        for row in rows[: page.top]
    ]
    head, *lines = table(columns, body, page.width)
    more = rows[page.top :]
    said = f"and {units.count(len(more), 'more line')}, {units.seconds(math.fsum(row.waiting for row in more))}"
    return [
        page.paint(BOLD, "Where tasks waited; the times of tasks that waited beside each other add up"),
        page.paint(DIM, head),
        *lines,
        *([page.paint(DIM, said)] if more else []),
    ]


def _kinds(page: Page, rows: Sequence[Kind]) -> list[str]:
    columns = [
        *(Column("tasks"), Column("running"), Column("ready"), Column("longest"), Column("waiting")),
        *(Column("coroutine", "left", 1), Column("where", "left", 1, "end"), Column("", "left")),
    ]
    body = [
        [
            f"{row.count:,}",
            units.seconds(row.running),
            units.seconds(row.ready),
            units.seconds(row.longest_ready),
            units.seconds(row.waiting),
            function_name(row.function),
            visible(page.places.line(row.file, row.line)),
            row.ended,
        ]
        for row in rows[: page.top]
    ]
    head, *lines = table(columns, body, page.width)
    more = len(rows) - page.top
    return [
        page.paint(BOLD, "Your tasks by coroutine: at work, ready but kept from going on by others, waiting"),
        page.paint(DIM, head),
        *lines,
        *([page.paint(DIM, f"and {units.count(more, 'more coroutine')}")] if more > 0 else []),
    ]


def _bad(page: Page, rows: Sequence[TaskRow]) -> list[str]:
    if not rows:
        return []
    rows = sorted(rows, key=lambda row: (row.outcome is not Outcome.FAILED, row.outcome, row.start))
    columns = [Column("task", "left", 1), Column("how", "left"), Column("after"), Column("why", "left", 2)]
    body = [
        [
            f"{visible(row.name)} {function_name(row.function)}",
            ENDED[row.outcome],
            units.seconds(row.end - row.start) if math.isfinite(row.end) else "",
            visible(row.error),
        ]
        for row in rows[: page.top]
    ]
    head, *lines = table(columns, body, page.width)
    more = len(rows) - page.top
    return [
        page.paint(BOLD, "Tasks that did not come to their end"),
        page.paint(DIM, head),
        *lines,
        *([page.paint(DIM, f"and {units.count(more, 'more task')}")] if more > 0 else []),
    ]
