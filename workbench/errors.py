"""Every error the workbench raises on purpose: one class per cause.

A message says what happened, why, and what to do next. In a notebook it is shown without a
traceback; the command line prints it and exits with `exit_code`.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


_FEW = 12


class WorkbenchError(Exception):
    """Root of the tree; `exit_code` is the command line's status for it."""

    exit_code = 2


class UsageError(WorkbenchError):
    """The words of a magic, command or call are off."""


class UnknownEngineError(UsageError):
    """No engine has that name."""


class UnknownOptionError(UsageError):
    """No option has that name, or its value is off."""


class NothingRecordedError(UsageError):
    """A recording was asked for before there is one."""


class StillRunningError(UsageError):
    """A recording was read before its run ended."""


class EngineBusyError(WorkbenchError):
    """Somebody else holds what an engine needs (a second recorder, a debugger, another profiler)."""


class EngineUnavailableError(WorkbenchError):
    """This engine cannot run here at all (platform, missing package)."""


class WrongEngineError(UsageError):
    """A question that this recording's engine has no answer to."""


class TargetNotFoundError(WorkbenchError):
    """A script, module or file that is not there or is not Python."""


class InvalidRecordingError(WorkbenchError):
    """Facts that break the model's invariants; says which table and row."""


class FileFormatError(WorkbenchError):
    """A file that cannot be read as a recording."""


class ForeignFileError(FileFormatError):
    """The file is of another kind."""


class DamagedFileError(FileFormatError):
    """The file is of the right kind but truncated or altered."""


class NewerFileError(FileFormatError):
    """The file was written by a newer workbench than this one."""


class SaveFailedError(WorkbenchError):
    """A file could not be written; the recording stays in the session."""

    exit_code = 1


def near(word: str, known: Iterable[str]) -> str:
    """A hint that lists the names nearest to `word`, or the `known` ones, a dozen at the most, where none is near."""
    names = list(known)
    close = get_close_matches(word, names, n=3, cutoff=0.5)
    if close:
        return "did you mean " + " or ".join(repr(name) for name in close) + "?"
    return "known: " + ", ".join([*names[:_FEW], *(["..."] if len(names) > _FEW else [])])
