"""From names and objects to code: what a function is called, and where its Python lines are."""

from __future__ import annotations

import builtins
import functools
import inspect
import os
import sys
from pathlib import PurePath
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def plain_name(code: CodeType) -> str:
    """A function's qualified name as people write it: `Cls.method`, `outer.inner`; `<module>` for a cell or script itself."""
    if code.co_name == "<module>" or code.co_name.startswith("<cell line:"):
        return "<module>"
    return code.co_qualname.replace(".<locals>", "")


def nested(code: CodeType) -> Iterator[CodeType]:
    """A code object and all that are nested in it. Class bodies are looked into, and are not functions themselves."""
    pending = [code]
    while pending:
        found = pending.pop()
        pending.extend(constant for constant in found.co_consts if isinstance(constant, CodeType))
        if found.co_flags & inspect.CO_OPTIMIZED or plain_name(found) == "<module>":
            yield found


def words_of(code: CodeType | None) -> str:
    """The names that code speaks of, itself and what is nested in it."""
    found = [*nested(code)] if code is not None else []
    return " ".join(word for one in found for word in (one.co_name, *one.co_names, *one.co_varnames, *one.co_freevars))


def code_of(value: object, depth: int = 0) -> Iterator[CodeType]:
    """The code behind a function, however it is wrapped, or behind each method of a class; nothing where there is none in Python."""
    if depth > 20:
        return
    if isinstance(value, FunctionType):
        inner = getattr(value, "__wrapped__", None)
        yield value.__code__
        if inner is not None:
            yield from code_of(inner, depth + 1)
    elif isinstance(value, MethodType | staticmethod | classmethod):
        yield from code_of(value.__func__, depth + 1)
    elif isinstance(value, functools.partial):
        yield from code_of(value.func, depth + 1)
    elif isinstance(value, property):
        for part in (value.fget, value.fset, value.fdel):
            yield from code_of(part, depth + 1)
    elif isinstance(value, type):
        for member in vars(value).values():
            if not isinstance(member, type) or member.__qualname__.startswith(f"{value.__qualname__}."):
                yield from code_of(member, depth + 1)
    else:
        yield from _of_an_object(value, depth)


def _of_an_object(value: object, depth: int) -> Iterator[CodeType]:
    for name in ("__wrapped__", "func"):
        inner = inspect.getattr_static(value, name, None)
        if inner is not None:
            yield from code_of(inner, depth + 1)
            return
    call = inspect.getattr_static(type(value), "__call__", None)
    if isinstance(call, FunctionType):
        yield from code_of(call, depth + 1)


def resolve(name: str, names: Mapping[str, object]) -> object | None:
    """What a dotted name stands for, in a namespace, the built-in one or among the loaded modules; None where nothing does.

    Runs no property.
    """
    first, *rest = name.split(".")
    for space in (names, vars(builtins)):
        if first in space:
            return _inside(space[first], rest)
    parts = name.split(".")
    for size in range(len(parts) - 1, 0, -1):
        module = sys.modules.get(".".join(parts[:size]))
        if module is not None:
            return _inside(module, parts[size:])
    return None


def _inside(value: object, rest: list[str]) -> object | None:
    for name in rest:
        value = inspect.getattr_static(value, name, None)
        if value is None:
            return None
    return value


def is_module(file: str, module: str) -> bool:
    """Whether a file is a module, given by its path or dotted name, or lies in the loaded package of that name."""
    if not module or file == module:
        return bool(module)
    loaded = sys.modules.get(module)
    if loaded is not None:
        folders = [folder.rstrip("/\\") + os.sep for folder in getattr(loaded, "__path__", ())]
        return file == getattr(loaded, "__file__", None) or any(file.startswith(folder) for folder in folders)
    parts, wanted = PurePath(file).with_suffix("").parts, tuple(module.split("."))
    return wanted in (parts[-len(wanted) :], parts[-len(wanted) - 1 : -1] if parts[-1:] == ("__init__",) else ())
