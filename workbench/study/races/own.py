"""A function's own shared state, copied before each run and put back after the last: globals, closures, defaults, class attributes, and
the objects that calls have in common."""

from __future__ import annotations

import asyncio
import contextvars
import enum
import io
import pickle
import sys
import threading
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from workbench.study.races.equal import is_lock
from workbench.study.races.reach import ATOMS, FIXED, bare, globals_of, own, reach

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.model.calls import Call


class NotCopied(Exception):  # noqa: N818
    """State that cannot be copied, so that no run could begin afresh; says which and why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere the function's code keeps state: its name in words, and how to read and set it."""

    said: str
    read: Callable[[], Any]
    write: Callable[[Any], None]


@dataclass(slots=True)
class Fresh:
    """The state of one run: the function (bound anew, where it was bound) and its calls' arguments."""

    function: Callable[..., Any]
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]]


class OwnState:
    """The state of a function over some calls. Raises `NotCopied`."""

    def __init__(self, function: Callable[..., Any], calls: Sequence[Call]) -> None:
        self._function = function
        self._self = getattr(function, "__self__", None) if isinstance(function, MethodType) else None
        holders = [value for call in calls for value in (*call.args, *call.kwargs.values())]
        found = reach(function, [*holders, self._self] if self._self is not None else holders)
        self.caches = found.caches
        self.places = _places(found.functions, found.classes)
        self._before = [place.read() for place in self.places]
        arguments = [(call.args, call.kwargs) for call in calls]
        self._kept: list[Any] = []
        self._payload = self._copied([*zip((place.said for place in self.places), self._before)], arguments)

    def fresh(self) -> Fresh:
        """Put a new copy everywhere, and empty the functools caches."""
        values, owner, calls = _Loader(io.BytesIO(self._payload), self._kept).load()
        for place, value in zip(self.places, values):
            place.write(value)
        for cache in self.caches:
            cache.cache_clear()
        function = self._function
        if self._self is not None and not isinstance(self._self, type):
            function = MethodType(function.__func__, owner)  # type: ignore[attr-defined]
        return Fresh(function, calls)

    def look(self, state: Fresh) -> dict[str, Any]:
        """What is everywhere after a run, and the arguments, which calls may have changed."""
        seen = {place.said: place.read() for place in self.places}
        owner = getattr(state.function, "__self__", None)
        if owner is not None and not isinstance(owner, type):
            seen["self"] = owner
        seen["the arguments"] = [[*args, kwargs] if kwargs else list(args) for args, kwargs in state.calls]
        return seen

    def put_back(self) -> None:
        """Put back the very objects that were everywhere before."""
        for place, value in zip(self.places, self._before):
            place.write(value)

    def _copied(self, values: list[tuple[str, Any]], arguments: list[Any]) -> bytes:
        for said, value in (
            *values,
            ("self", self._self),
            *((f"the arguments of call {n + 1}", a) for n, a in enumerate(arguments)),
        ):
            try:
                _dump(value, [])
            except Exception as error:
                raise NotCopied(f"{said} cannot be copied for each run: {type(error).__name__}: {error}") from error
        return _dump(([value for _, value in values], self._self, arguments), self._kept)


def _dump(value: Any, kept: list[Any]) -> bytes:
    out = io.BytesIO()
    _Dumper(out, kept).dump(value)
    return out.getvalue()


class _Dumper(pickle.Pickler):
    """Pickles by value all but what has no copy that means anything: code, classes, locks, the standard streams."""

    def __init__(self, out: io.BytesIO, kept: list[Any]) -> None:
        super().__init__(out, 5)
        self._kept = kept

    def persistent_id(self, thing: Any) -> int | None:
        """A number in the list of what is kept, for what stays itself."""
        lock = is_lock(thing) and not _of_asyncio(thing)
        streams = (sys.stdin, sys.stdout, sys.stderr)
        stays = isinstance(thing, (*FIXED[:3], type, threading.local, contextvars.ContextVar)) or any(
            thing is one for one in streams
        )
        if not (lock or stays):
            return None
        self._kept.append(thing)
        return len(self._kept) - 1


class _Loader(pickle.Unpickler):
    def __init__(self, source: io.BytesIO, kept: list[Any]) -> None:
        super().__init__(source)
        self._kept = kept

    def persistent_load(self, pid: Any) -> Any:
        """What stayed itself."""
        return self._kept[pid]


def _of_asyncio(thing: object) -> bool:
    return type(thing).__module__.partition(".")[0] == asyncio.__name__


def _places(functions: list[FunctionType], classes: list[type]) -> list[Place]:
    found: dict[Any, Place] = {}
    for function in functions:
        if not own(function):
            continue
        held = function.__globals__
        for _, name in globals_of(function):
            if name in held and not isinstance(held[name], FIXED) and not isinstance(bare(held[name]), FIXED):
                found.setdefault((id(held), name), _global(held, name))
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
            if not _empty(cell) and not isinstance(bare(cell.cell_contents), FIXED):
                found.setdefault(id(cell), _cell(cell, f"`{name}` of the enclosing function"))
        for attribute in ("__defaults__", "__kwdefaults__"):
            if _changeable(getattr(function, attribute)):
                found.setdefault(
                    (id(function), attribute), _attribute(function, attribute, f"a default of {function.__qualname__}")
                )
    for kind in classes:
        for name, value in _held(kind):
            del value
            found.setdefault(
                (id(kind), name), _attribute(kind, name, f"the class attribute {kind.__qualname__}.{name}")
            )
    return list(found.values())


def _held(kind: type) -> list[tuple[str, Any]]:
    """A class's attributes that are data."""
    if isinstance(kind, enum.EnumMeta):
        return []
    return [
        (name, value)
        for name, value in vars(kind).items()
        if not name.startswith(("__", "_abc_")) and not hasattr(type(value), "__get__") and not isinstance(value, type)
    ]


def _changeable(value: Any) -> bool:
    parts = value.values() if isinstance(value, dict) else value or ()
    return any(not isinstance(part, (*ATOMS, *FIXED)) for part in parts)


def _empty(cell: Any) -> bool:
    try:
        return cell.cell_contents is cell
    except ValueError:
        return True


def _global(held: dict[str, Any], name: str) -> Place:
    return Place(f"the global `{name}`", lambda: held.get(name), lambda value: held.__setitem__(name, value))


def _cell(cell: Any, said: str) -> Place:
    return Place(said, lambda: cell.cell_contents, lambda value: setattr(cell, "cell_contents", value))


def _attribute(owner: Any, name: str, said: str) -> Place:
    return Place(said, lambda: getattr(owner, name), lambda value: setattr(owner, name, value))
