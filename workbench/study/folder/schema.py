"""What the files of a study say: its head, `study.json`, and one file for each event; versions, and the way from one to the next.

`study.json`: `format`, `version`, `id`, `target`, `created`, `environment`, `seal`; written once.
`events/NNNNNN/NNNNNN-KIND.json`: `version`, `number`, `kind`, `when`, `data`, `files` (path to sha256), `step` (first and last number of
what was written together), `previous` (sha256 of the event before, or of `study.json`), `seal`.
Every file has the version it was written by; files are never rewritten, so a study can have several.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workbench.study.folder import names, plain
from workbench.study.folder.errors import NewerStudyError, StudyContentError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Now = Callable[[], datetime]
    Content = dict[str, Any]

FORMAT = "workbench study"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Upgrade:
    """From a version to the next: of the content of `study.json`, and of an event's. Neither may change what it is given."""

    header: Callable[[Content], Content]
    event: Callable[[Content], Content]


UPGRADES: dict[int, Upgrade] = {}
"""By the version that it begins with; the kept samples in tests/data go through all of them."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a study is about: `target` is the function, in words of whoever made it; `environment` where it was begun."""

    id: str
    target: str
    created: datetime
    environment: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a study, the `number`-th from 1; `files` has the sha256 of its attachments by path.

    `path` is its own file. All paths are relative to the study's folder, with `/`. `step` is the first and last number of the
    events that were written with it. `data` is plain (`plain.to_plain`).
    """

    number: int
    kind: str
    when: datetime
    data: Mapping[str, Any]
    files: Mapping[str, str]
    step: tuple[int, int]

    @property
    def path(self) -> str:
        """Where it lies."""
        return names.event_path(self.step[0], self.number, self.kind)


def utc_now() -> datetime:
    """The machine's date and time."""
    return datetime.now(UTC)


def moment(now: Now) -> datetime:
    """`now` in UTC. Raises StudyContentError for a time that does not say where."""
    when = now()
    if when.tzinfo is None:
        raise StudyContentError("The time of an event has no time zone. Use datetime.now(UTC).")
    return when.astimezone(UTC)


def header_bytes(header: Header) -> bytes:
    """The file `study.json`. Raises StudyContentError."""
    return plain.dumps(
        {
            "format": FORMAT,
            "version": VERSION,
            "id": header.id,
            "target": header.target,
            "created": header.created.isoformat(),
            "environment": plain.to_plain(header.environment, "environment"),
        }
    )


def event_bytes(event: Event, previous: str) -> bytes:
    """An event's file, after the file whose sha256 is `previous`. Raises StudyContentError."""
    return plain.dumps(
        {
            "version": VERSION,
            "number": event.number,
            "kind": event.kind,
            "when": event.when.isoformat(),
            "step": list(event.step),
            "data": plain.to_plain(event.data),
            "files": dict(event.files),
            "previous": previous,
        }
    )


def check_version(content: Content, name: str) -> int:
    """The version a file was written by. Raises ValueError where there is none, NewerStudyError where it is not known here."""
    version = content.get("version")
    if type(version) is not int or version < 1:
        raise ValueError("it has no version")
    if version > VERSION:
        raise NewerStudyError(
            f"{name} was written by a newer workbench (version {version} of the study's form; this one knows {VERSION}). "
            "Update the workbench to use it."
        )
    return version


def read_header(content: Content) -> Header:
    """The head, of any version up to this one. Raises ValueError for another shape, NewerStudyError."""
    for version in range(check_version(content, names.HEADER), VERSION):
        content = UPGRADES[version].header(content)
    if content.get("format") != FORMAT:
        raise ValueError(f"it is not a {FORMAT}")
    environment = _typed(content, "environment", dict)
    return Header(
        _typed(content, "id", str),
        _typed(content, "target", str),
        _date(content, "created"),
        plain.from_plain(environment),
    )


def read_event(content: Content) -> Event:
    """An event, of any version up to this one. Raises ValueError for another shape, NewerStudyError."""
    for version in range(check_version(content, "An event"), VERSION):
        content = UPGRADES[version].event(content)
    number, kind = _typed(content, "number", int), _typed(content, "kind", str)
    step, files = _typed(content, "step", list), _typed(content, "files", dict)
    if len(step) != 2 or any(type(each) is not int for each in step) or not 1 <= step[0] <= number <= step[1]:
        raise ValueError("its step does not have its number")
    for path, digest in files.items():
        if not isinstance(digest, str) or not _is_own(path, step[0]):
            raise ValueError(f"it has a file {path!r} that cannot be its own")
    data = plain.from_plain(_typed(content, "data", dict))
    return Event(number, kind, _date(content, "when"), data, files, (step[0], step[1]))


def _is_own(path: str, first: int) -> bool:
    prefix = names.file_path(first, "")
    return path.startswith(prefix) and not names.name_fault(path.removeprefix(prefix))


def _typed(content: Content, key: str, kind: type) -> Any:
    value = content.get(key)
    if type(value) is not kind:
        raise ValueError(f"its {key!r} is not of type {kind.__name__}")
    return value


def _date(content: Content, key: str) -> datetime:
    when = datetime.fromisoformat(_typed(content, key, str))
    if when.tzinfo is None:
        raise ValueError(f"its {key!r} has no time zone")
    return when
