"""Writing a file whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` into the file `path`; until all of it is on the disk, what was there before stays as it was.

    A link is followed and stays a link; a file that is there keeps its permissions. What is not a plain file (a pipe, a device)
    is written to, not replaced. Whatever stops the writing, Ctrl-C too, leaves no other file behind. Raises OSError.
    """
    try:
        target = _plain(path)
        if target is None:
            with path.open("wb") as stream:
                stream.write(data)
        else:
            _replace(target, data)
    except ValueError as error:
        raise OSError(errno.EINVAL, "no file can have such a name") from error


def _plain(path: Path) -> Path | None:
    """The plain file to replace or to make, behind all links; None where what is there cannot be replaced."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return Path(os.path.realpath(path))
    if not stat.S_ISREG(found.st_mode):
        return None
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    target = Path(os.path.realpath(path))
    return target if target.exists() and target.samefile(path) else None


def _replace(target: Path, data: bytes) -> None:
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    first = 0o666 if mode is None else 0o600
    try:
        with open(part, "xb", opener=lambda name, flags: os.open(name, flags, first)) as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if mode is not None:
            part.chmod(mode)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
