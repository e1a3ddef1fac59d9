"""The public Python API: blocks, calls, tables, the session."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from typing import Any

import pandas as pd
import pytest
from guest import unchanged
from samples import small_recording

import workbench
from workbench.errors import (
    EngineBusyError,
    NothingRecordedError,
    StillRunningError,
    UnknownEngineError,
    UsageError,
    WrongEngineError,
)

ENGINES = ("sample", "cpu", "lines", "memory")


def burn(seconds: float) -> int:
    """Pure Python until this thread has used that much processor time."""
    end, turns = time.thread_time() + seconds, 0
    while time.thread_time() < end:
        for _ in range(200):
            turns += 1
    return turns


@pytest.mark.parametrize("engine", ENGINES)
def test_a_block_is_recorded_and_nothing_else_changes(engine: str) -> None:
    """`with workbench.profile()` leaves the process as it was and the newest recording in `last()`."""
    with unchanged(), workbench.profile(engine) as rec:
        burn(0.05)
    assert rec.engine == engine
    assert workbench.last() is rec
    assert rec.error is None
    assert rec.duration >= 0.05
    assert "burn" in set(rec.functions()["function"])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_block_that_raises_keeps_its_recording(engine: str) -> None:
    """The exception comes out unchanged; what was recorded up to there is kept and says how it ended."""

    def fails() -> None:
        burn(0.03)
        _ = 1 / 0

    with unchanged(), pytest.raises(ZeroDivisionError), workbench.profile(engine) as rec:
        fails()
    assert rec.error is not None
    assert (rec.error.type, rec.error.interrupted) == ("ZeroDivisionError", False)
    assert "burn" in set(rec.functions()["function"])


def test_reading_too_early_says_so() -> None:
    """Inside the block there is no recording yet, and the error says when there will be."""
    with workbench.profile() as rec:
        with pytest.raises(StillRunningError, match="after the block"):
            rec.functions()
        assert "running" in repr(rec)


def test_one_recording_at_a_time() -> None:
    """A second recorder is refused with the reason, and the first goes on."""
    with workbench.profile() as outer:
        with pytest.raises(EngineBusyError, match="running already"), workbench.profile("cpu"):
            pass
        burn(0.02)
    assert outer.samples > 0


def test_unknown_engine_names_near_ones() -> None:
    """A slip is answered with the name that was meant, before anything runs."""
    with pytest.raises(UnknownEngineError, match="'sample'"):
        workbench.profile("smaple")


def test_a_call_is_repeated_until_there_is_enough() -> None:
    """A short call runs many times and says how often; its value is the first run's; `once` holds it to one."""
    ran: list[int] = []

    def short(n: int) -> int:
        ran.append(n)
        return len(ran)

    rec = workbench.profile_call(short, 5)
    assert rec.result == 1
    assert rec.target.repeats == len(ran) > 10
    ran.clear()
    assert workbench.profile_call(short, 5, once=True).target.repeats == len(ran) == 1
    ran.clear()
    assert workbench.profile_call(short, 5, engine="cpu").target.repeats == len(ran) == 1


def test_a_call_that_raises_is_kept() -> None:
    """What the function raises comes out; the recording is the newest."""
    with pytest.raises(KeyError):
        workbench.profile_call({}.__getitem__, "missing")
    assert workbench.last().error is not None
    assert workbench.last().error.type == "KeyError"


def test_an_async_call_and_an_async_block() -> None:
    """A coroutine function is run by asyncio.run; inside a loop the block form is offered, and works around `await`."""

    async def sleeps() -> str:
        await asyncio.sleep(0.01)
        return "slept"

    assert workbench.profile_call(sleeps, once=True).result == "slept"

    async def main() -> Any:
        with pytest.raises(UsageError, match="with workbench"):
            workbench.profile_call(sleeps)
        with workbench.profile() as rec:
            await sleeps()
        return rec

    with unchanged():
        assert asyncio.run(main()).error is None


def test_waiting_for_an_await_is_on_the_awaiting_line() -> None:
    """While the loop idles, the time belongs to the line of the program's own task that awaits, through nested coroutines and tasks."""

    async def inner() -> None:
        await asyncio.sleep(0.3)

    async def main() -> None:
        await asyncio.gather(asyncio.create_task(inner()), inner())

    with workbench.profile() as rec:
        asyncio.run(main())
    lines = rec.lines()
    by_source = lines.assign(source=lines["source"].str.strip()).groupby("source")["waiting"].sum() / rec.duration
    assert by_source["await asyncio.sleep(0.3)"] > 0.8
    assert by_source["await asyncio.gather(asyncio.create_task(inner()), inner())"] > 0.8
    selects = rec.functions().query("function.str.contains('select')")["self"].sum() / rec.duration
    assert selects < 0.1


