"""The signals that end a process: held back while a recording is written, and answered by writing it while a program runs."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

PATIENCE = 3
"""Times that Ctrl-C must be pressed to give up what is being written."""

_ENDING = ("SIGTERM", "SIGHUP")
_ENGINES = str(Path(__file__).parent.parent / "engines")


@contextmanager
def patient() -> Iterator[None]:
    """Within it Ctrl-C only says that the profile is being written; the third one is a KeyboardInterrupt as ever."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed = 0

    def answer(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        pressed += 1
        if pressed >= PATIENCE:
            raise KeyboardInterrupt
        if sys.__stderr__ is not None:
            os.write(sys.__stderr__.fileno(), b"workbench: writing the profile (Ctrl-C again and again gives it up)\n")

    previous = signal.signal(signal.SIGINT, answer)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is answer:
            signal.signal(signal.SIGINT, signal.SIG_DFL if previous is None else previous)


@contextmanager
def last_words(speak: Callable[[str], None]) -> Iterator[None]:
    """Within it a signal that would end the process (SIGTERM, SIGHUP) first has `speak` called with its name, and then ends it.

    A program that handles such a signal itself is left to do so; processes forked off have Python's own handling again.
    """

    def answer(number: int, frame: FrameType | None) -> None:
        if frame is not None and frame.f_code.co_filename.startswith(_ENGINES):
            signal.raise_signal(number)
            return
        signal.signal(number, signal.SIG_DFL)
        try:
            if os.getpid() == process:
                speak(signal.Signals(number).name)
        finally:
            os.kill(os.getpid(), number)

    process = os.getpid()
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _follow_forks()
    for number in (getattr(signal, name) for name in _ENDING if hasattr(signal, name)):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, answer)
            _answered[number] = answer
    try:
        yield
    finally:
        _give_back()


_answered: dict[int, object] = {}
_following = False


def _follow_forks() -> None:
    """A child that waits in C code would not come to run a Python handler: `multiprocessing` ends its workers by SIGTERM."""
    global _following
    if not _following and hasattr(os, "register_at_fork"):
        _following = True
        os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_in_child)


_masks: dict[int, set[int]] = {}
"""What a thread that forks had blocked before."""


def _before_fork() -> None:
    """Python forgets in a child the signals that came before it was ready. One that is to end it, and may come at once, has to wait."""
    if _answered:
        _masks[threading.get_ident()] = signal.pthread_sigmask(signal.SIG_BLOCK, _answered)


def _after_fork() -> None:
    if (mask := _masks.pop(threading.get_ident(), None)) is not None:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _in_child() -> None:
    _give_back()
    _after_fork()
    _masks.clear()


def _give_back() -> None:
    for number, answer in list(_answered.items()):
        if signal.getsignal(number) is answer:
            signal.signal(number, signal.SIG_DFL)
    _answered.clear()
