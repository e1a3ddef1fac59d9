"""What a function holds from call to call, and which of it calls have changed: globals, names it closes over, defaults, its object."""

from __future__ import annotations

import warnings
from collections import deque
from dataclasses import dataclass
from functools import partial
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from workbench.study.strict.compare import difference
from workbench.timing import pickling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LARGEST = 1 << 18
"""Bytes of a copy up to which a value's content is looked at; of a larger one, and of what cannot be copied, whether it is the same object,
and of a container how many items it has."""
_SIZED = (list, dict, set, deque, bytearray)
_CODE = (FunctionType, BuiltinFunctionType, ModuleType, type)


@dataclass(frozen=True, slots=True)
class _Seen:
    value: object
    size: int
    copy: bytes | None

    @classmethod
    def of(cls, value: object) -> _Seen:
        return cls(value, len(value) if isinstance(value, _SIZED) else 0, _copy(value))

    def became(self, now: _Seen, like: Callable[..., Any]) -> bool:
        """Whether it is another value now; `like` is as for `pickling.loads`. Only copies are compared, as that may use iterators up."""
        if self.size != now.size or (self.copy is None) != (now.copy is None):
            return True
        if self.copy is None or now.copy is None:
            return self.value is not now.value
        if self.copy == now.copy:
            return False
        found = difference(pickling.loads(self.copy, like), pickling.loads(now.copy, like))
        return found is not None and found.code != "B15"


class Held:
    """What `function` holds as it is now."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._seen = _all_of(function)

    def changed(self) -> list[str]:
        """The names of what is no longer as it was, in the order they are met."""
        seen, like = self._seen, self._function
        return [name for name, now in _all_of(like).items() if name not in seen or seen[name].became(now, like)]


def _all_of(function: Callable[..., Any]) -> dict[str, _Seen]:
    found = dict[str, _Seen]()
    for name, value in _walked(function):
        if name not in found:
            found[name] = _Seen.of(value)
    return found


def _walked(function: Callable[..., Any]) -> Iterator[tuple[str, object]]:
    """Names and values that a function holds, and those of functions and classes of its module that it names."""
    pending: list[Any] = [function]
    met, home = set[int](), function
    while isinstance(home, partial):
        home = home.func
    while pending:
        one = pending.pop(0)
        if id(one) in met:
            continue
        met.add(id(one))
        for name, value in _names(one):
            if not isinstance(value, _CODE):
                yield name, value
            elif getattr(value, "__module__", None) == getattr(home, "__module__", ""):
                pending.append(value)


def _names(one: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(one, FunctionType):
        yield from _names_of_function(one)
    elif isinstance(one, type):
        yield from ((f"{one.__qualname__}.{name}", value) for name, value in vars(one).items() if name[:2] != "__")
    elif isinstance(one, BuiltinFunctionType):
        yield "self", one.__self__
    elif isinstance(one, MethodType):
        yield from [("self", one.__self__), (one.__name__, one.__func__)]
    elif isinstance(one, partial):
        yield from [("what partial holds", (one.args, one.keywords)), ("what partial calls", one.func)]
    elif isinstance(inner := getattr(one, "__wrapped__", None), FunctionType):
        yield inner.__name__, inner
    elif not isinstance(one, _CODE):
        yield from [("self", one), ("__call__", vars(type(one)).get("__call__"))]


def _names_of_function(one: FunctionType) -> Iterator[tuple[str, Any]]:
    used = one.__globals__
    yield from ((name, used[name]) for name in _named(one.__code__) if name in used)
    for name, cell in zip(one.__code__.co_freevars, one.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:
            continue  # nothing was put into it yet
    defaults = (*(one.__defaults__ or ()), *(one.__kwdefaults__ or {}).values())
    yield from ((f"default {at + 1} of {one.__name__}", value) for at, value in enumerate(defaults))
    yield from ((f"{one.__name__}.{name}", value) for name, value in vars(one).items())


def _named(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _named(inner)


def _copy(value: object) -> bytes | None:
    """A value's copy; None where it would be too large, or there can be none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pickling.dumps(value, LARGEST)
    except Exception as error:
        if pickling.raised_by_signal(error):
            raise
        return None
