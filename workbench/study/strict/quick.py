"""Sameness that is cheap to see and cannot be wrong: exact built-in atoms, and tuples of them. False means: look closer."""

from __future__ import annotations

from math import copysign
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIMPLE = frozenset(map(id, (int, str, bytes, bool, type(None))))
"""Ids of the types whose `==` is sameness once the types are one. Ids, because a class need not be hashable."""

_DEPTH, _BLOCK = 4, 1024


def quick(old: Any, new: Any, depth: int = _DEPTH) -> bool:
    """Whether two objects are seen to be the same at a glance; never true of anything mutable or of a user's type."""
    kind = type(old)
    if kind is not type(new):
        return False
    if id(kind) in _SIMPLE:
        return bool(old == new)
    if kind is float:
        return bool(old == new and (old != 0.0 or copysign(1.0, old) == copysign(1.0, new)))
    if kind is tuple and depth and len(old) == len(new):
        return all(quick(a, b, depth - 1) for a, b in zip(old, new))
    return False


def bulk(old: Sequence[Any], new: Sequence[Any]) -> bool:
    """Whether two exact lists hold the same simple atoms, at the speed of C."""
    kinds = list(map(id, map(type, old)))
    return set(kinds) <= _SIMPLE and kinds == list(map(id, map(type, new))) and bool(old == new)


def simple_pairs(things: Sequence[Any]) -> list[tuple[int, Any]] | None:
    """Simple atoms with the ids of their types, so that `==` and `hash` tell 1 from True; None where there is anything else."""
    kinds = list(map(id, map(type, things)))
    return list(zip(kinds, things)) if set(kinds) <= _SIMPLE else None


def differing(old: Sequence[Any], new: Sequence[Any]) -> tuple[int, int]:
    """The span, from and to, outside of which two sequences of one length are the same at a glance."""
    start, stop = 0, len(old)
    while start + _BLOCK < stop and bulk(old[start : start + _BLOCK], new[start : start + _BLOCK]):
        start += _BLOCK
    while start < stop and quick(old[start], new[start]):
        start += 1
    while stop > start and quick(old[stop - 1], new[stop - 1]):
        stop -= 1
    return start, stop
