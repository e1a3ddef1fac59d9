"""Programs that know where their own time goes: they take it with their own clocks, whatever the machine is doing.

`PROGRAMS` maps a name to a function of (seconds, truth). A program runs for about so many seconds and puts into `truth` what each
marked line (`# at: mark`) or function took. Each program is called on the main thread of a fresh process. The processor's clock is a
system call, at whose end other programs take over: it is read outside of what the wall's clock takes.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import queue
import random
import re
import subprocess
import sys
import threading
import time
import zlib
from dataclasses import dataclass, field
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEPTH = 850


@dataclass(slots=True)
class Truth:
    """Seconds by mark: `wall` as a clock on the wall says, `cpu` as the thread's own; `native` are marks that are all C code;
    `threads` is the wall time of every thread but the first."""

    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    native: set[str] = field(default_factory=set)
    threads: float = 0.0

    def add(self, mark: str, wall: float, cpu: float, *, native: bool = False) -> None:
        """More time for a mark. What its thread used beyond `wall`, a sampler's handler used between the readings of the two clocks."""
        self.wall[mark] = self.wall.get(mark, 0.0) + wall
        self.cpu[mark] = self.cpu.get(mark, 0.0) + min(cpu, wall)
        if native:
            self.native.add(mark)

    def at(self, mark: str, *, native: bool = False) -> Stretch:
        """`with truth.at("mark"): ...` adds what the block takes."""
        return Stretch(self, mark, native)


class Stretch:
    """One block whose time is taken."""

    __slots__ = ("begin", "cpu", "mark", "native", "truth")

    def __init__(self, truth: Truth, mark: str, native: bool) -> None:
        self.truth, self.mark, self.native = truth, mark, native

    def __enter__(self) -> None:
        self.cpu, self.begin = thread_time(), perf_counter()

    def __exit__(self, *_: object) -> None:
        self.truth.add(self.mark, perf_counter() - self.begin, thread_time() - self.cpu, native=self.native)


def spin(seconds: float) -> int:
    """Pure Python, without calls but the clock's, for so long."""
    end, total = perf_counter() + seconds, 0
    while perf_counter() < end:
        for number in range(60):
            total += number * number % 7
    return total


def burn(seconds: float) -> None:
    """Pure Python until this thread has used so much processor time."""
    end = thread_time() + seconds
    while thread_time() < end:
        for number in range(60):
            number * number % 7


def half(seconds: float) -> None:
    spin(seconds)


def third(seconds: float) -> None:
    spin(seconds)


def tenth(seconds: float) -> None:
    spin(seconds)


def busy_loops(seconds: float, truth: Truth) -> None:
    """Three functions with half, a third and a tenth of the time, in stretches of changing length."""
    rng, end = random.Random(1), perf_counter() + seconds
    while perf_counter() < end:
        for function, share in ((half, 0.5), (third, 0.4), (tenth, 0.1)):
            with truth.at(function.__name__):
                function(share * 0.02 * rng.uniform(0.5, 1.5))


def step(value: int) -> int:
    return value * 3 % 1001


def calling(turns: int) -> int:
    value = 1
    for _ in range(turns):
        value = step(value)
    return value


def counting(turns: int) -> int:
    value = 1
    for _ in range(turns):
        value = value * 3 % 1001
    return value


def tiny_calls(seconds: float, truth: Truth) -> None:
    """A function that calls tiny ones beside one that does the same without: hooks on calls would favour the second."""
    end = perf_counter() + seconds
    while perf_counter() < end:
        with truth.at("calling"):
            calling(40_000)
        with truth.at("counting"):
            counting(60_000)


def two_lines(seconds: float, truth: Truth) -> None:
    """Two lines of one function without calls, and no line between them to hide in."""
    numbers, fewer, squares = range(30_000), range(10_000), [0]
    end = perf_counter() + seconds
    while perf_counter() < end:
        cpu, begin = thread_time(), perf_counter()
        squares = [value * value for value in numbers]  # at: long comprehension
        middle, used = perf_counter(), thread_time()
        again = perf_counter()
        squares = [value * value for value in fewer]  # at: short comprehension
        end_of_short, last = perf_counter(), thread_time()
        truth.add("long comprehension", middle - begin, used - cpu)
        truth.add("short comprehension", end_of_short - again, last - used)
    assert len(squares) == 10_000


