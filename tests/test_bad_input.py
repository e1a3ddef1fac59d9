"""What nobody plans for: thousands of threads, runs of no length, runs of days, names that are not there."""

from __future__ import annotations

import asyncio
import random
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from guest import unchanged
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

import workbench
from workbench.engines import ticks
from workbench.engines.base import Boundary, Options
from workbench.engines.pace import LONGEST, Pace
from workbench.engines.table import ENGINES
from workbench.engines.ticks import TickLog
from workbench.errors import UnknownOptionError
from workbench.recorder.child_checkpoint import _as_now

if TYPE_CHECKING:
    from types import FrameType

THREADS = 2_000
BENCHMARKS = Path(__file__).parent / "benchmarks"
if str(BENCHMARKS) not in sys.path:
    sys.path.append(str(BENCHMARKS))

import long_run  # noqa: E402


def add(number: int, found: list[int]) -> None:
    found.append(sum(range(number)))


def many_threads() -> int:
    """All of them are there at once before the first one does anything."""
    found: list[int] = []
    gate = threading.Event()

    def one(number: int) -> None:
        gate.wait()
        add(number, found)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    return sum(found)


@pytest.mark.parametrize("engine", ENGINES)
def test_two_thousand_threads(engine: str, tmp_path: Path) -> None:
    """The program's result is right, the process is as before, and the recording can be written, read, shown and told."""
    names: dict[str, Any] = {"functions": [add]} if engine in ("lines", "memory") else {}
    with unchanged(), workbench.profile(engine, **names) as rec:
        total = many_threads()
    assert total == sum(sum(range(number)) for number in range(THREADS))
    assert workbench.load(rec.save(tmp_path / "run.wbp")).recording == rec.recording
    assert "many_threads" in rec.text() or names or engine == "tasks"
    assert len(rec._repr_mimebundle_()["text/html"]) < 300_000
    if engine == "cpu":
        assert rec.functions().query("function == 'add' and owner == 'own'")["calls"].tolist() == [THREADS]
    if names:
        assert rec.lines()["hits"].max() == THREADS


@pytest.mark.parametrize("engine", ["sample", "tasks"])
def test_ten_thousand_tasks(engine: str, tmp_path: Path) -> None:
    """Ten thousand tasks at once are counted, each with its waits, and fit into a view."""

    async def waits(number: int) -> int:
        await asyncio.sleep(0.001)
        return number

    async def main() -> int:
        return sum(await asyncio.gather(*(waits(number) for number in range(10_000))))

    with workbench.profile(engine) as rec:
        total = asyncio.run(main())
    assert total == sum(range(10_000))
    assert workbench.load(rec.save(tmp_path / "run.wbp")).recording == rec.recording
    assert len(rec._repr_mimebundle_()["text/html"]) < 300_000
    if engine == "tasks":
        assert rec.tasks()["task"].nunique() == 10_001
        assert rec.waits()["count"].sum() >= 10_000


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("ends", ["well", "raising"])
def test_a_run_of_no_length(engine: str, ends: str) -> None:
    """A block that does nothing, or raises at once, is a recording without a number that is none, and its text is whole."""
    try:
        with workbench.profile(engine) as rec:
            if ends == "raising":
                raise LookupError("at once")
    except LookupError:
        assert rec.error is not None
    written = rec.text()
    assert rec.duration < 1
    for wrong in (" nan", " inf", "-0"):
        assert wrong not in written
    assert "Next:" in written
    assert ("raised LookupError" in written) == (ends == "raising")


@pytest.mark.parametrize("statement", ["pass", "1/0", "None"])
def test_a_statement_of_no_length(statement: str) -> None:
    """A statement that does nothing is repeated until there is something to see; one that raises at once is kept."""
    shell = InteractiveShell.instance()
    try:
        shell.run_line_magic("load_ext", "workbench")
        shell.run_cell(f"%profile --quiet {statement}")
        rec = workbench.last()
        assert rec.target.name == statement
        assert (rec.error is not None) == (statement == "1/0")
        assert " nan" not in rec.text()
        shell.run_line_magic("unload_ext", "workbench")
    finally:
        InteractiveShell.clear_instance()


@st.composite
def logs(draw: st.DrawFn) -> TickLog:
    """Ticks of a few threads on a few stacks."""
    log = TickLog(Boundary())
    end = 0.0
    for code in range(5):
        log.stacks[code * 1000, 0] = code
        log.codes[code * 1000] = sys._getframe().f_code
    rows = draw(
        st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.floats(0, 1), st.floats(0, 1)), max_size=60)
    )
    for stack, thread, wall, share in rows:
        end += wall
        log.add(stack, thread, end, wall, wall * share, 0.0, exact=bool(stack % 2))
    return log


