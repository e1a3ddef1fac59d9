"""asyncio: many at once within a limit, a program that ends in order on a signal, and trying again."""

from __future__ import annotations

import asyncio
import inspect
import math
import random as _random
import weakref
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar, cast

from workbench.patterns.faults import (
    WrongKindError,
    WrongNumberError,
    WrongPlaceError,
    add_notes,
    check_function,
    close_unstarted,
    line,
)
from workbench.patterns.shutdown import run_with_graceful_shutdown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

__all__ = [
    "WrongKindError",
    "WrongNumberError",
    "WrongPlaceError",
    "gather_with_concurrency",
    "retry_async",
    "run_with_graceful_shutdown",
]

T = TypeVar("T")


def gather_with_concurrency(n: int, *coros: Awaitable[T]) -> Coroutine[Any, Any, list[T]]:
    """The results of all awaitables, in the order given, of which at most `n` run at a time.

    Each runs in a task of its own, made when its turn comes. (Tasks that are passed in run already: for them `n` limits nothing.) The
    same object given twice is awaited once. When one fails or is cancelled, or the caller is cancelled, those that run are cancelled and
    awaited, those that have not begun are closed, and only then the error comes out: the first in time, later ones as notes on it.
    Every further cancellation of the caller is passed on to what still runs. A cancellation of the caller is never swallowed: where it
    comes after a failure, CancelledError comes out, with the failure as its cause.

    Raises WrongNumberError (`n` < 1) and WrongKindError (not awaitable, or of another event loop) at the call, before anything starts.
    The coroutines are closed then, and also where the result is dropped or cancelled before its first step. Costs a task and a queue
    entry each; at no time more than `n` tasks.
    """
    try:
        _check_gather(n, coros)
    except BaseException:
        close_unstarted(coros)
        raise
    whole = _gather(n, coros)
    weakref.finalize(whole, close_unstarted, coros).atexit = False
    return whole


async def _gather(n: int, coros: tuple[Awaitable[T], ...]) -> list[T]:
    waiting = deque({id(one): one for one in coros}.items())
    running: dict[asyncio.Future[T], int] = {}
    ended: asyncio.Queue[asyncio.Future[T]] = asyncio.Queue()
    results: dict[int, T] = {}
    try:
        while waiting or running:
            while waiting and len(running) < n:
                key, one = waiting.popleft()
                begun: asyncio.Future[T] = asyncio.ensure_future(one)
                running[begun] = key
                begun.add_done_callback(ended.put_nowait)
            future = await ended.get()
            key = running.pop(future)
            results[key] = future.result()
    except GeneratorExit:
        raise
    except BaseException as error:
        queued = [one for _, one in waiting if isinstance(one, asyncio.Future)]
        for future in queued:
            future.add_done_callback(ended.put_nowait)
        again = await _end([*running, *queued], ended, error)
        if again is not None and not isinstance(error, asyncio.CancelledError):
            again.add_note(f"cancelled while the rest was being ended after {line(error)}")
            raise again from error
        raise
    finally:
        close_unstarted(one for _, one in waiting)
    return [results[id(one)] for one in coros]


async def _end(
    left: list[asyncio.Future[T]], ended: asyncio.Queue[asyncio.Future[T]], first: BaseException
) -> asyncio.CancelledError | None:
    """Cancel and await all that is left; what they raise becomes notes on the first error. Returns the caller's last cancellation."""
    again: asyncio.CancelledError | None = None
    pending, notes = dict.fromkeys(left), list[str]()
    for future in left:
        future.cancel()
    while pending:
        try:
            future = await ended.get()
        except asyncio.CancelledError as cancelled:
            again = cancelled
            for future in pending:
                future.cancel()
            continue
        pending.pop(future, None)
        error = None if future.cancelled() else future.exception()
        if error is not None and error is not first:
            notes.append(f"also failed: {line(error)}")
    add_notes(first, notes)
    return again


