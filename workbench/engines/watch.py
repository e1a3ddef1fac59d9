"""The watching thread: sleeps while signals are answered, looks often where the main thread is out of their reach."""

from __future__ import annotations

import _thread
import os
import time
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_IDLE = 0.04
_LATE = 0.0006
_ALERT_TICKS = 50


class Watch:
    """Calls `look` from a thread of its own; `look` says whether there was anything to see.

    To look costs the program a change of threads, so it is done often only as long as it helps: C code that holds the GIL answers signals
    late, too, but lets no other thread look.

    The thread is a bare one: the program's `threading.enumerate()` and thread names stay as they are without us. It ends before
    a fork, so that the child has no trace of it, and begins anew with the next `hint`; after a fork `ended` is called, to see to that: a
    thread begun right there would have Python warn of threads beside a fork. Its ident is in `idents` while it runs.
    """

    def __init__(
        self,
        look: Callable[[], bool],
        owner_clock: int | None,
        idents: set[int],
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self._look = look
        self._owner_clock = owner_clock
        self._wake = _thread.allocate_lock()
        self._ended = _thread.allocate_lock()
        self._wake.acquire()
        self._alive = False
        self._stopping = False
        self._alone = False
        self._alert = 0
        self._worth = 1.0
        self._interval = _IDLE
        self._ident = 0
        self._idents = idents
        self.ended = ended
        _running.add(self)
        _follow_forks()

    def owner_cpu(self) -> float:
        """Processor seconds of the watched thread; of the whole process where the system cannot tell them apart."""
        return time.process_time() if self._owner_clock is None else time.clock_gettime(self._owner_clock)

    def start(self, interval: float, *, alone: bool) -> None:
        """Begin; `alone` where there are no signals and every interval is a look."""
        self._alive = True
        self._interval, self._alone = interval, alone
        self._stopping = False
        self._ended.acquire()
        self._ident = _thread.start_new_thread(self._run, ())
        self._idents.add(self._ident)

    def hint(self, late: float, interval: float) -> None:
        """A signal came `late` seconds after it was due; `interval` is what signals are sent at now."""
        self._interval = interval
        if late > _LATE:
            self._alert = int(_ALERT_TICKS * self._worth)
        if not self._alive and not self._stopping:
            self.start(interval, alone=False)

    def stop(self) -> None:
        """End the thread and wait until it has; may be called twice."""
        self._stopping = True
        _running.discard(self)
        self._end()

    def _end(self) -> None:
        if not self._alive:
            return
        self._stopping = True
        self._wake.release()
        self._ended.acquire()
        self._ended.release()
        self._wake.acquire(blocking=False)
        self._idents.discard(self._ident)
        self._alive = False

    def _run(self) -> None:
        try:
            while not self._stopping:
                pace = self._interval if self._alone or self._alert > 0 else _IDLE
                self._alert -= self._alert > 0
                if self._wake.acquire(timeout=pace):
                    return
                alert = self._alert > 0
                seen = self._look()
                if alert:
                    self._worth = min(self._worth + 0.2, 1.0) if seen else max(self._worth * 0.9, 0.05)
        finally:
            self._ended.release()


_running: weakref.WeakSet[Watch] = weakref.WeakSet()
_following = False


def _follow_forks() -> None:
    global _following
    if not _following and hasattr(os, "register_at_fork"):
        _following = True
        os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_in_child)


def _before_fork() -> None:
    for watch in list(_running):
        watch._end()


def _after_fork() -> None:
    for watch in list(_running):
        if watch._alone:
            watch.start(watch._interval, alone=True)
        else:
            watch._stopping = False
            watch.ended()


def _in_child() -> None:
    for watch in list(_running):
        watch._stopping = True
    _running.clear()
