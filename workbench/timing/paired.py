"""The paired benchmark: fresh processes one after the other, looks at fixed numbers of them, and a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.model.benchmark import UNKNOWN, Arm, Benchmark, Cold, Points, Verdict
from workbench.timing.carrier import Carrier
from workbench.timing.decide import MARGIN, Decision, decide, margin_of, only_seen_before, slow_start
from workbench.timing.looks import FEWEST, USUAL, Look, looks
from workbench.timing.series import Series, in_this_process
from workbench.timing.statistics import estimate, pairs, seconds_per_call, warm_pairs
from workbench.timing.worker import Job, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.model.benchmark import Estimate
    from workbench.timing.series import Progress

BUDGET = 30.0
MOST = USUAL[-1]
SHORTEST = 0.25
"""Seconds of rounds that a process should have, beyond its start, before there are more processes."""
APART = 3
"""First calls of each version with fewer of which it means nothing that all of one took longer than all of the other: of three and
three that comes by chance once in twenty, of four and four once in seventy."""
NOTHING = Decision(Verdict.CANNOT_DECIDE, "U05", "interrupted before there was anything to decide from")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is compared and how long: `functions` carried, or live where they cannot travel; `calls` are payloads; `run_calls` is how many
    calls a run of the real program makes (0: as many as there are inputs)."""

    functions: tuple[Carrier | Callable[..., Any], ...]
    calls: tuple[bytes, ...]
    budget: float = BUDGET
    margin: float = MARGIN
    fresh: bool = False
    kept: bool = False
    run_calls: int = 0
    seed: int = 0


def benchmark(plan: Plan, progress: Progress | None = None) -> Benchmark:
    """Time old against new and old against itself in up to 32 fresh processes, within about `plan.budget` seconds.

    Ctrl-C ends it and keeps what was measured. Raises WorkerFailedError where the very first process cannot do its job,
    WorkerHungError where it is not done in four times the budget.
    """
    so_far = Series(plan.budget, MOST, progress)
    if any(not isinstance(function, Carrier) for function in plan.functions):
        return _here(plan, so_far)
    wanted: tuple[Look, ...] = ()
    decision, look = NOTHING, None
    try:
        for result in so_far.results(partial(_job, plan)):
            so_far.take(result)
            if so_far.done == 1:
                so_far.planned = _affordable(so_far)
                wanted = looks(so_far.planned)
            so_far.tell()
            look = next((one for one in wanted if one.processes == so_far.done), None)
            if look is not None:
                decision = _look(plan, so_far, look, last=look is wanted[-1])
                if decision.final:
                    break
        else:
            look = wanted[-1] if wanted and wanted[-1].processes == so_far.done else None
            decision = _look(plan, so_far, look, last=True)
    except KeyboardInterrupt:
        so_far.notes.append(f"interrupted after {so_far.done} of {so_far.planned} processes")
        look = None
        if so_far.rows:
            decision = _look(plan, so_far, None, last=True)
    return _finished(plan, so_far, decision, look, tuple(one.processes for one in wanted))


def _job(plan: Plan, process: int, seconds: float) -> Job:
    return Job(process, plan.functions, plan.calls, seconds, 1000 * plan.seed + process, plan.fresh)


def _affordable(so_far: Series) -> int:
    """How many processes the budget has room for, by what the first one took; decided before anything is compared."""
    by_round: dict[int, float] = {}
    for row in so_far.rows:
        by_round[row["round"]] = by_round.get(row["round"], 0.0) + row["wall"] * row["calls"]
    return min(MOST, so_far.affordable(max(SHORTEST, *by_round.values())))


def _estimates(plan: Plan, so_far: Series, look: Look | None) -> tuple[Points, Estimate, Estimate, Estimate]:
    points = Points.of(so_far.rows)
    new = pairs(points, Arm.NEW) if plan.kept else warm_pairs(points, Arm.NEW)
    return (
        points,
        estimate(new, look),
        estimate(pairs(points, Arm.NEW, first=True)),
        estimate(warm_pairs(points, Arm.AGAIN), look),
    )


