"""Examples of loop-over-ndarray."""

from __future__ import annotations

import math

import numpy as np
from advising import Bench, Example
from numpy.typing import NDArray

POSITIVE = (
    Example(
        """\
import numpy as np


def mixed(left: np.ndarray, right: np.ndarray, part: float) -> np.ndarray:
    found = np.zeros(len(left))
    for at in range(len(left)):
        found[at] = left[at] * part + right[at] * (1 - part)  # hot
    return found
""",
        says="takes the ndarrays `left`, `right` apart",
        call="mixed(np.arange(5.0), np.arange(7.0) / 3, 0.3).tolist()",
    ),
    Example(
        """\
import numpy as np


def power(n):
    signal = np.linspace(0, 1, n)
    total = 0.0
    for one in signal:  # hot
        total += one * one  # hot
    return total
""",
        says="The loop over `signal` takes the ndarray `signal` apart",
    ),
    Example(
        """\
import numpy as np


def clipped(grid: np.ndarray, high: int, wide: int):
    found = np.empty((high, wide))
    for y in range(high):
        for x in range(wide):
            value = grid[y, x] / 255  # hot
            if value > 1:
                value = 1.0
            found[y, x] = value  # hot
    return found
""",
        says="The loop over `range(wide)` takes the ndarray `grid` apart",
    ),
    Example(
        """\
import math

import numpy as np


def logs(n):
    values = np.arange(1, n)
    return sum(math.log(one) for one in values)  # hot
""",
        says="The loop over `values` takes the ndarray `values` apart",
    ),
    Example(
        """\
import numpy as np


def weighed(rows: np.ndarray, weights) -> np.ndarray:
    found = np.zeros(rows.shape)
    for at in range(len(rows)):
        found[at] = rows[at] * weights  # hot
    return found
""",
        says="takes the ndarray `rows` apart",
    ),
)
NEGATIVE = (
    Example(
        """\
def power(signal: list[float]) -> float:
    total = 0.0
    for one in signal:
        total += one * one  # hot
    return total
"""
    ),
    Example(
        """\
import numpy as np


def shown(values: np.ndarray, write) -> None:
    for one in values:
        write(one * 2)  # hot
"""
    ),
    Example(
        """\
import numpy as np


def rows(grid: np.ndarray) -> list[float]:
    return [row.sum() for row in grid]  # hot native
"""
    ),
    Example(
        """\
import numpy as np


def solved(systems: np.ndarray, right: np.ndarray) -> list[np.ndarray]:
    return [np.linalg.solve(systems[at], right[at] * 2) for at in range(len(systems))]  # hot native
"""
    ),
)
RIGHT = (
    Example(
        """\
import numpy as np


def smooth(signal: np.ndarray, part: float) -> np.ndarray:
    found, level = np.zeros(len(signal)), 0.0
    for at in range(len(signal)):
        level = level * (1 - part) + signal[at] * part  # hot
        found[at] = level  # hot
    return found
"""
    ),
    Example(
        """\
import numpy as np


def walk(steps: np.ndarray) -> np.ndarray:
    found = np.zeros(len(steps))
    for at in range(1, len(steps)):
        found[at] = max(0.0, found[at - 1] + steps[at])  # hot
    return found
"""
    ),
    Example(
        """\
import numpy as np


def weighed(n: int) -> float:
    weights, total = 0.0, 0.0
    few = np.array([0.2, 0.5, 0.3])
    for _ in range(n):
        for one in few:
            total += one * 2  # hot
    return total
"""
    ),
)

Array = NDArray[np.float64]


def _items(arrays: tuple[Array, Array]) -> Array:
    left, right = arrays
    found = np.zeros(len(left))
    for at in range(len(left)):
        found[at] = left[at] * 0.3 + right[at] * 0.7
    return found


def _whole(arrays: tuple[Array, Array]) -> Array:
    left, right = arrays
    found = np.zeros(len(left))
    found[: len(left)] = left[: len(left)] * 0.3 + right[: len(left)] * 0.7
    return found


def _listed(arrays: tuple[Array, Array]) -> Array:
    found = [one * 0.3 + other * 0.7 for one, other in zip(arrays[0].tolist(), arrays[1].tolist(), strict=True)]
    return np.array(found, dtype=np.float64)


def _summed(arrays: tuple[Array, Array]) -> float:
    total = 0.0
    for one in arrays[0]:
        total += one * one
    return total


def _sum(arrays: tuple[Array, Array]) -> float:
    return float((arrays[0] * arrays[0]).sum())


def _arrays(n: int) -> tuple[Array, Array]:
    return np.arange(n) / 3, np.arange(n) / 7


SIZES = (1, 2, 4, 8, 16, 64, 256, 1024, 16384)
BENCHES = {
    "item by item, whole arrays": Bench(_items, _whole, _arrays, SIZES, np.array_equal),
    "item by item, tolist()": Bench(_items, _listed, _arrays, SIZES, np.array_equal),
    "sum of squares, whole array": Bench(_summed, _sum, _arrays, SIZES, math.isclose),
}
