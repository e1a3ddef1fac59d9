"""Engine `sample`: where wall time goes, seen by sampling in the process.

A timer signal interrupts the main thread, whose handler logs the stack with the wall and processor time since the last tick. Every few
ticks the period is drawn anew, so that no rhythm of the program can hide between ticks. A second, rarely waking
thread looks in when no signal has been answered for a while: the main thread is then inside C code or waits for a lock that others hold,
and stands exactly where it is seen. Where signals cannot be had, that thread does all the work.
"""

from __future__ import annotations

import random
import signal
import threading
from typing import TYPE_CHECKING

from workbench import units
from workbench.clock import SYSTEM, Clock
from workbench.engines.awaiting import Awaiting
from workbench.engines.base import Boundary, Findings, Options
from workbench.engines.heard import Heard
from workbench.engines.ledger import Ledger
from workbench.engines.pace import Pace
from workbench.engines.peeking import LogPeeker
from workbench.engines.process_memory import memory_probe
from workbench.engines.threads import OtherThreads, frames_of_others
from workbench.engines.ticks import TickLog
from workbench.engines.timers import Timer, main_thread_timer
from workbench.engines.watch import Watch
from workbench.errors import EngineUnavailableError
from workbench.model.facts import Cost, Evidence

if TYPE_CHECKING:
    from types import FrameType

    from workbench.model.builder import RecordingBuilder

_LOOP_WAITS_IN = frozenset({"select", "run_forever", "run_until_complete"})
_MEMORY_EVERY = 0.02
_DRAW_EVERY = 8
IDLE = 0.1
_ROOM = __file__.removesuffix("sample.py")


