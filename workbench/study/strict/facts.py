"""What a comparison says and by which rules: the codes, a difference, the declared relaxations, a pair that is still to be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.study.strict.walk import Walk

    Compare = Callable[[Any, Any, Walk], Iterator["Difference | Step"]]
    """Compares two objects of one type: yields the differences it sees, and a `Step` for each pair of parts to be compared in turn."""

CODES: dict[str, str] = {
    "B01": "another value",
    "B02": "another type, or an array of another dtype",
    "B03": "the same items in another order",
    "B05": "other sharing inside the result: one mutable object where there were equal but distinct ones, or the other way round",
    "B07": "other laziness: an iterator where there was none, or the other way round, or another kind of iterator",
    "B13": "floating-point numbers that differ by a few units in the last place only",
    "B14": "another shape, length, index, or other columns, names, keys or attributes",
    "B15": "unknown: these cannot be compared",
    "B16": "an array in another memory order, or writeable where it was not, or the other way round",
}
"""What each code of a difference means."""

CONSUMED = 100_000
"""How many items of an iterator are compared unless `Rules.consume` says otherwise."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between an old and a new result.

    `code` is a key of `CODES`; `where` the path from the root ("" for the root itself), as `[3]['name'].items`, `{}` being any item of
    a set; `old` and `new` are short texts, of 200 characters at the most; `said` is one sentence.
    """

    code: str
    where: str
    old: str
    new: str
    said: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Declared relaxations; the defaults relax nothing.

    Floats, complex numbers and arrays of them are the same where `|old - new| <= max(absolute, relative * max(|old|, |new|))`.
    `unordered` accepts another order in dicts, lists, deques, views, iterators and one-dimensional arrays, not in tuples.
    `types=False` accepts numbers of another type or dtype, list for tuple, set for frozenset, one kind of dict for another, and a
    subclass for its class; never an iterator for a list.
    `ignore` are paths that are not looked at: `*` stands for one name or key (`[*].stamp`), `**` for anything.
    `consume` is how many items of an iterator are compared: longer ones, and infinite ones, are the same if they are so far.
    """

    relative: float = 0.0
    absolute: float = 0.0
    unordered: bool = False
    types: bool = True
    ignore: tuple[str, ...] = ()
    consume: int = CONSUMED

    @property
    def loose(self) -> bool:
        """Whether numbers that are not the same bit for bit may pass."""
        return self.tolerant or not self.types

    @property
    def tolerant(self) -> bool:
        """Whether floats need not be the same bit for bit."""
        return bool(self.relative or self.absolute)


class Step(NamedTuple):
    """A pair of parts to be compared, and what their path adds to that of the whole: `[3]`, `.name`."""

    old: Any
    new: Any
    at: str


@dataclass(frozen=True, slots=True)
class Kind:
    """How the objects of a type are compared.

    `mutable`: whether it is seen when two places hold one such object. `whole`: whether an object is the same as itself without a look
    at its parts. `family` names the kinds that `types=False` takes for one another, "" for none.
    """

    compare: Compare
    mutable: bool = True
    whole: bool = False
    family: str = ""


_QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""


def mask(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    """What matches the paths that `Rules.ignore` names; None where it names none."""
    if not patterns:
        return None
    forms = []
    for pattern in patterns:
        form = re.escape(pattern).replace(r"\[\*\]", rf"\[(?:{_QUOTED}|[^'\"\[\]])*\]")
        forms.append(re.sub(r"(?<!\\)((?:\\\*){2})", r".*", form).replace(r"\*", r"[^.\[\]{}]*"))
    return re.compile("|".join(f"(?:{form})" for form in forms), re.DOTALL)
