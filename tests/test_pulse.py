"""What can be told of a run while it goes on: by a reader in another thread, that neither holds the run up nor is upset by it."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from guest import unchanged

from workbench.engines import peeking, ticks
from workbench.engines.base import Boundary, Peek, Peeking
from workbench.engines.peeking import LogPeeker
from workbench.engines.sample import SampleEngine
from workbench.engines.ticks import TickLog
from workbench.recorder.pulse import Pulse, Reading
from workbench.recorder.run import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType


def slow(n: int = 20_000) -> int:
    """A function with one hot line."""
    total = 0
    for number in range(n):
        total += number * number % 7  # the hot line
    return total


def run_until(enough: Callable[[], bool]) -> None:
    """Call `slow` until another thread has seen enough; at most half a minute."""
    end = time.monotonic() + 30
    while not enough() and time.monotonic() < end:
        slow()


class Reader:
    """Reads a pulse over and over in a thread of its own."""

    def __init__(self, pulse: Pulse, wanted: Callable[[Reading], bool]) -> None:
        self.readings: list[Reading] = []
        self.faults: list[BaseException] = []
        self.seen = False
        self._pulse, self._wanted = pulse, wanted
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def _read(self) -> None:
        try:
            while not self._done.wait(0.002):
                self.readings.append(self._pulse.read())
                self.seen = self.seen or self._wanted(self.readings[-1])
        except BaseException as fault:
            self.faults.append(fault)
            self.seen = True

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder("sample")
    yield recorder
    recorder.stop()


def test_a_run_is_told_of_while_it_goes_on(recorder: Recorder) -> None:
    """Another thread learns how long the run has taken, the samples, the hot function, the hot line with its text, and the memory."""
    pulse = Pulse(recorder)
    assert pulse.read() == Reading()
    with unchanged():
        with Reader(pulse, lambda reading: reading.samples > 60 and reading.function == "slow") as reader:
            recorder.start(Boundary(frame=sys._getframe()))
            run_until(lambda: reader.seen)
            recorder.stop()
        pulse.close()
    assert reader.faults == []
    last = next(reading for reading in reader.readings if reading.samples > 60 and reading.function == "slow")
    assert last.file == __file__
    assert last.source == "total += number * number % 7  # the hot line"
    assert last.line > 0
    assert last.rss > 1_000_000
    running = [reading.elapsed for reading in reader.readings if reading.elapsed]
    assert running == sorted(running)


def test_after_the_end_it_says_what_was(recorder: Recorder) -> None:
    """A run that has ended stands still, however late it is asked."""
    pulse = Pulse(recorder)
    recorder.start(Boundary(frame=sys._getframe()))
    slow(200_000)
    recorder.stop()
    first, second = pulse.read(), pulse.read()
    assert first.elapsed == second.elapsed > 0
    assert first.samples == second.samples
    assert first.function == second.function == "slow"
    pulse.close()
    pulse.close()
    assert pulse.read().rss == 0


@pytest.mark.parametrize("engine", ["cpu", "lines", "memory", "heap", "tasks"])
def test_engines_that_cannot_tell_leave_time_and_memory(engine: str) -> None:
    """An engine without a view of its own run still has the time it takes and the memory of the process."""
    recorder = Recorder(engine)
    pulse = Pulse(recorder)
    recorder.start(Boundary(frame=sys._getframe()))
    slow(1000)
    reading = pulse.read()
    recorder.stop()
    pulse.close()
    assert reading.elapsed > 0
    assert reading.rss > 1_000_000
    assert (reading.samples, reading.function, reading.line) == (0, "", 0)


def test_reading_hard_while_the_log_grows_and_is_thinned(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that is halved again and again under a reader that never rests: no fault on either side, and the function is still known."""
    monkeypatch.setattr(ticks, "MOST", 40)
    pulse = Pulse(recorder)
    log: list[TickLog] = []

    def enough(reading: Reading) -> bool:
        log[:] = [recorder._engine._log] if reading.samples else []
        return bool(log) and log[0].thinned > 2 and reading.function == "slow"

    with Reader(pulse, enough) as reader:
        recorder.start(Boundary(frame=sys._getframe()))
        run_until(lambda: reader.seen)
        recorder.stop()
    assert reader.faults == []
    assert recorder._engine._failure is None
    assert log[0].thinned > 2
    assert any(reading.function == "slow" for reading in reader.readings)


def test_only_the_sampler_can_be_peeked_at() -> None:
    """The seam is optional: the sampler has it, and before a run it knows nothing."""
    engine = SampleEngine()
    assert isinstance(engine, Peeking)
    assert engine.peeker().peek(lambda _: True) == Peek()
    assert not isinstance(Recorder("cpu")._engine, Peeking)


