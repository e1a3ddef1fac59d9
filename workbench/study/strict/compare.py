"""Whether an old and a new result are the same, strictly: value, exact type, order, sharing, laziness."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from workbench.study.strict.arrays import ARRAYS
from workbench.study.strict.facts import CODES, Difference, Kind, Rules, Step
from workbench.study.strict.frames import frames
from workbench.study.strict.lazy import ITERATOR, LAZY, is_iterator
from workbench.study.strict.numeric import NUMBERS
from workbench.study.strict.objects import OBJECTS, object_kind
from workbench.study.strict.plain import CONTAINERS
from workbench.study.strict.scalars import CLASS, ENUM, SCALARS
from workbench.study.strict.walk import Walk
from workbench.study.strict.words import mro

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.study.strict.facts import Compare

__all__ = ["CODES", "Difference", "Rules", "Step", "Walk", "difference", "differences", "register"]

_KNOWN: dict[type, Kind] = {**NUMBERS, **SCALARS, **CONTAINERS, **LAZY, **OBJECTS, **ARRAYS}
_REGISTERED: dict[int, tuple[type, Kind]] = {}

_STRICT = Rules()


def difference(old: object, new: object, rules: Rules = _STRICT) -> Difference | None:
    """The first difference of two results, depth first and in reading order; None where they are the same.

    No `==` of a user's type is asked: objects are compared by their state, and where none can be seen the answer is a B15, unless the
    two are one object. Iterators are used up, as far as `rules.consume`. Besides that, user code runs only where a class in C hides its
    state (`__reduce_ex__`), and in `__repr__` for the text of a difference. Exceptions it raises become a B15.
    """
    return next(Walk(rules, _lookup).run(old, new), None)


def differences(old: object, new: object, rules: Rules = _STRICT, most: int = 20) -> tuple[Difference, ...]:
    """The first `most` differences, in the order in which `difference` would find them."""
    return tuple(islice(Walk(rules, _lookup).run(old, new), most))


def visit(thing: object, see: Callable[[object, Kind, str], None]) -> None:
    """Call `see(part, kind, path)` for a thing and all its parts, as often as they are held, but for plain atoms; runs no iterator."""
    for _ in Walk(_STRICT, _lookup, see).run(thing, thing):
        pass


def register(kind: type, compare: Compare) -> None:
    """Compare objects of `kind`, and of its subclasses that are not registered themselves, with `compare(old, new, walk)`.

    It is asked once the types are known to be the same. It yields `walk.differs(code, old, new, sentence, ".part")` for what it sees
    and `Step(old.part, new.part, ".part")` for each pair of parts that is to be compared in turn; nothing means: the same.
    """
    _REGISTERED[id(kind)] = (kind, Kind(compare, mutable=object_kind(kind).mutable))


def registered() -> tuple[tuple[type, Compare], ...]:
    """All that was registered in this process, for another one to register too."""
    return tuple((kind, known.compare) for kind, known in _REGISTERED.values())


@dataclass(frozen=True, slots=True)
class InWords:
    """A comparison from a function that says in a sentence how two objects of one type differ, "" where they are the same."""

    differs: Callable[[Any, Any], str]

    def __call__(self, old: object, new: object, walk: Walk) -> Iterator[Difference | Step]:
        """See `register`."""
        said = self.differs(old, new)
        if not isinstance(said, str):
            raise TypeError(
                f"a comparison returns a sentence, or an empty text where the two are the same, not {said!r}"
            )
        if said:
            yield walk.differs("B01", old, new, said)


def _lookup(cls: type) -> Kind:
    """How objects of a class are compared: the nearest base that is registered or known decides."""
    foreign = frames()
    if issubclass(type(cls), enum.EnumMeta) and id(cls) not in _REGISTERED:
        return ENUM
    for base in mro(cls):
        if id(base) in _REGISTERED:
            return _REGISTERED[id(base)][1]
        known = foreign.get(id(base)) or _BY_ID.get(id(base))
        if known is not None:
            return known
    if any(base is type for base in mro(cls)):
        return CLASS
    return ITERATOR if is_iterator(cls) else object_kind(cls)


_BY_ID = {id(kind): known for kind, known in _KNOWN.items()}
