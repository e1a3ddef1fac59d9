"""Engine `cpu` and threads: each thread's calls are its own, whoever runs beside it; what is left out is told."""

from __future__ import annotations

import _thread
import asyncio
import cProfile
import ctypes
import marshal
import pstats
import queue
import subprocess
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

import pytest
from guest import unchanged

import workbench
from workbench.engines import calibration, thread_states
from workbench.engines.cpu_sums import added
from workbench.engines.cpu_threads import Hooked, Monitored, Profiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NEW = sys.version_info >= (3, 12)
RAW_START = _thread.start_new_thread


@pytest.fixture(autouse=True)
def _unpriced(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow machine runs here are long enough for a cost, and a note on it."""
    monkeypatch.setattr(calibration, "TRIALS", {})


def edges(rec: workbench.Profile, *callees: str) -> dict[tuple[str, str], int]:
    """(Caller, callee) -> calls, for these callees."""
    calls = rec.calls()
    return {
        (row.caller, row.callee): int(row.calls)
        for row in calls[calls["callee"].isin(callees)].itertuples()
        if not row.caller_file.endswith("threading.py")
    }


def counts(rec: workbench.Profile, *names: str) -> dict[str, int]:
    """Function -> calls, for these that were called."""
    functions = rec.functions()
    return {row.function: int(row.calls) for row in functions[functions["function"].isin(names)].itertuples()}


def total(rec: workbench.Profile, name: str) -> float:
    """Seconds in a function and all it called."""
    return float(rec.functions().set_index("function").loc[name, "total"])


def in_thread(target: Callable[..., object], *args: object, name: str | None = None) -> threading.Thread:
    """A started thread."""
    thread = threading.Thread(target=target, args=args, name=name, daemon=True)
    thread.start()
    return thread


class Baton:
    """Has two threads run by turns: `hand_over` lets the other one run and waits until it hands back."""

    def __init__(self) -> None:
        self.turns = (threading.Semaphore(0), threading.Semaphore(0))

    def hand_over(self, own: int) -> None:
        self.turns[1 - own].release()
        self.turns[own].acquire()


def left(baton: Baton) -> None:
    for _ in range(50):
        left_inner(baton)
    baton.turns[1].release()


def left_inner(baton: Baton) -> None:
    baton.hand_over(0)
    left_leaf()


def left_leaf() -> None:
    pass


def right(baton: Baton) -> None:
    baton.turns[1].acquire()
    for _ in range(50):
        right_inner(baton)


def right_inner(baton: Baton) -> None:
    right_leaf()
    baton.hand_over(1)


def right_leaf() -> None:
    pass


SIDE_BY_SIDE = {
    ("left", "left_inner"): 50,
    ("left_inner", "left_leaf"): 50,
    ("right", "right_inner"): 50,
    ("right_inner", "right_leaf"): 50,
}
BOTH = ("left_inner", "left_leaf", "right_inner", "right_leaf")


def burn(seconds: float) -> None:
    """Calls until the thread has used that much processor time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        for _ in range(50):
            left_leaf()


def test_calls_of_threads_that_take_turns_stay_apart() -> None:
    """Two threads that change places in the middle of every call: each call has its own caller, and none is lost."""
    with unchanged(), workbench.profile("cpu") as rec:
        baton = Baton()
        thread = in_thread(right, baton, name="right hand")
        left(baton)
        thread.join()
    assert edges(rec, *BOTH) == SIDE_BY_SIDE
    assert rec.recording.threads == ("main", "right hand")
    assert len(rec.notes) == 1
    assert "2 threads are added up (main, right hand)" in rec.notes[0]


def test_times_of_threads_are_their_own() -> None:
    """A worker that burns two thirds of the time while the main thread burns the rest: each function has the time its own clock saw."""
    clocks: dict[str, float] = {}

    def worker() -> None:
        begin = time.perf_counter()
        burn(0.2)
        clocks["worker"] = time.perf_counter() - begin

    def beside() -> None:
        begin = time.perf_counter()
        burn(0.1)
        clocks["beside"] = time.perf_counter() - begin

    with workbench.profile("cpu") as rec:
        thread = in_thread(worker)
        beside()
        thread.join()
    for name, seconds in clocks.items():
        assert total(rec, name) == pytest.approx(seconds, rel=0.05)
    assert total(rec, "burn") == pytest.approx(sum(clocks.values()), rel=0.05)
    assert rec.functions()["self"].sum() > 0.9 * rec.duration


def test_recursion_in_several_threads_is_counted_once_per_thread() -> None:
    """Recursive calls of several threads are told from their first ones, and a total counts no level twice."""

    def depth(n: int) -> int:
        return depth(n - 1) + 1 if n else 0

    with workbench.profile("cpu") as rec, ThreadPoolExecutor(3) as pool:
        list(pool.map(depth, [30] * 6))
        depth(30)
    row = next(one for one in rec.pstats().stats.items() if one[0][2] == "depth")[1]  # type: ignore[attr-defined]
    assert row[:2] == (7, 7 * 31)
    assert row[3] <= rec.duration * 4


def test_exceptions_unwind_the_stack_of_their_thread_only() -> None:
    """Where a thread ends by an exception that leaves three functions, the other thread's calls keep their callers."""

    def fails(baton: Baton) -> None:
        baton.turns[1].acquire()
        falls()

    def falls() -> None:
        breaks()

    def breaks() -> None:
        int("no number")

    def goes_on(baton: Baton, thread: threading.Thread) -> None:
        baton.turns[1].release()
        thread.join()
        right_leaf()

    silence, threading.excepthook = threading.excepthook, lambda _: None
    try:
        with workbench.profile("cpu") as rec:
            baton = Baton()
            goes_on(baton, in_thread(fails, baton))
            left_leaf()
    finally:
        threading.excepthook = silence
    assert edges(rec, "breaks", "falls", "right_leaf") == {
        ("fails", "falls"): 1,
        ("falls", "breaks"): 1,
        ("goes_on", "right_leaf"): 1,
    }
    assert counts(rec, "left_leaf", "goes_on") == {"left_leaf": 1, "goes_on": 1}
    assert ("goes_on", "left_leaf") not in edges(rec, "left_leaf")


def test_generators_in_several_threads() -> None:
    """Generators that are resumed, thrown into and closed in two threads by turns count as they do in one."""

    def numbers(leaf: Callable[[], None]) -> Iterator[int]:
        try:
            for number in range(5):
                leaf()
                yield number
        except KeyError:
            leaf()
            yield -1

    def consume(baton: Baton, own: int, leaf: Callable[[], None]) -> None:
        if own:
            baton.turns[1].acquire()
        stream = numbers(leaf)
        for _ in range(3):
            next(stream)
            baton.hand_over(own)
        stream.throw(KeyError)  # type: ignore[attr-defined]
        stream.close()  # type: ignore[attr-defined]
        baton.turns[1 - own].release()

    def alone() -> dict[str, int]:
        with workbench.profile("cpu") as rec:
            baton = Baton()
            for turn in baton.turns:
                for _ in range(4):
                    turn.release()
            consume(baton, 0, left_leaf)
        return counts(rec, "numbers", "left_leaf")

    with workbench.profile("cpu") as rec:
        baton = Baton()
        thread = in_thread(consume, baton, 1, right_leaf)
        consume(baton, 0, left_leaf)
        thread.join()
    once = alone()
    assert counts(rec, "numbers", "left_leaf", "right_leaf", "consume") == {
        "numbers": 2 * once["numbers"],
        "left_leaf": once["left_leaf"],
        "right_leaf": once["left_leaf"],
        "consume": 2,
    }
    assert once["left_leaf"] == 4


@contextmanager
def parked() -> Iterator[tuple[Callable[..., None], threading.Event, list[Any]]]:
    """A function that says it has arrived, waits until the event is set, makes calls, and notes the hook that is then set."""
    arrived, release, hooks = threading.Event(), threading.Event(), list[Any]()

    def outer() -> None:
        inner()
        left_leaf()
        hooks.append(sys.getprofile())

    def inner() -> None:
        arrived.set()
        release.wait()
        right_leaf()

    threads: list[threading.Thread] = []

    def begin() -> None:
        threads.append(in_thread(outer))
        arrived.wait()

    try:
        yield begin, release, hooks
    finally:
        release.set()
        for thread in threads:
            thread.join()


def test_a_thread_that_outlives_the_run() -> None:
    """What a thread is in when the run ends is counted up to there, what it does later is not, and it keeps no hook."""
    with parked() as (begin, release, hooks):
        with unchanged(ignore=("threads",)), workbench.profile("cpu") as rec:
            begin()
        release.set()
    assert counts(rec, "outer", "inner", "right_leaf", "left_leaf") == {"outer": 1, "inner": 1}
    assert edges(rec, "inner") == {("outer", "inner"): 1}
    assert 0 < total(rec, "inner") <= total(rec, "outer") <= rec.duration
    assert hooks == [None]


def test_many_threads_share_profiles() -> None:
    """Of two hundred threads no call is lost; those that come one after the other use one profile."""
    threads = Monitored() if NEW else Hooked()
    threads.start()
    for _ in range(200):
        in_thread(left_leaf).join()
    threads.stop()
    assert threads.profiles.started == 200
    assert len(threads.profiles.all) <= 4
    assert threads.strangers == 0
    found = [entry for entries in threads.entries for entry in entries if entry.code is left_leaf.__code__]
    assert sum(entry.callcount for entry in found) == 200


def test_thread_pools_and_asyncio() -> None:
    """Work handed to an executor or to `asyncio.to_thread` is counted, under the function that ran it."""

    def job(_: int) -> None:
        for _ in range(10):
            left_leaf()

    async def main() -> None:
        await asyncio.gather(*(asyncio.to_thread(job, n) for n in range(8)))

    with unchanged(ignore=("asyncio policy",)), workbench.profile("cpu") as rec:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(job, range(8)))
        asyncio.run(main())
    assert edges(rec, "left_leaf") == {("job", "left_leaf"): 160}
    assert counts(rec, "job") == {"job": 16}


