"""Iterators: their kind first, then what they give. Comparing them uses them up; nothing else here does."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.study.strict.facts import Kind, Step
from workbench.study.strict.plain import in_sequence
from workbench.study.strict.quick import quick
from workbench.study.strict.words import class_dict, mro

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.study.strict.facts import Difference
    from workbench.study.strict.walk import Walk


class _Pulled(NamedTuple):
    """What one `next` gave: `how` is "item", "end" (with the generator's return value) or "error"."""

    how: str
    what: Any


_WORDS = {"item": "gives another item", "end": "ends", "error": "raises"}


def is_iterator(cls: type) -> bool:
    """Whether objects of a class are iterators: the class has `__next__` and `__iter__`."""
    names = {name for base in mro(cls) for name in ("__next__", "__iter__") if class_dict(base).get(name) is not None}
    return len(names) == 2


def _pull(thing: Any) -> _Pulled:
    try:
        return _Pulled("item", next(thing))
    except StopIteration as stop:
        return _Pulled("end", stop.value)
    except Exception as error:  # noqa: BLE001  (what an iterator raises is part of what it gives)
        return _Pulled("error", error)


def _iterator(old: Any, new: Any, walk: Walk) -> Iterator[Difference | Step]:
    if walk.trying:
        yield walk.differs("B15", old, new, "Iterators among items without an order cannot be compared.")
        return
    if walk.rules.unordered:
        yield from _unordered(old, new, walk)
        return
    for index in range(walk.rules.consume):
        mine, theirs = _pull(old), _pull(new)
        if mine.how == theirs.how == "item":
            if not quick(mine.what, theirs.what):
                walk.forget()
                yield Step(mine.what, theirs.what, f"[{index}]")
            continue
        yield from _ended(mine, theirs, old, new, index, walk)
        return


def _unordered(old: Any, new: Any, walk: Walk) -> Iterator[Difference | Step]:
    kept: tuple[list[Any], list[Any]] = ([], [])
    ends = []
    for thing, items in zip((old, new), kept):
        last = _Pulled("item", None)
        while last.how == "item" and len(items) < walk.rules.consume and (last := _pull(thing)).how == "item":
            items.append(last.what)
        ends.append(last)
    yield from in_sequence(*kept, walk, free=True)
    if len(kept[0]) == len(kept[1]):
        yield from _ended(ends[0], ends[1], old, new, len(kept[0]), walk)


def _ended(mine: _Pulled, theirs: _Pulled, old: Any, new: Any, index: int, walk: Walk) -> Iterator[Difference | Step]:
    """Compare how two iterators go on after `index` items, where one of them does not give an item."""
    if mine.how == theirs.how:
        yield Step(mine.what, theirs.what, f"[{index}]" if mine.how == "error" else ".return")
    else:
        code = "B01" if "error" in {mine.how, theirs.how} else "B14"
        said = f"After {index} items the old one {_WORDS[mine.how]}, the new one {_WORDS[theirs.how]}."
        yield walk.differs(code, old, new, said.replace("gives another item", "goes on"), f"[{index}]")


def _running(old: Any, new: Any, walk: Walk) -> Iterator[Difference | Step]:
    yield walk.differs("B15", old, new, "What has to be awaited cannot be compared without running it.")


ITERATOR = Kind(_iterator, whole=True, family="lazy")

LAZY: dict[type, Kind] = {
    types.CoroutineType: Kind(_running, whole=True, family="lazy"),
    types.AsyncGeneratorType: Kind(_running, whole=True, family="lazy"),
}
"""What is not an iterator and yet not there before it is asked for."""
