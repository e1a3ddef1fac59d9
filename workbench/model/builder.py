"""The only way to make a recording: intern, append, then `build()`, which checks every invariant."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import InvalidRecordingError
from workbench.model.facts import Cost, Evidence
from workbench.model.recording import Recording
from workbench.model.tables import TABLES, FrameKind, Outcome, Table, TaskState

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.model.facts import Environment, RunError, Source, Target

ROOT = -1

_SIGNED = frozenset({"growth.increment", "growth.outermost"})
_UNKNOWN = frozenset({"timeline.heap", "tasks.end", *(f"heap.{name}" for name in TABLES["heap"].dtypes())})
_OPTIONAL = frozenset({"tasks.parent", "tasks.created", "waits.stack", "slices.task", "slices.stack"})
"""Columns that may be below 0, NaN where a number is not known, -1 where there is nothing to point at."""

_HEAP_COLUMNS = tuple(TABLES["heap"].dtypes())[2:]

_POINTS_AT = {
    "samples": {"stack": "stacks", "thread": "threads"},
    "functions": {"frame": "frames"},
    "calls": {"caller": "frames", "callee": "frames"},
    "lines": {"frame": "frames"},
    "growth": {"frame": "frames"},
    "heap": {"stack": "stacks", "thread": "threads"},
    "tasks": {"name": "strings", "frame": "frames", "thread": "threads", "created": "stacks", "error": "strings"},
    "waits": {"task": "tasks", "stack": "stacks", "on": "strings"},
    "spans": {"task": "tasks"},
    "slices": {"task": "tasks", "name": "strings", "stack": "stacks"},
}
"""Table -> column -> what it indexes."""

_EVIDENCE = {
    "lines": Evidence.LINES,
    "growth": Evidence.MEMORY,
    "heap": Evidence.HEAP,
    "tasks": Evidence.TASKS,
    "functions": Evidence.CALLS,
}
"""What numbers rest on, by the table that has rows; the first one counts."""


@dataclass(slots=True)
class RecordingBuilder:
    """Collects rows in any order and freezes them. Frames, stack nodes and strings are interned: equal ones get one index.

    `rename` maps a frame's file name to the one the recording keeps (a notebook cell's temporary file to `In [3]`).
    """

    rename: Callable[[str], str] = str
    _strings: dict[str, int] = field(default_factory=dict)
    _frames: dict[tuple[int, int, int, int], int] = field(default_factory=dict)
    _stacks: dict[tuple[int, int, int], int] = field(default_factory=dict)
    _threads: dict[str, int] = field(default_factory=dict)
    _samples: list[tuple[int, int, float, float, float, float]] = field(default_factory=list)
    _functions: list[tuple[int, int, int, float, float]] = field(default_factory=list)
    _calls: list[tuple[int, int, int, int, float, float]] = field(default_factory=list)
    _lines: dict[tuple[int, int], tuple[int, float]] = field(default_factory=dict)
    _growth: dict[tuple[int, int], tuple[int, int, int, int]] = field(default_factory=dict)
    _memory: list[tuple[float, int, float]] = field(default_factory=list)
    _heap: dict[tuple[int, int], list[float]] = field(default_factory=dict)
    _tasks: list[tuple[int, int, int, int, int, float, float, int, int]] = field(default_factory=list)
    _waits: dict[tuple[int, int, int, int], tuple[int, float, float]] = field(default_factory=dict)
    _spans: list[tuple[int, int, float, float]] = field(default_factory=list)
    _slices: list[tuple[int, int, int, float, float]] = field(default_factory=list)
    _sources: dict[str, Source] = field(default_factory=dict)
    _notes: list[str] = field(default_factory=list)

    def frame(self, name: str, file: str, line: int, kind: FrameKind = FrameKind.PYTHON) -> int:
        """The index of a function's frame; `line` is its first line, 0 where it has none."""
        key = (self._string(name), self._string(self.rename(file)), line, int(kind))
        return self._frames.setdefault(key, len(self._frames))

    def stack(self, parent: int, frame: int, line: int) -> int:
        """The index of the node under `parent` (ROOT for none) for `frame` at `line`."""
        return self._stacks.setdefault((parent, frame, line), len(self._stacks))

    def thread(self, name: str) -> int:
        """The index of a thread's name."""
        return self._threads.setdefault(name, len(self._threads))

    def sample(self, stack: int, thread: int, start: float, python: float, native: float, waiting: float) -> None:
        """One observation; see SampleTable."""
        self._samples.append((stack, thread, start, python, native, waiting))

    def function(self, frame: int, calls: int, primitive: int, self_time: float, total_time: float) -> None:
        """One function's exact counts; see FunctionTable."""
        self._functions.append((frame, calls, primitive, self_time, total_time))

    def call(self, caller: int, callee: int, calls: int, primitive: int, self_time: float, total_time: float) -> None:
        """One edge's exact counts; see CallTable."""
        self._calls.append((caller, callee, calls, primitive, self_time, total_time))

    def line(self, frame: int, line: int, hits: int, time: float) -> None:
        """One line's exact counts; see LineTable. Counts of the same line of a function are added up."""
        before, spent = self._lines.get((frame, line), (0, 0.0))
        self._lines[frame, line] = (before + hits, spent + time)

    def growth(self, frame: int, line: int, hits: int, increment: int, outermost: int, peak: int) -> None:
        """One line's memory; see GrowthTable. Of rows for the same line of a function all but the peak is added up."""
        before, grown, outer, top = self._growth.get((frame, line), (0, 0, 0, 0))
        self._growth[frame, line] = (before + hits, grown + increment, outer + outermost, max(top, peak))

    def memory(self, time: float, rss: int, heap: float = math.nan) -> None:
        """One reading of the process's resident memory, and of what was allocated and is not freed."""
        self._memory.append((time, rss, heap))

    def heap(self, stack: int, thread: int, **counts: float) -> None:
        """Some of HeapTable's columns for a stack and thread; what is given again is added up, what never is stays NaN."""
        row = self._heap.setdefault((stack, thread), [math.nan] * len(_HEAP_COLUMNS))
        for name, count in counts.items():
            at = _HEAP_COLUMNS.index(name)
            row[at] = count if math.isnan(row[at]) else row[at] + count

    def task(
        self,
        name: str,
        frame: int,
        thread: int,
        start: float,
        end: float = math.nan,
        outcome: Outcome = Outcome.PENDING,
        *,
        error: str = "",
        parent: int = ROOT,
        created: int = ROOT,
    ) -> int:
        """One asyncio task, and its index; see TaskTable."""
        row = (self._string(name), frame, thread, parent, created, start, end, int(outcome), self._string(error))
        self._tasks.append(row)
        return len(self._tasks) - 1

    def wait(
        self, task: int, state: TaskState, stack: int, on: str, count: int, seconds: float, longest: float
    ) -> None:
        """Time of a task in a state at a place; see WaitTable. Rows for the same place are added up."""
        key = (task, int(state), stack, self._string(on))
        before, spent, most = self._waits.get(key, (0, 0.0, 0.0))
        self._waits[key] = (before + count, spent + seconds, max(most, longest))

    def span(self, task: int, state: TaskState, start: float, seconds: float) -> None:
        """A stretch of time of a task in a state; see SpanTable."""
        self._spans.append((task, int(state), start, seconds))

    def slice(self, task: int, name: str, stack: int, start: float, seconds: float) -> None:
        """A stretch in which a loop was blocked; see SliceTable."""
        self._slices.append((task, self._string(name), stack, start, seconds))

    def source(self, source: Source) -> None:
        """A source text; the first one given for a file stays."""
        self._sources.setdefault(source.file, source)

    def note(self, sentence: str) -> None:
        """A sentence for the reader; said once however often it is given."""
        if sentence not in self._notes:
            self._notes.append(sentence)

    def files(self) -> list[str]:
        """The file names of all frames so far."""
        names = list(self._strings)
        return list(dict.fromkeys(names[file] for _, file, _, _ in self._frames))

    def counted_files(self) -> set[str]:
        """The file names of the frames whose lines were counted."""
        names, frames = list(self._strings), list(self._frames)
        return {names[frames[frame][1]] for frame, _ in (*self._lines, *self._growth)}

    def build(
        self,
        *,
        engine: str,
        mechanism: str,
        target: Target,
        started: str,
        duration: float,
        cpu: float,
        environment: Environment,
        evidence: Evidence | None = None,
        cost: Cost | None = None,
        error: RunError | None = None,
    ) -> Recording:
        """The finished recording; its evidence, where not given, is that of the rows it has.

        Raises InvalidRecordingError where rows point nowhere or count for less than nothing.
        """
        rows = self._rows()
        resting_on = (kind for name, kind in _EVIDENCE.items() if rows[name])
        tables: dict[str, Any] = {name: _table(kind, rows[name]) for name, kind in TABLES.items()}
        recording = Recording(
            engine=engine,
            mechanism=mechanism,
            evidence=evidence or next(resting_on, Evidence.SAMPLES),
            target=target,
            started=started,
            duration=duration,
            cpu=cpu,
            strings=tuple(self._strings),
            threads=tuple(self._threads),
            sources=tuple(self._sources.values()),
            environment=environment,
            cost=cost
            or Cost(interval=float("nan"), samples=len(self._samples), own=float("nan"), method="not measured"),
            error=error,
            notes=tuple(self._notes),
            **tables,
        )
        check(recording)
        return recording

    def _rows(self) -> dict[str, list[Any]]:
        return {
            "frames": list(self._frames),
            "stacks": list(self._stacks),
            "samples": self._samples,
            "functions": self._functions,
            "calls": self._calls,
            "lines": [(*where, *counts) for where, counts in self._lines.items()],
            "growth": [(*where, *counts) for where, counts in self._growth.items()],
            "timeline": self._memory,
            "heap": [(*where, *counts) for where, counts in self._heap.items()],
            "tasks": self._tasks,
            "waits": [(*where, *counts) for where, counts in self._waits.items()],
            "spans": self._spans,
            "slices": self._slices,
        }

    def _string(self, text: str) -> int:
        return self._strings.setdefault(text, len(self._strings))


