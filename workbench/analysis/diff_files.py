"""Which files of two recordings are the same one: by their path, by their place in the project, by being the target, by what is in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.analysis.diff_match import bag, best_pairs, likeness
from workbench.analysis.diff_source import Text
from workbench.analysis.ownership import Owner, owners
from workbench.model.facts import SourceKind, TargetKind

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from workbench.analysis.diff_source import Definition
    from workbench.model.recording import Recording

ALIKE = 0.5
"""Likeness from which on two files of different names are taken for one that was renamed."""


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of two recordings: its owners by frame, its sources as texts by file, its files, which of them are notebook cells and which
    own code, and the cell that was the target ("" where none)."""

    recording: Recording
    owner: tuple[Owner, ...]
    texts: dict[str, Text]
    files: tuple[str, ...]
    cells: frozenset[str]
    own: frozenset[str]
    cell: str
    _words: dict[int, tuple[str, ...] | None] = field(default_factory=dict)

    @classmethod
    def of(cls, recording: Recording) -> Side:
        """The side of a recording."""
        named = [recording.strings[at] for at in recording.frames.file.tolist()]
        owner, sources = owners(recording), recording.sources
        cells = frozenset(source.file for source in sources if source.kind is SourceKind.CELL)
        target = [one.file for one in sources if one.file in cells and one.label == recording.target.name]
        return cls(
            recording=recording,
            owner=owner,
            texts={source.file: Text.of(source) for source in sources},
            files=tuple(dict.fromkeys([*named, *(source.file for source in sources)])),
            cells=cells,
            own=cells | {file for file, whose in zip(named, owner, strict=True) if whose is Owner.OWN},
            cell=target[0] if target and recording.target.kind is TargetKind.CELL else "",
        )

    def place(self, file: str) -> tuple[str, str]:
        """A file's name without the folders of this machine: below installed packages, the standard library, the working folder."""
        here = self.recording.environment
        for kind, folders in (("site", here.site), ("stdlib", here.stdlib), ("own", (here.directory,))):
            for folder in folders:
                head = folder.rstrip("/\\")
                if head and file.startswith((head + "/", head + "\\")):
                    return kind, file[len(head) + 1 :].replace("\\", "/")
        return "", file

    def holds(self, file: str, line: int) -> bool:
        """Whether a line is in a captured source."""
        text = self.texts.get(file)
        return text is not None and 0 < line <= len(text.lines)

    def words(self, frame: int) -> tuple[str, ...] | None:
        """A function's source as `Text.words` gives it; None where it was not captured."""
        if frame not in self._words:
            text = self.texts.get(self.recording.frame_file(frame))
            known = text is not None and self.owner[frame] not in (Owner.NATIVE, Owner.SYNTHETIC)
            name, first = self.recording.frame_name(frame), int(self.recording.frames.line[frame])
            self._words[frame] = text.words(name, first) if text and known else None
        return self._words[frame]

    def defined(self, file: str, name: str) -> Definition | None:
        """Where a function of that name is defined in a captured source."""
        text = self.texts.get(file)
        return text.defined(name) if text else None


@dataclass(frozen=True, slots=True, eq=False)
class FilePairs:
    """For each file the one of the other recording (`after` by the older's name, `before` by the newer's); `elsewhere` are the
    pairs that are in two places, `renamed` those of them whose base names differ."""

    after: dict[str, str]
    before: dict[str, str]
    elsewhere: tuple[tuple[str, str], ...]
    renamed: frozenset[tuple[str, str]]


def file_pairs(old: Side, new: Side) -> FilePairs:
    """The pairs of files of two recordings.

    In turn: equal paths; equal places below the working folder, the standard library or the installed packages, wherever these lie; the
    cells that were the targets; own files that were renamed, by the likeness of their lines (of their functions' names where there are
    no sources) from ALIKE on, the likest first.
    """
    same = set(new.files)
    found = {file: file for file in old.files if file in same}
    placed = {new.place(file): file for file in _rest(new, found.values())}
    for file in _rest(old, found):
        match = placed.pop(old.place(file), None)
        if match is not None:
            found[file] = match
    if old.cell and new.cell and old.cell not in found and new.cell not in found.values():
        found[old.cell] = new.cell
    own, other = _rest(old, found, own=True), _rest(new, found.values(), own=True)
    bags, others = [_contents(old, file) for file in own], [_contents(new, file) for file in other]

    def alike(i: int, j: int) -> float:
        same_kind = (own[i] in old.cells) == (other[j] in new.cells) and bags[i][0] == others[j][0]
        return likeness(bags[i][1], others[j][1]) if same_kind and bags[i][1] and others[j][1] else 0.0

    renamed = [(own[i], other[j]) for i, j in best_pairs(len(own), len(other), alike, ALIKE)]
    found.update(renamed)
    elsewhere = [(a, b) for a, b in renamed if a not in old.cells and old.place(a)[1] != new.place(b)[1]]
    other_names = frozenset((a, b) for a, b in elsewhere if _base(a) != _base(b))
    return FilePairs(found, {after: before for before, after in found.items()}, tuple(elsewhere), other_names)


def _base(file: str) -> str:
    return re.split(r"[/\\]", file)[-1]


def _rest(side: Side, paired: Iterable[str], *, own: bool = False) -> list[str]:
    """The files without a partner, in the order of their places."""
    taken = set(paired)
    left = [file for file in side.files if file not in taken and (not own or file in side.own)]
    return sorted(left, key=side.place)


def _contents(side: Side, file: str) -> tuple[bool, Counter[str]]:
    """Whether the file's source was captured, and its lines, or else the names of its functions."""
    text = side.texts.get(file)
    if text is not None:
        return True, bag(text.lines)
    frames = range(len(side.recording.frames))
    return False, bag(side.recording.frame_name(frame) for frame in frames if side.recording.frame_file(frame) == file)
