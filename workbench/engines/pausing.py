"""`signal.pause` beside a periodic timer: it goes on waiting for the program's signals when ours come.

Of all waits that Python knows only this one ends at every signal; the others are taken up again (PEP 475).
"""

from __future__ import annotations

import ctypes
import signal
from functools import partial
from typing import Any

_WORD = ctypes.sizeof(ctypes.c_ulong) * 8
_Mask = ctypes.c_ulong * (1024 // _WORD)


class Pause:
    """Puts `sigsuspend(2)` in the place of `signal.pause`, with one signal blocked beside those that the calling thread blocks.

    It is one call into C, so that a KeyboardInterrupt has the same traceback as ever. A program that took the function's
    name before the run (`from signal import pause`) has the old one.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._original: Any = None
        self._ours: Any = None

    def start(self) -> None:
        """Take the place of `signal.pause`, where the system has it and nobody else took it."""
        self._original = getattr(signal, "pause", None)
        if self._original is None or self._original.__module__ != "_signal":
            return
        suspend = ctypes.CDLL(None).sigsuspend
        suspend.argtypes = [_also_blocked(self._number)]
        suspend.restype = None
        self._ours = signal.pause = partial(suspend, None)

    def stop(self) -> None:
        """Give it back; may be called twice."""
        if self._ours is not None and signal.pause is self._ours:
            signal.pause = self._original
        self._ours = None


def _also_blocked(number: int) -> type:
    """A ctypes argument that becomes, at the moment of the call, the calling thread's blocked signals and `number`."""

    class Blocked:
        @classmethod
        def from_param(cls, _given: None) -> Any:
            mask = _Mask()
            for blocked in (number, *signal.pthread_sigmask(signal.SIG_BLOCK, ())):
                mask[(blocked - 1) // _WORD] |= 1 << (blocked - 1) % _WORD
            return ctypes.byref(mask)

    return Blocked
