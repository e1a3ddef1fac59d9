"""Values that do not change: text, dates, exact numbers, patterns, names of things."""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import ipaddress
import pathlib
import re
import types
import uuid
import zoneinfo
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from workbench.study.strict.facts import Difference, Kind, Step
from workbench.study.strict.state import attributes, by_parts
from workbench.study.strict.words import full_name, short

if TYPE_CHECKING:
    from workbench.study.strict.facts import Compare
    from workbench.study.strict.walk import Walk

Found = Iterator[Difference | Step]
_WORD = 60
_ADDRESSES = (ipaddress.IPv4Address, ipaddress.IPv6Address, ipaddress.IPv4Network, ipaddress.IPv6Network)


def _became(old: Any, new: Any) -> str:
    return f"{short(old, _WORD)} became {short(new, _WORD)}."


def by_facts(facts: Callable[[Any], tuple[object, ...]], below: type, parts: tuple[str, ...] = ()) -> Compare:
    """A comparison of `facts`, tuples of exact atoms, of the attributes named in `parts`, and of what a subclass adds to `below`."""

    def compare(old: Any, new: Any, walk: Walk) -> Found:
        if facts(old) != facts(new):
            yield walk.differs("B01", old, new, _became(old, new))
        else:
            for part in parts:
                yield Step(getattr(old, part), getattr(new, part), f".{part}")
        yield from attributes(old, new, walk, below)

    return compare


def _text(old: Any, new: Any, walk: Walk) -> Found:
    base: Any = next(base for base in (str, bytes, bytearray) if issubclass(type(old), base))
    mine, theirs = base.__getitem__(old, slice(None)), base.__getitem__(new, slice(None))
    if mine != theirs:
        first = next((index for index, (a, b) in enumerate(zip(mine, theirs)) if a != b), min(len(mine), len(theirs)))
        where = f" They differ from position {first} on." if first > _WORD // 2 else ""
        yield walk.differs("B01", old, new, _became(old, new) + where)
    yield from attributes(old, new, walk, base)


def _range(old: Any, new: Any, walk: Walk) -> Found:
    if (old.start, old.stop, old.step) != (new.start, new.stop, new.step):
        yield walk.differs("B01", old, new, _became(old, new))


def _memory(old: Any, new: Any, walk: Walk) -> Found:
    mine, theirs = ((view.format, view.shape, view.readonly) for view in (old, new))
    for name, before, after in zip(("format", "shape", "readonly"), mine, theirs):
        if before != after:
            yield walk.differs("B14", old, new, f"{name} {before} became {after}.", f".{name}")
    if mine[:2] == theirs[:2] and old.tobytes() != new.tobytes():
        yield walk.differs("B01", old, new, "The bytes differ.")


def _date(thing: Any) -> tuple[object, ...]:
    return thing.year, thing.month, thing.day


def _time(thing: Any) -> tuple[object, ...]:
    return thing.hour, thing.minute, thing.second, thing.microsecond, thing.fold


def _moment(thing: Any) -> tuple[object, ...]:
    return _date(thing) + _time(thing)


def _delta(thing: Any) -> tuple[object, ...]:
    return thing.days, thing.seconds, thing.microseconds


def _zone(old: Any, new: Any, _walk: Walk) -> Found:
    yield Step(old.__getinitargs__(), new.__getinitargs__(), "")


def _zone_info(old: Any, new: Any, walk: Walk) -> Found:
    if old.key is None or new.key is None:
        yield walk.differs("B15", old, new, "A time zone without a key cannot be compared.")
    elif old.key != new.key:
        yield walk.differs("B01", old, new, _became(old, new))


def _decimal(thing: Any) -> tuple[object, ...]:
    return tuple(decimal.Decimal.as_tuple(thing))


def _fraction(thing: Any) -> tuple[object, ...]:
    return thing._numerator, thing._denominator


def _uuid(thing: Any) -> tuple[object, ...]:
    return thing.int, thing.is_safe.name


def _path(thing: Any) -> tuple[object, ...]:
    return (pathlib.PurePath.__str__(thing),)


def _address(thing: Any) -> tuple[object, ...]:
    return (str(thing),)


def _enum(old: Any, new: Any, walk: Walk) -> Found:
    if old._name_ != new._name_:
        yield walk.differs("B01", old, new, _became(old, new))
    else:
        yield Step(old._value_, new._value_, ".value")


def _class(old: Any, new: Any, walk: Walk) -> Found:
    if full_name(old) != full_name(new):
        yield walk.differs("B01", old, new, _became(old, new))


def _module(old: Any, new: Any, walk: Walk) -> Found:
    if old.__name__ != new.__name__:
        yield walk.differs("B01", old, new, _became(old, new))


def _alias(old: Any, new: Any, _walk: Walk) -> Found:
    if isinstance(old, types.GenericAlias):
        yield Step(old.__origin__, new.__origin__, ".__origin__")
        yield Step(old.__unpacked__, new.__unpacked__, ".__unpacked__")
    yield Step(old.__args__, new.__args__, ".__args__")


def _single(old: Any, new: Any, walk: Walk) -> Found:
    if old is not new:
        yield walk.differs("B15", old, new, "Two objects of a type that should have one only cannot be compared.")


def _fixed(compare: Compare, whole: bool = False) -> Kind:
    return Kind(compare, mutable=False, whole=whole)


ENUM = _fixed(_enum, whole=True)
CLASS = _fixed(_class, whole=True)

SCALARS: dict[type, Kind] = {
    type(None): _fixed(_single, whole=True),
    type(...): _fixed(_single, whole=True),
    type(NotImplemented): _fixed(_single, whole=True),
    str: _fixed(_text),
    bytes: _fixed(_text),
    bytearray: Kind(_text),
    memoryview: Kind(_memory),
    range: _fixed(_range),
    slice: _fixed(by_parts("start", "stop", "step")),
    dt.date: _fixed(by_facts(_date, dt.date)),
    dt.datetime: _fixed(by_facts(_moment, dt.datetime, ("tzinfo",))),
    dt.time: _fixed(by_facts(_time, dt.time, ("tzinfo",))),
    dt.timedelta: _fixed(by_facts(_delta, dt.timedelta)),
    dt.timezone: _fixed(_zone, whole=True),
    zoneinfo.ZoneInfo: _fixed(_zone_info, whole=True),
    decimal.Decimal: _fixed(by_facts(_decimal, decimal.Decimal)),
    fractions.Fraction: _fixed(by_facts(_fraction, fractions.Fraction)),
    uuid.UUID: _fixed(by_facts(_uuid, uuid.UUID)),
    pathlib.PurePath: _fixed(by_facts(_path, pathlib.Path)),
    **{kind: _fixed(by_facts(_address, kind)) for kind in _ADDRESSES},
    re.Pattern: _fixed(by_parts("pattern", "flags"), whole=True),
    re.Match: _fixed(by_parts("re", "string", "pos", "endpos", "regs"), whole=True),
    types.ModuleType: _fixed(_module, whole=True),
    types.GenericAlias: _fixed(_alias),
    types.UnionType: _fixed(_alias),
}
"""How values that do not change, and classes derived from theirs, are compared."""
