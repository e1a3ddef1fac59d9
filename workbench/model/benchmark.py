"""A paired benchmark: the raw points of two versions timed side by side, and what follows from them. Plain records."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from workbench.model.samples import SAMPLE_COLUMNS, Samples

if TYPE_CHECKING:
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


COLUMNS = SAMPLE_COLUMNS | {"arm": np.int8, "place": np.int8}


@dataclass(frozen=True, slots=True)
class Points(Samples):
    """The samples of a paired benchmark: `round` numbers the pair, `arm` is an `Arm`, `place` which came first within the round."""

    KINDS: ClassVar = COLUMNS

    arm: NDArray[np.int8]
    place: NDArray[np.int8]


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
