"""Examples of unbounded-cache."""

from __future__ import annotations

from functools import cache, lru_cache

from advising import Bench, Example

from workbench.advice.place import Repeats

POSITIVE = (
    Example(
        """\
from functools import lru_cache


@lru_cache(maxsize=None)
def words(text):
    return text.split()  # held
""",
        says="`@lru_cache(maxsize=None)` keeps every answer of `words`",
        call="[words('a b'), words('c'), words('a b')]",
    ),
    Example(
        """\
import functools


@functools.cache
def table(number: int) -> list[int]:
    return list(range(number))  # held
""",
        says="`@functools.cache` keeps every answer of `table`",
        call="[table(3), table(2), table(3)]",
    ),
    Example(
        """\
PAGES = {}


def page(name, read):
    if name in PAGES:
        return PAGES[name]
    PAGES[name] = read(name)  # held
    return PAGES[name]
""",
        says="`PAGES[name] = read(name)` adds to a dict of the whole program",
    ),
    Example(
        """\
class Pages:
    known: dict[str, str] = {}

    def page(self, name):
        found = self.known.get(name)
        if found is None:
            found = self.known[name] = name * 1000  # held
        return found
""",
        says="adds to a dict of the whole program",
    ),
)
NEGATIVE = (
    Example(
        """\
from functools import lru_cache


@lru_cache(maxsize=1000)
def words(text):
    return text.split()  # held
"""
    ),
    Example(
        """\
PAGES = {}


def page(name, read):
    if name in PAGES:
        return PAGES[name]
    if len(PAGES) > 1000:
        PAGES.clear()
    PAGES[name] = read(name)  # held
    return PAGES[name]
"""
    ),
    Example(
        """\
def pages(names, read):
    known = {}
    for name in names:
        if name not in known:
            known[name] = read(name)  # held
    return known
"""
    ),
)
RIGHT = (
    Example(
        """\
from functools import cache


@cache
def words():
    return "a long list of words".split()  # held
"""
    ),
    Example(
        """\
from functools import cache


@cache
def ways(steps):
    return 1 if steps < 2 else ways(steps - 1) + ways(steps - 2)  # held
"""
    ),
    Example(
        """\
from functools import cache


@cache
def table(language):
    return [language * number for number in range(10_000)]  # held
""",
        repeats=(("table", Repeats(seen=900, kept=900, distinct=3, hashable=True)),),
    ),
)


def _row(number: int) -> bytes:
    return bytes(1000) + number.to_bytes(4, "big")


def _asked(function, numbers: list[int]) -> int:
    return sum(len(function(number)) for number in numbers)


def _naive(numbers: list[int]) -> int:
    return _asked(cache(_row), numbers)


def _better(numbers: list[int]) -> int:
    return _asked(lru_cache(maxsize=1024)(_row), numbers)


BENCHES = {
    "memory of answers of 1 KB": Bench(
        _naive, _better, lambda n: list(range(n)), (256, 1024, 2048, 4096, 16384), of="memory"
    )
}