def check(recording: Recording) -> None:
    """Hold the model's invariants; raises InvalidRecordingError with the table, column and first bad row."""
    frames, stacks = recording.frames, recording.stacks
    _index("frames.name", frames.name, len(recording.strings))
    _index("frames.file", frames.file, len(recording.strings))
    _index("frames.kind", frames.kind, len(FrameKind))
    _hold("frames.line", frames.line >= 0, "is below 0")
    _hold("stacks.line", stacks.line >= 0, "is below 0")
    _index("stacks.frame", stacks.frame, len(frames))
    _hold(
        "stacks.parent",
        (stacks.parent >= ROOT) & (stacks.parent < np.arange(len(stacks))),
        "is not an earlier node",
    )
    for name, columns in _POINTS_AT.items():
        for column, target in columns.items():
            _index(f"{name}.{column}", getattr(getattr(recording, name), column), len(getattr(recording, target)))
    _hold("functions.frame", _first_of_its_kind(recording.functions.frame), "is there twice")
    for name in ("lines", "growth"):
        counted: Any = getattr(recording, name)
        _hold(f"{name}.line", counted.line >= 0, "is below 0")
        where = counted.frame.astype(np.int64) << 32 | counted.line.astype(np.int64)
        _hold(f"{name}.line", _first_of_its_kind(where), "is there twice")
    tasks = recording.tasks
    _hold("tasks.parent", (tasks.parent >= ROOT) & (tasks.parent < np.arange(len(tasks))), "is not an earlier task")
    _index("tasks.outcome", tasks.outcome, len(Outcome))
    for name in ("waits", "spans"):
        _index(f"{name}.state", getattr(recording, name).state, len(TaskState))
    _amounts(recording)
    for one in recording.passes:
        _hold(
            "passes",
            np.array([not one.passes and one.engine != recording.engine]),
            "is not one run under another engine",
        )
    for name, value in (("duration", recording.duration), ("cpu", recording.cpu)):
        _hold(name, np.array([np.isfinite(value) and value >= 0]), "is negative or not a number")


