"""`workbench.bench`: one function measured honestly, in fresh processes, as a value that shows itself."""

from __future__ import annotations

import gc
import inspect
import math
import os
import sys
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from types import MethodType
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.errors import UsageError
from workbench.face.progress import Bar
from workbench.model.one import SAMPLE_COLUMNS, One, Samples
from workbench.render.html_bench import card_of_one
from workbench.render.text_bench import json_of_one, text_of_one
from workbench.timing import pickling
from workbench.timing.carrier import Carrier, CarryError, carry, carry_reference, name_of
from workbench.timing.driving import Driver, Kind, without_a_loop
from workbench.timing.looks import ERROR, FEWEST, best_rank
from workbench.timing.processes import WorkerFailedError, WorkerHungError, run_job
from workbench.timing.serving import end_in_a_child_of, serve
from workbench.timing.worker import Job, loaded, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from workbench.face.compare import Inputs
    from workbench.model.one import Bare
    from workbench.timing.paired import Progress

PROCESSES = 8
LEAST = 0.1
"""Seconds of rounds that a process should have, beyond its start, before there are more processes."""
ROUND_CALLS = 5
"""Calls that a process makes in any case: the first, one of each copy to warm up, and a round."""
PATIENCE, OVERTIME, FAILURES, SLICES = 4.0, 1.5, 3, 4


class Measured:
    """What was measured of one function. It shows itself in a notebook; `text()` is the same in words, `record` has every figure."""

    def __init__(self, record: One) -> None:
        self.record = record

    @property
    def median(self) -> float:
        """Seconds for one call: the median over processes of their medians; NaN where nothing was measured."""
        return self.record.median

    @property
    def interval(self) -> tuple[float, float]:
        """Seconds between which the true median lies, at 95 % or more; NaN with fewer than six processes."""
        return self.record.low, self.record.high

    @property
    def spread(self) -> float:
        """The highest median of a process over the lowest; NaN with fewer than two processes."""
        return self.record.spread

    @property
    def cold(self) -> float:
        """Median seconds of loading the function and its first call in a fresh process; NaN where there was none."""
        return self.record.cold

    @property
    def loops(self) -> int:
        """How many calls a sample takes."""
        return self.record.loops

    @property
    def timeit(self) -> Bare:
        """What a bare mean over the rounds of one process says, as %timeit prints it: seconds, `mean` and `deviation`."""
        return self.record.bare

    @property
    def points(self) -> pd.DataFrame:
        """The samples, a row each: process, round, calls, first, wall and cpu (seconds for one call)."""
        import pandas as pd

        return pd.DataFrame(self.record.samples.rows(), columns=list(SAMPLE_COLUMNS))

    def text(self, *, width: int = 100, color: bool = False) -> str:
        """The answer in words."""
        return text_of_one(self.record, width=width, color=color)

    def json(self) -> dict[str, Any]:
        """The answer as plain values, for programs; without the samples."""
        return json_of_one(self.record)

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return card_of_one(self.record)


@dataclass(frozen=True, slots=True)
class Target:
    """What is measured: the live function, itself as it travels (None: it cannot), payloads of (args, kwargs), and what to say of them."""

    live: Callable[..., Any]
    carried: Carrier | None
    calls: tuple[bytes, ...]
    name: str
    noun: str = "call"
    notes: tuple[str, ...] = ()


def bench(
    function: Callable[..., Any] | str,
    *,
    inputs: Inputs = ((),),
    budget: str | float = "5s",
    progress: bool | Progress | None = None,
) -> Measured:
    """How long one call of `function` takes: in eight fresh processes one after the other, in about `budget`; fewer where that is short.

    It is a function, a coroutine function, or what gives a generator, or `file.py:name` or `package.module:name`. An input is a tuple of
    arguments or `workbench.call(...)`; "recorded" takes those of the newest `record_calls`. `progress` shows a bar, or is called with
    processes done, planned, and seconds left. Ctrl-C ends it and keeps what was measured. Raises UsageError where a word or an input is
    off, NothingRecordedError, WorkerFailedError and WorkerHungError where the function ends its process or is not done in time.
    """
    from workbench.face.compare import seconds_of

    seconds, target = seconds_of(budget), _target(function, inputs)
    if callable(progress):
        return Measured(measured(target, seconds, progress))
    with Bar(seconds, sys.stderr.isatty() if progress is None else progress) as bar:
        bar.moved(0, PROCESSES, seconds)
        return Measured(measured(target, seconds, bar.moved))


def _target(function: Callable[..., Any] | str, inputs: Inputs) -> Target:
    from workbench.face.compare import payloads_of
    from workbench.recorder.calls_target import function_behind

    live, carried = carry_reference(function) if isinstance(function, str) else (function, None)
    if not callable(live):
        raise UsageError(
            f"bench needs a function, and this is a {type(live).__name__}. Give the function itself: bench(f), not bench(f())."
        )
    if isinstance(inputs, list | tuple):
        _refuse_inputs(live, inputs)
    payloads, lost, _ = payloads_of(live, inputs)
    if not isinstance(inputs, list | tuple) and isinstance(live, MethodType | partial):
        live = function_behind(live)
    return carried_target(Target(live, carried, payloads, name_of(live), notes=lost))


