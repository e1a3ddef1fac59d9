"""What one process of a paired benchmark does: load the versions, call each cold, then time them in rounds until its time is up.

A job comes as a pickle and its result goes out as JSON, both in files, so that whatever the timed code prints disturbs nothing.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

from workbench.timing import pickling
from workbench.timing.carrier import Carrier, copy_of
from workbench.timing.driving import Driver, first_call
from workbench.timing.serving import end_in_a_child_of, serve
from workbench.timing.trees import tree_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SAMPLE = 0.005
"""Seconds that a sample takes at least, so that a clock's steps and one interruption more or less are small beside it."""
LONG_SAMPLE = 0.1
"""Seconds that the slower version's sample may take for that; the faster one then has to do with `STEPS` of the clock."""
STEPS = 1000
WARM = 0.01
CHUNK = 0.0002
MOST_CALLS = 200_000
COPIED = 64 << 20
"""Bytes of copied arguments that a sample may need where each call gets its own."""


@dataclass(frozen=True, slots=True)
class Job:
    """What one process is to do.

    `functions` are the arms in the order old, new (one only: no pairs), carried or live; `calls` are payloads of (args, kwargs);
    `seconds` is how long rounds go on; `fresh` wants arguments copied for each call; `collector` is `(enabled, thresholds)`, as
    they are where the job is made; `alone` says that the process is for this job only, so that what it holds already can be put out of
    the collector's sight.
    """

    process: int
    functions: tuple[Carrier | Callable[..., Any], ...]
    calls: tuple[bytes, ...]
    seconds: float
    seed: int
    fresh: bool
    collector: tuple[bool, tuple[int, int, int]] = field(default_factory=lambda: (gc.isenabled(), gc.get_threshold()))
    least_rounds: int = 1
    alone: bool = True


def main(job_file: Path, result_file: Path) -> None:
    """Do the job in a file, and leave its result, or what went wrong, in another one."""
    serve(job_file, result_file, measure)


def measure(job: Job) -> dict[str, Any]:
    """Rounds of samples in this process: `points` (rows of `model.benchmark.COLUMNS`), `cold` seconds by arm, NaN for the one that
    was not first, and what was noticed on the way."""
    rng = random.Random(job.seed)
    enabled, thresholds = job.collector
    gc.set_threshold(*thresholds)
    (gc.enable if enabled else gc.disable)()
    if job.alone:
        gc.collect()
        gc.freeze()
    with asyncio.Runner() as runner:
        drivers, cold = _cold(job, runner)
        session = _Session(job, drivers, rng)
        session.run()
    return {
        "cold": cold,
        "points": session.points,
        "kinds": [str(driver.kind) for driver in drivers],
        "raised": [driver.raised for driver in drivers],
        "distinct": len(set(job.calls)),
        "hash seed": os.environ.get("PYTHONHASHSEED", ""),
    }


def _cold(job: Job, runner: asyncio.Runner) -> tuple[list[Driver], list[float | None]]:
    """Load and call each version once; odd processes begin with the second, so that each has its turn at being first."""
    order = list(range(len(job.functions)))
    if job.process % 2:
        order.reverse()
    drivers: dict[int, Driver] = {}
    cold: list[float | None] = [None] * len(order)
    for turn, arm in enumerate(order):
        begin = perf_counter()
        function = loaded(job.functions[arm])
        loading = perf_counter() - begin
        arguments = pickling.loads(job.calls[0], function)
        worker = os.getpid()
        kind, seconds = first_call(function, arguments, runner)
        end_in_a_child_of(worker)
        if not turn:
            cold[arm] = loading + seconds
        drivers[arm] = Driver(function, kind, runner)
    old = drivers[0]
    again = copy_of(loaded(job.functions[0]))
    return [drivers[arm] for arm in range(len(order))] + [Driver(again, old.kind, runner)], cold


def loaded(function: Carrier | Callable[..., Any]) -> Callable[..., Any]:
    """A function, live or carried, in this process. Raises what `Carrier.load` does."""
    return function.load() if isinstance(function, Carrier) else function


