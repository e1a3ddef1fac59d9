"""The log of asyncio tasks: who they are, each step they made, where they waited in between."""

from __future__ import annotations

import asyncio
import math
import weakref
from asyncio import Future
from dataclasses import dataclass, field
from operator import attrgetter
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from workbench.engines.task_words import in_words
from workbench.model.tables import Outcome, TaskState

if TYPE_CHECKING:
    from types import CodeType, FrameType

    from workbench.engines.base import Boundary

    Path = tuple[int, ...]
    """Code ids and instruction offsets in turn, the outermost frame first."""

MOST_TASKS, MOST_SPANS, MOST_STEPS = 50_000, 200_000, 200_000
"""Tasks told one by one, stretches of time kept, and steps after which they are summed up."""

DEEPEST = 200
NOWHERE = -1
FIELDS = 6


_AT = attrgetter("_coro.cr_code", "_coro.cr_frame.f_lasti", "_coro.cr_await.cr_code")
_LEAVES = frozenset(
    id(function.__code__) for function in (asyncio.sleep, asyncio.Queue.get, asyncio.Queue.put, asyncio.Event.wait)
)
"""Coroutine functions of asyncio that wait at one place only."""


@dataclass(slots=True)
class Row:
    """One task as it will be told, or all later ones of a coroutine together: times in seconds of the clock."""

    name: str
    code: CodeType | None
    thread: str
    parent: int
    created: Path
    start: float
    count: int = 1
    end: float = math.nan
    outcome: Outcome = Outcome.PENDING
    error: str = ""


@dataclass(slots=True)
class Live:
    """A task that has not ended: the number of its row, since when it waits (NaN: it does not), and where."""

    number: int
    waiting: float
    place: int
    reference: Any


@dataclass(slots=True)
class Sums:
    """How often, how long, how long at most."""

    count: int = 0
    seconds: float = 0.0
    longest: float = 0.0

    def add(self, seconds: float) -> None:
        """One more time."""
        self.count += 1
        self.seconds += seconds
        self.longest = max(self.longest, seconds)


