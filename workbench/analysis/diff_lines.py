"""Which lines of two recordings are the same one: by difflib on the captured sources, within paired functions first, then within files."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import numpy as np

from workbench.analysis.diff_match import best_pairs, likeness

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from workbench.analysis.diff_files import FilePairs, Side
    from workbench.model.recording import Recording

    At = tuple[str, int]

EDITED = 0.4
"""Likeness of words from which on a line that was replaced is taken for the same line, edited."""

_MOST_EDITED = 60
_WORD = re.compile(r"\w+|[^\w\s]")


def line_pairs(old: Side, new: Side, files: FilePairs, frames: Mapping[int, int]) -> dict[At, At]:
    """(File, line) of the newer recording for each (file, line) of the older one that has a partner.

    Lines of paired functions are aligned within these, the shortest functions first, so that a function that moved keeps its lines; then
    what is left, within paired files. Equal lines pair, and of replaced ones those with the likest words, from EDITED on. Where a
    source was not captured, lines seen pair by their distance from the function's first line.
    """
    found: dict[At, At] = {}
    taken: set[At] = set()

    def add(pairs: Iterable[tuple[At, At]]) -> None:
        for before, after in pairs:
            if before not in found and after not in taken:
                found[before] = after
                taken.add(after)

    for was, now, mine, theirs in sorted(_blocks(old, new, frames), key=_small_first):
        add(_aligned(old, new, was, now, mine, theirs))
    for was, now in sorted(files.after.items(), key=lambda pair: (min(pair), max(pair))):
        if was in old.texts and now in new.texts:
            whole = (1, len(old.texts[was].lines)), (1, len(new.texts[now].lines))
            add(_aligned(old, new, was, now, *whole))
    add(_by_distance(old, new, frames))
    return found


def aligned(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Positions of two lists of lines that are the same line, equal or edited: the mirrored pairs when the two change places."""
    if tuple(new) < tuple(old):
        return [(i, j) for j, i in aligned(new, old)]
    found: list[tuple[int, int]] = []
    for kind, low, high, first, last in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            found += zip(range(low, high), range(first, last), strict=True)
        elif kind == "replace" and max(high - low, last - first) <= _MOST_EDITED:
            mine, theirs = [_words(line) for line in old[low:high]], [_words(line) for line in new[first:last]]
            for i, j in best_pairs(len(mine), len(theirs), lambda i, j, a=mine, b=theirs: _like(a[i], b[j]), EDITED):  # type: ignore[misc]
                found.append((low + i, first + j))
    return found


def _words(line: str) -> Counter[str]:
    return Counter(_WORD.findall(line))


def _like(one: Counter[str], other: Counter[str]) -> float:
    return likeness(one, other) if one and other else 0.0


def _blocks(old: Side, new: Side, frames: Mapping[int, int]) -> list[tuple[str, str, tuple[int, int], tuple[int, int]]]:
    """Both files and both extents of each pair of functions whose sources were captured."""
    found = []
    for before, after in frames.items():
        mine, theirs = _extent(old, before), _extent(new, after)
        if mine and theirs:
            found.append((old.recording.frame_file(before), new.recording.frame_file(after), mine, theirs))
    return found


def _extent(side: Side, frame: int) -> tuple[int, int] | None:
    text, name = side.texts.get(side.recording.frame_file(frame)), side.recording.frame_name(frame)
    return text.extent(name, int(side.recording.frames.line[frame])) if text and not name.startswith("<") else None


def _small_first(block: tuple[str, str, tuple[int, int], tuple[int, int]]) -> tuple[int, At, At]:
    was, now, mine, theirs = block
    ends = sorted([(was, mine[0]), (now, theirs[0])])
    return mine[1] - mine[0] + theirs[1] - theirs[0], ends[0], ends[1]


def _aligned(
    old: Side, new: Side, was: str, now: str, mine: tuple[int, int], theirs: tuple[int, int]
) -> list[tuple[At, At]]:
    text, other = old.texts[was].lines[mine[0] - 1 : mine[1]], new.texts[now].lines[theirs[0] - 1 : theirs[1]]
    stripped, others = [line.strip() for line in text], [line.strip() for line in other]
    return [((was, mine[0] + i), (now, theirs[0] + j)) for i, j in aligned(stripped, others)]


def _by_distance(old: Side, new: Side, frames: Mapping[int, int]) -> list[tuple[At, At]]:
    """Pairs of the lines seen of paired functions, where not both are in a captured source."""
    origins = {after: before for before, after in frames.items()}
    spots = {
        (frame, frames[frame], line - _first(old, frame)) for frame, line in _seen(old.recording) if frame in frames
    }
    spots |= {
        (origins[frame], frame, line - _first(new, frame)) for frame, line in _seen(new.recording) if frame in origins
    }
    found = []
    for before, after, distance in spots:
        was = old.recording.frame_file(before), _first(old, before) + distance
        now = new.recording.frame_file(after), _first(new, after) + distance
        if not (old.holds(*was) and new.holds(*now)):
            found.append((was, now))
    return sorted(found, key=lambda pair: (min(pair), max(pair)))


def _first(side: Side, frame: int) -> int:
    return int(side.recording.frames.line[frame])


def _seen(recording: Recording) -> list[tuple[int, int]]:
    """The frames and lines of stacks, counted lines and read lines, in order."""
    frame = np.concatenate([recording.stacks.frame, recording.lines.frame, recording.growth.frame])
    line = np.concatenate([recording.stacks.line, recording.lines.line, recording.growth.line])
    keys = np.unique(frame.astype(np.int64) << 32 | line.astype(np.int64))
    return [(key >> 32, key & 0xFFFFFFFF) for key in keys.tolist()]
