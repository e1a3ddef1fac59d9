"""Engine `heap`: who held memory at the peak and at the end, and who allocated it, is what is known, for every kind of function."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import subprocess
import sys
import tempfile
import threading
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import memray
import numpy as np
import pytest
import samples
from guest import unchanged
from hypothesis import given

import workbench
from workbench.analysis.heap import HEAP_MEASURES, heap_functions, heap_lines, heap_whole
from workbench.engines.base import Boundary
from workbench.engines.heap_stacks import Cut
from workbench.errors import EngineBusyError, UnknownOptionError
from workbench.model.facts import Evidence
from workbench.model.recording import Recording

MIB = 1 << 20
NEAR = {"rel": 0.02, "abs": MIB}


def measured(profile: workbench.Profile) -> dict[str, Any]:
    """The rows of `lines()` by the mark at the end of the line."""
    table = profile.lines()
    marks = table["source"].str.extract(r"# at: (.*)$")[0]
    return {mark: row for mark, row in zip(marks, table.to_dict("records"), strict=True) if isinstance(mark, str)}


def record(call: Callable[[], object], **options: Any) -> tuple[dict[str, Any], workbench.Profile]:
    """Rows by mark of one call whose value is still held at the end."""
    with workbench.profile("heap", **options) as rec:
        value = call()
    assert value is not None
    return measured(rec), rec


def block(mib: int = 8) -> bytearray:
    return bytearray(mib * MIB)


class Store:
    def __init__(self) -> None:
        self.kept = [bytearray(8 * MIB)]  # at: method

    @classmethod
    def of_class(cls) -> object:
        return bytearray(8 * MIB)  # at: classmethod

    @staticmethod
    def static() -> object:
        return bytearray(8 * MIB)  # at: staticmethod

    @property
    def prop(self) -> object:
        return bytearray(8 * MIB)  # at: property


def nested() -> object:
    def inner() -> object:
        return bytearray(8 * MIB)  # at: nested

    return inner()


def lazy() -> Iterator[object]:
    yield bytearray(8 * MIB)  # at: generator


async def coroutine() -> object:
    await asyncio.sleep(0)
    return bytearray(8 * MIB)  # at: coroutine


async def stream() -> AsyncIterator[object]:
    await asyncio.sleep(0)
    yield bytearray(8 * MIB)  # at: async generator


async def drain() -> list[object]:
    return [one async for one in stream()]


def decorate(function: Callable[[], object]) -> Callable[[], object]:
    @functools.wraps(function)
    def wrapper() -> object:
        return function()

    return wrapper


@decorate
def decorated() -> object:
    return bytearray(8 * MIB)  # at: decorated


@functools.lru_cache
def cached() -> object:
    return bytearray(8 * MIB)  # at: cached


def recursive(depth: int) -> list[object]:
    found = recursive(depth - 1) if depth else []
    if depth % 4 == 0:
        found.append(bytearray(4 * MIB))  # at: recursive
    return found


def in_a_thread() -> list[object]:
    found: list[object] = []

    def work() -> None:
        found.append(bytearray(8 * MIB))  # at: thread

    thread = threading.Thread(target=work, name="allocator")
    thread.start()
    thread.join()
    return found


def left_by_an_exception() -> object:
    kept = []

    def leaves() -> None:
        kept.append(bytearray(8 * MIB))  # at: exception
        raise ValueError

    with contextlib.suppress(ValueError):
        leaves()
    return kept


KINDS: dict[str, Callable[[], object]] = {
    "method": Store,
    "classmethod": Store.of_class,
    "staticmethod": Store.static,
    "property": lambda: Store.prop.fget(None),  # type: ignore[attr-defined]
    "nested": nested,
    "generator": lambda: list(lazy()),
    "coroutine": lambda: asyncio.run(coroutine()),
    "async generator": lambda: asyncio.run(drain()),
    "decorated": decorated,
    "cached": cached,
    "recursive": lambda: recursive(4),
    "thread": in_a_thread,
    "exception": left_by_an_exception,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_function_has_its_memory_at_its_line(kind: str) -> None:
    """Eight MiB that a function of any kind allocates and somebody keeps stand at its very line, at the peak and at the end."""
    cached.cache_clear()
    rows, _ = record(KINDS[kind])
    row = rows[kind]
    for measure in ("peak", "held", "allocated"):
        assert row[measure] == pytest.approx(8 * MIB, **NEAR)


def test_lambda_has_its_memory_at_its_line() -> None:
    """What a lambda allocates stands at its line."""
    rows, _ = record(lambda: bytearray(8 * MIB))  # at: lambda
    assert rows["lambda"]["held"] == pytest.approx(8 * MIB, **NEAR)


def kept_and_dropped() -> object:
    kept = np.ones(4 * MIB)  # at: kept
    dropped = np.ones(8 * MIB)  # at: dropped
    del dropped
    churn = 0
    for _ in range(100):
        churn += len(bytearray(MIB))  # at: churn
    return kept, churn


def test_kept_dropped_and_churned_memory_are_told_apart() -> None:
    """An array that is kept is held at the peak and at the end, one that is dropped at the peak only; what is freed at once is neither."""
    rows, rec = record(kept_and_dropped)
    expected = {"kept": (32, 32, 32, 0), "dropped": (64, 0, 64, 64), "churn": (0, 0, 100, 100)}
    for mark, sizes in expected.items():
        found = [rows[mark][measure] for measure in HEAP_MEASURES]
        assert found == [pytest.approx(size * MIB, **NEAR) for size in sizes], mark
    assert rows["churn"]["allocations"] >= 100
    assert heap_whole(rec.recording).peak == pytest.approx(96 * MIB, **NEAR)


def small_objects() -> object:
    grown = []
    for number in range(1000, 101_000):
        grown.append([number])  # at: lists
    return grown


def test_small_objects_are_counted_when_asked_for() -> None:
    """With `objects`, a list of 100,000 lists of one is held, to within 2 % of it and a MiB."""
    rows, rec = record(small_objects, objects=True)
    each = sys.getsizeof([1000]) + 8
    assert rows["lists"]["held"] == pytest.approx(100_000 * each, **NEAR)
    assert rows["lists"]["held_blocks"] == pytest.approx(200_000, rel=0.02)
    assert not any("arenas" in note for note in rec.notes)


def test_arenas_are_said() -> None:
    """Without `objects`, a recording whose memory is mostly in small objects says that their lines are not exact, and what would be.

    In a process of its own: arenas that other tests have left half empty would serve these objects, too.
    """
    code = "import test_heap; print(*test_heap.record(test_heap.small_objects)[1].notes, sep=chr(10))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parent
    )
    assert any("arenas" in note and "--objects" in note for note in done.stdout.splitlines())


def leak(cache: dict[int, bytes]) -> None:
    for number in range(64):
        cache[number] = bytes(MIB)  # at: cache
        bytes(MIB + number)  # at: gone


def test_a_leak_is_found_at_the_end() -> None:
    """What a cache keeps after the run is held at the end, at the line that filled it; what was made beside it is not."""
    cache: dict[int, bytes] = {}
    rows, _ = record(lambda: leak(cache) or cache)
    assert rows["cache"]["held"] == pytest.approx(64 * MIB, **NEAR)
    assert rows["gone"]["held"] == pytest.approx(0, abs=1.2 * MIB)


def test_threads_are_told_apart() -> None:
    """What a thread allocated is under its name, as a stack that begins where the thread does."""
    _, rec = record(in_a_thread)
    table, threads = rec.recording.heap, rec.recording.threads
    worker = threads.index("allocator")
    assert table.held[table.thread == worker].sum() == pytest.approx(8 * MIB, **NEAR)
    assert threads[0] == "MainThread"


def test_library_code_counts_for_the_line_that_called_it() -> None:
    """Memory that numpy allocates is `here` on the own line that asked for it, and numpy's own functions have a row each."""
    rows, rec = record(lambda: np.ones(4 * MIB))
    assert not rows
    own = [row for row in heap_lines(rec.recording) if row.owner == "own"]
    assert max(row.here.held for row in own) == pytest.approx(32 * MIB, **NEAR)
    assert any(row.owner == "library" for row in heap_functions(rec.recording))


