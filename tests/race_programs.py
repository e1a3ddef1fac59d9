"""Seeded programs with a race each, and their twins that have none: the specimens of the race check."""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Program:
    """Calls on fresh state; `code` is the code to be found, "" where nothing is; `line` a piece of the source line that races; `seconds` is
    what a twin needs to be called clean."""

    setup: Callable[[], Any]
    calls: Sequence[Callable[[Any], object]]
    observe: Callable[[Any], object] | None = None
    code: str = ""
    line: str = ""
    seconds: float = 1.0


class Cache:
    """Looks, and puts later; counts how often a value was made."""

    def __init__(self) -> None:
        self.store: dict[int, list[int]] = {}
        self.made = 0

    def get(self, key: int) -> list[int]:
        if key not in self.store:
            self.made += 1
            self.store[key] = [key]
        return self.store[key]


class LockedCache(Cache):
    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def get(self, key: int) -> list[int]:
        with self.lock:
            return super().get(key)


class QuietCache:
    """The same without a count: the two results are equal, but not the same object."""

    def __init__(self) -> None:
        self.store: dict[int, list[int]] = {}

    def get(self, key: int) -> list[int]:
        found = self.store.get(key)
        if found is None:
            found = self.store[key] = [key]
        return found


class DefaultCache(QuietCache):
    """`setdefault` is one step."""

    def get(self, key: int) -> list[int]:
        return self.store.setdefault(key, [key])


class Counter:
    def __init__(self) -> None:
        self.count = 0

    def add(self) -> None:
        self.count += 1


LOCK = threading.Lock()


class LockedCounter(Counter):
    """Its lock is a global that was there before."""

    def add(self) -> None:
        with LOCK:
            self.count += 1


class ReentrantCounter(Counter):
    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.RLock()

    def add(self) -> None:
        with self.lock, self.lock:
            self.count += 1


class AtomicCounter:
    """`next` of an `itertools.count` is one step."""

    def __init__(self) -> None:
        self.numbers = itertools.count()

    def add(self) -> int:
        return next(self.numbers)


class LocalCounter:
    """Each thread has its own."""

    def __init__(self) -> None:
        self.local = threading.local()

    def add(self) -> int:
        self.local.count = getattr(self.local, "count", 0) + 1
        return int(self.local.count)


class Accounts:
    """Two locks, taken in the order of the arguments."""

    def __init__(self) -> None:
        self.money = [10, 10]
        self.locks = [threading.Lock(), threading.Lock()]

    def move(self, source: int, target: int) -> None:
        with self.locks[source]:
            self.money[source] -= 1
            with self.locks[target]:
                self.money[target] += 1


class OrderedAccounts(Accounts):
    """Two locks, always taken in the same order."""

    def move(self, source: int, target: int) -> None:
        with self.locks[min(source, target)]:
            changes = {source: -1, target: +1}
            with self.locks[max(source, target)]:
                for number, change in changes.items():
                    self.money[number] += change


class Lazy:
    """Checks twice, but publishes the list before it is filled."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.table: list[int] | None = None

    def get(self) -> int:
        if self.table is None:
            with self.lock:
                if self.table is None:
                    self.table = []
                    self.table.append(7)
        return self.table[0]


class SafeLazy(Lazy):
    """Checks twice, and publishes what is ready."""

    def get(self) -> int:
        if self.table is None:
            with self.lock:
                if self.table is None:
                    table = [7]
                    self.table = table
        return self.table[0]


class Rows:
    """Appends, and takes its index from the length."""

    def __init__(self) -> None:
        self.rows: list[str] = []

    def add(self, row: str) -> int:
        self.rows.append(row)
        return len(self.rows) - 1


class LockedRows(Rows):
    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def add(self, row: str) -> int:
        with self.lock:
            return super().add(row)


class Prices:
    def __init__(self) -> None:
        self.prices = {"a": 1, "b": 2}

    def total(self) -> int:
        total = 0
        for price in self.prices.values():
            total += price
        return total

    def add(self) -> None:
        self.prices["c"] = 3


class CopiedPrices(Prices):
    """`list` of a dict's values is one step."""

    def total(self) -> int:
        return sum(list(self.prices.values()))


