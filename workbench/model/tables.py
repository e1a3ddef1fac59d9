"""The columns of a recording. Every table is frozen; its arrays are read-only and equally long.

Indices are int32, times are seconds as float64, sizes are bytes as int64, counts are int64.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bytes = NDArray[np.uint8]


class FrameKind(IntEnum):
    """What a frame stands for."""

    PYTHON = 0
    NATIVE = 1
    SYNTHETIC = 2


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Base of the columnar tables: equal when all columns are, immutable once made."""

    def __post_init__(self) -> None:
        lengths = {name: len(column) for name, column in self.columns().items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"{type(self).__name__}: columns differ in length: {lengths}")
        for column in self.columns().values():
            column.setflags(write=False)

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> Self:
        """A table from column name -> sequence or array; converts to the column's dtype."""
        return cls(**{name: np.asarray(columns[name], dtype=kind) for name, kind in cls.dtypes().items()})

    @classmethod
    def empty(cls) -> Self:
        """The table with no rows."""
        return cls.of(dict.fromkeys(cls.dtypes(), ()))

    @classmethod
    def dtypes(cls) -> dict[str, np.dtype[Any]]:
        """Column name -> dtype, in the order they are declared."""
        return {field.name: np.dtype(field.metadata["dtype"]) for field in fields(cls)}

    def columns(self) -> dict[str, NDArray[Any]]:
        """Column name -> array."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __len__(self) -> int:
        return len(next(iter(self.columns().values())))

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        theirs = other.columns()
        return all(
            np.array_equal(column, theirs[name], equal_nan=column.dtype.kind == "f")
            for name, column in self.columns().items()
        )

    __hash__ = None  # type: ignore[assignment]


def column(dtype: str) -> Any:
    """A dataclass field that declares a column's dtype."""
    from dataclasses import field

    return field(metadata={"dtype": dtype})


@dataclass(frozen=True, slots=True, eq=False)
class FrameTable(Table):
    """One row per function: `name` and `file` index the recording's `strings`; `line` is the first line, `kind` a FrameKind."""

    name: Ints = column("int32")
    file: Ints = column("int32")
    line: Ints = column("int32")
    kind: Bytes = column("uint8")


@dataclass(frozen=True, slots=True, eq=False)
class StackTable(Table):
    """One row per node: the caller's node in `parent` (-1 at a root, always a smaller index), the `frame`, and the `line` it is at."""

    parent: Ints = column("int32")
    frame: Ints = column("int32")
    line: Ints = column("int32")


@dataclass(frozen=True, slots=True, eq=False)
class SampleTable(Table):
    """One row per observation of one thread.

    `stack` is the leaf's node, `thread` indexes the recording's `threads`, `start` is seconds since the recording began.
    What the observation counts for, in seconds of wall time, is split into `python` (running bytecode), `native`
    (running C code that a line called) and `waiting` (not on a processor). Their sum is the sample's wall time.
    """

    stack: Ints = column("int32")
    thread: Ints = column("int32")
    start: Floats = column("float64")
    python: Floats = column("float64")
    native: Floats = column("float64")
    waiting: Floats = column("float64")


@dataclass(frozen=True, slots=True, eq=False)
class FunctionTable(Table):
    """Exact counts per function (engine `cpu`): `calls`, of which `primitive` were not recursive; own and total seconds."""

    frame: Ints = column("int32")
    calls: Longs = column("int64")
    primitive: Longs = column("int64")
    self_time: Floats = column("float64")
    total_time: Floats = column("float64")


@dataclass(frozen=True, slots=True, eq=False)
class CallTable(Table):
    """Exact counts per edge of the call graph (engine `cpu`): as FunctionTable, for calls of `callee` by `caller`."""

    caller: Ints = column("int32")
    callee: Ints = column("int32")
    calls: Longs = column("int64")
    primitive: Longs = column("int64")
    self_time: Floats = column("float64")
    total_time: Floats = column("float64")


@dataclass(frozen=True, slots=True, eq=False)
class LineTable(Table):
    """Exact counts per line of chosen functions (engine `lines`): how often `line` of `frame` ran (`hits`), and the wall seconds
    that took in all (`time`), with what it called. A chosen function that never ran has its first line here, with no hits."""

    frame: Ints = column("int32")
    line: Ints = column("int32")
    hits: Longs = column("int64")
    time: Floats = column("float64")


@dataclass(frozen=True, slots=True, eq=False)
class GrowthTable(Table):
    """Process memory per line of chosen functions (engine `memory`): how often `line` of `frame` ran (`hits`), by how many bytes
    resident memory grew while it did, with what it called (`increment`, below 0 where it shrank; of runs within each other, by recursion,
    the outer one counts), the same for its runs in the outermost call of the function alone (`outermost`, which add up to the function's
    growth), and the highest reading after it (`peak`). A chosen function that never ran has its first line here, with no hits."""

    frame: Ints = column("int32")
    line: Ints = column("int32")
    hits: Longs = column("int64")
    increment: Longs = column("int64")
    outermost: Longs = column("int64")
    peak: Longs = column("int64")


