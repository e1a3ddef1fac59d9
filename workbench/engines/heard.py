"""Which signals the program gets while a timer of ours runs: none waits behind a tick, and no tick is written where the program listens.

A tick lets the system call that it interrupts be taken up again; any other signal with a handler in Python ends it, so that the handler
can run. Where both arrive at once, the kernel goes by the tick, and the program's handler would wait as long as the call does. Python
writes the number of every signal to its wakeup file (`signal.set_wakeup_fd`): read from another thread, it tells that one is waiting.
"""

from __future__ import annotations

import ctypes
import os
import signal
import weakref
from typing import Any

_ROOM = 4096
_UNANSWERED = 0.01


class Way:
    """Has the program's signals come through where a tick hides them: the next tick then ends the system call, as they would have."""

    def __init__(self) -> None:
        self._tick = 0
        self._heard: Heard | None = None
        self._waiting = self._open = False

    def start(self, tick: int) -> None:
        """In the main thread; `tick` is the number of a signal that has a handler."""
        self._tick = tick
        self._set(opened=False)
        self._heard = Heard(tick)
        self._heard.start()

    def answered(self) -> None:
        """The handler of ticks says that it runs: no signal of the program's waits."""
        self._waiting = False
        if self._heard is not None:
            self._heard.answered()
        if self._open:
            self._set(opened=False)

    def watched(self, unanswered: float) -> None:
        """Another thread says that no tick has been answered for some seconds."""
        self._waiting |= self._heard is not None and self._heard.hand_on()
        if self._waiting and unanswered > _UNANSWERED:
            self.open()

    def open(self) -> None:
        """Have the next tick answered even where the program waits in a system call."""
        if self._tick and not self._open:
            self._set(opened=True)

    def stop(self) -> None:
        """Give all back; may be called twice."""
        if self._heard is not None:
            self._heard.stop()

    def _set(self, *, opened: bool) -> None:
        self._open = opened
        signal.siginterrupt(self._tick, opened)


class Heard:
    """Has a pipe as Python's wakeup file, and hands on to the program's own one, where it sets one, all but the ticks.

    The program sees its own file only. A signal reaches it at the next tick, or at the next look of the watching thread.
    """

    def __init__(self, number: int) -> None:
        self._tick = number
        self._ends: tuple[int, int] | None = None
        self._set: Any = None
        self._theirs, self._warns = -1, True
        self._kept = b""
        self._process = 0
        """A forked child leaves what was heard to its parent."""
        self._read: Any = ctypes.PyDLL(None).read
        """Keeps the GIL: a handler that let go of it would wait behind busy threads to get it back."""

    def start(self) -> None:
        """Take the file's place; in the main thread."""
        self._process = os.getpid()
        self._ends = os.pipe()
        for end in self._ends:
            os.set_blocking(end, False)
        self._set = signal.set_wakeup_fd
        self._theirs = self._set(self._ends[1], warn_on_full_buffer=False)
        signal.set_wakeup_fd = self._given
        _follow_forks()
        _running.add(self)

    def hand_on(self) -> bool:
        """Give the program's file what it has missed; whether the program got a signal since this was last called. From any thread."""
        if self._ends is None or os.getpid() != self._process:
            return False
        room = ctypes.create_string_buffer(_ROOM)
        count = self._read(self._ends[0], room, _ROOM)
        others = bytes(number for number in room.raw[: max(count, 0)] if number != self._tick)
        if self._theirs != -1 and (others or self._kept):
            self._kept = _written(self._theirs, (self._kept + others)[-_ROOM:])
        return bool(others)

    def answered(self) -> None:
        """A tick is answered: hand on, where the program has a file."""
        if self._theirs != -1:
            self.hand_on()

    def stop(self) -> None:
        """Give all back; in the main thread, may be called twice."""
        if self._ends is None:
            return
        _running.discard(self)
        if signal.set_wakeup_fd == self._given:
            signal.set_wakeup_fd = self._set
        now = self._set(-1)
        mine = now in (-1, self._ends[1])
        self.hand_on()
        self._set(self._theirs if mine else now, warn_on_full_buffer=self._warns)
        ends, self._ends = self._ends, None
        for end in ends:
            os.close(end)

    def _given(self, fd: int, /, *, warn_on_full_buffer: bool = True) -> int:
        """Stands for `signal.set_wakeup_fd`, which checks what it is given."""
        if self._ends is None:
            last: int = self._set(fd, warn_on_full_buffer=warn_on_full_buffer)
            return last
        self._set(fd, warn_on_full_buffer=warn_on_full_buffer)
        self._set(self._ends[1], warn_on_full_buffer=False)
        self.hand_on()
        before, self._theirs, self._warns, self._kept = self._theirs, fd, warn_on_full_buffer, b""
        return before


def _written(fd: int, numbers: bytes) -> bytes:
    """Write them; those that found no room, or no open file."""
    try:
        return numbers[os.write(fd, numbers) :]
    except OSError:
        return numbers


_running: weakref.WeakSet[Heard] = weakref.WeakSet()
_following = False


def _follow_forks() -> None:
    global _following
    if not _following and hasattr(os, "register_at_fork"):
        _following = True
        os.register_at_fork(after_in_child=_in_child)


def _in_child() -> None:
    for heard in list(_running):
        if heard._process != os.getpid():
            heard.stop()
