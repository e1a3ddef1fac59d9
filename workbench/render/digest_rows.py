"""What a recording says of its functions and lines, as plain rows with handles: the same for every engine, text and JSON alike."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.analysis.functions import whole
from workbench.analysis.growth import growth_functions, growth_lines
from workbench.analysis.heap import (
    HEAP_MEASURES,
    Amounts,
    HeapLine,
    heap_functions,
    heap_lines,
    heap_measures,
    heap_whole,
)
from workbench.analysis.hotspots import hotspots
from workbench.analysis.joined import joined_functions, joined_lines
from workbench.analysis.ownership import Owner
from workbench.analysis.precision import half_width
from workbench.errors import UsageError
from workbench.model.facts import Evidence
from workbench.render.summary import by_owner

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.analysis.functions import FunctionRow
    from workbench.analysis.growth import FunctionGrowth, GrowthRow
    from workbench.analysis.heap import HeapFunction
    from workbench.analysis.lines import LineRow
    from workbench.model.recording import Recording
    from workbench.render.summary import OwnerRow

_HANDLE = re.compile(r"[fl][1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class Row:
    """A function (`line` is its first one) or a line with its handle. `figures` are numbers by name, None where not known; times in
    seconds, sizes in bytes, shares as fractions. `frame` is -1 for a line: it may stand in several functions."""

    handle: str
    function: str
    file: str
    line: int
    owner: Owner
    source: str
    frame: int
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """All functions, own ones first (f1, f2, ...), and lines (l1, l2, ...) of a recording; `owners` is whose own time it was, where that
    can be told."""

    functions: tuple[Row, ...]
    lines: tuple[Row, ...]
    owners: tuple[OwnerRow, ...] = ()

    @classmethod
    def of(cls, recording: Recording) -> Found:
        """As `hotspots` ranks them; where memory was measured by what grew or was held."""
        if recording.evidence is Evidence.MEMORY:
            return cls(
                _numbered("f", map(_grown_function, growth_functions(recording))),
                _numbered("l", map(_grown_line, growth_lines(recording))),
            )
        if recording.evidence is Evidence.HEAP:
            return _allocated(recording)
        return _timed(recording)

    def row(self, handle: str) -> Row:
        """The row of a handle. Raises UsageError, naming those there are."""
        rows = {row.handle: row for row in (*self.functions, *self.lines)}
        if handle in rows:
            return rows[handle]
        known = [f"{kind[0].handle} to {kind[-1].handle}" for kind in (self.functions, self.lines) if kind]
        there = f"this recording has {' and '.join(known)}" if known else "nothing was seen at work in this recording"
        what = "is not in this recording" if _HANDLE.fullmatch(handle) else "is no handle"
        raise UsageError(
            f"{handle!r} {what}: {there}. Handles stand before each row of `workbench hotspots`, f for functions and l for lines."
        )


def ceiling(share: float, plus_minus: float) -> float | None:
    """How many times as fast the whole is at the most without this share of it, by the upper end of its interval (G. Amdahl, 1967).

    None where that may be all of it.
    """
    left = 1 - min(share + (plus_minus if math.isfinite(plus_minus) else 0.0), 1.0)
    return 1 / left if left > 0.001 else None


def known(value: float) -> float | None:
    """A number, or None where it is not one."""
    return value if math.isfinite(value) else None


def part(amount: float, of: float) -> float | None:
    """A fraction of something; None where it is not known, or of nothing."""
    return known(amount / of) if of else None


def _numbered(letter: str, rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(
        Row(f"{letter}{at}", row.function, row.file, row.line, row.owner, row.source, row.frame, row.figures)
        for at, row in enumerate(rows, 1)
    )


def _timed(recording: Recording) -> Found:
    found, everything = hotspots(recording), whole(recording) or 1.0
    functions, lines = _of_passes(recording)
    return Found(
        _numbered("f", (_function(recording, row, functions) for row in (*found.functions, *found.others))),
        _numbered("l", (_line(recording, row, everything, lines) for row in found.lines)),
        () if recording.evidence is Evidence.TASKS else tuple(by_owner(found)),
    )


_Extra = dict[tuple[str, int], dict[str, Any]]


def _of_passes(recording: Recording) -> tuple[_Extra, _Extra]:
    """What further passes say: calls and growth of functions, hits, seconds a hit and growth of lines, by file and line."""
    if not recording.passes:
        return {}, {}
    functions = {
        (row.file, row.line): {
            "calls": row.counted.calls if row.counted else None,
            "increment": row.grown.increment if row.grown else None,
        }
        for row in joined_functions(recording)
    }
    lines = {
        (row.file, row.line): {
            "hits": row.timed.hits if row.timed else None,
            "per_hit": part(row.timed.wall, row.timed.hits or 0) if row.timed else None,
            "increment": row.grown.increment if row.grown else None,
        }
        for row in joined_lines(recording)
    }
    return functions, lines


def _function(recording: Recording, row: FunctionRow, more: _Extra) -> Row:
    own = row.self_time
    figures: dict[str, Any] = {
        "self": known(own),
        "self_share": known(row.self_share),
        "total": known(row.total_time),
        "share": row.share,
        "plus_minus": known(row.plus_minus),
    }
    split = (row.self_python, row.self_native, row.self_waiting)
    if recording.evidence is Evidence.TASKS:
        figures |= dict(zip(("running", "ready", "waiting"), map(known, split), strict=True))
    elif recording.sampled:
        figures |= dict(zip(("python", "native", "waiting"), (part(one, own) for one in split), strict=True))
    if recording.evidence is not Evidence.TASKS:
        figures["ceiling"] = ceiling(row.share, row.plus_minus)
    if recording.evidence is Evidence.CALLS:
        figures |= {"calls": row.calls, "per_call": part(row.total_time, row.calls or 0)}
    figures |= more.get((row.file, row.line), {})
    return Row("", row.function, row.file, row.line, row.owner, "", row.frame, figures)


def _line(recording: Recording, row: LineRow, everything: float, more: _Extra) -> Row:
    figures: dict[str, Any] = {"wall": row.wall, "share": row.share, "plus_minus": known(row.plus_minus)}
    if recording.evidence is Evidence.LINES:
        figures |= {"hits": row.hits, "per_hit": part(row.wall, row.hits or 0)}
    else:
        share = row.here / everything
        wide = half_width(share, len(recording.samples)) if recording.sampled else 0.0
        figures |= {"here": row.here, "here_share": share, "here_plus_minus": known(wide)}
        split = (row.python, row.native, row.waiting)
        if recording.evidence is Evidence.TASKS:
            figures |= dict(zip(("running", "ready", "waiting"), map(known, split), strict=True))
        else:
            figures |= dict(zip(("python", "native", "waiting"), (part(one, row.wall) for one in split), strict=True))
    figures |= more.get((row.file, row.line), {})
    return Row("", row.function, row.file, row.line, row.owner, row.source, -1, figures)


def _grown_function(row: FunctionGrowth) -> Row:
    figures = {"increment": row.increment, "memory": row.peak}
    return Row("", row.function, row.file, row.line, row.owner, "", row.frame, figures)


def _grown_line(row: GrowthRow) -> Row:
    figures = {"hits": row.hits, "increment": row.increment, "memory": row.peak}
    return Row("", row.function, row.file, row.line, row.owner, row.source, -1, figures)


def heap_row(everything: Amounts, measures: tuple[str, ...], row: HeapFunction | HeapLine) -> Row:
    """A function or line by what was allocated there, of everything, by the measures that are known."""
    figures: dict[str, Any] = {name: row.here.of(name) if name in measures else None for name in HEAP_MEASURES}
    figures["share"] = part(row.here.of(measures[0]), everything.of(measures[0])) if measures else None
    figures["total"] = known(row.total.of(measures[0])) if measures else None
    source = row.source if isinstance(row, HeapLine) else ""
    frame = -1 if isinstance(row, HeapLine) else row.frame
    return Row("", row.function, row.file, row.line, row.owner, source, frame, figures)


def _allocated(recording: Recording) -> Found:
    functions, lines = heap_functions(recording), heap_lines(recording)
    of = (heap_whole(recording), heap_measures(recording))
    own = [row for row in functions if row.owner is Owner.OWN]
    others = [row for row in functions if row.owner is not Owner.OWN]
    return Found(
        _numbered("f", (heap_row(*of, row) for row in (*own, *others))),
        _numbered("l", (heap_row(*of, row) for row in lines if row.owner is Owner.OWN)),
    )
