"""Examples of cpu-in-threads."""

from __future__ import annotations

from calendar import calendar
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

from advising import Bench, Example

POSITIVE = (
    Example(
        """\
from concurrent.futures import ThreadPoolExecutor


def squares(n):
    return sum(number * number for number in range(n))  # hot


def all_of(sizes):
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(squares, sizes))  # hot
""",
        says="`pool.map(squares, sizes)` runs `squares` in threads",
    ),
    Example(
        """\
import concurrent.futures


def squares(n):
    return sum(number * number for number in range(n))  # hot


def all_of(sizes):
    pool = concurrent.futures.ThreadPoolExecutor()
    waiting = [pool.submit(squares, size) for size in sizes]  # hot
    return [one.result() for one in waiting]
""",
        says="`pool.submit(squares, size)` runs `squares` in threads",
    ),
    Example(
        """\
from threading import Thread


class Sums:
    def squares(self, n):
        self.found[n] = sum(number * number for number in range(n))  # hot

    def all_of(self, sizes):
        threads = [Thread(target=self.squares, args=(size,)) for size in sizes]  # hot
        for one in threads:
            one.start()
""",
        says="runs `self.squares` in threads",
    ),
)
NEGATIVE = (
    Example(
        """\
from concurrent.futures import ThreadPoolExecutor


def read(path):
    return path.open("rb").read()  # hot waiting


def all_of(paths):
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(read, paths))  # hot waiting
"""
    ),
    Example(
        """\
from concurrent.futures import ThreadPoolExecutor

import numpy as np


def squares(array):
    return np.sum(array * array)  # hot native


def all_of(arrays):
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(squares, arrays))  # hot native
"""
    ),
    Example(
        """\
from concurrent.futures import ProcessPoolExecutor


def squares(n):
    return sum(number * number for number in range(n))  # hot


def all_of(sizes):
    with ProcessPoolExecutor(4) as pool:
        return list(pool.map(squares, sizes))  # hot
"""
    ),
)
RIGHT = (
    Example(
        """\
from threading import Thread


class Server:
    def handle(self, connection):
        self.total += sum(connection.recv(100))  # hot

    def serve(self):
        while True:
            Thread(target=self.handle, args=(self.accept(),)).start()  # hot
"""
    ),
    Example(
        """\
import asyncio


def squares(n):
    return sum(number * number for number in range(n))  # hot


async def answered(n):
    return await asyncio.to_thread(squares, n)  # hot
"""
    ),
    Example(
        """\
from threading import Thread


def squares(n):
    return sum(number * number for number in range(n))  # hot


def begun(n):
    thread = Thread(target=squares, args=(n,))  # hot
    thread.start()
    return thread
"""
    ),
    Example(
        """\
from concurrent.futures import ThreadPoolExecutor


def squares(n):
    return sum(number * number for number in range(n))  # hot


def in_turn(sizes):
    with ThreadPoolExecutor(max_workers=1) as pool:
        return list(pool.map(squares, sizes))  # hot
"""
    ),
)


def _threads(years: list[int]) -> list[str]:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(calendar, years))


def _processes(years: list[int]) -> list[str]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        return list(pool.map(calendar, years, chunksize=max(1, len(years) // 4)))


def _small(numbers: list[int]) -> list[int]:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(_squares, numbers))


def _plain(numbers: list[int]) -> list[int]:
    return [_squares(number) for number in numbers]


def _squares(n: int) -> int:
    return sum(number * number for number in range(n))


BENCHES = {
    "n sums of 100, or the plain loop": Bench(
        _small, _plain, lambda n: [100] * n, (1, 4, 16, 64, 256, 1024), of="wall"
    ),
    "n calendars, two processes begun": Bench(
        _threads, _processes, lambda n: [2000 + one for one in range(n)], (1, 2, 4, 8, 16, 32, 512, 2048), of="wall"
    ),
}
