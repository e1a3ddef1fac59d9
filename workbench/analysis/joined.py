"""Several passes over one target side by side: what each engine says of the same function and of the same line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from workbench.analysis.functions import FunctionRow, functions
from workbench.analysis.growth import FunctionGrowth, GrowthRow, growth_functions, growth_lines
from workbench.analysis.lines import LineRow, lines
from workbench.analysis.ownership import Owner
from workbench.model.facts import Evidence

if TYPE_CHECKING:
    from workbench.model.recording import Recording


@dataclass(frozen=True, slots=True)
class JoinedFunction:
    """A function of one's own by what each pass says of it; None where a pass has not seen it or looked at it."""

    function: str
    file: str
    line: int
    sampled: FunctionRow | None
    counted: FunctionRow | None
    timed: FunctionRow | None
    grown: FunctionGrowth | None


@dataclass(frozen=True, slots=True)
class JoinedLine:
    """An own line by what each pass says of it; None where a pass has not seen it or looked at it."""

    file: str
    line: int
    source: str
    function: str
    sampled: LineRow | None
    timed: LineRow | None
    grown: GrowthRow | None


def joined_functions(recording: Recording) -> list[JoinedFunction]:
    """Own functions in any pass, by their sampled share, then by time counted."""
    by = {one.evidence: one for one in recording.all_passes}
    rows = {kind: _by_place(functions(by[kind])) if kind in by else {} for kind in _TIMED}
    grown = _by_place(growth_functions(by[Evidence.MEMORY])) if Evidence.MEMORY in by else {}
    found = []
    for file, line in {**rows[Evidence.SAMPLES], **rows[Evidence.CALLS], **rows[Evidence.LINES], **grown}:
        sampled, counted, timed = (rows[kind].get((file, line)) for kind in _TIMED)
        more = grown.get((file, line))
        named = next(one.function for one in (sampled, more, timed, counted) if one is not None)
        found.append(JoinedFunction(named, file, line, sampled, counted, timed, more))
    return sorted(found, key=lambda row: (-_share(row.sampled), -_share(row.counted), row.file, row.line))


def joined_lines(recording: Recording) -> list[JoinedLine]:
    """Own lines in any pass, by the time they were the innermost of own code, then by time counted."""
    by = {one.evidence: one for one in recording.all_passes}
    sampled, timed = (
        {(row.file, row.line): row for row in lines(by[kind]) if row.owner is Owner.OWN} if kind in by else {}
        for kind in (Evidence.SAMPLES, Evidence.LINES)
    )
    read = growth_lines(by[Evidence.MEMORY]) if Evidence.MEMORY in by else []
    grown = {(row.file, row.line): row for row in read if row.hits}
    found = []
    for place in dict.fromkeys((*sampled, *timed, *grown)):
        one, two, three = sampled.get(place), timed.get(place), grown.get(place)
        named = next(row for row in (one, two, three) if row is not None)
        found.append(JoinedLine(*place, named.source, named.function, one, two, three))
    return sorted(
        found, key=lambda row: (-(row.sampled.here if row.sampled else 0.0), -_share(row.timed), row.file, row.line)
    )


_Row = TypeVar("_Row", FunctionRow, FunctionGrowth)
_TIMED = (Evidence.SAMPLES, Evidence.CALLS, Evidence.LINES)


def _by_place(rows: list[_Row]) -> dict[tuple[str, int], _Row]:
    return {(row.file, row.line): row for row in rows if row.owner is Owner.OWN}


def _share(row: FunctionRow | LineRow | None) -> float:
    return row.share if row is not None else 0.0
