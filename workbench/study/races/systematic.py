"""frontrun's search (dynamic partial order reduction) beside our own, where it is installed.

It knows which instructions touch the same object, and so runs far fewer interleavings of long calls; but what happens within C code it
does not see (a dict that changes while it is iterated, a generator that two threads share), and locks made before it began stop it.
So its findings count, and its silence does not.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.study.races.baton import result_of, seen
from workbench.study.races.points import listen_again
from workbench.study.races.records import Outcome, Result, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.study.races.serial import Serial
    from workbench.study.races.task import Job

LEAST = 0.5
"""Seconds that it gets at least, where there are as many."""

_ACTIVE = "FRONTRUN_ACTIVE"


class _Box:
    """One run's state and results."""

    def __init__(self, state: Any, calls: int) -> None:
        self.state = state
        self.results: list[Result | None] = [None] * calls


def explore_frontrun(job: Job, serial: Serial, seconds: float) -> None:
    """Let it search; a way told in any case."""
    if find_spec("frontrun") is None:
        job.ways.append("frontrun: not installed, so its search was not made; `pip install frontrun` adds it.")
        return
    seconds = min(max(seconds, LEAST), job.left())
    if not serial.complete:
        job.ways.append("frontrun: not used, as not all serial orders are known.")
        return
    if seconds < LEAST / 2:
        job.ways.append("frontrun: no time was left for it.")
        return
    before = set(threading.enumerate())
    with _allowed():
        _search(job, serial, seconds, _version())
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(0.5)
    if any(thread.is_alive() for thread in left):
        job.stuck = True


def _search(job: Job, serial: Serial, seconds: float, name: str) -> None:
    known, doubts = len(job.findings), len(job.doubts)
    serially = _explore(job, [_everyone(job)], lambda box: _right(box, job, serial), seconds)
    if serially is None or serially.property_holds is not True:
        job.ways.append(
            f"{name}: not usable, as with its locks the calls one after the other don't give what they give without."
        )
        return
    how = f"{name}, partial order reduction, two interruptions at the most, at shared accesses of Python code"
    held: list[Outcome] = []

    def right(box: _Box) -> bool:
        outcome = _outcome(box, job)
        wrong = outcome is None or serial.explains(outcome, job.left()) is not True
        if wrong and outcome is not None:
            held.append(outcome)
        return not wrong

    ended = _explore(job, [_caller(job, number) for number in range(len(job.calls))], right, seconds)
    if ended is None:
        job.ways.append(f"{name}: its search broke off, and says nothing.")
    elif ended.property_holds is None:
        job.ways.append(f"{name}: no answer; {_first(ended.inconclusive_reason)}")
    elif ended.property_holds:
        job.ways.append(
            f"{name}: {ended.num_explored:,} interleavings that differ in shared accesses, all right; it does not see every access."
        )
    else:
        _found(job, serial, ended, held, how)
        job.ways.append(f"{name}: a fault in {ended.num_explored:,} interleavings.")
    if len(job.findings) == known and len(job.doubts) == doubts and ended is not None and ended.property_holds is False:
        job.doubts.append(f"{name} found a fault that could not be told: {_first(ended.explanation)}")


def _found(job: Job, serial: Serial, ended: Any, held: list[Outcome], how: str) -> None:
    from workbench.study.races.records import CODES, Finding

    steps = tuple(line.strip() for line in (ended.explanation or "").splitlines() if line.strip())
    if "eadlock" in (ended.explanation or ""):
        job.findings.append(Finding("R02", f"{CODES['R02']}: {_first(steps[-1] if steps else '')}", steps, how))
    elif held:
        lines = tuple(
            _renamed(line) for line in steps if line.startswith("Thread ") and Path(__file__).name not in line
        )
        job.judge(held[0], lambda: lines, how, serial)


def _explore(job: Job, workers: list[Callable[[_Box], None]], right: Callable[[_Box], bool], seconds: float) -> Any:
    import frontrun  # type: ignore[import-untyped]

    try:
        return frontrun.explore(
            setup=lambda: _Box(job.setup(), len(job.calls)),
            workers=workers,
            invariant=right,
            detect_io=False,
            reproduce_on_failure=0,
            total_timeout=seconds,
            timeout_per_run=max(2.0, seconds / 2),
            deadlock_timeout=1.5,
        )
    except Exception:  # noqa: BLE001
        return None


def _caller(job: Job, number: int) -> Callable[[_Box], None]:
    def call(box: _Box) -> None:
        try:
            box.results[number] = ("returned", job.calls[number](box.state))
        except Exception as error:  # noqa: BLE001
            box.results[number] = ("raised", type(error), error.args)

    return call


def _everyone(job: Job) -> Callable[[_Box], None]:
    def call(box: _Box) -> None:
        for number, one in enumerate(job.calls):
            box.results[number] = result_of(one, box.state)

    return call


def _outcome(box: _Box, job: Job) -> Outcome | None:
    results = tuple(result for result in box.results if result is not None)
    return Outcome(results, seen(job.observe, box.state)) if len(results) == len(job.calls) else None


def _right(box: _Box, job: Job, serial: Serial) -> bool:
    outcome = _outcome(box, job)
    return outcome is not None and serial.explains(outcome, job.left()) is True


@contextmanager
def _allowed() -> Iterator[None]:
    """Its own command sets this variable and a library that listens to sockets; here only the former is wanted."""
    before, hook = os.environ.get(_ACTIVE), threading.gettrace()
    os.environ[_ACTIVE] = "1"
    try:
        yield
    finally:
        threading.settrace(hook)
        listen_again()
        if before is None:
            os.environ.pop(_ACTIVE, None)
        else:
            os.environ[_ACTIVE] = before


def _version() -> str:
    try:
        return f"frontrun {version('frontrun')}"
    except PackageNotFoundError:
        return "frontrun"


def _renamed(line: str) -> str:
    """`Thread 0 | cache.py:8   text` -> `thread A: cache.py:8 text`."""
    head, _, rest = line.partition("|")
    number = head.removeprefix("Thread").strip()
    return f"thread {name_of(int(number))}: {' '.join(rest.split())}" if number.isdigit() else line


def _first(text: str | None) -> str:
    return (text or "no reason given").strip().splitlines()[0]
