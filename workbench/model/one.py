"""One function or statement timed by itself: the samples of all processes, and what follows from them. Plain records."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench import units

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from workbench.model.samples import Samples

FEWEST, TURNS = 8, 5
"""Samples that a process should have for its beginning and end to be held against each other, and times that each input should have come
in both of them, so that neither has a mean of some inputs only."""
GROWTH, FEW = 1.25, 3
"""How many times as long calls have to become in three of four processes, of which there are `FEW` at least, for it to be told: what else a
machine does has made one process's calls twice as long at its end."""
NAMED = 3
"""Names of what the target changes that are told."""


@dataclass(frozen=True, slots=True)
class Bare:
    """What a mean over the rounds of one process says: seconds for one call, their standard deviation, and of how many rounds."""

    mean: float
    deviation: float
    rounds: int
    calls: int

    def __str__(self) -> str:
        if not self.rounds:
            return "unknown"
        per = f"{units.count(self.rounds, 'round')} of {units.count(self.calls, 'call')}"
        return f"{units.seconds(self.mean)} ± {units.seconds(self.deviation)} (std. dev., {per})"


@dataclass(frozen=True, slots=True)
class One:
    """One target measured in processes of its own, whole. What is not known is NaN.

    `median` is that over processes of their median wall seconds for one call, `low` and `high` hold the true one with probability
    `level` at least. `cpu` is the same by processor time, `unseen` on inputs not seen before. `cold` are the median seconds of loading
    the target and its first call in a fresh process; `empty` those of a call of an empty function in the same loop; `loops` how many
    calls a sample takes. `noun` is call or run; `inputs` how many distinct ones there were; `seconds` how long all took. `planned` is
    how many processes were meant; `here` says that all was measured in the caller's own, `mutates` that calls change their arguments.
    `raised` counts inputs by the exception that a call with them raised, `returned` those whose calls returned; `notes` are sentences;
    `changes` names what calls change of what the target keeps from one to the next, such as globals.
    """

    name: str
    noun: str
    inputs: int
    median: float
    low: float
    high: float
    level: float
    cpu: float
    unseen: float
    cold: float
    empty: float
    loops: int
    seconds: float
    planned: int
    here: bool
    mutates: bool
    raised: Mapping[str, int]
    returned: int
    notes: tuple[str, ...]
    samples: Samples
    changes: tuple[str, ...] = ()

    @classmethod
    def of(cls, samples: Samples, cold: Iterable[float], rank: tuple[int, float], **others: Any) -> One:
        """What follows from samples and cold calls; `rank` is the rank from both ends at which the interval lies, 0 for none, and its
        chance of error."""
        at, error = rank
        ordered = sorted(samples.medians().values())
        counted = samples.calls[samples.counted]
        return cls(
            median=_middle(ordered),
            low=ordered[at - 1] if at else math.nan,
            high=ordered[-at] if at else math.nan,
            level=1 - error if at else math.nan,
            cpu=_middle(samples.medians("cpu").values()),
            unseen=math.nan if samples.first.all() else _middle(samples.medians(wanted=samples.first).values()),
            cold=_middle(cold),
            loops=int(np.median(counted)) if len(counted) else 0,
            samples=samples,
            **others,
        )

    @property
    def known(self) -> bool:
        """Whether anything was measured."""
        return not math.isnan(self.median)

    @property
    def exceptions(self) -> list[str]:
        """Sentences on what calls raised."""
        looked = units.count(sum(self.raised.values()) + self.returned, "input")
        return [f"raises {said} ({many} of {looked})" for said, many in self.raised.items()]

    @property
    def remarks(self) -> list[str]:
        """All that has to be said beside the figures, the notes first."""
        said, done = list(self.notes), self.processes
        if self.here:
            said.append("this process only: what differs between processes was not seen, so there is no interval")
        elif 0 < done < self.planned and not any(note.startswith("interrupted") for note in said):
            fewer = "" if math.isfinite(self.low) else ", too few for an interval"
            said.append(f"the budget had room for {done} of {self.planned} processes{fewer}; a longer one has more")
        if self.mutates:
            said.append("calls change their arguments, so each call was given its own copy, made beforehand")
        return [*said, *self._other_work()]

    @property
    def growth(self) -> float:
        """How many times as long calls take at the end of a process as at its beginning, the median over processes; NaN where not nearly
        all of them show that they become slower."""
        found = sorted(_growths(self.samples, TURNS * self.inputs))
        shown = len(found) >= FEW and found[len(found) // 4] > GROWTH
        return _middle(found) if shown else math.nan

    def _other_work(self) -> list[str]:
        """Why later calls are not the same work as the first, in a sentence; none where nothing says so."""
        slower = f"they take {self.growth:.1f} times as long at the end of a process as at its beginning"
        grown, calls = math.isfinite(self.growth), f"later {self.noun}s"
        if not self.changes:
            return [f"{calls} are not the same work as the first: {slower}"] if grown else []
        what, more = ", ".join(self.changes[:NAMED]), len(self.changes) - NAMED
        said = f"the {'function' if self.noun == 'call' else 'statement'} changes {what}{f' and {more} more' if more > 0 else ''}"
        return [
            f"{said}: {calls} {f'are not the same work as the first, {slower}' if grown else 'may not be the same work as the first'}"
        ]

    @property
    def processes(self) -> int:
        """How many processes have samples."""
        return len(np.unique(self.samples.process))

    @property
    def extremes(self) -> tuple[float, float]:
        """The lowest and the highest median of a process, in seconds for one call."""
        medians = self.samples.medians().values()
        return (min(medians), max(medians)) if medians else (math.nan, math.nan)

    @property
    def spread(self) -> float:
        """The highest median of a process over the lowest; NaN with fewer than two processes."""
        low, high = self.extremes
        return high / low if self.processes > 1 and low > 0 else math.nan

    @property
    def bare(self) -> Bare:
        """The mean of the first process's rounds, as a loop in one process gives it."""
        samples = self.samples
        if not len(samples):
            return Bare(math.nan, math.nan, 0, 0)
        mine = samples.counted & (samples.process == samples.process[samples.counted].min())
        walls = samples.wall[mine]
        return Bare(float(walls.mean()), float(walls.std()), len(walls), int(np.median(samples.calls[mine])))


def _growths(samples: Samples, fewest: int) -> Iterator[float]:
    """For each process, how many times as long a call takes in the last quarter of its samples as in the first one, by the clock that
    shows less of it; without processes whose quarters have fewer than `fewest` calls."""
    for process in np.unique(samples.process):
        mine = np.flatnonzero(samples.counted & (samples.process == process))
        ends = np.split(mine, [len(mine) // 4, len(mine) - len(mine) // 4])[::2]
        calls = [samples.calls[end] for end in ends]
        if len(mine) < FEWEST or min(many.sum() for many in calls) < fewest:
            continue
        ratios = []
        for values in (samples.wall, samples.cpu):
            first, last = (float(np.average(values[at], weights=many)) for at, many in zip(ends, calls, strict=True))
            ratios.append(last / first if first > 0 else 1.0)
        yield min(ratios)


def _middle(values: Iterable[float]) -> float:
    found = list(values)
    return float(np.median(found)) if found else math.nan
