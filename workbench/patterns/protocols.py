"""Structural types at work: closing whatever can be closed, a sorted list of whatever can be compared, a guard for lists of text."""

from __future__ import annotations

import inspect
import operator
from bisect import bisect_left, bisect_right, insort_right
from reprlib import repr as short
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeGuard, TypeVar, cast, overload

from workbench.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Closeable(Protocol):
    """What has a `close()` without arguments that is done when it returns; an async one does not fit."""

    def close(self) -> None:
        """Give up what is held."""
        ...


class AwaitableCloseError(UsageError, TypeError):
    """A `close()` gave something to await, so nothing was closed by calling it."""


def cleanup(*things: Closeable) -> None:
    """Close all, the last one first, each as often as it is given, even where closing some of them raises.

    The errors come out together in one ExceptionGroup, also where there is only one, so that one `except*` takes all cases;
    each has a note that says which thing it is of. A KeyboardInterrupt, SystemExit or other error that is no Exception
    does not stop the closing either, but is then raised itself, the first of them, with the group of the others as its
    cause: inside a group, `except KeyboardInterrupt` would miss it. In a `finally`, the block's own error is the context
    of what is raised here. Costs one call for each thing.
    """
    errors: list[BaseException] = []
    for position, thing in reversed(list(enumerate(things, 1))):
        try:
            _close(thing)
        except BaseException as error:  # noqa: BLE001
            error.add_note(f"while closing {short(thing)}, number {position} of {len(things)}")
            errors.append(error)
    if not errors:
        return
    urgent = next((error for error in errors if not isinstance(error, Exception)), None)
    others = [error for error in errors if error is not urgent]
    told = f"{len(errors)} of {len(things)} things could not be closed; closing was tried for all. See what each error says"
    group = BaseExceptionGroup(told, others) if others else None
    if urgent is None:
        assert group is not None
        raise group
    if group is None:
        raise urgent
    raise urgent from group


def _close(thing: Closeable) -> None:
    answer: object = thing.close()  # type: ignore[func-returns-value]
    if not inspect.isawaitable(answer):
        return
    if inspect.iscoroutine(answer):
        answer.close()
    raise AwaitableCloseError(
        f"close() of {short(thing)} gave something to await and closed nothing. "
        "Await it, or push it to a contextlib.AsyncExitStack."
    )


class Comparable(Protocol):
    """What has `<`. For sorting it has to be a total order: sets, whose `<` means subset, have the method and not the order."""

    def __lt__(self, other: Any, /) -> bool: ...


T = TypeVar("T", bound=Comparable)


class NotOrderedError(UsageError, ValueError):
    """An item that is not equal to itself (NaN) has no place in any order."""


class SortedList(Generic[T]):
    """A list that is always sorted by `<`, equals in the order they were added.

    For n items: `SortedList(items)` costs O(n log n) comparisons, O(n) where they are sorted already. `add` and `remove` find
    the place by O(log n) comparisons, then move O(n) pointers: the moves are one block copy, so that this is good up to some
    hundred thousand items, but adding n items one by one is O(n^2) moves; give them to the constructor. `in`, `bisect` and
    `bisect_left` cost O(log n) comparisons; `in` and `remove` in addition an `==` and a `<` for each item that is
    neither less nor greater than theirs. By position O(1), by slice O(length of the slice), a whole iteration O(n).

    Items have to be in a total order and to stay as they compare. Where `<` raises, nothing is changed. For a sort key, keep pairs
    (key, item). Like lists, it is unhashable, and changing it while iterating over it moves what comes next.
    """

    __slots__ = ("_items",)

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._items = sorted(map(_ordered, items))

    def add(self, item: T) -> None:
        """Insert an item behind its equals; NotOrderedError (a ValueError) for NaN."""
        insort_right(self._items, _ordered(item))

    def remove(self, item: T) -> None:
        """Remove the first item equal to this one; ValueError where there is none."""
        position = self._find(item)
        if position is None:
            raise ValueError(f"SortedList.remove: {short(item)} is not in the list. Ask with `in` before")
        del self._items[position]

    def bisect_left(self, item: T) -> int:
        """How many items are less than this one."""
        return bisect_left(self._items, item)

    def bisect(self, item: T) -> int:
        """How many items are not greater than this one: where `add` would put it."""
        return bisect_right(self._items, item)

    def _find(self, item: T) -> int | None:
        """Where the first item `==` this one is; items may be neither less nor greater than it and still differ."""
        for position in range(bisect_left(self._items, item), len(self._items)):
            found = self._items[position]
            if found is item or found == item:
                return position
            if item < found:
                return None
        return None

    def __contains__(self, item: T) -> bool:
        return self._find(item) is not None

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __reversed__(self) -> Iterator[T]:
        return reversed(self._items)

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        """The item at a position, or a plain list of those in a slice (which may run backwards)."""
        return self._items[index]

    def __eq__(self, other: object) -> bool:
        return self._items == other._items if _is_sorted_list(other) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"SortedList({self._items!r})"


def _is_sorted_list(value: object) -> TypeGuard[SortedList[Any]]:
    return isinstance(value, SortedList)


def _ordered(item: T) -> T:
    if operator.ne(item, item):
        raise NotOrderedError(f"{short(item)} is not equal to itself, so it has no place in an order. Leave it out.")
    return item


def is_string_list(value: object) -> TypeGuard[list[str]]:
    """Whether a value is a list of texts only, by a look at each item: O(n).

    It says TypeGuard and not TypeIs. TypeIs would claim "True for exactly what is a list[str]", and lists are invariant: what a
    list was declared to hold cannot be seen in it. A `list[object]` of texts and an empty `list[int]` are answered True and are
    no `list[str]`; the branch of the second one a type checker would then take for one that is never run, and not check.
    TypeGuard claims only that after True the value may be used as a `list[str]`, and nothing after False.

    Even that is sound only for who alone holds the list, since by its wider type somebody else may still put other items in.
    Where somebody may, take a copy: `list(value)`.
    """
    return isinstance(value, list) and all(isinstance(item, str) for item in cast("list[object]", value))
