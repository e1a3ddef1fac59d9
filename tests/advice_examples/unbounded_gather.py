"""Examples of unbounded-gather."""

from __future__ import annotations

import asyncio

from advising import Bench, Example

from workbench.patterns.concurrency import gather_with_concurrency

POSITIVE = (
    Example(
        """\
import asyncio


async def fetch(number):
    await asyncio.sleep(0)  # awaited 400
    return number * 2


async def all_of(numbers):
    return await asyncio.gather(*[fetch(number) for number in numbers])  # awaited
""",
        says="starts a task for each item",
        call="asyncio.run(all_of(range(300)))",
    ),
    Example(
        """\
import asyncio


async def all_of(numbers):
    async def fetch(number):
        await asyncio.sleep(0)  # awaited 400
        return number * 2

    tasks = []
    for number in numbers:
        tasks.append(asyncio.create_task(fetch(number)))  # awaited
    return [await task for task in tasks]  # awaited
""",
        says="`asyncio.create_task(fetch(number))` starts a task",
    ),
    Example(
        """\
import asyncio


class Client:
    async def fetch(self, number):
        await asyncio.sleep(0)  # awaited 400
        return number * 2

    async def all_of(self, numbers):
        async with asyncio.TaskGroup() as group:  # awaited
            for number in numbers:
                group.create_task(self.fetch(number))  # awaited
""",
        says="`group.create_task(self.fetch(number))` starts a task",
    ),
)
NEGATIVE = (
    Example(
        """\
import asyncio


async def fetch(number):
    await asyncio.sleep(0)  # awaited 3
    return number * 2


async def all_of(numbers):
    return await asyncio.gather(*[fetch(number) for number in numbers])  # awaited
"""
    ),
    Example(
        """\
import asyncio

from workbench.patterns.concurrency import gather_with_concurrency


async def fetch(number):
    await asyncio.sleep(0)  # awaited 400
    return number * 2


async def all_of(numbers):
    return await gather_with_concurrency(50, *[fetch(number) for number in numbers])  # awaited
"""
    ),
    Example(
        """\
import asyncio


async def fetch(number):
    await asyncio.sleep(0)  # awaited 400
    return number * 2


async def both(left, right):
    return await asyncio.gather(fetch(left), fetch(right))  # awaited
"""
    ),
)
RIGHT = (
    Example(
        """\
import asyncio

LIMIT = asyncio.Semaphore(20)


async def fetch(number):
    async with LIMIT:  # awaited 400
        await asyncio.sleep(0)
    return number * 2


async def all_of(numbers):
    return await asyncio.gather(*[fetch(number) for number in numbers])  # awaited
"""
    ),
    Example(
        """\
import asyncio


async def all_of(numbers):
    limit = asyncio.Semaphore(20)

    async def fetch(number):
        async with limit:  # awaited 400
            await asyncio.sleep(0)
        return number * 2

    async with asyncio.TaskGroup() as group:
        for number in numbers:
            group.create_task(fetch(number))  # awaited
"""
    ),
)


async def _answer(number: int) -> int:
    body = bytearray(16 * 1024)
    await asyncio.sleep(0)
    body[0] = number % 7
    return sum(body[:8])


async def _every(n: int) -> list[int]:
    return await asyncio.gather(*[_answer(number) for number in range(n)])


async def _some(n: int) -> list[int]:
    return await gather_with_concurrency(100, *[_answer(number) for number in range(n)])


def _naive(n: int) -> list[int]:
    return asyncio.run(_every(n))


def _better(n: int) -> list[int]:
    return asyncio.run(_some(n))


BENCHES = {
    "memory of calls that hold 16 KiB": Bench(_naive, _better, int, (10, 100, 200, 400, 1000, 4000), of="memory")
}
