"""Hotspots: the ranked findings of a recording, each with a stable handle (`f1`, `l1`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.analysis.functions import FunctionRow, functions
from workbench.analysis.lines import LineRow, lines
from workbench.analysis.ownership import Owner
from workbench.model.facts import Evidence

if TYPE_CHECKING:
    from workbench.model.recording import Recording


@dataclass(frozen=True, slots=True)
class Hotspots:
    """`functions` ranks own code by own time (handles f1, f2, ...), `others` the rest.

    `lines` ranks own lines by the time they were the innermost of own code (l1, l2, ...), so that a caller follows what it calls;
    counted lines, which do not know that and were asked for, all of them by their time with all they call.
    """

    functions: tuple[FunctionRow, ...]
    others: tuple[FunctionRow, ...]
    lines: tuple[LineRow, ...]

    def by_handle(self) -> dict[str, FunctionRow | LineRow]:
        """Handle -> finding; functions of others follow own ones in the f numbers."""
        found: dict[str, FunctionRow | LineRow] = {}
        found.update({f"f{n}": row for n, row in enumerate((*self.functions, *self.others), 1)})
        found.update({f"l{n}": row for n, row in enumerate(self.lines, 1)})
        return found


def hotspots(recording: Recording) -> Hotspots:
    """The findings of a recording, complete; the reader cuts the lists to size."""
    rows = functions(recording)
    counted = recording.evidence is Evidence.LINES
    chosen = [row for row in lines(recording) if counted or row.owner is Owner.OWN]
    return Hotspots(
        functions=tuple(row for row in rows if row.owner is Owner.OWN),
        others=tuple(row for row in rows if row.owner is not Owner.OWN),
        lines=tuple(sorted(chosen, key=lambda row: (-row.here if row.hits is None else 0.0, -row.wall))),
    )