class Stack:
    def __init__(self) -> None:
        self.items = [1]

    def pop(self) -> int | None:
        if self.items:
            return self.items.pop()
        return None


class CarefulStack(Stack):
    def pop(self) -> int | None:
        try:
            return self.items.pop()
        except IndexError:
            return None


def slow_numbers() -> Iterator[int]:
    for number in (10, 20, 30):
        doubled = str(number)
        yield int(doubled)


class Shared:
    """A generator that threads share."""

    def __init__(self) -> None:
        self.numbers = slow_numbers()

    def take(self) -> int:
        return next(self.numbers)


class LockedShared(Shared):
    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def take(self) -> int:
        with self.lock:
            return next(self.numbers)


class Mailbox:
    """A producer and a consumer; in one of the two serial orders, the consumer waits for ever."""

    def __init__(self) -> None:
        self.queue: queue.Queue[int] = queue.Queue()

    def put(self) -> None:
        self.queue.put(1)

    def take(self) -> int:
        return self.queue.get()


class Handing:
    """The state is changed by one thread only, that of the first call; the others send it work."""

    def __init__(self) -> None:
        self.queue: queue.Queue[int] = queue.Queue()
        self.total = 0

    def send(self) -> None:
        self.queue.put(1)

    def work(self) -> None:
        for _ in range(2):
            self.total += self.queue.get()


class Signs:
    """A condition on which a thread waits until another has filled the slot."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.slot: int | None = None

    def fill(self) -> None:
        with self.changed:
            self.slot = 5
            self.changed.notify_all()

    def take(self) -> int | None:
        with self.changed:
            while self.slot is None:
                self.changed.wait()
            return self.slot


class Inner:
    """A call that starts threads of its own, and sums without a lock."""

    def __init__(self) -> None:
        self.total = 0

    def add(self, number: int) -> None:
        self.total += number

    def sum(self) -> int:
        threads = [threading.Thread(target=self.add, args=(number,)) for number in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.total


class LockedInner(Inner):
    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def add(self, number: int) -> None:
        with self.lock:
            self.total += number


class Page:
    """Reads, awaits, writes."""

    def __init__(self) -> None:
        self.count = 0
        self.lock = asyncio.Lock()

    async def hit(self) -> None:
        count = self.count
        await asyncio.sleep(0.01)
        self.count = count + 1

    async def locked_hit(self) -> None:
        async with self.lock:
            await self.hit()

    async def late_hit(self) -> None:
        async with self.lock:
            count = self.count
        await asyncio.sleep(0)
        async with self.lock:
            self.count = count + 1

    async def quick_hit(self) -> None:
        await asyncio.sleep(0)
        self.count += 1
        await asyncio.sleep(0)

    async def twice(self) -> int:
        await asyncio.gather(self.hit(), self.hit())
        return self.count

    async def twice_locked(self) -> int:
        await asyncio.gather(self.locked_hit(), self.locked_hit())
        return self.count


class Crossed:
    """Two asyncio locks, taken in opposite orders."""

    def __init__(self) -> None:
        self.one, self.two = asyncio.Lock(), asyncio.Lock()

    async def forth(self) -> None:
        async with self.one:
            await asyncio.sleep(0)
            async with self.two:
                pass

    async def back(self) -> None:
        async with self.two:
            await asyncio.sleep(0)
            async with self.one:
                pass


class FetchedCache:
    """Two tasks both find nothing, and both fetch."""

    def __init__(self) -> None:
        self.store: dict[int, str] = {}
        self.fetched = 0

    async def get(self, key: int) -> str:
        if key not in self.store:
            await asyncio.sleep(0.1)
            self.fetched += 1
            self.store[key] = "page"
        return self.store[key]


class FutureCache(FetchedCache):
    """The task that fetches is what is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: dict[int, asyncio.Task[str]] = {}

    async def get(self, key: int) -> str:
        if key not in self.tasks:
            self.tasks[key] = asyncio.create_task(super().get(key))
        return await self.tasks[key]


