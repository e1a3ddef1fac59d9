"""Engine `memory`: how much the process's memory grows while each line of chosen functions runs.

The number is memory_profiler's: resident memory of the process, read at every line, calls included. It is read through one kept
descriptor, only in chosen functions (from Python 3.12 on by local events of `sys.monitoring`, before by `sys.settrace`), with books for
each thread and frame, so that a generator, an await, an exception or a recursion does not charge one line with what another one did.
"""

from __future__ import annotations

import _thread
from threading import get_ident
from typing import TYPE_CHECKING

from workbench.clock import SYSTEM, Clock
from workbench.engines.base import Boundary, Findings
from workbench.engines.close import ChosenCode, frame_of
from workbench.engines.growth import ThreadGrowth
from workbench.engines.process_memory import MemoryProbe, memory_probe
from workbench.engines.watched import Hook, hook
from workbench.model.facts import Cost, Evidence

if TYPE_CHECKING:
    from types import CodeType

    from workbench.engines.base import Engine, Options
    from workbench.engines.growth import Rows
    from workbench.model.builder import RecordingBuilder

WHAT_IT_IS = (
    "Increments are of the resident memory of the whole process: freed memory is often kept for later use and not given back, "
    "a page counts when it is first touched, and what a line frees again before it ends does not show."
)

STEP, MOST_READINGS = 1 << 18, 10_000
"""Bytes of change from which on a reading goes into the timeline, and how many it holds."""


def memory_engine(options: Options) -> Engine:
    """The engine with the backend that the options name, ours where they name none."""
    if options.backend == "memory_profiler":
        from workbench.engines.memory_library import LibraryEngine

        return LibraryEngine()
    return MemoryEngine()


class MemoryEngine(ChosenCode):
    """One run's books, kept by a hook."""

    def __init__(self, clock: Clock = SYSTEM) -> None:
        super().__init__()
        self._rows: Rows = {}
        self._threads: dict[int, ThreadGrowth] = {}
        self._hook: Hook | None = None
        self._probe: MemoryProbe | None = None
        self._clock = clock
        self._begin = 0.0
        self._others = 0
        """Threads beside the main one that were there before: a notebook's, which hardly run."""
        self._readings: list[tuple[float, int]] = []
        self._last = 0

    def start(self, boundary: Boundary) -> None:
        """Take the hook. Raises EngineBusyError where somebody else holds it."""
        self._probe = memory_probe()
        self._others = _thread._count()
        found = hook(self._of_thread)
        found.take()
        self._hook = found
        self.gather(boundary)
        self._begin = self._clock.wall()
        self._keep(self._probe.read())
        found.begin(boundary.frame)

    def stop(self) -> None:
        """Give the hook back and close the books."""
        if self._hook is not None:
            self._hook.give_back()
            self._hook = None
            for thread in self._threads.values():
                thread.end()
            if self._probe is not None:
                self._keep(self._probe.read())
        if self._probe is not None:
            self._probe.close()
            self._probe = None

    def look_at(self, code: CodeType) -> None:
        """Hook a code object."""
        if self._hook is not None:
            self._hook.add(code)

    def fill(self, builder: RecordingBuilder, until: float) -> Findings:
        """A row per line that ran, and per function that was named and did not."""
        for time, rss in self._readings:
            builder.memory(min(time, until), rss)
        ran: set[int] = set()
        for code, line, row in ((code, *entry) for code, lines in self._rows.items() for entry in lines.items()):
            frame = frame_of(builder, self.codes[code])
            builder.growth(frame, line, row.hits, row.increment, row.outermost, row.peak)
            ran.add(frame)
        for frame, line in self.never_ran(builder, ran):
            builder.growth(frame, line, 0, 0, 0, 0)
        builder.note(WHAT_IT_IS)
        self.say(builder)
        if len(self._threads) > 1:
            builder.note(
                f"{len(self._threads)} threads ran chosen functions: memory is one number for all of them, so what one thread "
                "took while a line of another ran counts on both."
            )
        cost = Cost(
            interval=float("nan"), samples=0, own=float("nan"), method="not measured: memory is read at every line"
        )
        hits = sum(row.hits for lines in self._rows.values() for row in lines.values())
        return Findings("process memory at each line", cost, Evidence.MEMORY, hits, "line")

    def _of_thread(self) -> ThreadGrowth:
        ident = get_ident()
        found = self._threads.get(ident)
        if found is None:
            found = self._threads[ident] = ThreadGrowth(self._read, self._rows)
        return found

    def _read(self) -> int:
        probe = self._probe
        if probe is None:
            return self._last
        now = probe.read_alone() if _thread._count() <= self._others else probe.read()
        if not -STEP < now - self._last < STEP:
            self._keep(now)
        return now

    def _keep(self, now: int) -> None:
        """Put a reading into the timeline; where there are too many, every second one goes."""
        self._last = now
        self._readings.append((self._clock.wall() - self._begin, now))
        if len(self._readings) > MOST_READINGS:
            del self._readings[1:-1:2]
