"""Pairs of a naive way and a better one: the same result for any input, and what the better one does not keep, read or hold."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.patterns import caches
from workbench.patterns.caches import KEPT, Asked, SharesOnClass, SharesOnInstance
from workbench.patterns.structures import (
    PAIRS,
    Point,
    SlottedPoint,
    first_error_of_generator,
    first_error_of_list,
    groups_by_defaultdict,
    total_by_generators,
)

BY_NAME = {pair.name: pair for pair in PAIRS}
NUMBERS = st.floats(-1e6, 1e6)
INPUTS: dict[str, st.SearchStrategy[Any]] = {
    "slots": st.lists(st.tuples(NUMBERS, NUMBERS)),
    "stages": st.lists(st.integers().map(str)),
    "first match": st.lists(st.sampled_from(["error", " ERROR 1\n", "an error", "", "Errors", "info"]) | st.text()),
    "queue": st.lists(st.integers(-1, 5)),
    "tail": st.integers(0, 40),
    "counting": st.lists(st.text(max_size=2)),
    "most frequent": st.dictionaries(st.text(max_size=3), st.integers(-3, 3), max_size=40),
    "grouping": st.lists(st.tuples(st.integers(0, 5), st.text(max_size=2))),
    "repeated calls": st.lists(st.dates(date(1900, 1, 1)).map(lambda day: f"{day:%d.%m.%Y}"), max_size=10),
    "cached method": st.lists(st.text("abr c", min_size=1, max_size=3), max_size=6),
    "large argument": st.lists(st.sampled_from(["a", "a b", "", "a b c"])).map(lambda names: Asked(names, str)),
}


@pytest.mark.parametrize("name", INPUTS)
@given(st.data())
def test_both_ways_give_the_same(name: str, data: st.DataObject) -> None:
    """For any input the two results are equal, the order in dicts included, and the input is left as it was."""
    pair, given_one = BY_NAME[name], data.draw(INPUTS[name])
    before = repr(given_one)
    naive, better = pair.naive(given_one), pair.better(given_one)
    assert naive == better
    assert not isinstance(naive, dict) or list(naive.items()) == list(better.items())
    assert repr(given_one) == before


@pytest.mark.parametrize("name", INPUTS)
def test_what_is_made_has_the_same_result(name: str) -> None:
    """For made inputs of nothing, of one and of many, past every bound and window, both give the same, twice."""
    pair = BY_NAME[name]
    for n in (0, 1, 2, 11, 50, 3 * KEPT):
        assert pair.naive(pair.make(n)) == pair.better(pair.make(n)) == pair.better(pair.make(n))


@pytest.mark.parametrize("name", ["stages", "repeated calls"])
def test_what_cannot_be_read_is_refused_by_both(name: str) -> None:
    """A line that is no number, or no date, is the same error in both ways."""
    pair = BY_NAME[name]
    said = set()
    for way in (pair.naive, pair.better):
        with pytest.raises(ValueError, match="no such thing") as caught:
            way([*pair.make(3), "no such thing"])
        said.add(str(caught.value))
    assert len(said) == 1


def test_the_table_is_whole() -> None:
    """Each pair has a name of its own, sizes that grow, a sentence for and one against it, and an input here."""
    assert [pair.name for pair in PAIRS] == list(INPUTS)
    for pair in PAIRS:
        assert list(pair.sizes) == sorted(set(pair.sizes))
        assert pair.says.endswith(".")
        assert "Pays" in str(pair.better.__doc__) or "less memory" in str(pair.better.__doc__)


def test_slots_take_no_other_attribute() -> None:
    """An object with slots has no dict, and a misspelt attribute is an error; with a dict it is one more attribute."""
    usual: Any = Point(1, 2)
    usual.z = 3
    slotted: Any = SlottedPoint(1, 2)
    assert not hasattr(slotted, "__dict__")
    with pytest.raises(AttributeError, match="z"):
        slotted.z = 3


def test_a_generator_stops_at_the_answer() -> None:
    """The better way reads up to the first error and no further; the naive one reads all."""
    for way, read in ((first_error_of_list, 5), (first_error_of_generator, 2)):
        lines = iter(["info", "error", "info", "error", "info"])
        assert way(lines) == "error"
        assert len(list(lines)) == 5 - read


def test_generators_hold_one_item_at_a_time() -> None:
    """While the better way sums, of all lines that it has read one at the most is alive."""
    alive: list[weakref.ref[Text]] = []

    def coming() -> Iterator[str]:
        for number in range(50):
            assert sum(one() is not None for one in alive) <= 1
            text = Text(number)
            alive.append(weakref.ref(text))
            yield text

    assert total_by_generators(coming()) == sum(number * number for number in range(50))


class Text(str):
    """A text to which one can refer weakly."""


def test_groups_are_closed_in_the_end() -> None:
    """To ask for a key that is not there is a KeyError and adds nothing, as in a plain dict."""
    groups = groups_by_defaultdict([("a", 1)])
    with pytest.raises(KeyError):
        groups["b"]
    assert groups == {"a": [1]}


@pytest.mark.parametrize(("kind", "leaks"), [(SharesOnClass, True), (SharesOnInstance, False)])
def test_when_a_cached_method_leaks(kind: Any, leaks: bool) -> None:
    """A cache on the class keeps the object alive, also through a garbage collection; one on the instance dies with it, at once."""
    made = kind("abba")
    assert (made.share("a"), made.share("a")) == (0.5, 0.5)
    seen = weakref.ref(made)
    gc.collect()
    gc.disable()
    try:
        del made
        assert (seen() is not None) is leaks
    finally:
        gc.enable()
    gc.collect()
    assert (seen() is not None) is leaks
    SharesOnClass.share.cache_clear()
    assert seen() is None


def test_caches_are_bounded() -> None:
    """Both caches forget what was not asked for longest, so that their size does not follow the number of questions."""
    shares = SharesOnInstance("abba")
    asked: Any = shares.share
    for number in range(3 * KEPT):
        shares.share(str(number))
        SharesOnClass("abba").share(str(number))
    for info in (asked.cache_info(), SharesOnClass.share.cache_info()):
        assert (info.maxsize, info.currsize) == (KEPT, KEPT)
    SharesOnClass.share.cache_clear()


@pytest.mark.parametrize(
    ("way", "most", "reads"), [(caches.words_cached_by_text, KEPT, 600), (caches.words_cached_by_name, 1, 300)]
)
def test_when_a_large_argument_is_kept(way: Any, most: int, reads: int) -> None:
    """A cache by the text reads each time and keeps as many texts as it may; one by the name reads what is new, and keeps none."""
    made: list[weakref.ref[Text]] = []
    alive = []

    def read(name: str) -> str:
        alive.append(sum(one() is not None for one in made))
        text = Text(f"{name} and more")
        made.append(weakref.ref(text))
        return text

    assert way(Asked([f"document-{number // 2}" for number in range(600)], read)) == [3] * 600
    assert len(made) == reads
    assert most <= max(alive) + 1 <= most + 2
