"""Reading a file that somebody named: only a plain one, and only so much of it."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from workbench.errors import DamagedFileError, FileFormatError, ForeignFileError, TargetNotFoundError

if TYPE_CHECKING:
    from pathlib import Path


def read_plain(path: Path, limit: int) -> bytes:
    """The bytes of a plain file of at most `limit` bytes.

    Raises TargetNotFoundError where it is not there or cannot be read, ForeignFileError for a pipe or device, DamagedFileError
    beyond the limit, FileFormatError where memory is short.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
            raise ForeignFileError(
                f"{path} is a pipe or a device, not a file. Put the recording into a file first, then name that."
            )
        if stat.S_ISREG(found.st_mode) and found.st_size > limit:
            raise DamagedFileError(f"{path.name} is larger than any recording ({limit >> 20:,} MiB), so it is not one.")
        with path.open("rb") as stream:
            return stream.read(found.st_size)
    except FileNotFoundError as error:
        raise TargetNotFoundError(f"There is no file {path}. Name a .wbp or .prof file.") from error
    except OSError as error:
        raise TargetNotFoundError(f"{path} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise TargetNotFoundError(
            f"There is no file {str(path)!r}: no file can have such a name. Name a .wbp or .prof file."
        ) from error
    except MemoryError as error:
        raise FileFormatError(f"{path.name} needs more memory than is free. Open it on a larger machine.") from error
