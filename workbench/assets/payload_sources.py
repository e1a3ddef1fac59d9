"""The sources for the browser: whole files where there is room, or windows around what was seen, the hottest first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.analysis.ownership import Owner
from workbench.model.facts import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.analysis.growth import GrowthRow
    from workbench.analysis.lines import LineRow
    from workbench.model.facts import Source
    from workbench.model.recording import Recording

LINE_LENGTH = 500
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class SourceText:
    """One captured source as lines, numbered as Python numbers them, and the lines `seen` in it, the hottest first."""

    source: Source
    texts: tuple[str, ...]
    seen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SourcePart:
    """What is kept of one source: `chunks` of (first line, texts), `count` lines in the whole of it."""

    source: Source
    chunks: tuple[tuple[int, tuple[str, ...]], ...]
    count: int

    @property
    def left_out(self) -> int:
        """How many of its lines are not kept."""
        return self.count - sum(len(texts) for _, texts in self.chunks)

    def holds(self, line: int) -> bool:
        """Whether `line` is kept."""
        return any(first <= line < first + len(texts) for first, texts in self.chunks)


def source_texts(recording: Recording, owner: Sequence[Owner], heat: Iterable[LineRow | GrowthRow]) -> list[SourceText]:
    """The sources of own code in which something was seen, the hottest first, then the cells without; `heat` from most to least."""
    ranked: dict[str, dict[int, None]] = {}
    for row in heat:
        if row.owner is not Owner.OWN and row.hits is None:
            continue
        ranked.setdefault(row.file, {})[row.line] = None
    for file, line in _seen(recording, owner):
        ranked.setdefault(file, {}).setdefault(line)
    found = [
        SourceText(source, tuple(_split(source.text)), tuple(ranked.get(source.file, ())))
        for source in recording.sources
        if source.file in ranked or source.kind is SourceKind.CELL
    ]
    order = {file: at for at, file in enumerate(ranked)}
    return sorted(found, key=lambda text: order.get(text.source.file, len(order)))


def source_parts(texts: Sequence[SourceText], room: int, around: int) -> list[SourcePart]:
    """What is kept of the sources in `room` lines: all, or windows of `around` lines on each side of lines seen, hottest files first.

    A file for which no room is left is not in the list.
    """
    everything = sum(len(text.texts) for text in texts) <= room
    parts = []
    for text in texts:
        count = len(text.texts)
        windows = [(1, count)] if everything or count <= min(room, 2 * around + 1) else _windows(text, around, room)
        room -= sum(last - first + 1 for first, last in windows)
        if windows:
            chunks = tuple((first, tuple(map(_cut, text.texts[first - 1 : last]))) for first, last in windows)
            parts.append(SourcePart(text.source, chunks, count))
    return parts


def _seen(recording: Recording, owner: Sequence[Owner]) -> list[tuple[str, int]]:
    stacks, frames = recording.stacks, recording.frames
    keys = np.unique(stacks.frame.astype(np.int64) << 32 | stacks.line.astype(np.int64)).tolist()
    at = [(key >> 32, key & 0xFFFFFFFF) for key in keys]
    first = frames.line.tolist()
    looked_at = (recording.functions.frame, recording.lines.frame, recording.growth.frame)
    known = dict.fromkeys((*(frame for frame, _ in at), *np.concatenate(looked_at).tolist()))
    pairs = [*((frame, first[frame]) for frame in known), *at]
    return [(recording.frame_file(frame), line) for frame, line in pairs if owner[frame] is Owner.OWN]


def _windows(text: SourceText, around: int, room: int) -> list[tuple[int, int]]:
    last, kept = len(text.texts), set[int]()
    for line in text.seen:
        if 0 < line <= last:
            window = range(max(1, line - around), min(last, line + around) + 1)
            if len(kept.union(window)) > room:
                break
            kept.update(window)
    windows: list[tuple[int, int]] = []
    for line in sorted(kept):
        if windows and line == windows[-1][1] + 1:
            windows[-1] = (windows[-1][0], line)
        else:
            windows.append((line, line))
    return windows


def _split(text: str) -> list[str]:
    texts = _LINE_END.split(text)
    return texts[:-1] if len(texts) > 1 and not texts[-1] else texts


def _cut(text: str) -> str:
    return text if len(text) <= LINE_LENGTH else text[:LINE_LENGTH] + "…"
