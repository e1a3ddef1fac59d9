"""A study's folder: made once, opened again, read with its proofs, added to in transactions."""

from __future__ import annotations

import os
import secrets
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.clock import SYSTEM
from workbench.files import write_whole
from workbench.study.folder import disk, integrity, names, plain, schema
from workbench.study.folder.errors import (
    Fault,
    NewerStudyError,
    NotAStudyError,
    StudyBusyError,
    StudyContentError,
    StudyDamagedError,
    StudyExistsError,
    writing,
)
from workbench.study.folder.lock import Lock
from workbench.study.folder.schema import Event, Header
from workbench.study.folder.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

    from workbench.clock import Clock
    from workbench.study.folder.integrity import Scan
    from workbench.study.folder.schema import Now

PATIENCE = 60.0
"""Seconds that a writer waits for another one."""

_OPEN: dict[tuple[int, Path], tuple[tuple[int, object], Transaction]] = {}
"""The transactions of this process that are open, by process and folder, each with the thread and the asyncio task that began it."""


class Folder:
    """A study on disk. `root` is its folder, `header` what it is about.

    Two looks at it may differ: other processes can add to it. What was there stays as it was.
    """

    def __init__(self, root: Path, header: Header, now: Now, clock: Clock) -> None:
        self.root, self.header = root, header
        self._now, self._clock = now, clock
        self._digests = disk.Digests()

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        *,
        target: str,
        environment: Mapping[str, object],
        now: Now = schema.utc_now,
        clock: Clock = SYSTEM,
    ) -> Self:
        """A new study in a folder that is not there, or empty.

        Raises StudyExistsError where there is a study or anything else, StudyContentError for an environment that is not plain,
        StudyWriteError.
        """
        root = Path(path).absolute()
        kept = plain.from_plain(plain.to_plain(dict(environment), "environment"))
        header = Header(secrets.token_hex(8), target, schema.moment(now), kept)
        data = schema.header_bytes(header)
        with writing(root):
            _refuse_taken(root)
            root.mkdir(parents=True, exist_ok=True)
            root = root.resolve()
            with Lock(root, clock, PATIENCE):
                _refuse_taken(root)
                _sweep(root)
                for name, habit in names.HABITS.items():
                    write_whole(root / name, habit)
                write_whole(root / names.HEADER, data)
                disk.sync_folder(root)
                disk.sync_folder(root.parent)
        return cls(root, header, now, clock)

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, now: Now = schema.utc_now, clock: Clock = SYSTEM) -> Self:
        """The study in a folder. Nothing is written; what is wrong with events is said when they are asked for.

        Raises NotAStudyError, NewerStudyError, and StudyDamagedError where `study.json` is not as it was written.
        """
        root = Path(path).absolute().resolve()
        if not os.path.lexists(root / names.HEADER):
            _say_what_else(root)
        _, header, faults = integrity.look_at_header(root)
        _refuse(root, tuple(faults))
        assert header is not None
        return cls(root, header, now, clock)

    @contextmanager
    def transaction(self, *, patience: float = PATIENCE) -> Iterator[Transaction]:
        """Add to the study: all that is appended and attached within becomes part of it together when the block ends, or none.

        One within another, in the same thread and asyncio task, joins it: what the inner one adds is taken back where it ends by an
        exception, and is kept where the outermost ends well. Others wait, up to `patience` seconds. An interrupt at the very end of the
        outermost block can come when all is written. Raises StudyBusyError, StudyWriteError, StudyDamagedError, NewerStudyError,
        StudyContentError.
        """
        outer = _joined(self.root)
        if outer is not None:
            with outer.savepoint():
                yield outer
            return
        with Lock(self.root, self._clock, patience):
            transaction = self._begin()
            key = (os.getpid(), self.root)
            try:
                _OPEN[key] = _owner(), transaction
                yield transaction
                transaction.publish()
            finally:
                _OPEN.pop(key, None)
                transaction.close()

    def events(self, kind: str | None = None, *, trusted: bool = True) -> tuple[Event, ...]:
        """All events, or those of a kind, in order; within a transaction its own too.

        Raises StudyDamagedError where anything in the study is not as it was written, and NewerStudyError; with `trusted=False` gives
        those that hold by themselves, to be shown with `faults()`.
        """
        scan = self._scan()
        if trusted:
            _refuse(self.root, scan.blocking)
        mine = _joined(self.root)
        events = scan.events + (mine.events if mine else ())
        return tuple(event for event in events if kind is None or event.kind == kind)

    def last(self, kind: str) -> Event | None:
        """The newest event of a kind. Raises as `events` does."""
        return next(reversed(self.events(kind)), None)

    def read(self, relative: str) -> bytes:
        """The bytes of an attachment, by the path that `attach` gave. Raises StudyContentError where no event has it, and as `events`."""
        mine = _joined(self.root)
        staged = mine.open_file(relative) if mine else None
        digest = next((event.files[relative] for event in self.events() if relative in event.files), None)
        if staged is None and digest is None:
            raise StudyContentError(
                f"No event of the study in {self.root} has a file {relative!r}. Take the path from an event's `files`."
            )
        try:
            data = b"".join(disk.chunks_of(staged or self.root / relative))
        except OSError as error:
            said = f"{relative} cannot be read ({error.strerror})."
            raise StudyDamagedError(self.root, (Fault("unreadable", relative, said),)) from error
        if digest is not None and plain.sha256(data) != digest:
            said = f"{relative} was changed while it was read."
            raise StudyDamagedError(self.root, (Fault("changed-file", relative, said),))
        return data

    def faults(self) -> tuple[Fault, ...]:
        """Everything in the folder that is not as it was written, or is no part of it; StudyDamagedError where it cannot be listed."""
        return self._scan().faults

    def _scan(self) -> Scan:
        try:
            return integrity.scan(self.root, self._digests)
        except OSError as error:
            said = f"The folder cannot be listed ({error.strerror}). See that it is there and may be read."
            raise StudyDamagedError(self.root, (Fault("unreadable", ".", said),)) from error

    def _begin(self) -> Transaction:
        scan = self._scan()
        _refuse(self.root, scan.blocking)
        with writing(self.root):
            _sweep(self.root)
        return Transaction(self.root, scan.tail, self._now)


