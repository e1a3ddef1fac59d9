"""Runs calls as asyncio tasks on a loop whose order is chosen: which of the tasks that are ready goes on, and a clock that jumps.

The loop is asyncio's own; its queue of what is ready gives out another task than the first where a schedule says so. Callbacks that are
no task's keep their order. Where nothing is ready and no socket, process or thread is waited for, the clock jumps to the next timer.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import linecache
import selectors
import time
import warnings
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.study.races.baton import seen
from workbench.study.races.records import Decision, Outcome, Ran, Result, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from types import CodeType

MOST_STEPS = 20_000
"""Steps of one run after which it is given up."""


class Stalled(BaseException):
    """Nothing is ready, and nothing will be; or the steps ran out, or the time."""


class Ready(deque[Any]):
    """What is ready, where a chosen one is taken out in place of the first. `calls` is how many numbers are the calls' own.

    With `alone`, one task goes on until it ends or waits for others; so tasks that a call makes run one after the other, too.
    """

    def __init__(self, turns: dict[int, int], calls: int, alone: bool) -> None:
        super().__init__()
        self._turns = turns
        self._alone = alone
        self._active: asyncio.Task[Any] | None = None
        self.parked: list[Any] = []
        self._next = calls
        self._passed: dict[str, int] = {}
        self.names: dict[asyncio.Task[Any], int] = {}
        self.main: asyncio.Task[Any] | None = None
        self.decisions: list[Decision] = []
        self.steps: list[tuple[asyncio.Task[Any], str, str]] = []
        self.given = 0

    def popleft(self) -> Any:
        """The handle to run next."""
        self.given += 1
        if self.given > MOST_STEPS:
            raise Stalled(f"it went on past {MOST_STEPS:,} steps")
        self.ended()
        first = self._task(self[0])
        if first is None:
            return super().popleft()
        if self._alone and self._active is not None and not self._active.done():
            return self._only(self._active)
        able = {
            self._number(task): (at, task) for at, handle in enumerate(self) if (task := self._task(handle)) is not None
        }
        chosen = self._number(first)
        if len(able) > 1:
            chosen = self._decide(tuple(able), chosen, first)
        self._active = able[chosen][1]
        return self._take(*able[chosen])

    def _only(self, active: asyncio.Task[Any]) -> Any:
        """The handle of the one task that may go on; where it is not ready, another's is put aside, and what does nothing given out."""
        for at, handle in enumerate(self):
            if self._task(handle) is active:
                return self._take(at, active)
        self.parked.append(super().popleft())
        nothing = asyncio.Handle(lambda: None, (), self.parked[-1]._loop)
        nothing.cancel()
        return nothing

    def unpark(self) -> bool:
        """Let the others go on, where the one that may go on neither can nor just sleeps. Whether there were any."""
        if not self.parked or (self._active is not None and not self._active.done() and sleeps(self._active)):
            return False
        self.extend(self.parked)
        self.parked, self._active = [], None
        return True

    def free(self) -> None:
        """Keep to asyncio's order from here on."""
        self._alone, self._turns = False, {}
        self.extend(self.parked)
        self.parked = []

    def _take(self, at: int, task: asyncio.Task[Any]) -> Any:
        handle = self[at]
        del self[at]
        self.steps.append((task, stands(task), ""))
        return handle

    def ended(self) -> None:
        """Note where the step before has come to."""
        if self.steps and not self.steps[-1][2]:
            task, begin, _ = self.steps[-1]
            self.steps[-1] = (task, begin, "its end" if task.done() else stands(task))

    def told(self) -> tuple[str, ...]:
        """The steps so far, for a reader."""
        self.ended()
        named = [(name_of(self.names[task]), begin, end) for task, begin, end in self.steps if task in self.names]
        return tuple(f"task {name}: {begin}   [runs to {end}]" for name, begin, end in named)

    def _task(self, handle: Any) -> asyncio.Task[Any] | None:
        """The task whose step a handle is; None for callbacks and for the task that runs the calls."""
        owner = getattr(getattr(handle, "_callback", None), "__self__", None)
        return owner if isinstance(owner, asyncio.Task) and owner is not self.main and self.main is not None else None

    def _decide(self, enabled: tuple[int, ...], usual: int, first: asyncio.Task[Any]) -> int:
        turn = self._turns.get(len(self.decisions))
        chosen = turn if turn is not None and turn in enabled else usual
        key = f"{self._number(first)} {stands(first)}"
        self._passed[key] = self._passed.get(key, 0) + 1
        self.decisions.append(Decision(enabled, chosen, int(not self._alone), self._passed[key]))
        return chosen

    def _number(self, task: asyncio.Task[Any]) -> int:
        """A call's number, or the next free one for a task that a call has made."""
        if task not in self.names:
            self.names[task] = self._next
            self._next += 1
        return self.names[task]


class Jumping(selectors.DefaultSelector):
    """A selector that does not wait for timers but moves the loop's clock."""

    loop: ChosenLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready to be read or written; without anything that could become so, at once."""
        if (timeout is not None and timeout <= 0) or self.loop.ready.unpark():
            return super().select(0)
        if len(self.get_map()) > 1 or self.loop.has_threads:
            begin = time.monotonic()
            found = super().select(0.05 if timeout is None else min(timeout, 0.05))
            self.loop.waited(time.monotonic() - begin, bool(found))
            return found
        if timeout is None:
            raise Stalled("every task that is left waits")
        self.loop.ahead += timeout
        return super().select(0)


class ChosenLoop(asyncio.SelectorEventLoop):
    """asyncio's loop with `Ready` as its queue, and a clock that starts at 0."""

    _ready: Ready

    def __init__(self, turns: dict[int, int], calls: int, alone: bool) -> None:
        self.ahead = 0.0
        self._in_vain = 0
        self.complaints: list[str] = []
        chosen = Jumping()
        chosen.loop = self
        super().__init__(chosen)
        self.ready = self._ready = Ready(turns, calls, alone)
        self.set_exception_handler(lambda _, context: self.complaints.append(str(context.get("message"))))

    def time(self) -> float:
        """Seconds: what timers took, all at once, and what was really waited for sockets and threads."""
        return self.ahead

    @property
    def has_threads(self) -> bool:
        """Whether calls have been handed to threads of the loop's pool."""
        pool = getattr(self, "_default_executor", None)
        return pool is not None and bool(getattr(pool, "_threads", ()))

    def waited(self, seconds: float, found: bool) -> None:
        """Count a real wait; gives up after 5 s in vain."""
        self.ahead += seconds
        self._in_vain = 0 if found else self._in_vain + 1
        if self._in_vain > 100:
            raise Stalled("nothing came from outside for 5 s")


