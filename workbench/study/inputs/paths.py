"""Places inside a call: walking down to them, and putting another value there."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any

from workbench.model.calls import Call
from workbench.study.inputs.containers import Keyed, Mapping, Record, Several
from workbench.study.inputs.kinds import Kind, Kinds
from workbench.study.inputs.learn import MAPPINGS, is_named_tuple

Step = tuple[str, int]
"""`argument` (in order, keywords last), `item` of a sequence, `member` of a set (sorted by repr), `value` or `key` of a dict (in order)."""
Path = tuple[Step, ...]


def arguments(call: Call) -> list[Any]:
    """All argument values, keywords last."""
    return [*call.args, *call.kwargs.values()]


def ordered(value: Any) -> list[Any]:
    """The members of a set in an order that does not hang on hashes: by repr, numbers before by value."""
    try:
        return (
            sorted(value) if len({type(one) for one in value}) == 1 and _comparable(value) else sorted(value, key=repr)
        )
    except TypeError:
        return list(value)


def child(value: Any, step: Step) -> Any:
    """What one step leads to."""
    kind, index = step
    if kind == "argument":
        return arguments(value)[index]
    if kind == "member":
        return ordered(value)[index]
    if kind == "value":
        return list(value.values())[index]
    return list(value)[index]


def put(value: Any, path: Path, new: Any) -> Any:
    """The value with `new` at the path. Lists, dicts, deques and sets are changed in place, so that who shares them sees it; tuples,
    frozensets and the call are made anew. Raises TypeError where the new value cannot be a key or member."""
    if not path:
        return new
    old = child(value, path[0])
    changed = put(old, path[1:], new)
    return value if changed is old else _with_child(value, path[0], changed)


def rebuilt(value: Any, items: list[Any]) -> Any:
    """A container of the same type with these items (of a dict: pairs); lists, dicts, deques and sets are changed in place."""
    if type(value) in MAPPINGS:
        value.clear()
        for key, one in items:
            value[key] = one
    elif type(value) is list:
        value[:] = items
    elif type(value) is deque:
        value.clear()
        value.extend(items)
    elif type(value) is set:
        value.clear()
        value.update(items)
    elif is_named_tuple(type(value)):
        return type(value)._make(items)
    else:
        return type(value)(items)
    return value


def inner(kind: Kind | None, step: Step, value: Any) -> Kinds:
    """The kinds one step below a container; none where nothing is known. `value` is the container."""
    if isinstance(kind, Several):
        return kind.items
    if isinstance(kind, Record):
        return kind.members[step[1]] if step[1] < len(kind.members) else Kinds()
    if isinstance(kind, Mapping):
        return kind.keys if step[0] == "key" else kind.values
    if isinstance(kind, Keyed) and step[0] == "value":
        return dict(kind.fields).get(list(value)[step[1]], Kinds())
    return Kinds()


def holds_along(value: Any, kinds: Kinds, path: Path, limit: int) -> bool:
    """Whether a value still lies inside after a change at the path below it: what is above is as mixed and as long as seen, the changed
    place itself is looked into."""
    kind = kinds.kind(value)
    if kind is None:
        return False
    if not path or path[0][0] in ("member", "key"):
        return kinds.holds(value, limit)
    if isinstance(kind, Several | Record | Mapping | Keyed) and not kind.fits(value):
        return False
    return holds_along(child(value, path[0]), inner(kind, path[0], value), path[1:], limit)


def _comparable(value: Any) -> bool:
    return all(type(one) in (int, str, bytes, bool) for one in value)


def _with_child(value: Any, step: Step, new: Any) -> Any:
    kind, index = step
    if kind == "argument":
        if index < len(value.args):
            return Call((*value.args[:index], new, *value.args[index + 1 :]), value.kwargs)
        name = list(value.kwargs)[index - len(value.args)]
        return Call(value.args, {**value.kwargs, name: new})
    if kind == "member":
        items = ordered(value)
        hash(new)
        return rebuilt(value, [*items[:index], new, *items[index + 1 :]])
    if kind == "value":
        value[list(value)[index]] = new
        return value
    if kind == "key":
        hash(new)
        pairs = list(value.items())
        pairs[index] = (new, pairs[index][1])
        return rebuilt(value, pairs)
    if type(value) in (list, deque):
        value[index] = new
        return value
    return rebuilt(value, [*value[:index], new, *value[index + 1 :]])


CONTAINERS = (list, tuple, deque, set, frozenset, dict, OrderedDict, defaultdict, Counter)
