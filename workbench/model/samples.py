"""Timed samples as columns: what a benchmark of one function and a paired one have in common. Plain records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

SAMPLE_COLUMNS: dict[str, type[np.generic]] = {
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
    the process had not seen these inputs before; `wall` and `cpu` are seconds for one call. `KINDS` are the columns and their types.
    """

    KINDS: ClassVar = SAMPLE_COLUMNS

    process: NDArray[np.int32]
    round: NDArray[np.int32]
    calls: NDArray[np.int32]
    first: NDArray[np.bool_]
    wall: NDArray[np.float64]
    cpu: NDArray[np.float64]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Self:
        """From one mapping of `KINDS` for each sample. Raises KeyError where a column is missing."""
        found = list(rows)
        return cls(**{name: np.array([row[name] for row in found], dtype=kind) for name, kind in cls.KINDS.items()})

    def __len__(self) -> int:
        return len(self.process)

    def rows(self) -> list[dict[str, Any]]:
        """A mapping for each sample; `of` takes them back."""
        return [{name: getattr(self, name)[at].item() for name in self.KINDS} for at in range(len(self))]

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