@given(logs(), st.sets(st.integers(0, 4)))
def test_a_thinned_log_keeps_the_time_of_each_thread(log: TickLog, also: set[int]) -> None:
    """Half of the ticks of each thread go, the wall time of each stays, in order; stacks that something stands on keep their place."""
    before, names = log.ticks(), list(log.stacks)
    moved = log.thin(also)
    after = log.ticks()
    count = Counter(tick.thread for tick in before)
    assert Counter(tick.thread for tick in after) == Counter(
        {thread: (many + 1) // 2 for thread, many in count.items()}
    )
    for thread in count:
        walls = [sum(tick.wall for tick in rows if tick.thread == thread) for rows in (before, after)]
        assert walls[1] == pytest.approx(walls[0])
        ends = [tick.end for tick in after if tick.thread == thread]
        assert ends == sorted(ends)
        assert ends[-1] == max(tick.end for tick in before if tick.thread == thread)
    assert all(0 <= tick.cpu <= tick.wall * (1 + 1e-9) for tick in after)
    assert set(moved) == {tick.stack for tick in before if moved.get(tick.stack) is not None} | also
    for old, new in moved.items():
        assert list(log.stacks)[new] == names[old]
    assert set(log.codes) >= {part for stack in log.stacks for part in stack[::2]}


def test_thinning_favours_no_stack() -> None:
    """Over many thinnings, the time of a stack that has short ticks beside one with long ones is what it was."""
    random.seed(4)
    kept = 0.0
    for _ in range(400):
        log = TickLog(Boundary())
        log.stacks = {(1, 0): 0, (2, 0): 1}
        for number in range(8):
            log.add(number % 2, 0, number + 1.0, 0.2 if number % 2 else 0.8, 0.0, 0.0, exact=False)
        log.thin()
        names = list(log.stacks)
        kept += sum(tick.wall for tick in log.ticks() if names[tick.stack] == (2, 0))
    assert kept / 400 == pytest.approx(0.8, rel=0.15)


def test_threads_that_were_seen_once_do_not_stop_the_sampling(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tick of each of many threads cannot be halved: the log makes room, and is thinned a few times, not at every tick from there on."""
    monkeypatch.setattr(ticks, "MOST", 64)
    log, thinned = TickLog(Boundary()), 0
    log.stacks[1, 0] = 0
    for thread in range(1_000):
        log.add(0, thread, float(thread), 0.5, 0.0, 0.0, exact=True)
        if log.full:
            log.thin()
            thinned += 1
    assert len(log) == 1_000
    assert sum(tick.wall for tick in log.ticks()) == 500
    assert 1 <= thinned <= 5


def test_a_copy_of_a_log_that_is_being_thinned_is_whole() -> None:
    """Another thread may copy the log at any line of the thinning: each copy has all the time and only stacks that are there."""
    log = TickLog(Boundary())
    log.stacks = {(1, number): number for number in range(8)}
    for number in range(20):
        log.add(7 - number % 4, number % 2, float(number), 1.0, 0.5, 0.0, exact=False)
    sizes = set()

    def at_each_line(frame: FrameType, _event: str, _value: object) -> Any:
        if frame.f_code.co_filename != ticks.__file__:
            return None
        copied = _as_now(log)
        now, names = copied.ticks(), list(copied.stacks)
        sizes.add(len(now))
        assert sum(tick.wall for tick in now) == 20
        assert {names[tick.stack] for tick in now} <= {(1, 4), (1, 5), (1, 6), (1, 7)}
        return at_each_line

    before = sys.gettrace()
    sys.settrace(at_each_line)
    try:
        log.thin()
    finally:
        sys.settrace(before)
    assert sizes == {20, 10}


def test_half_as_often_stays_half_as_often() -> None:
    """After the log was thinned the distance of ticks is doubled, and nothing makes it shorter again; also one that was asked for."""
    for interval in (None, 0.001):
        pace = Pace(Options(interval=interval))
        for _ in range(12):
            before = pace.interval
            pace.halve()
            pace.spent(1e-6, 100.0)
            assert pace.interval >= 2 * before
    assert pace.interval > LONGEST


@pytest.fixture
def _small_log(monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.engines import sample

    monkeypatch.setattr(ticks, "MOST", 4_096)
    monkeypatch.setattr(sample, "main_thread_timer", None)


@pytest.mark.usefixtures("_small_log")
def test_a_long_run_keeps_its_shares_in_a_small_log() -> None:
    """Ten minutes at 1 kHz through a log of 4,096 ticks: all time is there, the busiest function has its share, and a note says so."""
    recording, made = long_run.recorded(1 / 6, 0.001, stacks=200)
    assert made < 25_000
    assert len(recording.samples) <= 4_096
    from workbench.analysis.functions import functions, whole

    assert whole(recording) == pytest.approx(recording.duration, rel=1e-3)
    busiest = next(row for row in functions(recording) if row.function == "work0")
    assert busiest.self_time / whole(recording) == pytest.approx(long_run.BUSIEST, abs=0.04)
    assert sum("The run was long" in note for note in recording.notes) == 1


def test_a_real_run_goes_on_through_a_thinned_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that stand still while the log is thinned keep what they waited, and the run's time adds up."""
    monkeypatch.setattr(ticks, "MOST", 64)
    stop = threading.Event()
    waiting = threading.Thread(target=stop.wait, name="waiting")
    with workbench.profile(interval=0.001) as rec:
        waiting.start()
        for _ in range(3000):
            sum(range(3000))
        stop.set()
        waiting.join()
    assert sum("The run was long" in note for note in rec.notes) == 1
    split = rec.recording.samples
    main = split.thread == rec.recording.threads.index("main")
    walls = split.python + split.native + split.waiting
    assert walls[main].sum() == pytest.approx(rec.duration, rel=0.1)


def test_a_wrong_name_is_told_before_the_run() -> None:
    """A function or module that is neither there nor spoken of in the code that is about to run is refused, with near names."""
    ran = []

    def parse() -> None:
        ran.append(1)

    for options, said in (
        ({"functions": ["many_thraeds"]}, "no function 'many_thraeds': did you mean 'many_threads'"),
        ({"functions": ["add.nothing"]}, "no function 'add.nothing'"),
        ({"modules": ["nosuchmodule"]}, "no module 'nosuchmodule'"),
        ({"modules": ["nosuch.py"]}, "no module '.*nosuch.py'"),
    ):
        for engine in ("lines", "memory"):
            with pytest.raises(UnknownOptionError, match=said):
                workbench.profile_call(parse, engine=engine, **options)
        with pytest.raises(UnknownOptionError, match=said), workbench.profile("lines", **options):
            parse()
    assert ran == []


def test_what_the_run_brings_about_is_waited_for() -> None:
    """A module that is not imported yet and can be is not refused; nor is a function that the block's own code speaks of."""
    assert "wave" not in sys.modules
    assert workbench.profile_call(add, 3, [], engine="lines", modules=["wave"]).engine == "lines"
    with workbench.profile("lines", functions=["comes_later"]) as rec:
        comes_later = 1
    assert comes_later == len(rec.notes)


@pytest.mark.parametrize("name", ["late_helper.inner", "inner"])
def test_a_function_of_a_module_that_the_run_imports_is_waited_for(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function that only the run's own import brings about is not refused, by its plain name or with its module."""
    (tmp_path / "late_helper.py").write_text("def inner():\n    return 1\n\n\ndef go():\n    return inner()\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "late_helper", raising=False)

    def run() -> int:
        import late_helper

        found: int = late_helper.go()
        return found

    try:
        rec = workbench.profile_call(run, engine="lines", functions=[name])
    finally:
        sys.modules.pop("late_helper", None)
    assert rec.result == 1


def test_a_wrong_name_stops_a_cell() -> None:
    """A cell with a wrong name does not run; one that defines the name itself does."""
    shell = InteractiveShell.instance()
    try:
        shell.run_line_magic("load_ext", "workbench")
        shell.run_cell("ran = []")
        refused = shell.run_cell("%%profile lines --quiet -f nowhere_to_be_seen\nran.append(1)")
        assert "nowhere_to_be_seen" in str(refused.error_in_exec or refused.error_before_exec)
        assert shell.user_ns["ran"] == []
        shell.run_cell("%%profile lines --quiet -f seen_here\ndef seen_here():\n    return 1\nran.append(seen_here())")
        assert shell.user_ns["ran"] == [1]
        assert set(workbench.last().lines()["function"]) == {"seen_here"}
        shell.run_line_magic("unload_ext", "workbench")
    finally:
        InteractiveShell.clear_instance()
