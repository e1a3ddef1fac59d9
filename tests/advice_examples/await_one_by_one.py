"""Examples of await-one-by-one."""

from __future__ import annotations

import asyncio

from advising import Bench, Example

from workbench.patterns.concurrency import gather_with_concurrency

POSITIVE = (
    Example(
        """\
import asyncio


async def fetch(number):
    await asyncio.sleep(0)
    return number * 2


async def doubled(numbers):
    found = []
    for number in numbers:
        found.append(await fetch(number))  # awaited
    return found
""",
        says="`await fetch(number)` waits in each round",
        call="asyncio.run(doubled([3, 1, 2]))",
    ),
    Example(
        """\
import asyncio


async def fetch(number):
    await asyncio.sleep(0)
    return number * 2


async def doubled(numbers):
    return [await fetch(number) for number in numbers if number]  # awaited
""",
        says="`await fetch(number)` waits in each round",
        call="asyncio.run(doubled([3, 0, 2]))",
    ),
    Example(
        """\
async def pages(session, urls):
    texts = {}
    for url in urls:
        async with session.get(url) as answer:
            text = await answer.text()  # awaited
        texts[url] = text
    return texts
""",
        says="`await answer.text()` waits in each round",
    ),
    Example(
        """\
async def total(client, names):
    whole = 0
    for name in names:
        page = await client.page(name)  # awaited
        whole += await client.size(page)
    return whole
""",
        says="`await client.page(name)` waits",
    ),
    Example(
        """\
import asyncio

SEEN = []


async def store(name):
    await asyncio.sleep(0)
    SEEN.append(name)


async def store_all(names):
    for name in names:
        await store(name)  # awaited
    return len(SEEN)
""",
        says="`await store(name)` waits",
        call="asyncio.run(store_all(['a', 'b']))",
    ),
)
NEGATIVE = (
    Example(
        """\
async def walked(client, pages):
    token = ""
    for page in range(pages):
        token = await client.page(page, token)  # awaited
    return token
"""
    ),
    Example(
        """\
import asyncio


async def polled(times):
    for at in times:
        await asyncio.sleep(at)  # awaited
"""
    ),
    Example(
        """\
async def drained(tasks):
    for task in tasks:
        await task  # awaited
"""
    ),
    Example(
        """\
async def first(client, names):
    for name in names:
        found = await client.look(name)  # awaited
        if found:
            return found
"""
    ),
    Example(
        """\
async def known(client, names):
    found = {}
    for name in names:
        if name not in found:
            found[name] = await client.look(name)  # awaited
    return found
"""
    ),
    Example(
        """\
class Walk:
    async def step(self, name):
        self.at = await self.client.go(self.at, name)

    async def walk(self, names):
        for name in names:
            await self.step(name)  # awaited
"""
    ),
)
RIGHT = (
    Example(
        """\
async def sent(writer, parts):
    for part in parts:
        await writer.send(part)  # awaited
"""
    ),
    Example(
        """\
import asyncio


async def limited(client, lock, names):
    found = []
    for name in names:
        async with lock:
            found.append(await client.look(name))  # awaited
    return found
"""
    ),
    Example(
        """\
async def stored(database, rows):
    for row in rows:
        await database.execute("insert into t values (?)", row)  # awaited
"""
    ),
)


async def _wait(number: int) -> int:
    await asyncio.sleep(0.001)
    return number


async def _one_by_one(numbers: list[int]) -> list[int]:
    return [await _wait(number) for number in numbers]


async def _together(numbers: list[int]) -> list[int]:
    return await gather_with_concurrency(10, *[_wait(number) for number in numbers])


def _naive(numbers: list[int]) -> list[int]:
    return asyncio.run(_one_by_one(numbers))


def _better(numbers: list[int]) -> list[int]:
    return asyncio.run(_together(numbers))


BENCHES = {
    "calls that wait 1 ms, 10 at a time": Bench(
        _naive, _better, lambda n: list(range(n)), (1, 2, 4, 8, 32, 128), of="wall"
    )
}
