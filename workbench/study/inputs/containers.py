"""Kinds of containers: any number of items, a fixed number of members, mappings, and dicts with fixed keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.study.inputs.kinds import Kinds, bounds, by_key, lengths

if TYPE_CHECKING:
    from collections.abc import Hashable

    from workbench.study.inputs.kinds import Kind


@dataclass(frozen=True, slots=True)
class Several:
    """Lists, tuples, deques and sets of any number of items. `mixed`: items of more than one type were seen in one of them, or annotated;
    else a list of ints is inside and one of strs is, but not one of both."""

    type: type
    items: Kinds
    shortest: int | None = None
    longest: int | None = None
    mixed: bool = True
    plain: bool = False

    @property
    def key(self) -> Hashable:
        """The type."""
        return self.type

    def holds(self, value: Any, limit: int) -> bool:
        """All items are of the kinds seen, and as mixed as seen."""
        return self.fits(value) and self.items.hold_all(value, limit)

    def fits(self, value: Any) -> bool:
        """Whether the items are as mixed as seen; their kinds are not looked at."""
        return self.mixed or len(by_key(list(value))) <= 1

    def joined(self, other: Kind) -> Kind:
        """The kind of the items of both."""
        if isinstance(other, Record):
            other = other.loosened()
        if not isinstance(other, Several):
            return self
        shortest, longest = bounds(self.shortest, other.shortest), bounds(self.longest, other.longest)
        mixed = (self.mixed and bool(self.items.of)) or (other.mixed and bool(other.items.of))
        return Several(self.type, self.items.joined(other.items), shortest[0], longest[1], mixed)

    def words(self) -> str:
        """`list of 0 to 9 items: int, 1 to 5`."""
        number = "any number of items"
        if self.shortest is not None and self.longest is not None:
            number = lengths(self.shortest, self.longest, "item")
        return f"{self.type.__name__} of {number}" + (f": {self.items.words()}" if self.items.of else "")


@dataclass(frozen=True, slots=True)
class Record:
    """Tuples, named tuples and short lists that always have the same number of members, each with kinds of its own."""

    type: type
    members: tuple[Kinds, ...]
    plain: bool = False

    @property
    def key(self) -> Hashable:
        """The type."""
        return self.type

    def holds(self, value: Any, limit: int) -> bool:
        """As many members as seen, each of its kinds."""
        return self.fits(value) and all(
            kinds.holds(one, max(limit // 4, 4)) for kinds, one in zip(self.members, value, strict=True)
        )

    def fits(self, value: Any) -> bool:
        """Whether there are as many members as seen."""
        return len(value) == len(self.members)

    def loosened(self) -> Several:
        """The same members as items of any number."""
        items = Kinds()
        for member in self.members:
            items = items.joined(member)
        return Several(self.type, items, len(self.members), len(self.members), mixed=len(items.of) > 1)

    def joined(self, other: Kind) -> Kind:
        """Member by member where there are equally many; else items of any number."""
        if isinstance(other, Record) and len(other.members) == len(self.members):
            members = tuple(mine.joined(theirs) for mine, theirs in zip(self.members, other.members, strict=True))
            return Record(self.type, members)
        return self.loosened().joined(other)

    def words(self) -> str:
        """`tuple (int, 0 to 9; str, 1 character)`."""
        return f"{self.type.__name__} ({'; '.join(member.words() for member in self.members)})"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Dicts (and their standard subclasses) of any number of keys."""

    type: type
    keys: Kinds
    values: Kinds
    shortest: int | None = None
    longest: int | None = None
    mixed_keys: bool = True
    mixed_values: bool = True
    plain: bool = False

    @property
    def key(self) -> Hashable:
        """The type."""
        return self.type

    def holds(self, value: Any, limit: int) -> bool:
        """All keys and values are of the kinds seen, and as mixed as seen."""
        return (
            self.fits(value)
            and self.keys.hold_all(value, limit // 2)
            and self.values.hold_all(value.values(), limit // 2)
        )

    def fits(self, value: Any) -> bool:
        """Whether keys and values are as mixed as seen."""
        keys_fit = self.mixed_keys or len(by_key(list(value))) <= 1
        return keys_fit and (self.mixed_values or len(by_key(list(value.values()))) <= 1)

    def joined(self, other: Kind) -> Kind:
        """The kinds of the keys and values of both."""
        if isinstance(other, Keyed):
            other = other.loosened()
        if not isinstance(other, Mapping):
            return self
        shortest, longest = bounds(self.shortest, other.shortest), bounds(self.longest, other.longest)
        return Mapping(
            self.type,
            self.keys.joined(other.keys),
            self.values.joined(other.values),
            shortest[0],
            longest[1],
            (self.mixed_keys and bool(self.keys.of)) or (other.mixed_keys and bool(other.keys.of)),
            (self.mixed_values and bool(self.values.of)) or (other.mixed_values and bool(other.values.of)),
        )

    def words(self) -> str:
        """`dict of 0 to 3 keys: str, 1 character -> int, 0 to 9`."""
        number = "any number of keys"
        if self.shortest is not None and self.longest is not None:
            number = lengths(self.shortest, self.longest, "key")
        inner = f": {self.keys.words()} -> {self.values.words()}" if self.keys.of else ""
        return f"{self.type.__name__} of {number}{inner}"


@dataclass(frozen=True, slots=True)
class Keyed:
    """Dicts used as records: fixed string keys, each with kinds of its own; `optional` keys were not always there."""

    type: type
    fields: tuple[tuple[str, Kinds], ...]
    optional: frozenset[str] = frozenset()
    plain: bool = False

    @property
    def key(self) -> Hashable:
        """The type."""
        return self.type

    def holds(self, value: Any, limit: int) -> bool:
        """The keys seen, in any order, each with a value of its kinds."""
        kinds = dict(self.fields)
        return self.fits(value) and all(kinds[name].holds(one, max(limit // 4, 4)) for name, one in value.items())

    def fits(self, value: Any) -> bool:
        """Whether no key is missing and none unknown."""
        names = {name for name, _ in self.fields}
        return bool(names - self.optional <= value.keys() <= names)

    def loosened(self) -> Mapping:
        """The same fields as a mapping of any number of keys."""
        from workbench.study.inputs.kinds import Text

        values = Kinds()
        for _, kinds in self.fields:
            values = values.joined(kinds)
        count = len(self.fields)
        keys = Kinds((Text(str),))
        return Mapping(self.type, keys, values, count - len(self.optional), count, mixed_values=len(values.of) > 1)

    def joined(self, other: Kind) -> Kind:
        """Field by field where the names are the same; else a mapping."""
        if isinstance(other, Keyed) and dict(other.fields).keys() == dict(self.fields).keys():
            theirs = dict(other.fields)
            fields = tuple((name, kinds.joined(theirs[name])) for name, kinds in self.fields)
            return Keyed(self.type, fields, self.optional | other.optional)
        return self.loosened().joined(other)

    def words(self) -> str:
        """`dict with keys name (str, 3 characters), age (int, 1 to 9)`."""
        shown = [f"{name}{'?' * (name in self.optional)} ({kinds.words()})" for name, kinds in self.fields[:8]]
        more = [f"{len(self.fields) - 8} more"] if len(self.fields) > 8 else []
        return f"{self.type.__name__} with keys {', '.join(shown + more)}"
