"""The sources a recording carries: own files and notebook cells, as they were when the code ran."""

from __future__ import annotations

import linecache
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from workbench.analysis.ownership import Owner, owner_of_file
from workbench.model.facts import Environment, Source, SourceKind

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

MOST = 4_000_000
"""Characters: longer files are left out, with only their line numbers shown."""


class Cells(Protocol):
    """What a notebook knows of its cells."""

    def label(self, file: str) -> str | None:
        """`In [3]` for the file name a cell was compiled under, None for any other file."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class NoCells:
    """Outside a notebook."""

    def label(self, file: str) -> str | None:
        """No file is a cell."""
        del file
        return None


def capture(
    files: Iterable[tuple[str, str]], environment: Environment, cells: Cells, also: Container[str] = ()
) -> Iterator[Source]:
    """The sources of own code among (file name in the frames, name in the recording), and of the names in `also`.

    What cannot be read is left out.
    """
    for file, name in files:
        label = cells.label(file)
        if label is not None or (file.startswith("<") and file in linecache.cache):
            text = "".join(linecache.getlines(file))
            kind = SourceKind.CELL
        elif name in also or owner_of_file(file, environment) is Owner.OWN:
            text = _read(file)
            kind = SourceKind.FILE
        else:
            continue
        if text and len(text) <= MOST:
            yield Source(file=name, label=label or _relative(name, environment.directory), kind=kind, text=text)


def _read(file: str) -> str:
    if not Path(file).is_file():
        return "".join(linecache.getlines(file))
    try:
        with tokenize.open(file) as stream:
            return stream.read()
    except (OSError, SyntaxError, UnicodeDecodeError):
        return ""


def _relative(file: str, directory: str) -> str:
    try:
        return str(Path(file).relative_to(directory)) if directory else file
    except ValueError:
        return file
