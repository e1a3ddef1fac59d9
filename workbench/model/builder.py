"""The only way to make a recording: intern, append, then `build()`, which checks every invariant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from workbench.errors import InvalidRecordingError
from workbench.model.facts import Cost, Evidence
from workbench.model.recording import Recording
from workbench.model.tables import (
    CallTable,
    FrameKind,
    FrameTable,
    FunctionTable,
    GrowthTable,
    LineTable,
    SampleTable,
    StackTable,
    Table,
    Timeline,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.model.facts import Environment, RunError, Source, Target

ROOT = -1

_SIGNED = frozenset({"increment", "outermost"})

T = TypeVar("T", bound=Table)


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
    _memory: list[tuple[float, int]] = field(default_factory=list)
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

    def memory(self, time: float, rss: int) -> None:
        """One reading of the process's resident memory."""
        self._memory.append((time, rss))

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
        rows = (
            Evidence.LINES
            if self._lines
            else Evidence.MEMORY
            if self._growth
            else Evidence.CALLS
            if self._functions
            else Evidence.SAMPLES
        )
        recording = Recording(
            engine=engine,
            mechanism=mechanism,
            evidence=evidence or rows,
            target=target,
            started=started,
            duration=duration,
            cpu=cpu,
            strings=tuple(self._strings),
            frames=_table(FrameTable, list(self._frames)),
            stacks=_table(StackTable, list(self._stacks)),
            samples=_table(SampleTable, self._samples),
            functions=_table(FunctionTable, self._functions),
            calls=_table(CallTable, self._calls),
            lines=_table(LineTable, [(*where, *counts) for where, counts in self._lines.items()]),
            growth=_table(GrowthTable, [(*where, *counts) for where, counts in self._growth.items()]),
            timeline=_table(Timeline, self._memory),
            threads=tuple(self._threads),
            sources=tuple(self._sources.values()),
            environment=environment,
            cost=cost
            or Cost(interval=float("nan"), samples=len(self._samples), own=float("nan"), method="not measured"),
            error=error,
            notes=tuple(self._notes),
        )
        check(recording)
        return recording

    def _string(self, text: str) -> int:
        return self._strings.setdefault(text, len(self._strings))


def check(recording: Recording) -> None:
    """Hold the model's invariants; raises InvalidRecordingError with the table, column and first bad row."""
    frames, stacks, samples = recording.frames, recording.stacks, recording.samples
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
    _index("samples.stack", samples.stack, len(stacks))
    _index("samples.thread", samples.thread, len(recording.threads))
    _index("functions.frame", recording.functions.frame, len(frames))
    _hold("functions.frame", _first_of_its_kind(recording.functions.frame), "is there twice")
    _index("calls.caller", recording.calls.caller, len(frames))
    _index("calls.callee", recording.calls.callee, len(frames))
    for name in ("lines", "growth"):
        counted: Any = getattr(recording, name)
        _index(f"{name}.frame", counted.frame, len(frames))
        _hold(f"{name}.line", counted.line >= 0, "is below 0")
        where = counted.frame.astype(np.int64) << 32 | counted.line.astype(np.int64)
        _hold(f"{name}.line", _first_of_its_kind(where), "is there twice")
    for name in ("samples", "functions", "calls", "lines", "growth", "timeline"):
        table: Table = getattr(recording, name)
        for column, values in table.columns().items():
            if values.dtype != np.int32 and column not in _SIGNED:
                _hold(f"{name}.{column}", np.isfinite(values) & (values >= 0), "is negative or not a number")
    for name, value in (("duration", recording.duration), ("cpu", recording.cpu)):
        _hold(name, np.array([np.isfinite(value) and value >= 0]), "is negative or not a number")


def _table(kind: type[T], rows: list[Any]) -> T:
    return kind.of(dict(zip(kind.dtypes(), zip(*rows, strict=True), strict=True))) if rows else kind.empty()


def _index(where: str, values: np.ndarray[Any, Any], limit: int) -> None:
    _hold(where, (values >= 0) & (values < limit), f"points outside its table of {limit} rows")


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
