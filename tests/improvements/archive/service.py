"""Questions to a mirror, which takes its time, and answers that come in batches."""

from __future__ import annotations

import asyncio

DELAY = 0.0005
"""Seconds after which a mirror answers: they stand for the network."""


async def ask(name: str) -> int:
    """The length of a file's name, from a mirror."""
    await asyncio.sleep(DELAY)
    return len(name)


async def lengths(names: list[str]) -> list[int]:
    """What the mirror says of each name."""
    return [await ask(name) for name in names]


async def firsts(batches: list[list[str]]) -> list[str]:
    """Each word of all batches once, in order; between two batches others have their turn."""
    found: list[str] = []
    for batch in batches:
        for word in batch:
            if word not in found:
                found.append(word)
        await asyncio.sleep(0)
    return found
