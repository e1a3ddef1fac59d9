"""The sampler's parts on their own: pace, log, timers, the watching thread, other threads."""

from __future__ import annotations

import bisect
import os
import random
import signal
import subprocess
import sys
import threading
from types import CodeType
from typing import TYPE_CHECKING, Any

import pytest
from guest import unchanged
from hypothesis import given
from hypothesis import strategies as st

from workbench.engines.base import Boundary, Options
from workbench.engines.pace import LONGEST, Pace
from workbench.engines.running import used_seconds
from workbench.engines.sample_rows import BLURRED, Rows
from workbench.engines.ticks import OUTSIDE, Tick, TickLog
from workbench.engines.timers import PosixTimer, main_thread_timer
from workbench.engines.watch import Watch
from workbench.errors import EngineUnavailableError
from workbench.model.builder import RecordingBuilder

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

linux = pytest.mark.skipif(sys.platform != "linux", reason="timer_create is Linux's")


def here(depth: int, see: Callable[[FrameType], Any]) -> Any:
    return here(depth - 1, see) if depth else see(sys._getframe())


def test_a_repeated_stack_is_one_number() -> None:
    """The same stack seen again is the same number; another depth is another."""
    log = TickLog(Boundary(frame=sys._getframe()))
    numbers = [here(depth, log.see) for depth in (3, 3, 4, 3) for _ in (0,)]
    assert numbers[0] == numbers[1] == numbers[3] != numbers[2]


def test_a_walk_ends_at_the_boundary() -> None:
    """Frames below the boundary's frame, and those of its codes, are left out; a stack that meets neither says it is outside."""
    by_frame = TickLog(Boundary(frame=sys._getframe()))
    here(2, by_frame.see)
    by_code = TickLog(Boundary(codes=frozenset({sys._getframe().f_code})))
    here(2, by_code.see)
    outside = TickLog(Boundary())
    here(2, outside.see)
    inner, walked = (next(iter(log.stacks)) for log in (by_code, by_frame))
    assert len(walked) == len(inner) + 2
    assert walked[: len(inner)] == inner
    assert next(iter(outside.stacks))[-1] == OUTSIDE


def test_no_frame_is_kept_alive() -> None:
    """What a sampled function held is freed when it returns, as without us."""
    import weakref

    class Held:
        pass

    log = TickLog(Boundary())

    def holder() -> weakref.ref[Held]:
        held = Held()
        log.see(sys._getframe())
        return weakref.ref(held)

    assert holder()() is None


def test_the_pace_thins_out_and_keeps_its_budget() -> None:
    """Later means sparser, and an expensive walk lengthens the interval until budget holds; a fixed interval stays."""
    pace = Pace(Options())
    first = pace.interval
    for _ in range(100):
        pace.spent(5e-6, 30.0)
    assert pace.interval > first
    for _ in range(100):
        pace.spent(5e-4, 30.0)
    assert pace.interval >= 5e-4 / Options().budget
    for _ in range(100):
        pace.spent(1.0, 30.0)
    assert pace.interval == LONGEST
    fixed = Pace(Options(interval=0.5))
    fixed.spent(1.0, 30.0)
    assert fixed.interval == 0.5


@linux
def test_the_timer_fires_and_gives_its_signal_back() -> None:
    """Ticks arrive in the main thread; after `stop` the process is as it was, and SIGALRM was never touched."""
    seen: list[int] = []
    with unchanged():
        timer = main_thread_timer(lambda number, frame: seen.append(number))
        timer.arm(0.001)
        while len(seen) < 5:
            pass
        timer.stop()
        timer.stop()
    assert set(seen).isdisjoint({signal.SIGALRM})


