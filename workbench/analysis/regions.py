"""How hot a stretch of source is: the time of some lines by themselves, with all they call, or in what they call by name."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from workbench.analysis.functions import whole
from workbench.analysis.heap import heap_lines, heap_whole
from workbench.analysis.precision import half_width
from workbench.analysis.tree import MEASURES, Weights, self_weights, topmost, total_weights
from workbench.model.facts import Evidence

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from workbench.model.recording import Recording


class Counts(StrEnum):
    """What of some lines is counted: what they do themselves (C code they call included), all with what they call, what they spend
    in Python functions of certain names, what tasks wait there, or what memory they hold at the end of the run."""

    LINES = "lines"
    REGION = "region"
    CALLEES = "callees"
    WAITS = "waits"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Heat:
    """`share` is a part of the run's time (of the memory held at its end, for HELD), `plus_minus` half its 95 % interval, 0 where it is
    counted. `seconds` is the time, NaN for HELD; `python`, `native` and `waiting` are parts of it, NaN where not known; `size` is bytes,
    for HELD."""

    share: float
    plus_minus: float
    seconds: float
    python: float
    native: float
    waiting: float
    size: float = 0.0

    @property
    def at_most(self) -> float:
        """The upper end of the share's interval, 1 at the most."""
        return min(1.0, self.share + self.plus_minus)

    @property
    def at_least(self) -> float:
        """The lower end of the share's interval, 0 at the least."""
        return max(0.0, self.share - self.plus_minus)


class Regions:
    """The stretches of one recording. Each answer is None where the recording (with its passes) cannot tell."""

    def __init__(self, recording: Recording) -> None:
        passes = recording.all_passes
        self._stacked = next((one for one in passes if one.sampled), None) or next(
            (one for one in passes if one.stacked), None
        )
        self._tasks = next((one for one in passes if one.evidence is Evidence.TASKS), None)
        self._counted = next((one for one in passes if one.evidence is Evidence.LINES), None)
        self._heap = next((one for one in passes if one.evidence is Evidence.HEAP), None)
        self._weights: dict[int, tuple[Weights, Weights]] = {}

    def heat(self, file: str, first: int, last: int, counts: Counts, callees: Collection[str] = ()) -> Heat | None:
        """Lines `first` to `last` of `file`. `callees` are unqualified function names, for CALLEES only."""
        if counts is Counts.HELD:
            return self._held(file, first, last)
        recording = self._tasks if counts is Counts.WAITS else self._stacked
        if recording is None:
            return self._lines(file, first, last) if counts in (Counts.LINES, Counts.REGION) else None
        at = _on_lines(recording, file, first, last)
        own, total = self._sums(recording)
        if counts is Counts.LINES:
            return _heat(recording, own, at)
        if counts is Counts.CALLEES:
            at = _called_from(recording, at, callees)
        at &= topmost(recording.stacks, np.where(at, 1, -np.arange(len(at)) - 2))
        if counts is Counts.WAITS:
            return _waits(recording, total, at)
        return _heat(recording, total, at)

    def hits(self, file: str, line: int) -> int | None:
        """How often a line ran, where a pass counted it."""
        found = self._counted
        if found is None:
            return None
        table = found.lines
        rows = zip(table.frame.tolist(), table.line.tolist(), table.hits.tolist())
        return next((hits for frame, at, hits in rows if at == line and found.frame_file(frame) == file), None)

    def _sums(self, recording: Recording) -> tuple[Weights, Weights]:
        if id(recording) not in self._weights:
            own = self_weights(recording)
            self._weights[id(recording)] = own, total_weights(recording.stacks, own)
        return self._weights[id(recording)]

    def _lines(self, file: str, first: int, last: int) -> Heat | None:
        found = self._counted
        if found is None or not found.duration:
            return None
        table = found.lines
        rows = zip(table.frame.tolist(), table.line.tolist(), table.time.tolist())
        seconds = sum(time for frame, at, time in rows if first <= at <= last and found.frame_file(frame) == file)
        return Heat(min(1.0, seconds / found.duration), 0.0, seconds, math.nan, math.nan, math.nan)

    def _held(self, file: str, first: int, last: int) -> Heat | None:
        if self._heap is None:
            return None
        held = sum(row.here.held for row in heap_lines(self._heap) if row.file == file and first <= row.line <= last)
        everything = heap_whole(self._heap).held
        share = min(1.0, held / everything) if everything > 0 else 0.0
        return Heat(share, 0.0, math.nan, math.nan, math.nan, math.nan, held)


def _on_lines(recording: Recording, file: str, first: int, last: int) -> NDArray[np.bool_]:
    stacks = recording.stacks
    named = [at for at, text in enumerate(recording.strings) if text == file]
    here = np.isin(recording.frames.file, named)[stacks.frame]
    on: NDArray[np.bool_] = here & (stacks.line >= first) & (stacks.line <= last)
    return on


def _called_from(recording: Recording, at: NDArray[np.bool_], callees: Collection[str]) -> NDArray[np.bool_]:
    """The nodes of functions of these names that are called right from the marked nodes."""
    stacks = recording.stacks
    frames = [recording.frame_name(frame).rpartition(".")[2] in callees for frame in range(len(recording.frames))]
    named = np.array(frames, dtype=bool)[stacks.frame] if frames else np.zeros(len(stacks), dtype=bool)
    above: NDArray[np.bool_] = named & (stacks.parent >= 0) & at[stacks.parent]
    return above


def _waits(recording: Recording, total: Weights, at: NDArray[np.bool_]) -> Heat:
    """Waiting beside the run's duration: what several tasks wait at once counts once at the most."""
    seconds = float(total.waiting[at].sum())
    share = min(1.0, seconds / recording.duration) if recording.duration else 0.0
    return Heat(share, 0.0, seconds, 0.0, 0.0, 1.0)


def _heat(recording: Recording, weights: Weights, at: NDArray[np.bool_]) -> Heat:
    parts = [float(getattr(weights, name)[at].sum()) for name in MEASURES]
    seconds, everything = sum(parts), whole(recording)
    share = min(1.0, seconds / everything) if everything > 0 else 0.0
    spread = half_width(share, recording.cost.samples) if recording.sampled else 0.0
    python, native, waiting = (part / seconds if seconds > 0 else math.nan for part in parts)
    return Heat(share, spread, seconds, python, native, waiting)
