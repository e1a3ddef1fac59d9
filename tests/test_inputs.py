"""Inputs for a comparison: the domain of recorded calls, mutations within it, calls from annotations, and the smallest call that fails."""

from __future__ import annotations

import collections
import copy
import datetime as dt
import decimal
import enum
import fractions
import math
import os
import pathlib
import pickle
import subprocess
import sys
import textwrap
import threading
import uuid
import zoneinfo
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypedDict

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.model.calls import Call
from workbench.study.inputs.annotated import from_annotations, why_none
from workbench.study.inputs.copies import CannotCopyError, fresh, pack
from workbench.study.inputs.domain import seen
from workbench.study.inputs.mutate import families, mutations
from workbench.study.inputs.shrink import as_source, shrunk, smallest
from workbench.study.inputs.source import as_arguments

HERE = pathlib.Path(__file__).resolve().parent


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Point(NamedTuple):
    x: int
    y: int


class Person(TypedDict):
    name: str
    age: int


@dataclass
class Order:
    number: int
    lines: list[str]


def one(x: Any) -> None:
    """A function of one argument."""


def calls_of(*values: Any) -> list[Call]:
    """Calls of `one`."""
    return [Call((value,)) for value in values]


def outcome(function: Callable[..., Any], call: Call) -> str:
    """What a call does: its value or exception, and its arguments afterwards, types included."""
    call = fresh(call)
    try:
        value = ("value", shown(function(*call.args, **call.kwargs)))
    except Exception as error:
        value = ("raised", f"{type(error).__name__}{error.args}")
    return repr((value, shown(call.args), shown(call.kwargs)))


def shown(value: Any) -> str:
    """A value in words that tell types, NaN, order and layout apart."""
    if isinstance(value, np.ndarray):
        return f"array({value.dtype}, {value.shape}, {value.tolist()!r})"
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}({', '.join(map(shown, value))})"
    if isinstance(value, dict):
        return f"{type(value).__name__}({', '.join(f'{shown(key)}: {shown(one)}' for key, one in value.items())})"
    if isinstance(value, set | frozenset):
        return f"{type(value).__name__}({', '.join(sorted(map(shown, value)))})"
    if type(value) is int:
        return hex(value)
    return f"{type(value).__name__} {value!r}"


def differ(old: Callable[..., Any], new: Callable[..., Any]) -> Callable[[Call], bool]:
    """Whether two functions differ on a call."""
    return lambda call: outcome(old, call) != outcome(new, call)


def same(first: Any, second: Any) -> bool:
    """Whether two calls are the same, types, order and NaN included."""
    return shown((first.args, first.kwargs)) == shown((second.args, second.kwargs))


# the domain


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["ab", "a1, b", ""], "str, 0 to 5 characters, ASCII letters, digits, spaces and punctuation"),
        (["é\n"], "str, 2 characters, line ends and other letters"),
        (["x" * 4312, ""], "str, 0 to 4,312 characters, ASCII letters"),
        ([3, 12_000], "int, 3 to 12,000"),
        ([2**200], "int, 2**200 or so"),
        ([0.5, math.nan, -math.inf], "float, -inf to 0.5, NaN, inf"),
        ([True], "bool"),
        ([None, 1], "None or int, 1"),
        ([b"ab"], "bytes, 2 bytes"),
        ([[1, 2], []], "list of 0 to 2 items: int, 1 to 2"),
        ([{1, 2}], "set of 2 items: int, 1 to 2"),
        ([(1, "a"), (2, "b")], "tuple (int, 1 to 2; str, 1 character, ASCII letters)"),
        ([(1,), (1, 2)], "tuple of 1 to 2 items: int, 1 to 2"),
        ([deque([1])], "deque of 1 item: int, 1"),
        ([{"a": 1}, {"b": 1, "c": 2}], "dict of 1 to 2 keys: str, 1 character, ASCII letters -> int, 1 to 2"),
        ([{"n": 1, "s": "x"}], "dict with keys n (int, 1), s (str, 1 character, ASCII letters)"),
        ([{"n": 1, "s": "x"}, {"n": 2}], "dict with keys n (int, 1 to 2), s? (str, 1 character, ASCII letters)"),
        ([Point(1, 2)], "Point (int, 1; int, 2)"),
        ([Colour.RED], "one of Colour.RED, Colour.BLUE"),
        ([dt.date(2020, 1, 2)], "date, 2020-01-02"),
        ([dt.datetime(2020, 1, 2, tzinfo=dt.UTC)], "datetime with time zone, 2020-01-02 00:00:00+00:00"),
        ([decimal.Decimal("1.5")], "Decimal, 1.5"),
        ([pathlib.PurePosixPath("a")], "PurePosixPath (kept as it is)"),
        ([Order(1, [])], "Order (kept as it is)"),
        ([len], "builtin_function_or_method (kept as it is)"),
        ([np.zeros((3, 2)), np.zeros((5, 2))], "ndarray of float64, 3 to 5 x 2"),
        ([np.array([1.0, math.nan])], "ndarray of float64, 2, NaN"),
        ([np.eye(3)], "ndarray of float64, 3 x 3 (square)"),
        ([np.int64(4)], "int64, 4"),
        ([pd.DataFrame({"a": [1], "b": [0.5]})], "DataFrame of 1 rows: a (int64), b (float64)"),
    ],
)
def test_a_domain_says_what_was_seen(values: list[Any], words: str) -> None:
    """A parameter is described in one line of plain words, whatever its values are; the calls it was learned from lie inside."""
    domain = seen(calls_of(*values), one)
    assert domain.describe() == (f"x: {words}",)
    assert all(domain.holds(call) for call in calls_of(*values))


