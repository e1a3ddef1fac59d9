"""Which old item is which new one, where the order does not say: fingerprints first, trials within equal ones."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import fractions
import pathlib
import uuid
import zoneinfo
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.study.strict.quick import differing, simple_pairs
from workbench.study.strict.state import state
from workbench.study.strict.words import full_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.study.strict.facts import Difference
    from workbench.study.strict.walk import Walk

_DEPTH, _FEW = 3, 12
_SPOKEN: tuple[type, ...] = (
    dt.date,
    dt.timedelta,
    dt.timezone,
    zoneinfo.ZoneInfo,
    decimal.Decimal,
    fractions.Fraction,
    uuid.UUID,
    pathlib.PosixPath,
    pathlib.WindowsPath,
    pathlib.PurePosixPath,
    pathlib.PureWindowsPath,
)
"""Types whose `repr` is equal where the objects are the same."""
_ZONED = (dt.datetime, dt.time)
_KNOWN_ZONES = (dt.timezone, zoneinfo.ZoneInfo, type(None))


@dataclass(slots=True)
class Matching:
    """`pairs` of indices (old, new), by old index; the indices left over on each side; `unknown` is why some may not have matched."""

    pairs: list[tuple[int, int]] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    gained: list[int] = field(default_factory=list)
    unknown: Difference | None = None

    @property
    def complete(self) -> bool:
        """Whether every item has its partner."""
        return not self.lost and not self.gained

    @property
    def in_order(self) -> bool:
        """Whether the partners come in the same order."""
        return all(a[1] < b[1] for a, b in zip(self.pairs, self.pairs[1:]))


def match(old: Sequence[Any], new: Sequence[Any], walk: Walk) -> Matching:
    """Pairs of items that are the same. Each item takes the first free partner, so that with intricate sharing among the items a matching
    that exists may be missed, never the other way round. Raises TooManyTriesError.
    """
    mine, theirs = ([fingerprint(item, walk) for item in items] for items in (old, new))
    free: dict[object, list[int]] = {}
    for index in range(len(new) - 1, -1, -1):
        free.setdefault(theirs[index][0], []).append(index)
    found = Matching()
    for index, (mark, exact) in enumerate(mine):
        partner = _partner(old[index], free.get(mark, []), new, walk, exact, found)
        if partner is None:
            found.lost.append(index)
        else:
            found.pairs.append((index, partner))
    found.gained = sorted(index for group in free.values() for index in group)
    return found


def alike_in_any_order(old: Sequence[Any], new: Sequence[Any], walk: Walk) -> bool:
    """Whether the new items may be the old ones in another order, as far as fingerprints tell."""
    if len(old) != len(new):
        return False
    start, stop = differing(old, new)
    if stop - start < 2:
        return False
    old, new = old[start:stop], new[start:stop]
    mine, theirs = simple_pairs(old), simple_pairs(new)
    if mine is not None and theirs is not None and not walk.rules.loose:
        return Counter(mine) == Counter(theirs)
    marks = [Counter(fingerprint(item, walk)[0] for item in items) for items in (old, new)]
    return marks[0] == marks[1]


def shuffled(old: Sequence[Any], new: Sequence[Any], walk: Walk) -> bool:
    """Whether the new items are the old ones in another order, where they are alike in any order."""
    start, stop = differing(old, new)
    old, new = old[start:stop], new[start:stop]
    if simple_pairs(old) is not None and not walk.rules.loose:
        return True
    matching = match(old, new, walk)
    return matching.complete and not matching.in_order


def _partner(item: Any, group: list[int], new: Sequence[Any], walk: Walk, exact: bool, found: Matching) -> int | None:
    """The first index of `group`, which runs backwards, that the item is the same as; it is taken from the group."""
    if exact and group:
        return group.pop()
    for place in range(len(group) - 1, -1, -1):
        difference = walk.trial(item, new[group[place]])
        if difference is None:
            return group.pop(place)
        if difference.code == "B15":
            found.unknown = difference
    return None


def fingerprint(thing: Any, walk: Walk, depth: int = _DEPTH) -> tuple[object, bool]:
    """What is equal for objects that are the same, and whether it is equal for no others. Hashable."""
    kind = type(thing)
    if kind is bool or kind is int or kind is float or kind is complex or issubclass(kind, np.number | np.bool_):
        return _number(thing, walk)
    if kind is str or kind is bytes or thing is None:
        return (kind.__name__, thing), True
    if (kind is tuple or kind is frozenset) and not walk.rules.ignore and walk.rules.types:
        return _frozen(thing, walk, depth)
    if not walk.rules.types:
        return ("any", walk.kind(kind).family), False
    if walk.rules.ignore:
        return full_name(kind), False
    return _other(thing, walk, depth), False


def _number(thing: Any, walk: Walk) -> tuple[object, bool]:
    if walk.rules.loose:
        return "number", False
    kind = type(thing)
    if kind is float:
        return ("float", "nan" if thing != thing else thing.hex()), True  # noqa: PLR0124  (only NaN differs from itself)
    if kind is complex:
        return ("complex", _number(thing.real, walk)[0], _number(thing.imag, walk)[0]), True
    return ((kind.__name__, thing), True) if kind is int or kind is bool else ((full_name(kind), repr(thing)), False)


def _frozen(thing: Any, walk: Walk, depth: int) -> tuple[object, bool]:
    if not depth:
        return (type(thing).__name__, len(thing)), False
    parts = [fingerprint(item, walk, depth - 1) for item in thing]
    marks: Any = [mark for mark, _ in parts]
    kept: object = tuple(marks) if type(thing) is tuple else frozenset(Counter(marks).items())
    return (type(thing).__name__, kept), all(exact for _, exact in parts)


def _other(thing: Any, walk: Walk, depth: int) -> object:
    kind = type(thing)
    if _spoken(thing):
        return full_name(kind), repr(thing)
    if issubclass(kind, enum.Enum):
        return full_name(kind), thing._name_
    if not depth or walk.rules.unordered:
        return full_name(kind)
    if kind is list:
        return "list", len(thing), tuple(fingerprint(item, walk, depth - 1)[0] for item in thing[:_FEW])
    if kind is dict:
        pairs = list(thing.items())[:_FEW]
        marks = tuple(
            (fingerprint(key, walk, depth - 1)[0], fingerprint(value, walk, depth - 1)[0]) for key, value in pairs
        )
        return "dict", len(thing), marks
    if walk.kind(kind).family != "object":
        return full_name(kind)
    seen = state(thing)
    return full_name(kind), tuple((name, fingerprint(seen[name], walk, depth - 1)[0]) for name in sorted(seen)[:_FEW])


def _spoken(thing: Any) -> bool:
    kind = type(thing)
    if any(kind is one for one in _ZONED):
        return any(type(thing.tzinfo) is one for one in _KNOWN_ZONES)
    return any(kind is one for one in _SPOKEN)