def sleeps(seconds: float, truth: Truth) -> None:
    """Sleeping, between stretches of work."""
    rng, end = random.Random(2), perf_counter() + seconds
    while perf_counter() < end:
        with truth.at("sleep"):
            time.sleep(0.012 * rng.uniform(0.5, 1.5))  # at: sleep
        with truth.at("work"):
            spin(0.008)  # at: work


def short_sleeps(seconds: float, truth: Truth) -> None:
    """Sleeps shorter than the distance of samples."""
    end = perf_counter() + seconds
    while perf_counter() < end:
        with truth.at("nap"):
            time.sleep(0.0003)  # at: nap
        with truth.at("work"):
            spin(0.0004)  # at: work


def alternate(seconds: float, truth: Truth, call: Callable[[], Any], python: float) -> None:
    """A native call, its result looked at on the next line, then a stretch of Python."""
    end = perf_counter() + seconds
    while perf_counter() < end:
        cpu, begin = thread_time(), perf_counter()
        found = call()  # at: native
        middle, used = perf_counter(), thread_time()
        kept = found is None  # at: cheap
        truth.add("native", middle - begin, used - cpu, native=True)
        truth.add("cheap", 0.0, 0.0)
        with truth.at("python"):
            spin(python + kept)  # at: python


def numbers(size: int) -> list[int]:
    rng = random.Random(3)
    return [rng.randrange(10**9) for _ in range(size)]


def sorting(seconds: float, truth: Truth) -> None:
    """`sorted` on a big list."""
    values = numbers(40_000)
    end = perf_counter() + seconds
    while perf_counter() < end:
        cpu, begin = thread_time(), perf_counter()
        ordered = sorted(values)  # at: native
        middle, used = perf_counter(), thread_time()
        least = ordered[0] + 1  # at: cheap
        truth.add("native", middle - begin, used - cpu, native=True)
        truth.add("cheap", 0.0, 0.0)
        with truth.at("python"):
            spin(0.006 + 0 * least)  # at: python


def searching(seconds: float, truth: Truth) -> None:
    """Membership in a list, a millisecond or so each time."""
    values = list(range(60_000))
    end = perf_counter() + seconds
    while perf_counter() < end:
        cpu, begin = thread_time(), perf_counter()
        found = -1 in values  # at: native
        middle, used = perf_counter(), thread_time()
        count = int(found) + 1  # at: cheap
        truth.add("native", middle - begin, used - cpu, native=True)
        truth.add("cheap", 0.0, 0.0)
        with truth.at("python"):
            spin(0.0004 * count)  # at: python


def short_searches(seconds: float, truth: Truth) -> None:
    """Membership in a short list, a hundred microseconds or so, far less than the distance of samples."""
    values = list(range(5_000))
    end = perf_counter() + seconds
    while perf_counter() < end:
        cpu, begin = thread_time(), perf_counter()
        found = -1 in values  # at: native
        middle, used = perf_counter(), thread_time()
        count = int(found) + 1  # at: cheap
        truth.add("native", middle - begin, used - cpu, native=True)
        truth.add("cheap", 0.0, 0.0)
        with truth.at("python"):
            sum([value * count for value in range(2_000)])  # at: python


def operator_native(seconds: float, truth: Truth) -> None:
    """numpy by operator: no call in the source, the lock not released."""
    values = np.arange(400_000, dtype=np.float64)
    end = perf_counter() + seconds
    while perf_counter() < end:
        cpu, begin = thread_time(), perf_counter()
        found = values * values + values  # at: native
        middle, used = perf_counter(), thread_time()
        size = len(found) // 400_000  # at: cheap
        truth.add("native", middle - begin, used - cpu, native=True)
        truth.add("cheap", 0.0, 0.0)
        with truth.at("python"):
            spin(0.003 * size)  # at: python


