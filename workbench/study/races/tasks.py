"""The ways for calls that are awaited: the search over the orders of ready tasks, and asyncio's debug mode."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from workbench.study.races.loops import run_tasks
from workbench.study.races.search import Search
from workbench.study.races.serial import Serial
from workbench.study.races.stacks import waits_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.study.races.records import Ran
    from workbench.study.races.task import Job

WHERE = "at every await that does not go on at once"
INNER = 200
"""Runs of one serial order, where calls make tasks of their own."""

BOUND = 8
"""Tasks that go on out of turn, at the most."""


def explore_tasks(job: Job) -> Serial | None:
    """Go all ways for tasks, in a thread of their own, so that a loop which already runs here is left alone.

    None where the thread did not come back: a call blocks its loop.
    """
    serials: list[Serial] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            serials.append(_explore(job))
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(job.left() + 5)
    if thread.is_alive():
        where = waits_at("the loop's thread", sys._current_frames().get(thread.ident or 0))
        job.stuck = True
        job.doubts.append(f"a call blocks its event loop, so that no task goes on: {where.said}.")
    elif failed:
        raise failed[0]
    return serials[0] if serials else None


def _explore(job: Job) -> Serial:
    def ordered(order: tuple[int, ...]) -> Iterator[Ran]:
        def run(turns: dict[int, int]) -> Ran:
            return run_tasks(job.setup, job.calls, job.observe, turns, serial=order)[0]

        for number, (_, ran) in enumerate(Search(run, job.seed, bound=0).rounds(1.0)):
            yield ran
            if number >= INNER:
                return

    serial = Serial(len(job.calls), ordered, job.same, job.seed)
    serial.learn(job.seconds / 4)
    job.ways.append(serial.told())
    if serial.reason:
        job.doubts.append(serial.reason)
    else:
        _search(job, serial)
    _debugged(job)
    return serial


def _search(job: Job, serial: Serial) -> None:
    search = Search(lambda turns: run_tasks(job.setup, job.calls, job.observe, turns)[0], job.seed, bound=BOUND)
    found = False
    for turns, ran in search.rounds(job.left() * 0.8):
        how = f"asyncio tasks in a chosen order, a switch {WHERE}; schedule {turns!r}, seed {job.seed}"
        if ran.outcome is None:
            job.hung(ran, how, "R05")
            found = True
        else:
            found = job.judge(ran.outcome, ran.steps, how, serial, "R04")
        if found:
            break
    if found:
        job.ways.append(
            f"asyncio: stopped at the first of {search.runs:,} orders of tasks that is not right, a switch possible {WHERE}."
        )
        return
    job.ways.append(search.told("asyncio", WHERE))
    if not search.enough:
        job.doubts.append("the time was over before a switch at every await was tried")


def _debugged(job: Job) -> None:
    """One more run in asyncio's debug mode; what it and the warnings say."""
    _, complaints = run_tasks(job.setup, job.calls, job.observe, {}, debug=True)
    said = "; ".join(dict.fromkeys(complaints)) or "no complaint"
    job.ways.append(f"asyncio's debug mode, one run: {said}.")