def test_native_stacks_name_the_functions_of_c_code() -> None:
    """With `native`, the stack of a bytearray goes on into the interpreter's C functions; the Python lines stay the same."""
    rows, rec = record(nested, native=True)
    assert rows["nested"]["held"] == pytest.approx(8 * MIB, **NEAR)
    assert any("ytearray" in name or "alloc" in name.lower() for name in rec.recording.strings)


def test_tracemalloc_knows_what_is_held_at_the_end() -> None:
    """By tracemalloc the held memory is the same; what it cannot know is missing and not zero, and the recording says so."""
    rows, rec = record(kept_and_dropped, backend="tracemalloc")
    assert rows["kept"]["held"] == pytest.approx(32 * MIB, **NEAR)
    assert rec.lines()["peak"].isna().all()
    assert any("not by line" in note for note in rec.notes)
    assert not tracemalloc.is_tracing()


def test_memory_over_the_run_has_both_curves() -> None:
    """The timeline has the resident memory of the process and what the run allocated and had not freed."""
    _, rec = record(kept_and_dropped)
    table = rec.timeline()
    assert table["heap"].notna().all()
    assert (table["rss"] > table["heap"] * 0.2).all()
    assert table["time"].is_monotonic_increasing


def test_the_recorder_is_not_in_its_own_picture() -> None:
    """No frame of the workbench and none below the recorded block is on a stack."""
    _, rec = record(nested)
    names = {rec.recording.frame_file(frame) for frame in range(len(rec.recording.frames))}
    assert not any("workbench/engines" in name or "_pytest" in name for name in names)


