"""Examples of array-copies."""

from __future__ import annotations

import numpy as np
from advising import Bench, Example
from numpy.typing import NDArray

POSITIVE = (
    Example(
        """\
import numpy as np


def means(signal: np.ndarray, width: int) -> list[float]:
    return [np.array(signal[at : at + width]).mean() for at in range(len(signal) - width)]  # hot native
""",
        says="`np.array(signal[at : at + width])` copies the ndarray",
        call="means(np.arange(9.0), 3)",
    ),
    Example(
        """\
import numpy as np


def best(signal: np.ndarray, widths: list[int]) -> list[float]:
    found = []
    for width in widths:
        window = signal[:width].copy()  # hot native
        found.append(float(window.max() - window.min()))
    return found
""",
        says="`signal[:width].copy()` copies the ndarray",
        call="best(np.arange(9.0) % 4, [2, 5])",
    ),
    Example(
        """\
import numpy as np


def sums(n: int, turns: int) -> list[float]:
    found = []
    grid = np.ones((n, n))
    for at in range(turns):
        found.append(float(np.sum(grid.flatten() * at)))  # hot native
    return found
""",
        says="`grid.flatten()` copies the ndarray",
        call="sums(3, 4)",
    ),
)
NEGATIVE = (
    Example(
        """\
import numpy as np


def means(rows: list[list[float]]) -> list[float]:
    return [np.array(row).mean() for row in rows]  # hot native
"""
    ),
    Example(
        """\
import numpy as np


def mean(signal: np.ndarray) -> float:
    return np.array(signal).mean()  # hot native
"""
    ),
    Example(
        """\
def lists(rows: list[list[int]]) -> list[int]:
    return [len(row.copy()) for row in rows]  # hot native
"""
    ),
)
RIGHT = (
    Example(
        """\
import numpy as np


def kept(state: np.ndarray, turns: int) -> list[np.ndarray]:
    found = []
    for at in range(turns):
        state[at] += 1
        found.append(state.copy())  # hot native
    return found
"""
    ),
    Example(
        """\
import numpy as np


def steps(state: np.ndarray, turns: int) -> float:
    total = 0.0
    for at in range(turns):
        before = state.copy()  # hot native
        state[at] = before.sum()
        total += (before - state).sum()
    return total
"""
    ),
    Example(
        """\
import numpy as np


def settled(state: np.ndarray, update, turns: int) -> list[float]:
    found = []
    for _ in range(turns):
        before = state.copy()  # hot native
        update(state)
        found.append(float((state - before).sum()))
    return found
"""
    ),
    Example(
        """\
import numpy as np


def cleared(signal: np.ndarray, turns: int) -> float:
    total = 0.0
    for at in range(turns):
        window = signal[at:].copy()  # hot native
        window[0] = 0
        total += window.sum()
    return total
"""
    ),
)


def _copied(signal: NDArray[np.float64]) -> list[float]:
    half = len(signal) // 2
    return [float(np.array(signal[at % 4 : at % 4 + half]).max()) for at in range(20)]


def _viewed(signal: NDArray[np.float64]) -> list[float]:
    half = len(signal) // 2
    return [float(signal[at % 4 : at % 4 + half].max()) for at in range(20)]


def _flattened(signal: NDArray[np.float64]) -> list[float]:
    grid = signal.reshape(2, -1)
    return [float(np.max(grid.flatten())) for _ in range(20)]


def _raveled(signal: NDArray[np.float64]) -> list[float]:
    grid = signal.reshape(2, -1)
    return [float(np.max(grid.ravel())) for _ in range(20)]


SIZES = (8, 64, 512, 4096, 32768, 262144)
BENCHES = {
    "np.array of a slice": Bench(_copied, _viewed, lambda n: np.arange(n) / 3, SIZES),
    "flatten, ravel": Bench(_flattened, _raveled, lambda n: np.arange(n) / 3, SIZES),
}
