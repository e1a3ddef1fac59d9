"""One writer at a time: a lock of the system on the study's file `.lock`, which ends with the process that has it, however that ends."""

from __future__ import annotations

import errno
import os
import socket
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING
from weakref import WeakSet

from workbench.study.folder import names
from workbench.study.folder.errors import StudyBusyError, StudyWriteError, writing

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO, Self

    from workbench.clock import Clock

FIRST, LONGEST = 0.002, 0.05
"""Seconds between two tries, at first and in the end."""

_NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)
_TAKEN = {errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK}
_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
_AT = 1 << 30
"""The byte that is locked on Windows, behind what the file says; others could not read a locked one."""

_HELD: WeakSet[Lock] = WeakSet()


class Lock:
    """The right to write to the study in `root`, as a context manager; it waits up to `patience` seconds for another writer.

    A process forked while it is held does not have it. Raises StudyBusyError, and StudyWriteError where there can be no lock.
    """

    def __init__(self, root: Path, clock: Clock, patience: float) -> None:
        self._root, self._clock, self._patience = root, clock, patience
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        _watch_forks()
        _HELD.add(self)
        end, pause = self._clock.wall() + self._patience, FIRST
        try:
            while not self._try():
                if self._clock.wall() >= end:
                    raise StudyBusyError(
                        f"{self._holder()} has been writing to the study in {self._root} for {self._patience:g} s. "
                        "Wait until that is done, or end it; nothing has to be removed by hand."
                    )
                time.sleep(pause)
                pause = min(2 * pause, LONGEST)
        except BaseException:
            self.release()
            raise
        return self

    def __exit__(self, *raised: object) -> None:
        self.release()

    def release(self) -> None:
        """Let others write; again is fine."""
        if self._file is not None:
            try:
                self._file.close()
            except BaseException:
                self._file.close()
                raise
        _HELD.discard(self)

    def _try(self) -> bool:
        """Whether the lock is had now: of the file that has the name now, since it may have been removed meanwhile."""
        with writing(self._root):
            path = self._root / names.LOCK
            self._file = open(path, "r+b", buffering=0, opener=_opener)  # noqa: SIM115
            with suppress(FileNotFoundError):
                if _take(self._file.fileno()) and os.path.samestat(os.fstat(self._file.fileno()), path.lstat()):
                    self._sign(self._file)
                    return True
            self._file.close()
            return False

    def _sign(self, file: BinaryIO) -> None:
        """Say who has it, for the message that another one gets; without, it is still had."""
        with suppress(OSError):
            os.ftruncate(file.fileno(), 0)
            os.write(file.fileno(), _signature().encode())

    def _holder(self) -> str:
        with suppress(OSError):
            said = (self._root / names.LOCK).read_bytes()[:200].decode("utf-8", "replace")
            if said == _signature():
                return "Another thread of this process"
            return said or "Another process"
        return "Another process"


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CREAT | _NO_LINK, 0o666)


def _signature() -> str:
    return f"Process {os.getpid()} on {socket.gethostname()}"


def is_held(root: Path) -> bool:
    """Whether somebody, this process included, is writing to the study now. Writes nothing."""
    try:
        descriptor = os.open(root / names.LOCK, os.O_RDWR | _NO_LINK)
    except OSError:
        return False
    try:
        return not _take(descriptor)
    except (OSError, StudyWriteError):
        return False
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            os.lseek(descriptor, _AT, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            os.lseek(descriptor, 0, os.SEEK_SET)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        if error.errno in _NO_LOCKS:
            raise StudyWriteError(
                "The file system that the study is on has no locks, so two writers could not be kept apart. "
                "Put the study on a local disk."
            ) from error
        raise
    return True


_watching: list[int] = []


def _watch_forks() -> None:
    """Have a forked child give up the locks it got with its parent's files, or they would outlive the parent in it."""
    if not _watching and hasattr(os, "register_at_fork"):
        _watching.append(os.getpid())
        os.register_at_fork(after_in_child=_forget)


def _forget() -> None:
    for lock in list(_HELD):
        lock.release()
