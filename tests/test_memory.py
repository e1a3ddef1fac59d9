"""Engine `memory`: each line's growth of process memory is what it is known to be, also where memory_profiler charges another line."""

from __future__ import annotations

import asyncio
import contextlib
import marshal
import random
import sys
import threading
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

import pytest
from guest import unchanged
from hypothesis import given
from hypothesis import strategies as st
from memory_profiler import LineProfiler

import workbench
from workbench.analysis.growth import growth_functions
from workbench.engines.growth import LineGrowth, ThreadGrowth
from workbench.errors import EngineBusyError, UnknownOptionError

MIB = 1 << 20
BIG = 40 * MIB
"""Above 32 MiB the C library maps each block by itself, and gives it back when it is freed; below, it may keep it for the next one."""
NOISE = 0.75 * MIB


def block() -> bytearray:
    return bytearray(BIG)


def increments(profile: workbench.Profile) -> dict[str, float]:
    """MiB by the mark at the end of the line."""
    table = profile.lines()
    marks = table["source"].str.extract(r"# at: (.*)$")[0]
    return {mark: grown / MIB for mark, grown in zip(marks, table["increment"], strict=True) if isinstance(mark, str)}


def kept(n: int) -> list[bytearray]:
    found = []
    for _ in range(n):
        found.append(block())  # at: kept
    nothing = sum(range(10))  # at: nothing
    assert nothing
    return found


def dropped() -> int:
    one = block()  # at: taken
    size = len(one)
    del one  # at: dropped
    return size


def lazy(n: int) -> Iterator[bytearray]:
    for _ in range(n):
        yield block()  # at: inside the generator


def takes_from_it() -> list[bytearray]:
    source = lazy(2)  # at: made, not begun
    first = next(source)  # at: first taken
    return [first, next(source)]


def deep(n: int) -> list[bytearray]:
    found = deep(n - 1) if n else []  # at: down
    found.append(block())  # at: one each
    return found


def leaves() -> None:
    one = block()  # at: before it is left
    raise ValueError(len(one))


def catches() -> bytearray:
    with contextlib.suppress(ValueError):
        leaves()
    two = block()  # at: after it was caught
    return two  # noqa: RET504


async def waits() -> int:
    await asyncio.sleep(0.02)  # at: waits
    return 1


async def grows() -> list[bytearray]:
    one = [block(), block()]  # at: grows
    await asyncio.sleep(0)
    return one


async def together() -> list[Any]:
    return await asyncio.gather(waits(), grows())


def callee() -> bytearray:
    return block()  # at: in the callee


def caller() -> list[bytearray]:
    found = [callee()]  # at: calls
    count = len(found)  # at: after the call
    assert count
    return found


CASES: dict[str, tuple[Callable[[], object], dict[str, float]]] = {
    "kept": (lambda: kept(3), {"kept": 120, "nothing": 0}),
    "dropped": (dropped, {"taken": 40, "dropped": -40}),
    "generator": (takes_from_it, {"inside the generator": 80, "made, not begun": 0, "first taken": 40}),
    "recursion": (lambda: deep(3), {"down": 120, "one each": 160}),
    "exception": (catches, {"before it is left": 40, "after it was caught": 40}),
    "await": (lambda: asyncio.run(together()), {"waits": 0, "grows": 80}),
    "caller and callee": (caller, {"in the callee": 40, "calls": 40, "after the call": 0}),
}
CHOSEN = [kept, dropped, lazy, takes_from_it, deep, leaves, catches, waits, grows, callee, caller]


@pytest.mark.parametrize("case", CASES)
def test_known_answers(case: str) -> None:
    """Every marked line grew process memory by what it is known to take, within page noise; nothing of the process stays changed."""
    run, known = CASES[case]
    asyncio.get_event_loop_policy()
    with unchanged(), workbench.profile("memory", functions=CHOSEN) as rec:
        result = run()
    del result
    found = increments(rec)
    assert {mark: pytest.approx(found[mark], abs=NOISE / MIB) for mark in known} == known


