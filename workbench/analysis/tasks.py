"""asyncio tasks: what each did with its time, where tasks waited and for what, what blocked the loop, how many there were at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from workbench.analysis.ownership import Owner, innermost_own, own_tasks, owners
from workbench.analysis.tree import binned
from workbench.model.tables import Outcome, TaskState

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.model.recording import Recording


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task. Times are seconds: `running` at work, `ready` to go on while the loop did something else, `waiting` for something.

    `longest_ready` is the longest it was kept from going on at once. `end` is NaN while it had not ended. `own` says whether it runs,
    was made by, or waits in own code: a kernel's or a library's service tasks are not.
    """

    task: int
    name: str
    function: str
    file: str
    line: int
    frame: int
    parent: int
    start: float
    end: float
    outcome: Outcome
    error: str
    running: float
    ready: float
    waiting: float
    longest_ready: float
    own: bool


@dataclass(frozen=True, slots=True)
class AwaitRow:
    """One line at which tasks waited, by what they waited for (`on`): `count` waits of `tasks` tasks, `waiting` seconds in all.

    `longest` is the longest of them; `ready` is how long they were ready to go on from there before they could. The line is the innermost
    one of own code.
    """

    frame: int
    file: str
    line: int
    source: str
    function: str
    owner: Owner
    on: str
    tasks: int
    count: int
    waiting: float
    longest: float
    ready: float


@dataclass(frozen=True, slots=True)
class SliceRow:
    """A stretch in which a loop could do nothing else: when it began, how long, who (`name`), and the innermost own line it was met
    at most (file empty where it was not met)."""

    start: float
    seconds: float
    name: str
    task: int
    frame: int
    file: str
    line: int
    source: str
    function: str


def tasks(recording: Recording) -> list[TaskRow]:
    """All tasks in the order they were met."""
    table, own = recording.tasks, own_tasks(recording)
    sums = {state: _sums(recording, state) for state in TaskState}
    ready = np.zeros(len(table))
    at = recording.waits.state == TaskState.READY
    np.maximum.at(ready, recording.waits.task[at], recording.waits.longest[at])
    return [
        TaskRow(
            task=task,
            name=recording.strings[int(table.name[task])],
            function=recording.frame_name(int(table.frame[task])),
            file=recording.frame_file(int(table.frame[task])),
            line=int(recording.frames.line[int(table.frame[task])]),
            frame=int(table.frame[task]),
            parent=int(table.parent[task]),
            start=float(table.start[task]),
            end=float(table.end[task]),
            outcome=Outcome(int(table.outcome[task])),
            error=recording.strings[int(table.error[task])],
            running=float(sums[TaskState.RUNNING][task]),
            ready=float(sums[TaskState.READY][task]),
            waiting=float(sums[TaskState.WAITING][task]),
            longest_ready=float(ready[task]),
            own=bool(own[task]),
        )
        for task in range(len(table))
    ]


@dataclass(slots=True)
class _Sum:
    frame: int
    tasks: set[int] = field(default_factory=set)
    count: int = 0
    waiting: float = 0.0
    longest: float = 0.0
    ready: float = 0.0


