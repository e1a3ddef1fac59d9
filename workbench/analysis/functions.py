"""Functions: own and total seconds per frame, from samples or from exact counts, in one form."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.analysis.ownership import Owner, owners
from workbench.analysis.precision import half_width
from workbench.analysis.tree import MEASURES, binned, self_weights, topmost, total_weights
from workbench.model.facts import Evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.model.recording import Recording


@dataclass(frozen=True, slots=True)
class FunctionRow:
    """One function. Times are seconds; `share` is total over `whole(recording)`, `plus_minus` half its 95 % interval.

    `calls` is None where the engine cannot count, the own time and its split NaN where it cannot tell.
    """

    frame: int
    function: str
    file: str
    line: int
    owner: Owner
    calls: int | None
    self_time: float
    total_time: float
    self_python: float
    self_native: float
    self_waiting: float
    share: float
    self_share: float
    plus_minus: float


def whole(recording: Recording) -> float:
    """The seconds that shares are shares of: all sampled thread time, the time of all tasks together, all own time of counted calls,
    the duration of counted lines."""
    if recording.evidence is Evidence.LINES:
        return recording.duration
    if recording.stacked:
        return self_weights(recording).sum
    return float(recording.functions.self_time.sum())


def functions(recording: Recording) -> list[FunctionRow]:
    """Every function with time or calls, own code first within equal times, by own time from most to least.

    None in a recording of memory or allocations: see `growth` and `heap` beside this module. Of tasks: every function of a chain of awaits.
    """
    columns = _COLUMNS[recording.evidence](recording)
    all_seconds, owner = whole(recording), owners(recording)
    rows = [
        _row(recording, int(frame), owner[int(frame)], calls, numbers.tolist(), all_seconds)
        for frame, calls, numbers in columns
    ]
    return sorted(rows, key=_rank)


def _rank(row: FunctionRow) -> tuple[float, float, bool, str]:
    known = row.self_time if math.isfinite(row.self_time) else row.total_time
    return -known, -row.total_time, row.owner is not Owner.OWN, row.function


def frame_totals(recording: Recording) -> NDArray[np.float64]:
    """Total seconds per frame of a sampled recording; each frame once per sample, so recursion counts once."""
    total = total_weights(recording.stacks, self_weights(recording)).wall
    frame = recording.stacks.frame
    first = topmost(recording.stacks, frame.astype(np.int64))
    return binned(frame[first], total[first], len(recording.frames))


def _sampled(recording: Recording) -> list[tuple[int, int | None, NDArray[np.float64]]]:
    own, size = self_weights(recording), len(recording.frames)
    split = [binned(recording.stacks.frame, getattr(own, name), size) for name in MEASURES]
    table = np.column_stack([sum(split, np.zeros(size)), frame_totals(recording), *split])
    seen = np.unique(recording.stacks.frame)
    if recording.evidence is Evidence.TASKS:
        seen = seen[table[seen, 1] > 0]
    return [(int(frame), None, table[frame]) for frame in seen]


def _exact(recording: Recording) -> list[tuple[int, int | None, NDArray[np.float64]]]:
    table, unknown = recording.functions, float("nan")
    return [
        (int(frame), int(calls), np.array([own, total, unknown, unknown, unknown]))
        for frame, calls, own, total in zip(table.frame, table.calls, table.self_time, table.total_time, strict=True)
    ]


def _of_lines(recording: Recording) -> list[tuple[int, int | None, NDArray[np.float64]]]:
    table, unknown = recording.lines, float("nan")
    totals = binned(table.frame, table.time, len(recording.frames))
    return [
        (int(frame), None, np.array([unknown, totals[frame], unknown, unknown, unknown]))
        for frame in np.unique(table.frame)
    ]


def _none(recording: Recording) -> list[tuple[int, int | None, NDArray[np.float64]]]:
    del recording
    return []


_COLUMNS = {
    Evidence.SAMPLES: _sampled,
    Evidence.CALLS: _exact,
    Evidence.LINES: _of_lines,
    Evidence.MEMORY: _none,
    Evidence.HEAP: _none,
    Evidence.TASKS: _sampled,
}


def _row(
    recording: Recording,
    frame: int,
    owner: Owner,
    calls: int | None,
    numbers: list[float],
    all_seconds: float,
) -> FunctionRow:
    own, total, python, native, waiting = numbers
    share = total / all_seconds if all_seconds else 0.0
    return FunctionRow(
        frame=frame,
        function=recording.frame_name(frame),
        file=recording.frame_file(frame),
        line=int(recording.frames.line[frame]),
        owner=owner,
        calls=calls,
        self_time=own,
        total_time=total,
        self_python=python,
        self_native=native,
        self_waiting=waiting,
        share=share,
        self_share=own / all_seconds if all_seconds else 0.0,
        plus_minus=half_width(share, len(recording.samples)) if recording.sampled else 0.0,
    )