def _refuse_inputs(function: Callable[..., Any], inputs: Any) -> None:
    """Raises UsageError where there are no inputs, or where the function cannot be called without any."""
    how = f"Give tuples of arguments: bench({(name := name_of(function))}, inputs=[(x,)])."
    if not inputs:
        raise UsageError(f"There are no inputs to call {name} with: inputs is empty. {how}")
    try:
        if list(inputs) == [()]:
            inspect.signature(function).bind()
    except TypeError as error:
        raise UsageError(f"{name} cannot be called without arguments: {error}. {how}") from error
    except ValueError:
        return  # what is written in C may have no signature; calling it tells


def carried_target(target: Target) -> Target:
    """The target made ready to travel; where it cannot, the reason is noted."""
    try:
        return replace(target, carried=target.carried or carry(target.live))
    except CarryError as error:
        return replace(target, notes=(*target.notes, str(error).rstrip(".")))


@dataclass(slots=True)
class _Run:
    """One measurement: what it is to do, and what it has so far."""

    target: Target
    budget: float
    progress: Progress | None
    begin: float = field(default_factory=perf_counter)
    rows: list[dict[str, Any]] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    looked: dict[str, Any] = field(default_factory=dict)
    done: int = 0
    failed: int = 0
    planned: int = PROCESSES
    overhead: float = 0.0
    here: bool = False

    @property
    def left(self) -> float:
        """Seconds of the budget that are left."""
        return self.budget - (perf_counter() - self.begin)

    def take(self, result: dict[str, Any], process: int, *, cold: bool = True) -> None:
        """The samples of a process, numbered in a row. Of inputs not seen before only the first sample counts: after it they are seen."""
        at = sum(row["process"] == process for row in self.rows)
        kept = [row for row in result["points"] if not (row["first"] and row["place"])]
        self.rows += [row | {"process": process, "round": number} for number, row in enumerate(kept, at)]
        self.cold += [seen for seen in result["cold"] if seen is not None and cold]


def measured(target: Target, budget: float, progress: Progress | None = None, *, refuse_raising: str = "") -> One:
    """Measure within about `budget` seconds; with `refuse_raising`, a noun for the target, nothing is timed where every call raises.

    Raises UsageError for that, WorkerFailedError and WorkerHungError where the first process cannot do its job.
    """
    run = _Run(target, budget, progress)
    try:
        _look(run)
        if refuse_raising and run.looked["raised"] and run.looked["returned"] == 0:
            said = next(iter(run.looked["raised"]))
            said += " (names that it sets are its own)" if said.startswith("UnboundLocalError") else ""
            raise UsageError(f"The {refuse_raising} raises {said}, so there is nothing to time.")
        _refuse_long(run)
        (_measure_here if run.here else _measure_elsewhere)(run)
    except KeyboardInterrupt:
        after = "" if run.here else f" after {run.done} of {run.planned} processes"
        run.notes.append(f"interrupted{after if run.rows else ' before anything was measured'}")
    return _settled(run)


@dataclass(frozen=True, slots=True)
class LookJob:
    """What is looked at before anything is timed: calls are made once each, with arguments of their own, for about `seconds`."""

    function: Carrier | Callable[..., Any]
    calls: tuple[bytes, ...]
    seconds: float


def main(job_file: Path, result_file: Path) -> None:
    """Do the job in a file, and leave its result, or what went wrong, in another one."""
    serve(job_file, result_file, looked_at)


def looked_at(job: LookJob) -> dict[str, Any]:
    """What calls raise, how many return, whether they change their arguments, the longest one's seconds, and an empty call's.

    `unloadable` says why the function or an input cannot be loaded in this process; then nothing else is there.
    """
    from workbench.study.observe import act
    from workbench.study.strict.compare import difference

    try:
        function = loaded(job.function)
        pickling.loads(job.calls[0], function)
    except Exception as error:  # noqa: BLE001
        return {"unloadable": f"{type(error).__name__}: {error}"}
    found: dict[str, Any] = {"raised": {}, "returned": 0, "mutates": False, "longest": 0.0, "empty": math.nan}
    begin, worker = perf_counter(), os.getpid()
    for payload in dict.fromkeys(job.calls):
        args, kwargs = pickling.loads(payload, function)
        started = perf_counter()
        kind, _, raised = act(function, args, kwargs)
        found["longest"] = max(found["longest"], perf_counter() - started)
        end_in_a_child_of(worker)
        found["returned"] += raised is None
        if raised is not None:
            said = f"{type(raised).__name__}: {raised}".rstrip(": ")
            found["raised"][said] = found["raised"].get(said, 0) + 1
        found["mutates"] |= difference(pickling.loads(payload, function), (args, kwargs)) is not None
        if perf_counter() - begin > job.seconds:
            break
    return found | ({"empty": _empty_call()} if kind is Kind.PLAIN else {})