def test_a_second_tracker_is_refused() -> None:
    """While memray traces already, the engine says so before the run, leaves no file, and the first tracker goes on."""
    before = set(Path(tempfile.gettempdir()).glob("workbench-heap-*"))
    with tempfile.TemporaryDirectory() as folder, memray.Tracker(f"{folder}/mine.bin"):
        with pytest.raises(EngineBusyError, match="one at a time"), workbench.profile("heap"):
            pass
        assert workbench.profile_call(sum, [1], engine="cpu") is not None
    assert set(Path(tempfile.gettempdir()).glob("workbench-heap-*")) == before


def test_a_profiling_hook_is_respected() -> None:
    """Where somebody holds Python's profiling hook, the engine names them, and their hook stays."""

    def hook(*_: object) -> None:
        return None

    sys.setprofile(hook)
    try:
        with pytest.raises(EngineBusyError, match="profiling hook"), workbench.profile("heap"):
            pass
        assert sys.getprofile() is hook
    finally:
        sys.setprofile(None)


def test_tracemalloc_at_work_is_respected() -> None:
    """Where tracemalloc traces already, that backend refuses, and what was traced stays."""
    tracemalloc.start()
    try:
        with pytest.raises(EngineBusyError, match="tracemalloc"), workbench.profile("heap", backend="tracemalloc"):
            pass
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()


def test_the_process_is_as_it_was() -> None:
    """After the run, also one that raised, hooks, threads' names and descriptors are as before, and no file is left."""
    before = set(Path(tempfile.gettempdir()).glob("workbench-heap-*"))
    descriptors = len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0
    attributes = dict(vars(threading.Thread))
    for error in (None, ValueError, KeyboardInterrupt):
        with unchanged(), contextlib.suppress(ValueError, KeyboardInterrupt), workbench.profile("heap"):
            nested()
            if error is not None:
                raise error
        assert workbench.last().recording.evidence is Evidence.HEAP
    assert dict(vars(threading.Thread)) == attributes
    assert set(Path(tempfile.gettempdir()).glob("workbench-heap-*")) == before
    if sys.platform == "linux":
        assert len(list(Path("/proc/self/fd").iterdir())) == descriptors


def test_a_killed_run_leaves_no_file(tmp_path: Path) -> None:
    """Where the process is killed in the middle of a run, there is no file of ours either."""
    script = tmp_path / "killed.py"
    script.write_text("import os, signal\nkept = bytearray(1 << 20)\nos.kill(os.getpid(), signal.SIGKILL)\n")
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "workbench", "profile", "heap", str(script)]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)
    assert done.returncode == -9
    if sys.platform == "linux":
        assert sorted(path.name for path in tmp_path.iterdir()) == ["killed.py"]


def test_options_of_other_engines_are_refused() -> None:
    """`native` and `objects` are heap's: another engine says who takes them; tracemalloc has no native stacks."""
    with pytest.raises(UnknownOptionError, match="heap"):
        workbench.profile("sample", native=True)
    with pytest.raises(UnknownOptionError, match="native"):
        workbench.profile("heap", backend="tracemalloc", native=True)


def test_nothing_allocated_is_an_answer() -> None:
    """A run without an allocation has no rows and says so, in each form."""
    with workbench.profile("heap") as rec:
        pass
    assert "allocated" in rec.text()
    assert rec.lines()["peak"].sum() < MIB


def test_a_boundary_is_cut_by_depth_and_by_name() -> None:
    """A path is cut after the recorded frame: at its depth where it is there, else at the outermost of that name (after an await)."""
    frame = sys._getframe()
    cut = Cut(Boundary(frame=frame))
    base = (frame.f_code.co_name, frame.f_code.co_filename, 1)
    below = [("below", "x.py", 1)] * (cut._depth - 1)
    assert cut.length([("leaf", "x.py", 2), base, base, *below]) == 3
    assert cut.length([("leaf", "x.py", 2), base, ("loop", "x.py", 3)]) == 2
    assert cut.length([("other", "x.py", 2)]) == 1


@given(samples.recordings(evidence=Evidence.HEAP))
def test_lines_and_functions_add_up_to_the_whole(recording: Recording) -> None:
    """What lines have `here`, and what functions have, adds up to everything that was allocated, measure by measure."""
    whole = heap_whole(recording)
    for rows in (heap_lines(recording), heap_functions(recording)):
        for name in (*HEAP_MEASURES, "allocations", "held_blocks"):
            total = getattr(whole, name)
            assert sum(getattr(row.here, name) for row in rows) == pytest.approx(total, nan_ok=True)
