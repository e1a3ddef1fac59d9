"""Data structures as pairs of a naive way and a better one with the same result, and from which size the better one pays.

`PAIRS` lists them. What each better way says of its gain was measured on CPython 3.11 and 3.13 by `tests/benchmarks/structures.py`,
which prints the table anew for another machine; below the sizes named there the naive way is as good or better.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from workbench.patterns import caches

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")
K = TypeVar("K", bound="Hashable")
V = TypeVar("V")

FEW = 10
"""How many the last and the most frequent are."""


@dataclass(frozen=True, slots=True)
class Pair(Generic[I, R]):
    """Two ways to the same result: `naive(make(n)) == better(make(n))` for each n >= 0, here measured at `sizes`.

    `gains` is what the better way is for: seconds, or the highest number of bytes in use meanwhile. `says` is when to take it and when not.
    """

    name: str
    naive: Callable[[I], R]
    better: Callable[[I], R]
    make: Callable[[int], I]
    sizes: tuple[int, ...]
    gains: Literal["time", "memory"]
    says: str


class Point:
    """A place in the plane, with a `__dict__` that takes any attribute."""

    def __init__(self, x: float, y: float) -> None:
        self.x = x
        self.y = y


class SlottedPoint:
    """A place in the plane, with room for two attributes and no more."""

    __slots__ = ("x", "y")

    def __init__(self, x: float, y: float) -> None:
        self.x = x
        self.y = y


def length_with_dict(places: Iterable[tuple[float, float]]) -> float:
    """The length of a path whose points are usual objects."""
    points = [Point(x, y) for x, y in places]
    return sum(hypot(b.x - a.x, b.y - a.y) for a, b in pairwise(points))


def length_with_slots(places: Iterable[tuple[float, float]]) -> float:
    """The length of a path whose points have `__slots__`.

    A third less memory from a few dozen objects on; making them takes as long on CPython 3.11 and 1.3 times as long on 3.13.
    """
    points = [SlottedPoint(x, y) for x, y in places]
    return sum(hypot(b.x - a.x, b.y - a.y) for a, b in pairwise(points))


def some_places(n: int) -> list[tuple[float, float]]:
    """So many points on a circle of sorts."""
    return [(number % 7 * 1.5, number % 11 * 0.5) for number in range(n)]


def total_by_lists(lines: Iterable[str]) -> int:
    """Read, filter and sum in three steps with a list for each."""
    numbers = [int(line) for line in lines]
    positive = [number for number in numbers if number > 0]
    squares = [number * number for number in positive]
    return sum(squares)


def total_by_generators(lines: Iterable[str]) -> int:
    """The same steps, with one item on its way at a time.

    Pays in memory from about 20 lines on CPython 3.11 and 3.13, and takes up to a sixth longer.
    """
    numbers = (int(line) for line in lines)
    positive = (number for number in numbers if number > 0)
    squares = (number * number for number in positive)
    return sum(squares)


def some_lines(n: int) -> list[str]:
    """So many lines with numbers, half of them positive."""
    return [str(1000 + number if number % 2 else -number) for number in range(n)]


def first_error_of_list(lines: Iterable[str]) -> str | None:
    """Put all lines in order, then look for the first with an error."""
    stripped = [line.strip().lower() for line in lines]
    errors = [line for line in stripped if line.startswith("error")]
    return errors[0] if errors else None


def first_error_of_generator(lines: Iterable[str]) -> str | None:
    """Put one line after the other in order, up to the first with an error.

    Pays from about 10 lines on CPython 3.11 and 3.13, with the error in the middle.
    """
    stripped = (line.strip().lower() for line in lines)
    return next((line for line in stripped if line.startswith("error")), None)


def some_log(n: int) -> list[str]:
    """So many lines, with an error in the middle."""
    return [f"  ERROR {number}\n" if number == n // 2 else f"  Info {number}\n" for number in range(n)]


def order_by_list(turns: Iterable[int]) -> list[int]:
    """In which order tasks of so many turns each come to their end when they take turns, by a list as a queue."""
    waiting = list(enumerate(turns))
    ended: list[int] = []
    while waiting:
        task, left = waiting.pop(0)
        if left > 1:
            waiting.append((task, left - 1))
        else:
            ended.append(task)
    return ended


def order_by_deque(turns: Iterable[int]) -> list[int]:
    """The same by a deque, which gives up its first item without moving the others.

    Pays from about 10 tasks on CPython 3.11 and 3.13: a fourth faster at 1,000, ten times at 10,000.
    """
    waiting = deque(enumerate(turns))
    ended: list[int] = []
    while waiting:
        task, left = waiting.popleft()
        if left > 1:
            waiting.append((task, left - 1))
        else:
            ended.append(task)
    return ended


def some_turns(n: int) -> list[int]:
    """So many tasks of one to three turns."""
    return [1 + number % 3 for number in range(n)]


def last_of_list(count: int) -> list[str]:
    """The last lines of a long text that comes one line after the other, by keeping all of them."""
    return list(_coming(count))[-FEW:]


def last_of_deque(count: int) -> list[str]:
    """The same, by keeping no more than are asked for.

    Pays in memory from about 50 lines on CPython 3.11 and 3.13, at the same speed.
    """
    return list(deque(_coming(count), maxlen=FEW))


def _coming(count: int) -> Iterable[str]:
    return (f"line {number}" for number in range(count))


def counts_by_hand(words: Iterable[str]) -> dict[str, int]:
    """How often each word is there, by a dict."""
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts


def counts_by_counter(words: Iterable[str]) -> dict[str, int]:
    """The same by Counter, whose loop is in C.

    Pays from about 100 words on CPython 3.11 and 3.13; below 10 it takes twice as long and more.
    """
    return Counter(words)


def some_words(n: int) -> list[str]:
    """So many words, of which fifty are different."""
    return [f"word {number * number % 50}" for number in range(n)]


def most_by_sorting(counts: dict[str, int]) -> list[tuple[str, int]]:
    """The most frequent, by sorting all; of equals the one that came first."""
    return sorted(counts.items(), key=itemgetter(1), reverse=True)[:FEW]


def most_by_counter(counts: dict[str, int]) -> list[tuple[str, int]]:
    """The same by `Counter.most_common`, which keeps a heap of those asked for.

    Pays from about 3,000 different words on CPython 3.11 and 3.13 for the first ten of them; below 200 it takes twice as long.
    """
    return Counter(counts).most_common(FEW)


def some_counts(n: int) -> dict[str, int]:
    """So many words with counts."""
    return {f"word {number}": number * 7919 % 1009 for number in range(n)}


def groups_by_hand(items: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """Values by their keys, with a question for each item."""
    groups: dict[K, list[V]] = {}
    for key, value in items:
        if key not in groups:
            groups[key] = []
        groups[key].append(value)
    return groups


def groups_by_defaultdict(items: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """The same by a defaultdict, closed at the end: otherwise, to read a key that is not there would add it.

    Pays from about 200 items with twenty keys on CPython 3.11 and 3.13; with few items a key it takes twice as long.
    """
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in items:
        groups[key].append(value)
    groups.default_factory = None
    return groups


def some_items(n: int) -> list[tuple[str, int]]:
    """So many values with one of twenty keys."""
    return [(f"key {number % 20}", number) for number in range(n)]


def _same(n: int) -> int:
    return n


SIZES = (1, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000, 3000, 10_000)

PAIRS: tuple[Pair[Any, Any], ...] = (
    Pair(
        "slots",
        length_with_dict,
        length_with_slots,
        some_places,
        SIZES,
        "memory",
        "For many small objects of one kind that are kept. Not for speed, and not where attributes are added.",
    ),
    Pair(
        "stages",
        total_by_lists,
        total_by_generators,
        some_lines,
        SIZES,
        "memory",
        "For long or endless input. Not where the items are needed twice: a generator is empty after the first time.",
    ),
    Pair(
        "first match",
        first_error_of_list,
        first_error_of_generator,
        some_log,
        SIZES,
        "time",
        "Where the rest need not be looked at once the answer is there. Not where the whole is looked at anyway.",
    ),
    Pair(
        "queue",
        order_by_list,
        order_by_deque,
        some_turns,
        SIZES,
        "time",
        "Where items leave at the front. Not where they are asked for by position: in the middle of a deque that is a walk.",
    ),
    Pair(
        "tail",
        last_of_list,
        last_of_deque,
        _same,
        SIZES,
        "memory",
        "For the last items of what comes one by one. Not for a list that is there already: its slice is faster.",
    ),
    Pair(
        "counting",
        counts_by_hand,
        counts_by_counter,
        some_words,
        SIZES,
        "time",
        "For many items in one call. Not for one count at a time, and not for a few: there the dict is faster.",
    ),
    Pair(
        "most frequent",
        most_by_sorting,
        most_by_counter,
        some_counts,
        SIZES,
        "time",
        "For a few of many. Not for a few hundred different items: sorting all is faster.",
    ),
    Pair(
        "grouping",
        groups_by_hand,
        groups_by_defaultdict,
        some_items,
        SIZES,
        "time",
        "For many items of few keys. Not where most keys come once: there each new key costs more than the question.",
    ),
    Pair(
        "repeated calls",
        caches.days_each,
        caches.days_cached,
        caches.some_dates,
        SIZES,
        "time",
        "For pure functions that cost more than a look-up in a dict and are asked the same again. Not for arguments that hardly come back.",
    ),
    Pair(
        "cached method",
        caches.shares_cached_on_class,
        caches.shares_cached_on_instance,
        caches.some_texts,
        SIZES,
        "memory",
        "For objects that come and go and are asked the same often. One that lives as long as the program may be cached on its class.",
    ),
    Pair(
        "large argument",
        caches.words_cached_by_text,
        caches.words_cached_by_name,
        caches.some_documents,
        SIZES,
        "memory",
        "Where something small says which large thing is meant, and that does not change meanwhile; otherwise the old answer stays.",
    ),
)
