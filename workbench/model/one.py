"""One function or statement timed by itself: the samples of all processes, and what follows from them. Plain records."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench import units

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

SAMPLE_COLUMNS = {
    "process": np.int32,
    "round": np.int32,
    "calls": np.int32,
    "first": np.bool_,
    "wall": np.float64,
    "cpu": np.float64,
}


@dataclass(frozen=True, slots=True)
class Samples:
    """The samples, a row each, in the order they were taken; every column has one dimension and the same length.

    `process` and `round` number the worker and the sample in it from 0, `calls` is how many calls the sample took, `first` whether
    the process had not seen these inputs before; `wall` and `cpu` are seconds for one call.
    """

    process: NDArray[np.int32]
    round: NDArray[np.int32]
    calls: NDArray[np.int32]
    first: NDArray[np.bool_]
    wall: NDArray[np.float64]
    cpu: NDArray[np.float64]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Samples:
        """From one mapping of `SAMPLE_COLUMNS` for each sample. Raises KeyError where a column is missing."""
        found = list(rows)
        return cls(
            **{name: np.array([row[name] for row in found], dtype=kind) for name, kind in SAMPLE_COLUMNS.items()}
        )

    def __len__(self) -> int:
        return len(self.process)

    def rows(self) -> list[dict[str, Any]]:
        """A mapping for each sample; `Samples.of` takes them back."""
        return [{name: getattr(self, name)[at].item() for name in SAMPLE_COLUMNS} for at in range(len(self))]

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Which samples the figures rest on: those on inputs seen before, or all where there are no others."""
        warm: NDArray[np.bool_] = ~self.first
        return warm if warm.any() else np.ones(len(self), bool)

    def medians(self, measure: str = "wall", wanted: NDArray[np.bool_] | None = None) -> dict[int, float]:
        """The median seconds for one call in each process that has samples `wanted` (those counted, where not said)."""
        chosen = self.counted if wanted is None else wanted
        values: NDArray[np.float64] = getattr(self, measure)
        return {
            int(process): float(np.median(values[chosen & (self.process == process)]))
            for process in np.unique(self.process[chosen])
        }


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
    `raised` counts inputs by the exception that a call with them raised, `returned` those whose calls returned; `notes` are sentences.
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
        return said

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


def _middle(values: Iterable[float]) -> float:
    found = list(values)
    return float(np.median(found)) if found else math.nan
