"""Whether an exact engine's own weight matters for a target: its shares beside those of sampling, or how much it slows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench import units
from workbench.analysis.functions import FunctionRow, functions
from workbench.analysis.ownership import Owner
from workbench.model.facts import Evidence

if TYPE_CHECKING:
    from workbench.model.recording import Recording

ENOUGH = 100
"""Samples below which shares are too rough to hold others against."""

POINTS = 0.05
"""Shares that differ by less are taken for the same."""

HEAVY = 0.2
"""The share of a run that was the engine's own from which on it is spoken of."""

_LOOK_BIGGER = {
    Evidence.CALLS: "functions that are called often, or call often,",
    Evidence.LINES: "lines that run often and do little",
}


def bias(exact: Recording, sampled: Recording | None) -> str:
    """One sentence for a recording of calls or lines; empty where there is nothing to say, and of other kinds. `sampled` is of the
    same target."""
    if exact.evidence not in _LOOK_BIGGER:
        return ""
    if sampled is not None and sampled.cost.samples >= ENOUGH and (said := _compared(exact, sampled)):
        return said
    return _weight(exact)


def slowdown(recording: Recording) -> float:
    """How many times longer the run took than without the engine, by its cost; NaN where that is not known."""
    left = recording.duration - recording.cost.own
    return recording.duration / left if left > 0 else float("nan")


def _compared(exact: Recording, sampled: Recording) -> str:
    seen = {(row.file, row.line): row for row in functions(sampled) if _own(row)}
    both = [(row, seen[row.file, row.line]) for row in functions(exact) if _own(row) and (row.file, row.line) in seen]
    if not both:
        return ""
    row, other = max(both, key=lambda pair: _bigger(*pair))
    if _bigger(row, other) <= 0:
        row, other = max(both, key=lambda pair: _bigger(pair[0], pair[1], sign=-1))
    if abs(row.share - other.share) <= _allowed(other):
        row, other = max(both, key=lambda pair: abs(pair[0].share - pair[1].share))
        widest = (
            f"{100 * abs(row.share - other.share):.1f} points, {units.plus_minus(other.plus_minus)}, of {row.function}"
        )
        can_tell = f"As far as {sampled.cost.samples:,} samples can tell"
        return f"{can_tell}, {exact.engine} gives functions the shares that sampling does: the widest difference is {widest}."
    reason = f": {_LOOK_BIGGER[exact.evidence]} look bigger than they are" if row.share > other.share else ""
    return (
        f"{row.function} takes {units.share(other.share)} {units.plus_minus(other.plus_minus)} of the time by engine sample, "
        f"and {units.share(row.share)} by {exact.engine}{reason}."
    )


def _weight(exact: Recording) -> str:
    if not exact.cost.own > HEAVY * exact.duration:
        return ""
    least = "at least " if exact.cost.method.startswith("at least") else "about "
    return (
        f"The program ran {least}{slowdown(exact):.1f} times slower than without {exact.mechanism}: "
        f"{_LOOK_BIGGER[exact.evidence]} look bigger than they are. Engine sample shows what takes the time undistorted."
    )


def _own(row: FunctionRow) -> bool:
    return row.owner is Owner.OWN and row.function != "<module>"


def _bigger(row: FunctionRow, other: FunctionRow, sign: int = 1) -> float:
    return sign * (row.share - other.share) - _allowed(other)


def _allowed(row: FunctionRow) -> float:
    return max(POINTS, 2 * row.plus_minus)
