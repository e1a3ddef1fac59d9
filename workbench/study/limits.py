"""Limits for calls in a process of their own: time for one call, memory for all."""

from __future__ import annotations

import contextlib
import math
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SHARE = 0.6
"""The part of the memory available that a worker may take beyond what it has."""


class TooLongError(BaseException):
    """A call was not done in its time. No `Exception`, so that the code under test does not catch it by accident."""


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise TooLongError within the block after so many seconds, as soon as Python code runs. On the main thread of a process of one's
    own: it takes SIGALRM. Where there is no such signal, nothing is limited."""
    if not (hasattr(signal, "setitimer") and math.isfinite(seconds)):
        yield
        return

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def cap_memory() -> None:
    """Have this process fail with MemoryError before the machine runs out of memory; Linux only, elsewhere nothing is limited."""
    if sys.platform != "linux":
        return
    import resource

    available = next(
        (
            int(line.split()[1]) * 1024
            for line in Path("/proc/meminfo").read_text().splitlines()
            if line.startswith("MemAvailable")
        ),
        0,
    )
    mine = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if available:
        resource.setrlimit(resource.RLIMIT_AS, (mine + int(SHARE * available), hard))
