"""Examples of blocking-in-async."""

from __future__ import annotations

import asyncio
import time

from advising import Bench, Example

POSITIVE = (
    Example(
        """\
import asyncio
import time


async def polled(times):
    found = []
    for at in times:
        time.sleep(at)  # hot waiting
        found.append(at)
    return found
""",
        says="`time.sleep(at)` blocks the event loop",
        call="asyncio.run(polled([0, 0.001]))",
    ),
    Example(
        """\
import asyncio
import subprocess
import sys


async def answered(code: str) -> str:
    return subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True).stdout  # hot in run
""",
        says="blocks the event loop",
        call="asyncio.run(answered('print(1)'))",
    ),
    Example(
        """\
import requests


async def pages(urls):
    return [requests.get(url).text for url in urls]  # hot in get
""",
        says="`requests.get(url)` blocks the event loop",
    ),
    Example(
        """\
async def loaded(path):
    with open(path) as file:
        return file.read()  # hot waiting
""",
        says="`file.read()` blocks",
    ),
    Example(
        """\
from pathlib import Path


async def loaded(names):
    for name in names:
        yield Path(name).read_text()  # hot in read_text
""",
        says="read_text()` blocks",
    ),
)
NEGATIVE = (
    Example(
        """\
import time


def polled(times):
    for at in times:
        time.sleep(at)  # hot waiting
"""
    ),
    Example(
        """\
from asyncio import sleep


async def polled(times):
    for at in times:
        await sleep(at)  # hot waiting
"""
    ),
    Example(
        """\
import asyncio
import subprocess


async def answered(code):
    return await asyncio.to_thread(subprocess.run, ["python", "-c", code])  # hot in run
"""
    ),
    Example(
        """\
import anyio


async def loaded(name):
    return await anyio.Path(name).read_text()  # hot in read_text
"""
    ),
)
RIGHT = (
    Example(
        """\
import asyncio
import time


async def polled(times):
    def wait(at):
        time.sleep(at)  # hot waiting
        return at

    return [await asyncio.to_thread(wait, at) for at in times]
"""
    ),
    Example(
        """\
async def loaded(path):
    with open(path) as file:
        return file.read()  # hot native
"""
    ),
)


async def _sleepy(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


async def _awake(seconds: float) -> float:
    await asyncio.sleep(seconds)
    return seconds


async def _all(function, waits: list[float]) -> list[float]:
    return await asyncio.gather(*[function(one) for one in waits])


def _naive(waits: list[float]) -> list[float]:
    return asyncio.run(_all(_sleepy, waits))


def _better(waits: list[float]) -> list[float]:
    return asyncio.run(_all(_awake, waits))


BENCHES = {"tasks that wait 1 ms each": Bench(_naive, _better, lambda n: [0.001] * n, (1, 2, 4, 8, 16, 64), of="wall")}