@pytest.mark.parametrize(
    ("values", "inside", "outside"),
    [
        ([[1, 2]], [[], [5] * 100, [2**70]], [[1.5], [None], None, (1, 2), [1, "a"], [True]]),
        ([[1], ["a"]], [[], [3, 4], ["b", "c"]], [[1, "a"]]),
        ([[1, "a"]], [["a", 1, 1]], [[1.0]]),
        ([1.0], [math.nan, -0.0], [1, "1"]),
        ([1], [-(2**80)], [True, 1.0, None]),
        (["a"], ["", "\x00é"], [b"a", None]),
        ([(1, "a")], [(9, "")], [(1,), ("a", 1), (1, "a", 2), [1, "a"]]),
        ([(1, 2, 3), (1, 2)], [(), (4,)], [("a",)]),
        ([Point(1, 2)], [Point(0, -1)], [(1, 2), Point("a", 2)]),
        ([[[0, 1], [1, 2], [2, 0]]], [[[5, 5]], []], [[[1]], [[1, 2, 3]]]),
        ([{"a": 1, "s": "x"}], [{"s": "", "a": 0}], [{"a": 1}, {"a": 1, "s": "x", "t": 1}, {"a": "x", "s": 1}]),
        ([{"a": 1}, {"b": 2, "c": 3}], [{}, {"zz": 9}], [{1: 1}, {"a": "x"}]),
        ([{"a", "b"}], [set(), {"c"}], [{1}, frozenset({"a"}), ["a"]]),
        ([Colour.RED], [Colour.BLUE], [1]),
        ([dt.datetime(2020, 1, 1)], [dt.datetime.max], [dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.date(2020, 1, 1)]),
        ([np.zeros(3)], [np.zeros(0), np.full(9, np.nan)], [np.zeros(3, int), np.zeros((3, 1)), np.float64(0), [0.0]]),
        ([np.zeros((4, 3)), np.zeros((2, 3))], [np.zeros((0, 3))], [np.zeros((4, 2)), np.zeros(3)]),
        ([np.eye(3)], [np.eye(1), np.zeros((0, 0))], [np.zeros((2, 3))]),
        ([np.array(1.0)], [np.array(2.0)], [np.zeros(1)]),
        (
            [pd.DataFrame({"a": [1, 2]})],
            [pd.DataFrame({"a": [1, 2]}).iloc[:0], pd.DataFrame({"a": [3]}, index=[7])],
            [pd.DataFrame({"a": [0.5]}), pd.DataFrame({"b": [1]}), pd.Series([1])],
        ),
    ],
)
def test_inside_is_type_and_structure(values: list[Any], inside: list[Any], outside: list[Any]) -> None:
    """Sizes, bounds and characters never leave the domain; types, members of records and keys that were not seen do."""
    domain = seen(calls_of(*values), one)
    assert [call.args for call in calls_of(*inside) if not domain.holds(call)] == []
    assert [call.args for call in calls_of(*outside) if domain.holds(call)] == []


@pytest.mark.parametrize(
    ("hint", "inside", "outside"),
    [
        (int, [1], [1.0, None]),
        (float, [1.0, 1], ["1", None]),
        (int | None, [None, 3], ["a"]),
        (list[str], [[], ["a"]], [[1], "a"]),
        (tuple[int, str], [(1, "a")], [(1,), ("a", 1)]),
        (tuple[int, ...], [(), (1, 2)], [("a",)]),
        (dict[str, list[int]], [{}, {"a": [1]}], [{"a": [""]}, {1: []}]),
        (Sequence[int], [[1], (1,)], [{1}, ["a"]]),
        (Iterable[str], [["a"], "abc"], [[1]]),
        (Literal["a", "b"], ["a", "b"], ["c", 1]),
        (list[Literal["a"]], [["a"], []], [["c"]]),
        (Colour, [Colour.RED], ["RED"]),
        (Person, [{"age": 1, "name": "x"}], [{"name": "x"}, {"name": 1, "age": 1}]),
        (bool, [True], [1]),
        (Any, [], [1, None]),
    ],
)
def test_annotations_widen_the_domain(hint: Any, inside: list[Any], outside: list[Any]) -> None:
    """What a type hint admits lies inside, though no call had it; where it says nothing, only what was seen does."""

    def function(x: Any) -> None: ...

    function.__annotations__["x"] = hint
    domain = seen([], function)
    assert [call.args for call in calls_of(*inside) if not domain.holds(call)] == []
    assert [call.args for call in calls_of(*outside) if domain.holds(call)] == []


def test_a_literal_narrows_and_a_value_beside_it_widens() -> None:
    """With `Literal`, only its words lie inside; where calls had other words, any do."""

    def function(mode: Literal["fast", "slow"]) -> None: ...

    function.__annotations__["mode"] = Literal["fast", "slow"]
    assert not seen(calls_of("fast"), function).holds(Call(("",)))
    assert seen(calls_of("fast", "odd"), function).holds(Call(("",)))


def test_annotations_that_cannot_be_read_are_said() -> None:
    """One annotation that cannot be evaluated is named in the notes, and the others still count."""

    def function(x: int, y: Missing) -> None: ...  # noqa: F821

    domain = seen([], function)
    assert domain.kinds("x").holds(1)
    assert any("y (NameError" in note for note in domain.notes)


def test_arguments_are_known_by_name_however_they_are_given() -> None:
    """Positional and keyword forms of one parameter are one place; `*rest` and `**options` have places of their own."""

    def function(a: Any, b: Any = 1, *rest: Any, c: Any = 2, **options: Any) -> None: ...

    domain = seen([Call((1,), {"b": "x"}), Call((1, "y", 2.5, 3.5), {"c": None, "k": b""})], function)
    assert [place.name for place in domain.places] == ["a", "b", "*rest", "c", "**options[k]"]
    assert domain.holds(Call((), {"b": "z", "a": 5}))
    assert domain.holds(Call((1, "q", 0.5)))
    assert not domain.holds(Call((1, "q", "r")))
    assert not domain.holds(Call((1,), {"unseen": b""}))
    assert not domain.holds(Call(()))


def test_builtins_without_a_signature_have_positions() -> None:
    """Where no signature is known, places are positions, and a note says so."""
    domain = seen([Call((1, "a"))], type("Odd", (), {"__call__": 1, "__signature__": 1}))
    assert [place.name for place in domain.places] == ["argument 1", "argument 2"]
    assert "position" in domain.notes[0]
    assert domain.holds(Call((2, "b")))
    assert not domain.holds(Call(("b", 2)))