@dataclass(slots=True)
class TaskLog:
    """Everything that was seen of tasks. No task is kept alive by it."""

    boundary: Boundary
    rows: list[Row] = field(default_factory=list)
    live: dict[int, Live] = field(default_factory=dict)
    codes: dict[int, CodeType] = field(default_factory=dict)
    places: dict[tuple[Path, str | None], int] = field(default_factory=dict)
    steps: list[Any] = field(default_factory=list)
    sums: dict[tuple[int, TaskState, int], Sums] = field(default_factory=dict)
    spans: list[tuple[int, TaskState, float, float]] = field(default_factory=list)
    left_out: int = 0
    summed: int = 0
    """Steps that were summed up."""
    closed: bool = False
    """Whether the run is over; the step in which it ended may end later."""
    _short: dict[tuple[int, int, int], int] = field(default_factory=dict)
    """Places of tasks whose outermost coroutine waits in one of `_LEAVES`, told by where it is: most waits, and quick to tell."""

    _folded: dict[int, int] = field(default_factory=dict)

    def meet(
        self, task: Any, now: float, thread: str, parent: int = -1, created: Path = (), *, waits: bool = False
    ) -> Live:
        """A task that was not known: made at `now`, or there already, then perhaps waiting since."""
        code = _code(task)
        key = id(task)
        reference = weakref.ref(task, lambda _: self._gone(key))
        live = Live(self._number(task, code, now, thread, parent, created), math.nan, NOWHERE, reference)
        self.live[key] = live
        if waits and task._fut_waiter is not None:
            live.waiting, live.place = now, self.place(task)
        return live

    def place(self, task: Any) -> int:
        """Where a task waits, and for what, as a number."""
        waiter = task._fut_waiter
        plain = type(waiter) is Future
        if plain:
            try:
                outer, lasti, inner = _AT(task)
            except AttributeError:
                inner = None
            if id(inner) in _LEAVES:
                short = (id(outer), lasti, id(inner))
                place = self._short.get(short)
                if place is None:
                    place = self._short[short] = self._place(task, waiter)
                return place
        return self._place(task, waiter)

    def _place(self, task: Any, waiter: Any) -> int:
        chain = self.chain(task)
        key = (chain, None if type(waiter) is Future else in_words(waiter, self._codes_of(chain)))
        found = self.places.get(key)
        if found is None:
            found = self.places[key] = len(self.places)
        return found

    def chain(self, task: Any) -> Path:
        """A suspended task's chain of awaits."""
        path: list[int] = []
        awaited, codes = task.get_coro(), self.codes
        while awaited is not None:
            if type(awaited) is CoroutineType:
                frame, awaited = awaited.cr_frame, awaited.cr_await
            else:
                frame, awaited = getattr(awaited, "gi_frame", None), getattr(awaited, "gi_yieldfrom", None)
            if frame is None or len(path) > 2 * DEEPEST:
                break
            code = frame.f_code
            key = id(code)
            if key not in codes:
                codes[key] = code
            path += (key, frame.f_lasti)
        return tuple(path)

    def words(self, chain: Path, on: str | None) -> str:
        """What is waited for at a place, in words."""
        return in_words(None, self._codes_of(chain)) if on is None else on

    def _codes_of(self, chain: Path) -> list[CodeType]:
        return [self.codes[code] for code in chain[::2]]

    def stack(self, frame: FrameType | None, until: CodeType | None = None) -> Path:
        """A running stack, the outermost frame first: from the boundary on, or from the loop's call of `until`."""
        frames: list[FrameType] = []
        while frame is not None and len(frames) < DEEPEST:
            if frame.f_code in self.boundary.codes or frame.f_code is until:
                break
            frames.append(frame)
            if frame is self.boundary.frame:
                break
            frame = frame.f_back
        path: list[int] = []
        for one in reversed(frames):
            self._add(path, one)
        return tuple(path)

    def ended(self, task: Any, live: Live, now: float) -> None:
        """A task that has come to its end; its exception is looked at, and not taken as retrieved."""
        row = self.rows[live.number]
        self.live.pop(id(task), None)
        if row.count > 1 or self.closed:
            return
        row.name, row.end = task.get_name(), now
        error = None if task.cancelled() else task._exception
        row.outcome = Outcome.CANCELLED if task.cancelled() else Outcome.FAILED if error is not None else Outcome.DONE
        if error is not None:
            row.error = f"{type(error).__name__}: {error}"[:300]

    def flush(self) -> None:
        """Sum up the steps so far."""
        steps, self.steps[:] = self.steps[:], []
        self.summed += len(steps) // FIELDS
        for at in range(0, len(steps), FIELDS):
            number, place, waiting, ready, begin, end = steps[at : at + FIELDS]
            if waiting == waiting:  # noqa: PLR0124
                ready = max(ready, waiting)
                self.spend(number, TaskState.WAITING, place, waiting, ready)
            if ready < begin:
                self.spend(number, TaskState.READY, place, ready, begin)
            self.spend(number, TaskState.RUNNING, place, begin, end)

    def spend(self, number: int, state: TaskState, place: int, begin: float, end: float) -> None:
        """A stretch of a task's time."""
        seconds = max(end - begin, 0.0)
        self.sums.setdefault((number, state, place), Sums()).add(seconds)
        if len(self.spans) < MOST_SPANS and self.rows[number].count == 1:
            self.spans.append((number, state, begin, seconds))
        else:
            self.left_out += 1

    def close(self, now: float) -> None:
        """The end of the run: what tasks still wait for counts up to here."""
        self.flush()
        self.closed = True
        for live in self.live.values():
            task, row = live.reference(), self.rows[live.number]
            row.name = task.get_name() if task is not None and row.count == 1 else row.name
            if live.waiting == live.waiting:
                self.spend(live.number, TaskState.WAITING, live.place, live.waiting, now)
        self.live.clear()

    def _add(self, path: list[int], frame: FrameType) -> None:
        code = frame.f_code
        self.codes[id(code)] = code
        path.append(id(code))
        path.append(frame.f_lasti)

    def _number(self, task: Any, code: CodeType | None, now: float, thread: str, parent: int, created: Path) -> int:
        if len(self.rows) < MOST_TASKS:
            self.rows.append(Row(task.get_name(), code, thread, parent, created, now))
            return len(self.rows) - 1
        number = self._folded.get(id(code))
        if number is None:
            number = self._folded[id(code)] = len(self.rows)
            self.rows.append(Row("", code, thread, -1, (), now, count=1))
            self.codes[id(code)] = code  # type: ignore[assignment]
        self.rows[number].count += 1
        return number

    def _gone(self, key: int) -> None:
        live = self.live.pop(key, None)
        if live is not None and not self.closed and self.rows[live.number].count == 1:
            self.rows[live.number].error = "destroyed while it was pending"


def _code(task: Any) -> CodeType | None:
    coroutine = task.get_coro()
    return getattr(coroutine, "cr_code", None) or getattr(coroutine, "gi_code", None)
