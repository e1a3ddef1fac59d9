"""Recordings of several processes added up in one, each process's stacks under a row of its own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.model.builder import ROOT, RecordingBuilder
from workbench.model.tables import FrameKind, HeapTable, Outcome, TaskState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from workbench.model.facts import Source
    from workbench.model.recording import Recording
    from workbench.model.tables import SampleTable

    Counts = tuple[int, int, float, float]
    """Calls, primitive calls, own and total seconds."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a process's rows go: below the synthetic frame `row`, where it has one; its threads' names after `prefix`, its times later
    by `shift` seconds. `folded`: all samples of a thread that have the same stack become one. `files` are those of functions, by file,
    qualified name and first line as the process has them, that are known by another file."""

    row: str = ""
    prefix: str = ""
    shift: float = 0.0
    folded: bool = False
    files: Mapping[tuple[str, str, int], str] = field(default_factory=dict)


_HEAP_COUNTS = tuple(HeapTable.dtypes())[2:]

MAIN = Place()
"""The place of the process whose recording it is: all of it stays as it was."""


class Union:
    """Adds recordings of the same engine up. What was counted of the same function or line is one number for all processes.

    The timeline of memory is that of the recording at MAIN.
    """

    def __init__(self) -> None:
        self._builder = RecordingBuilder()
        self._functions: dict[int, Counts] = {}
        self._calls: dict[tuple[int, int], Counts] = {}
        self._ran: set[int] = set()
        self._never_ran: dict[int, Callable[[], None]] = {}
        self._packages: dict[tuple[str, str], None] = {}
        self._cpu = 0.0
        self._samples = 0
        self._end = 0.0

    def add(self, recording: Recording, place: Place = MAIN) -> None:
        """Take in one process's recording."""
        into = self._builder
        root = into.stack(ROOT, self._row(place), 0) if place.row and len(recording.stacks) else ROOT
        move = _Move.into(into, recording, root, place)
        self._add_samples(recording, move, place)
        self._add_calls(recording, move, place)
        for frame, line, hits, time in _rows(recording.lines, frame=move.frames):
            self._counted(frame, hits, partial(into.line, frame, line, hits, time))
        for frame, line, hits, *counts in _rows(recording.growth, frame=move.frames):
            self._counted(frame, hits, partial(into.growth, frame, line, hits, *counts))
        for stack, thread, *numbers in _rows(recording.heap, stack=move.stacks, thread=move.threads):
            known = {name: value for name, value in zip(_HEAP_COUNTS, numbers, strict=True) if value == value}  # noqa: PLR0124
            into.heap(stack, thread, **known)
        _add_tasks(into, recording, move, place.shift)
        for source in recording.sources:
            into.source(source)
        if place is MAIN:
            for time, rss, heap in _rows(recording.timeline):
                into.memory(time, rss, heap)
            for sentence in recording.notes:
                into.note(sentence)
        self._packages.update(dict.fromkeys(recording.environment.packages))
        self._cpu += recording.cpu
        self._samples += recording.cost.samples
        self._end = max(self._end, place.shift + recording.duration)

    def source(self, source: Source) -> None:
        """A source text; the first one given for a file stays."""
        self._builder.source(source)

    def note(self, sentence: str) -> None:
        """A sentence for the reader."""
        self._builder.note(sentence)

    def build(self, main: Recording, method: str = "") -> Recording:
        """The sum, with the facts of the main process around it. It lasts until the last process ended, and its processor time and number
        of samples are those of all; `method` is added to how its cost was found."""
        for frame, put in self._never_ran.items():
            if frame not in self._ran:
                put()
        for frame, counts in self._functions.items():
            self._builder.function(frame, *counts)
        for (caller, callee), counts in self._calls.items():
            self._builder.call(caller, callee, *counts)
        cost = main.cost
        return self._builder.build(
            engine=main.engine,
            mechanism=main.mechanism,
            target=main.target,
            started=main.started,
            duration=self._end,
            cpu=self._cpu,
            environment=replace(main.environment, packages=tuple(sorted(self._packages))),
            evidence=main.evidence,
            cost=replace(cost, samples=self._samples, method=cost.method + method),
            error=main.error,
        )

    def _counted(self, frame: int, hits: int, put: Callable[[], None]) -> None:
        """A function that ran nowhere has one row without hits; one that ran in some process only those of its lines."""
        if hits:
            self._ran.add(frame)
            put()
        else:
            self._never_ran.setdefault(frame, put)

    def _row(self, place: Place) -> int:
        return self._builder.frame(place.row, "", 0, FrameKind.SYNTHETIC)

    def _add_samples(self, recording: Recording, move: _Move, place: Place) -> None:
        table = recording.samples
        samples = _folded(table) if place.folded else _rows(table)
        for stack, thread, start, *split in samples:
            self._builder.sample(move.stacks[stack], move.threads[thread], max(start + place.shift, 0.0), *split)

    def _add_calls(self, recording: Recording, move: _Move, place: Place) -> None:
        for frame, *counts in _rows(recording.functions, frame=move.frames):
            _count(self._functions, frame, counts)
        for caller, callee, *counts in _rows(recording.calls, caller=move.frames, callee=move.frames):
            _count(self._calls, (caller, callee), counts)
        if place.row and len(recording.functions):
            row = self._row(place)
            whole = float(recording.functions.self_time.sum())
            _count(self._functions, row, (1, 1, 0.0, whole))
            for frame, *counts in _entered(recording):
                _count(self._calls, (row, move.frames[frame]), counts)