def test_a_function_grows_by_its_outermost_calls() -> None:
    """Of a recursive function the growth of all its calls together is what its outermost call took, not the sum over depths."""
    with workbench.profile("memory", functions=[deep]) as rec:
        result = deep(3)
    del result
    (row,) = growth_functions(rec.recording)
    assert row.increment == pytest.approx(4 * BIG, abs=NOISE)
    assert int(rec.functions()["increment"].iloc[0]) == row.increment


def test_two_ways_as_memory_profiler() -> None:
    """On plain code, where memory_profiler is right, hits are the same and increments too, within page noise, line by line."""
    with workbench.profile("memory", functions=[kept]) as rec:
        ours_kept = kept(3)
    ours = {
        line: (hits, grown) for line, hits, grown in rec.lines()[["line", "hits", "increment"]].itertuples(index=False)
    }
    del ours_kept
    theirs: Any = LineProfiler(backend="psutil")
    theirs.code_map[kept.__code__] = {}
    theirs.enable()
    try:
        their_kept = kept(3)
    finally:
        theirs.disable()
    del their_kept
    rows = theirs.code_map[kept.__code__]
    first = kept.__code__.co_firstlineno
    assert {line: hits for line, (hits, _) in ours.items()} == {
        line: row[2] for line, row in rows.items() if line != first
    }
    for line, (_, grown) in ours.items():
        if line > first + 1:  # their first line holds all that was there before
            assert grown / MIB == pytest.approx(rows[line][0], abs=1.0)


def test_the_library_itself_can_be_asked() -> None:
    """With `backend="memory_profiler"` that library's own numbers come, with a sentence on what they are, and nothing stays behind."""
    with unchanged(), workbench.profile("memory", functions=[kept], backend="memory_profiler") as rec:
        result = kept(3)
    del result
    found = increments(rec)
    assert found["kept"] == pytest.approx(120, abs=NOISE / MIB)
    assert found["nothing"] == pytest.approx(0, abs=NOISE / MIB)
    assert "memory_profiler" in rec.recording.mechanism
    assert any(note.startswith("By memory_profiler") for note in rec.notes)


def test_a_backend_that_is_not_there_is_refused() -> None:
    """A slip in the backend's name is answered with the ones there are, before anything runs."""
    with pytest.raises(UnknownOptionError, match="did you mean 'memory_profiler'"):
        workbench.profile("memory", backend="memory-profiler")


