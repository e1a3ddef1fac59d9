"""The paired benchmark: fresh processes one after the other, looks at fixed numbers of them, and a verdict."""

from __future__ import annotations

import gc
import math
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.model.benchmark import UNKNOWN, Arm, Benchmark, Cold, Points, Verdict
from workbench.timing.carrier import Carrier
from workbench.timing.decide import MARGIN, Decision, decide, margin_of, only_seen_before, slow_start
from workbench.timing.driving import without_a_loop
from workbench.timing.looks import FEWEST, USUAL, Look, looks
from workbench.timing.processes import WorkerFailedError, WorkerHungError, run_job
from workbench.timing.statistics import estimate, pairs, seconds_per_call, warm_pairs
from workbench.timing.worker import Job, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.model.benchmark import Estimate

    Progress = Callable[[int, int, float], None]
    """Called with processes done, processes planned, seconds left."""

BUDGET = 30.0
MOST = USUAL[-1]
SHORTEST = 0.25
"""Seconds of rounds that a process should have, beyond its start, before there are more processes."""
PATIENCE = 4.0
OVERTIME = 1.5
FAILURES = 3
"""Processes that may end without a result before the comparison does."""
APART = 3
"""First calls of each version with fewer of which it means nothing that all of one took longer than all of the other: of three and
three that comes by chance once in twenty, of four and four once in seventy."""


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


