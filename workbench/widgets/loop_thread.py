"""Where a panel's steps run: in the kernel's main thread, where they can be interrupted, wherever its buttons are heard."""

from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class MainThread:
    """The main thread with the event loop that runs in it when this is made; JupyterLab's kernels hear widgets in another thread."""

    def __init__(self) -> None:
        self._loop = _loop_here()

    @property
    def elsewhere(self) -> bool:
        """Whether the caller is in another thread, and the main one can be asked to work."""
        here = threading.current_thread() is threading.main_thread()
        return not here and self._loop is not None and self._loop.is_running()

    def run(self, work: Callable[[], None]) -> None:
        """Have `work` done: at once in the main thread, or where there is no loop to ask; else as soon as that thread is free."""
        if self._loop is not None and self.elsewhere:
            self._loop.call_soon_threadsafe(_interruptible, work)
        else:
            work()


def _loop_here() -> asyncio.AbstractEventLoop | None:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return None
    return loop if threading.current_thread() is threading.main_thread() else None


def _interruptible(work: Callable[[], None]) -> None:
    with interrupts():
        work()


@contextmanager
def interrupts() -> Iterator[None]:
    """Have Ctrl-C heard in the main thread for the time of the block: between its cells a kernel does not listen."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
