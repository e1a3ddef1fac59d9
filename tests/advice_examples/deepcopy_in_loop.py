"""Examples of deepcopy-in-loop."""

from __future__ import annotations

import copy
from typing import Any

from advising import Bench, Example

POSITIVE = (
    Example(
        """\
import copy


def versions(scores: dict[str, int], n: int) -> list[dict[str, int]]:
    found = []
    for at in range(n):
        found.append(copy.deepcopy(scores))  # hot in deepcopy
        scores["at"] = at
    return found
""",
        says="`copy.deepcopy(scores)` asks each item of a flat dict",
        call="versions({'a': 1}, 3)",
    ),
    Example(
        """\
from copy import deepcopy


def copies(rows: list[dict[str, float]]) -> list[dict[str, float]]:
    return [deepcopy(row) for row in rows]  # hot in deepcopy
""",
        says="a flat dict",
        call="copies([{'a': 1.0}, {'b': 2.0}])",
    ),
    Example(
        """\
from copy import deepcopy

EMPTY = {"total": 0, "items": [], "place": {"x": 0, "y": None}}


def carts(names):
    found = {}
    for name in names:
        found[name] = deepcopy(EMPTY)  # hot in deepcopy
        found[name]["items"].append(name)
    return found
""",
        says="walks through a constant",
        call="carts(['a', 'b'])",
    ),
)
NEGATIVE = (
    Example(
        """\
import copy


def copies(rows):
    return [copy.deepcopy(row) for row in rows]  # hot in deepcopy
"""
    ),
    Example(
        """\
import copy


def copies(rows: list[dict[str, int]]):
    return [copy.copy(row) for row in rows]  # hot in copy
"""
    ),
    Example(
        """\
import copy

STATE = {"seen": 0}


def snapshots(names):
    found = []
    for name in names:
        STATE["seen"] += 1
        found.append(copy.deepcopy(STATE))  # hot in deepcopy
    return found
"""
    ),
    Example(
        """\
import copy

SHARED = {"rows": [], "names": list("abc")}


def carts(n):
    return [copy.deepcopy(SHARED) for _ in range(n)]  # hot in deepcopy
"""
    ),
)
RIGHT = (
    Example(
        """\
import copy


def tries(board: list[list[int]], moves: list[tuple[int, int]]) -> list[list[list[int]]]:
    found = []
    for x, y in moves:
        fresh = copy.deepcopy(board)  # hot in deepcopy
        fresh[x][y] = 1
        found.append(fresh)
    return found
"""
    ),
    Example(
        """\
import copy


class Node:
    def __init__(self, children: list["Node"]) -> None:
        self.children = children


def grown(tree: Node, n: int) -> list[Node]:
    return [copy.deepcopy(tree) for _ in range(n)]  # hot in deepcopy
"""
    ),
)
EMPTY = {"total": 0, "items": [], "place": {"x": 0, "y": None}}


def _rows(n: int) -> dict[str, int]:
    return {str(at): at for at in range(n)}


def _deep_list(n: int) -> list[Any]:
    return [copy.deepcopy(EMPTY) for _ in range(n)]


def _made_list(n: int) -> list[Any]:
    return [{"total": 0, "items": [], "place": {"x": 0, "y": None}} for _ in range(n)]


BENCHES = {
    "flat dict of int": Bench(copy.deepcopy, lambda row: row.copy(), _rows, (1, 4, 16, 64, 256, 1024)),
    "small constant, so many copies": Bench(_deep_list, _made_list, lambda n: n, (1, 4, 16, 64, 256, 1024)),
}