class Drawn:
    """A log that is written by hand: one code object for each function, of two lines."""

    def __init__(self) -> None:
        self.log = TickLog(Boundary())
        self.now = 0.0

    def code(self, name: str, file: str = "own.py") -> CodeType:
        module = compile(f"def {name}(x):\n    x.first()\n    x.second()\n", file, "exec")
        return next(const for const in module.co_consts if hasattr(const, "co_code"))

    def tick(self, *path: tuple[CodeType, int], wall: float, thread: int = 0, cpu: float = 0.0) -> None:
        """One tick whose stack is `path`, root first, each with a line; seen from outside."""
        flat: list[int] = []
        for code, line in reversed(path):
            self.log.codes[id(code)] = code
            flat += (id(code), next(start for start, _, at in code.co_lines() if at == line))
        number = self.log.stacks.setdefault(tuple(flat), len(self.log.stacks))
        self.now += wall if thread == 0 else 0.0
        self.log.add(number, thread, self.now, wall, cpu, 0.0, True)


def own(file: str) -> bool:
    return file == "own.py"


def test_so_far_is_the_whole_run_and_now_the_last_second() -> None:
    """The function is the one of most time since the beginning, the line the one of most time in the newest second."""
    drawn = Drawn()
    first, second = drawn.code("first"), drawn.code("second")
    peeker = LogPeeker(lambda: drawn.log)
    for _ in range(50):
        drawn.tick((first, 2), wall=0.1)
    assert peeker.peek(own) == Peek(50, "first", "own.py", 2)
    for _ in range(20):
        drawn.tick((second, 3), wall=0.1)
    assert peeker.peek(own) == Peek(70, "first", "own.py", 3)
    for _ in range(40):
        drawn.tick((second, 2), wall=0.1)
    assert peeker.peek(own) == Peek(110, "second", "own.py", 2)


def test_time_in_libraries_belongs_to_the_own_line_that_calls_them() -> None:
    """What a library does counts for the own code that called it; a run without own code has no place."""
    drawn = Drawn()
    mine, theirs = drawn.code("mine"), drawn.code("theirs", "library.py")
    drawn.tick((theirs, 2), wall=1.0)
    assert LogPeeker(lambda: drawn.log).peek(own) == Peek(1)
    drawn.tick((mine, 3), (theirs, 2), wall=0.5)
    drawn.tick((mine, 2), wall=0.2)
    assert LogPeeker(lambda: drawn.log).peek(own) == Peek(3, "mine", "own.py", 3)


def test_of_other_threads_only_what_runs_counts() -> None:
    """A thread that waits is not hot, however long; one that runs is."""
    drawn = Drawn()
    main, idle, busy = drawn.code("main"), drawn.code("idle"), drawn.code("busy")
    drawn.tick((main, 2), wall=0.3)
    drawn.tick((idle, 2), wall=9.0, thread=1)
    assert LogPeeker(lambda: drawn.log).peek(own).function == "main"
    drawn.tick((busy, 2), wall=0.5, thread=2, cpu=0.5)
    assert LogPeeker(lambda: drawn.log).peek(own).function == "busy"


def test_ticks_are_counted_once_however_the_log_is_thinned() -> None:
    """Between looks the log loses every second tick and numbers its stacks anew: the sums stay those of the run."""
    drawn = Drawn()
    first, second, third = drawn.code("first"), drawn.code("second"), drawn.code("third")
    peeker = LogPeeker(lambda: drawn.log)
    drawn.tick((third, 2), wall=0.01)
    for _ in range(30):
        drawn.tick((first, 2), wall=0.1)
    peeker.peek(own)
    drawn.log.thin()
    peeker.peek(own)
    drawn.log.thin()
    for _ in range(20):
        drawn.tick((second, 2), wall=0.1)
    assert peeker.peek(own).function == "first"
    assert peeker._functions["own.py", "first"] == pytest.approx(3.0, abs=0.2)
    assert peeker._functions["own.py", "second"] == pytest.approx(2.0)


def test_a_look_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look after a long pause reads the newest ticks only, and a code object too long to read keeps the line it was seen at."""
    monkeypatch.setattr(peeking, "NEWEST", 10)
    monkeypatch.setattr(peeking, "LONG", 0)
    drawn = Drawn()
    old, new = drawn.code("old"), drawn.code("new")
    for _ in range(90):
        drawn.tick((old, 2), wall=0.1)
    for _ in range(10):
        drawn.tick((new, 3), wall=0.1)
    peeker = LogPeeker(lambda: drawn.log)
    assert peeker.peek(own) == Peek(100, "new", "own.py", 3)
    assert peeker._maps == {}