def _amounts(recording: Recording) -> None:
    for name in TABLES:
        table: Table = getattr(recording, name)
        for column, values in table.columns().items():
            where = f"{name}.{column}"
            if values.dtype in (np.int64, np.float64) and where not in _SIGNED:
                known = np.isfinite(values) & (values >= 0)
                _hold(where, known | np.isnan(values) if where in _UNKNOWN else known, "is negative or not a number")


def _table(kind: type[Table], rows: list[Any]) -> Table:
    return kind.of(dict(zip(kind.dtypes(), zip(*rows, strict=True), strict=True))) if rows else kind.empty()


def _index(where: str, values: np.ndarray[Any, Any], limit: int) -> None:
    least = ROOT if where in _OPTIONAL else 0
    _hold(where, (values >= least) & (values < limit), f"points outside its table of {limit} rows")


def _first_of_its_kind(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    first = np.zeros(len(values), dtype=bool)
    first[np.unique(values, return_index=True)[1]] = True
    return first


def _hold(where: str, good: np.ndarray[Any, Any], complaint: str) -> None:
    bad = np.flatnonzero(~good)
    if bad.size:
        raise InvalidRecordingError(
            f"This is not a sound recording: row {bad[0]} of {where} {complaint}. Record again, or report how it came about."
        )
