"""Kinds of values: what was seen or annotated at one place of a call, one kind for each type."""

from __future__ import annotations

import datetime as dt
import enum
import math
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

T = TypeVar("T")
AWARE = "aware"
ENOUGH_WORDS = 6


class Kind(Protocol):
    """What is known of the values of one type at one place."""

    @property
    def key(self) -> Hashable:
        """What `key_of` gives for the values of this kind: their type, with the time zone's presence where there may be one."""
        ...

    @property
    def plain(self) -> bool:
        """Whether every value of the type is of this kind, so that the type need only be looked at."""
        ...

    def holds(self, value: Any, limit: int) -> bool:
        """Whether a value with this kind's key belongs to it; at most `limit` items of a container are looked at."""
        ...

    def joined(self, other: Any) -> Kind:
        """The kind of the values of both; `other` has the same key."""
        ...

    def words(self) -> str:
        """The kind in plain words."""
        ...


@dataclass(frozen=True, slots=True)
class Kinds:
    """All kinds at one place, one for each key, ordered by first sight. Empty: nothing is known, and nothing lies inside."""

    of: tuple[Kind, ...] = ()

    def kind(self, value: Any) -> Kind | None:
        """The kind of a value's type, or None where that type was never seen nor annotated."""
        key = key_of(value)
        return next((kind for kind in self.of if kind.key == key), None)

    def holds(self, value: Any, limit: int = 2000) -> bool:
        """Whether a value lies among what was seen or annotated."""
        kind = self.kind(value)
        return kind is not None and (kind.plain or kind.holds(value, limit))

    def hold_all(self, values: Iterable[Any], limit: int) -> bool:
        """Whether all values do; types are told apart for all of them, the insides of a few."""
        values = list(values)
        for group in by_key(values).values():
            kind = self.kind(group[0])
            if kind is None:
                return False
            if not kind.plain and not all(kind.holds(value, max(limit // 20, 4)) for value in spread(group, limit)):
                return False
        return True

    def joined(self, other: Kinds) -> Kinds:
        """What either knows."""
        theirs = {kind.key: kind for kind in other.of}
        mine = [_joined(kind, theirs.pop(kind.key)) if kind.key in theirs else kind for kind in self.of]
        return Kinds((*mine, *theirs.values()))

    def words(self) -> str:
        """The kinds in plain words: `int, 0 to 9, or None`."""
        if not self.of:
            return "nothing known"
        return " or ".join(kind.words() for kind in self.of[:ENOUGH_WORDS]) + (
            f" or {len(self.of) - ENOUGH_WORDS} more" if len(self.of) > ENOUGH_WORDS else ""
        )


@dataclass(frozen=True, slots=True)
class Typed:
    """Values that are told apart by type alone: None, bool, bytes-like, Decimal, Path, callables, and whatever else is kept as it is."""

    type: type
    note: str = ""
    plain: bool = True

    @property
    def key(self) -> Hashable:
        """The type."""
        return self.type

    def holds(self, value: Any, limit: int) -> bool:  # noqa: ARG002 - the protocol's
        """Every value of the type."""
        return type(value) is self.type

    def joined(self, other: Kind) -> Kind:
        """The same kind, or the one that knows more."""
        return self if isinstance(other, Typed) and self.note else other

    def words(self) -> str:
        """The type's name."""
        name = "None" if self.type is type(None) else self.type.__name__
        return f"{name} ({self.note})" if self.note else name


@dataclass(frozen=True, slots=True)
class Numeric:
    """Numbers of one type (int, float, Decimal, a numpy scalar, a date, ...). `low` to `high` is what was seen, None where only annotated;
    `special` which of NaN and inf were, `few` all values seen, where there are few. Extreme values are inside."""

    type: type
    low: Any = None
    high: Any = None
    special: tuple[str, ...] = ()
    aware: bool = False
    few: tuple[Any, ...] = ()
    plain: bool = True

    @property
    def key(self) -> Hashable:
        """The type; for times, whether they have a time zone too."""
        return (self.type, AWARE) if self.aware else self.type

    def holds(self, value: Any, limit: int) -> bool:  # noqa: ARG002 - the protocol's
        """Every value of the type."""
        return key_of(value) == self.key

    def joined(self, other: Numeric) -> Numeric:
        """The wider bounds."""
        lows = [one for one in (self.low, other.low) if one is not None]
        highs = [one for one in (self.high, other.high) if one is not None]
        special = tuple(dict.fromkeys((*self.special, *other.special)))
        return replace(self, low=min(lows, default=None), high=max(highs, default=None), special=special, few=())

    def words(self) -> str:
        """`int, 0 to 9`."""
        parts = [self.type.__name__ + (" with time zone" if self.aware else "")]
        if self.low is not None:
            parts.append(f"{_number(self.low)} to {_number(self.high)}" if self.low != self.high else _number(self.low))
        return ", ".join([*parts, *self.special])


@dataclass(frozen=True, slots=True)
class Text:
    """Strings and bytes: lengths and alphabets seen; None where only annotated. `few`: all values seen, where there are few."""

    type: type
    shortest: int | None = None
    longest: int | None = None
    alphabets: tuple[str, ...] = ()
    few: tuple[Any, ...] = ()
    plain: bool = True

    @property
    def key(self) -> Hashable:
        """The type."""
        return self.type

    def holds(self, value: Any, limit: int) -> bool:  # noqa: ARG002 - the protocol's
        """Every value of the type: other characters and lengths are inside."""
        return type(value) is self.type

    def joined(self, other: Text) -> Text:
        """The wider lengths, all alphabets."""
        shortest, longest = bounds(self.shortest, other.shortest), bounds(self.longest, other.longest)
        alphabets = tuple(name for name in ALPHABETS if name in {*self.alphabets, *other.alphabets})
        return Text(self.type, shortest[0], longest[1], alphabets)

    def words(self) -> str:
        """`str, 0 to 4,312 characters, ASCII letters and digits`."""
        parts = [self.type.__name__]
        if self.shortest is not None and self.longest is not None:
            parts.append(lengths(self.shortest, self.longest, "character" if self.type is str else "byte"))
        if self.alphabets:
            parts.append(" and ".join(", ".join(self.alphabets).rsplit(", ", 1)))
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Chosen:
    """One of a few values: the words of a `Literal`, or the members of an Enum."""

    type: type
    values: tuple[Any, ...]
    plain: bool = False

    @property
    def key(self) -> Hashable:
        """The type."""
        return self.type

    def holds(self, value: Any, limit: int) -> bool:  # noqa: ARG002 - the protocol's
        """Only the values themselves."""
        return any(type(value) is type(one) and value == one for one in self.values)

    def joined(self, other: Kind) -> Kind:
        """More values to choose from, or, where others than these were seen, what was seen."""
        if isinstance(other, Numeric | Text):
            return self if other.few and all(self.holds(one, 0) for one in other.few) else other
        if not isinstance(other, Chosen):
            return self
        return Chosen(self.type, (*self.values, *(one for one in other.values if not self.holds(one, 0))))

    def words(self) -> str:
        """`one of 'a', 'b'`."""
        shown = ", ".join(repr(one) if not isinstance(one, enum.Enum) else str(one) for one in self.values[:8])
        return f"one of {shown}" + (", ..." if len(self.values) > 8 else "")


def _joined(mine: Kind, theirs: Kind) -> Kind:
    if isinstance(theirs, Chosen) and not isinstance(mine, Chosen):
        return theirs.joined(mine)
    return mine.joined(theirs)


ALPHABETS = (
    "ASCII letters",
    "digits",
    "spaces",
    "line ends",
    "punctuation",
    "control characters",
    "other letters",
    "other characters",
)


def alphabets(text: str) -> tuple[str, ...]:
    """Which of `ALPHABETS` occur in a text, of which at most 20,000 characters are looked at."""
    characters = set(text if len(text) <= 20_000 else text[:10_000] + text[-10_000:])
    found = {_alphabet(character) for character in characters}
    return tuple(name for name in ALPHABETS if name in found)


def _alphabet(character: str) -> str:
    if character in "\r\n":
        return "line ends"
    if character in " \t":
        return "spaces"
    if character.isascii():
        if character.isalpha():
            return "ASCII letters"
        if character.isdigit():
            return "digits"
        return "punctuation" if character.isprintable() else "control characters"
    return "other letters" if character.isalpha() else "other characters"


def key_of(value: Any) -> Hashable:
    """By what kinds are told apart: the exact type, and for times whether they have a time zone."""
    own: type = type(value)
    if own in (dt.datetime, dt.time) and value.tzinfo is not None:
        return (own, AWARE)
    return own


def by_key(values: list[Any]) -> dict[Hashable, list[Any]]:
    """Values grouped by `key_of`, in order of first sight."""
    types = dict.fromkeys(map(type, values))
    if len(types) == 1 and not types.keys() & {dt.datetime, dt.time}:
        return {next(iter(types)): values}
    groups: dict[Hashable, list[Any]] = {}
    for value in values:
        groups.setdefault(key_of(value), []).append(value)
    return groups


def spread(values: list[T], limit: int) -> list[T]:
    """At most `limit` of the values, evenly spread, the first and last among them."""
    if len(values) <= limit:
        return values
    return [values[round(index * (len(values) - 1) / max(limit - 1, 1))] for index in range(limit)]


def bounds(first: int | None, second: int | None) -> tuple[int | None, int | None]:
    """The smaller and the larger of two numbers, either of which may be missing."""
    known = [one for one in (first, second) if one is not None]
    return min(known, default=None), max(known, default=None)


def lengths(shortest: int, longest: int, unit: str) -> str:
    """`3 to 1,200 items`."""
    plural = "" if shortest == longest == 1 else "s"
    return f"{shortest:,} {unit}{plural}" if shortest == longest else f"{shortest:,} to {longest:,} {unit}{plural}"


def special_of(values: list[Any]) -> tuple[str, ...]:
    """Which of NaN and inf are among floats."""
    nan = any(value != value for value in values)  # noqa: PLR0124 - true of NaN only
    inf = any(math.isinf(value) for value in values)
    return (*(("NaN",) if nan else ()), *(("inf",) if inf else ()))


def pandas() -> Any:
    """The pandas module, where somebody has imported it; None elsewhere, and then no value is of pandas."""
    return sys.modules.get("pandas")


def _number(value: Any) -> str:
    if type(value) is int and abs(value) < 10**30:
        return f"{value:,}"
    if type(value) is int:
        return f"{'-' * (value < 0)}2**{abs(value).bit_length() - 1} or so"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
