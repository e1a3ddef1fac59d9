"""The default equality of results: exact type and value, recursively, without regard to locks."""

from __future__ import annotations

import threading
import types
from typing import Any

from workbench.study.strict.compare import difference

_ATOMS = (int, float, complex, str, bytes, bool, type(None), range)
_TABLES = ("numpy", "pandas")
"""Libraries whose objects answer `==` item by item, and are compared strictly."""

_OPAQUE = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)


def same(old: object, new: object) -> bool:
    """Whether two values are equal by type and value, recursively; NaN equals NaN.

    Objects whose class defines no `__eq__` are compared by their attributes; locks and what else has `acquire` and `release` are the
    same whenever both are one; of dicts the order does not count. Objects of numpy and pandas, and others whose `==` has no one answer,
    are compared as `strict.compare.difference` does.
    """
    return _same(old, new, set())


def _same(old: Any, new: Any, under: set[tuple[int, int]]) -> bool:
    if old is new or (is_lock(old) and is_lock(new)):
        return True
    if type(old) is not type(new):
        return False
    if isinstance(old, _ATOMS):
        return bool(old == new) or (old != old and new != new)  # noqa: PLR0124
    if isinstance(old, _OPAQUE):
        return False
    pair = (id(old), id(new))
    if pair in under:
        return True
    return _parts(old, new, under | {pair})


def _parts(old: Any, new: Any, under: set[tuple[int, int]]) -> bool:
    if isinstance(old, BaseException):
        return _same(old.args, new.args, under)
    if isinstance(old, list | tuple):
        return len(old) == len(new) and all(_same(a, b, under) for a, b in zip(old, new))
    if isinstance(old, dict):
        return _dicts(old, new, under)
    if isinstance(old, types.MethodType):
        return old.__func__ is new.__func__ and _same(old.__self__, new.__self__, under)
    if by_identity(type(old)):
        attributes = _attributes(old)
        return attributes is not None and _same(attributes, _attributes(new), under)
    return difference(old, new) is None if _of_tables(type(old)) else _says(old, new)


def _of_tables(kind: type) -> bool:
    return any(base.__module__.partition(".")[0] in _TABLES for base in kind.__mro__)


def _dicts(old: dict[Any, Any], new: dict[Any, Any], under: set[tuple[int, int]]) -> bool:
    if len(old) != len(new):
        return False
    missing = object()
    if all(_same(value, new.get(key, missing), under) for key, value in old.items()):
        return True
    keyed = not any(by_identity(type(key)) for key in old)
    return not keyed and _same(list(old.items()), list(new.items()), under)


def by_identity(kind: type) -> bool:
    """Whether objects of a class are equal to none but themselves."""
    return getattr(kind, "__eq__", None) is getattr(object, "__eq__", None)


def _says(old: Any, new: Any) -> bool:
    try:
        return bool(old == new)
    except (ValueError, TypeError, RuntimeError):
        return difference(old, new) is None


def _attributes(thing: Any) -> dict[str, Any] | None:
    """What an object holds in `__dict__` and slots; None where it has neither, so that nothing can be said of it."""
    held: dict[str, Any] = dict(getattr(thing, "__dict__", {}))
    slots = [name for kind in type(thing).__mro__ for name in _slots(kind)]
    held.update({name: getattr(thing, name) for name in slots if hasattr(thing, name)})
    if hasattr(thing, "__dict__") or slots:
        return held
    return {} if type(thing) is object else None


def _slots(kind: type) -> tuple[str, ...]:
    slots = kind.__dict__.get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    return tuple(name for name in names if name not in ("__dict__", "__weakref__"))


def is_lock(thing: object) -> bool:
    """Whether an object is a lock, a condition or the like."""
    return isinstance(thing, threading.Condition) or (
        hasattr(type(thing), "acquire") and hasattr(type(thing), "release")
    )
