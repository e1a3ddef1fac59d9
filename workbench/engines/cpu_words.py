"""What a recording of engine `cpu` says of the threads that it counts, and of those that it leaves out."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING

from workbench.engines.cpu_threads import Monitored
from workbench.engines.threads import frames_of_others
from workbench.units import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from workbench.engines.cpu_threads import Hooked
    from workbench.formats.pstats_file import Stats

QUIET = 0.005
"""An old thread that used less than this share of the run did nothing worth speaking of."""

_FEW = 5


class OldThreads:
    """The threads that are there before the run, by the processor time that each uses during it. A notebook's own do not count."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._clocks: list[int | None] = []
        self._before: list[float] = []
        self._used: list[float] = []

    def meet(self) -> None:
        """The run begins."""
        find = getattr(time, "pthread_getcpuclockid", None)
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        for ident, frame in frames_of_others().items():
            if not _of_a_kernel(frame):
                self._names.append(names.get(ident, f"thread {ident}"))
                self._clocks.append(None if find is None else find(ident))
        self._before = [_read(clock) for clock in self._clocks]

    def part(self) -> None:
        """The run has ended."""
        self._used = [_read(clock) - before for clock, before in zip(self._clocks, self._before, strict=True)]

    def that_ran(self, duration: float) -> dict[str, float]:
        """Name -> processor seconds within the run, NaN where not known, of those that did something."""
        ran = [(name, used) for name, used in zip(self._names, self._used, strict=True) if not used < QUIET * duration]
        return dict(ran)


def sentences(threads: Monitored | Hooked, old: dict[str, float], stats: Stats) -> Iterator[str]:
    """The notes of a recording on threads; none where there was one thread only."""
    count, names = 1 + threads.profiles.started + threads.profiles.strange, threads.profiles.names
    if names:
        yield (
            f"Calls and times of {count:,} threads are added up ({_listed(['main', *names])}); "
            "the times of threads that ran side by side come to more than the run took."
        )
    if threads.strangers:
        yield _of_strangers(threads)
    if old:
        used = sum(old.values())
        much = f", and used {seconds(used)} of processor time" if math.isfinite(used) else ""
        yield (
            f"Left out: what ran in threads that were there before the run ({_listed(list(old))}){much}. "
            "Start threads within the run to have them counted, or use engine 'sample'."
        )
    if any("greenlet" in name and "switch" in name for _, _, name in stats):
        yield (
            "Greenlets changed places within a thread, which cProfile takes for one stack: the totals of functions that "
            "switched are wrong. Engine 'sample' looks at the stack itself."
        )


def _of_strangers(threads: Monitored | Hooked) -> str:
    several = f"{threads.strangers:,} threads were" if threads.strangers > 1 else "1 thread was"
    means = "by other means than `threading` (by C code, or by `_thread`)"
    if isinstance(threads, Monitored):
        return (
            f"During the run {several} made {means}. What Python code ran there is mixed with the calls that it ran beside, "
            "so that their totals are wrong. Engine 'sample' keeps threads apart."
        )
    if threads.holder is not None:
        means = f"while {_name(threads.holder)} had the profiling hook of new threads"
    return f"Left out: {several} made {means}. Engine 'sample' sees all of them."


def _name(hook: object) -> str:
    return f"{getattr(hook, '__module__', '')}.{getattr(hook, '__qualname__', type(hook).__qualname__)}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _FEW:,} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more


def _read(clock: int | None) -> float:
    """Processor seconds of a thread; NaN where the system cannot tell, or the thread has ended."""
    if clock is None:
        return float("nan")
    try:
        return time.clock_gettime(clock)
    except OSError:
        return float("nan")


def _of_a_kernel(frame: FrameType | None) -> bool:
    """Whether what a thread runs is a notebook's machinery."""
    from workbench.engines.sample_rows import KERNEL_FILES

    files = []
    while frame is not None:
        files.append(frame.f_code.co_filename.replace("\\", "/"))
        frame = frame.f_back
    first = next((file for file in reversed(files) if not file.endswith("/threading.py")), "")
    return any(mark in first for mark in KERNEL_FILES)
