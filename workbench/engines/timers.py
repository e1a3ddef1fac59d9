"""Periodic timers that interrupt the main thread by a signal, and put the signal back as it was."""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, Protocol

from workbench.engines.heard import Way
from workbench.engines.pausing import Pause
from workbench.errors import EngineUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    Handler = Callable[[int, FrameType | None], None]

_CLOCK_MONOTONIC = 1
_SIGEV_THREAD_ID = 4


class Timer(Protocol):
    """Calls a handler in the main thread, again and again at the period it was last armed with."""

    mechanism: str
    way: Way
    """For signals of the program's own, while the timer runs."""

    def start(self, handler: Handler) -> None:
        """Take the signal. Raises EngineUnavailableError where it cannot be had."""
        ...

    def arm(self, period: float) -> None:
        """Fire every `period` seconds from now on, first after one period; replaces what was armed before."""
        ...

    def stop(self) -> None:
        """Disarm and give the signal back; may be called twice."""
        ...


class _SigEvent(ctypes.Structure):
    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signo", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("thread", ctypes.c_int),
        ("padding", ctypes.c_byte * 44),
    )


class _TimeSpec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _TimerSpec(ctypes.Structure):
    _fields_ = (("interval", _TimeSpec), ("value", _TimeSpec))


class PosixTimer:
    """A `timer_create(2)` timer on a free real-time signal, aimed at the thread that starts it.

    Unlike `setitimer` it leaves SIGALRM to the program: code that sets its own alarm, even in the middle of a run, works as without us.
    """

    mechanism = "timer signal"

    def __init__(self) -> None:
        self._signal: int | None = None
        self._previous: Any = None
        self._handler: Handler | None = None
        self._timer = ctypes.c_void_p()
        self._created = False
        self._spec = _TimerSpec()
        self._reference = ctypes.byref(self._spec)
        self._settime: Any = None
        self._pause: Pause | None = None
        self.way = Way()

    def start(self, handler: Handler) -> None:
        """Take the highest real-time signal that nobody handles."""
        libc = _libc()
        chosen = _free_realtime_signal()
        event = _SigEvent(None, chosen, _SIGEV_THREAD_ID, threading.get_native_id())
        self._handler, self._previous = handler, signal.signal(chosen, handler)
        self._signal = chosen
        self.way.start(chosen)
        if libc.timer_create(_CLOCK_MONOTONIC, ctypes.byref(event), ctypes.byref(self._timer)) != 0:
            self.stop()
            raise EngineUnavailableError(
                "The system gave no timer (timer_create failed: too many timers or signals are pending)."
            )
        self._created = True
        self._settime = libc.timer_settime
        self._pause = Pause(chosen)
        self._pause.start()

    def arm(self, period: float) -> None:
        """See Timer."""
        whole = int(period)
        nanoseconds = max(int((period - whole) * 1e9), 1)
        for part in (self._spec.value, self._spec.interval):
            part.seconds, part.nanoseconds = whole, nanoseconds
        self._settime(self._timer, 0, self._reference, None)

    def stop(self) -> None:
        """Delete the timer before the handler goes: a real-time signal without one would end the process.

        One more signal, raised here, has ticks answered that Python has noted and not handed on yet (a stop within another handler).
        """
        if self._pause is not None:
            self._pause.stop()
        if self._created:
            _libc().timer_delete(self._timer)
            self._created = False
            if self._signal is not None:
                signal.raise_signal(self._signal)
        if self._signal is not None:
            if signal.getsignal(self._signal) is self._handler:
                signal.signal(self._signal, self._previous)
            self._signal = None
        self.way.stop()


class AlarmTimer:
    """`setitimer(ITIMER_REAL)` and SIGALRM, for systems without `timer_create`; only where nobody else uses them."""

    mechanism = "timer signal (SIGALRM)"

    def __init__(self) -> None:
        self._handler: Handler | None = None
        self._running = False
        self._pause = Pause(signal.SIGALRM)
        self.way = Way()

    def start(self, handler: Handler) -> None:
        """Take SIGALRM where it is free."""
        if not hasattr(signal, "setitimer"):
            raise EngineUnavailableError("This system has no interval timers.")
        if signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL or signal.getitimer(signal.ITIMER_REAL)[0]:
            raise EngineUnavailableError("The program uses SIGALRM itself.")
        self._handler = handler
        signal.signal(signal.SIGALRM, handler)
        self.way.start(signal.SIGALRM)
        self._pause.start()
        self._running = True

    def arm(self, period: float) -> None:
        """Fires nothing once the program has taken SIGALRM for itself."""
        if signal.getsignal(signal.SIGALRM) is self._handler:
            signal.setitimer(signal.ITIMER_REAL, period, period)

    def stop(self) -> None:
        """Leave alone what the program has put in our place meanwhile."""
        self._pause.stop()
        if self._running and signal.getsignal(signal.SIGALRM) is self._handler:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
        self._running = False
        self.way.stop()


def main_thread_timer(handler: Handler) -> Timer:
    """A started timer for the calling thread. Raises EngineUnavailableError with the reason where there can be none."""
    if threading.current_thread() is not threading.main_thread():
        raise EngineUnavailableError("Signals reach the main thread only, and this run is on another one.")
    timer: Timer = PosixTimer() if sys.platform == "linux" else AlarmTimer()
    timer.start(handler)
    return timer


def _free_realtime_signal() -> int:
    for number in range(signal.SIGRTMAX - 1, signal.SIGRTMIN, -1):
        if signal.getsignal(number) is signal.SIG_DFL and number not in signal.pthread_sigmask(signal.SIG_BLOCK, ()):
            return number
    raise EngineUnavailableError("Every real-time signal is taken by the program.")


def _libc() -> Any:
    """The C library, called without giving up the GIL: a handler that let go of it would wait behind busy threads to get it back."""
    libc = ctypes.PyDLL(None)
    libc.timer_settime.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_TimerSpec), ctypes.c_void_p]
    libc.timer_delete.argtypes = [ctypes.c_void_p]
    return libc
