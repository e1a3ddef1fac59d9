"""`lru_cache` in three pairs of a naive way and a better one: where it pays, and the two ways in which it keeps what should have died."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial

KEPT = 128
"""Answers that a cache of this module keeps at the most. Without a bound (`cache`, `maxsize=None`) it grows with what it is asked."""


def _day(text: str) -> int:
    return datetime.strptime(text, "%d.%m.%Y").toordinal()


def days_each(texts: Iterable[str]) -> list[int]:
    """Read each date anew."""
    return [_day(text) for text in texts]


def days_cached(texts: Iterable[str]) -> list[int]:
    """Read each date once while it is among the last `KEPT` different ones.

    Pays from about 50 calls with thirty different dates on CPython 3.11 and 3.13; before the first repetition it takes a tenth longer.
    """
    day = lru_cache(maxsize=KEPT)(_day)
    return [day(text) for text in texts]


def some_dates(n: int) -> list[str]:
    """So many dates, of which thirty are different."""
    return [f"{1 + number % 30:02}.06.2024" for number in range(n)]


def _share(letters: str, letter: str) -> float:
    return letters.count(letter) / len(letters)


class SharesOnClass:
    """The share of a letter in a text, by a cached method: the cache is the class's, and its keys hold each `self`, which never dies."""

    def __init__(self, letters: str) -> None:
        self.letters = letters

    @lru_cache(maxsize=KEPT)  # noqa: B019
    def share(self, letter: str) -> float:
        """How much of the text is this letter; 0 to 1."""
        return _share(self.letters, letter)


class SharesOnInstance:
    """As `SharesOnClass`, but each instance has a cache of its own, around a function of its data and not of `self`: both die together."""

    __slots__ = ("__weakref__", "share")

    def __init__(self, letters: str) -> None:
        self.share: Callable[[str], float] = lru_cache(maxsize=KEPT)(partial(_share, letters))


def shares_cached_on_class(texts: Iterable[str]) -> list[float]:
    """One object after the other, with a method that is cached on the class: the last `KEPT // 5` of them are held for ever."""
    answers: list[float] = []
    for text in texts:
        letters = SharesOnClass(text * 100)
        answers.append(sum(letters.share(letter) for letter in "abracadabra"))
    return answers


def shares_cached_on_instance(texts: Iterable[str]) -> list[float]:
    """The same with a cache in each object.

    Pays in memory from about 5 objects on CPython 3.11 and 3.13, and takes half as long again: each has to make a cache.
    """
    answers: list[float] = []
    for text in texts:
        letters = SharesOnInstance(text * 100)
        answers.append(sum(letters.share(letter) for letter in "abracadabra"))
    return answers


def some_texts(n: int) -> list[str]:
    """So many different short texts."""
    return [f"a text that is number {number}" for number in range(n)]


@dataclass(frozen=True, slots=True)
class Asked:
    """Documents asked for by name, in turn, and how to read one: a new text each time."""

    names: Sequence[str]
    read: Callable[[str], str]


def words_cached_by_text(asked: Asked) -> list[int]:
    """Count the words of documents by a function of the text: the cache keeps `KEPT` whole texts, each of which had to be read to ask."""
    count = lru_cache(maxsize=KEPT)(_words)
    return [count(asked.read(name)) for name in asked.names]


def words_cached_by_name(asked: Asked) -> list[int]:
    """The same by a function of the name, which is small and is there before the text.

    Pays in memory from 3 requests on CPython 3.11 and 3.13, and a tenth in time.
    """
    read = asked.read

    @lru_cache(maxsize=KEPT)
    def count(name: str) -> int:
        return _words(read(name))

    return [count(name) for name in asked.names]


def _words(text: str) -> int:
    return len(text.split())


def some_documents(n: int) -> Asked:
    """So many requests, each document asked for twice in a row."""
    return Asked([f"document {number // 2}" for number in range(n)], _document)


def _document(name: str) -> str:
    return f"{name} " * 200