@contextmanager
def old_thread() -> Iterator[threading.Thread]:
    """A thread that makes calls all the time, and is there before what is recorded."""
    end, going = threading.Event(), threading.Event()

    def services() -> None:
        while not end.is_set():
            old_leaf()
            going.set()

    thread = in_thread(services, name="old hand")
    going.wait()
    try:
        yield thread
    finally:
        end.set()
        thread.join()


def old_leaf() -> None:
    pass


@contextmanager
def taken(*tools: int) -> Iterator[None]:
    """Other tools, for whom threads may not be kept from raising events."""
    if not NEW:
        yield
        return
    for tool in tools:
        sys.monitoring.use_tool_id(tool, "another")
    try:
        yield
    finally:
        for tool in tools:
            sys.monitoring.free_tool_id(tool)


def another_tool() -> Any:
    """A debugger, say."""
    return taken(0)


def all_the_others() -> Any:
    """Nobody could take another tool's id any more."""
    return taken(0, 1, 3, 4, 5)


@contextmanager
def nobody_else() -> Iterator[None]:
    """No tool."""
    yield


@pytest.mark.parametrize("company", [nobody_else, another_tool, all_the_others])
def test_threads_that_were_there_before_do_not_disturb(company: Callable[[], Any]) -> None:
    """A busy old thread is left out, which a note says; all else has its callers, in new threads too, whatever tool listens beside."""
    with old_thread(), company(), unchanged():
        with workbench.profile("cpu") as rec:
            baton = Baton()
            left_leaf()
            burn(0.02)
            thread = in_thread(right, baton)
            left(baton)
            thread.join()
        assert "old hand" not in rec.recording.threads
    found = edges(rec, *BOTH)
    found.pop(("burn", "left_leaf"))
    assert found == SIDE_BY_SIDE
    assert counts(rec, "old_leaf", "services") == {}
    assert any("threads that were there before the run (old hand), and used" in note for note in rec.notes)


