"""Simpler values of the same type: numbers nearer to 0, characters nearer to `a`, arrays and frames with simpler cells."""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import math
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.study.inputs.paths import rebuilt
from workbench.study.inputs.tables import is_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CELLS = 64
CHARACTERS = 60
SCALARS = (
    int,
    float,
    complex,
    bool,
    str,
    bytes,
    bytearray,
    decimal.Decimal,
    fractions.Fraction,
    dt.datetime,
    dt.date,
    dt.timedelta,
)


def simpler(value: Any) -> Iterator[Any]:
    """Simpler values of the same type, the simplest first; none for what has none. Each is below the value in a well-founded order, so
    that going to one again and again ends. Arrays and frames must be copies: they are changed only after copying."""
    own = type(value)
    make = _MAKERS.get(own)
    if make is not None:
        yield from make(value)
    elif isinstance(value, np.number) and own.__module__ == "numpy" and not isinstance(value, np.complexfloating):
        yield from (own(one) for one in simpler(value.item()) if own(one) == one or one != one)  # noqa: PLR0124 - NaN
    elif own is np.ndarray:
        yield from _array(value)
    elif is_frame(value):
        yield from _frame(value)


def is_scalar(value: Any) -> bool:
    """Whether a value has simpler ones without being a container of others that are looked at one by one."""
    return type(value) in SCALARS or isinstance(value, np.number)


