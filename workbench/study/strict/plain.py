"""Python's own containers: sequences, dicts, sets, and the classes derived from them."""

from __future__ import annotations

import array
import types
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workbench.study.strict.facts import Difference, Kind, Step
from workbench.study.strict.matching import match
from workbench.study.strict.quick import bulk, quick, simple_pairs
from workbench.study.strict.state import attributes
from workbench.study.strict.words import cut, short, step_into

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.study.strict.walk import Walk

Found = Iterator[Difference | Step]
_EMPTY: dict[Any, Any] = {}
_KEYS, _VALUES, _ITEMS = type(_EMPTY.keys()), type(_EMPTY.values()), type(_EMPTY.items())
_WORD = 60


def in_sequence(
    old: Sequence[Any], new: Sequence[Any], walk: Walk, names: Sequence[str] = (), free: bool = False
) -> Found:
    """Compare items one by one. `names` are what the path calls the first of them; `free`: `Rules.unordered` holds for them."""
    if len(old) != len(new):
        yield walk.differs("B14", old, new, f"{_count(len(old))} became {len(new)}{_first(old, new)}.")
        return
    if bulk(old, new):
        return
    if free and walk.rules.unordered and len(old) > 1:
        yield from _in_any_order(old, new, walk)
        return
    walk.may_be_shuffled(old, new)
    for index, (mine, theirs) in enumerate(zip(old, new)):
        if not quick(mine, theirs):
            yield Step(mine, theirs, f".{names[index]}" if index < len(names) else f"[{index}]")


def _in_any_order(old: Sequence[Any], new: Sequence[Any], walk: Walk) -> Found:
    matching = match(old, new, walk)
    if len(matching.lost) == 1:
        yield Step(old[matching.lost[0]], new[matching.gained[0]], f"[{matching.lost[0]}]")
    elif matching.unknown and not matching.complete:
        yield walk.differs("B15", old, new, matching.unknown.said)
    elif not matching.complete:
        lost, gained = short(old[matching.lost[0]], _WORD), short(new[matching.gained[0]], _WORD)
        yield walk.differs(
            "B01", old, new, f"In any order, {len(matching.lost)} items differ: {lost} is gone, {gained} is new."
        )


def _count(number: int) -> str:
    return f"{number} item" if number == 1 else f"{number} items"


def _first(old: Sequence[Any], new: Sequence[Any]) -> str:
    """Where the first difference is, as far as it is seen at a glance."""
    for index, (mine, theirs) in enumerate(zip(old, new)):
        if not quick(mine, theirs):
            same_kind = type(mine) is type(theirs) and isinstance(mine, int | str | bytes | float)
            return f"; the first that differs is [{index}]" if same_kind else ""
    return ""


def _list(old: Any, new: Any, walk: Walk) -> Found:
    yield from in_sequence(_listed(old), _listed(new), walk, free=True)
    yield from attributes(old, new, walk, list)


def _listed(thing: Any) -> list[Any]:
    """The items of a list, tuple or deque, whatever a subclass says they are."""
    if type(thing) is list:
        return thing
    kind = next(kind for kind in (list, tuple, deque) if issubclass(type(thing), kind))
    return list(kind.__iter__(thing))


def _tuple(old: Any, new: Any, walk: Walk) -> Found:
    names: tuple[str, ...] = ()
    if type(old) is not tuple:
        if hasattr(type(old), "n_sequence_fields"):
            yield Step(old.__reduce__()[1], new.__reduce__()[1], "")
            return
        names = _field_names(type(old))
        if names != _field_names(type(new)) and walk.rules.types:
            yield walk.differs("B14", old, new, "The fields have other names.")
            return
    yield from in_sequence(_listed(old), _listed(new), walk, names)
    yield from attributes(old, new, walk, tuple)


def _field_names(kind: type) -> tuple[str, ...]:
    names = getattr(kind, "_fields", ())
    return names if type(names) is tuple and all(type(name) is str for name in names) else ()


def _deque(old: Any, new: Any, walk: Walk) -> Found:
    yield from in_sequence(_listed(old), _listed(new), walk, free=True)
    if isinstance(old, deque) and isinstance(new, deque):
        yield Step(old.maxlen, new.maxlen, ".maxlen")
    yield from attributes(old, new, walk, deque)


def dict_items(thing: Any) -> list[tuple[Any, Any]]:
    """Keys and values of a dict in its order, whatever a subclass says they are."""
    if isinstance(thing, OrderedDict):
        return list(OrderedDict.items(thing))
    return list(dict.items(thing)) if isinstance(thing, dict) else list(thing.items())


def _dict(old: Any, new: Any, walk: Walk) -> Found:
    yield from in_mapping(dict_items(old), dict_items(new), old, new, walk)
    if isinstance(old, defaultdict) and isinstance(new, defaultdict):
        yield Step(old.default_factory, new.default_factory, ".default_factory")
    if type(old) is not dict:
        base = next(base for base in (OrderedDict, defaultdict, dict) if issubclass(type(old), base))
        yield from attributes(old, new, walk, base)


def _proxy(old: Any, new: Any, walk: Walk) -> Found:
    yield from in_mapping(list(old.items()), list(new.items()), old, new, walk)