def _owner() -> tuple[int, object]:
    """The thread that runs, and its asyncio task if it is in one."""
    asyncio = sys.modules.get("asyncio")
    try:
        task = asyncio.current_task() if asyncio else None
    except RuntimeError:
        task = None
    return threading.get_ident(), task


def _joined(root: Path) -> Transaction | None:
    """The transaction on a folder that this thread and task are in. Raises StudyBusyError where another task of the thread is."""
    found = _OPEN.get((os.getpid(), root))
    if found is None:
        return None
    thread, task = _owner()
    if found[0] == (thread, task):
        return found[1]
    if found[0][0] == thread:
        raise StudyBusyError(
            f"Another asyncio task of this thread is adding to the study in {root}; waiting for it would wait forever. "
            "Do not await within a transaction."
        )
    return None


def _refuse(root: Path, faults: tuple[Fault, ...]) -> None:
    newer = next((fault for fault in faults if fault.code == "newer"), None)
    if newer is not None:
        raise NewerStudyError(newer.said)
    if faults:
        raise StudyDamagedError(root, faults)


def _refuse_taken(root: Path) -> None:
    """Raises StudyExistsError where a folder has more in it than a study that was killed while it was made."""
    if os.path.lexists(root / names.HEADER):
        raise StudyExistsError(f"There is a study in {root} already. Open it, or make the new one in another folder.")
    if root.exists() and not root.is_dir():
        raise StudyExistsError(f"{root} is a file. Make the study in a folder that is empty or not there.")
    others = [path.name for path in root.iterdir() if not _is_begun(path)] if root.is_dir() else []
    if others:
        raise StudyExistsError(
            f"{root} is no study and not empty ({', '.join(sorted(others)[:3])}). Make the study in a folder that is empty or not there."
        )


def _is_begun(path: Path) -> bool:
    """Whether a file is one that the making of a study begins with."""
    if path.name == names.LOCK or names.PART.fullmatch(path.name):
        return True
    return path.name in names.HABITS and path.is_file() and path.read_bytes() == names.HABITS[path.name]


def _say_what_else(root: Path) -> None:
    if not root.is_dir():
        raise NotAStudyError(f"There is no folder {root}. Give a study's folder, or make a new study there.")
    if any((root / name).exists() for name in (names.EVENTS, names.STAGED)):
        raise NotAStudyError(
            f"{root} has no {names.HEADER}: a study that lost it, or half of one. Take it back from git, or from a copy."
        )
    if (root / names.LOCK).exists():
        raise NotAStudyError(f"The study in {root} was never finished being made. Make it again, in the same folder.")
    raise NotAStudyError(
        f"{root} is no study: it has no {names.HEADER}. Give a study's folder, or make a new study in an empty one."
    )


def _sweep(root: Path) -> None:
    """Take away what killed writers left, which nobody else writes to now. Raises OSError."""
    staged = root / names.STAGED
    if staged.is_dir() and not staged.is_symlink():
        for path in list(staged.iterdir()):
            disk.remove(path)
    for path in list(root.iterdir()):
        if names.PART.fullmatch(path.name):
            disk.remove(path)
