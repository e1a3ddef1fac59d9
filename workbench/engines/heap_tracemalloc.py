"""Engine `heap` without memray: the standard library's tracemalloc, which knows what is held at the end, and the peak as one number."""

from __future__ import annotations

import sys
import tracemalloc
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.clock import SYSTEM, Clock
from workbench.engines.base import Boundary, Findings
from workbench.engines.heap_stacks import Cut, Stacks, ours
from workbench.engines.process_memory import memory_probe
from workbench.errors import EngineBusyError, UnknownOptionError
from workbench.model.facts import Cost, Evidence

if TYPE_CHECKING:
    from workbench.engines.base import Options
    from workbench.engines.heap_stacks import Place
    from workbench.model.builder import RecordingBuilder

FRAMES = 25
"""Frames that are kept of each allocation's stack, the innermost ones."""


class TracemallocEngine:
    """Traces from start to stop."""

    def __init__(self, options: Options, clock: Clock = SYSTEM) -> None:
        if options.native:
            raise UnknownOptionError(
                "Engine 'heap' by tracemalloc sees no native stacks; leave --native away, or use memray."
            )
        self._asked = options.backend == "tracemalloc"
        self._clock = clock
        self._cut = Cut(Boundary())
        self._running = False
        self._traces: list[tuple[list[Place], int, int]] = []
        self._peak = 0
        self._begin = 0.0
        self._readings: list[tuple[float, int, int]] = []

    def start(self, boundary: Boundary) -> None:
        """Begin to trace. Raises EngineBusyError where somebody traces already."""
        if tracemalloc.is_tracing():
            raise EngineBusyError(
                "tracemalloc is tracing in this process already, and starting it again would lose what it has. "
                "End that first: tracemalloc.stop()."
            )
        self._cut = Cut(boundary)
        self._begin = self._clock.wall()
        self._read(0)
        tracemalloc.start(FRAMES)
        self._running = True

    def stop(self) -> None:
        """Take what is held, and end; may be called twice."""
        if not self._running:
            return
        self._running = False
        held, self._peak = tracemalloc.get_traced_memory()
        snapshot = tracemalloc.take_snapshot()
        tracemalloc.stop()
        self._read(held)
        for statistic in snapshot.statistics("traceback"):
            path: list[Place] = [(None, frame.filename, frame.lineno) for frame in reversed(statistic.traceback)]
            self._traces.append((path, statistic.size, statistic.count))

    def fill(self, builder: RecordingBuilder, until: float) -> Findings:
        """A row per stack that holds something."""
        for time, rss, heap in self._readings:
            builder.memory(min(time, until), rss, heap)
        traces = [
            (path[:kept], size, count)
            for path, size, count in self._traces
            if not ours(path) and (kept := self._cut.length(path))
        ]
        stacks = Stacks(builder, (path for path, _, _ in traces), self._cut.codes)
        thread = builder.thread("MainThread")
        for path, size, count in traces:
            builder.heap(stacks.node(path), thread, held=size, held_blocks=count)
        self._say(builder)
        self._cut, self._traces = Cut(Boundary()), []
        cost = Cost(float("nan"), 0, float("nan"), "not measured: tracemalloc follows every allocation, see the README")
        return Findings("tracemalloc", cost, Evidence.HEAP)

    def _say(self, builder: RecordingBuilder) -> None:
        why = "" if self._asked else f"memray is not installed{_where()}, so tracemalloc did the work. "
        builder.note(
            f"{why}tracemalloc knows what is held at the end, of allocations by Python and by libraries that tell it; the most that "
            f"was held at once is known as one number, {units.size(self._peak)}, and not by line. Threads are not told apart, and of each "
            f"stack the innermost {FRAMES} frames are kept."
        )

    def _read(self, heap: int) -> None:
        probe: Any = memory_probe()
        try:
            self._readings.append((self._clock.wall() - self._begin, probe.read(), heap))
        finally:
            probe.close()


def _where() -> str:
    return "" if sys.platform in {"linux", "darwin"} else f" and does not run on {sys.platform}"
