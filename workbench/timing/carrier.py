"""How a function travels to other processes, and how it is told there that it is still the same one."""

from __future__ import annotations

import hashlib
import types
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from workbench.errors import WorkbenchError
from workbench.timing import pickling, unpicklable
from workbench.timing.sources import load_function
from workbench.timing.trees import tree_with

if TYPE_CHECKING:
    from collections.abc import Callable


class CarryError(WorkbenchError):
    """A function or an input cannot be brought to another process."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A function made ready for another process: `payload` are the bytes it loads from, or `reference` says where it is written;
    `fingerprint` tells whether what was loaded is what was meant."""

    name: str
    payload: bytes
    fingerprint: str
    reference: str = ""

    def load(self) -> Callable[..., Any]:
        """The function, in this process. Raises CarryError where it is another than was carried, and whatever its import raises."""
        function = load_function(self.reference) if self.reference else pickling.loads(self.payload)
        if fingerprint(function) != self.fingerprint:
            raise CarryError(
                f"{self.name} is another function in a fresh process than here: its module's file changed after it was imported. "
                "Reload the module, or restart, and compare again."
            )
        return cast("Callable[..., Any]", function)


def carry_reference(reference: str) -> tuple[Callable[..., Any], Carrier]:
    """The function that a reference (see `sources`) names, here, and as a carrier that runs its module anew elsewhere.

    Raises what `sources.load_function` does.
    """
    function = load_function(reference)
    return function, Carrier(name_of(function), b"", fingerprint(function), whole_reference(reference))


def whole_reference(reference: str) -> str:
    """The same reference from any folder."""
    folder, apart, rest = reference.rpartition("::")
    if apart:
        return f"{Path(folder).resolve()}::{rest}"
    where, _, name = reference.rpartition(":")
    return f"{Path(where).resolve()}:{name}" if where.endswith(".py") else reference


def carry(function: Callable[..., Any]) -> Carrier:
    """A function made ready to travel: by value where it lives in a notebook or a script, by name where it can be imported.

    Raises CarryError where it cannot.
    """
    name = name_of(function)
    tree = tree_with(function) if isinstance(function, types.FunctionType) else None
    if tree is not None:
        where = f"{tree.root}::{function.__module__}:{function.__qualname__}"
        return Carrier(name, b"", fingerprint(function), where)
    try:
        payload = pickling.dumps(function)
    except Exception as error:
        raise CarryError(f"{name} cannot be brought to another process: {unpicklable.why_not(function)}.") from error
    return Carrier(name, payload, fingerprint(function))


def name_of(function: Callable[..., Any]) -> str:
    """What people call a function: its qualified name without the places it was defined in."""
    named = function.func if isinstance(function, partial) else function
    return str(getattr(named, "__qualname__", type(named).__qualname__)).rpartition("<locals>.")[2]


def fingerprint(function: Callable[..., Any]) -> str:
    """A digest of a function's code, of all code within it, and of its defaults; not of names of files or numbers of lines."""
    digest = hashlib.sha256()
    code = _code_of(function)
    if code is None:
        digest.update(name_of(function).encode())
    else:
        _add(digest, code)
    return digest.hexdigest()


def copy_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function on a code object of its own, which the interpreter specialises for itself; the same object where it has none."""
    if not isinstance(function, types.FunctionType):
        return function
    twin = types.FunctionType(
        function.__code__.replace(),
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    twin.__kwdefaults__ = function.__kwdefaults__
    twin.__dict__.update(function.__dict__)
    return twin


def _code_of(function: Any) -> types.CodeType | None:
    while True:
        inner = getattr(function, "__wrapped__", None) or getattr(function, "__func__", None)
        if isinstance(function, partial):
            inner = function.func
        if inner is None or inner is function:
            break
        function = inner
    code = getattr(function, "__code__", None)
    if not isinstance(code, types.CodeType):
        code = getattr(vars(type(function)).get("__call__"), "__code__", None)
    return code if isinstance(code, types.CodeType) else None


def _add(digest: Any, code: types.CodeType) -> None:
    digest.update(code.co_code)
    digest.update(
        repr((code.co_names, code.co_varnames, code.co_argcount, code.co_kwonlyargcount, code.co_flags)).encode()
    )
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            _add(digest, constant)
        else:
            shown = sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant
            digest.update(repr((type(constant).__name__, shown)).encode())
