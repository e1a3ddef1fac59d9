"""Which functions of two recordings are the same one: by name and file, by a move to another file, by source text."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from workbench.analysis.diff_match import MOST_PAIRS, bag, best_pairs, likeness
from workbench.analysis.diff_rows import Status
from workbench.analysis.ownership import Owner

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Hashable, Iterable

    from workbench.analysis.diff_files import FilePairs, Side

MOVED, RENAMED = 0.3, 0.6
"""Likeness of source lines from which on a function of the same name in another file, or of another name, is taken for the same."""

_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")
_TRIFLE = 3
"""Lines of a body below which only equal ones are a reason to see a renamed function."""


def frame_pairs(old: Side, new: Side, files: FilePairs) -> dict[int, int]:
    """The newer recording's frame for each frame of the older one that has a partner.

    In turn: the same qualified name in the same file (several of one name by likeness, then in their order); the same name in another
    file, of own code or within one package; own functions of other names whose bodies are alike.
    """
    pairs: dict[int, int] = {}

    def file_of(frame: int) -> str:
        file = old.recording.frame_file(frame)
        return files.after.get(file, f"\0{file}")

    _paired(
        pairs,
        old,
        new,
        lambda frame: (bare_name(old, frame), file_of(frame), old.recording.frame_kind(frame)),
        lambda frame: (bare_name(new, frame), new.recording.frame_file(frame), new.recording.frame_kind(frame)),
        least=0.0,
    )
    _paired(pairs, old, new, lambda frame: _movable(old, frame), lambda frame: _movable(new, frame), least=MOVED)
    _renamed(pairs, old, new)
    return pairs


def bare_name(side: Side, frame: int) -> str:
    """A frame's qualified name without memory addresses."""
    return _ADDRESS.sub("", side.recording.frame_name(frame))


def pair_status(old: Side, new: Side, files: FilePairs, before: int, after: int) -> Status | None:
    """RENAMED or MOVED where a pair has two names or two files; else None."""
    if bare_name(old, before) != bare_name(new, after):
        return Status.RENAMED
    was, now = old.recording.frame_file(before), new.recording.frame_file(after)
    return Status.MOVED if files.after.get(was) != now or (was, now) in files.renamed else None


def _paired(
    pairs: dict[int, int],
    old: Side,
    new: Side,
    key: Callable[[int], Hashable],
    other_key: Callable[[int], Hashable],
    least: float,
) -> None:
    """Adds the pairs of frames of equal keys; a key of None pairs with nothing."""
    groups, others = _grouped(old, pairs, key), _grouped(new, pairs.values(), other_key)
    for name in groups.keys() & others.keys() - {None}:
        mine, theirs = groups[name], others[name]
        if least == 0.0 and len(mine) == len(theirs) == 1:
            pairs[mine[0]] = theirs[0]
            continue
        for i, j in _matched([old.words(one) for one in mine], [new.words(one) for one in theirs], least):
            pairs[mine[i]] = theirs[j]


def _matched(
    words: list[tuple[str, ...] | None], others: list[tuple[str, ...] | None], least: float
) -> list[tuple[int, int]]:
    """Pairs of texts by likeness; where a text is not known, it is as like as need be, and the order decides."""
    if len(words) * len(others) > MOST_PAIRS:
        return [(at, at) for at in range(min(len(words), len(others)))] if least == 0.0 else []
    alone = len(words) == len(others) == 1
    bags, their_bags = [_bag(one) for one in words], [_bag(one) for one in others]

    def score(i: int, j: int) -> float:
        mine, theirs = bags[i], their_bags[j]
        if mine is None or theirs is None:
            return least if least == 0.0 or alone else -1.0
        return likeness(mine, theirs)

    return best_pairs(len(words), len(others), score, least)


def _bag(words: tuple[str, ...] | None) -> Counter[str] | None:
    return None if words is None else bag(words)


def _grouped(side: Side, paired: Iterable[int], key: Callable[[int], Hashable]) -> dict[Hashable, list[int]]:
    """The frames without a partner by their key, each group in the order of the lines."""
    taken, groups = set(paired), defaultdict[object, list[int]](list)
    lines = side.recording.frames.line.tolist()
    for frame in sorted(range(len(lines)), key=lambda frame: (lines[frame], frame)):
        if frame not in taken:
            groups[key(frame)].append(frame)
    return dict(groups)


def _movable(side: Side, frame: int) -> tuple[str, str] | None:
    """What a function that moved keeps: its name, and whose it is; a library's functions stay within their package."""
    name, owner = bare_name(side, frame), side.owner[frame]
    if name.startswith("<") or owner in (Owner.NATIVE, Owner.SYNTHETIC):
        return None
    package = re.split(r"[/.]", side.place(side.recording.frame_file(frame))[1])[0] if owner is not Owner.OWN else ""
    return name, f"{owner} {package}"


def _renamed(pairs: dict[int, int], old: Side, new: Side) -> None:
    mine, theirs = _with_bodies(old, pairs), _with_bodies(new, pairs.values())
    bags, others = [bag(body) for _, body in mine], [bag(body) for _, body in theirs]

    def score(i: int, j: int) -> float:
        like = likeness(bags[i], others[j])
        small = min(bags[i].total(), others[j].total()) < _TRIFLE
        return like if like == 1.0 or not small else 0.0

    for i, j in best_pairs(len(mine), len(theirs), score, RENAMED):
        pairs[mine[i][0]] = theirs[j][0]


def _with_bodies(side: Side, paired: Iterable[int]) -> list[tuple[int, tuple[str, ...]]]:
    """Own functions without a partner, and their bodies: their words without decorators and header."""
    taken, found = set(paired), []
    for frame in range(len(side.recording.frames)):
        if frame in taken or side.owner[frame] is not Owner.OWN or bare_name(side, frame).startswith("<"):
            continue
        words = side.words(frame)
        body = _body(words) if words else ()
        if body:
            found.append((frame, body))
    return sorted(found, key=lambda row: (bare_name(side, row[0]), row[1]))


def _body(words: tuple[str, ...]) -> tuple[str, ...]:
    for at, line in enumerate(words):
        if line.startswith(("def ", "async def ", "class ")):
            return words[at + 1 :]
    return words[1:]
