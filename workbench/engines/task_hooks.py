"""Stands around each step that an event loop makes: replaces three methods of asyncio's own classes for the time of a run.

`Handle._run` runs a step, `BaseEventLoop._call_soon` makes one ready, `BaseEventLoop.create_task` makes a task. Loops, tasks and
factories of the program stay as they are, so that what was there before the run is seen as well.
"""

from __future__ import annotations

import asyncio
import math
import sys
import time
from asyncio import base_events, events
from threading import current_thread, get_ident
from typing import TYPE_CHECKING, Any

from workbench.engines.task_log import FIELDS, MOST_STEPS

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from workbench.engines.task_log import Live, TaskLog

LATE = 1e-3
"""Seconds from which on a timer counts as late: its tasks were ready when it was due, and not when the loop came to it."""

BLOCKED = 0.05
"""Seconds from which on a step is told as having blocked its loop."""

PATCHED: tuple[tuple[Any, str], ...] = (
    (events.Handle, "_run"),
    (base_events.BaseEventLoop, "_call_soon"),
    (base_events.BaseEventLoop, "create_task"),
)


Step = tuple[float, int, float, float, int, int]
"""A step that is being made: when it began, the task's number (-1: a callback), since when it was ready, waited, and where; its thread."""


class Stamped(events.Handle):
    """A handle that knows since when it is ready."""

    __slots__ = ("since",)
    since: float


class Hooks:
    """The three methods; `current` has the step that each loop is in."""

    def __init__(self, log: TaskLog, clock: Callable[[], float]) -> None:
        self._log = log
        self._clock = clock
        self._before: list[Any] = []
        self._ours: list[Any] = []
        self.current: dict[Any, Step] = {}
        self.first: tuple[Any, Callable[[float], None]] | None = None
        """The loop in whose step the run began, and who is told when that has ended."""
        self._overdue: dict[Any, float] = {}
        """Loops that run a timer later than it was due: what it makes ready was to be so then."""

        self.slices: list[tuple[int, str, float, float]] = []
        """(number of the task or -1, name, begin, end)."""

    def take(self) -> None:
        """Put them in place."""
        self._before = [vars(owner)[name] for owner, name in PATCHED]
        self._ours = [self._stepping(self._before[0]), self._readying(), self._making(self._before[2])]
        for (owner, name), method in zip(PATCHED, self._ours, strict=True):
            setattr(owner, name, method)

    def give_back(self) -> None:
        """Put back what was there, but where somebody else has put theirs on top since."""
        for (owner, name), method, before in zip(PATCHED, self._ours, self._before, strict=True):
            if vars(owner).get(name) is method:
                setattr(owner, name, before)
        self._ours, self._before = [], []

    @property
    def taken(self) -> bool:
        """Whether they are in place."""
        return bool(self._ours)

    @property
    def loop_code(self) -> CodeType | None:
        """The code that runs a step: on a stack, what lies below it is the loop's own."""
        code: CodeType | None = getattr(self._before[0], "__code__", None) if self._before else None
        return code

    def _stepping(self, run: Callable[[Any], None]) -> Callable[[Any], None]:
        """The replacement of `Handle._run`; it runs for every step of every loop, so all it needs is at hand in locals."""
        log, clock, current, live_of = self._log, self._clock, self.current, self._log.live
        extend, place_of, later, unknown = self._log.steps.extend, self._log.place, self._later, math.nan
        task_type, timer_type, overdue = asyncio.Task, events.TimerHandle, self._overdue
        ahead = clock() - time.monotonic()

        def _run(handle: Any) -> None:
            loop = handle._loop
            owner: Any = getattr(handle._callback, "__self__", None)
            begin = clock()
            before = current.get(loop)
            if before is not None:
                before = self._entered(loop, before, begin)
            live = live_of.get(id(owner))
            if live is None:
                if not isinstance(owner, task_type):
                    current[loop] = (begin, -1, begin, unknown, -1, get_ident())
                    if type(handle) is timer_type and (due := handle.when() + ahead) < begin - LATE:
                        overdue[loop] = due
                        run(handle)
                        del overdue[loop]
                    else:
                        run(handle)
                    end = clock()
                    if before is not None or end - begin > BLOCKED:
                        later(handle, loop, before, begin, end)
                    else:
                        del current[loop]
                    return
                live = log.meet(owner, begin, current_thread().name)
            number, waiting, place = live.number, live.waiting, live.place
            ready = handle.since if type(handle) is Stamped else begin
            current[loop] = (begin, number, ready, waiting, place, get_ident())
            run(handle)
            end = clock()
            extend((number, place, waiting, ready, begin, end))
            if owner.done():
                log.ended(owner, live, end)
            elif owner._fut_waiter is not None:
                live.place = place_of(owner)
                live.waiting = end
            else:
                live.waiting = unknown
            if before is not None or end - begin > BLOCKED:
                later(handle, loop, before, begin, end, number)
            else:
                del current[loop]

        return _run

    def _later(self, handle: Any, loop: Any, before: Step | None, begin: float, end: float, number: int = -1) -> None:
        """What is not to be done after every step: it lasted long, was made within another, or there are too many to remember."""
        if before is None:
            self.current.pop(loop, None)
        else:
            self.current[loop] = before
        if end - begin > BLOCKED:
            self.slices.append((number, _name(handle) if number < 0 else "", begin, end))
        if len(self._log.steps) > MOST_STEPS * FIELDS:
            self._log.flush()

    def _entered(self, loop: Any, before: Step, begin: float) -> Step | None:
        """A step begins where another seems to go on: within it, or it is the one in which the run began, and has ended."""
        if self.first is None or self.first[0] is not loop:
            return before
        over, self.first = self.first[1], None
        over(begin)
        return None

    def _readying(self) -> Callable[..., Any]:
        clock, overdue = self._clock, self._overdue

        def _call_soon(loop: Any, callback: Any, args: Any, context: Any) -> Any:
            handle: Any = Stamped(callback, args, loop, context)
            if handle._source_traceback:
                del handle._source_traceback[-1]
            handle.since = (overdue and overdue.get(loop)) or clock()
            loop._ready.append(handle)
            return handle

        return _call_soon

    def _making(self, create: Callable[..., Any]) -> Callable[..., Any]:
        log, clock = self._log, self._clock

        def create_task(loop: Any, coro: Any, **options: Any) -> Any:
            begin = clock()
            task = create(loop, coro, **options)
            if isinstance(task, asyncio.Task) and id(task) not in log.live:
                self._made(loop, task, begin)
            return task

        return create_task

    def _made(self, loop: Any, task: Any, begin: float) -> None:
        """A new task; an eager one has made its first step already."""
        log, end = self._log, self._clock()
        parent = asyncio.current_task(loop) if loop.is_running() else None
        known = log.live.get(id(parent)) if parent is not None else None
        created = log.stack(sys._getframe(2), self.loop_code)
        live = log.meet(task, begin, current_thread().name, known.number if known else -1, created)
        if task.done():
            self._eager(live, begin, end)
            log.ended(task, live, end)
        elif task._fut_waiter is not None:
            self._eager(live, begin, end)
            live.waiting, live.place = end, log.place(task)

    def _eager(self, live: Live, begin: float, end: float) -> None:
        self._log.steps.extend((live.number, live.place, math.nan, begin, begin, end))


def _name(handle: Any) -> str:
    callback = handle._callback
    return str(getattr(callback, "__qualname__", None) or getattr(type(callback), "__qualname__", "callback"))
