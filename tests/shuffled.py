"""An event loop that runs what is ready in a seeded, shuffled order: each seed is one interleaving, the same each time."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Coroutine
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")


class ShuffledLoop(asyncio.SelectorEventLoop):
    """A selector loop whose queue is shuffled before each round."""

    _ready: deque[Any]

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._order = random.Random(seed)

    def _run_once(self) -> None:
        ready = list(self._ready)
        self._order.shuffle(ready)
        self._ready.clear()
        self._ready.extend(ready)
        super()._run_once()  # type: ignore[misc]


def run_shuffled(seed: int, main: Coroutine[Any, Any, T]) -> T:
    """What `main` returns, run to its end in the order of this seed."""
    with asyncio.Runner(loop_factory=partial(ShuffledLoop, seed)) as runner:
        return runner.run(main)


async def turns(count: int) -> None:
    """Give way so many times."""
    for _ in range(count):
        await asyncio.sleep(0)
