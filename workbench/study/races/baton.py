"""Runs calls in threads of which one at a time goes on: a baton is passed at chosen instructions.

Locks, queues and all else stay the real ones. Who waits in one is noticed (no instruction, no processor time), and the baton goes to
somebody else; so whatever happens here is something that the program can do. Threads that the calls start take part as well.
"""

from __future__ import annotations

import sys
import threading
import time
from _thread import allocate_lock, get_ident
from typing import TYPE_CHECKING, Any

from workbench.study.races.records import Decision, Outcome, Ran, Result, name_of
from workbench.study.races.stacks import Waits, asleep, waits_at
from workbench.study.races.steps import Steps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from workbench.study.races.points import Places

POLL = 0.0005
"""Seconds between two looks at the thread that has the baton."""

SOON, LATER = 2, 5
"""Looks in a row in which a thread has done nothing, after which it is taken to wait: at a call or `with`, and elsewhere."""

HANG = 0.6
"""Seconds without any instruction or processor time after which threads that all wait for locks are called a deadlock."""

ALONE = 0.15
"""The same for a call that runs alone, with nobody there who could wake it."""

LAST = 0.2
"""Seconds for a thread to unwind, when a run is given up."""

FAIR = 1000
"""Points that a thread may pass in a row before another's turn comes, so that one which spins for another gets its answer."""

MOST_PASSAGES = 40
"""Passages of one place by one thread after which no switch is tried there any more."""

MAY_WAIT = ("CALL", "CALL_KW", "BEFORE_WITH")
"""Instructions at which threads mostly wait."""

READY, RUNNING, BLOCKED, DONE = "ready", "running", "blocked", "done"


class Abandoned(BaseException):
    """Unwinds a thread whose run was given up."""


class Worker:
    """One thread of a run: a call's, or one that a call started (`call` is False)."""

    def __init__(self, number: int, name: str, *, call: bool) -> None:
        self.number = number
        self.name = name
        self.call = call
        self.gate = allocate_lock()
        self.gate.acquire()
        self.state = READY if call else BLOCKED
        self.ident = self.native = 0
        self.ticks = 0
        self.passed: dict[Any, int] = {}
        self.last: tuple[int, float] = (-1, -1.0)
        self.idle = 0
        self.patience = LATER

    def cpu(self) -> float:
        """Processor seconds of a call's thread so far; 0 where that cannot be told. Under the mutex, without which the thread may end:
        of a thread that has ended the system must not be asked."""
        if not self.call or not self.ident or self.state == DONE or not hasattr(time, "pthread_getcpuclockid"):
            return 0.0
        return time.clock_gettime(time.pthread_getcpuclockid(self.ident))


