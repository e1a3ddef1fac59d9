"""What lies in a study's folder, seen at one moment although others write to it."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.study.folder import names

if TYPE_CHECKING:
    from pathlib import Path

LOOKS = 50
_OWN = {names.LOCK, *names.HABITS}


@dataclass(frozen=True, slots=True)
class Listing:
    """Paths relative to the folder, sorted: plain files; links and whatever else is neither file nor folder; what is staged."""

    files: tuple[str, ...]
    odd: tuple[str, ...]
    staged: tuple[str, ...]


def list_folder(root: Path) -> Listing:
    """Of two looks that are the same: a single one can miss a name and have one that came later. Raises OSError."""
    before = _look(root)
    for _ in range(LOOKS):
        after = _look(root)
        if after == before:
            break
        before = after
    return before


def _look(root: Path) -> Listing:
    files: list[str] = []
    odd: list[str] = []
    staged: list[str] = []
    with os.scandir(root) as entries:
        for entry in entries:
            if entry.name == names.STAGED and entry.is_dir(follow_symlinks=False):
                staged = _names_in(entry.path)
            elif entry.name not in _OWN and not (entry.name == ".git" and not entry.is_symlink()):
                _sort_in(entry, entry.name, files, odd)
    return Listing(tuple(sorted(files)), tuple(sorted(odd)), tuple(sorted(staged)))


def _sort_in(entry: os.DirEntry[str], path: str, files: list[str], odd: list[str]) -> None:
    """Put an entry, and of a folder all in it, where it belongs; one that is gone meanwhile, nowhere."""
    if entry.is_file(follow_symlinks=False):
        files.append(path)
    elif not entry.is_dir(follow_symlinks=False):
        odd.append(path)
    else:
        with suppress(FileNotFoundError), os.scandir(entry.path) as entries:
            for inner in entries:
                _sort_in(inner, f"{path}/{inner.name}", files, odd)


def _names_in(folder: str) -> list[str]:
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        return [f"{names.STAGED}/{entry.name}" for entry in entries]
    return []