def _empty_call() -> float:
    driver, calls = Driver(lambda: None, Kind.PLAIN, None), [((), dict[str, Any]())] * 2000
    return min(driver.run(calls)[0] for _ in range(7)) / len(calls)


def _look(run: _Run) -> None:
    """See `looked_at`: in a process of its own; where the target cannot travel, or not be loaded there, in this one."""
    target, seconds = run.target, 0.1 * run.budget
    if target.carried is not None:
        job = LookJob(target.carried, target.calls, seconds)
        started = perf_counter()
        found = _asked("workbench.face.bench", job, PATIENCE * run.budget + 10, 0, run.budget)
        if "unloadable" not in found:
            run.looked = found
            run.overhead = max(perf_counter() - started - seconds, 0.0) / 2
            return
        run.notes.append(f"it cannot be loaded in a fresh process: {found['unloadable']}")
    run.here = True
    with _silent():
        run.looked = without_a_loop(looked_at, LookJob(target.live, target.calls, seconds))
    if "unloadable" in run.looked:
        raise UsageError(f"The inputs of {target.name} cannot be loaded: {run.looked['unloadable']}.")


def _refuse_long(run: _Run) -> None:
    """Raises UsageError where a process could not make its calls in the budget."""
    if ROUND_CALLS * (longest := run.looked["longest"]) > OVERTIME * run.budget:
        enough = math.ceil(2 * ROUND_CALLS * longest)
        raise UsageError(
            f"One {run.target.noun} of {run.target.name} takes {units.seconds(longest)}, and each process makes {ROUND_CALLS} at least: "
            f"{units.seconds(run.budget)} are too few. Give budget='{enough}s' or more, or smaller inputs."
        )


def _asked(module: str, job: object, seconds: float, seed: int, budget: float) -> dict[str, Any]:
    """`run_job`, with a word on the budget where the time was too short."""
    try:
        return run_job(module, job, seconds=seconds, seed=seed)
    except WorkerHungError as error:
        raise WorkerHungError(
            f"{error}. Give it more time than {units.seconds(budget)}, as in budget='2min', or smaller inputs."
        ) from error


def _measure_elsewhere(run: _Run) -> None:
    run.planned = _affordable(run)
    while run.done < run.planned and (not run.done or perf_counter() - run.begin < OVERTIME * run.budget):
        share = max(run.left, 0.0) / (run.planned - run.done) - run.overhead
        job, started = _job(run, run.done + run.failed, max(share, 0.05)), perf_counter()
        try:
            found = _asked("workbench.timing.worker", job, PATIENCE * run.budget + 10, job.seed, run.budget)
        except (WorkerFailedError, WorkerHungError) as error:
            run.failed += 1
            if not run.done or run.failed > FAILURES:
                raise
            run.notes.append(f"a process was left out: {error}")
            continue
        run.take(found, run.done)
        run.done += 1
        taken = max(perf_counter() - started - job.seconds, 0.0)
        run.overhead = min(run.overhead, taken) if run.done > 1 else taken
        run.planned = _affordable(run)
        if run.progress is not None:
            run.progress(run.done, run.planned, max(run.left, 0.0))


def _affordable(run: _Run) -> int:
    least = run.overhead + max(LEAST, ROUND_CALLS * run.looked["longest"])
    return max(1, min(PROCESSES, run.done + int(max(run.left, 0.0) / least)))


def _job(run: _Run, process: int, seconds: float) -> Job:
    function = run.target.live if run.here or run.target.carried is None else run.target.carried
    collector, fresh = (gc.isenabled(), gc.get_threshold()), bool(run.looked["mutates"])
    return Job(process, (function,), run.target.calls, seconds, process, fresh, collector, alone=not run.here)


def _measure_here(run: _Run) -> None:
    """All in this process, in slices, so that what is there is kept where it is interrupted."""
    run.planned = 1
    enabled, thresholds = gc.isenabled(), gc.get_threshold()
    try:
        for at in range(SLICES):
            job = _job(run, 0, max(run.left, 0.0) / (SLICES - at))
            with _silent():
                run.take(without_a_loop(measure, job), 0, cold=False)
            run.done = 1
            if run.progress is not None:
                run.progress(at + 1, SLICES, max(run.left, 0.0))
            if run.left <= 0:
                break
    finally:
        (gc.enable if enabled else gc.disable)()
        gc.set_threshold(*thresholds)


@contextmanager
def _silent() -> Iterator[None]:
    """What is printed goes nowhere, as in a worker process."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        yield


def _settled(run: _Run) -> One:
    samples = Samples.of(run.rows)
    processes = len(samples.medians())
    return One.of(
        samples,
        run.cold,
        best_rank(processes, ERROR) if processes >= FEWEST else (0, 0.0),
        name=run.target.name,
        noun=run.target.noun,
        inputs=len(set(run.target.calls)),
        empty=run.looked.get("empty", math.nan),
        seconds=perf_counter() - run.begin,
        planned=PROCESSES,
        here=run.here,
        raised=run.looked.get("raised", {}),
        returned=run.looked.get("returned", 0),
        notes=(*run.target.notes, *run.notes),
        mutates=bool(run.looked.get("mutates")),
    )
