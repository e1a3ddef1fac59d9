"""Candidates that an optimiser's haste produces, each wrong in one way, and honest ones. Used by tests and by the table of verdicts.

`REFUSED` has (old, new, inputs, codes that are right); `HONEST` has (old, new, inputs). All run for themselves: what they need is inside.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

Inputs = list[tuple[Any, ...]]


def texts(count: int = 24) -> Inputs:
    rng = random.Random(1)
    return [
        (
            "\n".join(
                " ".join(rng.choice(["alpha", "beta", "gamma", "delta"]) for _ in range(8))
                for _ in range(rng.randrange(1, 40))
            ),
        )
        for _ in range(count)
    ]


def lists(count: int = 24, top: int = 50) -> Inputs:
    rng = random.Random(2)
    return [([rng.randrange(top) for _ in range(rng.randrange(2, 120))],) for _ in range(count)]


def rows(count: int = 24) -> Inputs:
    rng = random.Random(3)
    return [
        ([(rng.choice("abc"), rng.randrange(5), f"row {at}") for at in range(rng.randrange(2, 60))],)
        for _ in range(count)
    ]


def total(values: list[int]) -> int:
    result = 0
    for value in values:
        result += value
    return result


def total_as_float(values: list[int]) -> float:
    return float(sum(values))


def counted(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in text.split():
        found[word] = found.get(word, 0) + 1
    return found


def counted_sorted(text: str) -> dict[str, int]:
    return dict(sorted(Counter(text.split()).items()))


def counted_counter(text: str) -> dict[str, int]:
    return Counter(text.split())


def split_lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n")]


def split_lines_lazily(text: str) -> Any:
    return (line.strip() for line in text.split("\n"))


def split_lines_loosely(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def ordered(values: list[int]) -> list[int]:
    return sorted(values)


def ordered_in_place(values: list[int]) -> list[int]:
    values.sort()
    return list(values)


def ordered_same_object(values: list[int]) -> list[int]:
    values.sort()
    return values


def squares(values: list[int]) -> list[int]:
    return [value * value for value in values]


_SHARED: list[int] = []


def squares_shared(values: list[int]) -> list[int]:
    _SHARED[:] = [value * value for value in values]
    return _SHARED


def by_letter(values: list[tuple[str, int, str]]) -> list[tuple[str, int, str]]:
    return sorted(values, key=lambda row: row[:2])


def by_letter_unstable(values: list[tuple[str, int, str]]) -> list[tuple[str, int, str]]:
    found = list(reversed(values))
    found.sort(key=lambda row: row[:2])
    return found


def parsed(text: str) -> int:
    if not text.strip():
        raise ValueError("empty text")
    return len(text.split())


def parsed_quietly(text: str) -> int:
    try:
        if not text.strip():
            raise ValueError("empty text")
        return len(text.split())
    except ValueError:
        return 0


def parsed_reworded(text: str) -> int:
    if not text.strip():
        raise ValueError("no text")
    return len(text.split())


def highest(values: list[int]) -> int:
    best = values[0]
    for value in values:
        best = max(best, value)
    return best


def highest_of_recorded_sizes(values: list[int]) -> int:
    return max(values) if len(values) > 1 else 0


def mean(values: list[float]) -> float:
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


def mean_reordered(values: list[float]) -> float:
    return sum(sorted(values)) / len(values)


def shuffled(values: list[int]) -> list[int]:
    found = list(values)
    random.shuffle(found)
    return found


def shuffled_more(values: list[int]) -> list[int]:
    found = list(values)
    random.shuffle(found)
    random.random()
    return found


def told(values: list[int]) -> int:
    print("total of", len(values))
    return sum(values)


def untold(values: list[int]) -> int:
    return sum(values)


def kept_arguments(values: list[int], start: int = 0) -> int:
    return sum(values) + start


def other_parameter(values: list[int], first: int = 0) -> int:
    return sum(values) + first


def first_repeated(values: list[int]) -> int | None:
    seen = []
    for value in values:
        if value in seen:
            return value
        seen.append(value)
    return None


def first_repeated_hangs(values: list[int]) -> int | None:
    seen = set()
    while True:
        for value in values:
            if value in seen:
                return value
            seen.add(value)
        if not values:
            return None
        if len(values) == len(set(values)):
            seen = set()


def ends_the_process(values: list[int]) -> int:
    import os

    if len(values) % 2:
        os._exit(3)
    return sum(values)


_LAST: dict[str, Any] = {}


def total_by_turns(values: list[int]) -> int:
    """Right at the first call; at the second with the same input it gives what it kept, plus one."""
    key = repr(values)
    if _LAST.get("key") == key:
        return _LAST["value"] + 1
    _LAST["key"], _LAST["value"] = key, sum(values)
    return _LAST["value"]


async def fetched(values: list[int]) -> list[int]:
    found = []
    for value in values:
        await asyncio.sleep(0)
        found.append(value + 1)
    return found


async def fetched_out_of_order(values: list[int]) -> list[int]:
    return [value + 1 for value in reversed(values)]


def floats(count: int = 24) -> Inputs:
    rng = random.Random(5)
    return [([rng.uniform(-1e6, 1e6) for _ in range(rng.randrange(3, 80))],) for _ in range(count)]


REFUSED: dict[str, tuple[Callable[..., Any], Callable[..., Any], Inputs, set[str]]] = {
    "int turned float": (total, total_as_float, lists(), {"B02"}),
    "another dict order": (counted, counted_sorted, texts(), {"B03"}),
    "dict turned Counter": (counted, counted_counter, texts(), {"B02"}),
    "list turned generator": (split_lines, split_lines_lazily, texts(), {"B07"}),
    "another idea of a line": (split_lines, split_lines_loosely, texts(), {"B01", "B14"}),
    "mutated argument": (ordered, ordered_in_place, lists(), {"B04"}),
    "argument given back": (ordered, ordered_same_object, lists(), {"B04", "B05"}),
    "shared mutable result": (squares, squares_shared, lists(), {"B05"}),
    "unstable sort": (by_letter, by_letter_unstable, rows(), {"B01", "B03"}),
    "swallowed exception": (parsed, parsed_quietly, texts(), {"B06"}),
    "reworded exception": (parsed, parsed_reworded, texts(), {"B06"}),
    "fitted to the recorded sizes": (highest, highest_of_recorded_sizes, lists(), {"B01", "B06"}),
    "additions in another order": (mean, mean_reordered, floats(), {"B13", "B01"}),
    "more random numbers drawn": (shuffled, shuffled_more, lists(), {"B09"}),
    "output left out": (told, untold, lists(), {"B08"}),
    "another parameter": (kept_arguments, other_parameter, lists(), {"B11"}),
    "never done on some inputs": (first_repeated, first_repeated_hangs, lists(top=40), {"B18"}),
    "ends its process": (total, ends_the_process, lists(), {"B18"}),
    "another answer the second time": (total, total_by_turns, lists(), {"B10"}),
    "items in another order, awaited": (fetched, fetched_out_of_order, lists(), {"B03", "B01"}),
}


def unique(values: list[int]) -> list[int]:
    found: list[int] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def unique_by_dict(values: list[int]) -> list[int]:
    return list(dict.fromkeys(values))


async def fetched_at_once(values: list[int]) -> list[int]:
    await asyncio.sleep(0)
    return [value + 1 for value in values]


def joined(values: list[int]) -> str:
    text = ""
    for value in values:
        text = text + str(value) + ","
    return text


def joined_once(values: list[int]) -> str:
    return "".join([f"{value}," for value in values])


HONEST: dict[str, tuple[Callable[..., Any], Callable[..., Any], Inputs]] = {
    "deduplication by dict": (unique, unique_by_dict, [(list(range(at)) * 2,) for at in range(150, 180)]),
    "fewer awaits": (fetched, fetched_at_once, lists()),
}
