"""A text given to a command of the user's choice, after asking: what it prints is shown as it comes, and an interrupt ends it."""

from __future__ import annotations

import codecs
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

from IPython.core.error import StdinNotImplementedError

from workbench.errors import UsageError
from workbench.render.budget import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

PATIENCE = 5.0
"""Seconds that an interrupted command has to end by itself."""


def agreed(text: str, command: str) -> bool:
    """Whether the person says yes to sending it; no where nobody can be asked."""
    size = f"{len(text.encode()):,} bytes, about {tokens(text):,} tokens"
    try:
        said = input(f"Run {command!r} with this prompt and brief ({size}) on its standard input? [y/N] ")
    except (EOFError, StdinNotImplementedError, KeyboardInterrupt):
        said = ""
    return said.strip().lower() in ("y", "yes")


def sent(text: str, command: str) -> int:
    """Run the command with the text on its standard input, its output shown as it comes; its exit status.

    Raises UsageError where there is no such command. An interrupt ends it with all it has started, and comes out.
    """
    with tempfile.TemporaryFile() as given:
        given.write(text.encode())
        given.seek(0)
        process = _started(words_of(command), command, given.fileno())
    with process:
        try:
            _shown(process)
            return process.wait()
        except BaseException:
            _ended(process)
            raise


def words_of(command: str) -> list[str]:
    """A command as its words. Raises UsageError where quotes are left open, or there is none."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(
            f"WORKBENCH_AGENT={command!r} cannot be read as a command: {error}. Mend its quotes."
        ) from error
    if not words:
        raise UsageError("WORKBENCH_AGENT is empty: set it to a command that reads standard input, or unset it.")
    return words


def _started(words: Sequence[str], command: str, given: int) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            words, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
    except OSError as error:
        raise UsageError(
            f"WORKBENCH_AGENT={command!r} cannot be run: {error.strerror}. Nothing was sent. Set it to a command that is there."
        ) from error


def _shown(process: subprocess.Popen[bytes]) -> None:
    """Print what comes, letters whole."""
    assert process.stdout is not None
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while data := os.read(process.stdout.fileno(), 65_536):
        sys.stdout.write(decoder.decode(data))
        sys.stdout.flush()
    sys.stdout.write(decoder.decode(b"", final=True))


def _ended(process: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
            process.wait(PATIENCE)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
