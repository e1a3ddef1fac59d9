"""Engine `tasks`: what each asyncio task did, where it waited and what blocked the loop is what the program is known to do."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import gc
import logging
import sys
import threading
import time
import weakref
from asyncio import base_events, events
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import numpy as np
import pytest
import samples
from guest import unchanged
from hypothesis import given

import workbench
from workbench.analysis.tasks import awaits, concurrency, most_at_once, slices, tasks
from workbench.face.profile import Profile
from workbench.model.facts import Evidence
from workbench.model.recording import Recording
from workbench.model.tables import Outcome, TaskState

pytestmark = pytest.mark.timing

SHORT = 0.03


def record(main: Callable[[], Awaitable[Any]]) -> Profile:
    """The recording of `asyncio.run(main())`."""
    with workbench.profile("tasks") as rec:
        asyncio.run(main())  # type: ignore[arg-type]
    return rec


def waited(profile: Profile) -> dict[str, Any]:
    """The rows of `waits()` by the mark at the end of the line."""
    table = profile.waits()
    marks = table["source"].str.extract(r"# at: (.*)$")[0]
    return {mark: row for mark, row in zip(marks, table.to_dict("records"), strict=True) if isinstance(mark, str)}


def spin(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:  # at: burning
        pass


async def burns() -> None:
    await asyncio.sleep(SHORT)
    spin(0.2)


async def is_kept() -> None:
    await asyncio.sleep(SHORT * 2)  # at: kept from going on


async def one_blocks_another() -> None:
    await asyncio.gather(burns(), is_kept())


def test_a_task_that_is_blocked_by_another_is_ready_and_not_waiting() -> None:
    """While one task burns 0.2 s, another whose sleep is over is ready for the rest of it; the slice names the burning line."""
    rec = record(one_blocks_another)
    rows = {row.function: row for row in tasks(rec.recording)}
    assert rows["is_kept"].ready == pytest.approx(0.2 - SHORT, abs=0.04)
    assert rows["is_kept"].waiting == pytest.approx(2 * SHORT, abs=0.03)
    assert rows["burns"].running == pytest.approx(0.2, abs=0.04)
    (blocked,) = slices(rec.recording)
    assert blocked.seconds == pytest.approx(0.2, abs=0.04)
    assert (blocked.function, blocked.task) == ("spin", rows["burns"].task)


async def sleeps() -> None:
    await asyncio.sleep(SHORT)  # at: sleep


async def locks() -> None:
    lock = asyncio.Lock()

    async def holds() -> None:
        async with lock:
            await asyncio.sleep(SHORT)

    async def wants() -> None:
        async with lock:  # at: lock
            pass

    await asyncio.gather(holds(), wants())


async def gates() -> None:
    gate = asyncio.Semaphore(1)

    async def through() -> None:
        async with gate:  # at: semaphore
            await asyncio.sleep(SHORT)

    await asyncio.gather(through(), through())


async def queues() -> None:
    queue: asyncio.Queue[int] = asyncio.Queue()

    async def gets() -> None:
        await queue.get()  # at: queue

    task = asyncio.create_task(gets())
    await asyncio.sleep(SHORT)
    queue.put_nowait(1)
    await task


async def signals() -> None:
    event = asyncio.Event()

    async def waits() -> None:
        await event.wait()  # at: event

    task = asyncio.create_task(waits())
    await asyncio.sleep(SHORT)
    event.set()
    await task


async def gathers() -> None:
    await asyncio.gather(sleeps(), sleeps(), sleeps())  # at: gather


async def groups() -> None:
    async with asyncio.TaskGroup() as group:  # at: group
        group.create_task(sleeps())


async def times_out() -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SHORT):
            await asyncio.sleep(60)  # at: timeout


async def threads() -> None:
    await asyncio.to_thread(time.sleep, SHORT)  # at: thread


async def awaits_a_task() -> None:
    task = asyncio.create_task(sleeps(), name="the sleeper")
    await task  # at: task


async def deep(depth: int = 3) -> None:
    if depth:
        await deep(depth - 1)
    else:
        await asyncio.sleep(SHORT)  # at: deep


async def lazily() -> AsyncIterator[int]:
    await asyncio.sleep(SHORT)
    yield 1


async def loops_over() -> None:
    async for _ in lazily():  # at: async generator
        pass


class Opens:
    async def __aenter__(self) -> None:
        await asyncio.sleep(SHORT)  # at: async with

    async def __aexit__(self, *_: object) -> None:
        return None


async def opens() -> None:
    async with Opens():
        pass


CASES: dict[str, tuple[Callable[[], Awaitable[None]], str]] = {
    "sleep": (sleeps, "sleep"),
    "lock": (locks, "Lock.acquire"),
    "semaphore": (gates, "Semaphore.acquire"),
    "queue": (queues, "Queue.get"),
    "event": (signals, "Event.wait"),
    "gather": (gathers, "gather of 3"),
    "group": (groups, "TaskGroup"),
    "timeout": (times_out, "sleep"),
    "thread": (threads, "thread"),
    "task": (awaits_a_task, "Task 'the sleeper'"),
    "deep": (deep, "sleep"),
    "async with": (opens, "sleep"),
}


@pytest.mark.parametrize("case", CASES)
def test_every_wait_is_on_its_line_with_what_it_waits_for(case: str) -> None:
    """A task that waits for a known time, in any way asyncio has, waits on that very line, for that awaitable, for that time."""
    program, on = CASES[case]
    row = waited(record(program))[case]
    assert row["on"] == on
    assert row["waiting"] / row["count"] == pytest.approx(SHORT, abs=0.03)


def test_a_wait_inside_an_async_generator_is_on_the_loop_that_drives_it() -> None:
    """An async generator's own frame cannot be reached from outside: the line of `async for` has the time."""
    assert waited(record(loops_over))["async generator"]["waiting"] == pytest.approx(SHORT, abs=0.03)


