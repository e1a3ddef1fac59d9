"""Where calls can be changed: the places of recorded calls, grouped by parameter, structure and type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.study.inputs.containers import Keyed, Mapping, Record, Several
from workbench.study.inputs.domain import named
from workbench.study.inputs.grids import array_variants, frame_variants
from workbench.study.inputs.kinds import Chosen
from workbench.study.inputs.learn import DEEPEST, MOMENTS, NUMBERS, SETS
from workbench.study.inputs.paths import child, inner
from workbench.study.inputs.tables import is_frame
from workbench.study.inputs.texts import text_variants
from workbench.study.inputs.variants import (
    OUTSIDE,
    RESIZING,
    Variant,
    constant,
    is_mapping,
    is_sequence,
    mapping_variants,
    moment_variants,
    number_variants,
    other_variants,
    sequence_variants,
    set_variants,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from workbench.model.calls import Call
    from workbench.study.inputs.domain import Domain
    from workbench.study.inputs.kinds import Kind, Kinds
    from workbench.study.inputs.paths import Path

PER_CALL = 120
FIELDS = 32


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the call numbered `origin`: the path to it, how it reads (`rows[2]['name']`), its group, which is the same for all
    items of a container, its kind and its number of items."""

    origin: int
    path: Path
    words: str
    group: str
    kind: Kind | None
    size: int


def spots_of(origin: int, call: Call, domain: Domain, random: Random) -> Iterator[tuple[Spot, type]]:
    """Places of one call, with the type of the value there: every argument, of containers some items, down to six deep; 120 at the most."""
    pending: list[tuple[Any, Kinds, Path, str, str]] = []
    for index, (name, value) in enumerate(named(call, domain.signature)):
        pending.append((value, domain.kinds(name), (("argument", index),), name.lstrip("*"), name))
    count = 0
    while pending and count < PER_CALL:
        value, kinds, path, words, group = pending.pop(0)
        count += 1
        yield Spot(origin, path, words, group, kinds.kind(value), size_of(value)), type(value)
        if len(path) <= DEEPEST:
            pending.extend(_below(value, kinds, path, words, group, random))


def _below(
    value: Any, kinds: Kinds, path: Path, words: str, group: str, random: Random
) -> Iterator[tuple[Any, Kinds, Path, str, str]]:
    kind = kinds.kind(value)
    if isinstance(kind, Several):
        name, marks = ("member", "{}") if type(value) in SETS else ("item", "[]")
        steps = [((name, index), f"{words}[{index}]", f"{group}{marks}") for index in _few(len(value), random)]
    elif isinstance(kind, Record):
        steps = [
            (("item", index), f"{words}[{index}]", f"{group}[{index}]") for index in range(min(len(value), FIELDS))
        ]
    elif isinstance(kind, Keyed):
        names = list(value)[:FIELDS]
        steps = [(("value", index), f"{words}[{name!a}]", f"{group}[{name!a}]") for index, name in enumerate(names)]
    elif isinstance(kind, Mapping):
        chosen = _few(len(value), random)
        steps = [(("value", index), f"value {index} of {words}", f"{group}[key]") for index in chosen]
        steps += [(("key", index), f"key {index} of {words}", f"{group} key") for index in chosen[:2]]
    else:
        return
    for step, its_words, its_group in steps:
        yield child(value, step), inner(kind, step, value), (*path, step), its_words, its_group


def _few(count: int, random: Random) -> list[int]:
    if count <= 3:
        return list(range(count))
    return sorted({0, count - 1, random.randrange(1, count - 1)})


def variants_for(own: type, kind: Kind | None) -> list[Variant]:
    """All changes for values of a type; those that mostly leave the domain last."""
    if isinstance(kind, Chosen):
        return [*(constant("other choice", one) for one in kind.values), *other_variants(own)]
    return [*_variants(own), *other_variants(own)]


def leaves(family: str, kind: Kind | None) -> bool:
    """Whether changes of a family mostly leave the domain: other types, and other members of a record."""
    return family in OUTSIDE or (family in RESIZING and isinstance(kind, Record | Keyed))


def _variants(own: type) -> list[Variant]:
    found: list[Variant] = []
    if is_sequence(own):
        found = sequence_variants()
    elif own in SETS:
        found = set_variants()
    elif is_mapping(own):
        found = mapping_variants()
    elif own is bool:
        found = [Variant("other choice", "negated", lambda value, _: not value)]
    elif own in NUMBERS or (issubclass(own, np.number) and own.__module__ == "numpy"):
        found = number_variants(own)
    elif own in MOMENTS:
        found = moment_variants(own)
    elif own in (str, bytes, bytearray):
        found = text_variants(own)
    elif own is np.ndarray:
        found = array_variants()
    elif own.__module__.split(".")[0] == "pandas" and own.__name__ in ("DataFrame", "Series"):
        found = frame_variants()
    return found


def size_of(value: Any) -> int:
    """How many items a value has: rows of arrays and frames, characters of text, 0 for what has none."""
    own = type(value)
    if own is np.ndarray:
        return len(value) if value.ndim else 0
    sized = is_sequence(own) or is_mapping(own) or own in SETS or own in (str, bytes, bytearray) or is_frame(value)
    return len(value) if sized else 0