def count_of(state: Any) -> object:
    return state.count


RACES = {
    "cache": Program(Cache, [lambda one: one.get(1)] * 2, lambda one: one.made, "R01", "self.made += 1"),
    "quiet cache": Program(QuietCache, [lambda one: one.get(1)] * 2, None, "R01", "self.store[key] = [key]"),
    "counter": Program(Counter, [Counter.add] * 2, count_of, "R01", "self.count += 1"),
    "three counters": Program(Counter, [Counter.add] * 3, None, "R01", "self.count += 1"),
    "lazy": Program(Lazy, [Lazy.get] * 2, lambda _: None, "R03", "self.table"),
    "rows": Program(
        Rows, [lambda one: one.add("x"), lambda one: one.add("y")], lambda one: one.rows, "R01", "len(self.rows) - 1"
    ),
    "prices": Program(Prices, [Prices.total, Prices.add], None, "R03", "for price in self.prices.values():"),
    "stack": Program(Stack, [Stack.pop] * 2, lambda one: one.items, "R03", "self.items.pop()"),
    "shared generator": Program(Shared, [Shared.take] * 2, lambda _: None, "R03", "next(self.numbers)"),
    "inner threads": Program(Inner, [Inner.sum], lambda one: one.total, "R01", "self.total += number"),
    "page": Program(Page, [Page.hit] * 2, count_of, "R04", "await asyncio.sleep(0.01)"),
    "lock not held": Program(Page, [Page.late_hit] * 2, count_of, "R04", "await asyncio.sleep(0)"),
    "gathered": Program(Page, [Page.twice], None, "R04", "await asyncio.sleep(0.01)"),
    "fetched cache": Program(
        FetchedCache, [lambda one: one.get(1)] * 2, lambda one: one.fetched, "R04", "await asyncio.sleep(0.1)"
    ),
    "crossed asyncio locks": Program(Crossed, [Crossed.forth, Crossed.back], lambda _: None, "R05", "async with self."),
}
"""Programs with a race; all but "gathered" against their serial orders."""

TWINS = {
    "cache": Program(LockedCache, [lambda one: one.get(1)] * 2, lambda one: one.made),
    "quiet cache": Program(DefaultCache, [lambda one: one.get(1)] * 2),
    "global lock": Program(LockedCounter, [LockedCounter.add] * 2, count_of),
    "re-entrant lock": Program(ReentrantCounter, [ReentrantCounter.add] * 2, count_of),
    "atomic": Program(AtomicCounter, [AtomicCounter.add] * 2, lambda _: None),
    "thread-local": Program(LocalCounter, [LocalCounter.add] * 2, lambda _: None),
    "ordered locks": Program(
        OrderedAccounts, [lambda one: one.move(0, 1), lambda one: one.move(1, 0)], lambda one: one.money
    ),
    "lazy": Program(SafeLazy, [SafeLazy.get] * 2, lambda _: None),
    "rows": Program(LockedRows, [lambda one: one.add("x"), lambda one: one.add("y")], lambda one: one.rows),
    "prices": Program(CopiedPrices, [CopiedPrices.total, CopiedPrices.add]),
    "stack": Program(CarefulStack, [CarefulStack.pop] * 2),
    "shared generator": Program(LockedShared, [LockedShared.take] * 2, lambda _: None),
    "queue": Program(Handing, [Handing.work, Handing.send, Handing.send], lambda one: one.total, seconds=4),
    "condition": Program(Signs, [Signs.take, Signs.fill], lambda one: one.slot, seconds=2),
    "inner threads": Program(LockedInner, [LockedInner.sum], lambda one: one.total),
    "asyncio lock": Program(Page, [Page.locked_hit] * 3, count_of),
    "no await within": Program(Page, [Page.quick_hit] * 2, count_of),
    "gathered": Program(Page, [Page.twice_locked], count_of),
    "future cache": Program(FutureCache, [lambda one: one.get(1)] * 2, lambda one: one.fetched),
}
"""Programs without one."""
