"""Is a function race-free? Every interleaving of some calls must give what some serial order of them gives.

What is explored is foreign code that may hang: run this in a process of its own. Threads that wait for ever are left behind (they are
daemons); everything else is as it was.
"""

from __future__ import annotations

import inspect
import time
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

from workbench.study.races.equal import same as equal
from workbench.study.races.own import Fresh, NotCopied, OwnState
from workbench.study.races.reach import bare
from workbench.study.races.records import CODES, Explored, Finding, State
from workbench.study.races.shared import shared_state
from workbench.study.races.task import Job
from workbench.study.races.tasks import explore_tasks
from workbench.study.races.threads import explore_threads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType

    from workbench.model.calls import Call

__all__ = ["CODES", "Explored", "Finding", "explore", "explore_function", "shared_state"]

S = TypeVar("S")

MOST_ITEMS = 10_000
"""Items taken from a generator that a call returns."""


def explore(
    setup: Callable[[], S],
    calls: Sequence[Callable[[S], object]],
    *,
    observe: Callable[[S], object] | None,
    seconds: float = 20.0,
    seed: int = 0,
    same: Callable[[object, object], bool] = equal,
) -> Explored:
    """Run `calls` side by side, each in a thread, or as a task where it returns an awaitable, in as many interleavings as `seconds` allow.

    `setup` makes fresh state for each run; `observe` tells what of it counts afterwards, None: all of it. The results of all calls and
    what was observed must be those of some serial order, as `same` sees it; an exception is a result, by its type and arguments.
    What `setup` raises comes out.
    """
    codes = tuple(code for call in calls if (code := _code(call)) is not None)
    return _explored(Job(setup, calls, observe or _everything, same, seconds, seed, codes))


def explore_function(
    function: Callable[..., object],
    calls: Sequence[Call],
    *,
    seconds: float = 20.0,
    seed: int = 0,
    same: Callable[[object, object], bool] = equal,
) -> Explored:
    """Explore `calls` of one function side by side. Its state is what its code can reach: globals, closures, defaults, class attributes,
    and objects that calls have in common (the same `self` in two calls is shared). That is copied for each run and put back afterwards,
    but for the content of functools caches, which are emptied; "unknown" where it cannot be copied.

    Generators that a call returns are run to their end within the call.
    """
    begin = time.monotonic()
    try:
        own = OwnState(function, calls)
    except NotCopied as error:
        return Explored((), (f"{error}.",), time.monotonic() - begin, "unknown")
    job = Job(own.fresh, [_caller(number) for number in range(len(calls))], own.look, equal, seconds, seed)
    job.same = same
    code = _code(function)
    job.own = () if code is None else (code,)
    said = ", ".join(place.said for place in own.places) or "nothing but the arguments"
    job.ways.append(f"state made anew for each run: {said}.")
    if own.caches:
        job.ways.append("a functools cache was emptied before each run.")
    try:
        return _explored(job)
    finally:
        own.put_back()


def _explored(job: Job) -> Explored:
    if not job.calls:
        return Explored((), ("no call was given, so there is nothing to run side by side.",), 0.0, "unknown")
    awaited = any(inspect.iscoroutinefunction(call) for call in job.calls)
    serial = None if awaited else explore_threads(job)
    if serial is None:
        explore_tasks(job)
    if len(job.calls) == 1:
        job.ways.append("one call only: just the threads or tasks that it starts itself were interleaved.")
    state: State = "race" if job.findings else "unknown" if job.doubts else "clean"
    if job.stuck:
        job.ways.append("threads that wait for ever were left behind.")
    ways = (*job.ways, *(f"not decided: {doubt}" for doubt in job.doubts))
    return Explored(tuple(job.findings), ways, time.monotonic() - job.begin, state)


def _caller(number: int) -> Callable[[Fresh], object]:
    def call(state: Fresh) -> object:
        args, kwargs = state.calls[number]
        result = state.function(*args, **kwargs)
        if inspect.isgenerator(result):
            return _items(result)
        return _awaited_items(result) if inspect.isasyncgen(result) else result

    return call


def _items(generator: Any) -> list[Any]:
    """A generator's items; the last one tells where there are too many."""
    found = []
    for item in generator:
        found.append(item)
        if len(found) >= MOST_ITEMS:
            return [*found, f"and more than {MOST_ITEMS:,} items"]
    return found


async def _awaited_items(generator: Any) -> list[Any]:
    found = []
    async for item in generator:
        found.append(item)
        if len(found) >= MOST_ITEMS:
            return [*found, f"and more than {MOST_ITEMS:,} items"]
    return found


def _everything(state: S) -> S:
    return state


def _code(call: Any) -> CodeType | None:
    plain = bare(call)
    return plain.__code__ if isinstance(plain, FunctionType) else None