def noted(recording: Recording, sentence: str) -> Recording:
    """The same recording with one more note."""
    return recording if sentence in recording.notes else replace(recording, notes=(*recording.notes, sentence))


@dataclass(frozen=True, slots=True)
class _Move:
    """The indices of a recording's rows in the builder, by those they had."""

    frames: list[int]
    stacks: list[int]
    threads: list[int]

    @classmethod
    def into(cls, builder: RecordingBuilder, recording: Recording, root: int, place: Place) -> _Move:
        texts = recording.strings
        frames = [
            builder.frame(name, place.files.get((file, name, line), file), line, FrameKind(kind))
            for name, file, line, kind in (
                (texts[name], texts[file], line, kind) for name, file, line, kind in _rows(recording.frames)
            )
        ]
        stacks: list[int] = []
        for parent, frame, line in _rows(recording.stacks, frame=frames):
            stacks.append(builder.stack(root if parent == ROOT else stacks[parent], frame, line))
        return cls(frames, stacks, [builder.thread(place.prefix + name) for name in recording.threads])

    def stack(self, node: int) -> int:
        """Of a node that may be none."""
        return node if node == ROOT else self.stacks[node]


def _add_tasks(into: RecordingBuilder, recording: Recording, move: _Move, shift: float) -> None:
    texts, tasks = recording.strings, list[int]()
    for name, frame, thread, parent, created, start, end, outcome, error in _rows(recording.tasks):
        task = into.task(
            texts[name],
            move.frames[frame],
            move.threads[thread],
            max(start + shift, 0.0),
            end + shift,
            Outcome(outcome),
            error=texts[error],
            parent=ROOT if parent == ROOT else tasks[parent],
            created=move.stack(created),
        )
        tasks.append(task)
    for task, state, stack, on, *counts in _rows(recording.waits, task=tasks):
        into.wait(task, TaskState(state), move.stack(stack), texts[on], *counts)
    for task, state, start, seconds in _rows(recording.spans, task=tasks):
        into.span(task, TaskState(state), max(start + shift, 0.0), seconds)
    for task, name, stack, start, seconds in _rows(recording.slices):
        whose = ROOT if task == ROOT else tasks[task]
        into.slice(whose, texts[name], move.stack(stack), max(start + shift, 0.0), seconds)


def _rows(table: Any, **moves: list[int]) -> Iterator[tuple[Any, ...]]:
    """The table's rows as plain numbers, the columns in `moves` with their new indices."""
    columns = (
        [moves[name][index] for index in column.tolist()] if name in moves else column.tolist()
        for name, column in table.columns().items()
    )
    return zip(*columns, strict=True)


def _folded(samples: SampleTable) -> Iterator[tuple[Any, ...]]:
    """One row for all samples of a stack and thread, with their sums, from when the first began."""
    key = samples.stack.astype(np.int64) << 32 | samples.thread.astype(np.int64)
    unique, label = np.unique(key, return_inverse=True)
    start = np.full(len(unique), np.inf)
    np.minimum.at(start, label, samples.start)
    sums = [np.bincount(label, column, len(unique)) for column in (samples.python, samples.native, samples.waiting)]
    where: list[NDArray[Any]] = [unique >> 32, unique & 0xFFFFFFFF, start]
    return zip(*(column.tolist() for column in (*where, *sums)), strict=True)


def _entered(recording: Recording) -> Iterator[tuple[Any, ...]]:
    """(Frame, counts) of the calls that no recorded function made: where a process's own code was entered from what began it."""
    known: dict[int, Counts] = {}
    for _, callee, *counts in _rows(recording.calls):
        _count(known, callee, counts)
    for frame, *counts in _rows(recording.functions):
        before = known.get(frame, (0, 0, 0.0, 0.0))
        calls, primitive, own, total = (max(one - other, 0) for one, other in zip(counts, before, strict=True))
        if calls:
            yield frame, calls, min(primitive, calls), own, total


def _count(into: dict[Any, Counts], key: object, counts: Any) -> None:
    calls, primitive, own, total = into.get(key, (0, 0, 0.0, 0.0))
    into[key] = (calls + counts[0], primitive + counts[1], own + counts[2], total + counts[3])