def _look(plan: Plan, so_far: Series, look: Look | None, *, last: bool) -> Decision:
    points, ratio, first, again = _estimates(plan, so_far, look)
    decision = decide(ratio, again, plan.margin, last=last)
    if decision.verdict is not Verdict.FASTER:
        return decision
    if not plan.kept and only_seen_before(ratio, first):
        said = (
            f"{ratio.ratio:.2f} times as fast on inputs it has seen before, {first.ratio:.2f} times on others: it keeps "
            'results from call to call. If that is meant, and bounded, allow it: allow=["cache"].'
        )
        return Decision(Verdict.REFUSED, "P07", said)
    cold = _cold(so_far)
    saved = seconds_per_call(points, Arm.OLD) - seconds_per_call(points, Arm.NEW)
    calls = plan.run_calls or len(plan.calls)
    if slow_start(cold, saved, calls, plan.margin):
        lost = cold.new - cold.old
        said = (
            f"faster once it is warm, but its first call in a fresh process takes {1000 * lost:.3g} ms longer, and {calls} calls save only "
            f"{1000 * saved * calls:.3g} ms."
        )
        return Decision(Verdict.REFUSED, "P04", said)
    return decision


def _cold(so_far: Series) -> Cold:
    old, new = so_far.cold[Arm.OLD], so_far.cold[Arm.NEW]
    if not (old and new):
        return Cold(
            float(np.median(old)) if old else math.nan, float(np.median(new)) if new else math.nan, UNKNOWN, False
        )
    logs = [np.array([math.log(one / other)]) for one, other in zip(old, new, strict=False)]
    slower = min(len(old), len(new)) >= APART and min(new) > max(old)
    return Cold(float(np.median(old)), float(np.median(new)), estimate(logs), slower)


def _here(plan: Plan, so_far: Series) -> Benchmark:
    """All in this process, where functions or inputs cannot travel: one process, a wider interval, and the answer says so."""
    so_far.notes.append(
        "this process only: what differs between processes was not seen, and the interval is widened for it"
    )
    functions = tuple(one.load() if isinstance(one, Carrier) else one for one in plan.functions)
    job = replace(_job(replace(plan, functions=functions), 0, plan.budget / 2), alone=False)
    try:
        so_far.take(in_this_process(measure, job))
        so_far.done = 1
    except KeyboardInterrupt:
        so_far.notes.append("interrupted")
    decision = _look(plan, so_far, None, last=True) if so_far.rows else NOTHING
    return _finished(plan, so_far, decision, None, (1,))


def _finished(plan: Plan, so_far: Series, decision: Decision, look: Look | None, planned: tuple[int, ...]) -> Benchmark:
    points, ratio, first, again = _estimates(plan, so_far, look)
    return Benchmark(
        verdict=decision.verdict,
        code=decision.code,
        said=decision.said,
        ratio=ratio,
        first=first,
        cpu=estimate(warm_pairs(points, Arm.NEW, "cpu"), look),
        again=again,
        cold=_cold(so_far),
        old=seconds_per_call(points, Arm.OLD),
        new=seconds_per_call(points, Arm.NEW),
        margin=margin_of(plan.margin, again),
        looks=planned or (so_far.done,),
        seconds=so_far.spent,
        notes=(*so_far.notes, *_noticed(plan, so_far)),
        points=points,
    )


def _noticed(plan: Plan, so_far: Series) -> Sequence[str]:
    notes = []
    distinct = len(set(plan.calls))
    if distinct == 1:
        notes.append("one input only: results kept from call to call would look like speed")
    if so_far.raised:
        notes.append("some calls raise; they are timed like the others")
    if 0 < so_far.done < FEWEST and not so_far.notes:
        notes.append(f"time for {so_far.done} processes only")
    return notes