@dataclass(slots=True)
class _Progress:
    """What has been measured so far."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    cold: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    notes: list[str] = field(default_factory=list)
    done: int = 0
    failed: int = 0
    raised: list[int] = field(default_factory=list)
    overhead: float = 0.0

    def take(self, result: dict[str, Any]) -> None:
        self.rows.extend(result["points"])
        for mine, seen in zip(self.cold, result["cold"], strict=False):
            if seen is not None:
                mine.append(seen)
        self.raised = result["raised"]
        self.done += 1


def benchmark(plan: Plan, progress: Progress | None = None) -> Benchmark:
    """Time old against new and old against itself in up to 32 fresh processes, within about `plan.budget` seconds.

    Ctrl-C ends it and keeps what was measured. Raises WorkerFailedError where the very first process cannot do its job,
    WorkerHungError where it is not done in four times the budget.
    """
    begin = perf_counter()
    so_far = _Progress()
    if any(not isinstance(function, Carrier) for function in plan.functions):
        return _here(plan, so_far, begin)
    wanted: tuple[Look, ...] = ()
    most, decision, look = (
        MOST,
        Decision(Verdict.CANNOT_DECIDE, "U05", "interrupted before there was anything to decide from"),
        None,
    )
    try:
        while so_far.done < most and perf_counter() - begin < OVERTIME * plan.budget:
            _one_process(plan, so_far, begin, most)
            if so_far.done == 1:
                most = _affordable(plan, so_far, begin)
                wanted = looks(most)
            if progress is not None:
                progress(so_far.done, most, max(plan.budget - (perf_counter() - begin), 0.0))
            look = next((one for one in wanted if one.processes == so_far.done), None)
            if look is not None:
                decision = _look(plan, so_far, look, last=look is wanted[-1])
                if decision.final:
                    break
        else:
            look = wanted[-1] if wanted and wanted[-1].processes == so_far.done else None
            decision = _look(plan, so_far, look, last=True)
    except KeyboardInterrupt:
        so_far.notes.append(f"interrupted after {so_far.done} of {most} processes")
        look = None
        if so_far.rows:
            decision = _look(plan, so_far, None, last=True)
    return _finished(plan, so_far, decision, look, tuple(one.processes for one in wanted), perf_counter() - begin)


def _one_process(plan: Plan, so_far: _Progress, begin: float, most: int) -> None:
    left = plan.budget - (perf_counter() - begin)
    share = plan.budget / MOST if not so_far.done else left / (most - so_far.done)
    job = _job(plan, so_far.done + so_far.failed, max(share - so_far.overhead, 0.05))
    allowed = PATIENCE * plan.budget + 10 if not so_far.done else PATIENCE * max(left, plan.budget / 4) + 10
    started = perf_counter()
    try:
        so_far.take(run_job("workbench.timing.worker", job, seconds=allowed, seed=job.seed))
    except (WorkerFailedError, WorkerHungError) as error:
        so_far.failed += 1
        if not so_far.done or so_far.failed > FAILURES:
            raise
        so_far.notes.append(f"a process was left out: {error}")
    if so_far.done == 1:
        so_far.overhead = max(perf_counter() - started - job.seconds, 0.0)


def _job(plan: Plan, process: int, seconds: float) -> Job:
    collector = (gc.isenabled(), gc.get_threshold())
    return Job(process, plan.functions, plan.calls, seconds, 1000 * plan.seed + process, plan.fresh, collector)


def _affordable(plan: Plan, so_far: _Progress, begin: float) -> int:
    """How many processes the budget has room for, by what the first one took; decided before anything is compared."""
    spent = perf_counter() - begin
    by_round: dict[int, float] = {}
    for row in so_far.rows:
        by_round[row["round"]] = by_round.get(row["round"], 0.0) + row["wall"] * row["calls"]
    least = so_far.overhead + max(SHORTEST, *by_round.values())
    return max(1, min(MOST, 1 + int((plan.budget - spent) / least)))


def _estimates(plan: Plan, so_far: _Progress, look: Look | None) -> tuple[Points, Estimate, Estimate, Estimate]:
    points = Points.of(so_far.rows)
    new = pairs(points, Arm.NEW) if plan.kept else warm_pairs(points, Arm.NEW)
    return (
        points,
        estimate(new, look),
        estimate(pairs(points, Arm.NEW, first=True)),
        estimate(warm_pairs(points, Arm.AGAIN), look),
    )


def _look(plan: Plan, so_far: _Progress, look: Look | None, *, last: bool) -> Decision:
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


def _cold(so_far: _Progress) -> Cold:
    old, new = so_far.cold
    if not (old and new):
        return Cold(
            float(np.median(old)) if old else math.nan, float(np.median(new)) if new else math.nan, UNKNOWN, False
        )
    logs = [np.array([math.log(one / other)]) for one, other in zip(old, new, strict=False)]
    slower = min(len(old), len(new)) >= APART and min(new) > max(old)
    return Cold(float(np.median(old)), float(np.median(new)), estimate(logs), slower)


def _here(plan: Plan, so_far: _Progress, begin: float) -> Benchmark:
    """All in this process, where functions or inputs cannot travel: one process, a wider interval, and the answer says so."""
    so_far.notes.append(
        "this process only: what differs between processes was not seen, and the interval is widened for it"
    )
    functions = tuple(one.load() if isinstance(one, Carrier) else one for one in plan.functions)
    enabled, thresholds = gc.isenabled(), gc.get_threshold()
    try:
        so_far.take(
            without_a_loop(measure, replace(_job(replace(plan, functions=functions), 0, plan.budget / 2), alone=False))
        )
    except KeyboardInterrupt:
        so_far.notes.append("interrupted")
    finally:
        (gc.enable if enabled else gc.disable)()
        gc.set_threshold(*thresholds)
    decision = Decision(Verdict.CANNOT_DECIDE, "U05", "interrupted before there was anything to decide from")
    if so_far.rows:
        decision = _look(plan, so_far, None, last=True)
    return _finished(plan, so_far, decision, None, (1,), perf_counter() - begin)


def _finished(
    plan: Plan, so_far: _Progress, decision: Decision, look: Look | None, planned: tuple[int, ...], seconds: float
) -> Benchmark:
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
        seconds=seconds,
        notes=(*so_far.notes, *_noticed(plan, so_far)),
        points=points,
    )


def _noticed(plan: Plan, so_far: _Progress) -> Sequence[str]:
    notes = []
    distinct = len(set(plan.calls))
    if distinct == 1:
        notes.append("one input only: results kept from call to call would look like speed")
    if so_far.raised and any(so_far.raised):
        notes.append("some calls raise; they are timed like the others")
    if 0 < so_far.done < FEWEST and not so_far.notes:
        notes.append(f"time for {so_far.done} processes only")
    return notes
