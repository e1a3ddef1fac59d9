"""Processes that measure one after the other, until there are enough or the budget is spent: the loop of every benchmark."""

from __future__ import annotations

import gc
import os
from collections import defaultdict
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

from workbench.timing.driving import without_a_loop
from workbench.timing.processes import WorkerFailedError, WorkerHungError, run_job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.timing.worker import Job

    Progress = Callable[[int, int, float], None]
    """Called with processes done, processes planned, seconds left."""

J = TypeVar("J")
T = TypeVar("T")
PATIENCE = 4.0
OVERTIME = 1.5
FAILURES = 3
"""Processes that may end without a result before the measurement does."""
LEAST = 0.05
"""Seconds of rounds that a process has in any case."""


@dataclass(slots=True)
class Series:
    """The processes of one measurement: how many are planned within `budget` seconds, and what those that are done gave.

    `rows` are samples, `cold` the seconds of first calls by arm, `raised` whether calls raise, `notes` sentences; `overhead` the seconds
    that a process takes beyond its rounds.
    """

    budget: float
    planned: int
    progress: Progress | None = None
    begin: float = field(default_factory=perf_counter)
    rows: list[dict[str, Any]] = field(default_factory=list)
    cold: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    raised: bool = False
    notes: list[str] = field(default_factory=list)
    done: int = 0
    failed: int = 0
    overhead: float = 0.0

    @property
    def spent(self) -> float:
        """Seconds since the beginning."""
        return perf_counter() - self.begin

    @property
    def left(self) -> float:
        """Seconds of the budget that are left."""
        return max(self.budget - self.spent, 0.0)

    def results(self, job_of: Callable[[int, float], Job]) -> Iterator[dict[str, Any]]:
        """What each process gives for `job_of(its number, seconds of rounds)`; one that fails is noted, and another takes its place.

        Raises WorkerFailedError and WorkerHungError where that is the first one, or there are too many of them.
        """
        while self.done < self.planned and (not self.done or self.spent < OVERTIME * self.budget):
            share = self.left / (self.planned - self.done)
            job = job_of(self.done + self.failed, max(share - self.overhead, LEAST))
            patience = max(self.left, self.budget / 4) if self.done else self.budget
            started = perf_counter()
            try:
                result = run_job("workbench.timing.worker", job, seconds=PATIENCE * patience + 10, seed=job.seed)
            except (WorkerFailedError, WorkerHungError) as error:
                self.failed += 1
                if not self.done or self.failed > FAILURES:
                    raise
                self.notes.append(f"a process was left out: {error}")
                continue
            taken = max(perf_counter() - started - job.seconds, 0.0)
            self.overhead = min(self.overhead, taken) if self.done else taken
            self.done += 1
            yield result

    def take(self, result: dict[str, Any]) -> None:
        """Keep what a process gave."""
        self.rows.extend(result["points"])
        for arm, seen in enumerate(result["cold"]):
            if seen is not None:
                self.cold[arm].append(seen)
        self.raised |= any(result["raised"])

    def affordable(self, least: float) -> int:
        """How many processes there is room for in all, where each should have `least` seconds of rounds at least."""
        return max(1, self.done + int(self.left / (self.overhead + least)))

    def tell(self) -> None:
        """Tell whoever wants to know how far this is."""
        if self.progress is not None:
            self.progress(self.done, self.planned, self.left)


def in_this_process(work: Callable[[J], T], job: J) -> T:
    """`work(job)` here, where it cannot be done elsewhere: what is printed goes nowhere, and the collector is left as it was."""
    enabled, thresholds = gc.isenabled(), gc.get_threshold()
    try:
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
            return without_a_loop(work, job)
    finally:
        (gc.enable if enabled else gc.disable)()
        gc.set_threshold(*thresholds)
