"""The twins themselves: Python 3.11 cannot read this file, so only `workbench.patterns.pep695` imports it, and says so there.

Each does what its elder does, by it; what differs is how the type parameters are written. Variance is inferred, names are local to
what they belong to, and an alias may have parameters: what takes a TypeVar, `Generic` and a string elsewhere.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any

from workbench.patterns import arguments, concurrency, contexts, protocols

type Check[T] = Callable[[T], bool | None]
"""What `validate_args` and `Validated` ask: False, ValueError or TypeError refuse the value."""


class SortedList[T: protocols.Comparable](protocols.SortedList[T]):
    """`protocols.SortedList`, and equal to one of the same items."""

    __slots__ = ()


def gather_with_concurrency[T](n: int, *coros: Awaitable[T]) -> Coroutine[Any, Any, list[T]]:
    """As `concurrency.gather_with_concurrency`."""
    return concurrency.gather_with_concurrency(n, *coros)


def managed_connection[C](
    open: Callable[[], Awaitable[C]],  # noqa: A002
    close: Callable[[C], Awaitable[object]],
) -> AbstractAsyncContextManager[C]:
    """As `contexts.managed_connection` with a `close`; without one, that is the shorter way."""
    return contexts.managed_connection(open, close)


def validate_args[**P, R](*validators: Check[Any], **named: Check[Any]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """As `arguments.validate_args`."""
    return arguments.validate_args(*validators, **named)