@dataclass(frozen=True, slots=True, eq=False)
class Timeline(Table):
    """Process memory over the run: resident bytes `rss` at `time` seconds since the recording began, and the bytes that were
    allocated since then and not freed yet (`heap`, NaN where that is not known)."""

    time: Floats = column("float64")
    rss: Longs = column("int64")
    heap: Floats = column("float64")


@dataclass(frozen=True, slots=True, eq=False)
class HeapTable(Table):
    """Memory allocated during the run (engine `heap`), one row per `stack` (the leaf's node) and `thread`; NaN where not known.

    Sizes are bytes.
    `peak` of it was held when the most was held, in `peak_blocks` allocations; `held` at the end, in `held_blocks`; `allocated` is all that
    was, in `allocations`; of these, `temporaries` of `temporary` bytes were freed again before a handful more were made in the thread.
    """

    stack: Ints = column("int32")
    thread: Ints = column("int32")
    peak: Floats = column("float64")
    peak_blocks: Floats = column("float64")
    held: Floats = column("float64")
    held_blocks: Floats = column("float64")
    allocated: Floats = column("float64")
    allocations: Floats = column("float64")
    temporary: Floats = column("float64")
    temporaries: Floats = column("float64")


class Outcome(IntEnum):
    """How a task ended; PENDING: not before the run did."""

    PENDING = 0
    DONE = 1
    FAILED = 2
    CANCELLED = 3


class TaskState(IntEnum):
    """What a task does: running, ready to run but waiting for the loop, or waiting for something."""

    RUNNING = 0
    READY = 1
    WAITING = 2


@dataclass(frozen=True, slots=True, eq=False)
class TaskTable(Table):
    """One row per asyncio task (engine `tasks`), in the order they were met: a child comes after its parent.

    `name` and `error` (`Type: message`, of one that failed) index the recording's `strings`, `frame` is its coroutine's, `thread`
    its loop's; `parent` the task that made it and `created` the stack node where (-1: unknown). `start` is seconds since the recording
    began (0 where it was there before), `end` NaN while it had not ended; `outcome` an Outcome.
    """

    name: Ints = column("int32")
    frame: Ints = column("int32")
    thread: Ints = column("int32")
    parent: Ints = column("int32")
    created: Ints = column("int32")
    start: Floats = column("float64")
    end: Floats = column("float64")
    outcome: Bytes = column("uint8")
    error: Ints = column("int32")


@dataclass(frozen=True, slots=True, eq=False)
class WaitTable(Table):
    """What a task's time went into (engine `tasks`): `seconds` in a `state` (a TaskState), `count` times, the `longest` of them.

    `stack` is the node of the await at which it waited, or from which it went on; -1 before its first. `on` indexes `strings`: the
    awaitable in words (`sleep`, `Lock.acquire`, `Task 'fetch'`), empty where there is none.
    """

    task: Ints = column("int32")
    state: Bytes = column("uint8")
    stack: Ints = column("int32")
    on: Ints = column("int32")
    count: Longs = column("int64")
    seconds: Floats = column("float64")
    longest: Floats = column("float64")


@dataclass(frozen=True, slots=True, eq=False)
class SpanTable(Table):
    """When a task was in which state: from `start` on for `seconds`. Of a long run only the first ones and the longest are kept."""

    task: Ints = column("int32")
    state: Bytes = column("uint8")
    start: Floats = column("float64")
    seconds: Floats = column("float64")


@dataclass(frozen=True, slots=True, eq=False)
class SliceTable(Table):
    """Stretches in which a loop did one thing for longer than it should (engine `tasks`): `task` (-1: a callback that is no task),
    its `name` in `strings`, the `stack` node where it was met most often while it did (-1: it was not met), `start`, `seconds`."""

    task: Ints = column("int32")
    name: Ints = column("int32")
    stack: Ints = column("int32")
    start: Floats = column("float64")
    seconds: Floats = column("float64")


TABLES: dict[str, type[Table]] = {
    "frames": FrameTable,
    "stacks": StackTable,
    "samples": SampleTable,
    "functions": FunctionTable,
    "calls": CallTable,
    "lines": LineTable,
    "growth": GrowthTable,
    "timeline": Timeline,
    "heap": HeapTable,
    "tasks": TaskTable,
    "waits": WaitTable,
    "spans": SpanTable,
    "slices": SliceTable,
}
"""A recording's tables by the name of its field."""
