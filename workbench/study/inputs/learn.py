"""From values to kinds: what the values at one place of all calls have in common."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import fractions
from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any

import numpy as np

from workbench.study.inputs.containers import Keyed, Mapping, Record, Several
from workbench.study.inputs.kinds import (
    Chosen,
    Kind,
    Kinds,
    Numeric,
    Text,
    Typed,
    alphabets,
    by_key,
    special_of,
    spread,
)
from workbench.study.inputs.tables import array_kind, frame_kind, is_frame

ITEMS = 2000
PER_PLACE = 10_000
DEEPEST = 6
FEW = 8
NUMBERS = (int, float, complex, decimal.Decimal, fractions.Fraction)
MOMENTS = (dt.datetime, dt.date, dt.time, dt.timedelta)
MAPPINGS = (dict, OrderedDict, defaultdict, Counter)
SEQUENCES = (list, tuple, deque)
SETS = (set, frozenset)


def learn(values: list[Any], depth: int = 0, nested: bool = False) -> Kinds:
    """The kinds of the values at one place: one for each type, in order of first sight. All types are seen, however rare; of each type's
    values some 10,000 are looked at, of a container's items 2,000, and nothing that lies deeper than six containers.
    `nested`: the place lies in a container, where a short list of always one length is a record."""
    kinds: list[Kind] = []
    for group in by_key(values).values():
        kinds.append(_kind(spread(group, PER_PLACE), depth, nested))
    return Kinds(tuple(kinds))


def is_named_tuple(own: type) -> bool:
    """Whether a type is a named tuple's."""
    return issubclass(own, tuple) and hasattr(own, "_fields") and hasattr(own, "_make")


def _kind(values: list[Any], depth: int, nested: bool) -> Kind:
    own = type(values[0])
    if depth < DEEPEST:
        if own in SEQUENCES or own in SETS or is_named_tuple(own):
            return _several(values, own, depth, nested)
        if own in MAPPINGS:
            return _mapping(values, own, depth)
    if own in NUMBERS or own in MOMENTS or (issubclass(own, np.number) and own.__module__ == "numpy"):
        return _numeric(values, own)
    if own in (str, bytes, bytearray):
        return _text(values, own)
    if issubclass(own, enum.Enum) and not issubclass(own, enum.Flag):
        return Chosen(own, tuple(own))
    if own is np.ndarray:
        return array_kind(values)
    if is_frame(values[0]) and all(map(is_frame, values)):
        return frame_kind(values)
    return Typed(own, _note(values[0], depth))


def _note(value: Any, depth: int) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if type(value) in (*SEQUENCES, *SETS, *MAPPINGS):
        return f"not looked into: more than {depth} containers deep"
    return "kept as it is"


def _numeric(values: list[Any], own: type) -> Kind:
    special: tuple[str, ...] = ()
    aware = own in (dt.datetime, dt.time) and values[0].tzinfo is not None
    if issubclass(own, complex | np.complexfloating):
        return Numeric(own)
    if issubclass(own, float | np.floating):
        special = special_of(values)
    ordered = [one for one in values if one == one and (own is not decimal.Decimal or one.is_finite())]  # noqa: PLR0124 - no NaN
    if own is dt.time and aware:
        ordered = []
    return Numeric(own, min(ordered, default=None), max(ordered, default=None), special, aware, _distinct(values))


def _text(values: list[Any], own: type) -> Kind:
    sizes = [len(one) for one in values]
    joined = "".join(one[:200] + one[-200:] for one in spread(values, 200)) if own is str else ""
    return Text(own, min(sizes), max(sizes), alphabets(joined), _distinct(values) if own is not bytearray else ())


def _distinct(values: list[Any]) -> tuple[Any, ...]:
    """All values, where there are a dozen or fewer."""
    found: set[Any] = set()
    for value in values:
        found.add(value)
        if len(found) > 12:
            return ()
    return tuple(found)


def _several(values: list[Any], own: type, depth: int, nested: bool) -> Kind:
    sizes = {len(one) for one in values}
    size = len(values[0])
    short = 0 < size <= FEW and (own is tuple or (own is list and nested and len(values) > 2))
    if len(sizes) == 1 and (short or is_named_tuple(own)):
        members = (learn([one[place] for one in values], depth + 1, nested=True) for place in range(size))
        return Record(own, tuple(members))
    items: list[Any] = []
    mixed = False
    for one in values:
        found = by_key(list(one))
        mixed = mixed or len(found) > 1
        room = max(min(ITEMS, PER_PLACE // len(values)), FEW)
        for group in found.values():
            items.extend(spread(group, room))
    kinds = learn(items, depth + 1, nested=True)
    return Several(own, kinds, min(sizes), max(sizes), mixed)


def _mapping(values: list[Any], own: type, depth: int) -> Kind:
    keyed = _keyed(values, own, depth)
    if keyed is not None:
        return keyed
    keys: list[Any] = []
    inner: list[Any] = []
    mixed_keys = mixed_values = False
    room = max(min(ITEMS, PER_PLACE // len(values)), FEW)
    for one in values:
        mine, theirs = by_key(list(one)), by_key(list(one.values()))
        mixed_keys, mixed_values = mixed_keys or len(mine) > 1, mixed_values or len(theirs) > 1
        for group in mine.values():
            keys.extend(spread(group, room))
        for group in theirs.values():
            inner.extend(spread(group, room))
    sizes = [len(one) for one in values]
    return Mapping(
        own,
        learn(keys, depth + 1, nested=True),
        learn(inner, depth + 1, nested=True),
        min(sizes),
        max(sizes),
        mixed_keys,
        mixed_values,
    )


def _keyed(values: list[Any], own: type, depth: int) -> Kind | None:
    """A record, where the keys are few names: always the same in two dicts or more, or with values of several types."""
    names: dict[Any, None] = {}
    for one in values:
        names.update(dict.fromkeys(one))
        if len(names) > 64:
            return None
    if own not in (dict, OrderedDict) or not names or not all(type(name) is str for name in names):
        return None
    always = {name for name in names if all(name in one for one in values)}
    fields = {name: learn([one[name] for one in values if name in one], depth + 1, nested=True) for name in names}
    several_types = len({kind.key for kinds in fields.values() for kind in kinds.of}) > 1
    always_same = len(always) == len(names) and len(values) > 1
    if not always_same and not (several_types and len(always) * 2 >= len(names)):
        return None
    return Keyed(own, tuple(fields.items()), frozenset(names.keys() - always))
