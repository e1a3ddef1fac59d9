"""Line heat: seconds per source line, joined with the source captured at run time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.analysis.ownership import Owner, innermost_own, owners
from workbench.analysis.precision import half_width
from workbench.analysis.tree import MEASURES, binned, self_weights, topmost, total_weights
from workbench.model.facts import Evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.model.recording import Recording


@dataclass(frozen=True, slots=True)
class LineRow:
    """One source line. `wall` (with all it called) = `python` + `native` + `waiting`; `self_time` without what it called in Python;
    `here` while it was the innermost line of own code: what it did itself or had others' code do.

    Seconds; `share` is wall over `whole(recording)`, `plus_minus` half its 95 % interval. `source` is empty where no source was captured.
    Counted lines know `hits`, how often they ran, and `wall`; the split, `self_time` and `here` are NaN. Sampled ones know no hits (None).
    """

    file: str
    line: int
    source: str
    owner: Owner
    function: str
    wall: float
    python: float
    native: float
    waiting: float
    self_time: float
    here: float
    share: float
    plus_minus: float
    hits: int | None = None


def lines(recording: Recording) -> list[LineRow]:
    """Every line seen in a sample, from most wall time to least; a line counts once per sample, however often it recurs on the stack.

    Empty for recordings of calls: cProfile knows no lines.
    """
    if len(recording.lines):
        return _counted(recording)
    if not len(recording.samples) and not len(recording.waits):
        return []
    stacks, frames = recording.stacks, recording.frames
    keys = frames.file[stacks.frame].astype(np.int64) << 32 | stacks.line.astype(np.int64)
    unique, label = np.unique(keys, return_inverse=True)
    own = self_weights(recording)
    total = total_weights(stacks, own)
    first = topmost(stacks, label.astype(np.int64))
    split = {name: binned(label[first], getattr(total, name)[first], len(unique)) for name in MEASURES}
    alone = binned(label, own.wall, len(unique))
    inner = innermost_own(recording)
    here = binned(label[inner[inner >= 0]], own.wall[inner >= 0], len(unique))
    at = np.zeros(len(unique), dtype=np.int64)
    at[label[::-1]] = stacks.frame[::-1]
    rows = _rows(recording, unique, at, split, alone, here)
    return [row for row in rows if row.wall > 0] if recording.evidence is Evidence.TASKS else rows


def _counted(recording: Recording) -> list[LineRow]:
    table, owner, unknown = recording.lines, owners(recording), float("nan")
    texts = {source.file: source.lines() for source in recording.sources}
    rows = []
    for frame, line, hits, time in zip(
        table.frame.tolist(), table.line.tolist(), table.hits.tolist(), table.time.tolist()
    ):
        file = recording.frame_file(frame)
        row = LineRow(
            file=file,
            line=line,
            source=_text(texts, file, line),
            owner=owner[frame],
            function=recording.frame_name(frame),
            wall=time,
            python=unknown,
            native=unknown,
            waiting=unknown,
            self_time=unknown,
            here=unknown,
            share=time / recording.duration if recording.duration else 0.0,
            plus_minus=0.0,
            hits=hits,
        )
        rows.append(row)
    return sorted(rows, key=lambda row: (-row.wall, row.file, row.line))


def _text(texts: dict[str, list[str]], file: str, line: int) -> str:
    text = texts.get(file, [])
    return text[line - 1] if 0 < line <= len(text) else ""


def _rows(
    recording: Recording,
    unique: NDArray[np.int64],
    at: NDArray[np.int64],
    split: dict[str, NDArray[np.float64]],
    alone: NDArray[np.float64],
    here: NDArray[np.float64],
) -> list[LineRow]:
    owner, count = owners(recording), len(recording.samples)
    texts = {source.file: source.lines() for source in recording.sources}
    everything = float(alone.sum())
    rows = []
    for index, key in enumerate(unique.tolist()):
        file, line, frame = recording.strings[key >> 32], key & 0xFFFFFFFF, int(at[index])
        python, native, waiting = (float(split[name][index]) for name in MEASURES)
        wall = python + native + waiting
        share = wall / everything if everything else 0.0
        rows.append(
            LineRow(
                file=file,
                line=line,
                source=_text(texts, file, line),
                owner=owner[frame],
                function=recording.frame_name(frame),
                wall=wall,
                python=python,
                native=native,
                waiting=waiting,
                self_time=float(alone[index]),
                here=float(here[index]),
                share=share,
                plus_minus=half_width(share, count) if recording.sampled else 0.0,
            )
        )
    return sorted(rows, key=lambda row: (-row.wall, -row.self_time, row.file, row.line))
