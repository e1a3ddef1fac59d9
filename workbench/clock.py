"""Time as a parameter, so that engines can be tested on a clock that tests turn by hand."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Seconds from arbitrary, fixed origins."""

    def wall(self) -> float:
        """Monotonic wall time."""
        ...

    def cpu(self) -> float:
        """Processor time of the calling thread."""
        ...


class SystemClock:
    """The machine's own clocks: `time.perf_counter` and `time.thread_time`."""

    wall = staticmethod(time.perf_counter)
    cpu = staticmethod(time.thread_time)


SYSTEM: Clock = SystemClock()