def test_threads_that_old_ones_start_are_counted() -> None:
    """A thread that an old one starts while nothing is heard of that one has a profile as any new thread has."""
    orders, baton, starts = queue.SimpleQueue[Any](), Baton(), vars(threading).copy()

    def manager() -> None:
        while (order := orders.get()) is not None:
            in_thread(*order).join()
            baton.turns[0].release()

    old = in_thread(manager)
    with unchanged(), workbench.profile("cpu") as rec:
        orders.put((right, baton))
        left(baton)
        baton.turns[0].acquire()
    assert {name for name, value in vars(threading).items() if starts.get(name) is not value} <= {"_counter"}
    orders.put(None)
    old.join()
    assert edges(rec, *BOTH) == SIDE_BY_SIDE
    assert [note for note in rec.notes if "mixed" in note or "made by" in note] == []


@contextmanager
def listener() -> Iterator[threading.Event]:
    """Another tool; the event is set by calls of the old thread."""
    heard, monitoring = threading.Event(), sys.monitoring
    with taken(0):
        monitoring.register_callback(0, monitoring.events.PY_START, lambda _code, _offset: heard.set())
        monitoring.set_local_events(0, old_leaf.__code__, monitoring.events.PY_START)
        yield heard
        monitoring.set_local_events(0, old_leaf.__code__, 0)
        monitoring.register_callback(0, monitoring.events.PY_START, None)


