"""Which kind of file it is, told by its contents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbench.errors import ForeignFileError
from workbench.formats import archive, html_file, native, pstats_file
from workbench.formats.plain_file import read_plain

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.model.recording import Recording

LARGEST_FILE = max(archive.LARGEST_FILE, pstats_file.LARGEST)
_NUMBERED = re.compile(r"(.+)#(\d{1,4})", re.DOTALL)


def read(path: Path) -> Recording:
    """The recording in a `.wbp` or `.prof` file, or in a report: its first, or the one whose number follows (`report.html#2`).

    Raises TargetNotFoundError or FileFormatError.
    """
    path, number = numbered(path)
    data = read_plain(path, LARGEST_FILE)
    if html_file.is_page(data):
        return html_file.loads(data, path.name, 1 if number is None else number)
    if number not in (None, 1):
        raise ForeignFileError(f"{path.name} is no report, so it has no #{number}. Leave the number off.")
    if native.is_ours(data):
        return native.loads(data, path.name)
    if pstats_file.is_ours(data):
        return pstats_file.loads(data, path.name)
    what = "is empty" if not data else "is neither a workbench recording nor a cProfile file"
    raise ForeignFileError(f"{path.name} {what}. The workbench opens .wbp and .prof files, and its reports.")


def contents(path: Path) -> tuple[str, ...]:
    """The titles of the recordings of a report, in order; empty for any other file, and where one of them was named by its number.

    Raises TargetNotFoundError or FileFormatError.
    """
    path, number = numbered(path)
    if number is not None:
        return ()
    data = read_plain(path, LARGEST_FILE)
    return html_file.titles(data, path.name) if html_file.is_page(data) else ()


def numbered(path: Path) -> tuple[Path, int | None]:
    """The file and the number in `report.html#2`; the path as it is, and None, where there is a file of that very name or no number."""
    found = _NUMBERED.fullmatch(path.name)
    if found is None:
        return path, None
    try:
        path.stat()
    except (OSError, ValueError):
        return path.with_name(found[1]), int(found[2])
    return path, None