class SampleEngine:
    """See the module. One instance serves one run."""

    def __init__(self, options: Options | None = None, clock: Clock = SYSTEM) -> None:
        self._pace = Pace(options or Options())
        self._clock = clock
        self._timer: Timer | None = None
        self._why_thread = ""
        self._running = False
        self._busy = False
        self._failure: Exception | None = None
        """A fault of the sampler's ends the sampling, never the program; `fill` reports it."""
        self._signals = 0
        self._readings: list[tuple[float, int]] = []
        self._next_reading = 0.0

    def start(self, boundary: Boundary) -> None:
        """Take a timer, or the sampling thread where there is none to be had."""
        self._log = TickLog(boundary)
        self._memory = memory_probe()
        self._owner = threading.get_ident()
        aside = {self._owner}
        self._watch = Watch(self._look, self._cpu_of_owner(), aside, self._have_a_tick_answered)
        self._awaiting = Awaiting()
        self._begin = self._clock.wall()
        self._period = 0.0
        self._due = self._unanswered = 0.0
        """When the next tick is due, and since when one is that no signal has been answered for; looks move only the first on."""
        self._ledger = Ledger(self._begin, self._clock.cpu())
        self._others = OtherThreads(self._log, aside, self._begin)
        self._read_memory(self._begin)
        self._running = True
        try:
            self._timer = main_thread_timer(self._on_signal)
        except EngineUnavailableError as reason:
            self._why_thread = str(reason)
        self._watch.start(self._pace.interval, alone=self._timer is None)
        self._arm()

    def stop(self) -> None:
        """See Engine."""
        if not self._running:
            return
        self._running = False
        self._watch.stop()
        if self._timer is not None:
            self._timer.stop()
        now = self._clock.wall()
        self._others.finish(now)
        self._read_memory(now)
        self._memory.close()
        self._log.release()

    def fill(self, builder: RecordingBuilder, until: float) -> Findings:
        """See Engine."""
        from workbench.engines.sample_rows import Rows

        ticks = Rows(self._log, self._others.names(), self._begin, until).fill(builder)
        for time, rss in self._readings:
            if time <= until or time == self._readings[0][0]:
                builder.memory(time, rss)
        mechanism = self._timer.mechanism if self._timer else "sampling thread"
        if self._why_thread:
            builder.note(
                f"Sampled by a thread, which sees less of pure Python code than a timer signal does: {self._why_thread}"
            )
        if self._log.thinned:
            builder.note(
                f"The run was long: it was looked at half as often {units.count(self._log.thinned, 'time')}, and of what was seen before, "
                "each time one observation in two was kept, with the time of both, so that memory stays bounded."
            )
        if self._failure is not None:
            builder.note(f"The sampler failed and looked no further, the program went on: {self._failure!r}")
        return Findings(mechanism, self._cost(ticks, until), Evidence.SAMPLES)

    def peeker(self) -> LogPeeker:
        """See Peeking."""
        return LogPeeker(lambda: getattr(self, "_log", None))

    def _on_signal(self, _number: int, frame: FrameType | None) -> None:
        if not self._running or self._busy:
            return
        if self._failure is not None and self._timer is not None:
            self._timer.stop()
            return
        self._busy = True
        try:
            now, cpu = self._clock.wall(), self._clock.cpu()
            if self._timer is not None:
                self._timer.way.answered()
            self._signals += 1
            late = max(now - self._unanswered, 0.0)
            if now >= self._due or not late:
                due = self._last_due(now)
                idle = self._observe(frame, due, now, cpu, late, exact=False)
                spent = self._clock.cpu()
                self._close(due, spent, spent - cpu, idle=idle)
            self._unanswered = self._due
            self._left -= 1
            if self._left <= 0 or self._pace.interval > 2 * self._period:
                self._arm()
        except Exception as failure:  # noqa: BLE001
            self._failure = failure.with_traceback(None)
        finally:
            self._busy = False

    def _last_due(self, now: float) -> float:
        """The last moment up to `now` at which a tick was due; the next one follows a period later."""
        due = min(self._due + self._period * max((now - self._due) // self._period, 0.0), now)
        self._due = due + self._period
        return due

    def _observe(
        self, frame: FrameType | None, due: float, now: float, cpu: float, late: float, *, exact: bool
    ) -> bool:
        """Write one tick down; whether the program waited, all its threads."""
        wall, used = self._ledger.span(due, now, cpu)
        if frame is not None and frame.f_code.co_name in _LOOP_WAITS_IN:
            path = self._awaiting.path()
            stack = self._log.see_awaiting(path, frame.f_back) if path else self._log.see(frame)
        else:
            stack = self._log.see(frame)
        self._log.add(stack, 0, due, wall, used, late, exact)
        others = self._others.observe(now)
        if now >= self._next_reading:
            self._read_memory(now)
        if self._log.full:
            self._others.renumber(self._log.thin(self._others.stacks()))
            self._pace.halve()
        self._watch.hint(late, self._pace.interval)
        return not others and used < IDLE * wall

    def _close(self, due: float, cpu: float, own: float, *, idle: bool) -> None:
        end = self._clock.wall()
        self._ledger.close(due, end, cpu, own)
        self._pace.spent(own, end - self._begin, idle=idle)

    def _look(self) -> bool:
        """Called by the watching thread: observe the owner if nothing else has for a while; whether that was so.

        Beside a timer it counts up to the moment at which a tick was due, as a signal would: looks come only where C code runs, and
        were they moments of their own, C code would gain half a period at each of its beginnings.
        """
        if self._busy or not self._running or self._failure is not None:
            return False
        now = self._clock.wall()
        alone = self._timer is None
        if self._timer is not None:
            self._timer.way.watched(now - self._unanswered)
        if not alone and now < self._due + 0.5 * self._pace.interval:
            return False
        frame = frames_of_others().get(self._owner)
        if frame is None or frame.f_code.co_filename.startswith(_ROOM):
            return False
        self._busy = True
        try:
            begin = self._clock.cpu()
            due = now if alone else self._last_due(now)
            idle = self._observe(frame, due, now, self._watch.owner_cpu(), 0.0, exact=not alone)
            self._close(due, self._watch.owner_cpu(), self._clock.cpu() - begin, idle=idle)
        except Exception as failure:  # noqa: BLE001
            self._failure = failure.with_traceback(None)
        finally:
            self._busy = False
        return True

    def _have_a_tick_answered(self) -> None:
        if self._timer is not None:
            self._timer.way.open()

    def _arm(self) -> None:
        self._period = self._pace.interval * (0.75 + 0.5 * random.random())
        self._left = _DRAW_EVERY
        self._due = self._unanswered = self._clock.wall() + self._period
        if self._timer is not None:
            self._timer.arm(self._period)

    def _read_memory(self, now: float) -> None:
        self._readings.append((now - self._begin, self._memory.read()))
        self._next_reading = now + max(_MEMORY_EVERY, (now - self._begin) / 1000)

    def _cost(self, ticks: int, until: float) -> Cost:
        floor = _signal_floor() if self._timer is not None else 0.0
        own = self._ledger.own + self._signals * floor
        method = "own clock + signal delivery measured here; a lower bound"
        return Cost(interval=until / ticks if ticks else float("nan"), samples=ticks, own=own, method=method)

    @staticmethod
    def _cpu_of_owner() -> int | None:
        import time

        find = getattr(time, "pthread_getcpuclockid", None)
        return None if find is None else int(find(threading.get_ident()))


def _signal_floor(rounds: int = 200) -> float:
    """Seconds that delivering one signal to an empty Python handler takes on this machine, measured now."""
    import time

    number = signal.SIGURG
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(number) is not signal.SIG_DFL:
        return 0.0
    heard = Heard(number)
    heard.start()
    signal.signal(number, lambda _number, _frame: None)
    try:
        begin = time.perf_counter()
        for _ in range(rounds):
            signal.raise_signal(number)
        return (time.perf_counter() - begin) / rounds
    finally:
        signal.signal(number, signal.SIG_DFL)
        heard.stop()