@pytest.mark.skipif(not NEW, reason="before Python 3.12 nothing is done to other threads")
def test_old_threads_raise_events_again() -> None:
    """After a run, what an old thread calls is told to others as before."""
    with old_thread():
        with workbench.profile("cpu"):
            left_leaf()
        with listener() as heard:
            assert heard.wait(60)


@pytest.mark.skipif(not NEW, reason="before Python 3.12 nothing is done to other threads")
def test_who_listens_to_old_threads_goes_on_hearing_them() -> None:
    """A tool that is there before the run hears of an old thread's calls also while it lasts."""
    with old_thread(), listener() as heard, workbench.profile("cpu"):
        heard.clear()
        assert heard.wait(60)


def test_no_callback_stays_behind() -> None:
    """After a run, with threads or without, nothing is registered with `sys.monitoring`, nor with `threading`."""
    with unchanged(), workbench.profile("cpu"):
        in_thread(left_leaf).join()
    assert threading.getprofile() is None
    if NEW:
        monitoring = sys.monitoring
        for tool in (2, 3, 4, 5):
            monitoring.use_tool_id(tool, "looking")
            for event in (1 << bit for bit in range(17)):
                assert monitoring.register_callback(tool, event, None) is None
            for function in (threading.Thread.start, threading.Thread.join):
                assert monitoring.get_local_events(tool, function.__code__) == 0
            monitoring.free_tool_id(tool)


@pytest.mark.skipif(not NEW, reason="before Python 3.12 a thread's profile costs the others nothing")
def test_the_dear_way_is_taken_only_while_there_are_threads() -> None:
    """cProfile's own callbacks are in place before the first thread starts, and again when the last one has been waited for."""
    monitoring = sys.monitoring
    threads = Monitored()

    def plain() -> bool:
        event = monitoring.events.PY_START
        callback = monitoring.register_callback(monitoring.PROFILER_ID, event, None)
        monitoring.register_callback(monitoring.PROFILER_ID, event, callback)
        return getattr(callback, "__self__", None) is threads.profiles.first

    seen, end = [], threading.Event()
    threads.start()
    seen.append(plain())
    first, second = in_thread(end.wait), in_thread(left_leaf)
    second.join()
    seen.append(plain())
    end.set()
    first.join()
    seen.append(plain())
    threads.stop()
    assert seen == [True, False, True]


def test_one_thread_has_nothing_to_say() -> None:
    """Without other threads there is no note, and one thread."""
    with workbench.profile("cpu") as rec:
        left_leaf()
    assert rec.notes == ()
    assert rec.recording.threads == ("main",)


def test_a_run_off_the_main_thread() -> None:
    """Recorded in a worker, the numbers are the worker's and those of threads it starts; the main thread is left out."""
    found: list[Any] = []

    def run(baton: Baton) -> None:
        with workbench.profile("cpu") as rec:
            thread = in_thread(right, baton)
            left(baton)
            thread.join()
        found.append(rec)

    with unchanged():
        in_thread(run, Baton()).join()
    assert edges(found[0], *BOTH) == SIDE_BY_SIDE


def start_raw(*functions: Callable[[], object]) -> None:
    """Run each in a thread of its own that `threading` knows nothing of, and wait for it."""
    for function in functions:
        done = _thread.allocate_lock()
        done.acquire()

        def run(function: Callable[[], object] = function, done: Any = done) -> None:
            function()
            done.release()

        RAW_START(run, ())
        done.acquire()


