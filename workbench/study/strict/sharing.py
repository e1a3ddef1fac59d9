"""Whether a result is, or holds, a mutable object that somebody else has too: an argument, or an earlier result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.study.strict.compare import visit
from workbench.study.strict.memory import owner_of, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.study.strict.facts import Kind


@dataclass(frozen=True, slots=True)
class Shared:
    """A mutable object in two places: at the path `where` of the result ("" for the result itself), and at the path `at` of the thing
    with the index `of` among those that were given.
    """

    where: str
    of: int
    at: str


class Earlier:
    """Things that were taken in or handed out before, in order, with the mutable objects they hold; keeps all of them alive."""

    def __init__(self, things: Sequence[object] = ()) -> None:
        self._count = 0
        self._known: dict[int, tuple[object, int, str]] = {}
        self._arrays: dict[int, list[tuple[Any, int, str]]] = {}
        for thing in things:
            self.add(thing)

    def add(self, thing: object) -> None:
        """Know one more thing; its index is the number of those before it."""
        index = self._count
        self._count += 1

        def see(part: object, kind: Kind, at: str) -> None:
            if kind.mutable:
                self._known.setdefault(id(part), (part, index, at))
                if isinstance(part, np.ndarray):
                    self._arrays.setdefault(id(owner_of(part)), []).append((part, index, at))

        visit(thing, see)

    def held_by(self, result: object) -> tuple[Shared, ...]:
        """Where the result is, or holds, one of the known mutable objects, or an array over the memory of one; in reading order.

        What such an object holds in turn is not listed again.
        """
        found: list[Shared] = []

        def see(part: object, kind: Kind, where: str) -> None:
            if kind.mutable and not any(_within(where, one.where) for one in found[-1:]):
                known = self._known.get(id(part)) or self._over(part)
                if known is not None:
                    found.append(Shared(where, known[1], known[2]))

        visit(result, see)
        return tuple(found)

    def _over(self, part: object) -> tuple[object, int, str] | None:
        """The first known array that a given one shares memory with."""
        if not isinstance(part, np.ndarray):
            return None
        for known in self._arrays.get(id(owner_of(part)), ()):
            if share(part, known[0]):
                return known
        return None


def _within(path: str, whole: str) -> bool:
    """Whether a path leads into what is at another one."""
    return path.startswith(whole) and path[len(whole) : len(whole) + 1] in {".", "[", "{", "("}


def shared(result: object, arguments: Sequence[object]) -> tuple[Shared, ...]:
    """Where the result is, or holds, a mutable object that an argument is, or holds; by identity, or by the memory of arrays."""
    return Earlier(arguments).held_by(result)


def sharing(result: object, arguments: Sequence[object]) -> tuple[str, ...]:
    """The paths in the result at which there is a mutable object that an argument is, or holds; "" is the result itself."""
    return tuple(one.where for one in shared(result, arguments))


def held_again(result: object, earlier: Sequence[object]) -> tuple[Shared, ...]:
    """Where the result is, or holds, a mutable object that one of the earlier results is, or holds; `of` is that result's index."""
    return shared(result, earlier)
