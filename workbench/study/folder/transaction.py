"""Adding to a study, all or nothing: everything is made ready in a folder aside, which then gets its name within the study, in one move.

A writer that is killed at any point leaves the study as it was before or as it is after: a folder has its new name or has not.
"""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.study.folder import disk, names, plain, schema
from workbench.study.folder.errors import StudyContentError, StudyWriteError, writing
from workbench.study.folder.schema import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from workbench.study.folder.integrity import Tail
    from workbench.study.folder.schema import Now


class Transaction:
    """What is to be added to the study in `root` after its `tail`: events, in order, each with the files attached before it."""

    def __init__(self, root: Path, tail: Tail, now: Now) -> None:
        self._root, self._tail, self._now = root, tail, now
        self._first = tail.number + 1
        self._aside = root / names.STAGED / secrets.token_hex(8)
        self._attached: dict[str, str] = {}
        self._events: list[Event] = []
        self._process, self._open, self._torn = os.getpid(), True, False

    @property
    def events(self) -> tuple[Event, ...]:
        """Those appended up to now."""
        return tuple(self._events)

    def attach(self, name: str, data: bytes | Path) -> str:
        """Keep `data`, or a copy of the file at that path, with the next event; its path relative to the study's folder.

        `name` may have folders in it, with `/`. Raises StudyContentError for a name that cannot be kept or is there already, or
        a source that is no plain file; StudyWriteError.
        """
        self._check_open()
        names.check_name(name)
        path = names.file_path(self._first, name)
        self._check_free(path)
        target = self._place(path)
        with self.savepoint(), writing(self._root):
            target.parent.mkdir(parents=True, exist_ok=True)
            self._attached[path] = ""
            self._attached[path] = disk.write_new(target, [data] if isinstance(data, bytes) else _source(data))
        return path

    def append(self, kind: str, data: Mapping[str, object]) -> Event:
        """Add an event with all files attached since the one before. Raises StudyContentError for a kind or data that is not plain."""
        self._check_open()
        names.check_kind(kind)
        files = {path: digest for path, digest in self._attached.items() if path in self._loose()}
        number = self._first + len(self._events)
        kept: dict[str, Any] = plain.from_plain(plain.to_plain(dict(data)))
        event = Event(number, kind, schema.moment(self._now), kept, files, (self._first, number))
        schema.event_bytes(event, "")
        self._events.append(event)
        return event

    def open_file(self, path: str) -> Path | None:
        """Where an attachment lies as long as the transaction is open, or None where it is not one of its own."""
        return self._place(path) if path in self._attached else None

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is added within is taken back where it ends by an exception, which goes on."""
        events, attached = len(self._events), len(self._attached)
        try:
            yield
        except BaseException:
            if self._open and self._process == os.getpid():
                self._torn = True
                del self._events[events:]
                for path in list(self._attached)[attached:]:
                    self._remove_file(self._place(path))
                    del self._attached[path]
                self._torn = False
            raise

    def publish(self) -> None:
        """Make it part of the study. Raises StudyContentError, StudyWriteError; then the study is as before."""
        self._check_open()
        if self._loose():
            raise StudyContentError(
                f"{', '.join(sorted(self._loose()))}: attached, but no event came after. Append the event that it belongs to."
            )
        if self._torn:
            raise StudyContentError(
                "A part of the transaction could not be taken back, so none of it is kept. Do the step again."
            )
        if self._events:
            with writing(self._root):
                self._write_events()
                self._move()

    def close(self) -> None:
        """Nothing more comes; what was not published is removed, or, where that fails, left to the next transaction."""
        self._open = False
        if self._process != os.getpid():
            return
        try:
            disk.remove(self._aside)
        except OSError:
            return

    def _write_events(self) -> None:
        self._aside.mkdir(parents=True, exist_ok=True)
        step = (self._first, self._events[-1].number)
        digest = self._tail.digest
        for event in self._events:
            whole = Event(event.number, event.kind, event.when, event.data, event.files, step)
            data = schema.event_bytes(whole, digest)
            digest = disk.write_new(self._aside / Path(whole.path).name, [data])

    def _move(self) -> None:
        events, target = self._root / names.EVENTS, self._root / names.step_folder(self._first)
        events.mkdir(exist_ok=True)
        disk.sync_folder(self._root)
        disk.sync_tree(self._aside)
        if os.path.lexists(target):
            raise StudyWriteError(
                f"{target} is there already, so the events after {self._tail.number} cannot be put there. "
                "Move it away, and do the step again."
            )
        try:
            self._aside.rename(target)
            disk.sync_folder(events)
        except OSError:
            if os.path.lexists(target):
                self._take_back(target)
            raise

    def _take_back(self, target: Path) -> None:
        try:
            target.rename(self._aside)
        except OSError as error:
            raise StudyWriteError(
                f"The disk did not confirm {target} ({error.strerror}); it is there now, but a power cut may take it. "
                "See that the disk is well, and look at the study before you do the step again."
            ) from error

    def _place(self, path: str) -> Path:
        """Where a file lies until it is published."""
        return self._aside / Path(path).relative_to(names.step_folder(self._first))

    def _remove_file(self, path: Path) -> None:
        """With the folders that were made for it alone."""
        with writing(self._root):
            disk.remove(path)
            for folder in path.parents:
                if folder == self._aside or not folder.is_dir() or any(folder.iterdir()):
                    break
                folder.rmdir()

    def _loose(self) -> set[str]:
        return self._attached.keys() - {path for event in self._events for path in event.files}

    def _check_open(self) -> None:
        if self._process != os.getpid():
            raise StudyContentError(
                "The transaction is another process's, from which this one was forked. Begin one here."
            )
        if not self._open:
            raise StudyContentError("The transaction is over. Add to it within its `with` block.")

    def _check_free(self, path: str) -> None:
        low = path.casefold()
        for taken in (other.casefold() for other in self._attached):
            if low == taken or low.startswith(f"{taken}/") or taken.startswith(f"{low}/"):
                raise StudyContentError(
                    f"There is an attachment of that name already: {path}. Nothing is written twice; use another name."
                )


def _source(path: Path) -> Iterable[bytes]:
    """The bytes of a file to be attached, whose faults are the caller's, not the study's."""
    try:
        yield from disk.chunks_of(path.resolve(strict=True))
    except (OSError, RuntimeError) as error:
        raise StudyContentError(f"{path} cannot be attached ({error}). Give a plain file that can be read.") from error
