"""Whose code a frame is, told by its file and the paths of the machine it ran on."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from workbench.model.facts import SourceKind
from workbench.model.tables import FrameKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

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


def innermost_own(recording: Recording) -> NDArray[np.int64]:
    """For every stack node, the node nearest to it that is own code: itself or an ancestor; -1 where there is none."""
    own = [owner is Owner.OWN for owner in owners(recording)]
    found: list[int] = []
    for node, (parent, frame) in enumerate(
        zip(recording.stacks.parent.tolist(), recording.stacks.frame.tolist(), strict=True)
    ):
        found.append(node if own[frame] else found[parent] if parent >= 0 else -1)
    return np.array(found, dtype=np.int64)


def own_tasks(recording: Recording) -> NDArray[np.bool_]:
    """Which tasks run own code, wait in it, were made in it by another, or by such a task."""
    table, waits = recording.tasks, recording.waits
    mine = np.array([owner is Owner.OWN for owner in owners(recording)], dtype=bool)
    under = innermost_own(recording) >= 0
    found = mine[table.frame] if len(table) else np.zeros(0, dtype=bool)
    made = table.created >= 0
    made &= table.parent >= 0
    found[made] |= under[table.created[made]]
    placed = waits.stack >= 0
    np.logical_or.at(found, waits.task[placed], under[waits.stack[placed]])
    for task, parent in enumerate(table.parent.tolist()):
        if parent >= 0 and found[parent]:
            found[task] = True
    return found


def owner_of_file(file: str, environment: Environment) -> Owner:
    """Own, library or stdlib. Installed packages may lie below the standard library's folder, so they are asked first."""
    if file.startswith("<frozen "):
        return Owner.STDLIB
    if _below(file, environment.site):
        return Owner.LIBRARY
    return Owner.STDLIB if _below(file, environment.stdlib) else Owner.OWN


def _below(file: str, folders: tuple[str, ...]) -> bool:
    return any(file.startswith(folder.rstrip("/\\") + sep) for folder in folders for sep in "/\\")