def _check_gather(n: object, coros: tuple[Awaitable[object], ...]) -> None:
    if not isinstance(n, int) or n < 1:
        raise WrongNumberError(
            f"gather_with_concurrency: with n = {n!r} nothing would ever run; give a whole number from 1 on"
        )
    here = asyncio._get_running_loop()
    for place, one in enumerate(coros, 1):
        if not inspect.isawaitable(one):
            raise WrongKindError(
                f"gather_with_concurrency: argument {place} is {type(one).__name__} and cannot be awaited; "
                "call the async function and give what it returns"
            )
        if isinstance(one, asyncio.Future) and here is not None and one.get_loop() is not here:
            raise WrongKindError(
                f"gather_with_concurrency: argument {place} belongs to another event loop; make it in the loop that runs here"
            )


async def retry_async(
    attempt: Callable[[], Awaitable[T]],
    *,
    on: type[Exception] | tuple[type[Exception], ...],
    attempts: int = 5,
    first: float = 0.1,
    factor: float = 2.0,
    cap: float = 30.0,
    jitter: float = 1.0,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    random: Callable[[], float] = _random.random,
) -> T:
    """The result of `await attempt()`, tried up to `attempts` times as long as it raises one of the errors `on`.

    After failure k (from 0) it waits up to min(cap, first * factor**k) seconds: a share `1 - jitter` of that for certain and the share
    `jitter` times `random()`, a number in [0, 1). With `jitter` 1 that is "full jitter" (M. Brooker, Exponential Backoff and Jitter, 2015),
    which keeps many clients from coming back together; with 0 the waits are the same each time.

    The last error comes out, whichever it is, with those of earlier attempts as notes. Cancellation, KeyboardInterrupt and SystemExit are
    never retried; nor is an error in which an attempt ends after its task was cancelled from outside.

    Raises WrongNumberError (attempts < 1; first or cap negative; factor < 1; jitter outside 0..1; not finite) and WrongKindError (`on`
    holds something else than subclasses of Exception; `attempt` is a coroutine, which could run only once) before the first attempt.
    """
    check_function("retry_async", attempt)
    _check_retry(on, attempts, (first, factor, cap, jitter))
    wait, task = min(first, cap), asyncio.current_task()
    cancels = task.cancelling() if task else 0
    earlier: list[str] = []
    try:
        for number in range(1, attempts):
            try:
                return await attempt()
            except on as error:
                if isinstance(error, asyncio.CancelledError) or (task and task.cancelling() > cancels):
                    raise
                earlier.append(f"attempt {number} of {attempts} failed: {line(error)}")
            await sleep(wait * (1 - jitter + jitter * random()))
            wait = min(wait * factor, cap)
        return await attempt()
    except BaseException as error:
        add_notes(error, earlier)
        raise


def _check_retry(on: object, attempts: object, numbers: tuple[float, float, float, float]) -> None:
    first, factor, cap, jitter = numbers
    kinds = cast("tuple[object, ...]", on) if isinstance(on, tuple) else (on,)
    if wrong := [kind for kind in kinds if not _is_exception(kind)]:
        raise WrongKindError(
            f"retry_async: `on` holds {wrong[0]!r}; only subclasses of Exception can be retried, so that a cancelled task and Ctrl-C end"
        )
    for name, asked, right in (
        ("attempts", attempts, isinstance(attempts, int) and attempts >= 1),
        ("first", first, first >= 0),
        ("factor", factor, factor >= 1),
        ("cap", cap, cap >= 0),
        ("jitter", jitter, 0 <= jitter <= 1),
    ):
        if not right or (isinstance(asked, float) and not math.isfinite(asked)):
            wanted = {
                "attempts": "a whole number from 1 on",
                "factor": "a number from 1 on",
                "jitter": "a share from 0 to 1",
            }
            raise WrongNumberError(f"retry_async: {name} is {asked!r}; give {wanted.get(name, 'seconds from 0 on')}")


def _is_exception(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Exception)