def _int(value: int) -> Iterator[int]:
    if value == 0:
        return
    yield 0
    if value < 0:
        yield -value
    size, sign = abs(value), 1 if value > 0 else -1
    steps = [size // 2]
    while steps[-1] > 8:
        steps.append(steps[-1] // 8)
    yield from (value - sign * step for step in dict.fromkeys([*steps, 2, 1]) if 0 < step < size)


def _float_rank(value: float) -> tuple[Any, ...]:
    if math.isnan(value) or math.isinf(value):
        return (2 if math.isnan(value) else 1, 0, 0, value < 0, 0.0)
    whole = value.is_integer()
    return (0, not whole, 0 if whole else len(repr(value)), math.copysign(1.0, value) < 0, abs(value))


def _float(value: float) -> Iterator[float]:
    rank = _float_rank(value)
    found = [0.0, 1.0, 0.5]
    if math.isinf(value):
        found.append(math.inf)
    elif not math.isnan(value):
        found += [
            abs(value),
            float(round(value, 0)),
            float(math.trunc(value)),
            float(math.ceil(value)),
            float(math.floor(value)),
        ]
        if value.is_integer() and abs(value) < 2**53:
            found += [float(one) for one in _int(int(value))]
        elif value.is_integer():
            found += [math.copysign(math.floor(math.sqrt(abs(value))), value), value / 2**10, value / 2]
        else:
            found += [round(value, digits) for digits in (1, 2, 3, 6)]
    for one in dict.fromkeys(found):
        if _float_rank(one) < rank and (rank[1] or one.is_integer() or one in (0.5, math.inf)):
            yield one


def _complex(value: complex) -> Iterator[complex]:
    yield from (complex(one, value.imag) for one in _float(value.real))
    yield from (complex(value.real, one) for one in _float(value.imag))


def _bool(value: bool) -> Iterator[bool]:
    if value:
        yield False


def _decimal(value: decimal.Decimal) -> Iterator[decimal.Decimal]:
    if not value.is_finite():
        yield from (decimal.Decimal(0), decimal.Decimal(1))
        return
    if value == value.to_integral_value() and value.as_tuple().exponent == 0 and abs(value) < 10**30:
        yield from map(decimal.Decimal, _int(int(value)))
    elif abs(value) < 10**30:
        yield from (decimal.Decimal(0), decimal.Decimal(int(value)))


def _fraction(value: fractions.Fraction) -> Iterator[fractions.Fraction]:
    if value.denominator == 1:
        yield from map(fractions.Fraction, _int(int(value)))
    else:
        yield from (fractions.Fraction(0), fractions.Fraction(int(value)))


def _datetime(value: dt.datetime) -> Iterator[dt.datetime]:
    simplest = {"year": 2000, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0, "microsecond": 0, "fold": 0}
    yield from _fields(value, simplest)


def _date(value: dt.date) -> Iterator[dt.date]:
    yield from _fields(value, {"year": 2000, "month": 1, "day": 1})


def _fields(value: Any, simplest: dict[str, int]) -> Iterator[Any]:
    off = {name: one for name, one in simplest.items() if getattr(value, name) != one}
    if len(off) > 1:
        yield value.replace(**off)
    for name, one in off.items():
        try:
            yield value.replace(**{name: one})
        except ValueError:
            continue


def _timedelta(value: dt.timedelta) -> Iterator[dt.timedelta]:
    if value:
        yield dt.timedelta(0)
        off = [dt.timedelta(days=value.days), dt.timedelta(days=value.days, seconds=value.seconds)]
        yield from (one for one in dict.fromkeys(off) if one != value)


def character_rank(one: str) -> tuple[int, int]:
    """How simple a character is: `a`, `0`, the other small letters, digits, capitals, blanks, the rest of ASCII, everything else."""
    if one in "a0":
        return (0, ord(one) != ord("a"))
    if one.isascii():
        groups: tuple[Callable[[], bool], ...] = (
            one.islower,
            one.isdigit,
            one.isupper,
            lambda: one == " ",
            one.isprintable,
        )
        return (next((index + 1 for index, group in enumerate(groups) if group()), 6), ord(one))
    return (7, 0 if one == "\u00e9" else ord(one))


def _text(value: str) -> Iterator[str]:
    letters = sorted(set(value), key=character_rank, reverse=True)
    for old in letters[:CHARACTERS]:
        for new in _characters(old):
            yield value.replace(old, new)
    for place, old in enumerate(value[:CHARACTERS]):
        if value.count(old) > 1:
            yield from (value[:place] + new + value[place + 1 :] for new in _characters(old))


def _characters(old: str) -> list[str]:
    lower = old.lower()
    options = ["a", "0", *([lower] if len(lower) == 1 else []), " ", "\u00e9"]
    return [one for one in dict.fromkeys(options) if character_rank(one) < character_rank(old)]


def _bytes(value: Any) -> Iterator[Any]:
    own = type(value)
    for place, old in enumerate(value[:CHARACTERS]):
        for new in (0, 97, old // 2, old - 1):
            if 0 <= new < old:
                yield own(value[:place] + bytes([new]) + value[place + 1 :])


def _array(value: Any) -> Iterator[Any]:
    if not value.flags.writeable or not (value.flags.c_contiguous or value.dtype.hasobject):
        yield np.array(value, order="C")
    if value.dtype.kind not in "iufb" or not value.size:
        return
    flat = value.ravel().tolist()
    plain = [0.0 if type(one) is float else type(one)(0) for one in flat]
    if repr(plain) != repr(flat):
        yield np.zeros_like(value)
    if value.size > CELLS or not value.flags.writeable:
        return
    for place, old in enumerate(flat):
        for new in simpler(old):
            changed = value.copy(order="K")
            changed[np.unravel_index(place, value.shape)] = new
            yield changed


def _frame(value: Any) -> Iterator[Any]:
    if len(value) and not (
        str(value.index.dtype) == "int64" and list(value.index[:CELLS]) == list(range(min(len(value), CELLS)))
    ):
        yield value.reset_index(drop=True)
    columns = 1 if value.ndim == 1 else value.shape[1]
    if len(value) * columns > CELLS:
        return
    for row in range(len(value)):
        for column in range(columns):
            place = row if value.ndim == 1 else (row, column)
            old = value.iloc[place]
            for new in simpler(old):
                changed = value.copy()
                changed.iloc[place] = new
                if value.ndim == 1 or list(changed.dtypes) == list(value.dtypes):
                    yield changed


def blanked(value: Any, start: int, stop: int) -> Any:
    """A sequence or array with a range of its numbers or characters made the simplest; None where that changes nothing."""
    own = type(value)
    if own is str:
        changed: Any = value[:start] + "a" * (stop - start) + value[stop:]
        return changed if changed != value and len(changed) == len(value) else None
    if own is np.ndarray:
        part = value[start:stop]
        if value.dtype.kind not in "iufb" or not part.size or not (part != 0).any():
            return None
        changed = value.copy(order="K")
        changed[start:stop] = 0
        return changed
    if own not in (list, tuple, deque):
        return None
    items = list(value)
    plain = [type(one)(0) if type(one) in (int, float) else one for one in items[start:stop]]
    if all(
        one is old or (one == old and repr(one) == repr(old)) for one, old in zip(plain, items[start:stop], strict=True)
    ):
        return None
    return rebuilt(value, [*items[:start], *plain, *items[stop:]])


def sorted_items(value: Any) -> list[Any] | None:
    """The items of a sequence in order, or None where they are or have none."""
    if type(value) not in (list, tuple, deque) or len(value) < 2:
        return None
    try:
        items = sorted(value)
    except Exception:  # noqa: BLE001 - comparing is the user's code; what cannot be compared has no order
        return None
    return items if any(one is not other for one, other in zip(items, value, strict=True)) else None


_MAKERS: dict[type, Callable[[Any], Iterator[Any]]] = {
    int: _int,
    float: _float,
    complex: _complex,
    bool: _bool,
    decimal.Decimal: _decimal,
    fractions.Fraction: _fraction,
    dt.datetime: _datetime,
    dt.date: _date,
    dt.timedelta: _timedelta,
    str: _text,
    bytes: _bytes,
    bytearray: _bytes,
}
