"""The domain of a function's inputs: the types and the structure that recorded calls and annotations span."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.study.inputs.hints import hints_of, kinds_of
from workbench.study.inputs.kinds import Kinds, spread
from workbench.study.inputs.learn import ITEMS, learn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.model.calls import Call

CALLS = 500
UNSURE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@dataclass(frozen=True, slots=True)
class Place:
    """One parameter: its name (`*rest`, `**options`; `argument 1` where the signature is not known), the kinds of its values, how many
    of the calls looked at gave it, and whether it is annotated."""

    name: str
    kinds: Kinds
    given: int
    annotated: bool


@dataclass(frozen=True, slots=True)
class Domain:
    """What was seen of a function's inputs, and what its annotations add. `calls` were given, `looked_at` so many of them; `notes` say what
    could not be known. A value lies inside where its type and structure were seen or annotated; its size, bounds and characters do not
    matter, since extreme values are what is to be tried."""

    function: str
    places: tuple[Place, ...]
    calls: int
    looked_at: int
    signature: inspect.Signature | None
    notes: tuple[str, ...] = ()

    def kinds(self, name: str) -> Kinds:
        """The kinds of a place by its name; none where there is no such place."""
        return next((place.kinds for place in self.places if place.name == name), Kinds())

    def holds(self, call: Call) -> bool:
        """Whether a call lies inside. It must fit the signature; of a container, the types of all items and the insides of some 2,000 are
        looked at."""
        if self.signature is not None and not _fits(self.signature, call):
            return False
        return all(self.kinds(name).holds(value, ITEMS) for name, value in named(call, self.signature))

    def describe(self) -> tuple[str, ...]:
        """One line for each parameter, in plain words, then the notes."""
        lines = []
        for place in self.places:
            words = place.kinds.words()
            if place.annotated:
                words += ", annotated" if place.given else ", only annotated"
            lines.append(f"{place.name}: {words}")
        return (*lines, *self.notes)


def seen(calls: Sequence[Call], function: Callable[..., Any]) -> Domain:
    """The domain that recorded calls of a function span, with what its annotations admit. At most 500 calls are looked at: all types of
    arguments among them, then evenly spread."""
    notes = []
    try:
        signature: inspect.Signature | None = inspect.signature(function)
    except (TypeError, ValueError):
        signature = None
        notes.append("the signature is not known: parameters are told apart by their position")
    hints, fault = hints_of(function)
    if fault:
        notes.append(fault)
    chosen = stratified(calls, CALLS)
    values: dict[str, list[Any]] = {}
    misfits = 0
    for call in chosen:
        misfits += signature is not None and not _fits(signature, call)
        for name, value in named(call, signature):
            values.setdefault(name, []).append(value)
    if misfits:
        notes.append(f"{misfits} of the calls do not fit the signature")
    if len(chosen) < len(calls):
        notes.append(f"{len(chosen)} of {len(calls):,} calls were looked at")
    places = tuple(_place(name, values.get(name, []), hints) for name in _names(signature, values))
    return Domain(
        getattr(function, "__qualname__", repr(function)), places, len(calls), len(chosen), signature, tuple(notes)
    )


def named(call: Call, signature: inspect.Signature | None) -> list[tuple[str, Any]]:
    """Each argument of a call with the name of its parameter, in order: those of `*rest` all under that name, those of `**options` as
    `**options[key]`."""
    positional, rest, options = _forms(signature)
    found = [
        (positional[index] if index < len(positional) else rest or f"argument {index + 1}", value)
        for index, value in enumerate(call.args)
    ]
    for name, value in call.kwargs.items():
        known = signature is None or (name in signature.parameters and signature.parameters[name].kind not in UNSURE)
        found.append((name if known or not options else f"{options}[{name}]", value))
    return found


def stratified(calls: Sequence[Call], limit: int) -> list[Call]:
    """At most `limit` of the calls, in their order: the first ones of each combination of argument types, then evenly spread."""
    if len(calls) <= limit:
        return list(calls)
    first: dict[Any, int] = {}
    for index, call in enumerate(calls):
        shape = (*map(type, call.args), *((name, type(value)) for name, value in call.kwargs.items()))
        first.setdefault(shape, index)
    chosen = set(list(first.values())[:limit])
    others = [index for index in range(len(calls)) if index not in chosen]
    chosen.update(spread(others, limit - len(chosen)) if len(chosen) < limit else [])
    return [calls[index] for index in sorted(chosen)]


def _forms(signature: inspect.Signature | None) -> tuple[list[str], str, str]:
    """The names of the positional parameters, `*rest` and `**options`."""
    parameters = signature.parameters.values() if signature is not None else ()
    positional = [one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    rest = next((f"*{one.name}" for one in parameters if one.kind is one.VAR_POSITIONAL), "")
    options = next((f"**{one.name}" for one in parameters if one.kind is one.VAR_KEYWORD), "")
    return positional, rest, options


def _fits(signature: inspect.Signature, call: Call) -> bool:
    try:
        signature.bind(*call.args, **call.kwargs)
    except TypeError:
        return False
    return True


def _names(signature: inspect.Signature | None, values: dict[str, list[Any]]) -> list[str]:
    """The places in the signature's order, then those that calls have beyond it."""
    names: list[str] = []
    for one in signature.parameters.values() if signature is not None else ():
        if one.kind is one.VAR_KEYWORD:
            names.extend(name for name in values if name.startswith(f"**{one.name}["))
        else:
            names.append(f"*{one.name}" if one.kind is one.VAR_POSITIONAL else one.name)
    return list(dict.fromkeys([*names, *values]))


def _place(name: str, values: list[Any], hints: dict[str, Any]) -> Place:
    bare = name.lstrip("*").split("[")[0]
    annotated = kinds_of(hints[bare]) if bare in hints else Kinds()
    return Place(name, learn(values).joined(annotated), len(values), bool(annotated.of))