def test_a_rare_type_is_seen_among_many() -> None:
    """One None among 100,000 items, and one call of 2,000 with another type, are in the domain; how many calls were looked at is said."""
    calls = [*calls_of(*([1] * 1500)), Call(("rare",)), *calls_of(*([1] * 500))]
    domain = seen(calls, one)
    assert domain.holds(Call(("x",)))
    assert domain.looked_at == 500
    assert "500 of 2,001 calls were looked at" in domain.describe()
    items: list[Any] = [1] * 100_000
    items[77_777] = None
    assert seen(calls_of(items), one).holds(Call(([None, 1],)))


def test_a_domain_is_learned_in_bounded_time_and_depth() -> None:
    """A value that holds itself, and containers deeper than six, are not followed for ever."""
    loop: list[Any] = []
    loop.append(loop)
    deep: list[Any] = [1]
    for _ in range(50):
        deep = [deep]
    for value in (loop, deep):
        domain = seen(calls_of(value), one)
        assert domain.holds(Call((value,)))
        assert "not looked into" in domain.describe()[0]


# copies


def test_copies_keep_sharing_layout_and_functions() -> None:
    """A copy shares what the call shares, keeps views' strides and write protection, and holds lambdas as they are."""
    shared = [1]
    grid = np.arange(12.0).reshape(3, 4)
    frozen = np.arange(3)
    frozen.flags.writeable = False
    key = lambda value: value  # noqa: E731
    call = fresh(Call((shared, shared, grid[::-1, ::2], frozen, np.asfortranarray(grid)), {"key": key}))
    assert call.args[0] is call.args[1]
    assert call.args[0] is not shared
    assert call.args[2].strides == grid[::-1, ::2].strides
    assert call.args[2].tolist() == grid[::-1, ::2].tolist()
    assert not call.args[3].flags.writeable
    assert call.args[4].flags.fnc
    assert call.kwargs["key"] is key


def test_what_cannot_be_copied_says_so() -> None:
    """A lock or a generator cannot be copied, and the sentence names why."""
    for value in (threading.Lock(), (one for one in ())):
        with pytest.raises(CannotCopyError, match="cannot be copied: TypeError"):
            pack(Call((value,)))


# mutations


RICH = [
    Call(
        ("ab, 12\n", [3, 1, 2], [(1, "a"), (2, "b"), (2, "c")], np.array([1.0, 3.0, 2.0]), {"a": 1, "b": "x"}),
        {
            "table": pd.DataFrame({"q": [1.5, 2.5, 0.5], "w": ["a", "b", "c"]}),
            "when": dt.datetime(2020, 5, 6),
            "flag": True,
        },
    ),
    Call(
        ("q", [5], [(7, "z")], np.array([2.0]), {"a": 2, "b": ""}),
        {"table": pd.DataFrame({"q": [0.5], "w": ["z"]}), "when": dt.datetime(2021, 1, 1), "flag": False},
    ),
]


def rich(text: Any, numbers: Any, pairs: Any, array: Any, record: Any, *, table: Any, when: Any, flag: Any) -> None:
    """A function of many kinds of arguments."""


def test_mutations_are_inside_by_the_domain_and_mostly() -> None:
    """What a mutation says of itself is what the domain says; most are inside, and each has a known family."""
    domain = seen(RICH, rich)
    batch = mutations(RICH, domain, 700, 3)
    found = list(batch)
    assert len(found) == 700
    assert [made.why for made in found if domain.holds(made.call) != made.inside] == []
    inside = sum(made.inside for made in found)
    assert 0.75 * len(found) < inside < len(found)
    assert {made.family for made in found} <= set(families())
    assert batch.made == Counter(made.family for made in found)


def test_what_is_around_a_changed_item_counts() -> None:
    """Lists of ints and lists of strs were seen, never one of both: an item taken over from the other kind leads outside."""
    calls = calls_of([1, 2, 3, 4], [5, 6], ["a", "b", "c"], ["d"])
    domain = seen(calls, one)
    found = [made for made in mutations(calls, domain, 1000, 1) if made.family == "another seen"]
    assert [made.why for made in found if domain.holds(made.call) != made.inside] == []
    assert {made.inside for made in found} == {True, False}


def test_the_first_mutations_touch_every_argument_in_many_ways() -> None:
    """Among the first 250 mutations of a function with eight parameters are all parameters and most families that apply."""
    found = list(mutations(RICH, seen(RICH, rich), 250, 0))
    places = {made.why.split(":")[0].split("[")[0] for made in found}
    assert {"text", "numbers", "pairs", "array", "record", "table", "when", "flag"} <= places
    assert len({made.family for made in found}) >= 24


def test_mutations_are_the_same_for_the_same_seed() -> None:
    """The same seed gives the same calls in the same order; another seed others."""
    domain = seen(RICH, rich)
    first, again, other = (
        [
            (made.why, pickle.dumps(made.call.kwargs["when"]), shown(made.call.args))
            for made in mutations(RICH, domain, 120, seed)
        ]
        for seed in (7, 7, 8)
    )
    assert first == again
    assert first != other


def test_mutations_are_the_same_in_another_process() -> None:
    """The order of sets, which hangs on each process's hashes, does not change what is made."""
    program = textwrap.dedent("""
        from workbench.model.calls import Call
        from workbench.study.inputs.domain import seen
        from workbench.study.inputs.mutate import mutations
        calls = [Call(({"a", "b", "c", "dd"}, {"x": {"p", "q"}})), Call(({"e"}, {"y": {"r"}}))]
        def f(x, y): ...
        for made in mutations(calls, seen(calls, f), 150, 1):
            first = made.call.args[0]
            print(made.why, made.inside, sorted(map(repr, first)) if type(first) in (set, frozenset) else first)
    """)
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(HERE.parent)},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert outputs.pop().count("\n") == 150


def test_recorded_calls_are_never_changed() -> None:
    """Mutating leaves the recorded arguments as they were, whatever is then done to the mutations."""
    before = [shown((call.args, call.kwargs)) for call in RICH]
    for made in mutations(RICH, seen(RICH, rich), 200, 1):
        made.call.args[1].clear() if isinstance(made.call.args[1], list) else None
        made.call.kwargs.clear()
    assert [shown((call.args, call.kwargs)) for call in RICH] == before


