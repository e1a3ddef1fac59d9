"""What can be wrong with a study's folder, one class per cause, and a single fault found in one."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import UsageError, WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing found wrong in a folder: `code` for programs, `path` relative to the folder, `said` what, why and what to do.

    Where `blocks` is false, nothing that is used is touched by it: a leftover, a file that is no part of the study.
    """

    code: str
    path: str
    said: str
    blocks: bool = True


class StudyFolderError(WorkbenchError):
    """Root of the errors of a study's folder."""


class NotAStudyError(StudyFolderError):
    """There is no study in the folder."""


class StudyExistsError(UsageError, StudyFolderError):
    """A study was to be made where there is one, or something else, already."""


class StudyContentError(UsageError, StudyFolderError):
    """What was to be written cannot be kept: a name, a kind, a value that is not plain; or a transaction used out of turn."""


class NewerStudyError(StudyFolderError):
    """The study was written by a newer workbench than this one."""


class StudyBusyError(StudyFolderError):
    """Somebody else has been writing to the study for longer than one waits."""


class StudyWriteError(StudyFolderError):
    """The disk did not take it; the study is as it was before."""


class StudyDamagedError(StudyFolderError):
    """Some of the study is missing or not as it was written; `faults` are all that were found and that matter."""

    def __init__(self, root: Path, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        lines = [f"The study in {root} is not as it was written, and is not used:"]
        lines += [f"- {fault.said}" for fault in faults[:_LISTED]]
        if len(faults) > _LISTED:
            lines.append(f"- and {len(faults) - _LISTED} more.")
        super().__init__("\n".join(lines))


@contextmanager
def writing(root: Path) -> Iterator[None]:
    """Turns what the system says while a study is written into one sentence. Raises StudyWriteError."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            advice = "Make room, and do the step again."
        elif error.errno in _FORBIDDEN:
            advice = "Make the folder writable, or copy it to where you may write, and do the step again."
        else:
            advice = "See that the folder is there and its disk is well, and do the step again."
        reason = error.strerror or str(error)
        raise StudyWriteError(
            f"The study in {root} could not be written ({reason}). It is as it was before. {advice}"
        ) from error
