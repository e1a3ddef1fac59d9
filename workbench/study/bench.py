"""One function measured by itself: looked at once, then timed in fresh processes, or in this one where it cannot travel."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.errors import UsageError
from workbench.model.one import One
from workbench.model.samples import Samples
from workbench.study.look import LookJob, looked_at
from workbench.timing.carrier import Carrier, CarryError, carry
from workbench.timing.looks import ERROR, FEWEST, best_rank
from workbench.timing.processes import WorkerHungError, run_job
from workbench.timing.series import OVERTIME, PATIENCE, Series, in_this_process
from workbench.timing.worker import Job, measure

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.timing.series import Progress

PROCESSES = 8
LEAST = 0.1
"""Seconds of rounds that a process should have, beyond its start, before there are more processes."""
ROUND_CALLS = 5
"""Calls that a process makes in any case: the first, one of each copy to warm up, and a round."""
LOOKING = 0.1
"""Share of the budget that is spent on looking."""
SLICES = 4


@dataclass(frozen=True, slots=True)
class Target:
    """What is measured: the live function, itself as it travels (None: it cannot), payloads of (args, kwargs), and what to say of them."""

    live: Callable[..., Any]
    carried: Carrier | None
    calls: tuple[bytes, ...]
    name: str
    noun: str = "call"
    notes: tuple[str, ...] = ()


def carried_target(target: Target) -> Target:
    """The target made ready to travel; where it cannot, the reason is noted."""
    try:
        return replace(target, carried=target.carried or carry(target.live))
    except CarryError as error:
        return replace(target, notes=(*target.notes, str(error).rstrip(".")))


@dataclass(slots=True)
class _Run:
    """One measurement: what it is to do, what a look at it found, and what it has so far."""

    target: Target
    series: Series
    looked: dict[str, Any] = field(default_factory=dict)
    here: bool = False

    def job(self, process: int, seconds: float) -> Job:
        """What a process is to do."""
        function = self.target.live if self.here or self.target.carried is None else self.target.carried
        fresh = bool(self.looked["mutates"])
        return Job(process, (function,), self.target.calls, seconds, process, fresh, alone=not self.here)

    def take(self, result: dict[str, Any], process: int) -> None:
        """The samples of a process, numbered in a row. Of inputs not seen before only the first sample counts: after it they are seen."""
        at = sum(row["process"] == process for row in self.series.rows)
        kept = [row for row in result["points"] if not (row["first"] and row["place"])]
        points = [row | {"process": process, "round": number} for number, row in enumerate(kept, at)]
        self.series.take(result | {"points": points})

    def affordable(self) -> int:
        """How many processes there is room for."""
        return min(PROCESSES, self.series.affordable(max(LEAST, ROUND_CALLS * self.looked["longest"])))


def measured(target: Target, budget: float, progress: Progress | None = None, *, refuse_raising: str = "") -> One:
    """Measure within about `budget` seconds; with `refuse_raising`, a noun for the target, nothing is timed where every call raises.

    Raises UsageError for that, WorkerFailedError and WorkerHungError where the first process cannot do its job.
    """
    run = _Run(target, Series(budget, PROCESSES, progress))
    try:
        _look(run)
        _refuse(run, refuse_raising)
        (_measure_here if run.here else _measure_elsewhere)(run)
    except KeyboardInterrupt:
        after = "" if run.here else f" after {run.series.done} of {run.series.planned} processes"
        run.series.notes.append(f"interrupted{after if run.series.rows else ' before anything was measured'}")
    except WorkerHungError as error:
        raise WorkerHungError(
            f"{error}. Give it more time than {units.seconds(budget)}, as in budget='2min', or smaller inputs."
        ) from error
    return _settled(run)


def _look(run: _Run) -> None:
    """See `looked_at`: in a process of its own; where the target cannot travel, or not be loaded there, in this one."""
    target, series = run.target, run.series
    seconds = LOOKING * series.budget
    if target.carried is not None:
        job, started = LookJob(target.carried, target.calls, seconds), series.spent
        found = run_job("workbench.study.look", job, seconds=PATIENCE * series.budget + 10, seed=0)
        if "unloadable" not in found:
            run.looked = found
            series.overhead = max(series.spent - started - seconds, 0.0) / 2
            return
        series.notes.append(f"it cannot be loaded in a fresh process: {found['unloadable']}")
    run.here = True
    run.looked = in_this_process(looked_at, LookJob(target.live, target.calls, seconds))
    if "unloadable" in run.looked:
        raise UsageError(f"The inputs of {target.name} cannot be loaded: {run.looked['unloadable']}.")


def _refuse(run: _Run, raising: str) -> None:
    """Raises UsageError where all calls raise, if that is wanted, and where a process could not make its calls in the budget."""
    if raising and run.looked["raised"] and run.looked["returned"] == 0:
        said = next(iter(run.looked["raised"]))
        said += " (names that it sets are its own)" if said.startswith("UnboundLocalError") else ""
        raise UsageError(f"The {raising} raises {said}, so there is nothing to time.")
    budget, longest = run.series.budget, run.looked["longest"]
    if ROUND_CALLS * longest > OVERTIME * budget:
        enough = math.ceil(2 * ROUND_CALLS * longest)
        raise UsageError(
            f"One {run.target.noun} of {run.target.name} takes {units.seconds(longest)}, and each process makes {ROUND_CALLS} at least: "
            f"{units.seconds(budget)} are too few. Give budget='{enough}s' or more, or smaller inputs."
        )


def _measure_elsewhere(run: _Run) -> None:
    series = run.series
    series.planned = run.affordable()
    for result in series.results(run.job):
        run.take(result, series.done - 1)
        series.planned = run.affordable()
        series.tell()


def _measure_here(run: _Run) -> None:
    """All in this process, in slices, so that what is there is kept where it is interrupted."""
    series = run.series
    for at in range(SLICES):
        job = run.job(0, series.left / (SLICES - at))
        run.take(in_this_process(measure, job) | {"cold": []}, 0)
        series.done, series.planned = at + 1, SLICES
        series.tell()
        if series.left <= 0:
            break


def _settled(run: _Run) -> One:
    samples = Samples.of(run.series.rows)
    processes = len(samples.medians())
    return One.of(
        samples,
        run.series.cold[0],
        best_rank(processes, ERROR) if processes >= FEWEST else (0, 0.0),
        name=run.target.name,
        noun=run.target.noun,
        inputs=len(set(run.target.calls)),
        empty=run.looked.get("empty", math.nan),
        seconds=run.series.spent,
        planned=PROCESSES,
        here=run.here,
        raised=run.looked.get("raised", {}),
        returned=run.looked.get("returned", 0),
        notes=(*run.target.notes, *run.series.notes),
        mutates=bool(run.looked.get("mutates")),
        changes=tuple(run.looked.get("changes", ())),
    )
