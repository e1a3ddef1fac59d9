"""Closing whatever can be closed, sorted lists against sorted(), and a guard that says no more than it knows."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from typed_snippets import lines_refused

from workbench.errors import UsageError
from workbench.patterns.protocols import AwaitableCloseError, NotOrderedError, SortedList, cleanup, is_string_list

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Thing:
    number: int
    closed: list[int]
    error: BaseException | None = None

    def close(self) -> None:
        self.closed.append(self.number)
        if self.error is not None:
            raise self.error

    def __repr__(self) -> str:
        return f"Thing {self.number}"


def closing(*errors: BaseException | None) -> tuple[list[int], BaseException | None]:
    """The order in which one thing for each of the errors was closed, and what came out."""
    closed: list[int] = []
    try:
        cleanup(*(Thing(number, closed, error) for number, error in enumerate(errors)))
    except BaseException as raised:
        return closed, raised
    return closed, None


@given(st.lists(st.booleans(), max_size=8))
def test_all_are_closed_in_reverse(fails: list[bool]) -> None:
    """Whichever closings raise, all are closed, the last first, and exactly those errors come out, in the order they were met."""
    errors = [OSError(number) if fail else None for number, fail in enumerate(fails)]
    closed, raised = closing(*errors)
    assert closed == list(range(len(fails)))[::-1]
    expected = [error for error in reversed(errors) if error is not None]
    if not expected:
        assert raised is None
    else:
        assert type(raised) is ExceptionGroup
        assert list(raised.exceptions) == expected


def test_each_error_says_which_thing() -> None:
    """Also a single error is in a group, with a count in its message and a note that names the thing."""
    _, raised = closing(None, OSError("gone"))
    assert isinstance(raised, ExceptionGroup)
    assert str(raised).startswith("1 of 2 things could not be closed; closing was tried for all")
    assert raised.exceptions[0].__notes__ == ["while closing Thing 1, number 2 of 2"]


def test_an_interrupt_comes_out_itself() -> None:
    """KeyboardInterrupt does not stop the closing and is raised as itself, the group of the other errors as its cause."""
    other, stop = OSError("gone"), KeyboardInterrupt()
    closed, raised = closing(None, other, stop, None)
    assert closed == [3, 2, 1, 0]
    assert raised is stop
    assert isinstance(stop.__cause__, ExceptionGroup)
    assert stop.__cause__.exceptions == (other,)
    alone = SystemExit(3)
    assert closing(alone) == ([0], alone)
    assert alone.__cause__ is None


@pytest.mark.parametrize("error", [OSError("gone"), KeyboardInterrupt()])
def test_the_blocks_own_error_is_not_lost(error: BaseException) -> None:
    """In a `finally`, the error of the block is the context of what cleanup raises."""
    own = ValueError("own")

    def block() -> None:
        try:
            raise own
        finally:
            cleanup(Thing(0, [], error))

    with pytest.raises((ExceptionGroup, KeyboardInterrupt)) as caught:
        block()
    assert caught.value.__context__ is own
    assert not caught.value.__suppress_context__


def test_an_async_close_is_told() -> None:
    """A `close` that gives a coroutine has closed nothing: an error that says what to do, and the others are closed."""
    closed: list[int] = []

    class Later:
        async def close(self) -> None:
            closed.append(99)

    wrong: Any = Later()
    with pytest.raises(ExceptionGroup) as caught:
        cleanup(Thing(0, closed), wrong, object(), Thing(3, closed))  # type: ignore[arg-type]
    assert closed == [3, 0]
    missing, awaitable = caught.value.exceptions
    assert isinstance(missing, AttributeError)
    assert isinstance(awaitable, AwaitableCloseError)
    assert isinstance(awaitable, TypeError)
    assert "gave something to await and closed nothing. Await it, or push it to a contextlib.AsyncExitStack" in str(
        awaitable
    )


@dataclass
class Card:
    """Compares by rank alone, equal by both: cards of one rank are neither less nor greater and still differ."""

    rank: int
    suit: str
    asked: list[int] = field(default_factory=list, compare=False, repr=False)

    def __lt__(self, other: Card) -> bool:
        self.asked.append(1)
        other.asked.append(1)
        return self.rank < other.rank


RANKS = st.integers(0, 3)
CARDS = st.builds(Card, RANKS, st.sampled_from("abc"))


class AgainstSorted(RuleBasedStateMachine):
    """A SortedList and a plain list that is sorted after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.mine: SortedList[Card] = SortedList()
        self.plain: list[Card] = []

    @rule(card=CARDS)
    def add(self, card: Card) -> None:
        self.mine.add(card)
        self.plain = sorted([*self.plain, card])

    @rule(cards=st.lists(CARDS, max_size=5))
    def make(self, cards: list[Card]) -> None:
        self.mine = SortedList(iter(cards))
        self.plain = sorted(cards)

    @rule(card=CARDS)
    def remove(self, card: Card) -> None:
        there = card in self.plain
        assert (card in self.mine) == there
        if there:
            self.mine.remove(card)
            self.plain.remove(card)
            return
        with pytest.raises(ValueError, match=r"^SortedList\.remove: Card\(.*\) is not in the list"):
            self.mine.remove(card)

    @rule(card=CARDS)
    def bisect(self, card: Card) -> None:
        assert self.mine.bisect_left(card) == sum(one.rank < card.rank for one in self.plain)
        assert self.mine.bisect(card) == sum(one.rank <= card.rank for one in self.plain)

    @rule(index=st.integers(-6, 6))
    def position(self, index: int) -> None:
        if -len(self.plain) <= index < len(self.plain):
            assert self.mine[index] is self.plain[index]
            return
        with pytest.raises(IndexError):
            _ = self.mine[index]

    @precondition(lambda self: self.plain)
    @rule(data=st.data())
    def part(self, data: st.DataObject) -> None:
        chosen = data.draw(st.slices(len(self.plain)))
        part = self.mine[chosen]
        assert type(part) is list
        assert part == self.plain[chosen]

    @invariant()
    def same(self) -> None:
        assert [id(one) for one in self.mine] == [id(one) for one in self.plain]
        assert [id(one) for one in reversed(self.mine)] == [id(one) for one in reversed(self.plain)]
        assert len(self.mine) == len(self.plain)