def test_no_two_mutations_are_the_same() -> None:
    """No mutation comes twice, and none is a recorded call again."""
    calls = calls_of([1, 2], [2, 1])
    found = [shown(made.call.args) for made in mutations(calls, seen(calls, one), 10_000, 1)]
    assert len(set(found)) == len(found)
    assert not set(found) & {shown(call.args) for call in calls}


def test_what_cannot_be_copied_is_counted() -> None:
    """Calls with a lock give no mutations and are counted with the reason; the others are mutated."""
    calls = [Call((threading.Lock(),)), Call(([1, 2],))]
    batch = mutations(calls, seen(calls, one), 20, 1)
    assert len(list(batch)) == 20
    assert [(reason, count) for reason, count in batch.skipped.items() if "lock" in reason and count == 1]


def test_changes_that_raise_are_counted() -> None:
    """Objects that refuse to be compared or copied stop no other mutation, and show in the counts."""
    calls = calls_of([Sour(1), Sour(2)], [Sour(3)])
    batch = mutations(calls, seen(calls, one), 200, 1)
    list(batch)
    assert batch.made["reversed"] > 0
    assert batch.skipped["changes that could not be made: doubled: RuntimeError"] > 0


class Sour:
    """Refuses everything but pickle."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __deepcopy__(self, memo: object) -> Sour:
        raise RuntimeError("no")

    def __lt__(self, other: object) -> bool:
        raise RuntimeError("no")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    __hash__ = object.__hash__


def test_a_large_sample_of_calls_is_said() -> None:
    """Of many calls only some are changed, which is counted."""
    calls = calls_of(*range(100))
    batch = mutations(calls, seen(calls, one), 10, 1)
    assert len(list(batch)) == 10
    assert batch.skipped == {"left as they are: only 60 calls are changed": 40}


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (
            [[1, 2, 3]],
            [
                [],
                [1],
                [1, 2],
                [2, 3],
                [3, 2, 1],
                [1, 2, 3, 1, 2, 3],
                [1, 2, 3] * 10,
                [1, 2, 3, 1],
                [1, -1, 3],
                [1, 2**63, 3],
            ],
        ),
        (["a\nb"], ["", "ab" * 0 + "a\r\nb", "a\nb\n", "b\na", "a\nb" * 10, "ß", "İ", "\x00", " ", "a\n"]),
        ([1.5, 2.5], [math.nan, math.inf, -0.0, 5e-324, -1.5]),
        ([{"b": 1, "a": 2, "c": 3}, {"d": 1}], [{}, {"a": 2, "b": 1, "c": 3}, {"c": 3, "a": 2, "b": 1}]),
        ([(2, 1), (1,)], [(), (1, 2), (2, 1, 2, 1)]),
        ([True], [False, None, 1]),
        ([dt.date(2020, 1, 1)], [dt.date.min, dt.date.max, dt.date(2000, 2, 29)]),
        ([Colour.RED], [Colour.BLUE]),
        ([b"ab"], [b"", b"\xff", b"ba", b"ab\r\n"]),
        ([np.array([2.0, 1.0])], [np.array([]), np.array([2.0]), np.array([1.0, 2.0])]),
        ([np.int8(3)], [np.int8(127), np.int8(-128), np.int8(4)]),
        ([frozenset({1, 2})], [frozenset(), frozenset({1})]),
        ([decimal.Decimal(3)], [decimal.Decimal("NaN"), decimal.Decimal("-3")]),
    ],
)
def test_mutations_have_the_known_edges(values: list[Any], wanted: list[Any]) -> None:
    """For each kind of value the edges that programs trip over are among its mutations."""
    calls = calls_of(*values)
    found = {shown(made.call.args[0]) for made in mutations(calls, seen(calls, one), 5000, 1)}
    assert [value for value in wanted if shown(value) not in found] == []


def test_mutations_of_arrays_have_every_layout() -> None:
    """Among the mutations of a matrix are a view with gaps, a reversed view, Fortran order, a read-only one and one with NaN."""
    calls = calls_of(np.arange(12.0).reshape(3, 4), np.arange(8.0).reshape(2, 4))
    found = [
        made.call.args[0]
        for made in mutations(calls, seen(calls, one), 5000, 1)
        if isinstance(made.call.args[0], np.ndarray)
    ]
    assert any(not one.flags.c_contiguous and not one.flags.f_contiguous for one in found)
    assert any(one.strides[0] < 0 for one in found)
    assert any(one.flags.fnc for one in found)
    assert any(not one.flags.writeable for one in found)
    assert any(np.isnan(one).any() for one in found if one.dtype.kind == "f")
    assert {len(one) for one in found} >= {0, 1, 2, 3, 4, 6, 20}


def test_mutations_of_frames_have_the_known_edges() -> None:
    """Among the mutations of a frame are an empty one, duplicated and shuffled labels, and NaN in a float column; columns stay."""
    calls = calls_of(pd.DataFrame({"a": [1, 2, 3], "b": [1.0, 2.0, 3.0], "c": ["x", "y", "z"]}))
    found = [made.call.args[0] for made in mutations(calls, seen(calls, one), 500, 1) if made.inside]
    assert all(list(one.columns) == ["a", "b", "c"] for one in found)
    assert any(one.empty for one in found)
    assert any(one.index.has_duplicates for one in found)
    assert any(not one.index.is_monotonic_increasing and not one.index.has_duplicates for one in found)
    assert any(one["b"].isna().any() for one in found)
    assert any((one["c"] == "").any() for one in found)


def test_pandas_need_not_be_there() -> None:
    """Nothing in these modules imports pandas."""
    modules = ", ".join(f"workbench.study.inputs.{name}" for name in ("domain", "mutate", "shrink", "annotated"))
    program = f"import sys; import {modules}; print('pandas' in sys.modules, 'hypothesis' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60, cwd=HERE.parent
    )
    assert done.stdout.split() == ["False", "False"]


plain = st.one_of(st.integers(-5, 5), st.floats(), st.text(max_size=4), st.none(), st.booleans(), st.binary(max_size=3))
values = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(st.one_of(st.text(max_size=2), st.integers(0, 9)), inner, max_size=3),
        st.sets(st.integers(0, 9), max_size=3),
    ),
    max_leaves=8,
)


@given(st.lists(st.tuples(values, values), min_size=1, max_size=4), st.integers(0, 99))
@settings(max_examples=40)
def test_every_inside_mutation_is_in_the_domain(pairs: list[tuple[Any, Any]], seed: int) -> None:
    """Whatever the calls hold: they lie in their own domain, mutations say of themselves what it says, and nothing changes them."""
    calls = [Call((first,), {"second": second}) for first, second in pairs]
    before = copy.deepcopy(calls)

    def function(first: Any, second: Any) -> None: ...

    domain = seen(calls, function)
    assert all(domain.holds(call) for call in calls)
    for made in mutations(calls, domain, 40, seed):
        assert domain.holds(made.call) == made.inside, made.why
    assert all(same(call, old) for call, old in zip(calls, before, strict=True))


# wrong candidates: found, and shown by the smallest example


def first_of_sorted(x: Any) -> Any:
    return sorted(x)[0]


def first(x: Any) -> Any:
    return x[0]


def once(x: Any) -> Any:
    return list(dict.fromkeys(x))


def once_sorted(x: Any) -> Any:
    return sorted(set(x))


def mean(x: Any) -> Any:
    return sum(x) / len(x) if x else 0.0


def mean_unguarded(x: Any) -> Any:
    return sum(x) / len(x)


def upper(x: Any) -> Any:
    return x.upper()


def upper_ascii(x: Any) -> Any:
    return "".join(chr(ord(one) - 32) if "a" <= one <= "z" else one for one in x)


def total(x: Any) -> Any:
    return sum(x)


def total_of_300(x: Any) -> Any:
    return sum(x[:300])


def total_for_300(x: Any) -> Any:
    return sum(x) if len(x) == 300 else 0


def largest(x: Any) -> Any:
    return max(x, default=None)


def largest_numpy(x: Any) -> Any:
    return float(np.nanmax(x)) if len(x) and not np.isnan(x).all() else max(x, default=None)


def by_first(x: Any) -> Any:
    return sorted(x, key=lambda pair: pair[0])


def by_all(x: Any) -> Any:
    return sorted(x)


def sum_of_ints(x: Any) -> Any:
    return sum(x.tolist())


def sum_in_32_bits(x: Any) -> Any:
    return int(x.astype(np.int32).sum(dtype=np.int32))


def lines(x: Any) -> Any:
    return x.splitlines()


def lines_by_newline(x: Any) -> Any:
    return x.split("\n") if x else []


def keys(x: Any) -> Any:
    return list(x)


def keys_sorted(x: Any) -> Any:
    return sorted(x)


def is_digits(x: Any) -> Any:
    return x.isdigit()


def is_digits_regex(x: Any) -> Any:
    return bool(x) and all("0" <= one <= "9" for one in x)


def doubled(x: Any) -> Any:
    return [2 * one for one in x]


def doubled_in_place(x: Any) -> Any:
    if len(x) > 3:
        return [2 * one for one in x]
    x[:] = [2 * one for one in x]
    return list(x)


def has_pair(x: Any) -> Any:
    return len(set(x)) < len(x)


def never_a_pair(x: Any) -> Any:
    return False


def row_means(x: Any) -> Any:
    return x.mean(axis=1).tolist()


def flat_buffer_means(x: Any) -> Any:
    base = x if x.base is None else x.base
    flat = np.frombuffer(base.tobytes(order="A") if x.flags.fnc else x.tobytes(), x.dtype)
    return flat.reshape(x.shape).mean(axis=1).tolist()


WRONG = {
    "the least for the first": (first_of_sorted, first, calls_of([1, 2, 3], [4, 9]), [1, 0]),
    "the order of a set": (once, once_sorted, calls_of([1, 2, 2, 3], [4, 5]), [1, 0]),
    "off by one where empty": (mean, mean_unguarded, calls_of([1.5, 2.5], [3.0]), []),
    "letters beyond ASCII": (upper, upper_ascii, calls_of("hello", "world"), None),
    "what does not fit the recorded size": (total, total_of_300, calls_of(list(range(300))), None),
    "only the recorded size": (total, total_for_300, calls_of(list(range(300)), [1] * 300), [1]),
    "NaN in a maximum": (largest, largest_numpy, calls_of([1.0, 2.0, 3.0], [2.0]), [math.nan, 0.0]),
    "an unstable sort": (by_first, by_all, calls_of([(1, "a"), (2, "b"), (3, "c")]), None),
    "32 bits": (sum_of_ints, sum_in_32_bits, calls_of(np.array([1, 2, 3]), np.array([4])), np.array([2**31])),
    "line ends": (lines, lines_by_newline, calls_of("ab\ncd", "x"), "\n"),
    "the order of a dict": (keys, keys_sorted, calls_of({"a": 1, "b": 2}, {"c": 3}), None),
    "digits of other scripts": (is_digits, is_digits_regex, calls_of("123", "x4"), None),
    "a changed argument": (doubled, doubled_in_place, calls_of([1, 2, 3, 4], [5, 6, 7, 8, 9]), [1]),
    "duplicates": (has_pair, never_a_pair, calls_of([1, 2, 3], ["a", "b"]), None),
    "a memory layout": (row_means, flat_buffer_means, calls_of(np.arange(6.0).reshape(2, 3)), None),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_candidates_are_found_and_shrunk(name: str) -> None:
    """A wrong candidate that agrees on all recorded calls is caught by a mutation inside the domain, and the example is the smallest."""
    old, new, calls, answer = WRONG[name]
    fails = differ(old, new)
    assert not any(fails(call) for call in calls)
    domain = seen(calls, old)
    caught = [made for made in mutations(calls, domain, 300, 1) if made.inside and fails(made.call)]
    assert caught
    small = smallest(caught[0].call, fails, domain=domain)
    assert fails(small)
    if answer is not None:
        assert shown(small.args[0]) in (
            shown(answer),
            shown(answer[::-1]) if isinstance(answer, list) and name.startswith("NaN") else "",
        )


def test_smallest_examples_are_exact() -> None:
    """The examples of the wrong candidates that fail in several ways are the smallest of their way."""
    assert smallest(Call(("strasse ß x",)), differ(upper, upper_ascii)).args == ("é",)
    assert smallest(Call(([7] * 1000,)), differ(total, total_of_300), 4000).args == ([*[0] * 300, 1],)
    pairs = Call(([(3, "z"), (3, "b"), (9, "q")],))
    assert smallest(pairs, differ(by_first, by_all), domain=seen([pairs], one)).args == ([(0, "a"), (0, "")],)
    assert shown(smallest(Call(({"k": 5, "b": 2, "c": 1},)), differ(keys, keys_sorted)).args) == shown(
        ({"a": 0, "": 0},)
    )
    assert smallest(Call((["x", 4, 4, "x"],)), differ(has_pair, never_a_pair)).args[0] in ([0, 0], ["", ""])


@pytest.mark.parametrize(
    ("value", "fails", "answer"),
    [
        (987_654, lambda x: x > 1000, 1001),
        (-987_654, lambda x: x < -1000, -1001),
        (-7, lambda x: abs(x) > 3, 4),
        (2**64, lambda x: x >= 2**63, 2**63),
        (123.456, lambda x: x > 1.5, 2.0),
        (-1e300, lambda x: x < -10, -11.0),
        (math.nan, math.isnan, math.nan),
        (math.inf, lambda x: x > 1e6, math.inf),
        (-0.0, lambda x: math.copysign(1, x) < 0, -0.0),
        ("Hello, wörld 123", lambda x: "w" in x, "w"),
        ("Hello, wörld 123", lambda x: any(one.isdigit() for one in x), "0"),
        ("Hello, wörld 123", lambda x: len(x) > 2, "aaa"),
        ("zz", lambda x: len(x) > 1 and x[0] == x[1], "aa"),
        (b"\x05abc\xff", lambda x: len(x) > 1, b"\x00\x00"),
        ([5, 3, 9, 9, 1], lambda x: len(x) != len(set(x)), [0, 0]),
        (list(range(500)), lambda x: 250 in x and 400 in x, [250, 400]),
        ({"a": [1, 2], "b": [3]}, lambda x: any(len(one) > 1 for one in x.values()), {"": [0, 0]}),
        ({3, 4, 5, 6}, lambda x: len(x) > 1, {0, 1}),
        ((1, [2, (3, {"k": 4})]), lambda x: bool(x[1][1][1]["k"]), (0, [0, (0, {"k": 1})])),
        (deque([1, 2, 3], maxlen=5), lambda x: len(x) > 1 and x.maxlen == 5, deque([0, 0], maxlen=5)),
        (
            defaultdict(list, {1: [2], 2: [3]}),
            lambda x: x.default_factory is list and len(x) > 0,
            defaultdict(list, {0: []}),
        ),
        (Counter("aabbb"), lambda x: max(x.values(), default=0) > 1, Counter({"": 2})),
        ([True, True], lambda x: any(x), [True]),
        (Point(4, 5), lambda x: x.x > 2, Point(3, 0)),
        (decimal.Decimal("9.75"), lambda x: x > 3, decimal.Decimal(4)),
        (fractions.Fraction(31, 3), lambda x: x > 3, fractions.Fraction(4)),
        (dt.datetime(2023, 5, 6, 7, 8, 9), lambda x: x.hour > 3, dt.datetime(2000, 1, 1, 7)),
        (np.arange(100.0), lambda x: (x > 49.5).any(), np.array([50.0])),
        (np.ones((6, 5), np.int8), lambda x: x.shape[1] > 1, np.zeros((0, 2), np.int8)),
        (np.arange(9.0).reshape(3, 3)[::-1], lambda x: x.size > 3, np.zeros((2, 2))),
    ],
)
def test_shrinking_gives_the_known_smallest(value: Any, fails: Callable[[Any], bool], answer: Any) -> None:
    """Values of each kind shrink to the known smallest that fails, and keep their types."""
    found = shrunk(Call((value,)), lambda call: fails(call.args[0]))
    assert shown(found.call.args[0]) == shown(answer), found
    assert found.asked <= 501


def test_frames_shrink_by_rows_columns_and_cells() -> None:
    """Of a frame stay the column, the row and the value that make it fail."""
    frame = pd.DataFrame({"a": range(50), "b": [one / 2 for one in range(50)], "c": "x"}, index=range(50, 0, -1))
    found = smallest(Call((frame,)), lambda call: "b" in call.args[0] and bool((call.args[0]["b"] > 10.2).any())).args[
        0
    ]
    pd.testing.assert_frame_equal(found, pd.DataFrame({"b": [11.0]}))
    series = smallest(Call((frame["a"],)), lambda call: len(call.args[0]) > 1).args[0]
    pd.testing.assert_series_equal(series, pd.Series([0, 0], name="a"))


def test_shrinking_looks_at_all_arguments_and_keywords() -> None:
    """Arguments that do not matter become the simplest of their type, keywords too; none is left out."""
    call = Call(("word", [1, 2, 3]), {"limit": 99, "names": {"a": "b"}})
    assert same(
        smallest(call, lambda one: one.kwargs["limit"] >= len(one.args[1])), Call(("", []), {"limit": 0, "names": {}})
    )


def test_the_same_value_in_two_arguments_shrinks_together() -> None:
    """Where two arguments must be equal for it to fail, both become simpler at once."""
    assert smallest(Call((77, [5, 77, 9])), lambda call: call.args[0] in call.args[1]).args == (0, [0])


def test_fails_may_change_its_copy_and_may_raise() -> None:
    """Each question has a copy of its own; a question that raises counts as no, and how often is told."""
    call = Call(([3, 1, 2],))

    def fails(one: Call) -> bool:
        count = len(one.args[0])
        one.args[0].clear()
        if count == 1:
            raise RuntimeError
        return count > 0

    found = shrunk(call, fails)
    assert found.call.args == ([0, 0],)
    assert found.raised >= 1
    assert call.args == ([3, 1, 2],)


def test_the_budget_is_held() -> None:
    """`fails` is asked no more often than the budget and once to confirm; what was reached by then is the answer."""
    asked = []
    found = shrunk(Call((list(range(200)),)), lambda call: bool(asked.append(1)) or len(call.args[0]) > 20, 15)
    assert found.stopped == "the budget is spent"
    assert len(asked) == found.asked <= 16
    assert 20 < len(found.call.args[0]) < 200


def test_what_does_not_fail_again_stays() -> None:
    """A call that does not fail again, one whose smaller call fails but once, and one that cannot be copied come back as they are."""
    call = Call(([1, 2, 3],))
    assert smallest(call, lambda one: False) is call
    answers = iter([True, True, *[False] * 1000])
    assert smallest(call, lambda one: next(answers)) is call
    locked = Call((threading.Lock(),))
    found = shrunk(locked, lambda one: True)
    assert found.call is locked
    assert "cannot be copied" in found.stopped


def test_no_call_is_asked_about_twice() -> None:
    """Equal calls are not asked about again, but for the last confirmation."""
    asked: list[str] = []
    found = shrunk(Call(([4, 4, 4], "xyx")), lambda call: bool(asked.append(shown(call.args))) or sum(call.args[0]) > 3)
    assert found.call.args == ([4], "")
    repeated = [one for one, count in Counter(asked).items() if count > 1]
    assert repeated == [shown(found.call.args)]


def test_a_domain_keeps_shrinking_inside() -> None:
    """With a domain, a pair stays a pair, though a shorter one would fail too."""
    call = Call(([(5, "x"), (6, "y")],))
    domain = seen([call], one)
    fails = lambda call: len(call.args[0]) > 0  # noqa: E731
    assert smallest(call, fails).args == ([()],)
    assert smallest(call, fails, domain=domain).args == ([(0, "")],)


def weight(value: Any) -> int:
    """How many items and characters a value holds, in all."""
    if isinstance(value, dict):
        return 1 + sum(weight(key) + weight(one) for key, one in value.items())
    if isinstance(value, list | tuple | set):
        return 1 + sum(map(weight, value))
    return len(value) if isinstance(value, str | bytes) else 1


@given(values, values, st.integers(0, 12), st.integers(1, 60))
@settings(max_examples=40)
def test_the_smallest_still_fails_and_is_never_larger(first: Any, second: Any, least: int, budget: int) -> None:
    """Whatever is shrunk with whatever budget: the answer still fails, weighs no more, keeps the types, and comes out the same again."""
    call = Call((first,), {"k": second})

    def fails(one: Call) -> bool:
        return weight(one.args[0]) + weight(one.kwargs["k"]) >= least

    small = smallest(call, fails, budget)
    assert fails(small) or not fails(call)
    assert weight(small.args[0]) <= weight(first)
    assert weight(small.kwargs["k"]) <= weight(second)
    assert type(small.args[0]) is type(first)
    assert same(small, smallest(call, fails, budget))


# source


EXPRESSIBLE = [
    1, -5, 10**5000, True, None, 1.5, -0.0, math.inf, -math.inf, math.nan, 1e300, 2 + 3j, "it's \"q\" é\u202e\U0001f600\ud800", b"\x00'",
    bytearray(b"a"), [], [1, [2]], (), (1,), (1, 2), set(), {1, 2}, frozenset(), frozenset({"a"}), {}, {"b": 1, "a": [None]}, {(1, 2): {3}},
    range(1, 9, 2), deque([1, 2]), deque([1], maxlen=2), Counter("aab"), OrderedDict(b=1, a=2), defaultdict(list, {1: [2]}),
    defaultdict(None, {1: 2}), dt.date(2020, 1, 2), dt.datetime(2020, 1, 2, 3, 4, 5, 6, fold=1), dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
    dt.datetime(2020, 1, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")), dt.time(1, 2), dt.timedelta(days=-1, seconds=5),
    decimal.Decimal("1.10"), decimal.Decimal("NaN"), fractions.Fraction(1, 3), uuid.UUID(int=5), pathlib.Path("a/b c"),
    pathlib.PurePosixPath("x"), pathlib.PureWindowsPath("c:\\x"), np.array([1, 2]), np.array([[1.5, math.nan]]), np.zeros((0, 3), np.int8),
    np.array(["a", "bcd"]), np.array([True]), np.array(3.0), np.array([1 + 2j]), np.float32(0.1), np.int8(-3), np.bool_(True),
    np.float64(math.nan), pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [0.5, math.nan]}), pd.DataFrame({"a": [1]}, index=[7]),
    pd.DataFrame({"a": [1.5]}, index=["row"]), pd.Series([1, 2], name="s"), pd.Series([True]), pd.DataFrame({"a": [1]}).iloc[:0],
]  # fmt: skip


@pytest.mark.parametrize("value", EXPRESSIBLE, ids=lambda value: type(value).__name__)
def test_source_rebuilds_the_arguments(value: Any) -> None:
    """The text, run as it stands, makes the same arguments: types, order, NaN, dtypes and index included; it is plain ASCII."""
    text = as_source(Call((value,), {"k": value if isinstance(value, int | str) else 1}))
    assert text is not None
    assert text.isascii()
    names: dict[str, Any] = {}
    exec(text, names)
    rebuilt = names["args"][0]
    if isinstance(value, pd.DataFrame | pd.Series):
        (pd.testing.assert_frame_equal if isinstance(value, pd.DataFrame) else pd.testing.assert_series_equal)(
            rebuilt, value
        )
        assert type(rebuilt.index) is type(value.index)
    else:
        assert shown(rebuilt) == shown(value)
    words = as_arguments(Call((value,), {"k": 1}))
    assert words is not None
    assert words.arguments.endswith(", k=1")


def test_imports_come_first() -> None:
    """The modules that the source needs stand at its top, once each."""
    assert as_source(Call((dt.date(2020, 1, 2), dt.date(2020, 1, 3), Counter()))) == (
        "import collections\nimport datetime\n"
        "args = (datetime.date(2020, 1, 2), datetime.date(2020, 1, 3), collections.Counter({}))\nkwargs = {}\n"
    )


def looped() -> list[Any]:
    """A list that holds itself."""
    loop: list[Any] = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    "value",
    [
        object(),
        Order(1, []),
        len,
        [[]] * 2,
        looped(),
        np.zeros(1000),
        np.arange(4)[::2],
        "x" * 30_000,
        type("L", (list,), {})(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_source_gives_none(value: Any) -> None:
    """Objects, shared lists, loops, large or oddly laid out arrays, long text and subclasses have no source."""
    assert as_source(Call((value,))) is None
    assert as_arguments(Call((value,))) is None


@given(values)
@settings(max_examples=80)
def test_literals_make_a_round_trip(value: Any) -> None:
    """Whatever is made of builtins comes back from its source the same."""
    text = as_source(Call((value,)))
    assert text is not None
    names: dict[str, Any] = {}
    exec(text, names)
    assert shown(names["args"]) == shown((value,))


# annotations


def annotated(count: int, names: list[str], order: Order, *, ratio: float = 1.0, loose=3) -> None:  # type: ignore[no-untyped-def]
    """Annotated but for one parameter, which has a default."""


ANNOTATIONS = {"count": int, "names": list[str], "order": Order, "ratio": float}


def test_calls_are_made_from_annotations() -> None:
    """Hypothesis makes the annotated arguments, dataclasses too; they lie inside, and the same seed gives the same."""
    annotated.__annotations__.update(ANNOTATIONS)
    assert why_none(annotated) == ""
    batch = from_annotations(annotated, 40, 5)
    found = list(batch)
    assert 20 <= len(found) <= 40
    assert batch.made == {"annotations": len(found)}
    domain = seen([], annotated)
    for made in found:
        count, names, order = made.call.args
        assert type(count) is int
        assert all(type(name) is str for name in names)
        assert type(order) is Order
        assert set(made.call.kwargs) == {"ratio"}
        assert made.inside
        assert domain.holds(made.call)
    again = [shown((made.call.args, made.call.kwargs)) for made in from_annotations(annotated, 40, 5)]
    assert again == [shown((made.call.args, made.call.kwargs)) for made in found]
    assert again != [shown((made.call.args, made.call.kwargs)) for made in from_annotations(annotated, 40, 6)]


def bare(x, y: int) -> None:  # type: ignore[no-untyped-def]
    """One parameter is not annotated."""


@pytest.mark.parametrize(
    ("function", "hints", "reason"),
    [
        (bare, {"y": int}, "parameter x has no annotation"),
        (one, {"x": Any}, "says nothing"),
        (one, {"x": list}, "says nothing"),
        (one, {"x": list[Any]}, "says nothing"),
        (one, {"x": Callable[[int], int]}, "says nothing"),
        (one, {"x": pd.DataFrame}, "says nothing"),
        (one, {"x": pd.Series | None}, "says nothing"),
        (one, {"x": list[pd.Index]}, "says nothing"),
        (one, {"x": dict[str, np.ndarray]}, "says nothing"),
        (one, {"x": npt.NDArray[np.uint8]}, "says nothing"),
        (one, {"x": np.ndarray[tuple[int, int], np.dtype[np.uint8]]}, ""),
        (one, {"x": np.int64}, ""),
        (one, {"x": threading.Thread}, ""),
        (lambda: None, {}, "no annotated parameter"),
        (len, None, "parameter obj has no annotation"),
    ],
)
def test_why_there_are_none_is_said(function: Any, hints: dict[str, Any] | None, reason: str) -> None:
    """Where annotations are missing or say nothing there are no calls, and the reason is a sentence."""
    kept = dict(getattr(function, "__annotations__", {}))
    if hints is not None:
        function.__annotations__ = hints
    try:
        if reason:
            assert reason in why_none(function)
            assert list(from_annotations(function, 5, 1)) == []
        else:
            batch = from_annotations(function, 5, 1)
            assert len(list(batch)) + sum(batch.skipped.values()) <= 5
    finally:
        if hints is not None:
            function.__annotations__ = kept


class Fussy:
    """Is made of numbers below a hundred only."""

    def __init__(self, number: int) -> None:
        if abs(number) >= 100:
            raise OverflowError(f"{number} is too much")


def test_a_class_that_cannot_always_be_made_ends_the_calls() -> None:
    """Where the user's class raises when it is made, there are the calls up to there, and the reason is counted."""
    kept, one.__annotations__ = one.__annotations__, {"x": Fussy}
    try:
        batch = from_annotations(one, 50, 1)
        assert 1 <= len(list(batch)) < 50
    finally:
        one.__annotations__ = kept
    assert any("OverflowError" in reason for reason in batch.skipped)


