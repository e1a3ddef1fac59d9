"""An asyncio program that ends in order on SIGINT and SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from workbench.patterns.faults import WrongPlaceError, check_function

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator
    from types import FrameType

T = TypeVar("T")


def run_with_graceful_shutdown(
    main: Callable[[], Awaitable[T]],
    *,
    debug: bool | None = None,
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> T:
    """Run `await main()` in a new event loop, as `asyncio.run` does, and let SIGINT and SIGTERM end it in order.

    The first signal cancels main, which may take its time to clean up; the second cancels it again, which breaks off an await of the
    clean-up; the third and each later one raises where the main thread stands, also in code that never returns to the loop. After
    main's end, while the loop is closed, the second signal raises.

    Returns what main returns, also where it caught the cancellation and came to an end of its own; an error of main's comes out as it is.
    Where main ended cancelled by a signal, or a signal came too late to reach it, the first signal decides: KeyboardInterrupt for SIGINT,
    `SystemExit(143)`, which is 128 + 15, for SIGTERM.

    The handlers from before are put back whatever happens. A signal that is ignored, or whose handler was not installed from Python and
    could not be put back, is left alone. Only `signal.signal` and `call_soon_threadsafe` are used, not `loop.add_signal_handler`: that one
    is missing from some loops, forgets the handler and the wake-up descriptor from before, and cannot reach a loop that is kept busy.

    Raises WrongPlaceError outside the main thread, where Python takes no signals, and where a loop runs already; WrongKindError where
    `main` is a coroutine or cannot be called. `debug` and `loop_factory` are those of `asyncio.Runner`.
    """
    check_function("run_with_graceful_shutdown", main)
    if threading.current_thread() is not threading.main_thread():
        raise WrongPlaceError(
            f"run_with_graceful_shutdown was called in thread {threading.current_thread().name!r}, but Python takes signals only in the "
            "main thread; call it there, or use asyncio.run here and end it from the main thread"
        )
    if asyncio._get_running_loop() is not None:
        raise WrongPlaceError(
            "run_with_graceful_shutdown was called where an event loop runs already; write `await main()` there"
        )
    stop = _Stop()
    with _handling(stop):
        try:
            with asyncio.Runner(debug=debug, loop_factory=loop_factory) as runner:
                result = runner.run(_watched(main, stop))
        except asyncio.CancelledError as cancelled:
            if stop.first is None:
                raise
            raise _ending(stop.first) from cancelled
    if stop.first is not None and not stop.reached:
        raise _ending(stop.first)
    return result


@dataclass(slots=True)
class _Stop:
    """The handler of both signals: which came first, how many came, whether one has reached main."""

    task: asyncio.Task[Any] | None = None
    first: int | None = None
    count: int = 0
    reached: bool = False

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        self.count += 1
        self.first = number if self.first is None else self.first
        over = self.task is not None and self.task.done()
        if self.count > (1 if over else 2):
            raise _ending(number)
        if self.task is not None and not over:
            self.task.get_loop().call_soon_threadsafe(self.cancel)

    def cancel(self) -> None:
        """Hand a signal to main; called by the loop."""
        if self.task is not None and self.task.cancel():
            self.reached = True


async def _watched(main: Callable[[], Awaitable[T]], stop: _Stop) -> T:
    stop.task = asyncio.current_task()
    if stop.first is not None:
        raise asyncio.CancelledError
    return await main()


@contextmanager
def _handling(stop: _Stop) -> Generator[None, None, None]:
    with ExitStack() as before:
        for number in (signal.SIGINT, signal.SIGTERM):
            handler = signal.getsignal(number)
            if handler is not None and handler is not signal.SIG_IGN:
                before.callback(signal.signal, number, handler)
                signal.signal(number, stop)
        yield


def _ending(number: int) -> BaseException:
    return KeyboardInterrupt() if number == signal.SIGINT else SystemExit(128 + number)
