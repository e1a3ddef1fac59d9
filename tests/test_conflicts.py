"""Every engine beside whoever else watches the program: a clear refusal or a right answer, and neither side is disturbed."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import tracemalloc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from guest import unchanged

import workbench
from workbench.engines.table import ENGINES
from workbench.errors import EngineBusyError, EngineUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS = 2_000
monitored = pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring begins with Python 3.12")


def leaf(value: int) -> int:
    return value + 1


async def steps() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


def program() -> int:
    """Calls a function, awaits, and takes a megabyte."""
    total = 0
    for _ in range(ROUNDS):
        total = leaf(total)
    asyncio.run(steps())
    return total + len(bytearray(1 << 20))


def right(engine: str, rec: workbench.Profile) -> bool:
    """Whether what an engine counts of the program is what there was to count."""
    if engine == "sample":
        return rec.recording.sampled
    if engine == "cpu":
        return rec.functions().query("function == 'leaf'")["calls"].tolist() == [ROUNDS]
    if engine in ("lines", "memory"):
        return set(rec.lines().query("function == 'leaf'")["hits"]) == {ROUNDS}
    if engine == "tasks":
        return "steps" in set(rec.tasks()["function"])
    return float(rec.lines()["peak"].max()) >= 1 << 20


@contextmanager
def tracing() -> Iterator[Callable[[], bool]]:
    """A debugger, or coverage: `sys.settrace`."""
    seen: list[str] = []

    def tracer(frame: Any, event: str, _argument: Any) -> Any:
        if event == "call" and frame.f_code is leaf.__code__:
            seen.append(event)
        return tracer

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        yield lambda: sys.gettrace() is tracer and len(seen) % ROUNDS == 0
    finally:
        sys.settrace(before)


@contextmanager
def profiling() -> Iterator[Callable[[], bool]]:
    """Another profiler: `sys.setprofile`."""
    seen: list[str] = []

    def hook(frame: Any, event: str, _argument: Any) -> None:
        if event == "call" and frame.f_code is leaf.__code__:
            seen.append(event)

    sys.setprofile(hook)
    try:
        yield lambda: sys.getprofile() is hook and len(seen) % ROUNDS == 0
    finally:
        sys.setprofile(None)


@contextmanager
def all_ids_taken() -> Iterator[Callable[[], bool]]:
    """A debugger, coverage, a profiler, an optimizer and two more have all ids of `sys.monitoring`."""
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
    names = {tool: monitoring.get_tool(tool) or f"tool {tool}" for tool in range(6)}
    mine = [tool for tool in names if monitoring.get_tool(tool) is None]
    for tool in mine:
        monitoring.use_tool_id(tool, names[tool])
    try:
        yield lambda: {tool: monitoring.get_tool(tool) for tool in range(6)} == names
    finally:
        for tool in mine:
            monitoring.free_tool_id(tool)


@contextmanager
def tracing_allocations() -> Iterator[Callable[[], bool]]:
    """tracemalloc runs."""
    tracemalloc.start()
    try:
        yield tracemalloc.is_tracing
    finally:
        tracemalloc.stop()


@contextmanager
def tracking() -> Iterator[Callable[[], bool]]:
    """A memray tracker of the program's own."""
    memray = pytest.importorskip("memray")
    with memray.Tracker(destination=memray.FileDestination("/dev/null", overwrite=True)):
        yield lambda: True


@contextmanager
def alarmed() -> Iterator[Callable[[], bool]]:
    """The program has a timer, an alarm and a wakeup file of its own."""
    seen: list[int] = []
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    before = signal.signal(signal.SIGALRM, lambda number, _frame: seen.append(number))
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.01)
    signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    try:
        yield lambda: bool(seen) and set(ours.recv(1 << 16)) == {signal.SIGALRM}
    finally:
        signal.set_wakeup_fd(-1)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        ours.close()
        theirs.close()


@contextmanager
def recording() -> Iterator[Callable[[], bool]]:
    """Another recording of the workbench's."""
    with workbench.profile() as outer:
        yield lambda: "running" in repr(outer)


HOLDERS: tuple[Any, ...] = (
    tracing,
    profiling,
    pytest.param(all_ids_taken, marks=monitored),
    tracing_allocations,
    tracking,
    alarmed,
    recording,
)


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("engine", ENGINES)
def test_neither_side_is_disturbed(engine: str, holder: Any) -> None:
    """The engine refuses with a sentence that says who is in the way, or counts what there was; who was there first goes on as before."""
    options: dict[str, Any] = {"functions": [program, leaf]} if engine in ("lines", "memory") else {}
    with holder() as still:
        ignored = ("asyncio policy", "signal.ITIMER_REAL")
        with unchanged(ignore=ignored):
            try:
                with workbench.profile(engine, **options) as rec:
                    program()
            except (EngineBusyError, EngineUnavailableError) as refused:
                assert str(refused).endswith(".")
                assert len(str(refused).split()) > 8
                program()
            else:
                assert right(engine, rec)
        assert still()
    with unchanged(ignore=("asyncio policy",)), workbench.profile(engine, **options) as rec:
        program()
    assert right(engine, rec)


def test_which_engines_can_share() -> None:
    """`sample` and `tasks` run beside any of them but another recording."""
    for holder in (tracing, profiling, tracing_allocations, tracking, alarmed):
        for engine in ("sample", "tasks"):
            with holder(), workbench.profile(engine) as rec:
                program()
            assert right(engine, rec)