def in_mapping(mine: list[tuple[Any, Any]], theirs: list[tuple[Any, Any]], old: Any, new: Any, walk: Walk) -> Found:
    """Compare pairs of key and value: first the keys and their order, then the values in the old order."""
    keys, others = [key for key, _ in mine], [key for key, _ in theirs]
    aligned = len(keys) == len(others) and (bulk(keys, others) or all(map(quick, keys, others)))
    pairs = [(index, index) for index in range(len(keys))] if aligned else []
    if not aligned:
        matching = match(keys, others, walk)
        pairs = matching.pairs
        yield from _other_keys(matching.lost, matching.gained, keys, others, (old, new), walk, matching.unknown)
        if not matching.in_order and not walk.rules.unordered:
            yield walk.differs(
                "B03", old, new, f"The keys came in another order: {_order(keys)} became {_order(others)}."
            )
    for index, other in pairs:
        before, after = mine[index][1], theirs[other][1]
        if not quick(before, after):
            yield Step(before, after, step_into(keys[index]))


def _order(keys: list[Any]) -> str:
    return cut(short(keys, _WORD), _WORD)


def _other_keys(
    lost: list[int],
    gained: list[int],
    keys: list[Any],
    others: list[Any],
    whole: tuple[Any, Any],
    walk: Walk,
    unknown: Difference | None,
) -> Found:
    """Keys that have no partner: one that only changed its type, or is only seen to differ inside, is compared with its counterpart."""
    if len(lost) == len(gained) == 1 and (_loosely(keys[lost[0]], others[gained[0]]) or not _atom(keys[lost[0]])):
        yield Step(keys[lost[0]], others[gained[0]], f".keys()[{lost[0]}]")
        return
    if unknown is not None:
        yield walk.differs("B15", *whole, unknown.said)
        return
    for index in lost:
        key = short(keys[index], _WORD)
        yield walk.differs("B14", *whole, f"The key {key} is gone.", step_into(keys[index]))
    for index in gained:
        key = short(others[index], _WORD)
        yield walk.differs("B14", *whole, f"The key {key} is new.", step_into(others[index]))


def _atom(thing: Any) -> bool:
    return any(type(thing) is kind for kind in (bool, int, float, complex, str, bytes, type(None)))


def _loosely(old: Any, new: Any) -> bool:
    """Whether two atoms are equal for Python, and so differ in type or in the sign of zero only."""
    return _atom(old) and _atom(new) and bool(old == new)


def _set(old: Any, new: Any, walk: Walk) -> Found:
    base = set if isinstance(old, set) else frozenset
    mine, theirs = _set_items(old), _set_items(new)
    pairs = simple_pairs(mine), simple_pairs(theirs)
    if pairs[0] is None or pairs[1] is None or set(pairs[0]) != set(pairs[1]):
        yield from _set_matched(mine, theirs, old, new, walk)
    yield from attributes(old, new, walk, base)


def _set_items(thing: Any) -> list[Any]:
    return list(set.__iter__(thing) if isinstance(thing, set) else frozenset.__iter__(thing))


def _set_matched(mine: list[Any], theirs: list[Any], old: Any, new: Any, walk: Walk) -> Found:
    matching = match(mine, theirs, walk)
    if matching.complete:
        return
    lost, gained = [mine[index] for index in matching.lost], [theirs[index] for index in matching.gained]
    if matching.unknown is not None:
        yield walk.differs("B15", old, new, matching.unknown.said)
    elif len(mine) != len(theirs):
        word = f"{short(lost[0], _WORD)} is gone" if lost else f"{short(gained[0], _WORD)} is new"
        yield walk.differs("B14", old, new, f"{_count(len(mine))} became {len(theirs)}: {word}.")
    elif len(lost) == 1:
        yield Step(lost[0], gained[0], "{}")
    elif all(map(_atom, lost)) and all(map(_atom, gained)) and set(lost) == set(gained):
        yield walk.differs("B02", old, new, "The items are equal but of other types.")
    else:
        word = f"{short(lost[0], _WORD)} is gone, {short(gained[0], _WORD)} is new"
        yield walk.differs("B01", old, new, f"{len(lost)} items differ: {word}.")


def _view(old: Any, new: Any, walk: Walk) -> Found:
    yield from in_sequence(list(old), list(new), walk, free=True)


def _array(old: Any, new: Any, walk: Walk) -> Found:
    if old.typecode != new.typecode:
        yield walk.differs("B02", old, new, f"The type code {old.typecode!r} became {new.typecode!r}.")
    elif array.array.tobytes(old) != array.array.tobytes(new):
        yield from in_sequence(array.array.tolist(old), array.array.tolist(new), walk, free=True)
    yield from attributes(old, new, walk, array.array)


CONTAINERS: dict[type, Kind] = {
    list: Kind(_list, family="sequence"),
    tuple: Kind(_tuple, mutable=False, family="sequence"),
    deque: Kind(_deque, family="sequence"),
    dict: Kind(_dict, family="mapping"),
    types.MappingProxyType: Kind(_proxy, family="mapping"),
    set: Kind(_set, family="set"),
    frozenset: Kind(_set, mutable=False, family="set"),
    _KEYS: Kind(_view, mutable=False),
    _VALUES: Kind(_view, mutable=False),
    _ITEMS: Kind(_view, mutable=False),
    type(OrderedDict().keys()): Kind(_view, mutable=False),
    type(OrderedDict().values()): Kind(_view, mutable=False),
    type(OrderedDict().items()): Kind(_view, mutable=False),
    array.array: Kind(_array),
}
"""How the containers, and classes derived from them, are compared."""