def test_tables_have_their_columns_units_and_types() -> None:
    """Every promised column is there, seconds and bytes say so, and times add up to what was sampled."""
    with workbench.profile() as rec:
        burn(0.2)
        time.sleep(0.1)
    functions, lines, calls, timeline = rec.functions(), rec.lines(), rec.calls(), rec.timeline()
    assert {"function", "file", "line", "owner", "calls", "self", "total"} <= set(functions)
    assert {"file", "line", "source", "wall", "python", "native", "waiting"} <= set(lines)
    assert {"caller", "callee"} <= set(calls)
    assert {"time", "rss"} <= set(timeline)
    assert functions.attrs["units"]["self"] == "s"
    assert timeline.attrs["units"]["rss"] == "bytes"
    assert functions["calls"].dtype == pd.Int64Dtype()
    assert functions["self"].sum() == pytest.approx(
        rec.recording.samples.python.sum() + rec.recording.samples.native.sum() + rec.recording.samples.waiting.sum()
    )
    assert lines["wall"].tolist() == pytest.approx((lines["python"] + lines["native"] + lines["waiting"]).tolist())
    assert timeline["time"].is_monotonic_increasing
    assert rec.samples == rec.cost.samples > 20


def test_exact_counts_are_those_of_cprofile() -> None:
    """`cpu` knows that a function was called seven times, and by whom."""

    def called() -> None:
        pass

    def caller() -> None:
        for _ in range(7):
            called()

    with workbench.profile("cpu") as rec:
        caller()
    row = rec.functions().query("function == 'called'").iloc[0]
    assert row["calls"] == 7
    edge = rec.calls().query("callee == 'called'").iloc[0]
    assert (edge["calls"], edge["caller"]) == (7, "caller")
    assert rec.pstats().total_calls > 7  # type: ignore[attr-defined]
    assert rec.lines().empty
    with workbench.profile("sample") as sampled:
        caller()
    with pytest.raises(WrongEngineError):
        sampled.pstats()


def test_other_threads_are_seen() -> None:
    """A worker thread's function and its processor time are in the recording, under the thread's name."""
    with unchanged(), workbench.profile() as rec:
        worker = threading.Thread(target=burn, args=(0.3,), name="worker bee")
        worker.start()
        worker.join()
    assert "worker bee" in rec.recording.threads
    assert rec.functions().query("function == 'burn'")["self"].sum() > 0.2


def test_a_run_off_the_main_thread_is_sampled_by_a_thread() -> None:
    """Where no signal can be had the recording says which way it took, and still sees the program."""
    found: list[Any] = []

    def run() -> None:
        with workbench.profile() as rec:
            burn(0.4)
        found.append(rec)

    with unchanged():
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    rec = found[0]
    assert rec.recording.mechanism == "sampling thread"
    assert any("main thread" in note for note in rec.notes)
    assert rec.functions().set_index("function")["self"].idxmax() == "burn"


def test_the_session_remembers_fifty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The history holds the newest fifty; without any, `last()` says how to make one."""
    from workbench.face import session

    monkeypatch.setattr(session, "_history", type(session._history)(maxlen=session._history.maxlen))
    with pytest.raises(NothingRecordedError, match="%%profile"):
        workbench.last()
    profiles = [session.remember(workbench.Profile()) for _ in range(60)]
    assert workbench.history() == tuple(profiles[-50:])
    assert workbench.last() is profiles[-1]


def test_saved_and_loaded(tmp_path: Any) -> None:
    """`save` and `load` are a round trip; so is `with workbench.profile(save=...)`."""
    path = tmp_path / "a.wbp"
    with workbench.profile(save=path) as rec:
        burn(0.02)
    assert workbench.load(path).recording == rec.recording
    assert rec.save(tmp_path / "b.wbp").read_bytes() == path.read_bytes()


def test_a_program_with_its_own_trace_function_keeps_it() -> None:
    """A tracing debugger or coverage tool goes on tracing through a recording, and sees what it would have seen."""
    seen: set[str] = set()

    def tracer(frame: Any, event: str, arg: Any) -> None:
        seen.add(frame.f_code.co_name)

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        with workbench.profile():
            burn(0.01)
        still = sys.gettrace()
    finally:
        sys.settrace(before)
    assert still is tracer
    assert "burn" in seen


def test_a_stretch_of_a_run_is_a_profile_too() -> None:
    """`between` is a profile of the samples in a stretch or a thread; two stretches that meet have all that the whole has."""
    whole = workbench.Profile(small_recording())
    first, rest = whole.between(0.0, 0.4), whole.between(0.4, whole.duration + 1)
    added = (
        first.functions()
        .set_index("function")["self"]
        .add(rest.functions().set_index("function")["self"], fill_value=0)
    )
    pd.testing.assert_series_equal(added.sort_index(), whole.functions().set_index("function")["self"].sort_index())
    writer = whole.between(0.0, whole.duration, thread="writer")
    assert set(writer.functions().query("total > 0")["function"]) == {"flush", "Queue.get"}
    with pytest.raises(UsageError, match="no thread 'nobody'"):
        whole.between(0.0, 1.0, thread="nobody")
