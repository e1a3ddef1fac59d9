"""What the commands write, and to whom: a stream that is closed, gone or poor in letters is no reason for a traceback."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

    from workbench.model.recording import Recording

WIDTH = 100
"""Columns of text that goes into a file or a pipe."""

WIDEST = 140


def complain(message: str, stream: TextIO | None = None) -> None:
    """One message of ours, on stderr if nowhere else."""
    write(stream or sys.stderr, "".join(f"workbench: {line}\n" for line in message.splitlines()))


def write(stream: TextIO | None, text: str) -> bool:
    """Write all of it, if somebody is there to read it; says whether. A handler that broke into a write to the stream cannot."""
    if stream is None:
        return False
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except (OSError, ValueError, RuntimeError) as error:
        if isinstance(error, BrokenPipeError):
            _hush(stream)
        return False
    return True


def one_or_more(_ctx: click.Context, _option: click.Parameter, value: int | None) -> int | None:
    """Checks an option that counts rows."""
    if value is not None and value < 1:
        raise click.BadParameter("must be a whole number from 1 on")
    return value


def answer(recording: Recording, stream: TextIO | None, *, top: int) -> str:
    """The text of a recording, made for this stream: as wide as its terminal, in colour where that is welcome."""
    import shutil

    from workbench.render.text import text

    terminal = stream is not None and not stream.closed and stream.isatty()
    width = min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDEST) if terminal else WIDTH
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return text(recording, width=width, top=top, color=terminal and not plain)


def facts(recording: Recording, *, top: int | None) -> str:
    """The JSON of a recording, in ASCII."""
    import json

    from workbench.render.json_form import as_json

    found: dict[str, Any] = as_json(recording, top=top)
    return json.dumps(found, indent=2, allow_nan=False) + "\n"


def compact(found: dict[str, Any]) -> str:
    """An answer as one line of JSON, in ASCII."""
    import json

    return json.dumps(found, allow_nan=False) + "\n"


def needed(file: Path | None, example: str) -> Path:
    """A file that only `--schema` can do without."""
    if file is None:
        raise click.UsageError(f"Which recording? Name its file: {example}", click.get_current_context())
    return file


def _hush(stream: TextIO) -> None:
    """The reader has gone (`| head`): what is still in the buffer goes nowhere, so that Python's exit has nothing to say of it."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return
