"""How calls are made in a row and timed: plain ones, awaited ones, and those whose results have to be consumed to do their work."""

from __future__ import annotations

import asyncio
import io
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Arguments = tuple[tuple[Any, ...], dict[str, Any]]

J = TypeVar("J")
T = TypeVar("T")


class Kind(StrEnum):
    """What a call has to be followed by before its work is done."""

    PLAIN = "plain"
    CONSUME = "consume"
    AWAIT = "await"
    CONSUME_ASYNC = "consume async"


@dataclass(slots=True)
class Driver:
    """Makes calls of one function as its `kind` wants it, counting those that raise. All awaited calls share one event loop."""

    function: Callable[..., Any]
    kind: Kind
    runner: asyncio.Runner | None
    raised: int = field(default=0)

    def run(self, calls: Sequence[Arguments]) -> tuple[float, float]:
        """Wall and processor seconds of all calls, one after the other. An exception of a call is part of what it does."""
        if self.kind in (Kind.PLAIN, Kind.CONSUME):
            return self._plain(calls) if self.kind is Kind.PLAIN else self._consumed(calls)
        assert self.runner is not None
        return self.runner.run(self._awaited(calls) if self.kind is Kind.AWAIT else self._consumed_async(calls))

    def _plain(self, calls: Sequence[Arguments]) -> tuple[float, float]:
        function, raised = self.function, 0
        cpu, begin = process_time(), perf_counter()
        for args, kwargs in calls:
            try:
                function(*args, **kwargs)
            except Exception:  # noqa: BLE001
                raised += 1
        end = perf_counter()
        self.raised += raised
        return end - begin, process_time() - cpu

    def _consumed(self, calls: Sequence[Arguments]) -> tuple[float, float]:
        function, raised = self.function, 0
        cpu, begin = process_time(), perf_counter()
        for args, kwargs in calls:
            try:
                deque(function(*args, **kwargs), 0)
            except Exception:  # noqa: BLE001
                raised += 1
        end = perf_counter()
        self.raised += raised
        return end - begin, process_time() - cpu

    async def _awaited(self, calls: Sequence[Arguments]) -> tuple[float, float]:
        function, raised = self.function, 0
        cpu, begin = process_time(), perf_counter()
        for args, kwargs in calls:
            try:
                await function(*args, **kwargs)
            except Exception:  # noqa: BLE001
                raised += 1
        end = perf_counter()
        self.raised += raised
        return end - begin, process_time() - cpu

    async def _consumed_async(self, calls: Sequence[Arguments]) -> tuple[float, float]:
        function, raised = self.function, 0
        cpu, begin = process_time(), perf_counter()
        for args, kwargs in calls:
            try:
                async for _ in function(*args, **kwargs):
                    pass
            except Exception:  # noqa: BLE001
                raised += 1
        end = perf_counter()
        self.raised += raised
        return end - begin, process_time() - cpu


def without_a_loop(work: Callable[[J], T], job: J) -> T:
    """`work(job)`, which may run event loops of its own: in a thread of its own where this one's loop is running, as a notebook's is."""
    if asyncio._get_running_loop() is None:
        return work(job)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work, job).result()


def kind_of(result: Any) -> Kind:
    """What has to follow a call that gave `result`: an awaitable is awaited, an iterator other than a file is consumed."""
    if isinstance(result, Awaitable):
        return Kind.AWAIT
    if isinstance(result, AsyncIterator):
        return Kind.CONSUME_ASYNC
    if isinstance(result, Iterator) and not isinstance(result, io.IOBase):
        return Kind.CONSUME
    return Kind.PLAIN


def first_call(function: Callable[..., Any], arguments: Arguments, runner: asyncio.Runner) -> tuple[Kind, float]:
    """What kind of function this is, from its first call, which is carried through; and that call's seconds."""
    args, kwargs = arguments
    begin = perf_counter()
    try:
        result = function(*args, **kwargs)
    except Exception:  # noqa: BLE001
        return Kind.PLAIN, perf_counter() - begin
    kind = kind_of(result)
    try:
        if kind is Kind.AWAIT:
            runner.run(_wait_for(result))
        elif kind is Kind.CONSUME_ASYNC:
            runner.run(_drain(result))
        elif kind is Kind.CONSUME:
            deque(result, 0)
    except Exception:  # noqa: BLE001
        return kind, perf_counter() - begin
    return kind, perf_counter() - begin


async def _wait_for(result: Awaitable[Any]) -> None:
    await result


async def _drain(result: AsyncIterator[Any]) -> None:
    async for _ in result:
        pass
