"""The recording: raw facts, columnar and immutable. Everything else is derived from it by `workbench.analysis`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.model.facts import Evidence
from workbench.model.tables import FrameKind

if TYPE_CHECKING:
    from workbench.model.facts import Cost, Environment, RunError, Source, Target
    from workbench.model.tables import (
        CallTable,
        FrameTable,
        FunctionTable,
        GrowthTable,
        HeapTable,
        LineTable,
        SampleTable,
        SliceTable,
        SpanTable,
        StackTable,
        TaskTable,
        Timeline,
        WaitTable,
    )


@dataclass(frozen=True, slots=True)
class Recording:
    """What one run under one engine left behind.

    `engine` is its name, `mechanism` the way it observed (`timer signal`, `sampling thread`, `cProfile`, ...).
    `started` is ISO 8601 in UTC; `duration` (wall) and `cpu` (of the process) are seconds.
    A sampled recording fills `stacks` and `samples`; one of calls `functions` and `calls`; one of lines `lines`; one of memory `growth`;
    one of allocations `stacks` and `heap`; one of tasks `stacks`, `tasks`, `waits`, `spans` and `slices`.
    The others are empty, never None.
    `notes` are sentences for the reader: fall-backs taken, things not seen.
    `passes` are further runs of the same target, each under another engine, which have no passes of their own.
    """

    engine: str
    mechanism: str
    evidence: Evidence
    target: Target
    started: str
    duration: float
    cpu: float
    strings: tuple[str, ...]
    frames: FrameTable
    stacks: StackTable
    samples: SampleTable
    functions: FunctionTable
    calls: CallTable
    lines: LineTable
    growth: GrowthTable
    timeline: Timeline
    heap: HeapTable
    tasks: TaskTable
    waits: WaitTable
    spans: SpanTable
    slices: SliceTable
    threads: tuple[str, ...]
    sources: tuple[Source, ...]
    environment: Environment
    cost: Cost
    error: RunError | None = None
    notes: tuple[str, ...] = ()
    passes: tuple[Recording, ...] = ()

    @property
    def sampled(self) -> bool:
        """Whether times are estimates from samples (True) or exact counts (False)."""
        return self.evidence is Evidence.SAMPLES

    @property
    def stacked(self) -> bool:
        """Whether seconds of three kinds stand on stacks: Python, native and waiting of samples; running, ready and waiting of tasks."""
        return self.evidence in (Evidence.SAMPLES, Evidence.TASKS)

    @property
    def all_passes(self) -> tuple[Recording, ...]:
        """This recording and its further passes, where it has some."""
        return (self, *self.passes)

    def frame_name(self, frame: int) -> str:
        """The qualified name of a frame."""
        return self.strings[int(self.frames.name[frame])]

    def frame_file(self, frame: int) -> str:
        """The file name of a frame; `~` for native ones, empty for synthetic ones."""
        return self.strings[int(self.frames.file[frame])]

    def frame_kind(self, frame: int) -> FrameKind:
        """The kind of a frame."""
        return FrameKind(int(self.frames.kind[frame]))

    def source(self, file: str) -> Source | None:
        """The source captured for a frame's file, or None where there was none."""
        return next((source for source in self.sources if source.file == file), None)
