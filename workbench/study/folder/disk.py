"""The few things a study does to a disk: files that are new, folders that are on it for sure, reading what is plain."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CHUNK = 1 << 20

_BINARY: int = getattr(os, "O_BINARY", 0)
_NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT: int = getattr(os, "O_NONBLOCK", 0)
_SETTLED = 2_000_000_000
"""Nanoseconds after which a file's times tell that it has not been changed since; clocks of file systems can be that coarse."""


def write_new(path: Path, chunks: Iterable[bytes]) -> str:
    """Write a file that is not there yet, down to the disk; its sha256 in hex. Raises OSError, and then leaves what it wrote."""
    digest = hashlib.sha256()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
    try:
        for chunk in chunks:
            digest.update(chunk)
            rest = memoryview(chunk)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return digest.hexdigest()


def chunks_of(path: Path) -> Iterator[bytes]:
    """The bytes of a plain file, not of a link's, a mebibyte at a time. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | _BINARY | _NO_LINK | _NO_WAIT)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Not a plain file")
        while chunk := os.read(descriptor, CHUNK):
            yield chunk
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Have the names in a folder reach the disk, where the system can. Raises OSError."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)


def sync_tree(path: Path) -> None:
    """`sync_folder` of all folders in and including `path`, the inner ones first. Raises OSError."""
    for folder, _, _ in os.walk(path, topdown=False):
        sync_folder(Path(folder))


def remove(path: Path) -> None:
    """Take away a file, a link (not what it leads to) or a folder with all in it; none is fine. Raises OSError."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        shutil.rmtree(path)
    else:
        path.unlink()


class Digests:
    """The sha256 of files, not calculated twice for a file that its size, number and times say is the same."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, ...], str]] = {}

    def of(self, path: Path) -> str:
        """In hex. Raises OSError, also where it is no plain file."""
        found = path.lstat()
        signature = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        known = self._known.get(path)
        if known is not None and known[0] == signature:
            return known[1]
        began = time.time_ns()
        digest = hashlib.sha256()
        for chunk in chunks_of(path):
            digest.update(chunk)
        if began - max(found.st_mtime_ns, found.st_ctime_ns) > _SETTLED:
            self._known[path] = signature, digest.hexdigest()
        return digest.hexdigest()