def matrix_product(seconds: float, truth: Truth) -> None:
    """A matrix product by operator, which releases the lock."""
    values = np.random.default_rng(4).random((400, 400))
    end = perf_counter() + seconds
    while perf_counter() < end:
        cpu, begin = thread_time(), perf_counter()
        found = values @ values  # at: native
        middle, used = perf_counter(), thread_time()
        size = len(found) // 400  # at: cheap
        truth.add("native", middle - begin, used - cpu, native=True)
        truth.add("cheap", 0.0, 0.0)
        with truth.at("python"):
            spin(0.004 * size)  # at: python


def long_native(seconds: float, truth: Truth) -> None:
    """A few calls into C of a tenth of a second each."""
    values = numbers(400_000)
    end = perf_counter() + seconds
    while perf_counter() < end:
        cpu, begin = thread_time(), perf_counter()
        ordered = sorted(values)  # at: native
        middle, used = perf_counter(), thread_time()
        least = ordered[0] + 1  # at: cheap
        truth.add("native", middle - begin, used - cpu, native=True)
        truth.add("cheap", 0.0, 0.0)
        with truth.at("python"):
            spin(0.08 + 0 * least)  # at: python


def regular_expressions(seconds: float, truth: Truth) -> None:
    """`re.findall` over a text."""
    text = "alpha beta-17 gamma; " * 3_000
    alternate(seconds, truth, lambda: re.findall(r"[a-z]+-\d+", text), 0.003)


def compression(seconds: float, truth: Truth) -> None:
    """zlib and hashlib, which release the lock."""
    data = random.Random(5).randbytes(50_000).hex().encode()
    alternate(seconds, truth, lambda: (zlib.compress(data), hashlib.sha256(data).digest()), 0.006)


def json_reading(seconds: float, truth: Truth) -> None:
    """`json.loads`: a standard library function around C code."""
    text = json.dumps([{"id": at, "name": f"n{at}"} for at in range(6_000)])
    alternate(seconds, truth, lambda: json.loads(text), 0.004)


def descend(depth: int, seconds: float) -> int:
    return descend(depth - 1, seconds) + 1 if depth else spin(seconds)


def recursion(seconds: float, truth: Truth) -> None:
    """Work under 850 frames of one function beside work under few."""
    end = perf_counter() + seconds
    while perf_counter() < end:
        with truth.at("descend"):
            descend(DEPTH, 0.012)
        with truth.at("half"):
            half(0.008)


def worker_a(seconds: float, truth: Truth) -> None:
    cpu, begin = thread_time(), perf_counter()
    burn(seconds)
    truth.add("worker_a", perf_counter() - begin, thread_time() - cpu)
    truth.threads += perf_counter() - begin


def worker_b(seconds: float, truth: Truth) -> None:
    cpu, begin = thread_time(), perf_counter()
    burn(seconds)
    truth.add("worker_b", perf_counter() - begin, thread_time() - cpu)
    truth.threads += perf_counter() - begin


def worker_sleeping(seconds: float, truth: Truth) -> None:
    cpu, begin = thread_time(), perf_counter()
    time.sleep(seconds)
    truth.add("worker_sleeping", perf_counter() - begin, thread_time() - cpu)
    truth.threads += perf_counter() - begin


def joined_threads(seconds: float, truth: Truth) -> None:
    """The main thread waits in `join` for two threads of Python that share the lock, and one that sleeps."""
    workers = [
        threading.Thread(target=worker_a, args=(0.55 * seconds, truth)),
        threading.Thread(target=worker_b, args=(0.25 * seconds, truth)),
        threading.Thread(target=worker_sleeping, args=(0.5 * seconds, truth)),
    ]
    for worker in workers:
        worker.start()
    with truth.at("join"):
        for worker in workers:
            worker.join()  # at: join


def busy_with_threads(seconds: float, truth: Truth) -> None:
    """The main thread works beside a thread that works."""
    worker = threading.Thread(target=worker_a, args=(0.5 * seconds, truth))
    worker.start()
    with truth.at("main work"):
        burn(0.5 * seconds)  # at: main work
    worker.join()


