"""Examples of lock-while-waiting."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from advising import Bench, Example

POSITIVE = (
    Example(
        """\
import threading
import time

LOCK = threading.Lock()
FOUND = []


def asked(number):
    with LOCK:
        time.sleep(0.01)  # hot waiting
        FOUND.append(number)
""",
        says="`time.sleep(0.01)` waits while `LOCK` is held",
    ),
    Example(
        """\
import threading
from urllib.request import urlopen


class Pages:
    def __init__(self):
        self.lock = threading.RLock()
        self.pages = {}

    def load(self, url):
        with urlopen(url) as answer:
            return answer.read()

    def fetch(self, url):
        with self.lock:
            self.pages[url] = self.load(url)  # hot waiting
""",
        says="`self.load(url)` waits while `self.lock` is held",
    ),
    Example(
        """\
import asyncio

LOCK = asyncio.Lock()
FOUND = []


async def asked(number):
    async with LOCK:
        page = await fetched(number)  # awaited
        FOUND.append(page)
""",
        says="`await fetched(number)` waits while `LOCK` is held",
    ),
)
NEGATIVE = (
    Example(
        """\
import threading
import time

LOCK = threading.Lock()
FOUND = []


def asked(number):
    time.sleep(0.01)  # hot waiting
    with LOCK:
        FOUND.append(number)
"""
    ),
    Example(
        """\
import threading
import time

CHANGED = threading.Condition()


def asked(number):
    with CHANGED:
        CHANGED.wait()  # hot waiting
"""
    ),
    Example(
        """\
import asyncio

LIMIT = asyncio.Semaphore(10)


async def asked(number):
    async with LIMIT:
        return await fetched(number)  # awaited
"""
    ),
)
RIGHT = (
    Example(
        """\
import threading
import time


class Pace:
    def __init__(self):
        self.lock = threading.Lock()
        self.next = 0.0

    def wait(self):
        with self.lock:
            left = self.next - time.monotonic()
            if left > 0:
                time.sleep(left)  # hot waiting
            self.next = time.monotonic() + 0.1
"""
    ),
    Example(
        """\
import asyncio

LOCK = asyncio.Lock()
KNOWN = {}


async def asked(number):
    async with LOCK:
        if number not in KNOWN:
            KNOWN[number] = await fetched(number)  # awaited
        return KNOWN[number]
"""
    ),
    Example(
        """\
import asyncio


class Line:
    def __init__(self, writer):
        self.lock = asyncio.Lock()
        self.writer = writer

    async def send(self, data):
        async with self.lock:
            self.writer.write(data)
            await self.writer.drain()  # awaited
"""
    ),
)


def _asked(numbers: list[int], *, under: bool) -> list[int]:
    lock, found = threading.Lock(), list[int]()

    def ask(number: int) -> None:
        if under:
            with lock:
                time.sleep(0.001)
                found.append(number)
        else:
            time.sleep(0.001)
            with lock:
                found.append(number)

    with ThreadPoolExecutor(len(numbers)) as pool:
        list(pool.map(ask, numbers))
    return sorted(found)


def _naive(numbers: list[int]) -> list[int]:
    return _asked(numbers, under=True)


def _better(numbers: list[int]) -> list[int]:
    return _asked(numbers, under=False)


BENCHES = {
    "n threads that wait 1 ms each": Bench(_naive, _better, lambda n: list(range(n)), (1, 2, 4, 8, 16), of="wall")
}
