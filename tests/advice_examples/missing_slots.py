"""Examples of missing-slots."""

from __future__ import annotations

from advising import Bench, Example

POSITIVE = (
    Example(
        """\
class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def points(rows):
    return [Point(x, y) for x, y in rows]  # held
""",
        says="`Point(x, y)` makes instances of `Point`, each with room for any attribute, and sets 2",
    ),
    Example(
        """\
from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    text: str
    count: int = 0


def words(texts):
    found = {}
    for text in texts:
        found[text] = Word(text, count=1)  # held
    return found
""",
        says="makes instances of `Word`",
    ),
    Example(
        """\
class Node:
    def __init__(self, value):
        self.value = value
        self.next = None

    @classmethod
    def chain(cls, values):
        first = None
        for value in values:
            node = cls(value)  # held
            node.next = first
            first = node
        return first
""",
        says="`cls(value)` makes instances of `Node`",
    ),
)
NEGATIVE = (
    Example(
        """\
class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y


def points(rows):
    return [Point(x, y) for x, y in rows]  # held
"""
    ),
    Example(
        """\
from dataclasses import dataclass


@dataclass(slots=True)
class Word:
    text: str


def words(texts):
    return [Word(text) for text in texts]  # held
"""
    ),
    Example(
        """\
class Rows:
    def __init__(self, rows):
        self.rows = rows


def rows(text):
    return Rows(text.split())  # held
"""
    ),
    Example(
        """\
from typing import NamedTuple


class Point(NamedTuple):
    x: int
    y: int


def points(rows):
    return [Point(x, y) for x, y in rows]  # held
"""
    ),
)
RIGHT = (
    Example(
        """\
class Row:
    def __init__(self, values):
        self.values = values

    def __getattr__(self, name):
        return self.values[name]


def made(rows):
    return [Row(row) for row in rows]  # held
"""
    ),
    Example(
        """\
class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def points(rows):
    found = [Point(x, y) for x, y in rows]  # held
    for point in found:
        point.colour = "red"
    return found
"""
    ),
    Example(
        """\
from weakref import WeakSet

ALL = WeakSet()


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y
        ALL.add(self)


def points(rows):
    return [Point(x, y) for x, y in rows]  # held
"""
    ),
    Example(
        """\
class Record:
    def __init__(self, values):
        self.size = len(values)
        self.__dict__.update(values)


def records(rows):
    return [Record(row) for row in rows]  # held
"""
    ),
)


class _Open:
    def __init__(self, x: int, y: int) -> None:
        self.x = x
        self.y = y


class _Slotted:
    __slots__ = ("x", "y")

    def __init__(self, x: int, y: int) -> None:
        self.x = x
        self.y = y


def _open(n: int) -> list[_Open]:
    return [_Open(1, 2) for _ in range(n)]


def _slotted(n: int) -> list[_Slotted]:
    return [_Slotted(1, 2) for _ in range(n)]


BENCHES = {
    "memory of instances with two attributes": Bench(
        _open, _slotted, int, (1, 10, 100, 1000, 10_000), same=lambda left, right: len(left) == len(right), of="memory"
    )
}