class Run:
    """One run of the calls under a schedule: `turns` maps the number of a decision to the worker that goes on there.

    `serial` is an order of the calls in which each may begin only when the one before has ended; None leaves them all free.
    """

    def __init__(self, places: Places, turns: dict[int, int], serial: Sequence[int] | None = None) -> None:
        self._places = places
        self._turns = turns
        self._serial = None if serial is None else list(serial)
        self._mutex = allocate_lock()
        self._ended = allocate_lock()
        self._ended.acquire()
        self._workers: list[Worker] = []
        self._by_ident: dict[int, Worker] = {}
        self._current: Worker | None = None
        self._calls = 0
        self._others: tuple[int, ...] = ()
        self._blocked = False
        self._row = 0
        self._fault: Exception | None = None
        self._steps = Steps(places)
        self.decisions: list[Decision] = []
        self.over = False
        self.note = ""
        self.traced = False
        self.cut = False

    def run(
        self, state: Any, calls: Sequence[Callable[[Any], object]], observe: Callable[[Any], object], seconds: float
    ) -> Ran:
        """Run it, `seconds` at the most; threads that wait for ever are left behind, the others unwound."""
        results: list[Result | None] = [None] * len(calls)
        self._workers = [Worker(number, name_of(number), call=True) for number in range(len(calls))]
        self._calls = len(calls)
        threads: list[threading.Thread] = []
        before = threading.gettrace()
        try:
            for worker, call in zip(list(self._workers), calls):
                threads.append(threading.Thread(target=self._work, args=(worker, call, state, results), daemon=True))
                threads[-1].start()
            threading.settrace(self._trace)
            with self._mutex:
                self._next(None)
            stuck, waits = self._watch(time.monotonic() + seconds)
        finally:
            threading.settrace(before)
            self._give_up()
            for thread in threads:
                thread.join(LAST)
        if self._fault is not None:
            raise self._fault
        ended = tuple(result for result in results if result is not None)
        outcome = None if stuck or len(ended) < len(calls) else Outcome(ended, seen(observe, state))
        return Ran(outcome, tuple(self.decisions), self._steps.told, stuck, waits, self.note, self.cut, self.traced)

    def _work(self, worker: Worker, call: Callable[[Any], object], state: Any, results: list[Result | None]) -> None:
        with self._mutex:
            worker.ident, worker.native = get_ident(), threading.get_native_id()
            self._by_ident[worker.ident] = worker
        worker.gate.acquire()
        if not self.over:
            sys.settrace(self._trace)
            try:
                results[worker.number] = result_of(call, state)
            except Abandoned:
                pass
            finally:
                sys.settrace(None)
        self._done(worker)

    def _trace(self, frame: FrameType, _event: str, _arg: Any) -> Any:
        if self.over or not self._places.followed(frame.f_code):
            return None
        frame.f_trace = self._within  # before the next line: Python 3.13 only then begins at the first instruction
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return self._within

    def _within(self, frame: FrameType, event: str, _arg: Any) -> Any:
        if event != "opcode":
            return self._within
        self.traced = True
        if self.over:
            self._leave()
            return None
        found = self._places.point(frame)
        if found is not None:
            try:
                self._point(self._mine(), frame, found[0])
            except Exception as error:  # noqa: BLE001
                self._fault, self.over = error, True
        return self._within

    def _leave(self) -> None:
        sys.settrace(None)
        worker = self._by_ident.get(get_ident())
        if worker is not None and worker.call:
            raise Abandoned

    def _mine(self) -> Worker:
        """This thread's worker; a new one for a thread that a call has started."""
        worker = self._by_ident.get(get_ident())
        if worker is None or worker.state == DONE:
            with self._mutex:
                number = len(self._workers)
                worker = Worker(number, f"{number - self._calls + 1} that a call started", call=False)
                worker.ident, worker.native = get_ident(), threading.get_native_id()
                self._workers.append(worker)
                self._by_ident[worker.ident] = worker
        return worker

    def _point(self, worker: Worker, frame: FrameType, name: str) -> None:
        """Stand before an instruction: go on, pass on the baton, or wait for it."""
        worker.ticks += 1
        worker.patience = SOON if name in MAY_WAIT else LATER
        code, offset = frame.f_code, frame.f_lasti
        at = (id(code), offset)
        passage = worker.passed[at] = worker.passed.get(at, 0) + 1
        if self._blocked:
            time.sleep(0.00005)
        stays = self._current is worker and self._row < FAIR
        if stays and (passage > MOST_PASSAGES or self._turns.get(len(self.decisions), worker.number) == worker.number):
            self._stay(worker, passage)
        elif not self._hand_over(worker, passage):
            self._steps.stopped(worker, code, offset)
            worker.gate.acquire()
        if self.over:
            self._leave()
        else:
            self._steps.went(worker, code, offset)

    def _stay(self, worker: Worker, passage: int) -> None:
        """Go on with the baton in hand."""
        self._row += 1
        others = self._others
        if passage > MOST_PASSAGES:
            self.cut = True
        elif others:
            self.decisions.append(Decision((worker.number, *others), worker.number, 1, passage))

    def _hand_over(self, worker: Worker, passage: int) -> bool:
        """Have the next one chosen, where it is this worker's turn to say so; whether it is itself that goes on."""
        with self._mutex:
            worker.state = READY
            if self._current is worker or self._current is None:
                self._next(worker, passage)
            else:
                self._others = self._enabled(self._current)
            if self.over:
                return True
            if self._current is worker:
                worker.gate.acquire()
                return True
            return False

    def _enabled(self, current: Worker | None) -> tuple[int, ...]:
        """Who else could go on. Under the mutex."""
        self._blocked = any(one.state == BLOCKED for one in self._workers)
        return tuple(
            one.number for one in self._workers if one is not current and one.state == READY and self._may(one)
        )

    def _next(self, worker: Worker | None, passage: int = 1) -> None:
        """Choose who goes on, and open their gate; `worker` stands at a point, None where nobody does. Under the mutex."""
        self._current = None
        others = self._enabled(worker)
        able = worker is not None and self._may(worker)
        if self.over or not (able or others):
            return
        numbers = (worker.number, *others) if able and worker is not None else others
        tired = able and self._row >= FAIR and bool(others)
        chosen = numbers[1] if tired else numbers[0]
        if len(numbers) > 1:
            turn = self._turns.get(len(self.decisions))
            chosen = turn if turn is not None and turn in numbers else chosen
            self.decisions.append(Decision(numbers, chosen, int(able and not tired), passage))
        self._row = 0
        one = self._workers[chosen]
        one.state, one.idle = RUNNING, 0
        self._current = one
        self._others = self._enabled(one)
        one.gate.release()

    def _may(self, worker: Worker) -> bool:
        """Whether it may go on: with a serial order, only the first call that has not ended, and threads that calls have started."""
        if self._serial is None or not worker.call:
            return True
        left = [number for number in self._serial if self._workers[number].state != DONE]
        return bool(left) and left[0] == worker.number

    def _done(self, worker: Worker) -> None:
        with self._mutex:
            worker.state = DONE
            if self._current is worker or self._current is None:
                self._next(None)
            if all(one.state == DONE for one in self._workers if one.call):
                self._ended.release()

    def _watch(self, deadline: float) -> tuple[tuple[str, ...], bool]:
        """Wait for the end; pass on the baton of a thread that waits. Who is stuck where, and whether all of them wait for good."""
        still = time.monotonic()
        seen: Any = None
        while not self._ended.acquire(timeout=POLL):
            now = time.monotonic()
            with self._mutex:
                self._look()
                self._bury()
                moved = [(one.ticks, one.state, round(one.cpu(), 3)) for one in self._workers]
            if moved != seen:
                seen, still = moved, now
            alone = self._serial is not None and len(self._workers) == self._calls
            if now - still > (ALONE if alone else HANG) and self._current is None:
                found = self._where()
                if all(one.waits for one in found) or now - still > 5 * HANG:
                    return tuple(one.said for one in found), all(one.waits for one in found)
            if now > deadline or self._fault is not None:
                self.note = "it did not end in the time it had"
                return tuple(one.said for one in self._where()), False
        return (), False

    def _look(self) -> None:
        """Take the baton from a thread that has used no processor time since the last look. Under the mutex."""
        worker = self._current
        if worker is None:
            return
        state = (worker.ticks, worker.cpu())
        worker.idle = worker.idle + 1 if state == worker.last else 0
        worker.last = state
        if worker.idle >= worker.patience and asleep(worker.native) and worker.state == RUNNING:
            worker.state = BLOCKED
            self._next(None)

    def _bury(self) -> None:
        """Note which threads that calls have started are no more. Under the mutex."""
        frames = sys._current_frames() if len(self._workers) > self._calls else {}
        for worker in self._workers:
            if not worker.call and worker.state != DONE and worker.ident not in frames:
                worker.state = DONE
                if self._current is worker:
                    self._next(None)

    def _busy(self, frame: FrameType | None) -> bool:
        """Whether a thread is within code that is followed, and not an idle thread of a pool."""
        while frame is not None and not self._places.followed(frame.f_code):
            frame = frame.f_back
        return frame is not None

    def _where(self) -> list[Waits]:
        frames = sys._current_frames()
        left = [one for one in self._workers if one.state != DONE and (one.call or self._busy(frames.get(one.ident)))]
        begun = [one for one in left if self._may(one)] or left
        return [waits_at(f"thread {one.name}", frames.get(one.ident)) for one in begun]

    def _give_up(self) -> None:
        """Let everybody go: those at a gate unwind, and no thread is stopped again."""
        with self._mutex:
            self.over = True
            for worker in self._workers:
                if worker.state != DONE and worker.gate.locked():
                    worker.gate.release()


def result_of(call: Callable[[Any], object], state: Any) -> Result:
    """How a call ends; `Abandoned` goes through."""
    try:
        return ("returned", call(state))
    except Abandoned:
        raise
    except BaseException as error:  # noqa: BLE001
        return ("raised", type(error), error.args)


def seen(observe: Callable[[Any], object], state: Any) -> Any:
    """What `observe` says, or how it raises."""
    try:
        return observe(state)
    except Exception as error:  # noqa: BLE001
        return ("observe raised", type(error), error.args)
