"""From annotations to kinds: what a parameter's type hint admits."""

from __future__ import annotations

import collections
import collections.abc
import dataclasses
import datetime as dt
import enum
import pathlib
import types
import typing
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.study.inputs.containers import Keyed, Mapping, Record, Several
from workbench.study.inputs.kinds import Chosen, Kinds, Numeric, Text, Typed
from workbench.study.inputs.learn import DEEPEST, MAPPINGS, MOMENTS, NUMBERS, SEQUENCES, SETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.study.inputs.kinds import Kind

_ABSTRACT: dict[Any, tuple[type, ...]] = {
    collections.abc.Sequence: (list, tuple),
    collections.abc.MutableSequence: (list,),
    collections.abc.Collection: (list, tuple),
    collections.abc.Iterable: (list, tuple),
    collections.abc.Reversible: (list, tuple),
    collections.abc.Set: (set, frozenset),
    collections.abc.MutableSet: (set,),
}


def hints_of(function: Callable[..., Any]) -> tuple[dict[str, Any], str]:
    """The type hints of a function's parameters, and what was wrong with them ("" where nothing)."""
    try:
        hints = typing.get_type_hints(function, include_extras=True)
        faults: list[str] = []
    except Exception:  # noqa: BLE001 - annotations are the user's code and may raise anything: each is tried alone
        hints, faults = _one_by_one(function)
    hints.pop("return", None)
    return hints, f"some annotations could not be read: {'; '.join(faults)}" if faults else ""


def _one_by_one(function: Callable[..., Any]) -> tuple[dict[str, Any], list[str]]:
    hints: dict[str, Any] = {}
    faults = []
    try:
        annotations = dict(getattr(function, "__annotations__", {}))
    except Exception as error:  # noqa: BLE001 - evaluated when asked for on newer Pythons
        return {}, [f"{type(error).__name__}: {error}"]
    names = getattr(function, "__globals__", {})
    for name, annotation in annotations.items():
        holder = types.SimpleNamespace(__annotations__={name: annotation})
        try:
            hints |= typing.get_type_hints(holder, globalns=names, include_extras=True)
        except Exception as error:  # noqa: BLE001 - as in `hints_of`
            faults.append(f"{name} ({type(error).__name__}: {error})")
    return hints, faults


def kinds_of(hint: Any, depth: int = 0) -> Kinds:
    """The kinds that a type hint admits; none where it says nothing (Any, object, a Protocol) or is not understood."""
    if depth > DEEPEST:
        return Kinds()
    if isinstance(hint, typing.TypeVar):
        options = hint.__constraints__ or ((hint.__bound__,) if hint.__bound__ is not None else ())
        return _union(options, depth)
    if hasattr(typing, "TypeAliasType") and isinstance(hint, typing.TypeAliasType):
        return kinds_of(hint.__value__, depth + 1)
    if isinstance(hint, typing.NewType):
        return kinds_of(hint.__supertype__, depth)
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Annotated, typing.Final, typing.Required, typing.NotRequired):
        return kinds_of(args[0], depth)
    if origin in (typing.Union, types.UnionType):
        return _union(args, depth)
    if origin is typing.Literal:
        by_type: dict[type, list[Any]] = {}
        for value in args:
            by_type.setdefault(type(value), []).append(value)
        return Kinds(tuple(Chosen(own, tuple(values)) for own, values in by_type.items()))
    if typing.is_typeddict(hint):
        return Kinds((_typed_dict(hint, depth),))
    return Kinds(tuple(_concrete(origin or hint, args, depth)))


def _union(options: tuple[Any, ...], depth: int) -> Kinds:
    found = Kinds()
    for option in options:
        found = found.joined(kinds_of(option, depth))
    return found


def _typed_dict(hint: Any, depth: int) -> Kind:
    try:
        hints = typing.get_type_hints(hint)
    except Exception:  # noqa: BLE001 - as in `hints_of`; its fields are then unknown
        hints = {}
    fields = tuple((name, kinds_of(inner, depth + 1)) for name, inner in hints.items())
    return Keyed(dict, fields, frozenset(hint.__optional_keys__))


def _concrete(own: Any, args: tuple[Any, ...], depth: int) -> list[Kind]:
    if own is None or own is type(None):
        return [Typed(type(None))]
    if own in _ABSTRACT:
        inner = kinds_of(args[0], depth + 1) if args else Kinds()
        text: list[Kind] = [Text(str)] if args == (str,) else []
        return [*(Several(one, inner) for one in _ABSTRACT[own]), *text]
    if own in (collections.abc.Mapping, collections.abc.MutableMapping):
        own = dict
    if not isinstance(own, type) or own in (object, np.ndarray):
        return []
    if own is tuple and args and args[-1] is not Ellipsis:
        return [Record(tuple, tuple(kinds_of(arg, depth + 1) for arg in args))]
    if own in SEQUENCES or own in SETS:
        return [Several(own, kinds_of(args[0], depth + 1) if args else Kinds())]
    if own in MAPPINGS:
        keys = kinds_of(args[0], depth + 1) if args else Kinds()
        values = (
            kinds_of(args[1], depth + 1)
            if len(args) > 1
            else Kinds((Numeric(int),) if own is collections.Counter else ())
        )
        return [Mapping(own, keys, values)]
    return _single(own)


def _single(own: type) -> list[Kind]:
    if own is bool:
        return [Typed(bool)]
    if own is float:
        return [Numeric(float), Numeric(int)]
    if own is complex:
        return [Numeric(complex), Numeric(float), Numeric(int)]
    if own in (dt.datetime, dt.time):
        return [Numeric(own)]
    if own in NUMBERS or own in MOMENTS or (issubclass(own, np.number) and own.__module__ == "numpy"):
        return [Numeric(own)]
    if own in (str, bytes, bytearray):
        return [Text(own)]
    if issubclass(own, enum.Enum) and not issubclass(own, enum.Flag):
        return [Chosen(own, tuple(own))]
    if own is pathlib.Path or dataclasses.is_dataclass(own):
        return [Typed(type(pathlib.Path()) if own is pathlib.Path else own, "kept as it is")]
    return []