def test_threads_made_by_other_means_are_told() -> None:
    """A thread that `threading` did not start cannot be counted by itself; the recording says what that means for its numbers."""
    with workbench.profile("cpu") as rec:
        start_raw(left_leaf)
    word = "is mixed with the calls" if NEW else "Left out: 1 thread was made by other means"
    assert [note for note in rec.notes if word in note] == list(rec.notes)
    assert len(rec.notes) == 1
    assert NEW or counts(rec, "left_leaf") == {}


@pytest.mark.skipif(not NEW, reason="before Python 3.12 they are left out")
def test_threads_made_by_other_means_are_counted_beside_others() -> None:
    """Once each thread has a profile, those of C code and of `_thread` have one too, and there is nothing to warn of."""
    library = ctypes.CDLL(None)
    if not hasattr(library, "pthread_create"):
        pytest.skip("no POSIX threads")
    body = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(lambda _: right_leaf())
    end = threading.Event()
    with workbench.profile("cpu") as rec:
        helper = in_thread(end.wait)
        start_raw(left_leaf, left_leaf)
        number = ctypes.c_ulong()
        library.pthread_create(ctypes.byref(number), None, body, None)
        library.pthread_join(number, None)
        end.set()
        helper.join()
    assert counts(rec, "left_leaf", "right_leaf") == {"left_leaf": 2, "right_leaf": 1}
    assert ("start_raw", "left_leaf") not in edges(rec, "left_leaf")
    assert [note for note in rec.notes if "mixed" in note] == []
    assert "5 threads are added up" in rec.notes[0]


def test_threads_of_c_code_are_told() -> None:
    """Where C code makes a thread that calls Python while there is one profile only, the recording says so."""
    library = ctypes.CDLL(None)
    if not hasattr(library, "pthread_create"):
        pytest.skip("no POSIX threads")
    body = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(lambda _: right_leaf())
    with workbench.profile("cpu") as rec:
        number = ctypes.c_ulong()
        library.pthread_create(ctypes.byref(number), None, body, None)
        library.pthread_join(number, None)
    assert "by C code" in rec.notes[0]


def test_a_programs_own_profile_hook_stays() -> None:
    """A hook that the program has set for new threads hears of them as ever; whether they are counted too, the recording knows."""
    seen: set[str] = set()

    def hook(frame: Any, _event: str, _argument: object) -> None:
        seen.add(frame.f_code.co_name)

    threading.setprofile(hook)
    try:
        with unchanged(), workbench.profile("cpu") as rec:
            in_thread(left_leaf).join()
        assert threading.getprofile() is hook
    finally:
        threading.setprofile(None)
    assert "left_leaf" in seen
    assert counts(rec, "left_leaf") == ({"left_leaf": 1} if NEW else {})
    assert NEW or any("hook had the profiling hook of new threads" in note for note in rec.notes)


def test_threads_see_nothing_of_it() -> None:
    """A thread's stack has no frame of the workbench in it, and its profile function is as `threading` would have it."""
    seen: list[str] = []

    def looks() -> None:
        seen.extend(entry.filename for entry in traceback.extract_stack())

    with workbench.profile("cpu"):
        in_thread(looks).join()
    assert seen
    assert [file for file in seen if "workbench" in file.replace("\\", "/").split("/")[-3:]] == []


def test_greenlets_are_told() -> None:
    """Stacks that change places within a thread are beyond cProfile, and the recording says so."""
    greenlet = pytest.importorskip("greenlet")

    def there() -> None:
        here.switch()

    with workbench.profile("cpu") as rec:
        here = greenlet.getcurrent()
        greenlet.greenlet(there).switch()
    assert any("Greenlets changed places" in note for note in rec.notes)


def test_sums_are_those_of_pstats() -> None:
    """Two profiles added up are what `pstats.Stats.add` makes of them."""

    def recorded(*functions: Callable[[], object]) -> cProfile.Profile:
        profile = cProfile.Profile()
        profile.enable()
        for function in functions:
            function()
        profile.disable()
        profile.create_stats()
        return profile

    def caller() -> None:
        left_leaf()
        sorted([3, 1], key=abs)

    one, two = recorded(left_leaf, caller, caller), recorded(caller, right_leaf)
    parts: Any = [dict(one.stats), dict(two.stats)]  # type: ignore[attr-defined]
    whole: Any = pstats.Stats(one)
    whole.add(two)
    assert added(parts) == whole.stats
    assert added(parts[:1]) is parts[0]


