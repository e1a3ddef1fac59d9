"""Which kind of file it is, told by its contents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.errors import ForeignFileError
from workbench.formats import archive, native, pstats_file
from workbench.formats.plain_file import read_plain

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.model.recording import Recording

LARGEST_FILE = max(archive.LARGEST_FILE, pstats_file.LARGEST)


def read(path: Path) -> Recording:
    """The recording in a `.wbp` or `.prof` file. Raises TargetNotFoundError or FileFormatError."""
    data = read_plain(path, LARGEST_FILE)
    if native.is_ours(data):
        return native.loads(data, path.name)
    if pstats_file.is_ours(data):
        return pstats_file.loads(data, path.name)
    what = "is empty" if not data else "is neither a workbench recording nor a cProfile file"
    raise ForeignFileError(f"{path.name} {what}. The workbench opens .wbp and .prof files.")
