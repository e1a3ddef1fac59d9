"""Memory per line and per function, from a recording that read it at every line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.analysis.ownership import Owner, innermost_own, owners

if TYPE_CHECKING:
    from workbench.model.recording import Recording


@dataclass(frozen=True, slots=True)
class GrowthRow:
    """One line: `increment` is by how many bytes process memory grew while it ran, with all it called, over all `hits`; `outermost`
    the part of it that belongs to outermost calls of the function; `peak` the highest reading after it, in bytes. No hits for a
    function that never ran. `source` is empty where no source was captured."""

    frame: int
    file: str
    line: int
    source: str
    owner: Owner
    function: str
    hits: int
    increment: int
    outermost: int
    peak: int


@dataclass(frozen=True, slots=True)
class FunctionGrowth:
    """One function: by how many bytes memory grew in its calls (of calls within each other, in the outermost), the highest reading in
    it, its lines in their order."""

    frame: int
    function: str
    file: str
    line: int
    owner: Owner
    increment: int
    peak: int
    lines: tuple[GrowthRow, ...]


def growth_lines(recording: Recording) -> list[GrowthRow]:
    """Every line that was read, from most growth to least."""
    table, owner = recording.growth, owners(recording)
    texts = {source.file: source.lines() for source in recording.sources}
    rows = []
    for frame, line, hits, increment, outermost, peak in zip(
        *(column.tolist() for column in table.columns().values()), strict=True
    ):
        file = recording.frame_file(frame)
        text = texts.get(file, [])
        source = text[line - 1] if 0 < line <= len(text) else ""
        rows.append(
            GrowthRow(
                frame, file, line, source, owner[frame], recording.frame_name(frame), hits, increment, outermost, peak
            )
        )
    return sorted(rows, key=lambda row: (-row.increment, row.file, row.line))


def growth_functions(recording: Recording) -> list[FunctionGrowth]:
    """Every function that was looked at, from most growth to least."""
    by_frame: dict[int, list[GrowthRow]] = {}
    for row in growth_lines(recording):
        by_frame.setdefault(row.frame, []).append(row)
    found = [
        FunctionGrowth(
            frame=frame,
            function=rows[0].function,
            file=rows[0].file,
            line=int(recording.frames.line[frame]),
            owner=rows[0].owner,
            increment=sum(row.outermost for row in rows),
            peak=max(row.peak for row in rows),
            lines=tuple(sorted(rows, key=lambda row: row.line)),
        )
        for frame, rows in by_frame.items()
    ]
    return sorted(found, key=lambda row: (-row.increment, row.file, row.line))


def sampled_growth(recording: Recording) -> dict[tuple[str, str], float]:
    """(File, function) -> bytes by which memory grew while it was the innermost own function, as a sampling saw it.

    Each growth between two readings is shared among the samples of the main thread in between. A coarse guide to where to look.
    """
    times, rss = recording.timeline.time, recording.timeline.rss
    samples = recording.samples
    inner = innermost_own(recording)
    main = samples.thread == 0
    starts, nodes = samples.start[main], inner[samples.stack[main]]
    order = np.argsort(starts, kind="stable")
    starts, nodes = starts[order], nodes[order]
    found: dict[tuple[str, str], float] = {}
    for at in np.flatnonzero(np.diff(rss) > 0).tolist():
        low, high = np.searchsorted(starts, times[at : at + 2])
        here = nodes[max(low - 1, 0) : max(high, low, 1)]
        here = here[here >= 0]
        for frame in recording.stacks.frame[here].tolist():
            key = (recording.frame_file(frame), recording.frame_name(frame))
            found[key] = found.get(key, 0.0) + float(rss[at + 1] - rss[at]) / len(here)
    return found
