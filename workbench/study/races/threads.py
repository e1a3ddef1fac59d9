"""The ways for calls in threads: the baton's search, the stress run, and frontrun's."""

from __future__ import annotations

import inspect
import time
from typing import TYPE_CHECKING

from workbench.patterns.faults import close_unstarted
from workbench.study.races import systematic
from workbench.study.races.baton import Run
from workbench.study.races.points import Places, listen_again
from workbench.study.races.records import Outcome, Ran
from workbench.study.races.search import Search
from workbench.study.races.serial import Serial
from workbench.study.races.stress import rounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.study.races.task import Job

GRANULARITY = "before every instruction that can touch what others see"
FINER = "finer than where this Python's lock switches threads, but no finer than what the language promises"
INNER = 200
"""Runs of one serial order, where calls start threads of their own."""


def explore_threads(job: Job) -> Serial | None:
    """Go all ways for threads; the serial outcomes, or None where the calls turned out to be awaitable (and nothing was told then)."""
    places = Places(job.own)
    listen_again()

    def ordered(order: tuple[int, ...]) -> Iterator[Ran]:
        def run(turns: dict[int, int]) -> Ran:
            return Run(places, turns, order).run(
                job.setup(), job.calls, job.observe, min(3.0, max(1.0, job.seconds / 8))
            )

        search = Search(run, job.seed, bound=0)
        for number, (_, ran) in enumerate(search.rounds(max(1.0, job.seconds / 10))):
            yield ran
            if number >= INNER:
                return

    first = next(iter(ordered(tuple(range(len(job.calls))))))
    if first.outcome is not None and any(inspect.isawaitable(result[-1]) for result in first.outcome.results):
        close_unstarted(result[-1] for result in first.outcome.results)
        return None
    serial = Serial(len(job.calls), ordered, job.same, job.seed)
    serial.learn(job.seconds / 4)
    job.ways.append(serial.told())
    if serial.reason:
        job.doubts.append(serial.reason)
        return serial
    _baton(job, places, serial)
    if job.findings or job.stuck:
        job.ways.append("stress, frontrun: not needed, as there is an answer.")
        return serial
    _stress(job, serial, min(2.0, job.seconds / 8))
    if not job.findings and not job.stuck:
        systematic.explore_frontrun(job, serial, job.seconds / 5)
    return serial


def _baton(job: Job, places: Places, serial: Serial) -> None:
    """The search over schedules, until something is found."""

    def run(turns: dict[int, int]) -> Ran:
        return Run(places, turns).run(job.setup(), job.calls, job.observe, max(2.0, min(10.0, job.left())))

    search = Search(run, job.seed)
    points, found, traced = 0, False, False
    for turns, ran in search.rounds(job.left() * 0.65):
        how = f"threads run one at a time, a switch {GRANULARITY} ({FINER}); schedule {turns!r}, seed {job.seed}"
        traced |= ran.traced
        points = max(points, len(ran.decisions))
        if ran.outcome is None:
            job.hung(ran, how)
            job.stuck = found = True
        else:
            found = job.judge(ran.outcome, ran.steps, how, serial)
        if found:
            break
    where = f"{GRANULARITY}, {points:,} points where somebody else could go on"
    if found:
        job.ways.append(
            f"threads: stopped at the first of {search.runs:,} interleavings that is not right, a switch possible {where}."
        )
        return
    job.ways.append(search.told("threads", where))
    if not traced:
        job.doubts.append(
            "no instruction of the calls was seen: it is not Python code, or of a library, or this Python does not tell"
        )
    if not search.enough:
        job.doubts.append("the time was over before a switch at every place was tried")


def _stress(job: Job, serial: Serial, seconds: float) -> None:
    """Real threads, for a while."""
    how = f"real threads let go from a barrier, switch interval 1 µs, seed {job.seed}"
    count, begin = 0, time.monotonic()
    for ended in rounds(job.setup, job.calls, job.observe, seconds, job.seed):
        count += 1
        if not isinstance(ended, Outcome):
            job.hung(Ran(None, (), _freely, ended[0], ended[1]), how)
            job.stuck = True
        elif not job.judge(ended, _freely, how, serial):
            continue
        break
    job.ways.append(
        f"stress: {count:,} rounds of {how}, in {time.monotonic() - begin:.1f} s; by chance, so that nothing found says little."
    )


def _freely() -> tuple[str, ...]:
    return ("not recorded: the threads ran freely",)
