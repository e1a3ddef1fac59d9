"""One call of a function with all that it does: its result carried through, what became of its arguments, what it said and changed."""

from __future__ import annotations

import asyncio
import contextlib
import io
import random
import sys
import warnings
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from workbench.timing.driving import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

ITEMS = 100_000
"""Items of an iterator that are looked at; an endless one has to be stopped somewhere."""


@dataclass(frozen=True, slots=True)
class Items:
    """What an iterator gave: `kind` is its type's name, `more` whether there was more than `ITEMS`."""

    kind: str
    items: list[Any]
    more: bool


@dataclass(frozen=True, slots=True)
class Observation:
    """What one call did.

    `result` is what it returned, awaited and consumed; `error` what it raised, at any time; `args` and `kwargs` are its own arguments,
    afterwards; `drew` tells whether it took random numbers, `drawn` how it left them; `globals` are names of its module that it set.
    """

    kind: Kind
    result: Any
    error: BaseException | None
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    output: str
    warned: tuple[tuple[str, str], ...]
    drew: bool
    drawn: tuple[Any, ...]
    globals: Mapping[str, Any]


def observe(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], seed: int = 0) -> Observation:
    """Call `function` with arguments that are its alone. Random states are set by `seed` first, so that two versions draw the same."""
    _seed(seed)
    fresh = _drawn()
    names = _globals_of(function)
    before = dict(names)
    out = io.StringIO()
    with (
        warnings.catch_warnings(record=True) as caught,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(out),
    ):
        warnings.simplefilter("always")
        kind, result, error = act(function, args, kwargs)
    changed = {name: value for name, value in names.items() if name not in before or before[name] is not value}
    changed |= dict.fromkeys(before.keys() - names.keys())
    warned = tuple((one.category.__name__, str(one.message)) for one in caught)
    after = _drawn()
    return Observation(kind, result, error, args, kwargs, out.getvalue(), warned, after != fresh, after, changed)


def act(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Kind, Any, BaseException | None]:
    """Call `function` and carry its result through: its kind, the result or None, what it raised or None."""
    kind = Kind.PLAIN
    try:
        result = function(*args, **kwargs)
        kind = kind_of(result)
        return kind, _carried_through(kind, result), None
    except (Exception, SystemExit) as raised:  # noqa: BLE001
        return kind, None, raised


def _carried_through(kind: Kind, result: Any) -> Any:
    if kind is Kind.AWAIT:
        inner = asyncio.run(_awaited(result))
        return _carried_through(further, inner) if (further := kind_of(inner)) is Kind.CONSUME else inner
    if kind is Kind.CONSUME_ASYNC:
        return asyncio.run(_drained(result))
    return _consumed(result) if kind is Kind.CONSUME else result


async def _awaited(result: Awaitable[Any]) -> Any:
    return await result


def _consumed(result: Iterator[Any]) -> Items:
    items = list(islice(result, ITEMS + 1))
    return Items(type(result).__name__, items[:ITEMS], len(items) > ITEMS)


async def _drained(result: AsyncIterator[Any]) -> Items:
    items: list[Any] = []
    async for item in result:
        if len(items) == ITEMS:
            return Items(type(result).__name__, items, True)
        items.append(item)
    return Items(type(result).__name__, items, False)


@contextlib.contextmanager
def random_kept() -> Iterator[None]:
    """Leave the states of random numbers as they were: for calls that are observed in somebody's own process."""
    state, numpy_random = random.getstate(), sys.modules.get("numpy.random")
    numpy_state = numpy_random.get_state() if numpy_random else None
    try:
        yield
    finally:
        random.setstate(state)
        if numpy_random:
            numpy_random.set_state(numpy_state)


def _seed(seed: int) -> None:
    random.seed(seed)
    if numpy_random := sys.modules.get("numpy.random"):
        numpy_random.seed(seed)


def _drawn() -> tuple[Any, ...]:
    """What the next random numbers will be: enough to tell one state from another, without changing either."""
    state = random.getstate()
    found: list[Any] = [hash(state)]
    if numpy_random := sys.modules.get("numpy.random"):
        name, keys, position, gauss, cached = numpy_random.get_state()
        found.append((name, keys.tobytes(), position, gauss, cached))
    return tuple(found)


def _globals_of(function: Callable[..., Any]) -> dict[str, Any]:
    while wrapped := getattr(function, "__wrapped__", None) or getattr(function, "__func__", None):
        function = wrapped
    found: dict[str, Any] = getattr(function, "__globals__", {})
    return found
