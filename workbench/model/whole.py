"""What a change does to the program as a whole, run with the old code and with the new in turn. Plain records."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class WholeRun:
    """Seconds of each run, the pairs in order, oldest first; `differs` is a sentence where the program's own result is another one;
    `said` is why something of it is not known, "" where all is."""

    old: tuple[float, ...]
    new: tuple[float, ...]
    differs: str = ""
    said: str = ""

    @property
    def ratios(self) -> tuple[float, ...]:
        """How many times as fast the run was with the new code, pair by pair."""
        return tuple(old / new for old, new in zip(self.old, self.new, strict=True))

    @property
    def ratio(self) -> float:
        """The median of them; NaN without any."""
        return median(self.ratios) if self.old else math.nan