def native_thread(seconds: float, truth: Truth) -> None:
    """A thread in C code that releases the lock, beside Python on the main thread."""

    def products() -> None:
        entered = perf_counter()
        values = np.random.default_rng(6).random((500, 500))
        cpu, begin = thread_time(), perf_counter()
        end = begin + seconds
        while perf_counter() < end:
            values @ values  # at: worker product
        truth.add("worker product", perf_counter() - begin, thread_time() - cpu, native=True)
        truth.threads += perf_counter() - entered

    worker = threading.Thread(target=products)
    worker.start()
    with truth.at("main work"):
        burn(0.6 * seconds)  # at: main work
    worker.join()


def helper(orders: queue.SimpleQueue[tuple[float, Callable[[], Any]] | None], truth: Truth) -> None:
    """A thread that does what it is told after the pause it is told."""
    begin = perf_counter()
    while (order := orders.get()) is not None:
        pause, action = order
        time.sleep(pause)
        action()
    truth.threads += perf_counter() - begin


def waiting_for_others(seconds: float, truth: Truth) -> None:
    """A pipe, a lock and a child process that are waited for."""
    rng, end = random.Random(7), perf_counter() + seconds
    reader, writer = os.pipe()
    lock, orders = threading.Lock(), queue.SimpleQueue[Any]()
    thread = threading.Thread(target=helper, args=(orders, truth))
    thread.start()
    while perf_counter() < end:
        pause = 0.02 * rng.uniform(0.5, 1.5)
        orders.put((pause, lambda: os.write(writer, b".")))
        with truth.at("pipe"):
            os.read(reader, 1)  # at: pipe
        lock.acquire()
        orders.put((pause, lock.release))
        with truth.at("lock"):
            lock.acquire()  # at: lock
        lock.release()
        with truth.at("work"):
            spin(0.02)  # at: work
    with truth.at("child"):
        subprocess.run([sys.executable, "-c", "import time; time.sleep(0.3)"], check=True)  # at: child
    orders.put(None)
    thread.join()
    os.close(reader)
    os.close(writer)


async def awaiting(seconds: float, truth: Truth) -> None:
    end = perf_counter() + seconds
    while perf_counter() < end:
        cpu, begin = thread_time(), perf_counter()
        await asyncio.sleep(0.015)  # at: await
        middle, used = perf_counter(), thread_time()
        truth.add("await", middle - begin, used - cpu)
        with truth.at("work"):
            spin(0.01)  # at: work


def awaited_sleep(seconds: float, truth: Truth) -> None:
    """One task that sleeps and works in turn."""
    asyncio.run(awaiting(seconds, truth))


def produce(turns: int) -> Iterator[int]:
    for turn in range(turns):
        yield counting(8_000) + turn  # at: produce


def generators(seconds: float, truth: Truth) -> None:
    """A generator's work is the generator's, its consumer's the consumer's."""
    end = perf_counter() + seconds
    while perf_counter() < end:
        source = produce(20)
        while True:
            cpu, begin = thread_time(), perf_counter()
            value = next(source, None)
            truth.add("produce", perf_counter() - begin, thread_time() - cpu)
            if value is None:
                break
            with truth.at("consume"):
                calling(3_000)  # at: consume


PROGRAMS: dict[str, Callable[[float, Truth], None]] = {
    "busy loops": busy_loops,
    "tiny calls": tiny_calls,
    "two lines": two_lines,
    "sleeps": sleeps,
    "short sleeps": short_sleeps,
    "sorted": sorting,
    "in a list": searching,
    "short native": short_searches,
    "numpy operator": operator_native,
    "matrix product": matrix_product,
    "long native": long_native,
    "regex": regular_expressions,
    "zlib, hashlib": compression,
    "json": json_reading,
    "recursion": recursion,
    "joined threads": joined_threads,
    "busy with threads": busy_with_threads,
    "native thread": native_thread,
    "waiting": waiting_for_others,
    "awaited sleep": awaited_sleep,
    "generators": generators,
}
