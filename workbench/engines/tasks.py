"""Engine `tasks`: what asyncio tasks do with their time - run, wait for the loop, wait for something - and what blocks the loop.

asyncio is imported by it: who asks for tasks has, or will have, an event loop of it.
"""

from __future__ import annotations

import asyncio
import math
import threading
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.clock import SYSTEM, Clock
from workbench.engines.base import Boundary, Findings, Options
from workbench.engines.task_hooks import BLOCKED, Hooks
from workbench.engines.task_log import MOST_TASKS, TaskLog
from workbench.engines.task_rows import TaskRows
from workbench.engines.threads import frames_of_others
from workbench.engines.watch import Watch
from workbench.model.facts import Cost, Evidence
from workbench.model.tables import Outcome

if TYPE_CHECKING:
    from workbench.engines.task_hooks import Step
    from workbench.engines.task_log import Live, Path
    from workbench.model.builder import RecordingBuilder

LOOK = 0.01
"""Seconds between looks at whether a loop is blocked, and where."""


class TasksEngine:
    """One run's hooks, log and watch."""

    def __init__(self, options: Options | None = None, clock: Clock = SYSTEM) -> None:
        del options
        self._clock = clock
        self._log = TaskLog(Boundary())
        self._hooks: Hooks | None = None
        self._watch: Watch | None = None
        self._begin = 0.0
        self._met: dict[float, Counter[Path]] = {}
        self._slices: list[tuple[int, str, float, float]] = []
        self._mark: asyncio.Handle | None = None
        self._foreign = ""

    def start(self, boundary: Boundary) -> None:
        """Stand around the steps of all loops from now on, and take in the tasks that are there."""
        self._log = TaskLog(boundary)
        self._hooks = Hooks(self._log, self._clock.wall)
        self._begin = self._clock.wall()
        self._there_already(self._hooks)
        self._hooks.take()
        self._watch = Watch(self._look, None, set())
        self._watch.start(LOOK, alone=True)

    def stop(self) -> None:
        """Give everything back; may be called twice."""
        if self._watch is not None:
            self._watch.stop()
            self._watch = None
        hooks = self._hooks
        if hooks is None or not hooks.taken:
            return
        now = self._clock.wall()
        for step in list(hooks.current.values()):
            self._unfinished(hooks, step, now)
        hooks.give_back()
        if self._mark is not None:
            self._mark.cancel()
            self._mark = None
        self._slices = list(hooks.slices)
        self._log.close(now)
        self._log.boundary = Boundary(codes=self._log.boundary.codes)

    def fill(self, builder: RecordingBuilder, until: float) -> Findings:
        """Rows of tasks, waits, stretches and slices."""
        rows = TaskRows(self._log, self._begin, until)
        rows.fill(builder)
        for number, name, begin, end in self._slices:
            met = self._met.get(begin)
            rows.slice(builder, number, name, met.most_common(1)[0][0] if met else (), begin, end)
        self._say(builder)
        cost = Cost(float("nan"), 0, float("nan"), "not measured: two clock readings and a list entry a step")
        return Findings("asyncio steps", cost, Evidence.TASKS, self._log.summed, "step")

    def _unfinished(self, hooks: Hooks, step: Step, now: float) -> None:
        """A step in which the run ends counts up to here; its task, in which a cell or block ran, has come to the end of that."""
        begin, number, ready, waiting, place, _ = step
        if number < 0:
            return
        self._log.steps.extend((number, place, waiting, ready, begin, now))
        row = self._log.rows[number]
        row.end, row.outcome = now, Outcome.DONE
        for live in self._log.live.values():
            if live.number == number:
                live.waiting = math.nan
        if now - begin > BLOCKED:
            hooks.slices.append((number, "", begin, now))

    def _there_already(self, hooks: Hooks) -> None:
        """The tasks of the loop that runs here now; the one whose step this is in has run since the beginning."""
        loop = asyncio._get_running_loop()
        if loop is None:
            return
        if not isinstance(loop, asyncio.BaseEventLoop):
            self._foreign = f"{type(loop).__module__}.{type(loop).__qualname__}"
            return
        thread, now = threading.current_thread().name, self._begin
        current = asyncio.current_task(loop)
        for task in sorted(asyncio.all_tasks(loop), key=lambda one: one.get_name()):
            live = self._log.meet(task, now, thread, waits=task is not current)
            if task is current:
                hooks.current[loop] = (now, live.number, now, math.nan, -1, threading.get_ident())
                hooks.first = (loop, partial(self._over, hooks, task, live))
                self._mark = loop.call_soon(_nothing)

    def _over(self, hooks: Hooks, task: asyncio.Task[Any], live: Live, end: float) -> None:
        """The step in which the run began was entered before the hooks were in place; it has ended when the next one begins."""
        self._log.steps.extend((live.number, -1, math.nan, self._begin, self._begin, end))
        if task.done():
            self._log.ended(task, live, end)
        elif task._fut_waiter is not None:  # type: ignore[attr-defined]
            live.waiting, live.place = end, self._log.place(task)
        if end - self._begin > BLOCKED:
            hooks.slices.append((live.number, "", self._begin, end))

    def _look(self) -> bool:
        """From the watching thread: where a loop stands that has been in one step for too long."""
        hooks, now, seen = self._hooks, self._clock.wall(), False
        if hooks is None or not hooks.taken:
            return False
        for begin, *_, ident in list(hooks.current.values()):
            if now - begin > BLOCKED:
                path = self._log.stack(frames_of_others().get(ident), hooks.loop_code)
                self._met.setdefault(begin, Counter())[path] += 1
                seen = True
        return seen

    def _say(self, builder: RecordingBuilder) -> None:
        log = self._log
        if self._foreign:
            builder.note(
                f"The loop that ran here is a {self._foreign}, whose steps cannot be seen: it is not one of asyncio's own. "
                "Run the program on asyncio's loop to see its tasks."
            )
        if len(log.rows) > MOST_TASKS:
            builder.note(f"The tasks after the first {MOST_TASKS:,} are told together, by coroutine.")
        if log.left_out:
            builder.note(
                f"{units.count(log.left_out, 'stretch')} of time are left out of the lanes and kept in all sums."
            )


def _nothing() -> None:
    """Run by the loop after the step in which a recording began."""