@linux
def test_a_stopped_timer_cannot_end_the_process() -> None:
    """Started and stopped a thousand times at its shortest period, no late signal meets a missing handler (which would kill)."""
    code = (
        "from workbench.engines.timers import PosixTimer\n"
        "for _ in range(1000):\n"
        "    timer = PosixTimer(); timer.start(lambda n, f: None); timer.arm(5e-5); sum(range(2500)); timer.stop()\n"
        "print('alive')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "alive\n")


def test_a_tick_is_written_whole_or_not_at_all() -> None:
    """Where an interrupt is raised at any line of the writing, the columns stay of one length, and later ticks are what they are."""
    for lines in range(1, 12):
        log, left = TickLog(Boundary()), lines

        def interrupt(frame: FrameType, event: str, _argument: Any) -> Any:
            nonlocal left
            if frame.f_code is not TickLog.add.__code__:
                return None
            left -= event == "line"
            if left == 0:
                sys.settrace(None)
                raise KeyboardInterrupt
            return interrupt

        before = sys.gettrace()
        sys.settrace(interrupt)
        try:
            log.add(1, 2, 3.0, 4.0, 5.0, 6.0, exact=True)
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(before)
        log.add(10, 20, 30.0, 40.0, 50.0, 60.0, exact=False)
        assert log.ticks()[-1] == Tick(10, 20, 30.0, 40.0, 50.0, 60.0, exact=False)
        assert log.ticks()[:-1] in ([], [Tick(1, 2, 3.0, 4.0, 5.0, 6.0, exact=True)])


def test_no_timer_off_the_main_thread() -> None:
    """Signals reach the main thread only, and the error says so."""
    caught: list[EngineUnavailableError] = []

    def start() -> None:
        try:
            main_thread_timer(lambda number, frame: None)
        except EngineUnavailableError as error:
            caught.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(caught[0])


@linux
def test_taken_signals_are_left_alone() -> None:
    """Where every real-time signal has a handler, the error says that, and nothing has changed."""
    numbers = range(signal.SIGRTMIN, signal.SIGRTMAX + 1)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        with pytest.raises(EngineUnavailableError, match="real-time signal"):
            PosixTimer().start(lambda number, frame: None)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_the_watching_thread_is_invisible_and_ends() -> None:
    """It looks, is in no thread list of the program's, and is gone after `stop`."""
    looked = threading.Event()
    idents: set[int] = set()
    with unchanged():
        watch = Watch(lambda: looked.set() or True, None, idents)
        watch.start(0.001, alone=True)
        assert len(idents) == 1
        assert idents.isdisjoint(thread.ident for thread in threading.enumerate())
        assert looked.wait(30)
        assert idents <= set(sys._current_frames())
        watch.stop()
        watch.stop()
    assert idents == set()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_sees_one_thread() -> None:
    """The watching thread ends before a fork, so that Python 3.12's warning about forking with threads stays away."""
    code = (
        "import os, warnings; warnings.simplefilter('error')\n"
        "import workbench\n"
        "with workbench.profile() as rec:\n"
        "    for _ in range(5):\n"
        "        sum(i * i for i in range(200_000))\n"
        "        pid = os.fork()\n"
        "        if pid == 0: os._exit(0)\n"
        "        os.waitpid(pid, 0)\n"
        "print(rec.samples > 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")


@given(
    ticks=st.lists(
        st.tuples(st.floats(1e-4, 0.1), st.floats(-0.01, 0.2), st.floats(0, 0.2), st.booleans(), st.integers(0, 2)),
        min_size=1,
        max_size=60,
    ),
    cut=st.floats(0.0, 1.2),
)
def test_rows_keep_the_wall_time_and_never_count_below_nothing(
    ticks: list[tuple[float, float, float, bool, int]], cut: float
) -> None:
    """Whatever the clocks said, the rows' seconds are those of the ticks up to the cut, and no part of any is negative."""
    log = TickLog(Boundary())
    stacks = [here(depth, log.see) for depth in (0, 1, 2)]
    end = 0.0
    for wall, cpu, late, exact, which in ticks:
        end += wall
        log.add(stacks[which], 0, end, wall, cpu, late, exact)
    until = end * cut
    builder = RecordingBuilder()
    Rows(log, {}, 0.0, until).fill(builder)
    rows = [sample[3:] for sample in builder._samples]
    assert all(part >= 0 for row in rows for part in row)
    assert abs(sum(map(sum, rows)) - min(until, end)) < 1e-9 * max(1, len(rows))


def test_codes_outlive_their_functions() -> None:
    """A function that is redefined during the run keeps its own name and lines in the recording."""
    log = TickLog(Boundary(frame=sys._getframe()))
    space: dict[str, Any] = {"see": log.see, "sys": sys}
    for name in ("first", "second"):
        exec(f"def {name}(): return see(sys._getframe())\n{name}()\ndel {name}", space)
    assert {code.co_name for code in log.codes.values() if isinstance(code, CodeType)} >= {"first", "second"}


def test_looking_at_threads_leaves_no_garbage() -> None:
    """A recording leaves no reference cycle behind that would keep the program's frames, and all they hold, alive until a collection."""
    import gc
    import weakref

    import workbench

    class Held:
        pass

    def run() -> weakref.ref[Held]:
        held = Held()
        with workbench.profile():
            worker = threading.Thread(target=lambda: sum(range(300_000)))
            worker.start()
            worker.join()
            for _ in range(20):
                sum(range(100_000))
        return weakref.ref(held)

    gc.collect()
    gc.disable()
    try:
        assert run()() is None
    finally:
        gc.enable()


SLEEP, WORK = (1, 10), (2, 20)


def alternating_ticks(seed: int, period: float, taken: float = 0.0) -> list[Tick]:
    """Ticks on a thread that sleeps some 12 ms and works 8 ms in turn; others take `taken` of the processor while it works."""
    rng = random.Random(seed)
    changes = [0.0]
    while changes[-1] < 4.0:
        changes.append(changes[-1] + (0.012 * rng.uniform(0.5, 1.5) if len(changes) % 2 else 0.008))

    def worked(at: float) -> float:
        """Seconds of work before a moment: every second stretch, the first one is a sleep."""
        stretch = bisect.bisect_right(changes, at) - 1
        return 0.008 * (stretch // 2) + (at - changes[stretch] if stretch % 2 else 0.0)

    ticks, last = [], 0.0
    while last < 3.0:
        now = last + period * rng.uniform(0.75, 1.25)
        works = bisect.bisect_right(changes, now) % 2 == 0
        used = (worked(now) - worked(last)) * (1 - taken)
        ticks.append(Tick(int(works), 0, now, now - last, used, 0.0, exact=False))
        last = now
    return ticks


@pytest.mark.parametrize("period", [0.003, 0.0048, 0.006])
def test_a_tick_of_mixed_time_counts_as_what_its_instruction_is(period):
    """Where sleep and work change between ticks, each tick at the sleep counts as waiting and each at the work as running."""
    for seed in range(20):
        ticks = alternating_ticks(seed, period)
        used = used_seconds(ticks, [SLEEP, WORK]).seconds
        off = sum(abs(mine - tick.wall * tick.stack) for tick, mine in zip(ticks, used, strict=True))
        assert off < 0.01 * ticks[-1].end, (seed, off)


def test_a_thread_that_shares_its_processor_keeps_what_its_clock_says():
    """Where others take half of the processor, work is not taken to be running all the time: the sum is the clock's."""
    ticks = alternating_ticks(1, 0.0048, taken=0.5)
    used = used_seconds(ticks, [SLEEP, WORK])
    assert sum(used.seconds) == pytest.approx(sum(tick.cpu for tick in ticks), rel=0.1)


@pytest.mark.parametrize("period", [0.008, 0.010, 0.015, 0.020])
def test_kinds_of_time_are_told_or_said_to_be_uncertain(period):
    """Where ticks are as far apart as the changes, what runs and what waits is told right, or said to be uncertain."""
    for seed in range(20):
        ticks = alternating_ticks(seed, period)
        used = used_seconds(ticks, [SLEEP, WORK])
        whole = sum(tick.wall for tick in ticks)
        asleep = sum(mine for tick, mine in zip(ticks, used.seconds, strict=True) if not tick.stack)
        awake = sum(tick.wall - mine for tick, mine in zip(ticks, used.seconds, strict=True) if tick.stack)
        wrong = max(asleep, awake) > 0.06 * whole
        assert not wrong or used.blurred > BLURRED * whole, (seed, asleep / whole, awake / whole)


def test_changes_quicker_than_ticks_are_said_to_be_uncertain():
    """Where every tick holds many changes, all of the time is; where ticks hold none, nothing is."""
    for period, low, high in ((0.06, 0.8, 1.0), (0.001, 0.0, 0.1)):
        ticks = alternating_ticks(3, period)
        assert low <= used_seconds(ticks, [SLEEP, WORK]).blurred / ticks[-1].end <= high