TestAgainstSorted = AgainstSorted.TestCase


@given(st.lists(st.integers() | st.floats(allow_nan=False)), st.integers())
def test_numbers_are_as_sorted(items: list[float], more: int) -> None:
    """Built at once or item by item it is sorted(), whatever the order of the items."""
    made = SortedList(items)
    one_by_one: SortedList[float] = SortedList()
    for item in items:
        one_by_one.add(item)
    assert list(made) == list(one_by_one) == sorted(items)
    assert made == one_by_one
    made.add(more)
    assert made != one_by_one
    assert list(made) == sorted([*items, more])


@pytest.mark.parametrize(
    "ask", [SortedList.add, SortedList.__contains__, SortedList.bisect, SortedList.bisect_left, SortedList.remove]
)
@pytest.mark.parametrize("count", [1, 7, 1000, 4096])
def test_comparisons_are_logarithmic(ask: Any, count: int) -> None:
    """Each operation that looks for a place asks `<` at most log2(n) + 3 times, for distinct items."""
    made = SortedList(Card(rank, "a") for rank in range(count))
    for rank in sorted({0, count // 2, count - 1}):
        card = Card(rank, "a")
        ask(made, card)
        assert len(card.asked) <= math.log2(len(made) + 1) + 3


def test_what_cannot_be_ordered_changes_nothing() -> None:
    """NaN is refused when building and adding, an item that `<` raises for is TypeError, and the list is as it was."""
    made: SortedList[Any] = SortedList([1.0, 2.0])
    for wrong in (partial(made.add, math.nan), partial(SortedList, [1.0, math.nan])):
        with pytest.raises(
            NotOrderedError, match=r"^nan is not equal to itself, so it has no place in an order\. Leave"
        ) as caught:
            wrong()
        assert isinstance(caught.value, ValueError)
        assert isinstance(caught.value, UsageError)
    with pytest.raises(TypeError, match="'<' not supported"):
        made.add("a")
    with pytest.raises(ValueError, match=r"SortedList\.remove: 3 is not in the list"):
        made.remove(3)
    assert list(made) == [1.0, 2.0]
    assert math.nan not in made


def test_it_is_like_a_list_otherwise() -> None:
    """It shows its items, is equal only to its like, and cannot be hashed."""
    made = SortedList("ba")
    assert repr(made) == "SortedList(['a', 'b'])"
    assert made != ["a", "b"]
    with pytest.raises(TypeError, match="unhashable"):
        hash(made)


@pytest.mark.parametrize(
    ("value", "answer"),
    [([], True), (["a"], True), (["a", 1], False), (("a",), False), ("a", False), (None, False), ([b"a"], False)],
)
def test_string_lists(value: object, answer: bool) -> None:
    """A list whose items are all texts, and nothing else that has texts in it."""
    assert is_string_list(value) is answer


SNIPPET = """
from io import StringIO
from typing import assert_type
from workbench.patterns.protocols import Comparable, SortedList, cleanup, is_string_list

class Later:
    async def close(self) -> None: ...

class Bare: ...

def use(value: object, wide: list[object], either: list[str] | list[int]) -> None:
    cleanup(StringIO(), StringIO())
    cleanup(Later())  # refused
    cleanup(Bare())  # refused
    words = SortedList(["b", "a"])
    assert_type(words, SortedList[str])
    assert_type(words[0], str)
    assert_type(words[1:], list[str])
    assert_type([*reversed(words)], list[str])
    assert_type(words[0], int)  # refused
    words.add(3)  # refused
    words[0] = "c"  # refused
    number: int = words[0]  # refused
    SortedList([Bare()])  # refused
    SortedList([1j])  # refused
    ordered: Comparable = 3
    if is_string_list(value):
        assert_type(value, list[str])
        value.append("a")
        value.append(3)  # refused
    else:
        value.append("a")  # refused
    if is_string_list(wide):
        ", ".join(wide)
        wide.append(3)  # refused
    if not is_string_list(either):
        either.append(3)  # refused
"""
TYPE_IS = """
from typing_extensions import TypeIs

def is_string_list(value: object) -> TypeIs[list[str]]:
    return True

def use(numbers: list[int]) -> None:
    numbers.no_such_method()  # refused
    if is_string_list(numbers):
        numbers.no_such_method()
"""


def test_types(tmp_path: Path) -> None:
    """mypy --strict refuses what cannot be closed or compared, and narrows lists by what True says only, never by False."""
    refused, marked = lines_refused(tmp_path, SNIPPET)
    assert refused == marked


def test_why_not_type_is(tmp_path: Path) -> None:
    """By TypeIs a checker takes the branch that an empty `list[int]` runs into for one that is never run, and refuses nothing in it."""
    numbers: list[int] = []
    assert is_string_list(numbers)
    refused, marked = lines_refused(tmp_path, TYPE_IS)
    assert refused == marked