async def fails() -> None:
    await asyncio.sleep(0)
    raise ValueError("on purpose")


async def never_ends() -> None:
    await asyncio.Event().wait()


async def ends_badly() -> None:
    cancelled = asyncio.create_task(never_ends(), name="to be cancelled")
    failed = asyncio.create_task(fails(), name="to fail")
    await asyncio.wait([failed])
    cancelled.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await cancelled


def test_how_tasks_ended_is_told() -> None:
    """A task that failed has its error, one that was cancelled says so, one that ended well is done."""
    rows = {row.name: row for row in tasks(record(ends_badly).recording)}
    assert (rows["to fail"].outcome, rows["to fail"].error) == (Outcome.FAILED, "ValueError: on purpose")
    assert rows["to be cancelled"].outcome is Outcome.CANCELLED
    assert next(row for row in rows.values() if row.function == "ends_badly").outcome is Outcome.DONE


def test_a_task_that_never_ends_in_the_run_is_pending() -> None:
    """A task that still waits when the recording ends has no end, and its wait counts up to there."""

    async def main() -> Profile:
        with workbench.profile("tasks") as rec:
            task = asyncio.create_task(never_ends(), name="pending")
            await asyncio.sleep(SHORT)
        task.cancel()
        return rec

    rec = asyncio.run(main())
    row = next(row for row in tasks(rec.recording) if row.name == "pending")
    assert row.outcome is Outcome.PENDING
    assert row.end != row.end
    assert row.waiting == pytest.approx(rec.duration, rel=0.2)


def test_an_exception_that_nobody_took_is_still_spoken_of(caplog: pytest.LogCaptureFixture) -> None:
    """asyncio's own "exception was never retrieved" comes as without us: we look at exceptions, and do not take them."""

    async def main() -> None:
        task = asyncio.create_task(fails())
        await asyncio.wait([task])

    with caplog.at_level(logging.ERROR, "asyncio"):
        record(main)
        gc.collect()
    assert "exception was never retrieved" in caplog.text


def test_a_recording_may_begin_and_end_within_a_step() -> None:
    """Begun in a running task, as in a cell: its step so far, its wait and the step after it are its own; tasks of before are there."""

    async def main() -> Profile:
        before = asyncio.create_task(never_ends(), name="of before")
        await asyncio.sleep(0)
        with workbench.profile("tasks") as rec:
            spin(0.06)
            await asyncio.sleep(0.1)  # at: in the middle
            spin(0.06)
        before.cancel()
        return rec

    rec = asyncio.run(main())
    rows = {row.name: row for row in tasks(rec.recording)}
    own = next(row for row in rows.values() if row.function.endswith("main"))
    assert own.running == pytest.approx(0.12, abs=0.04)
    assert own.waiting == pytest.approx(0.1, abs=0.04)
    assert rows["of before"].waiting == pytest.approx(rec.duration, rel=0.1)
    assert waited(rec)["in the middle"]["waiting"] == pytest.approx(0.1, abs=0.04)
    assert len(slices(rec.recording)) == 2


def test_running_ready_and_waiting_make_up_a_life() -> None:
    """The three kinds of time of a task add up to the time from its making to its end."""
    for row in tasks(record(one_blocks_another).recording):
        assert row.running + row.ready + row.waiting == pytest.approx(row.end - row.start, abs=0.01)


def test_loops_of_two_threads_are_both_seen() -> None:
    """Tasks of a loop in another thread are told under that thread's name."""

    async def here() -> None:
        thread = threading.Thread(target=lambda: asyncio.run(sleeps()), name="other loop")
        thread.start()
        await asyncio.sleep(SHORT)
        await asyncio.to_thread(thread.join)

    rec = record(here).recording
    other = rec.threads.index("other loop")
    names = [rec.frame_name(int(rec.tasks.frame[at])) for at in range(len(rec.tasks)) if rec.tasks.thread[at] == other]
    assert "sleeps" in names


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with Python 3.12")
def test_eager_tasks_are_seen() -> None:
    """A task that runs to its end while it is made is there, done; one that then waits does so on its line. The factory stays."""

    async def at_once() -> int:
        return 1

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined]
        first = asyncio.create_task(at_once(), name="at once")
        second = asyncio.create_task(sleeps(), name="later")
        await asyncio.gather(first, second)
        assert loop.get_task_factory() is asyncio.eager_task_factory  # type: ignore[attr-defined]

    rec = record(main)
    rows = {row.name: row for row in tasks(rec.recording)}
    assert rows["at once"].outcome is Outcome.DONE
    assert waited(rec)["sleep"]["waiting"] == pytest.approx(SHORT, abs=0.03)