def awaits(recording: Recording) -> list[AwaitRow]:
    """Where own tasks waited, from most time to least; waits of which no place is known are left out."""
    own = own_tasks(recording)
    inner, stacks, frames = innermost_own(recording), recording.stacks, recording.frames
    sums: dict[tuple[int, int, int], _Sum] = {}
    for task, state, stack, on, count, seconds, longest in zip(
        *(column.tolist() for column in recording.waits.columns().values()), strict=True
    ):
        if stack < 0 or state == TaskState.RUNNING or not own[task]:
            continue
        node = int(inner[stack]) if inner[stack] >= 0 else stack
        frame = int(stacks.frame[node])
        found = sums.setdefault((int(frames.file[frame]), int(stacks.line[node]), on), _Sum(frame))
        if state == TaskState.READY:
            found.ready += seconds
            continue
        found.tasks.add(task)
        found.count += count
        found.waiting += seconds
        found.longest = max(found.longest, longest)
    texts, owner = _texts(recording), owners(recording)
    rows = [
        AwaitRow(
            frame=found.frame,
            file=(file := recording.strings[at]),
            line=line,
            source=_source(texts, file, line),
            function=recording.frame_name(found.frame),
            owner=owner[found.frame],
            on=recording.strings[on],
            tasks=len(found.tasks),
            count=found.count,
            waiting=found.waiting,
            longest=found.longest,
            ready=found.ready,
        )
        for (at, line, on), found in sums.items()
    ]
    return sorted(rows, key=lambda row: (-row.waiting, row.file, row.line))


def slices(recording: Recording) -> list[SliceRow]:
    """What blocked the loop, the longest first."""
    inner, texts = innermost_own(recording), _texts(recording)
    rows = []
    for task, name, stack, start, seconds in zip(
        *(column.tolist() for column in recording.slices.columns().values()), strict=True
    ):
        node = -1 if stack < 0 else int(inner[stack]) if inner[stack] >= 0 else stack
        frame = int(recording.stacks.frame[node]) if node >= 0 else -1
        line = int(recording.stacks.line[node]) if node >= 0 else 0
        file = recording.frame_file(frame) if frame >= 0 else ""
        function = recording.frame_name(frame) if frame >= 0 else ""
        source = _source(texts, file, line)
        rows.append(SliceRow(start, seconds, recording.strings[name], task, frame, file, line, source, function))
    return sorted(rows, key=lambda row: -row.seconds)


def concurrency(recording: Recording, points: int) -> dict[TaskState, NDArray[np.float64]]:
    """How many own tasks were in each state, on average, in each of `points` equal parts of the run."""
    own, spans = own_tasks(recording), recording.spans
    width = recording.duration / points if recording.duration else 1.0
    found = {}
    for state in TaskState:
        at = (spans.state == state) & own[spans.task]
        edges = (spans.start[at], spans.start[at] + spans.seconds[at])
        begin, end = (np.clip(edge, 0.0, recording.duration) / width for edge in edges)
        found[state] = _coverage(begin, end, points)
    return found


def most_at_once(recording: Recording) -> int:
    """How many own tasks there were at the most at one time."""
    own, table = own_tasks(recording), recording.tasks
    begins = table.start[own]
    ends = np.where(np.isnan(table.end[own]), np.inf, table.end[own])
    times = np.concatenate([begins, ends])
    steps = np.concatenate([np.ones(len(begins)), -np.ones(len(ends))])
    order = np.lexsort((steps, times))
    return int(np.cumsum(steps[order]).max(initial=0))


def _coverage(begin: NDArray[np.float64], end: NDArray[np.float64], points: int) -> NDArray[np.float64]:
    """For each unit cell 0 to `points`, how much of it the intervals cover together."""
    total = np.zeros(points + 1)
    for sign, edge in ((1.0, begin), (-1.0, end)):
        clipped = np.clip(edge, 0, points)
        cell = np.minimum(clipped.astype(np.int64), points - 1)
        inside = clipped - cell
        np.add.at(total, cell, sign * (1 - inside))
        np.add.at(total, cell + 1, sign * inside)
    return np.cumsum(total)[:points]


def _sums(recording: Recording, state: TaskState) -> NDArray[np.float64]:
    waits = recording.waits
    at = waits.state == state
    return binned(waits.task[at], waits.seconds[at], len(recording.tasks))


def _texts(recording: Recording) -> dict[str, list[str]]:
    return {source.file: source.lines() for source in recording.sources}


def _source(texts: dict[str, list[str]], file: str, line: int) -> str:
    text = texts.get(file, [])
    return text[line - 1] if 0 < line <= len(text) else ""
