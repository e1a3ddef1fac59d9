"""Arrays that lie over one another in memory: a view and its base, two views of one array."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.study.strict.walk import Walk

_MANY = 2_000
_WORK = 1_000
_NOTE = "memory"


@dataclass(frozen=True, slots=True)
class _Side:
    """An array, the object that owns its memory, and where it lies in it: bytes from the owner's first to its own first and last."""

    array: NDArray[Any]
    owner: object
    low: int
    high: int

    def overlaps(self, other: _Side) -> bool:
        """Whether two arrays of one owner share a byte; also True where finding out would take too long."""
        if self.owner is not other.owner or self.high <= other.low or other.high <= self.low:
            return False
        return share(self.array, other.array)


@dataclass(slots=True)
class _Memory:
    """The arrays met so far, by owner on the old side and on the new; `alike` are pairs of owners whose arrays lie alike so far."""

    by_old: dict[int, list[tuple[_Side, _Side]]] = field(default_factory=dict)
    by_new: dict[int, list[tuple[_Side, _Side]]] = field(default_factory=dict)
    unlike: set[int] = field(default_factory=set)


def overlap_differs(old: NDArray[Any], new: NDArray[Any], walk: Walk) -> str:
    """A sentence where an array lies over an earlier one of the same result on one side and not on the other; else ""."""
    memory: _Memory = walk.notes.setdefault(_NOTE, _Memory())
    mine, theirs = _side(old), _side(new)
    before = memory.by_old.setdefault(id(mine.owner), [])
    other = memory.by_new.setdefault(id(theirs.owner), [])
    alike = (
        _alike(mine, theirs) and all(pair[1].owner is theirs.owner for pair in before[:1]) and len(before) == len(other)
    )
    if not alike:
        memory.unlike.update((id(mine.owner), id(theirs.owner)))
    pairs = [] if alike and not {id(mine.owner), id(theirs.owner)} & memory.unlike else before + other
    before.append((mine, theirs))
    other.append((mine, theirs))
    if len(pairs) > _MANY:
        return f"Too many views of one array ({len(pairs)}): whether they share memory was not looked at."
    for earlier, counterpart in pairs:
        if mine.overlaps(earlier) != theirs.overlaps(counterpart):
            side = ("old", "new") if mine.overlaps(earlier) else ("new", "old")
            return f"In the {side[0]} result this array shares memory with another one there, in the {side[1]} one it does not."
    return ""


def _alike(mine: _Side, theirs: _Side) -> bool:
    places = [(side.low, side.high, side.array.shape, side.array.strides) for side in (mine, theirs)]
    return places[0] == places[1]


def share(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether two arrays share a byte; also True where finding out would take too long."""
    ask: Any = np.shares_memory
    try:
        return bool(ask(one, other, max_work=_WORK))
    except np.exceptions.TooHardError:
        return True


def owner_of(array: NDArray[Any]) -> Any:
    """What an array's memory belongs to: an array, bytes, a memory map."""
    owner: Any = array
    while isinstance(owner, np.ndarray) and owner.base is not None:
        owner = owner.base
    return owner


def _side(array: NDArray[Any]) -> _Side:
    owner = owner_of(array)
    start = owner.__array_interface__["data"][0] if isinstance(owner, np.ndarray) else 0
    low = array.__array_interface__["data"][0] - start
    if array.size == 0:
        return _Side(array, owner, low, low)
    steps = [(length - 1) * stride for length, stride in zip(array.shape, array.strides)]
    first, last = sum(min(step, 0) for step in steps), sum(max(step, 0) for step in steps)
    return _Side(array, owner, low + first, low + last + array.itemsize)
