"""What can be changed about a value of a type: a table of small changes, each with its family and in words."""

from __future__ import annotations

import copy
import datetime as dt
import decimal
import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from workbench.study.inputs.learn import MAPPINGS, is_named_tuple
from workbench.study.inputs.paths import ordered, rebuilt

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

T = TypeVar("T")
NOT_MADE = object()
"""What a variant gives where it does not apply to a value."""
SMALL = 1000
ATOMS = (int, float, complex, str, bytes, bool, type(None), decimal.Decimal)


@dataclass(frozen=True, slots=True)
class Variant:
    """One change: `make(value, random)` gives the new value of a copy (which it may change in place) or NOT_MADE. It is for values of
    `least` items or more, and at most `most`."""

    family: str
    words: str
    make: Callable[[Any, Random], Any]
    least: int = 0
    most: int | None = None


def given(one: T, make: Callable[[Any, Random, T], Any]) -> Callable[[Any, Random], Any]:
    """A change with its third argument fixed."""
    return lambda value, random: make(value, random, one)


def again(items: list[Any]) -> list[Any]:
    """The items a second time, not shared with the first."""
    return [one if type(one) in ATOMS else copy.deepcopy(one) for one in items]


def _sorted(items: list[Any], _: Random) -> list[Any]:
    try:
        return sorted(items)
    except Exception:  # noqa: BLE001 - comparing is the user's code; where it fails there is an order by repr
        return sorted(items, key=repr)


def _shuffled(items: list[Any], random: Random) -> list[Any]:
    items = list(items)
    random.shuffle(items)
    return items


def _twice(items: list[Any], random: Random) -> list[Any]:
    place = random.randrange(len(items))
    return [*items[: place + 1], *again(items[place : place + 1]), *items[place + 1 :]]


def _all_equal(items: list[Any], random: Random) -> list[Any]:
    one = items[random.randrange(len(items))]
    return [one, *(copy_ for _ in range(len(items) - 1) for copy_ in again([one]))]


STRUCTURE = (
    Variant("emptied", "emptied", lambda items, _: items[:0], 1),
    Variant("one item", "only its first item", lambda items, _: items[:1], 2),
    Variant("one item", "only one item", lambda items, random: [items[random.randrange(len(items))]], 2),
    Variant("two items", "only its first two items", lambda items, _: items[:2], 3),
    Variant("shortened", "without its last item", lambda items, _: items[:-1], 2),
    Variant("shortened", "without its first item", lambda items, _: items[1:], 2),
    Variant("lengthened", "its first item again at the end", lambda items, _: [*items, *again(items[:1])], 1),
    Variant("doubled", "all items twice", lambda items, _: [*items, *again(items)], 1, 1_000_000),
    Variant("duplicates", "one item twice", _twice, 1),
    Variant("duplicates", "one item in all places", _all_equal, 2, 1_000_000),
    Variant("repeated", "all items ten times", lambda items, _: [*items, *(again(items * 9))], 1, SMALL),
    Variant("reversed", "in reversed order", lambda items, _: items[::-1], 2),
    Variant("shuffled", "in random order", _shuffled, 3),
    Variant("sorted", "sorted", _sorted, 2),
)


def _tied(place: int) -> Callable[[list[Any], Random], Any]:
    """A change of items that are records: one member the same in all, and the items in reversed order."""

    def make(items: list[Any], _: Random) -> Any:
        own = type(items[0])
        if own not in (tuple, list, dict) or not all(
            type(one) is own and one and len(one) == len(items[0]) for one in items
        ):
            return NOT_MADE
        if own is dict:
            name = list(items[0])[place]
            return (
                [{**one, name: items[0][name]} for one in reversed(items)]
                if all(name in one for one in items)
                else NOT_MADE
            )
        same = items[0][place]
        index = place % len(items[0])
        return [own([*one[:index], *again([same]), *one[index + 1 :]]) for one in reversed(items)]

    return make


TIES = (
    Variant("ties", "its items' first member the same in all, in reversed order", _tied(0), 2),
    Variant("ties", "its items' last member the same in all, in reversed order", _tied(-1), 2),
)
UNORDERED = ("emptied", "one item", "two items", "shortened")
KEPT_BY_KEYS = (*UNORDERED, "reversed", "shuffled", "sorted")
RESIZING = (*UNORDERED, "lengthened", "doubled", "repeated")
OUTSIDE = ("None", "other type")
"""Families that mostly leave the domain; they get a tenth of the calls."""


def _on_items(variant: Variant, items_of: Callable[[Any], list[Any]], family: str = "") -> Variant:
    def make(value: Any, random: Random) -> Any:
        items = variant.make(items_of(value), random)
        return NOT_MADE if items is NOT_MADE else rebuilt(value, items)

    return Variant(family or variant.family, variant.words, make, variant.least, variant.most)


def sequence_variants() -> list[Variant]:
    """Changes of lists, tuples and deques."""
    return [_on_items(one, list) for one in (*STRUCTURE, *TIES)]


def set_variants() -> list[Variant]:
    """Changes of sets: fewer members."""
    return [_on_items(one, ordered) for one in STRUCTURE if one.family in UNORDERED]


def mapping_variants() -> list[Variant]:
    """Changes of dicts: fewer keys, another order of the same ones, one value for all."""

    def one_value(value: Any, random: Random) -> Any:
        same = _all_equal(list(value.values()), random)
        return rebuilt(value, list(zip(list(value), same, strict=True)))

    changes = [
        _on_items(one, lambda value: list(value.items()), "dict order" if one.family not in UNORDERED else "")
        for one in STRUCTURE
        if one.family in KEPT_BY_KEYS
    ]
    return [*changes, Variant("duplicates", "one value for all keys", one_value, 2)]


