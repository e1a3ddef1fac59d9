"""The one Python function whose calls are recorded: what is found behind wrappers, and which calls of its code are its own."""

from __future__ import annotations

import functools
import inspect
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from workbench.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


class NotRecordableError(UsageError):
    """Calls of this object cannot be recorded: no single Python function is behind it."""


def function_behind(value: object) -> FunctionType:
    """The outermost Python function of a function, however it is wrapped: its arguments are those that calls are recorded with.

    Of a bound method or a classmethod that is the function with `self` or `cls` as first argument; of a function decorated in Python,
    the wrapper. Raises NotRecordableError for classes, and for what has no Python code.
    """
    found: object = value
    for _ in range(20):
        if isinstance(found, FunctionType):
            return found
        if isinstance(found, type):
            raise NotRecordableError(
                f"{found.__qualname__} is a class, and calls are recorded of one function: name one of its methods, such as "
                f"{found.__qualname__}.__init__."
            )
        found = _one_step(found)
        if found is None:
            break
    name = getattr(value, "__qualname__", type(value).__qualname__)
    raise NotRecordableError(
        f"{name} has no Python code whose calls could be recorded: name a function written in Python."
    )


def _one_step(value: object) -> object | None:
    if isinstance(value, MethodType | staticmethod | classmethod):
        return value.__func__
    if isinstance(value, functools.partial | functools.partialmethod):
        inner: object = value.func
        return inner
    if isinstance(value, property):
        return value.fget
    for name in ("__wrapped__", "func"):
        inner = inspect.getattr_static(value, name, None)
        if inner is not None and not hasattr(type(inner), "__set__"):
            return inner
    call = inspect.getattr_static(type(value), "__call__", None)
    return call if isinstance(call, FunctionType) else None


def name_of(function: FunctionType) -> str:
    """`module:qualified.name`."""
    return f"{function.__module__}:{function.__qualname__}"


def is_own(function: FunctionType, values: Mapping[str, Any]) -> bool:
    """Whether a frame of the function's code, with these variables at its start, is a call of this very function.

    Closures that one `def` made share their code; they are told apart by the variables they close over.
    """
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            mine = cell.cell_contents
        except ValueError:
            if name in values:
                return False
            continue
        if name not in values or values[name] is not mine:
            return False
    return True


def cache_hits(value: object) -> int:
    """How often a cache of `functools` around a function has answered so far; -1 where there is none."""
    info = getattr(value, "cache_info", None)
    hits = getattr(info(), "hits", None) if isinstance(value, type(functools.lru_cache(len))) and info else None
    return hits if isinstance(hits, int) else -1


class Arguments:
    """Reads what a call of the function was made with from the variables of its frame at the start; defaults are filled in."""

    __slots__ = ("_keywords", "_more", "_names", "_rest")

    def __init__(self, function: FunctionType) -> None:
        code = function.__code__
        positional, last = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
        star, stars = bool(code.co_flags & inspect.CO_VARARGS), bool(code.co_flags & inspect.CO_VARKEYWORDS)
        self._names = code.co_varnames[:positional]
        self._keywords = code.co_varnames[positional:last]
        self._rest = code.co_varnames[last] if star else None
        self._more = code.co_varnames[last + star] if stars else None

    def of(self, values: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """`args` and `kwargs`."""
        args = tuple([values[name] for name in self._names])
        kwargs = {name: values[name] for name in self._keywords}
        if self._rest is not None:
            args += values[self._rest]
        if self._more is not None:
            kwargs.update(values[self._more])
        return args, kwargs
