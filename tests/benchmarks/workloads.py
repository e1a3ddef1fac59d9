"""The programs whose cost under a profiler is measured: each a function that does one unit of work and returns something.

`WORKLOADS` maps a name to (prepare, unit): `prepare()` makes the data once, `unit(data)` is one unit, a few tens of milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEPTH = 900


def nothing() -> None:
    """No data needed."""


def tiny(value: int) -> int:
    return value + 1


def tiny_calls(_: None) -> int:
    """A loop that does little but call."""
    total = 0
    for number in range(200_000):
        total = tiny(total) - number
    return total


def descend(depth: int) -> int:
    if depth:
        return descend(depth - 1) + 1
    return bottom()


def bottom() -> int:
    total = 0
    for number in range(60_000):
        total += number % 7
    return total


def deep_recursion(_: None) -> int:
    """Work at the bottom of 900 frames, again and again."""
    return sum(descend(DEPTH) for _ in range(6))


def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def fibonacci(_: None) -> int:
    """Calls that go up and down the stack all the time."""
    return fib(21)


def loops(_: None) -> int:
    """Arithmetic in nested loops, without calls."""
    total = 0
    for outer in range(400):
        for inner in range(700):
            total += outer * inner % 7
    return total


def make_text() -> str:
    rng = random.Random(1)
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]
    return "\n".join(
        f"{rng.choice(words)}-{rng.randrange(1000)}; {rng.choice(words)} = {rng.random():.5f}, {rng.choice(words)}"
        for _ in range(4_000)
    )


def parse_line(line: str) -> tuple[str, float, list[str]]:
    head, _, tail = line.partition(";")
    name, _, rest = tail.partition("=")
    value, *others = rest.split(",")
    if re.match(r"\s*[a-z]+\s*$", name) is None:
        raise ValueError(name)
    return head.strip().upper(), float(value), [other.strip() for other in others]


def string_parsing(text: str) -> int:
    """Text cut up line by line, with string methods and a regular expression."""
    return sum(len(parse_line(line)[2]) for line in text.splitlines())


def make_records() -> str:
    rng = random.Random(2)
    return json.dumps(
        [{"id": at, "tags": [rng.choice("abcdef") for _ in range(5)], "size": rng.random()} for at in range(3_000)]
    )


def fold(records: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for record in records:
        for tag in record["tags"]:
            entry = found.setdefault(tag, {"count": 0, "size": 0.0})
            entry["count"] += 1
            entry["size"] += record["size"]
            entry["last"] = max(entry.get("last", 0), record["id"])
    return found


def dict_parsing(text: str) -> int:
    """JSON read into dictionaries that are folded into others."""
    return len(fold(json.loads(text))) + len(fold(json.loads(text)))


def make_frame() -> Any:
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(3)
    size = 20_000
    return pd.DataFrame({"key": rng.integers(0, 200, size), "value": rng.random(size), "weight": rng.random(size)})


def numpy_pandas(frame: Any) -> float:
    """A data frame grouped, joined, filtered and described; many short calls deep into a library."""
    total = 0.0
    for cut in (0.2, 0.5, 0.8):
        part = frame[frame["value"] > cut]
        means = part.groupby("key")["weight"].agg(["mean", "max"])
        joined = part.merge(means, left_on="key", right_index=True)
        total += float((joined["weight"] * joined["mean"]).sum())
        total += float(frame["value"].rolling(20).mean().sum())
        for key in range(15):
            total += float(frame.loc[frame["key"] == key, "value"].mean())
    return total


class Node:
    """An object among many."""

    def __init__(self, value: int, below: Node | None) -> None:
        self.value = value
        self.below = below
        self.children: list[int] = [value]


def allocation(_: None) -> int:
    """Small objects made and dropped."""
    kept: list[Node] = []
    for turn in range(4):
        node: Node | None = None
        for value in range(8_000):
            node = Node(value, None)
            kept.append(node)
        kept = kept[turn::2]
    return len(kept)


async def hop(value: int) -> int:
    await asyncio.sleep(0)
    return value + 1


async def chain(steps: int) -> int:
    total = 0
    for step in range(steps):
        total += await hop(step)
    return total


async def many() -> int:
    return sum(await asyncio.gather(*(chain(40) for _ in range(40))))


def asyncio_tasks(_: None) -> int:
    """Tasks that hand over to each other all the time."""
    return asyncio.run(many())


def numbers(limit: int) -> Iterator[int]:
    yield from range(limit)


def squares(source: Iterator[int]) -> Iterator[int]:
    for number in source:
        if number % 3:
            yield number * number


def generators(_: None) -> int:
    """A pipeline of generators."""
    return sum(value % 11 for value in squares(numbers(250_000)))


def churn(count: int) -> int:
    total = 0
    for number in range(count):
        total += tiny(number) % 5
    return total


def threads(_: None) -> int:
    """Four threads of pure Python; the main thread waits for them."""
    workers = [threading.Thread(target=churn, args=(60_000,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return len(workers)


def make_lists() -> list[int]:
    rng = random.Random(4)
    return [rng.randrange(10**9) for _ in range(20_000)]


def native_calls(values: list[int]) -> int:
    """Long calls into C: sorting, searching a list, joining."""
    total = 0
    for turn in range(6):
        ordered = sorted(values, key=None, reverse=bool(turn % 2))
        total += ordered[0] + len(",".join(map(str, ordered)))
        total += sum(number in values for number in range(20))
    return total


WORKLOADS: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "tiny calls": (nothing, tiny_calls),
    "deep recursion": (nothing, deep_recursion),
    "fibonacci": (nothing, fibonacci),
    "loops": (nothing, loops),
    "string parsing": (make_text, string_parsing),
    "dict parsing": (make_records, dict_parsing),
    "numpy/pandas": (make_frame, numpy_pandas),
    "allocation": (nothing, allocation),
    "asyncio": (nothing, asyncio_tasks),
    "generators": (nothing, generators),
    "threads": (nothing, threads),
    "native calls": (make_lists, native_calls),
}
