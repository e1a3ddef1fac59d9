"""Short programs full of what one engine answers to, to find out what each of these events costs under it."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def calls() -> None:
    """Calls of functions in Python and in C, half each."""
    for number in range(1_000):
        _called(number)


def _called(number: int) -> int:
    return abs(number)


def lines() -> None:
    """Lines that do next to nothing, one in four of them in a function that is called."""
    total = 0
    for number in range(400):
        total ^= number
        total += _one_line(number)


def few_lines() -> None:
    """Fewer of them, for an engine that needs longer for each."""
    total = 0
    for number in range(100):
        total ^= number
        total += _one_line(number)


def _one_line(number: int) -> int:
    return number


def steps() -> None:
    """Steps of tasks on a loop of their own, in a thread: here one may be running."""
    thread = threading.Thread(target=lambda: asyncio.run(_several()))
    thread.start()
    thread.join()


async def _several() -> None:
    await asyncio.gather(*(_steps() for _ in range(4)))


async def _steps() -> None:
    for _ in range(100):
        await asyncio.sleep(0)


STRETCHES: dict[str, Callable[[], None]] = {
    function.__name__: function for function in (calls, lines, few_lines, steps)
}

LOOKED_AT = {name: (function.__code__, _one_line.__code__) for name, function in STRETCHES.items()}
"""What an engine that looks at chosen functions is to look at."""