def test_threads_have_books_of_their_own() -> None:
    """Two threads in the same function do not close each other's lines, and that memory is one number for both is said."""

    def work(gate: threading.Barrier) -> None:
        gate.wait()
        for _ in range(50):
            sum(range(100))  # at: turns

    gate = threading.Barrier(2)
    with workbench.profile("memory", functions=[work]) as rec:
        threads = [threading.Thread(target=work, args=(gate,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    table = rec.lines()
    assert int(table.loc[table["source"].str.endswith("# at: turns"), "hits"].sum()) == 100
    assert any("2 threads ran chosen functions" in note for note in rec.notes)


def test_an_equal_code_object_is_another_one() -> None:
    """Code that equals that of a chosen function without being it (a function unpickled in the run) does no harm and is not looked at."""

    def chosen() -> int:
        return len("chosen")  # at: chosen

    with workbench.profile("memory", functions=[chosen]) as rec:
        copy = FunctionType(marshal.loads(marshal.dumps(chosen.__code__)), globals())
        copy()
        chosen()
        copy()
    table = rec.lines()
    assert int(table.loc[table["source"].str.endswith("# at: chosen"), "hits"].sum()) == 1


def test_a_thread_that_outlives_the_run_is_let_go() -> None:
    """A thread that is in a chosen function when the run ends runs on without a hook."""
    entered, leave, seen = threading.Event(), threading.Event(), list[object]()

    def stays() -> None:
        entered.set()
        leave.wait()
        nothing = 1
        seen.append(sys.gettrace())
        assert nothing

    with workbench.profile("memory", functions=[stays]):
        thread = threading.Thread(target=stays)
        thread.start()
        entered.wait()
    leave.set()
    thread.join()
    assert seen == [None]


def test_the_curve_of_memory_comes_along() -> None:
    """The recording has a timeline that goes up by what was taken."""
    with workbench.profile("memory", functions=[kept]) as rec:
        result = kept(3)
    del result
    rss = rec.timeline()["rss"]
    assert rss.iloc[-1] - rss.iloc[0] == pytest.approx(3 * BIG, abs=NOISE)


def test_what_the_number_is_is_said() -> None:
    """The answer says in one sentence what process memory is, and text, tables and page come of it."""
    with workbench.profile("memory", functions=[kept, "nosuch"]) as rec:
        nosuch = kept(1)
    assert any("resident memory of the whole process" in note for note in rec.notes)
    assert any(note.startswith("No function 'nosuch'") for note in rec.notes), nosuch
    shown = rec.text()
    assert "found.append(block())" in shown
    assert "+40.0 MiB" in shown
    assert "kept" in set(rec.functions()["function"])


def test_the_sampling_before_chooses_by_memory() -> None:
    """After a sampling of the same call, the function in which memory grew is looked at, and not the one that took the time."""

    def burns() -> int:
        return sum(i * i for i in range(1_500_000))

    def holds() -> list[bytearray]:
        found = []
        for _ in range(30):
            found.append(bytearray(BIG // 4))
            sum(range(100_000))
        return found

    def work() -> int:
        return burns() + len(holds())

    workbench.profile_call(work, once=True)
    rec = workbench.profile_call(work, engine="memory")
    assert any(name.endswith("holds") for name in rec.functions()["function"])


def test_who_holds_the_hook_is_named() -> None:
    """Where a debugger traces (or, from Python 3.12 on, all tool ids are taken) the engine says who has what it needs."""
    if sys.version_info < (3, 12):
        sys.settrace(lambda *_: None)
        try:
            with pytest.raises(EngineBusyError, match="function holds it"), workbench.profile("memory"):
                pass
        finally:
            sys.settrace(None)
        return
    free = [tool for tool in range(6) if sys.monitoring.get_tool(tool) is None]
    for tool in free:
        sys.monitoring.use_tool_id(tool, f"tool {tool}")
    try:
        with pytest.raises(EngineBusyError, match="tool 4"), workbench.profile("memory"):
            pass
    finally:
        for tool in free:
            sys.monitoring.free_tool_id(tool)


@given(st.integers(0, 2**32))
def test_books_balance(seed: int) -> None:
    """For any run of calls, yields and lines, the growth of a function is the growth of memory while any call of it was on the stack."""
    rng = random.Random(seed)
    memory = 0
    rows: dict[int, dict[int, LineGrowth]] = {}
    books = ThreadGrowth(lambda: memory, rows)
    stack: list[int] = []
    on: dict[int, int] = {}
    truth: dict[int, int] = {0: 0, 1: 0}
    for _ in range(60):
        action = rng.choice(["enter", "line", "leave", "grow"])
        if action == "enter" and len(stack) < 6:
            code = rng.randrange(2)
            books.enter(code)
            books.line(code, 1)
            stack.append(code)
            on[code] = on.get(code, 0) + 1
        elif action == "line" and stack:
            books.line(stack[-1], rng.randrange(1, 4))
        elif action == "leave" and stack:
            code = stack.pop()
            books.leave(code)
            on[code] -= 1
        elif action == "grow":
            step = rng.randrange(-5, 20)
            memory += step
            for code, depth in on.items():
                truth[code] += step if depth else 0
    books.end()
    found = {code: sum(row.outermost for row in rows.get(code, {}).values()) for code in truth}
    assert found == truth
