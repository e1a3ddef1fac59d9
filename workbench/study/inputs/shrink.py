"""The smallest call that still fails: parts are taken away and values made simpler as long as it does."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.study.inputs.copies import CannotCopyError, Packed, pack
from workbench.study.inputs.learn import MAPPINGS, SETS, is_named_tuple
from workbench.study.inputs.paths import Path, arguments, child, ordered, put, rebuilt
from workbench.study.inputs.simpler import blanked, is_scalar, simpler, sorted_items
from workbench.study.inputs.source import as_source
from workbench.study.inputs.spots import size_of
from workbench.study.inputs.tables import is_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.model.calls import Call
    from workbench.study.inputs.domain import Domain

__all__ = ["Shrunk", "as_source", "shrunk", "smallest"]

PLACES = 400
LOOKED_AT = 20_000
BLANKED_ABOVE = 8
DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Shrunk:
    """How shrinking went: the call, how often `fails` was asked, how often a smaller call still failed, how often `fails` raised, and in
    `stopped` why it ended ("nothing smaller fails", "the budget is spent", ...)."""

    call: Call
    asked: int
    accepted: int
    raised: int
    stopped: str


def smallest(call: Call, fails: Callable[[Call], bool], budget: int = 500, domain: Domain | None = None) -> Call:
    """The smallest call that `fails` still says yes to, by greedy steps, the same each time; the call itself where none is smaller, where
    it does not fail again, or where it cannot be copied. See `shrunk`."""
    return shrunk(call, fails, budget, domain).call


def shrunk(call: Call, fails: Callable[[Call], bool], budget: int = 500, domain: Domain | None = None) -> Shrunk:
    """Shrinks a call in at most `budget` questions and a last one that confirms the answer.

    Items, characters, keys, rows and columns are taken away in chunks, halves first; numbers go toward 0, characters toward `a`; types
    stay, and so do the number and names of arguments. Each question gets a copy of its own, which `fails` may change; it is not asked
    twice of the same call. Where it raises an Exception, that counts as no. A smaller call may fail for another reason than the
    first did, unless `fails` looks at the reason; with a `domain`, only calls inside it are asked about."""
    try:
        packed = pack(call)
        packed.fresh()
    except Exception as error:  # noqa: BLE001 - the user's own __setstate__ may raise anything
        reason = (
            str(error) if isinstance(error, CannotCopyError) else f"cannot be copied: {type(error).__name__}: {error}"
        )
        return Shrunk(call, 0, 0, 0, reason)
    run = _Run(packed, fails, budget, domain)
    if not run.answer(packed):
        return Shrunk(call, run.asked, 0, run.raised, "it does not fail again")
    run.shrink()
    if run.accepted == 0 or not run.answer(run.best):
        stopped = run.stopped if run.accepted == 0 else "the smaller call does not fail again"
        return Shrunk(call, run.asked, 0, run.raised, stopped)
    return Shrunk(run.best.fresh(), run.asked, run.accepted, run.raised, run.stopped)


class _Spent(Exception):  # noqa: N818 - a signal, not an error
    """The budget is spent."""


class _Run:
    def __init__(self, packed: Packed, fails: Callable[[Call], bool], budget: int, domain: Domain | None) -> None:
        self.best = packed
        self.asked = self.accepted = self.raised = 0
        self.stopped = "nothing smaller fails"
        self._fails = fails
        self._budget = budget
        self._domain = domain
        self._known = {packed.digest, pack(packed.fresh()).digest}

    def answer(self, packed: Packed) -> bool:
        """Whether a copy of the call fails."""
        self.asked += 1
        try:
            return bool(self._fails(packed.fresh()))
        except Exception:  # noqa: BLE001 - what the user's check raises is a no, and counted
            self.raised += 1
            return False

    def shrink(self) -> None:
        """Pass after pass, until one changes nothing."""
        try:
            before = -1
            while before != self.accepted:
                before = self.accepted
                self._cut()
                self._blank()
                self._together()
                self._one_by_one()
                self._sort()
        except _Spent:
            self.stopped = "the budget is spent"

    def _try(self, path: Path, change: Callable[[Any], Any]) -> bool:
        """Whether the best call, changed at a path, still fails; then it is the best."""
        return self._try_all([(path, change)])

    def _try_all(self, changes: list[tuple[Path, Callable[[Any], Any]]]) -> bool:
        try:
            call = self.best.fresh()
            for path, change in changes:
                call = put(call, path, change(_at(call, path)))
            packed = pack(call)
        except Exception:  # noqa: BLE001 - hashing, comparing and copying are the user's code: no such call
            return False
        if packed.digest in self._known:
            return False
        self._known.add(packed.digest)
        if self._domain is not None and not self._domain.holds(call):
            return False
        if self.asked >= self._budget:
            raise _Spent
        if not self.answer(packed):
            return False
        self.best = packed
        self.accepted += 1
        return True

    def _cut(self) -> None:
        """Takes chunks out of every container, outer ones first."""
        done: set[Path] = set()
        while True:
            path = next((path for path, value in _places(self.best.fresh()) if path not in done and _axes(value)), None)
            if path is None:
                return
            done.add(path)
            for axis in range(_axes(_at(self.best.fresh(), path))):
                self._cut_at(path, axis)

    def _cut_at(self, path: Path, axis: int) -> None:
        size = _length(_at(self.best.fresh(), path), axis)
        chunk = size
        while chunk:
            start = size - chunk
            while start >= 0:
                if self._try(path, lambda value, start=start, chunk=chunk: _without(value, axis, start, start + chunk)):  # type: ignore[misc]
                    size -= chunk
                start -= chunk
            chunk = min(chunk // 2, size) if chunk > 1 else 0

    def _blank(self) -> None:
        """Makes ranges of numbers and characters the simplest, halves first."""
        for path, value in list(_places(self.best.fresh())):
            size = _length(value, 0) if _axes(value) else 0
            chunk = size if size > BLANKED_ABOVE else 0
            while chunk > 1:
                chunk = (chunk + 1) // 2
                for start in range(0, size, chunk):
                    stop = min(start + chunk, size)
                    if blanked(_at(self.best.fresh(), path), start, stop) is not None:
                        self._try(path, lambda one, start=start, stop=stop: blanked(one, start, stop))  # type: ignore[misc]

    def _together(self) -> None:
        """Makes all numbers of a type 0, then equal scalars simpler together."""
        groups: dict[tuple[type, str], list[Path]] = {}
        for path, value in _places(self.best.fresh()):
            if is_scalar(value):
                groups.setdefault((type(value), ""), []).append(path)
                groups.setdefault((type(value), hex(value) if type(value) is int else repr(value)), []).append(path)
        for (own, shown), paths in groups.items():
            if len(paths) < 2:
                continue
            if shown:
                self._simplify(paths)
            elif own in (int, float) or issubclass(own, np.number):
                self._try_all([(path, lambda _, own=own: own(0)) for path in paths])  # type: ignore[misc]

    def _one_by_one(self) -> None:
        count = 0
        for path, value in list(_places(self.best.fresh())):
            simplest = next(simpler(value), None) is None
            if not simplest and count < PLACES:
                count += 1
                self._simplify([path])

    def _simplify(self, paths: list[Path]) -> None:
        """Makes the equal values at the paths simpler, all to the same, as far as it goes."""
        going = True
        while going:
            going = False
            try:
                value = _at(self.best.fresh(), paths[0])
            except IndexError:
                return
            if type(value) is int and abs(value) > 16:
                self._bisect(paths, value)
                value = _at(self.best.fresh(), paths[0])
            for new in simpler(value):
                if self._try_all([(path, lambda _, new=new: new) for path in paths]):  # type: ignore[misc]
                    going = True
                    break

    def _bisect(self, paths: list[Path], value: int) -> None:
        """Looks for the int nearest to 0, as if all beyond it failed and all before it did not."""
        if self._try_all([(path, lambda _: 0) for path in paths]):
            return
        sign, low, high = 1 if value > 0 else -1, 0, abs(value)
        while high - low > 1:
            middle = (low + high) // 2
            if self._try_all([(path, lambda _, new=sign * middle: new) for path in paths]):  # type: ignore[misc]
                high = middle
            else:
                low = middle

    def _sort(self) -> None:
        for path, value in _places(self.best.fresh()):
            if sorted_items(value) is not None:
                self._try(path, lambda one: rebuilt(one, sorted_items(one) or []))


def _at(call: Call, path: Path) -> Any:
    value: Any = call
    for step in path:
        value = child(value, step)
    return value


def _places(call: Call) -> Iterator[tuple[Path, Any]]:
    """Places of a call and their values, outer ones first, 20,000 at the most."""
    pending: deque[tuple[Path, Any]] = deque(
        [((("argument", index),), value) for index, value in enumerate(arguments(call))]
    )
    count = 0
    while pending and count < LOOKED_AT:
        path, value = pending.popleft()
        count += 1
        yield path, value
        own = type(value)
        if len(path) > DEEPEST or size_of(value) > LOOKED_AT:
            continue
        if own in MAPPINGS:
            pending.extend(((*path, ("value", index)), one) for index, one in enumerate(value.values()))
            pending.extend(((*path, ("key", index)), one) for index, one in enumerate(value))
        elif own in SETS:
            pending.extend(((*path, ("member", index)), one) for index, one in enumerate(ordered(value)))
        elif own not in (str, bytes, bytearray) and own is not np.ndarray and not is_frame(value) and size_of(value):
            pending.extend(((*path, ("item", index)), one) for index, one in enumerate(value))


def _axes(value: Any) -> int:
    """Along how many axes parts can be taken out."""
    if type(value) is np.ndarray or is_frame(value):
        return int(value.ndim)
    return int(size_of(value) > 0 and not is_named_tuple(type(value)))


def _length(value: Any, axis: int) -> int:
    return int(value.shape[axis]) if type(value) is np.ndarray or is_frame(value) else size_of(value)


def _without(value: Any, axis: int, start: int, stop: int) -> Any:
    own = type(value)
    if own is np.ndarray:
        return np.delete(value, np.s_[start:stop], axis=axis)
    if is_frame(value):
        kept = [index for index in range(value.shape[axis]) if not start <= index < stop]
        return value.iloc[kept] if axis == 0 else value.iloc[:, kept]
    if own in (str, bytes, bytearray):
        return value[:start] + value[stop:]
    items = list(value.items()) if own in MAPPINGS else ordered(value) if own in SETS else list(value)
    return rebuilt(value, items[:start] + items[stop:])
