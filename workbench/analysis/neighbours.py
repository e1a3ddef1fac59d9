"""The neighbourhood of one function or line: who called it, what it called, which of its lines took what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.analysis.heap import heap_measures, heap_weights
from workbench.analysis.ownership import innermost_own
from workbench.analysis.precision import half_width
from workbench.analysis.tree import MEASURES, accumulated, binned, self_weights, topmost, total_weights
from workbench.model.facts import Evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.model.recording import Recording

ROOT_FRAME = -1
"""In the place of a caller: nobody, the function was the first on its stack."""
ITSELF = -2
"""In the place of a callee: the function's own work, without what it called."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A caller or callee. `frame` is its index, ROOT_FRAME or ITSELF; `line` where the call stands, of a caller (0: not known).

    `amount` is what passed between the two, in seconds (bytes in a recording of allocations); `share` its part of all that the subject
    took, `plus_minus` half the 95 % interval of that; `calls` None where not counted.
    """

    frame: int
    line: int
    calls: int | None
    amount: float
    share: float
    plus_minus: float


@dataclass(frozen=True, slots=True)
class HeatOfLine:
    """One line of one function: seconds as in `lines.LineRow`, the function's own share of it, and its 95 % half interval."""

    line: int
    here: float
    wall: float
    python: float
    native: float
    waiting: float
    share: float
    plus_minus: float


@dataclass(frozen=True, slots=True, eq=False)
class _Whole:
    """What shares are shares of: `own` and `total` weights of all nodes, `amount` all that the subject took with what it called, and
    in how many `samples` it was on the stack (0 where there are none)."""

    own: NDArray[np.float64]
    total: NDArray[np.float64]
    amount: float
    samples: int
    sampled: bool

    @classmethod
    def of(cls, recording: Recording, subject: NDArray[np.bool_]) -> _Whole:
        own = _weights(recording)
        above: list[bool] = []
        for mine, parent in zip(subject.tolist(), recording.stacks.parent.tolist(), strict=True):
            above.append(mine or (parent >= 0 and above[parent]))
        inside = np.array(above, dtype=bool)
        samples = int(inside[recording.samples.stack].sum()) if len(recording.samples) else 0
        total = accumulated(recording.stacks.parent, own)
        return cls(own, total, float(own[inside].sum()), samples, recording.sampled)

    def row(self, frame: int, line: int, amount: float) -> Neighbour:
        share = _part(amount, self.amount)
        return Neighbour(frame, line, None, amount, share, half_width(share, self.samples) if self.sampled else 0.0)

    def ranked(self, keys: NDArray[np.int64], amounts: NDArray[np.float64]) -> list[Neighbour]:
        """A row for each key, which is the frame and one in its upper half, the line in its lower one."""
        unique, label = np.unique(keys, return_inverse=True)
        sums = binned(label, amounts, len(unique)).tolist()
        rows = [
            self.row((key >> 32) - 1, key & 0xFFFFFFFF, amount)
            for key, amount in zip(unique.tolist(), sums, strict=True)
            if amount > 0
        ]
        return sorted(rows, key=lambda row: (-row.amount, row.frame, row.line))


def nodes_of(recording: Recording, *, frame: int | None = None, file: str = "", line: int = 0) -> NDArray[np.bool_]:
    """Which stack nodes are a function, or stand at a line of a file."""
    stacks = recording.stacks
    if frame is not None:
        return np.asarray(stacks.frame == frame, dtype=bool)
    at = np.array([name == file for name in recording.strings], dtype=bool)
    return np.asarray(at[recording.frames.file[stacks.frame]] & (stacks.line == line), dtype=bool)


def callers(recording: Recording, subject: NDArray[np.bool_]) -> list[Neighbour]:
    """From where the subject's outermost calls came, by the line of the call, from most to least: their shares add up to one."""
    stacks, whole = recording.stacks, _Whole.of(recording, subject)
    first = _outermost(recording, subject, subject.astype(np.int64))
    parent = stacks.parent[first]
    inner = parent >= 0
    frame = np.where(inner, stacks.frame[parent], ROOT_FRAME).astype(np.int64)
    line = np.where(inner, stacks.line[parent], 0).astype(np.int64)
    return whole.ranked((frame + 1) << 32 | line, whole.total[first])


