"""What can be seen of an object without asking it: its `__dict__` and its slots, through all its classes."""

from __future__ import annotations

from types import GetSetDescriptorType, MemberDescriptorType
from typing import TYPE_CHECKING, Any

from workbench.study.strict.facts import Step
from workbench.study.strict.words import class_dict, mro, type_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.study.strict.facts import Compare, Difference
    from workbench.study.strict.walk import Walk

_POINTER = 8


def slots(cls: type, below: type = object) -> list[tuple[str, Any]]:
    """Names and descriptors of the slots that a class and its bases define, but for those of `below`."""
    skipped = {id(base) for base in mro(below)}
    found: dict[str, Any] = {}
    for base in mro(cls):
        if id(base) not in skipped:
            for name, member in class_dict(base).items():
                if type(member) is MemberDescriptorType:
                    found[name if name not in found else f"{type_name(base)}.{name}"] = member
    return list(found.items())


def instance_dict(thing: object) -> dict[str, Any]:
    """The `__dict__` of an object, or an empty one, whatever its class says that `__dict__` is."""
    for base in mro(type(thing)):
        member = class_dict(base).get("__dict__")
        if type(member) is GetSetDescriptorType:
            try:
                own = member.__get__(thing)
            except (AttributeError, TypeError):
                continue
            return own if isinstance(own, dict) else {}
    return {}


def state(thing: object, below: type = object) -> dict[str, Any]:
    """Attributes and filled slots by name; `below` is the built-in base whose content is compared otherwise."""
    found = {str(name): value for name, value in instance_dict(thing).items()}
    for name, member in slots(type(thing), below):
        try:
            value = member.__get__(thing)
        except AttributeError:
            continue
        found.setdefault(name, value)
    return found


def has_hidden_state(cls: type) -> bool:
    """Whether objects of a class hold more memory than their `__dict__`, slots and weak references account for, as copyreg asks it."""
    parts = len(slots(cls)) + (cls.__dictoffset__ > 0) + (cls.__weakrefoffset__ > 0)
    return cls.__itemsize__ != 0 or cls.__basicsize__ > object.__basicsize__ + _POINTER * parts


def by_parts(*names: str) -> Compare:
    """A comparison of the attributes with these names, and of nothing else."""

    def compare(old: Any, new: Any, _walk: Walk) -> Iterator[Difference | Step]:
        for name in names:
            yield Step(getattr(old, name), getattr(new, name), f".{name}")

    return compare


def attributes(old: object, new: object, walk: Walk, below: type = object) -> Iterator[Difference | Step]:
    """Compare what can be seen of two objects, by name; the order of attributes does not count."""
    if type(old) is below and type(new) is below:
        return
    mine, theirs = state(old, below), state(new, below)
    for name, value in mine.items():
        if name in theirs:
            yield Step(value, theirs[name], f".{name}")
        else:
            yield walk.differs("B14", old, new, f"The attribute {name!r} is gone.", f".{name}")
    for name in theirs:
        if name not in mine:
            yield walk.differs("B14", old, new, f"The attribute {name!r} is new.", f".{name}")