def with_table(table: pd.DataFrame, names: list[str], least: int = 0) -> int:
    return int((table["size"] >= least).sum()) if names else 0


def test_a_bare_table_is_mutated_but_not_made_up() -> None:
    """Of a table that is only annotated the columns are not known, so none is made; recorded ones are mutated, and keep theirs."""
    assert "parameter table says nothing" in why_none(with_table)
    calls = [Call((pd.DataFrame({"size": [1, at]}), ["a"])) for at in range(4)]
    domain = seen(calls, with_table)
    assert not domain.holds(Call((pd.DataFrame(), ["a"])))
    made = [one.call.args[0] for one in mutations(calls, domain, 60, seed=0) if one.inside]
    assert any(len(table) == 0 for table in made)
    assert all(list(table.columns) == ["size"] for table in made)


def test_without_hypothesis_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Hypothesis is not installed there are no calls, and the reason names it."""
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    assert "Hypothesis is not installed" in why_none(annotated)
    assert list(from_annotations(annotated, 5, 1)) == []


def test_hypothesis_leaves_no_folder_behind(tmp_path: pathlib.Path) -> None:
    """In a process of its own, warnings as errors, calls are made and the working folder stays empty."""
    program = textwrap.dedent("""
        from workbench.study.inputs.annotated import from_annotations
        def f(x: int, text: str) -> None: ...
        print(len(list(from_annotations(f, 20, 1))))
    """)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=tmp_path,
        env={
            **{k: v for k, v in os.environ.items() if k != "HYPOTHESIS_STORAGE_DIRECTORY"},
            "PYTHONPATH": str(HERE.parent),
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=90,
    )
    assert int(done.stdout) >= 10
    assert list(tmp_path.iterdir()) == []


def test_families_have_names() -> None:
    """Families are distinct, and those that leave the domain come last."""
    assert len(set(families())) == len(families())
    assert families()[-2:] == ("None", "other type")
    assert collections.Counter(families()).most_common(1)[0][1] == 1