def callees(recording: Recording, subject: NDArray[np.bool_]) -> list[Neighbour]:
    """What the subject called, and its own work as ITSELF, from most to least. Each callee counts once per sample; where the subject is
    recursive the shares add up to more than one."""
    stacks, whole = recording.stacks, _Whole.of(recording, subject)
    below = np.zeros(len(stacks), dtype=bool)
    inner = stacks.parent >= 0
    below[inner] = subject[stacks.parent[inner]]
    first = _outermost(recording, below, stacks.frame.astype(np.int64) + 1)
    rows = whole.ranked((stacks.frame[first].astype(np.int64) + 1) << 32, whole.total[first])
    mine = float(whole.own[subject].sum())
    if mine > 0:
        rows.append(whole.row(ITSELF, 0, mine))
    return sorted(rows, key=lambda row: (-row.amount, row.frame))


def counted_callers(recording: Recording, frame: int) -> list[Neighbour]:
    """Who called a function, as cProfile counted it: shares of its total seconds, from most to least."""
    table, mine = recording.calls, recording.functions
    at = table.callee == frame
    whole = float(mine.total_time[mine.frame == frame].sum())
    return _counted(table.caller[at].tolist(), table.calls[at].tolist(), table.total_time[at].tolist(), whole)


def counted_callees(recording: Recording, frame: int) -> list[Neighbour]:
    """What a function called, as cProfile counted it, and its own work as ITSELF: shares of its total seconds, from most to least."""
    table, mine = recording.calls, recording.functions
    at, here = table.caller == frame, mine.frame == frame
    whole, own = float(mine.total_time[here].sum()), float(mine.self_time[here].sum())
    rows = _counted(table.callee[at].tolist(), table.calls[at].tolist(), table.total_time[at].tolist(), whole)
    rows.append(Neighbour(ITSELF, 0, None, own, _part(own, whole), 0.0))
    return sorted(rows, key=lambda row: (-row.amount, row.frame))


def lines_of(recording: Recording, frame: int) -> list[HeatOfLine]:
    """The lines of a function that were seen at work, in a recording with times on stacks, from the most time here to the least.

    A line counts once per sample, however often the function recurs. `here` is the time it was the innermost line of own code; of a
    function that is not own, without what it called.
    """
    stacks = recording.stacks
    subject = nodes_of(recording, frame=frame)
    if not subject.any():
        return []
    lines, label = np.unique(stacks.line[subject], return_inverse=True)
    labels = np.full(len(stacks), -1, dtype=np.int64)
    labels[subject] = label
    first = topmost(stacks, labels) & subject
    own = self_weights(recording)
    total = total_weights(stacks, own)
    split = {name: binned(labels[first], getattr(total, name)[first], len(lines)) for name in MEASURES}
    inner = innermost_own(recording)
    mine = (inner >= 0) & subject[inner]
    if not mine.any():
        inner, mine = np.arange(len(stacks)), subject
    here = binned(labels[inner[mine]], own.wall[mine], len(lines))
    whole = own.sum or 1.0
    rows = []
    for at, line in enumerate(lines.tolist()):
        python, native, waiting = (float(split[name][at]) for name in MEASURES)
        share = float(here[at]) / whole
        wide = half_width(share, len(recording.samples)) if recording.sampled else 0.0
        rows.append(HeatOfLine(line, float(here[at]), python + native + waiting, python, native, waiting, share, wide))
    return sorted(rows, key=lambda row: (-row.here, -row.wall, row.line))


def _weights(recording: Recording) -> NDArray[np.float64]:
    """What each node counts for as a leaf: seconds, or the bytes of the first measure of allocations that is known."""
    if recording.evidence is Evidence.HEAP:
        return heap_weights(recording, (*heap_measures(recording), "held")[0])
    return self_weights(recording).wall


def _outermost(recording: Recording, wanted: NDArray[np.bool_], labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Of the wanted nodes, those without a wanted ancestor of the same label. Labels of wanted nodes are above 0."""
    return topmost(recording.stacks, np.where(wanted, labels, 0)) & wanted


def _counted(frames: list[int], counts: list[int], seconds: list[float], whole: float) -> list[Neighbour]:
    rows = [
        Neighbour(frame, 0, calls, amount, _part(amount, whole), 0.0)
        for frame, calls, amount in zip(frames, counts, seconds, strict=True)
    ]
    return sorted(rows, key=lambda row: (-row.amount, -(row.calls or 0), row.frame))


def _part(amount: float, whole: float) -> float:
    return amount / whole if whole else 0.0
