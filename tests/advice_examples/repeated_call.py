"""Examples of repeated-call."""

from __future__ import annotations

from functools import lru_cache

from advising import Bench, Example

from workbench.advice.place import Repeats

MANY = Repeats(seen=100_000, kept=1000, distinct=20, hashable=True)

POSITIVE = (
    Example(
        """\
def divisors(number: int) -> int:
    return sum(1 for one in range(1, number + 1) if number % one == 0)  # hot
""",
        says="`divisors` was called 100,000 times, and 1,000 of these calls had 20 different arguments",
        call="[divisors(12), divisors(7), divisors(12)]",
        repeats=(("divisors", MANY),),
    ),
    Example(
        """\
LETTERS = {"a": 1, "b": 2}


def _value(letter):
    return LETTERS.get(letter, 0)


def score(word: str, bonus: int = 0) -> int:
    whole = bonus
    for letter in word:  # hot
        whole += _value(letter)  # hot
    return int(whole)
""",
        says="`score` was called",
        call="[score('aba'), score('b', 3), score('aba')]",
        repeats=(("score", MANY),),
    ),
    Example(
        """\
def slug(title: str):
    words = []
    for word in title.lower().split():
        words.append(word.strip(".,"))  # hot
    return "-".join(words)
""",
        says="`slug` was called",
        call="slug('A title, and more.')",
        repeats=(("slug", MANY),),
    ),
    Example(
        """\
def parts(path: str):
    found = []
    for part in path.split("/"):
        found.append(part.strip())  # hot
    return tuple(found)
""",
        says="`parts` was called",
        repeats=(("parts", MANY),),
    ),
)
NEGATIVE = (
    Example(
        """\
import sys


def shown(name: str) -> str:
    return " ".join(f"{name} {one}" for one in sys.argv)  # hot
""",
        repeats=(("shown", MANY),),
    ),
    Example(
        """\
def divisors(number: int) -> int:
    return sum(1 for one in range(1, number + 1) if number % one == 0)  # hot
""",
        repeats=(("divisors", Repeats(seen=1000, kept=1000, distinct=900, hashable=True)),),
    ),
    Example(
        """\
def divisors(number: int) -> int:
    return sum(1 for one in range(1, number + 1) if number % one == 0)  # hot
"""
    ),
    Example(
        """\
SEEN = {}


def value(word: str) -> int:
    SEEN[word] = SEEN.get(word, 0) + 1  # hot
    return len(word)
""",
        repeats=(("value", MANY),),
    ),
    Example(
        """\
import random


def rolled(sides: int) -> int:
    return sum(random.randrange(sides) for _ in range(100))  # hot
""",
        repeats=(("rolled", MANY),),
    ),
    Example(
        """\
from functools import lru_cache


@lru_cache(maxsize=256)
def divisors(number: int) -> int:
    return sum(1 for one in range(1, number + 1) if number % one == 0)  # hot
""",
        repeats=(("divisors", MANY),),
    ),
)
RIGHT = (
    Example(
        """\
def double(number: int) -> int:
    return 2 * number  # hot
""",
        repeats=(("double", Repeats(seen=10_000_000, kept=1000, distinct=20, hashable=True)),),
    ),
    Example(
        """\
def words(path: str) -> list[str]:
    with open(path) as file:
        return file.read().split()  # hot native
""",
        repeats=(("words", MANY),),
    ),
    Example(
        """\
def row(size: int):
    return [number * number for number in range(size)]  # hot
""",
        repeats=(("row", MANY),),
    ),
)


def _divisors(number: int) -> int:
    return sum(1 for one in range(1, number + 1) if number % one == 0)


def _asked(n: int) -> list[int]:
    return [_divisors(30 + number % 10) for number in range(n)]


def _asked_once(n: int) -> list[int]:
    function = lru_cache(maxsize=128)(_divisors)
    return [function(30 + number % 10) for number in range(n)]


def _small(number: int) -> int:
    return 2 * number if number > 3 else number + 1


def _small_asked(n: int) -> list[int]:
    return [_small(number % 10) for number in range(n)]


def _small_kept(n: int) -> list[int]:
    function = lru_cache(maxsize=128)(_small)
    return [function(number % 10) for number in range(n)]


BENCHES = {
    "a call of 1 us, 10 arguments": Bench(_asked, _asked_once, int, (1, 5, 10, 20, 40, 100, 1000)),
    "a call of 50 ns, 10 arguments": Bench(_small_asked, _small_kept, int, (10, 100, 1000)),
}