def run_tasks(
    setup: Callable[[], Any],
    calls: Sequence[Callable[[Any], object]],
    observe: Callable[[Any], object],
    turns: dict[int, int],
    *,
    serial: Sequence[int] | None = None,
    debug: bool = False,
) -> tuple[Ran, tuple[str, ...]]:
    """One run, each call a task, one after the other where an order is given; and asyncio's complaints, in debug mode also the warnings."""
    loop = ChosenLoop(turns, len(calls), serial is not None)
    loop.set_debug(debug)
    results: list[Result | None] = [None] * len(calls)
    outcome: Outcome | None = None
    stuck: tuple[str, ...] = ()
    note = ""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            outcome = loop.run_until_complete(_all(loop, setup, calls, observe, results, serial))
        except Stalled as error:
            stuck, note = tuple(_waiting(loop, task) for task in loop.ready.names if not task.done()), str(error)
        finally:
            steps, decisions = loop.ready.told(), tuple(loop.ready.decisions)
            _close(loop)
        if debug:
            gc.collect()
    complaints = (*loop.complaints, *(str(one.message) for one in heard if debug))
    return Ran(outcome, decisions, lambda: steps, stuck, note.startswith("every"), note), complaints


async def _all(
    loop: ChosenLoop,
    setup: Callable[[], Any],
    calls: Sequence[Callable[[Any], object]],
    observe: Callable[[Any], object],
    results: list[Result | None],
    serial: Sequence[int] | None,
) -> Outcome:
    loop.ready.main = asyncio.current_task()
    state = setup()
    if inspect.isawaitable(state):
        state = await state
    order = range(len(calls)) if serial is None else serial
    tasks = []
    for number in order:
        task = loop.create_task(_one(calls[number], state, results, number), name=f"call {name_of(number)}")
        loop.ready.names[task] = number
        tasks.append(task)
        if serial is not None:
            await asyncio.wait([task])
    await asyncio.wait(tasks)
    return Outcome(tuple(result for result in results if result is not None), seen(observe, state))


async def _one(call: Callable[[Any], object], state: Any, results: list[Result | None], number: int) -> None:
    try:
        value = call(state)
        results[number] = ("returned", await value if inspect.isawaitable(value) else value)
    except Stalled:
        raise
    except BaseException as error:  # noqa: BLE001
        results[number] = ("raised", type(error), error.args)


def sleeps(task: asyncio.Task[Any]) -> bool:
    """Whether a task waits for nothing but time."""
    inner = chain(task)
    return bool(inner) and inner[-1][0] is asyncio.sleep.__code__


def chain(task: asyncio.Task[Any]) -> list[tuple[CodeType, int]]:
    """The coroutines a task stands in, outermost first, each with its line; without this module's own."""
    found: list[tuple[CodeType, int]] = []
    inner: Any = task.get_coro()
    while inner is not None:
        frame = getattr(inner, "cr_frame", None) or getattr(inner, "gi_frame", None) or getattr(inner, "ag_frame", None)
        if frame is not None and frame.f_code.co_filename != __file__:
            found.append((frame.f_code, frame.f_lineno))
        inner = (
            getattr(inner, "cr_await", None) or getattr(inner, "gi_yieldfrom", None) or getattr(inner, "ag_await", None)
        )
    return found


def stands(task: asyncio.Task[Any]) -> str:
    """Where a task goes on, in the innermost coroutine outside of asyncio: `cache.py:12 await fetch()`; "begins" before its first step."""
    library = Path(asyncio.__file__).parent
    for code, line in reversed(chain(task)):
        file = Path(code.co_filename)
        if file.parent != library:
            return f"{file.name}:{line} {linecache.getline(code.co_filename, line).strip()}".rstrip()
    return "begins"


def _waiting(loop: ChosenLoop, task: asyncio.Task[Any]) -> str:
    return f"task {name_of(loop.ready.names[task])} waits at {stands(task)}"


def _close(loop: ChosenLoop) -> None:
    """End what is left, without choosing any more; a task that cannot be ended is left."""
    loop.set_debug(False)
    loop.ready.free()
    loop.ready.given = -MOST_STEPS
    loop.ready.decisions = []
    left = [task for task in asyncio.all_tasks(loop) if not task.done()]
    for task in left:
        task.cancel()
    try:
        if left:
            loop.run_until_complete(_gathered(left))
        loop.run_until_complete(loop.shutdown_asyncgens())
    except (Stalled, RuntimeError):
        loop.complaints.append("a task went on when it was cancelled")
    finally:
        pool = getattr(loop, "_default_executor", None)
        if pool is not None:
            pool.shutdown(wait=False)
        loop.close()


def _gathered(tasks: list[asyncio.Task[Any]]) -> Coroutine[Any, Any, Any]:
    async def wait() -> None:
        await asyncio.wait(tasks, timeout=1)

    return wait()
