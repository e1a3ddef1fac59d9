"""One comparison under way: the stack of pairs that are open, what is shared with what, trials that leave no trace."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.study.strict.facts import Difference, Kind, Rules, Step, mask
from workbench.study.strict.matching import alike_in_any_order, shuffled
from workbench.study.strict.quick import quick
from workbench.study.strict.words import a_kind, mro, same_class, short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_TRIES = 200_000
_MATCHED = 3
_NESTED = 12
_SHUFFLED = frozenset({"B01", "B02", "B13", "B14", "B03"})

Cell = tuple[Any, str]
"""A path as a chain, `(cell of the whole, step)`: 10,000 of them, one within the other, share their beginnings."""


class TooManyTriesError(Exception):
    """Matching items without an order takes too long; becomes a B15."""


@dataclass(slots=True, eq=False)
class _Frame:
    """A pair whose parts are being compared. `sharing` is said at the end, if nothing else was."""

    steps: Iterator[Difference | Step]
    cell: Cell | None
    pair: tuple[int, int]
    said: int
    mark: int
    sharing: Difference | None
    items: tuple[Sequence[Any], Sequence[Any]] | None = None
    masked: bool = False


@dataclass(slots=True)
class _Seen:
    """Pairs that were met, and which old mutable object stands for which new one; `journal` keeps the objects alive and undoes."""

    pairs: set[tuple[int, int]] = field(default_factory=set)
    by_old: dict[int, tuple[int, Cell | None]] = field(default_factory=dict)
    by_new: dict[int, tuple[int, Cell | None]] = field(default_factory=dict)
    journal: list[tuple[object, object, Cell | None, bool]] = field(default_factory=list)

    def add(self, old: object, new: object, cell: Cell | None, partners: bool) -> None:
        """Note a pair, and, with `partners`, that the two stand for each other."""
        self.journal.append((old, new, cell, partners))
        self.pairs.add((id(old), id(new)))
        if partners:
            self.by_old[id(old)] = (id(new), cell)
            self.by_new[id(new)] = (id(old), cell)

    def undo(self, mark: int) -> list[tuple[object, object, Cell | None, bool]]:
        """Take back all that was noted since the journal had `mark` entries; returns it."""
        gone = self.journal[mark:]
        del self.journal[mark:]
        for old, new, _, partners in gone:
            self.pairs.discard((id(old), id(new)))
            if partners:
                del self.by_old[id(old)], self.by_new[id(new)]
        return gone


class Walk:
    """What a comparison hands to the functions that compare one type each.

    They `yield walk.differs(...)` for what they see, and `yield Step(old, new, ".part")` for each pair of parts to be compared in turn.
    Nothing here recurses, so depth is bounded by memory alone.
    """

    def __init__(
        self, rules: Rules, lookup: Callable[[type], Kind], visit: Callable[[object, Kind, str], None] | None = None
    ) -> None:
        self.rules = rules
        self.notes: dict[object, Any] = {}
        self._lookup = lookup
        self._visit = visit
        self._kinds: dict[int, tuple[type, Kind]] = {}
        self._mask = mask(rules.ignore)
        self._frames: list[_Frame] = []
        self._seen = _Seen()
        self._said = self._tries = self._trying = 0

    @property
    def trying(self) -> bool:
        """Whether this is only a trial, whose differences nobody will read."""
        return self._trying > 0

    def differs(self, code: str, old: object, new: object, said: str, at: str = "") -> Difference:
        """A difference here, or at the part `at` of what is being compared."""
        return self._difference(code, self._here(), at, (old, new), said)

    def kind(self, cls: type) -> Kind:
        """How objects of a class are compared."""
        known = self._kinds.get(id(cls))
        if known is None:
            known = self._kinds[id(cls)] = (cls, self._lookup(cls))
        return known[1]

    def run(self, old: object, new: object) -> Iterator[Difference]:
        """All differences of two objects, depth first."""
        first = self._open(Step(old, new, ""))
        if first is not None:
            yield first
        yield from self._loop(0)

    def trial(self, old: object, new: object, at: str = "{}") -> Difference | None:
        """The first difference of a pair; where there is one, nothing is remembered of the pair. Raises TooManyTriesError."""
        self._tries += 1
        if self._tries > _TRIES or self._trying >= _NESTED:
            raise TooManyTriesError
        base, mark, said = len(self._frames), len(self._seen.journal), self._said
        self._trying += 1
        try:
            first = self._open(Step(old, new, at)) or next(self._loop(base), None)
        finally:
            self._trying -= 1
            del self._frames[base:]
        if first is not None:
            self._seen.undo(mark)
            self._said = said
        return first

    def may_be_shuffled(self, old: Sequence[Any], new: Sequence[Any]) -> None:
        """Say of the pair being compared that it consists of these items, which may turn out to be the same in another order."""
        if not self._trying and len(old) > 1:
            self._frames[-1].items = (old, new)

    def ignored(self, at: str) -> bool:
        """Whether `Rules.ignore` names the part `at` of what is being compared."""
        if self._mask is None or not self._mask.fullmatch(path(self._here()) + at):
            return False
        self._depends()
        return True

    def forget(self) -> None:
        """Look again at what was found the same: an iterator may have changed it since."""
        self._seen.pairs = {frame.pair for frame in self._frames}

    def _here(self) -> Cell | None:
        return self._frames[-1].cell if self._frames else None

    def _difference(self, code: str, cell: Cell | None, at: str, pair: tuple[object, object], said: str) -> Difference:
        if self._trying:
            return Difference(code, "" if self._mask is None else path(cell) + at, "", "", said)
        return Difference(code, path(cell) + at, short(pair[0]), short(pair[1]), said)

    def _loop(self, base: int) -> Iterator[Difference]:
        frames = self._frames
        while len(frames) > base:
            frame = frames[-1]
            found: Difference | Step | None
            try:
                found = next(frame.steps, None)
            except Exception as error:  # noqa: BLE001  (foreign code may raise anything; what it hides is unknown, not the same)
                del frames[frames.index(frame) :]
                found = self._broken(frame.cell, error)
            else:
                found = self._close() if found is None else self._open(found) if isinstance(found, Step) else found
            if found is not None:
                found = self._judged(found, base)
            if found is not None:
                self._said += 1
                yield found

    def _broken(self, cell: Cell | None, error: Exception) -> Difference:
        if isinstance(error, TooManyTriesError):
            why = "too many items without an order, or too many levels of them, have to be matched with each other"
        else:
            why = f"looking at them raised {short(error, 80)}"
        return self._difference("B15", cell, "", ("", ""), f"These cannot be compared: {why}.")

    def _open(self, step: Step) -> Difference | None:
        try:
            return self._opened(step)
        except Exception as error:  # noqa: BLE001  (as above)
            return self._broken((self._here(), step.at), error)

    def _opened(self, step: Step) -> Difference | None:
        old, new, at = step
        if quick(old, new):
            return None
        cell = (self._here(), at)
        if self._mask is not None and self._mask.fullmatch(path(cell)):
            self._depends()
            return None
        kind = self.kind(type(old))
        other = kind if type(new) is type(old) else self.kind(type(new))
        said = "" if type(new) is type(old) else self._types(type(old), kind, type(new), other)
        if said:
            return self._difference(
                "B07" if "lazy" in {kind.family, other.family} else "B02", cell, "", (old, new), said
            )
        if self._visit is not None:
            self._visit(new, kind, path(cell))
        if (old is new and kind.whole) or self._met(old, new):
            return None
        sharing = self._sharing(old, new, cell) if kind.mutable else None
        self._seen.add(old, new, cell, kind.mutable and sharing is None and id(old) not in self._seen.by_old)
        steps = iter(kind.compare(old, new, self))
        mark = len(self._seen.journal)
        self._frames.append(_Frame(steps, cell, (id(old), id(new)), self._said, mark, sharing))
        return None

    def _types(self, old: type, kind: Kind, new: type, other: Kind) -> str:
        if same_class(old, new):
            return ""
        related = any(base is new for base in mro(old)) or any(base is old for base in mro(new))
        if not self.rules.types and "lazy" not in {kind.family, other.family}:
            if kind.family == other.family and kind.family not in {"", "object"}:
                return ""
            if related and kind.compare is other.compare and old is not object and new is not object:
                return ""
        said = f"{a_kind(old)} became {a_kind(new)}."
        return said[0].upper() + said[1:]

    def _met(self, old: object, new: object) -> bool:
        pair = (id(old), id(new))
        if pair not in self._seen.pairs:
            return False
        if self._mask is not None and any(frame.pair == pair for frame in self._frames):
            self._depends()
        return True

    def _sharing(self, old: object, new: object, cell: Cell) -> Difference | None:
        before, other = self._seen.by_old.get(id(old)), self._seen.by_new.get(id(new))
        if (before is None and other is None) or (before is not None and before[0] == id(new)):
            return None
        if before is not None:
            said = f"The old result holds the same object here as at {path(before[1]) or 'its root'}, the new one another object."
        else:
            assert other is not None
            said = f"The new result holds the same object here as at {path(other[1]) or 'its root'}, the old one another object."
        return self._difference("B05", cell, "", (old, new), said)

    def _close(self) -> Difference | None:
        frame = self._frames.pop()
        if frame.masked:
            self._seen.pairs.discard(frame.pair)
        return frame.sharing if frame.said == self._said else None

    def _depends(self) -> None:
        """What is open was not looked at as a whole, because of where it stands: elsewhere it must be looked at again."""
        for frame in self._frames:
            frame.masked = True

    def _judged(self, found: Difference, base: int) -> Difference | None:
        """A difference, or what it turns out to be: masked, or a matter of order in one of the wholes it lies in."""
        if self._mask is not None and self._mask.fullmatch(found.where):
            self._depends()
            return None
        if self._trying or found.code not in _SHUFFLED:
            return found
        matched = 0
        for depth in range(len(self._frames) - 1, base - 1, -1):
            frame = self._frames[depth]
            if frame.items is None or matched == _MATCHED or not alike_in_any_order(*frame.items, self):
                continue
            matched += 1
            order = self._order(frame, *frame.items)
            if order is not None:
                del self._frames[depth:]
                return order
        return found

    def _order(self, frame: _Frame, old: Sequence[Any], new: Sequence[Any]) -> Difference | None:
        frame.items = None
        gone = self._seen.undo(frame.mark)
        if shuffled(old, new, self):
            return self._difference("B03", frame.cell, "", (old, new), "The same items came in another order.")
        self._seen.undo(frame.mark)
        for entry in gone:
            self._seen.add(*entry)
        return None


def path(cell: Cell | None) -> str:
    """A chain of steps as text."""
    parts = []
    while cell is not None:
        cell, part = cell
        parts.append(part)
    return "".join(reversed(parts))