def hooked() -> list[Any]:
    """What the engine replaces, as it is now."""
    found = [vars(events.Handle)["_run"]]
    return [*found, *(vars(base_events.BaseEventLoop)[name] for name in ("_call_soon", "create_task"))]


@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt])
def test_asyncio_is_as_it_was(error: type[BaseException] | None) -> None:
    """After the run, however it ended, asyncio's classes have their own methods, and hooks and threads are as before."""
    before = hooked()

    async def main() -> None:
        await asyncio.sleep(0)
        if error is not None:
            raise error

    with unchanged(), contextlib.suppress(ValueError, KeyboardInterrupt), workbench.profile("tasks"):
        asyncio.run(main())
    assert hooked() == before


def test_another_ones_patch_on_top_stays() -> None:
    """Where somebody replaced the same method during the run, theirs stays in place, and ours does nothing more below it."""
    before = hooked()[0]
    with workbench.profile("tasks"):
        ours = hooked()[0]

        def theirs(handle: Any) -> None:
            ours(handle)

        events.Handle._run = theirs  # type: ignore[attr-defined]
    try:
        assert hooked()[0] is theirs
        asyncio.run(sleeps())
    finally:
        events.Handle._run = before  # type: ignore[attr-defined]


def test_no_task_is_kept_alive() -> None:
    """A finished task goes when the program lets it go, during the run and after it."""
    references = []

    async def main() -> None:
        task = asyncio.create_task(sleeps())
        references.append(weakref.ref(task))
        await task

    with workbench.profile("tasks"):
        asyncio.run(main())
        gc.collect()
        assert references[0]() is None


def test_ten_thousand_tasks_are_told() -> None:
    """Ten thousand tasks at once are all there, with a wait each, and the text stays short."""

    async def main() -> None:
        await asyncio.gather(*(sleeps() for _ in range(10_000)))

    rec = record(main)
    assert sum(row.function == "sleeps" for row in tasks(rec.recording)) == 10_000
    assert waited(rec)["sleep"]["tasks"] == 10_000
    assert most_at_once(rec.recording) >= 10_000
    assert len(rec.text().splitlines()) < 60


def test_without_asyncio_there_is_an_answer() -> None:
    """A run without a loop says that no task ran."""
    with workbench.profile("tasks") as rec:
        spin(0.01)
    assert "No task of yours ran" in rec.text()
    assert "No task of yours ran" in rec._repr_mimebundle_()["text/html"]


def test_the_known_picture() -> None:
    """The drawn recording has the tasks, waits, slice and concurrency that it was drawn with, and leaves a library's task out."""
    recording = samples.tasks_recording()
    found = awaits(recording)
    assert [(row.line, row.on, row.tasks) for row in found] == [
        (6, "sleep", 4),
        (16, "gather of 4", 1),
        (5, "Semaphore.acquire", 2),
    ]
    assert most_at_once(recording) == 5
    assert [row.own for row in tasks(recording)] == [True] * 5 + [False]
    counts = concurrency(recording, 40)
    assert counts[TaskState.RUNNING].sum() / 40 * recording.duration == pytest.approx(0.081)
    assert counts[TaskState.READY].max() == pytest.approx(1.0)


@given(samples.recordings(evidence=Evidence.TASKS))
def test_concurrency_is_the_time_in_it(recording: Recording) -> None:
    """How many tasks are in a state on average, times the run, is the time that stretches within the run have in it."""
    if not recording.duration:
        return
    own = {row.task for row in tasks(recording) if row.own}
    counts = concurrency(recording, 16)
    for state in TaskState:
        spans = recording.spans
        inside = sum(
            max(min(start + seconds, recording.duration) - start, 0.0)
            for task, kind, start, seconds in zip(
                *(column.tolist() for column in spans.columns().values()), strict=True
            )
            if kind == state and task in own
        )
        assert counts[state].sum() / 16 * recording.duration == pytest.approx(
            inside, rel=1e-6, abs=1e-6 * recording.duration
        )


def test_concurrency_of_a_run_of_no_length_to_speak_of() -> None:
    """A duration near the smallest number there is does not make the counts overflow."""
    recording = dataclasses.replace(samples.tasks_recording(), duration=2.2e-308)
    with np.errstate(all="raise", under="ignore"):
        counts = concurrency(recording, 16)
    assert all(np.isfinite(one).all() for one in counts.values())