INTS = (
    0,
    1,
    -1,
    2,
    -2,
    10,
    127,
    255,
    256,
    2**31 - 1,
    2**31,
    -(2**31) - 1,
    2**53 + 1,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    10**30,
)
FLOATS = (
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2.5,
    0.1,
    1e-300,
    5e-324,
    1e16,
    2.0**53,
    1.7976931348623157e308,
    -1.7976931348623157e308,
)
SPECIAL = (math.nan, math.inf, -math.inf)
DECIMALS = ("0", "-0", "1", "-1", "0.1", "1E+30", "1E-30", "0.500", "NaN", "Infinity", "-Infinity")


def number_variants(own: type) -> list[Variant]:
    """Changes of numbers: extremes, neighbours of the value, and of floats NaN and the infinities."""
    found: list[Variant] = []
    if own is int:
        found += [constant("extreme number", one) for one in INTS]
    elif own is float:
        found += [constant("extreme number", one) for one in FLOATS] + [
            constant("NaN or infinity", one) for one in SPECIAL
        ]
        found.append(Variant("near number", "the next float above", lambda value, _: math.nextafter(value, math.inf)))
    elif own is complex:
        found += [
            constant("extreme number", one) for one in (0j, -0j, 1j, complex(math.nan, 0), complex(math.inf, -math.inf))
        ]
    elif own is decimal.Decimal:
        found += [constant("extreme number", decimal.Decimal(one)) for one in DECIMALS]
    elif issubclass(own, np.integer):
        info = np.iinfo(own)
        found += [constant("extreme number", own(one)) for one in (0, 1, info.min, info.max)]
    elif issubclass(own, np.floating):
        finite = np.finfo(own)
        found += [constant("extreme number", own(one)) for one in (0, -0.0, 1, finite.max, finite.min, finite.tiny)]
        found += [constant("NaN or infinity", own(one)) for one in SPECIAL]
    return [
        *found,
        Variant("near number", "one more", lambda value, _: _of(value, lambda: value + 1)),
        Variant("near number", "one less", lambda value, _: _of(value, lambda: value - 1)),
        Variant("near number", "negated", lambda value, _: _of(value, lambda: -value)),
    ]


def moment_variants(own: type) -> list[Variant]:
    """Changes of dates, times and durations."""
    day, second = dt.timedelta(days=1), dt.timedelta(seconds=1)
    if own is dt.timedelta:
        values: list[Any] = [dt.timedelta(0), second / 10**6, -second, day, dt.timedelta.max, dt.timedelta.min]
        return [constant("extreme moment", one) for one in values]
    if own is dt.time:
        bare = [dt.time.min, dt.time.max, dt.time(12)]
        return [
            Variant("extreme moment", str(one), given(one, lambda value, _, one: one.replace(tzinfo=value.tzinfo)))
            for one in bare
        ]
    dates = [
        dt.date.min,
        dt.date.max,
        dt.date(1970, 1, 1),
        dt.date(2000, 2, 29),
        dt.date(2023, 12, 31),
        dt.date(1969, 12, 31),
    ]
    if own is dt.date:
        found = [constant("extreme moment", one) for one in dates]
    else:
        moments = [dt.datetime(one.year, one.month, one.day, 23, 59, 59, 999_999) for one in dates]
        moments += [dt.datetime(2021, 3, 28, 2, 30), dt.datetime(2021, 10, 31, 2, 30, fold=1), dt.datetime(1970, 1, 1)]
        found = [
            Variant("extreme moment", str(one), given(one, lambda value, _, one: one.replace(tzinfo=value.tzinfo)))
            for one in moments
        ]
    return [
        *found,
        Variant("extreme moment", "a day later", lambda value, _: _of(value, lambda: value + day)),
        Variant("extreme moment", "a day earlier", lambda value, _: _of(value, lambda: value - day)),
    ]


def other_variants(own: type) -> list[Variant]:
    """None, and the same value as another type: mostly outside the domain."""
    found = [Variant("None", "None in its place", lambda value, _: NOT_MADE if value is None else None)]
    turns: dict[type, tuple[Callable[[Any], Any], ...]] = {
        int: (float, str, bool),
        bool: (int,),
        float: (str, lambda value: int(value) if math.isfinite(value) else NOT_MADE),
        str: (lambda value: value.encode("utf-8", "replace"), list),
        bytes: (bytearray, lambda value: value.decode("latin-1")),
        list: (tuple, deque),
        tuple: (list,),
        deque: (list,),
        set: (frozenset, ordered),
        frozenset: (set,),
        dict: (lambda value: list(value.items()),),
    }
    found += [
        Variant("other type", "as another type", given(turn, lambda value, _, turn: turn(value)))
        for turn in turns.get(own, ())
    ]
    return found


def is_sequence(own: type) -> bool:
    """Whether a type is a list's, tuple's or deque's."""
    return own in (list, tuple, deque) or is_named_tuple(own)


def is_mapping(own: type) -> bool:
    """Whether a type is a dict's or a standard subclass's."""
    return own in MAPPINGS


def constant(family: str, one: Any) -> Variant:
    """The change to one value, whatever there was."""
    shown = repr(one)
    return Variant(family, shown if len(shown) < 40 else f"{shown[:36]}...", lambda _, __: one)


def _of(value: Any, change: Callable[[], Any]) -> Any:
    """A changed number of the same type, or NOT_MADE where there is none."""
    try:
        with np.errstate(all="ignore"):
            changed = change()
    except (ArithmeticError, ValueError):
        return NOT_MADE
    return changed if type(changed) is type(value) else NOT_MADE
