"""What a study has to tell of one candidate. A plain record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.model.benchmark import Estimate, Points
    from workbench.model.comparison import Counterexample
    from workbench.model.standing import Tried


@dataclass(frozen=True, slots=True)
class Chapter:
    """A candidate as a report tells it: `verdict` is the data of its newest one, empty without, `meaning` what its code stands for;
    `old` and `new` the two texts; `points` with their ratio, and `example`, where there are any."""

    tried: Tried
    verdict: Mapping[str, Any]
    meaning: str
    old: str
    new: str
    points: tuple[Points, Estimate] | None
    example: Counterexample | None
