"""All questions at once, and words in a dictionary."""

from __future__ import annotations

import asyncio

from archive.service import ask


async def lengths(names: list[str]) -> list[int]:
    """What the mirror says of each name."""
    return await asyncio.gather(*[ask(name) for name in names])


async def firsts(batches: list[list[str]]) -> list[str]:
    """Each word of all batches once, in order; between two batches others have their turn."""
    found: dict[str, None] = {}
    for batch in batches:
        found.update(dict.fromkeys(batch))
        await asyncio.sleep(0)
    return list(found)
