"""Examples of sort-in-loop."""

from __future__ import annotations

import random
from bisect import insort

from advising import Bench, Example

POSITIVE = (
    Example(
        """\
def scaled(numbers: list[float]) -> list[float]:
    return [number / max(numbers) for number in numbers]  # hot native
""",
        says="`max(numbers)` gives the same each time round the loop",
        call="[scaled([1.0, 2.0, 4.0]), scaled([])]",
    ),
    Example(
        """\
def ranks(wanted: list[int], numbers: list[int]) -> list[int]:
    found = []
    for one in wanted:
        found.append(sorted(numbers).index(one))  # hot native
    return found
""",
        says="`sorted(numbers)` gives the same each time",
    ),
    Example(
        """\
def places(wanted: list[int], prices: dict[int, int]) -> list[int]:
    found = []
    for one in wanted:
        for at, price in enumerate(sorted(prices.values())):  # hot native
            if price >= one:
                found.append(at)
                break
    return found
""",
        says="`sorted(prices.values())` gives the same each time",
        call="places([3, 1], {1: 5, 2: 1, 3: 3})",
    ),
    Example(
        """\
def medians(numbers: list[int]) -> list[int]:
    seen: list[int] = []
    found = []
    for number in numbers:
        seen.append(number)
        seen.sort()  # hot native
        found.append(seen[len(seen) // 2])
    return found
""",
        says="`seen.sort()` goes through the whole list",
        call="medians([5, 1, 4, 2, 3, 9, 1])",
    ),
    Example(
        """\
def cheapest(shops: list[list[int]]) -> list[int]:
    return [sorted(prices)[0] for prices in shops]  # hot native
""",
        says="`sorted(prices)[0]` sorts everything and uses one item of it",
        call="cheapest([[3, 1, 2], [5, 4]])",
    ),
)
NEGATIVE = (
    Example(
        """\
def spans(rows: list[list[int]]) -> list[int]:
    return [max(row) - min(row) for row in rows]  # hot native
"""
    ),
    Example(
        """\
def nearest(points, numbers: list[int]) -> list[int]:
    found = []
    for point in points:
        found.append(min(numbers, key=lambda number: abs(number - point)))  # hot
    return found
"""
    ),
    Example(
        """\
def in_order(numbers: list[int]) -> list[int]:
    found = []
    while numbers:
        least = min(numbers)  # hot native
        numbers.remove(least)
        found.append(least)
    return found
"""
    ),
    Example(
        """\
def groups(rows):
    found = []
    for row in rows:
        row.sort()  # hot native
        found.append(row)
    return found
"""
    ),
)
RIGHT = (
    Example(
        """\
def clipped(numbers: list[float]) -> list[float]:
    ends = [0.5, 0.9]
    return [min(number, max(ends)) for number in numbers]  # hot
"""
    ),
    Example(
        """\
def steps(state, items: list[int], step) -> list[int]:
    found = []
    while not state.done:
        step(items)
        found.append(max(items))  # hot native
    return found
"""
    ),
    Example(
        """\
def report(rows: list[str]) -> None:
    for row in sorted(rows):  # hot native
        print(row)
"""
    ),
)


def _numbers(n: int) -> list[int]:
    return random.Random(7).sample(range(1, 10 * n + 1), n)


def _scaled(numbers: list[int]) -> list[float]:
    return [number / max(numbers) for number in numbers]


def _scaled_once(numbers: list[int]) -> list[float]:
    most = max(numbers)
    return [number / most for number in numbers]


def _first(numbers: list[int]) -> int:
    return sorted(numbers)[0]


def _least(numbers: list[int]) -> int:
    return min(numbers)


def _sorted_each_time(numbers: list[int]) -> list[int]:
    found: list[int] = []
    for number in numbers:
        found.append(number)
        found.sort()
    return found


def _put_in(numbers: list[int]) -> list[int]:
    found: list[int] = []
    for number in numbers:
        insort(found, number)
    return found


SIZES = (2, 4, 16, 64, 256, 1024)
BENCHES = {
    "max once for each item": Bench(_scaled, _scaled_once, _numbers, SIZES),
    "first of sorted": Bench(_first, _least, _numbers, SIZES),
    "sort after each append": Bench(_sorted_each_time, _put_in, _numbers, SIZES),
}
