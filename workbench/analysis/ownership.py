"""Whose code a frame is, told by its file and the paths of the machine it ran on."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from workbench.model.facts import SourceKind
from workbench.model.tables import FrameKind

if TYPE_CHECKING:
    from workbench.model.facts import Environment
    from workbench.model.recording import Recording


class Owner(StrEnum):
    """Own code is what the person wrote: notebook cells, scripts, modules outside the installed packages."""

    OWN = "own"
    LIBRARY = "library"
    STDLIB = "stdlib"
    NATIVE = "native"
    SYNTHETIC = "synthetic"


def owners(recording: Recording) -> tuple[Owner, ...]:
    """The owner of every frame, in the order of the frame table."""
    cells = {source.file for source in recording.sources if source.kind is SourceKind.CELL}
    by_file: dict[str, Owner] = {}
    found = []
    for frame in range(len(recording.frames)):
        kind = recording.frame_kind(frame)
        if kind is FrameKind.PYTHON:
            file = recording.frame_file(frame)
            if file not in by_file:
                by_file[file] = Owner.OWN if file in cells else owner_of_file(file, recording.environment)
            found.append(by_file[file])
        else:
            found.append(Owner.NATIVE if kind is FrameKind.NATIVE else Owner.SYNTHETIC)
    return tuple(found)


def owner_of_file(file: str, environment: Environment) -> Owner:
    """Own, library or stdlib. Installed packages may lie below the standard library's folder, so they are asked first."""
    if file.startswith("<frozen "):
        return Owner.STDLIB
    if _below(file, environment.site):
        return Owner.LIBRARY
    return Owner.STDLIB if _below(file, environment.stdlib) else Owner.OWN


def _below(file: str, folders: tuple[str, ...]) -> bool:
    return any(file.startswith(folder.rstrip("/\\") + sep) for folder in folders for sep in "/\\")
