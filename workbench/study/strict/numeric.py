"""Numbers: exact by default, to the sign of zero; within a declared tolerance where there is one."""

from __future__ import annotations

import struct
from math import copysign, isinf, isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.study.strict.facts import Difference, Kind, Step
from workbench.study.strict.state import attributes
from workbench.study.strict.words import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.study.strict.facts import Rules
    from workbench.study.strict.walk import Walk

FEW_ULPS = 64
"""Floats that differ by no more units in the last place than this are told apart (B13) from other values."""

_WORD = 40
_BASES = (bool, int, float, complex)


def close(old: float, new: float, rules: Rules) -> bool:
    """Whether two floats are the same within the tolerance; NaN is NaN, and without a tolerance -0.0 is not 0.0."""
    if isnan(old) or isnan(new):
        return isnan(old) and isnan(new)
    if old == new:
        return old != 0.0 or copysign(1.0, old) == copysign(1.0, new) or rules.tolerant
    if isinf(old) or isinf(new):
        return False
    return abs(old - new) <= max(rules.absolute, rules.relative * max(abs(old), abs(new)))


def ulps(old: float, new: float) -> int:
    """How many doubles lie between two finite ones, plus one."""
    return abs(_rank(old) - _rank(new))


def _rank(number: float) -> int:
    bits: int = struct.unpack("<q", struct.pack("<d", number))[0]
    return bits if bits >= 0 else -(bits & 0x7FFF_FFFF_FFFF_FFFF)


def told(old: float, new: float) -> tuple[str, str]:
    """Code and sentence for two floats that are not close."""
    if old == new:
        return "B01", f"The sign of zero changed: {old} became {new}."
    if isnan(old) or isnan(new) or isinf(old) or isinf(new) or (apart := ulps(old, new)) > FEW_ULPS:
        return "B01", f"{old!r} became {new!r}."
    return "B13", few_ulps(float(old), float(new), apart)


def few_ulps(old: float, new: float, apart: int) -> str:
    """The sentence for two floats that are next to each other; it names a relative tolerance that would take one for the other."""
    relative = abs(old - new) / max(abs(old), abs(new))
    units = "1 unit" if apart == 1 else f"{apart} units"
    return f"{old!r} became {new!r}, {units} in the last place apart; a relative tolerance of {_round_up(relative)} would accept it."


def _round_up(number: float) -> str:
    exponent = f"{number:e}".split("e")[1]
    return f"1e{int(exponent) + 1}"


def _number(old: Any, new: Any, walk: Walk) -> Iterator[Difference | Step]:
    base = next(base for base in _BASES if issubclass(type(old), base))
    if not issubclass(type(new), base):
        yield from in_mixed(old, new, walk)
        return
    mine, theirs = _pure(base, old), _pure(base, new)
    if base is float and not close(mine, theirs, walk.rules):
        code, said = told(mine, theirs)
        yield walk.differs(code, old, new, said)
    elif base is complex:
        yield Step(mine.real, theirs.real, ".real")
        yield Step(mine.imag, theirs.imag, ".imag")
    elif base in {bool, int} and mine != theirs:
        yield walk.differs("B01", old, new, f"{short(mine, _WORD)} became {short(theirs, _WORD)}.")
    yield from attributes(old, new, walk, base)


def _pure(base: Any, thing: Any) -> Any:
    """The number in an instance of a subclass, whatever the subclass says it is."""
    return thing if base is bool else base.__dict__["__pos__"](thing)


def in_mixed(old: Any, new: Any, walk: Walk) -> Iterator[Difference | Step]:
    """Compare numbers of different types by value: for `types=False`."""
    mine, theirs = (item.item() if isinstance(item, np.generic | np.ndarray) else item for item in (old, new))
    if all(isinstance(item, int) for item in (mine, theirs)):
        same = mine == theirs
    elif any(isinstance(item, complex) for item in (mine, theirs)):
        first, second = complex(mine), complex(theirs)
        same = close(first.real, second.real, walk.rules) and close(first.imag, second.imag, walk.rules)
    elif all(isinstance(item, int | float) for item in (mine, theirs)):
        same = bool(mine == theirs) or close(float(mine), float(theirs), walk.rules)
    else:
        yield walk.differs("B15", old, new, "These numbers are of types that cannot be compared by value.")
        return
    if not same:
        yield walk.differs("B01", old, new, f"{short(old, _WORD)} became {short(new, _WORD)}.")


NUMBERS: dict[type, Kind] = {kind: Kind(_number, mutable=False, family="number") for kind in _BASES}
"""How Python's numbers, and classes derived from them, are compared."""
