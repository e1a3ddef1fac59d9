"""Context managers: a connection that is always closed, and a transaction whose blocks may be nested."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, overload

from workbench.errors import UsageError, WorkbenchError
from workbench.patterns.faults import line

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager, AbstractContextManager
    from types import TracebackType

C = TypeVar("C")
T = TypeVar("T")


class Closable(Protocol):
    """What knows itself how to be closed."""

    async def aclose(self) -> object:
        """Close it."""
        ...


K = TypeVar("K", bound=Closable)


class RolledBackError(WorkbenchError):
    """A transaction came to its end as if all were well, but was rolled back: a block in it had failed."""


class BlockUsedTwiceError(UsageError, RuntimeError):
    """A block of a transaction is for one `with`; the next needs a new one."""


@overload
def managed_connection(open: Callable[[], Awaitable[K]]) -> AbstractAsyncContextManager[K]: ...


@overload
def managed_connection(
    open: Callable[[], Awaitable[C]],
    close: Callable[[C], Awaitable[object]],
) -> AbstractAsyncContextManager[C]: ...


def managed_connection(
    open: Callable[[], Awaitable[Any]],  # noqa: A002
    close: Callable[[Any], Awaitable[object]] | None = None,
) -> Any:
    """An async context manager around `await open()`, closed by `await close(connection)`, or by its `aclose()` where `close` is not given.

    It is closed once: at the normal end, on an error and on cancellation. An error in closing comes out where there was none before,
    and is a note on the first error otherwise. A cancellation while closing lets it finish and then comes out, with an earlier error as
    its cause. For that `close` runs in a task of its own, which only the end of the loop breaks off: give it its own time limit.

    A cancellation while opening is passed on to `open`. What `open` had half done it must undo itself; a connection that it returns
    all the same, or that was ready in the same moment, is closed, and the cancellation comes out. (A thread cannot be cancelled: an
    `open` that waits for one has to wait for its end.)
    """
    return _managed(open, _aclose if close is None else close)


@asynccontextmanager
async def _managed(
    opener: Callable[[], Awaitable[C]], close: Callable[[C], Awaitable[object]]
) -> AsyncGenerator[C, None]:
    connection = await _opened(opener, close)
    try:
        yield connection
    except BaseException as error:
        await _closed(close, connection, error)
        raise
    await _closed(close, connection, None)


async def _opened(opener: Callable[[], Awaitable[C]], close: Callable[[C], Awaitable[object]]) -> C:
    """A connection, for a task that was not cancelled meanwhile."""
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    opening = opener()
    try:
        connection = await opening
    except asyncio.CancelledError as cancelled:
        if isinstance(opening, asyncio.Future) and _has_result(opening):
            await _closed(close, opening.result(), cancelled)
        raise
    if task and task.cancelling() > before:
        late = asyncio.CancelledError("cancelled while the connection was being opened")
        await _closed(close, connection, late)
        raise late
    return connection


def _has_result(future: asyncio.Future[Any]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


async def _closed(close: Callable[[C], Awaitable[object]], connection: C, first: BaseException | None) -> None:
    """Close to the end, however often cancelled meanwhile. Raises what went wrong in it unless there is a first error to note it on."""

    async def closing() -> None:
        await close(connection)

    task, cancelled = asyncio.ensure_future(closing()), None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as again:
            cancelled = again
    failure = asyncio.CancelledError("closing was cancelled") if task.cancelled() else task.exception()
    out = first if first is not None and (cancelled is None or isinstance(first, asyncio.CancelledError)) else cancelled
    if failure is not None and out is None:
        raise failure
    if failure is not None and out is not None:
        out.add_note(f"closing failed too: {line(failure)}")
    if out is not None and out is not first:
        raise out from first


async def _aclose(connection: Closable) -> None:
    await connection.aclose()


@dataclass(slots=True)
class _Open(Generic[T]):
    """A transaction that has begun: what `begin` returned, and the first failure of a block that joined it."""

    handle: T
    failure: BaseException | None = None


class TransactionManager(Generic[T]):
    """Transactions whose blocks nest: `with manager.transaction() as handle:` begins one, or joins the one that is open here.

    `begin()` returns a handle (a connection, say), which the blocks get and which `commit(handle)` or `rollback(handle)` is called with,
    one of them, once, when the outermost block ends. An inner block's failure dooms the whole, also when it is caught outside of that
    block: then the outermost block rolls back, and raises RolledBackError where no other error comes out of it.

    "Here" is the asyncio task that runs, or the thread where none does. A task or thread that is started inside a block does not
    join it, although it inherits the context variables. Blocks of one task may be held over an `await`.

    Where `begin` fails, nothing is open and its error comes out. Where `commit` fails, `rollback` is called and the commit's error comes
    out. An error of `rollback` is a note on the error that led to it; it is itself raised where there is none but the doomed commit.
    Costs a dictionary entry for the time of a transaction.
    """

    def __init__(self, begin: Callable[[], T], commit: Callable[[T], object], rollback: Callable[[T], object]) -> None:
        self._begin, self._commit, self._rollback = begin, commit, rollback
        self._open: dict[object, _Open[T]] = {}

    def transaction(self) -> AbstractContextManager[T]:
        """A block, for one `with`; not a decorator, which around an async function would commit before that ran."""
        return _Block(self)

    def enter(self, owner: object) -> tuple[_Open[T], bool]:
        """The owner's open transaction, begun if there is none, and whether it was."""
        joined = self._open.get(owner)
        if joined is not None:
            return joined, False
        begun = self._open[owner] = _Open(self._begin())
        return begun, True

    def finish(self, owner: object, ended: _Open[T], error: BaseException | None) -> None:
        """End the outermost block: nothing is open any more, whatever `commit` and `rollback` do."""
        self._open.pop(owner, None)
        if error is None and ended.failure is None:
            try:
                self._commit(ended.handle)
            except BaseException as failed:
                self._undo(ended.handle, failed)
                raise
        elif error is None and ended.failure is not None:
            self._rollback(ended.handle)
            raise RolledBackError(
                f"The transaction was rolled back, not committed: a block inside it failed ({line(ended.failure)}), and that was caught "
                "outside of the block. Catch it inside the block, or let it come out of the outermost one."
            ) from ended.failure
        elif error is not None:
            self._undo(ended.handle, error)

    def _undo(self, handle: T, error: BaseException) -> None:
        try:
            self._rollback(handle)
        except Exception as failed:  # noqa: BLE001
            error.add_note(f"rolling back failed too: {line(failed)}")


class _Block(Generic[T]):
    """One `with`; it keeps its owner, so that it ends its own transaction also where another task or thread closes it."""

    __slots__ = ("_begun", "_manager", "_open", "_owner")

    def __init__(self, manager: TransactionManager[T]) -> None:
        self._manager = manager
        self._open: _Open[T] | None = None
        self._owner: object = None
        self._begun = False

    def __enter__(self) -> T:
        if self._open is not None:
            raise BlockUsedTwiceError(
                "This block was entered before; write `with manager.transaction():` anew for each."
            )
        self._owner = _here()
        self._open, self._begun = self._manager.enter(self._owner)
        return self._open.handle

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._open is not None
        if self._begun:
            self._manager.finish(self._owner, self._open, error)
        elif self._open.failure is None:
            self._open.failure = error


def _here() -> object:
    try:
        task = asyncio.current_task()
    except RuntimeError:
        task = None
    return threading.current_thread() if task is None else task
