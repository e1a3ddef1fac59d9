"""What each function and line of one recording is compared by: its amount, with all it called, how often, and how far that may be off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.analysis.diff_rows import Measure, Place
from workbench.analysis.functions import functions, whole
from workbench.analysis.growth import growth_functions, growth_lines
from workbench.analysis.heap import HEAP_MEASURES, heap_functions, heap_lines, heap_measures, heap_whole
from workbench.analysis.lines import lines
from workbench.analysis.ownership import Owner
from workbench.analysis.precision import half_width
from workbench.model.facts import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.model.recording import Recording

_HEAP_LABELS = {
    "peak": "memory held at the peak",
    "held": "memory held at the end",
    "allocated": "memory allocated in all",
    "temporary": "memory freed again at once",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One function or line of one recording: seconds for one run of the target, or bytes; `total` with what it called; `count` calls, hits
    or allocations; NaN where not known. `noise` is half the 95 % interval of the amount, NaN where it is not sampled."""

    place: Place
    owner: Owner
    amount: float
    total: float
    count: float
    noise: float


def measure_of(old: Recording, new: Recording) -> Measure | None:
    """What both recordings, of one evidence, can be compared by; None where there is nothing that both know.

    Samples and tasks: own time, of lines the time while they were the innermost line of own code. Calls: own time. Counted lines: time
    with all they call. Process memory: growth with all they call. Allocations: the first of peak, end, in all that both know.
    """
    evidence = old.evidence
    if evidence is Evidence.HEAP:
        both = set(heap_measures(old)) & set(heap_measures(new))
        key = next((name for name in HEAP_MEASURES if name in both), None)
        label = _HEAP_LABELS.get(key or "", "")
        return Measure(key, label, "B", "with calls", "allocations", True, label) if key else None
    time = "time with all it calls"
    return {
        Evidence.SAMPLES: Measure("self", "own time", "s", "total", "", True, "time in the line itself"),
        Evidence.TASKS: Measure("self", "own time of tasks", "s", "total", "", True, "time of tasks at the line"),
        Evidence.CALLS: Measure("self", "own time", "s", "total", "calls", True, ""),
        Evidence.LINES: Measure("total", time, "s", "total", "hits", False, time),
        Evidence.MEMORY: Measure(
            "increment",
            "growth of process memory with all it calls",
            "B",
            "",
            "hits",
            False,
            "growth of process memory",
        ),
    }[evidence]


def whole_of(recording: Recording, measure: Measure) -> float:
    """What the amounts are parts of, for one run of the target; NaN where they are no parts of a whole."""
    if recording.evidence is Evidence.MEMORY:
        return math.nan
    if recording.evidence is Evidence.HEAP:
        return heap_whole(recording).of(measure.key)
    return whole(recording) / recording.target.repeats


def functions_seen(recording: Recording, measure: Measure) -> dict[int, Seen]:
    """Every function with an amount, by its frame."""
    if recording.evidence is Evidence.HEAP:
        return {
            row.frame: Seen(
                Place(row.frame, row.function, row.file, row.line),
                row.owner,
                row.here.of(measure.key),
                row.total.of(measure.key),
                row.here.blocks(measure.key),
                math.nan,
            )
            for row in heap_functions(recording)
        }
    if recording.evidence is Evidence.MEMORY:
        return {
            row.frame: Seen(
                Place(row.frame, row.function, row.file, row.line),
                row.owner,
                float(row.increment),
                math.nan,
                math.nan,
                math.nan,
            )
            for row in growth_functions(recording)
        }
    return _timed(recording)


def _timed(recording: Recording) -> dict[int, Seen]:
    runs, everything = recording.target.repeats, whole(recording)
    found = {}
    for row in functions(recording):
        known = row.self_time if math.isfinite(row.self_time) else row.total_time
        found[row.frame] = Seen(
            Place(row.frame, row.function, row.file, row.line),
            row.owner,
            known / runs,
            row.total_time / runs,
            math.nan if row.calls is None else row.calls / runs,
            _noise(recording, known, everything),
        )
    return found


def _noise(recording: Recording, seconds: float, everything: float) -> float:
    """Half the 95 % interval of an amount for one run: of its share (see `precision.half_width`) times all sampled seconds."""
    if not recording.sampled:
        return math.nan
    width = half_width(seconds / everything if everything else 0.0, len(recording.samples))
    return width * everything / recording.target.repeats if math.isfinite(width) else math.inf


def unseen_noise(recording: Recording) -> float:
    """How much there may be, for one run, of what was in no sample; 0 for what is not sampled."""
    return _noise(recording, 0.0, whole(recording)) if recording.sampled else math.nan


def lines_seen(recording: Recording, measure: Measure) -> dict[tuple[str, int, int], Seen]:
    """Every line with an amount, by (file, line, frame); the frame is -1 where lines are not told apart by function.

    Of samples and tasks lines of own code alone.
    """
    if recording.evidence is Evidence.HEAP:
        return _keyed(
            Seen(
                Place(-1, row.function, row.file, row.line, row.source),
                row.owner,
                row.here.of(measure.key),
                row.total.of(measure.key),
                row.here.blocks(measure.key),
                math.nan,
            )
            for row in heap_lines(recording)
        )
    if recording.evidence is Evidence.MEMORY:
        return _keyed(
            Seen(
                Place(row.frame, row.function, row.file, row.line, row.source),
                row.owner,
                float(row.increment),
                math.nan,
                float(row.hits),
                math.nan,
            )
            for row in growth_lines(recording)
        )
    return _counted(recording) if recording.evidence is Evidence.LINES else _own_lines(recording)


def _counted(recording: Recording) -> dict[tuple[str, int, int], Seen]:
    """Counted lines by their frames: the rows of `lines` do not say which, so the table is gone through beside them."""
    runs = recording.target.repeats
    by_name = {(row.file, row.line, row.function): row for row in lines(recording)}
    table = recording.lines
    found = []
    for frame, line, hits, time in zip(*(column.tolist() for column in table.columns().values()), strict=True):
        row = by_name[recording.frame_file(frame), line, recording.frame_name(frame)]
        place = Place(frame, row.function, row.file, line, row.source)
        found.append(Seen(place, row.owner, time / runs, time / runs, hits / runs, math.nan))
    return _keyed(found)


def _own_lines(recording: Recording) -> dict[tuple[str, int, int], Seen]:
    runs, everything = recording.target.repeats, whole(recording)
    return _keyed(
        Seen(
            Place(-1, row.function, row.file, row.line, row.source),
            row.owner,
            row.here / runs,
            row.wall / runs,
            math.nan,
            _noise(recording, row.here, everything),
        )
        for row in lines(recording)
        if row.owner is Owner.OWN
    )


def _keyed(rows: Iterable[Seen]) -> dict[tuple[str, int, int], Seen]:
    return {(row.place.file, row.place.line, row.place.frame): row for row in rows}
