"""Tells a recorder of code that is about to run for the first time: scripts and imported modules."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from types import CodeType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.recorder.run import Recorder

_told: Recorder | None = None
_listening = False


@contextmanager
def told_of_code(recorder: Recorder) -> Iterator[None]:
    """Within it a recorder that looks at chosen functions hears of every code object that `exec` runs, as imports do.

    Python's audit hooks cannot be taken away again: this one stays, and does nothing outside. That is for programs that have the
    process to themselves; a notebook's cells are told of by the shell.
    """
    global _told
    if not recorder.close:
        yield
        return
    _listen()
    _told = recorder
    try:
        yield
    finally:
        _told = None


def _listen() -> None:
    global _listening
    if not _listening:
        _listening = True
        sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "exec" and _told is not None and isinstance(arguments[0], CodeType):
        _told.discover(arguments[0])
