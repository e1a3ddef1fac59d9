"""The call tree for the browser: stack nodes merged by function, pruned to a number of boxes, and what each owner totals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.analysis.heap import HEAP_MEASURES, heap_measures, heap_weights
from workbench.analysis.ownership import Owner
from workbench.analysis.tree import MEASURES, accumulated, binned, self_weights
from workbench.model.facts import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from workbench.analysis.growth import GrowthRow
    from workbench.analysis.heap import HeapLine
    from workbench.analysis.lines import LineRow
    from workbench.model.recording import Recording


@dataclass(frozen=True, slots=True)
class CallTree:
    """One entry per path of functions, callers first: `parent` (-1 at a root), `frame` (-1 for folded boxes), `own` amounts by measure.

    `folded` is how many entries were folded away. `place` is the entry of each stack node of the recording, -1 where nothing is below it;
    empty where entries were folded.
    """

    parent: list[int]
    frame: list[int]
    own: dict[str, list[float]]
    folded: int = 0
    place: tuple[int, ...] | list[int] = ()

    def __len__(self) -> int:
        return len(self.parent)

    def totals(self, *measures: str) -> list[float]:
        """The amount of each entry with all below it: of some measures, or of all together."""
        total = [math.fsum(own) for own in zip(*(self.own[name] for name in measures or self.own), strict=True)]
        for at in range(len(total) - 1, -1, -1):
            if self.parent[at] >= 0:
                total[self.parent[at]] += total[at]
        return total

    def pruned(self, most: int) -> CallTree:
        """The same tree with at most `most` entries kept, the largest; what is folded stays in one entry below each kept caller."""
        if len(self) <= most:
            return self
        total = np.array(self.totals())
        kept = np.zeros(len(total), dtype=bool)
        kept[np.argsort(-total, kind="stable")[:most]] = True
        rows: list[tuple[int, int]] = []
        own: dict[str, list[float]] = {name: [] for name in self.own}
        place: list[int] = []
        rest: dict[int, int] = {}
        for at, (parent, frame) in enumerate(zip(self.parent, self.frame, strict=True)):
            above = place[parent] if parent >= 0 else -1
            if kept[at]:
                place.append(_append(rows, own, above, frame))
            else:
                if parent < 0 or kept[parent]:
                    if above not in rest:
                        rest[above] = _append(rows, own, above, -1)
                    above = rest[above]
                place.append(above)
            for name, amounts in self.own.items():
                own[name][place[at]] += amounts[at]
        return CallTree([row[0] for row in rows], [row[1] for row in rows], own, folded=int((~kept).sum()))


def call_tree(recording: Recording) -> CallTree:
    """The recording's stacks, merged where they differ only in lines. Entries with nothing below them are left out."""
    stacks, own = recording.stacks, _own(recording)
    busy = accumulated(stacks.parent, np.sum(list(own.values()), axis=0)) > 0
    index: dict[int, int] = {}
    place: list[int] = []
    rows: list[tuple[int, int]] = []
    for parent, frame, seen in zip(stacks.parent.tolist(), stacks.frame.tolist(), busy.tolist(), strict=True):
        above = place[parent] if parent >= 0 else -1
        if not seen:
            place.append(-1)
            continue
        key = (above + 1) << 32 | frame
        if key not in index:
            index[key] = len(rows)
            rows.append((above, frame))
        place.append(index[key])
    at = np.array(place, dtype=np.int64)
    inside = at >= 0
    split = {name: binned(at[inside], amounts[inside], len(rows)).tolist() for name, amounts in own.items()}
    return CallTree([row[0] for row in rows], [row[1] for row in rows], split, place=place)


def _own(recording: Recording) -> dict[str, NDArray[np.float64]]:
    """Measure -> what each stack node has as a leaf: seconds of each kind, or bytes."""
    if recording.evidence is Evidence.HEAP:
        measures = heap_measures(recording) or HEAP_MEASURES[:1]
        return {name: np.nan_to_num(heap_weights(recording, name)) for name in measures}
    weights = self_weights(recording)
    return {name: getattr(weights, name) for name in MEASURES}


def frames_at(recording: Recording) -> dict[tuple[str, int], list[int]]:
    """(File, line) -> the frames seen or counted there, for the files whose source was captured."""
    frames = recording.frames
    frame = np.concatenate([recording.stacks.frame, recording.lines.frame, recording.growth.frame])
    line = np.concatenate([recording.stacks.line, recording.lines.line, recording.growth.line])
    files = {source.file for source in recording.sources}
    wanted = np.array([text in files for text in recording.strings], dtype=bool)[frames.file]
    at = wanted[frame]
    keys = np.unique(frame[at].astype(np.int64) << 32 | line[at].astype(np.int64)).tolist()
    found: dict[tuple[str, int], list[int]] = {}
    for key in keys:
        found.setdefault((recording.frame_file(key >> 32), key & 0xFFFFFFFF), []).append(key >> 32)
    return found


def hot_lines(
    frames: dict[tuple[str, int], list[int]], heat: Iterable[LineRow | GrowthRow | HeapLine]
) -> dict[int, int]:
    """Frame -> the line of it with the most wall time, by `heat`, the line rows from most to least."""
    hottest: dict[int, int] = {}
    for row in heat:
        for frame in frames.get((row.file, row.line), ()):
            hottest.setdefault(frame, row.line)
    return hottest


def owner_totals(tree: CallTree, owner: Sequence[Owner], *measures: str) -> dict[Owner, float]:
    """Owner -> the amount (of some measures, or of all) with any of its functions on the stack; `owner` gives each frame's."""
    bits = {kind: 1 << at for at, kind in enumerate(Owner)}
    seconds = dict.fromkeys(Owner, 0.0)
    above: list[int] = []
    for parent, frame, total in zip(tree.parent, tree.frame, tree.totals(*measures), strict=True):
        mask, kind = (above[parent] if parent >= 0 else 0), owner[frame]
        if not mask & bits[kind]:
            seconds[kind] += total
        above.append(mask | bits[kind])
    return seconds


def _append(rows: list[tuple[int, int]], own: dict[str, list[float]], parent: int, frame: int) -> int:
    rows.append((parent, frame))
    for amounts in own.values():
        amounts.append(0.0)
    return len(rows) - 1
