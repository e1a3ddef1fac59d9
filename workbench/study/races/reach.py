"""Which code a function can come to, as far as names tell: functions and classes of the program itself, not of libraries."""

from __future__ import annotations

import dis
import functools
import inspect
import sysconfig
from dataclasses import dataclass, field, is_dataclass
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST = 400
"""Functions followed, at the most."""

FIXED = (ModuleType, FunctionType, BuiltinFunctionType, MethodType, type)
ATOMS = (int, float, complex, str, bytes, bool, type(None), range, frozenset)


@dataclass(slots=True)
class Reached:
    """The functions and classes met, the functools caches among them, and the names that were not followed, each with the reason."""

    functions: list[FunctionType] = field(default_factory=list)
    classes: list[type] = field(default_factory=list)
    caches: list[Any] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    cut: bool = False


def reach(function: Any, holders: Iterable[object] = ()) -> Reached:
    """Follow a function, and the methods of the `holders`' classes whose names the code met uses."""
    found, pending = Reached(), [function]
    used: set[str] = set()
    found.classes.extend(dict.fromkeys(kind for holder in holders for kind in type(holder).__mro__ if own(kind)))
    while pending:
        one = pending.pop()
        if hasattr(one, "cache_clear") and one not in found.caches:
            found.caches.append(one)
        plain = bare(one)
        if isinstance(plain, type):
            if plain not in found.classes and own(plain):
                found.classes.append(plain)
        elif isinstance(plain, FunctionType) and plain not in found.functions:
            found.cut = len(found.functions) >= MOST
            if found.cut:
                break
            found.functions.append(plain)
            pending.extend(_named(plain, found))
            used.update(name for code in codes(plain.__code__) for name in code.co_names)
        if not pending:
            pending = [
                one for kind in found.classes for one in _methods(kind, used) if bare(one) not in found.functions
            ]
    return found


def bare(one: Any) -> Any:
    """What lies under wrappers: bound methods, partials, `functools.wraps`, properties, static and class methods."""
    for _ in range(20):
        if isinstance(one, functools.partial):
            one = one.func
        elif isinstance(one, MethodType | staticmethod | classmethod):
            one = one.__func__
        elif isinstance(one, property | functools.cached_property):
            one = one.fget if isinstance(one, property) else one.func
        elif not isinstance(one, type) and hasattr(one, "__wrapped__"):
            one = inspect.unwrap(one)
        elif isinstance(one, type | FunctionType) or not isinstance(vars(type(one)).get("__call__"), FunctionType):
            return one
        else:
            one = vars(type(one))["__call__"]
    return one


def codes(code: CodeType) -> Iterator[CodeType]:
    """A code object and all those nested in it."""
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from codes(one)


def own(thing: Any) -> bool:
    """Whether a function or class is of the program itself: neither built in, nor of the standard library or an installed package."""
    if isinstance(thing, FunctionType):
        return _is_own(thing.__code__.co_filename)
    module = inspect.getmodule(thing)
    file = getattr(module, "__file__", None)
    return (
        isinstance(thing, type)
        and thing.__module__ != "builtins"
        and (_is_own(file) if file else module is None or _main(thing))
    )


def globals_of(function: FunctionType) -> Iterator[tuple[str, str]]:
    """(instruction, name) for each global variable that a function's code loads or stores."""
    for code in codes(function.__code__):
        for one in dis.get_instructions(code):
            if one.opname in ("LOAD_GLOBAL", "STORE_GLOBAL", "DELETE_GLOBAL", "LOAD_NAME"):
                yield one.opname, str(one.argval)


def _main(kind: type) -> bool:
    return kind.__module__ == "__main__"


def _is_own(file: str) -> bool:
    paths = sysconfig.get_paths()
    if file.startswith("<frozen"):
        return False
    inside = Path(file).is_relative_to
    return not any(inside(paths[key]) for key in ("stdlib", "platstdlib", "purelib", "platlib"))


def _methods(kind: type, used: set[str]) -> list[Any]:
    return [
        value
        for name, value in vars(kind).items()
        if (name in used or name.startswith("__")) and _written(kind, bare(value))
    ]


def _written(kind: type, method: Any) -> bool:
    """Whether a method is the program's own: not one that a dataclass got, which reads or sets the fields of its own object only."""
    if not isinstance(method, FunctionType) or not own(method):
        return False
    return not (is_dataclass(kind) and method.__code__.co_filename == "<string>")


def _named(function: FunctionType, found: Reached) -> list[Any]:
    """The functions and classes that a function's globals and closure name; libraries' are noted as not followed."""
    held = [function.__globals__[name] for _, name in globals_of(function) if name in function.__globals__]
    held.extend(content(cell) for cell in function.__closure__ or ())
    follow = []
    for value in held:
        plain = bare(value)
        if not isinstance(plain, type | FunctionType):
            continue
        if own(plain) or hasattr(value, "cache_clear"):
            follow.append(value)
        elif f"{plain.__module__}.{plain.__qualname__}" not in found.foreign and plain.__module__ != "builtins":
            found.foreign.append(f"{plain.__module__}.{plain.__qualname__}")
    return follow


def content(cell: Any) -> Any:
    """What a closure's cell holds; None while it is empty."""
    try:
        return cell.cell_contents
    except ValueError:
        return None
