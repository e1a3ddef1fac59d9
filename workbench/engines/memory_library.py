"""Engine `memory` with memory_profiler itself (`--backend memory_profiler`): its numbers, its way of looking, its mistakes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from memory_profiler import LineProfiler

from workbench.engines.base import Boundary, Findings
from workbench.engines.close import ChosenCode, frame_of
from workbench.engines.watched import refuse_if_traced
from workbench.model.facts import Cost, Evidence

if TYPE_CHECKING:
    from types import CodeType

    from workbench.model.builder import RecordingBuilder

_MIB = 1 << 20
WHAT_IT_IS = (
    "By memory_profiler: the first line of a function holds all that was there before it, and a line that follows the return of another "
    "chosen function is charged with the whole process. Without --backend these lines are right."
)


class LibraryEngine(ChosenCode):
    """One memory_profiler.LineProfiler for one run; sees the thread it was started in."""

    def __init__(self) -> None:
        super().__init__()
        self._profiler: Any = LineProfiler(backend="psutil")
        self._running = False

    def start(self, boundary: Boundary) -> None:
        """Take `sys.settrace`. Raises EngineBusyError where it is taken."""
        refuse_if_traced("memory")
        self.gather(boundary)
        self._running = True
        self._profiler.enable()

    def stop(self) -> None:
        """See Engine."""
        if self._running:
            self._running = False
            self._profiler.disable()

    def look_at(self, code: CodeType) -> None:
        """Put the code where `add_function` would, which refuses functions without a file."""
        self._profiler.code_map.setdefault(code, {})

    def fill(self, builder: RecordingBuilder, until: float) -> Findings:
        """memory_profiler's rows, in bytes."""
        del until
        ran: set[int] = set()
        for code, rows in dict(self._profiler.code_map).items():
            frame = frame_of(builder, code)
            for line, (increment, peak, hits) in rows.items():
                grown = round(increment * _MIB)
                builder.growth(frame, line, hits, grown, grown, round(peak * _MIB))
                ran.add(frame)
        for frame, line in self.never_ran(builder, ran):
            builder.growth(frame, line, 0, 0, 0, 0)
        builder.note(WHAT_IT_IS)
        self.say(builder)
        method = "not measured: memory_profiler reads memory through psutil at every line"
        cost = Cost(interval=float("nan"), samples=0, own=float("nan"), method=method)
        return Findings(
            f"memory_profiler on sys.settrace, Python {sys.version_info[0]}.{sys.version_info[1]}",
            cost,
            Evidence.MEMORY,
        )
