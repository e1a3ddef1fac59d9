"""The sampler's eye on the threads beside the one it interrupts."""

from __future__ import annotations

import _thread
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

    from workbench.engines.ticks import TickLog

MOVED = 50e-6


def frames_of_others() -> dict[int, FrameType]:
    """`sys._current_frames()` without the caller's thread, whose frame would hold this dictionary, and so itself and its stack."""
    frames = sys._current_frames()
    frames.pop(_thread.get_ident(), None)
    return frames


class OtherThreads:
    """Observes every thread but those in `skip`, by the processor time each has used.

    A thread whose processor clock stands still is where it was, so it is not walked again: that keeps a kernel's idle service
    threads free of cost. Thread numbers count from 1; 0 is the recorder's own thread.
    """

    def __init__(self, log: TickLog, skip: set[int], now: float) -> None:
        self._log = log
        self._skip = skip
        self._known: list[_Watched] = []
        self._alive: dict[int, _Watched] = {}
        self._count = _thread._count()
        self._refresh(now, frames_of_others(), fresh=False)

    def observe(self, now: float) -> bool:
        """Look at every other thread once; whether any of them ran."""
        frames: dict[int, FrameType] | None = None
        ran = False
        if _thread._count() != self._count:
            self._count = _thread._count()
            frames = frames_of_others()
            self._refresh(now, frames, fresh=True)
        for watched in self._alive.values():
            used = watched.used()
            if watched.stands_still(used):
                continue
            frames = frames or frames_of_others()
            frame = frames.get(watched.ident)
            if frame is not None:
                watched.look(self._log, self._log.see(frame), now, used)
                ran = True
        return ran

    def stacks(self) -> set[int]:
        """The numbers of the stacks on which threads stand."""
        return {watched.stack for watched in self._alive.values() if watched.stack >= 0}

    def renumber(self, moved: dict[int, int]) -> None:
        """Stacks have other numbers now."""
        for watched in self._alive.values():
            watched.stack = moved.get(watched.stack, -1)

    def finish(self, now: float) -> None:
        """Account for what each thread has waited since it last moved."""
        for watched in self._alive.values():
            watched.rest(self._log, now)

    def names(self) -> dict[int, tuple[str, bool]]:
        """Thread number -> its name, and whether it began during the run."""
        return {watched.number: (watched.name, watched.fresh) for watched in self._known}

    def _refresh(self, now: float, frames: dict[int, FrameType], *, fresh: bool) -> None:
        alive = set(frames) - self._skip
        for ident in set(self._alive) - alive:
            self._alive.pop(ident).rest(self._log, now)
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        for ident in sorted(alive - set(self._alive)):
            number = len(self._known) + 1
            watched = _Watched(ident, number, names.get(ident, f"thread {ident}"), now, fresh=fresh)
            self._alive[ident] = watched
            self._known.append(watched)


class _Watched:
    def __init__(self, ident: int, number: int, name: str, now: float, *, fresh: bool) -> None:
        self.ident, self.number, self.name, self.fresh = ident, number, name, fresh
        find = getattr(time, "pthread_getcpuclockid", None)
        self._clock: int | None = None if find is None else find(ident)
        self._cpu = 0.0 if fresh else self.used()
        self._since = now
        self.stack = -1

    def used(self) -> float:
        """Processor seconds of the thread; NaN where the system cannot tell, its last value once the thread has ended."""
        if self._clock is None:
            return float("nan")
        try:
            return time.clock_gettime(self._clock)
        except OSError:
            return self._cpu

    def stands_still(self, used: float) -> bool:
        return self.stack >= 0 and used - self._cpu < MOVED

    def look(self, log: TickLog, stack: int, now: float, used: float) -> None:
        """It ran: what it waited goes to where it stood, what it used to where it is now."""
        wall = now - self._since
        cpu = used - self._cpu
        if cpu != cpu:  # noqa: PLR0124
            cpu = 0.0 if stack == self.stack else wall
        waited = max(wall - cpu, 0.0)
        if waited > 0:
            log.add(self.stack if self.stack >= 0 else stack, self.number, now, waited, 0.0, 0.0, True)
        if cpu > 0:
            log.add(stack, self.number, now, cpu, cpu, 0.0, False)
        self.stack, self._since, self._cpu = stack, now, used

    def rest(self, log: TickLog, now: float) -> None:
        if self.stack >= 0 and now > self._since:
            log.add(self.stack, self.number, now, now - self._since, 0.0, 0.0, True)
            self._since = now