class _Session:
    """The rounds of one process. Inputs come in an order of its own, all of them before any comes again; that of the cold call is last, as
    it is not new to anybody."""

    def __init__(self, job: Job, drivers: Sequence[Driver], rng: random.Random) -> None:
        self.points: list[dict[str, Any]] = []
        self._job, self._drivers, self._rng = job, drivers, rng
        self._first, *others = dict.fromkeys(job.calls)
        rng.shuffle(others)
        self._payloads = [*others, self._first]
        self._unseen = len(others)
        self._ready = [] if job.fresh else self._arguments()
        self._at, self._size, self._round = 0, 1, 0
        self._pid = os.getpid()

    def _arguments(self) -> list[list[Any]]:
        """For each arm the arguments of every input: the same objects, unless the versions have classes of their own."""
        if not any(tree_of(driver.function) for driver in self._drivers):
            return [[pickling.loads(payload) for payload in self._payloads]] * len(self._drivers)
        return [[pickling.loads(payload, driver.function) for payload in self._payloads] for driver in self._drivers]

    def run(self) -> None:
        """Warm up, then rounds until the time is over, at least as many as were asked for."""
        begin = perf_counter()
        slowest, fastest = self._warm()
        self._size = self._enough(slowest, fastest, CHUNK)
        while self._at < self._unseen:
            self._one_round(first=True)
            if self._over(begin):
                return
        for _ in range(3):
            if self.points:
                slowest, fastest = self._extremes()
            self._size = self._enough(slowest, fastest, SAMPLE)
            self._one_round(first=False)
            if self._over(begin):
                return
        while not self._over(begin):
            self._one_round(first=False)

    def _over(self, begin: float) -> bool:
        return self._round >= self._job.least_rounds and perf_counter() - begin >= self._job.seconds

    def _warm(self) -> tuple[float, float]:
        """Call each arm until the interpreter has specialised it; seconds for one call of the slowest and the fastest."""
        best = []
        for driver in self._drivers:
            end = perf_counter() + WARM
            times: list[float] = []
            while len(times) < 2 or (perf_counter() < end and len(times) < 64):
                times.append(driver.run([pickling.loads(self._first, driver.function)])[0])
                end_in_a_child_of(self._pid)
                if times[0] > 5 * WARM:
                    break
            best.append(min(times))
        return max(best), min(best)

    def _extremes(self) -> tuple[float, float]:
        """Mean seconds for one call of the slowest and the fastest arm, by the newest points of each."""
        newest = {point["arm"]: point["wall"] for point in self.points[-6:]}
        return max(newest.values()), min(newest.values())

    def _enough(self, slowest: float, fastest: float, wanted: float) -> int:
        """How many calls make a sample: enough for the faster version, unless that is far too long for the slower one."""
        tiny = 1e-9
        calls = wanted / max(fastest, tiny)
        if calls * slowest > LONG_SAMPLE:
            step = _clock_step()
            calls = max(
                LONG_SAMPLE / max(slowest, tiny), STEPS * step / max(fastest, tiny), wanted / max(slowest, tiny)
            )
        most = MOST_CALLS
        if self._job.fresh:
            most = max(1, min(most, COPIED * len(self._payloads) // sum(map(len, self._payloads))))
        return max(1, min(int(calls) + 1, most))

    def _one_round(self, *, first: bool) -> None:
        batch = self._next(first=first)
        order = list(range(len(self._drivers)))
        self._rng.shuffle(order)
        gc.collect()
        for place, arm in enumerate(order):
            calls = (
                [pickling.loads(self._payloads[at], self._drivers[arm].function) for at in batch]
                if self._job.fresh
                else [self._ready[arm][at] for at in batch]
            )
            wall, cpu = self._drivers[arm].run(calls)
            end_in_a_child_of(self._pid)
            self.points.append(
                {
                    "process": self._job.process,
                    "round": self._round,
                    "arm": arm if arm < len(self._job.functions) else 2,
                    "place": place,
                    "calls": len(batch),
                    "first": first,
                    "wall": wall / len(batch),
                    "cpu": cpu / len(batch),
                }
            )
        self._round += 1

    def _next(self, *, first: bool) -> list[int]:
        """Indices of the next inputs in turn; on the first way through all no further than the last."""
        many = len(self._payloads)
        if first:
            end = min(self._at + self._size, self._unseen)
            batch = list(range(self._at, end))
            self._at = end
            return batch
        begin = self._at % many
        self._at = begin + self._size
        return [(begin + step) % many for step in range(self._size)]


def _clock_step() -> float:
    """Seconds between two different readings of the clock, at best."""
    best = 1.0
    for _ in range(50):
        begin = end = perf_counter()
        while end == begin:
            end = perf_counter()
        best = min(best, end - begin)
    return best
