"""A paired benchmark: the raw points of two versions timed side by side, and what follows from them. Plain records."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray


class Arm(IntEnum):
    """Whose sample a point is: the old code, the new, or a second copy of the old."""

    OLD = 0
    NEW = 1
    AGAIN = 2


class Verdict(StrEnum):
    """What a comparison comes to."""

    FASTER = "faster"
    SLOWER = "slower"
    NO_DIFFERENCE = "no difference shown"
    REFUSED = "refused"
    CANNOT_DECIDE = "cannot decide"


COLUMNS = {
    "process": np.int32,
    "round": np.int32,
    "arm": np.int8,
    "place": np.int8,
    "calls": np.int32,
    "first": np.bool_,
    "wall": np.float64,
    "cpu": np.float64,
}


@dataclass(frozen=True, slots=True)
class Points:
    """The samples, a row each, in the order they were taken; every column has one dimension and the same length.

    `process` and `round` number the worker and the pair in it from 0, `arm` is an `Arm`, `place` which came first within the round, `calls`
    how many calls the sample took, `first` whether the process had not seen these inputs before; `wall` and `cpu` are seconds for one call.
    """

    process: NDArray[np.int32]
    round: NDArray[np.int32]
    arm: NDArray[np.int8]
    place: NDArray[np.int8]
    calls: NDArray[np.int32]
    first: NDArray[np.bool_]
    wall: NDArray[np.float64]
    cpu: NDArray[np.float64]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Points:
        """From one mapping of `COLUMNS` for each sample. Raises KeyError where a column is missing."""
        found = list(rows)
        return cls(**{name: np.array([row[name] for row in found], dtype=kind) for name, kind in COLUMNS.items()})

    def __len__(self) -> int:
        return len(self.process)

    def rows(self) -> list[dict[str, Any]]:
        """A mapping for each sample; `Points.of` takes them back."""
        return [{name: getattr(self, name)[at].item() for name in COLUMNS} for at in range(len(self))]


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many times as fast the second of two arms is: old seconds over new seconds; above 1 it is faster.

    `low` and `high` hold the true ratio with probability `level` at least; `method` says by what; NaN where there are no pairs.
    """

    ratio: float
    low: float
    high: float
    level: float
    processes: int
    pairs: int
    method: str

    @property
    def known(self) -> bool:
        """Whether there were pairs to estimate from."""
        return not math.isnan(self.ratio)


UNKNOWN = Estimate(math.nan, math.nan, math.nan, math.nan, 0, 0, "no pairs")


@dataclass(frozen=True, slots=True)
class Cold:
    """Median seconds that loading a version and its first call took in fresh processes that had loaded nothing else; NaN where
    not seen. `slower` where each of the new version's, three at least, took longer than any of the old one's."""

    old: float
    new: float
    ratio: Estimate
    slower: bool


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A paired benchmark, whole.

    `ratio` is by wall time on inputs seen before (by all samples where there are no others), `first` on inputs not seen
    before, `cpu` by processor time, `again` of the old code against itself. `old` and `new` are median seconds for one
    call. `looks` are the numbers of processes at which the verdict was allowed to fall, fixed beforehand. `margin` is the
    least gain that counts, 0.03 for three per cent.
    """

    verdict: Verdict
    code: str
    said: str
    ratio: Estimate
    first: Estimate
    cpu: Estimate
    again: Estimate
    cold: Cold
    old: float
    new: float
    margin: float
    looks: tuple[int, ...]
    seconds: float
    notes: tuple[str, ...]
    points: Points

    @property
    def saved(self) -> float:
        """Seconds saved by one call; negative where the new code is slower."""
        return self.old - self.new