def twin(function: FunctionType) -> Callable[..., Any]:
    """The same function over code that is equal and not the same, as unpickling makes it."""
    code = marshal.loads(marshal.dumps(function.__code__))
    assert code == function.__code__
    assert code is not function.__code__
    return FunctionType(code, function.__globals__, function.__name__, function.__defaults__)


def countdown(left: int, then: Callable[..., object] | None = None) -> None:
    time.sleep(0.002)
    if left:
        (then or countdown)(left - 1, countdown)


def test_functions_on_the_same_line_are_all_counted() -> None:
    """Code objects that share file, line and name - two lambdas on a line, one function unpickled twice - are added up, not overwritten."""
    one, two = (lambda value: value + 1), (lambda value: value + 2)  # fmt: skip
    other = twin(countdown)
    with workbench.profile("cpu") as rec:
        for value in range(30):
            one(value)
        for value in range(12):
            two(value)
        countdown(0)
        other(0)
        other(0)
    assert counts(rec, "<lambda>", "countdown") == {"<lambda>": 42, "countdown": 3}


def test_a_call_between_functions_of_one_name_is_a_recursive_one() -> None:
    """Where one of two equal code objects calls the other, the inner call's time is not in the total twice."""
    other = twin(countdown)
    with workbench.profile("cpu") as rec:
        other(1, countdown)
    assert counts(rec, "countdown") == {"countdown": 2}
    assert 0.004 <= total(rec, "countdown") <= rec.recording.duration


def test_threads_that_come_and_go_while_runs_do() -> None:
    """A hundred runs begin and end while old threads end and new ones begin at every moment, without harm to either."""
    end = threading.Event()

    def comes_and_goes() -> None:
        while not end.is_set():
            threading.Thread(target=old_leaf).start()

    busy = [in_thread(comes_and_goes) for _ in range(2)]
    try:
        for _ in range(100):
            threads = Monitored() if NEW else Hooked()
            threads.start()
            left_inner_alone()
            threads.stop()
            found = {entry.code: entry.callcount for entry in threads.entries[0]}
            assert found[left_leaf.__code__] == 1
            assert threads.strangers or old_leaf.__code__ not in found
    finally:
        end.set()
        for thread in busy:
            thread.join()


def left_inner_alone() -> None:
    left_leaf()


def test_numbers_of_threads_count_up() -> None:
    """Each thread has a number of its own, above those of the threads before it."""
    before = thread_states.next_number()
    numbers: list[Any] = []
    for _ in range(3):
        in_thread(lambda: numbers.append(thread_states.own_number())).join()
    after = thread_states.next_number()
    assert before is not None
    assert after is not None
    assert before <= numbers[0] < numbers[1] < numbers[2] < after
    assert after - before == 4


def test_without_the_c_api_old_threads_are_told_by_their_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the interpreter's C functions cannot be had, old threads are left out all the same, and nothing is guessed of strangers."""
    monkeypatch.setattr(thread_states, "_api", lambda: None)
    with old_thread(), workbench.profile("cpu") as rec:
        baton = Baton()
        thread = in_thread(right, baton)
        left(baton)
        thread.join()
    assert edges(rec, *BOTH) == SIDE_BY_SIDE
    assert counts(rec, "old_leaf", "services") == {}


def test_a_free_profile_is_taken_again_only_after_its_thread() -> None:
    """A profile is free when its thread has ended, not before."""
    profiles = Profiles()
    first, life = profiles.take()
    second, other = profiles.take()
    assert first is not second
    del life
    third, _ = profiles.take()
    assert third is first
    assert other is not None


def test_an_interrupted_program_ends_with_its_traceback_alone(tmp_path: Path) -> None:
    """A program that is interrupted under `cpu` leaves its traceback and our answer, and no errors of an interpreter that ends."""
    (tmp_path / "slow.py").write_text("def f(n):\n    return n and f(n - 1)\n\nf(20)\nraise KeyboardInterrupt\n")
    command = [Path(sys.executable).with_name("workbench"), "profile", "cpu", "slow.py"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "KeyboardInterrupt" in ended.stderr
    assert "Your functions" in ended.stderr
    assert "Exception ignored" not in ended.stderr
