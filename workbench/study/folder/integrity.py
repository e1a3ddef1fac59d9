"""Whether a study is as it was written: each file's own seal, the chain of the events, and the hashes of what is attached."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.study.folder import disk, lock, names, plain, schema
from workbench.study.folder.errors import Fault, NewerStudyError
from workbench.study.folder.listing import list_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from workbench.study.folder.listing import Listing
    from workbench.study.folder.schema import Event, Header

_RESTORE = "Take it back from git (git restore {path}), or from a copy."


@dataclass(frozen=True, slots=True)
class Tail:
    """Where the next event goes: behind the one with this number (0: none yet), whose file has this sha256."""

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What a look at the whole folder gave: the events that hold by themselves, in order, and everything that is wrong."""

    header: Header | None
    events: tuple[Event, ...]
    faults: tuple[Fault, ...]
    tail: Tail

    @property
    def blocking(self) -> tuple[Fault, ...]:
        """The faults because of which the study is not used."""
        return tuple(fault for fault in self.faults if fault.blocks)


@dataclass(frozen=True, slots=True)
class _Found:
    """An event's file; `event` is None where it does not hold."""

    path: str
    number: int
    digest: str
    previous: str
    event: Event | None


def scan(root: Path, digests: disk.Digests) -> Scan:
    """Look at all of it; nothing is written. Raises OSError where the folder cannot be listed."""
    listing = list_folder(root)
    head, header, faults = look_at_header(root)
    found: list[_Found] = []
    for path in listing.files:
        if names.EVENT.fullmatch(path):
            one, fault = _look_at_event(root, path)
            found.append(one)
            faults += [fault] if fault else []
    found.sort(key=lambda one: (one.number, one.path))
    events = tuple(one.event for one in found if one.event is not None)
    faults += _numbers(found, events)
    faults += _chain(found, head if header else None)
    faults += _attachments(root, events, listing, digests)
    faults += _strangers(root, listing, events, {fault.path for fault in faults})
    last = found[-1] if found else None
    return Scan(header, events, tuple(faults), Tail(last.number, last.digest) if last else Tail(0, head))


def look_at_header(root: Path) -> tuple[str, Header | None, list[Fault]]:
    """The sha256 of `study.json`, what it says, and what is wrong with it; None where it cannot be believed."""
    data, content, fault = _sealed(root, names.HEADER)
    if content is None:
        return plain.sha256(data), None, [fault] if fault else []
    try:
        return plain.sha256(data), schema.read_header(content), []
    except (ValueError, KeyError) as error:
        return plain.sha256(data), None, [_unreadable(names.HEADER, str(error))]


def _look_at_event(root: Path, path: str) -> tuple[_Found, Fault | None]:
    match = names.EVENT.fullmatch(path)
    assert match is not None
    number = int(match[2])
    data, content, fault = _sealed(root, path)
    digest = plain.sha256(data)
    if content is None:
        return _Found(path, number, digest, "", None), fault
    previous = str(content.get("previous"))
    try:
        event = schema.read_event(content)
    except (ValueError, KeyError) as error:
        return _Found(path, number, digest, previous, None), _unreadable(path, str(error))
    if event.path != path:
        said = f"{path} was renamed or moved: by what it says its place is {event.path}. Move it back."
        return _Found(path, number, digest, previous, None), Fault("misplaced", path, said)
    return _Found(path, number, digest, previous, event), None


def _sealed(root: Path, path: str) -> tuple[bytes, dict[str, Any] | None, Fault | None]:
    """A file's bytes, and its content if nothing is wrong with its seal; a newer version's seal is not judged."""
    try:
        if (root / path).lstat().st_size > plain.LARGEST:
            return b"", None, _unreadable(path, "it is too large")
        data = b"".join(disk.chunks_of(root / path))
    except FileNotFoundError:
        return b"", None, Fault("missing-file", path, f"{path} is not there. {_restore(path)}")
    except OSError as error:
        return b"", None, _unreadable(path, error.strerror or str(error))
    if b"\n<<<<<<< " in b"\n" + data:
        said = f"{path} has the marks of a merge in it: two branches of the study have grown apart. {_ONE_BRANCH}"
        return data, None, Fault("merge-conflict", path, said)
    try:
        content = plain.loads(data)
        schema.check_version(content, path)
    except NewerStudyError as error:
        return data, None, Fault("newer", path, str(error))
    except ValueError as error:
        return data, None, _unreadable(path, str(error))
    if plain.is_sealed(data):
        return data, content, None
    if plain.is_sealed(data.replace(b"\r\n", b"\n")):
        said = f"The line ends of {path} were changed, by an editor or by git's autocrlf. {_restore(path)}"
        return data, None, Fault("edited", path, said)
    said = f"{path} was changed after it was written: its seal does not fit what it says. {_restore(path)}"
    return data, None, Fault("edited", path, said)


_ONE_BRANCH = "A study is one line of events, so keep those of one branch (git restore --source=BRANCH), and do the other's steps again."


def _restore(path: str) -> str:
    return _RESTORE.format(path=path)


def _unreadable(path: str, why: str) -> Fault:
    return Fault("unreadable", path, f"{path} is half written, or not a study's file ({why}). {_restore(path)}")


def _numbers(found: list[_Found], events: tuple[Event, ...]) -> Iterator[Fault]:
    """Numbers that are there twice, or not at all although later ones are, or although they were written with others."""
    paths: dict[int, list[str]] = {}
    for one in found:
        paths.setdefault(one.number, []).append(one.path)
    for number, twice in paths.items():
        if len(twice) > 1:
            said = f"There are {len(twice)} events with number {number}: {', '.join(twice)}. Two branches of the study were merged. "
            yield Fault("two-branches", twice[1], said + _ONE_BRANCH)
    end = max([*paths, *(event.step[1] for event in events)], default=0)
    missing = _runs(number for number in range(1, min(end, 2 * len(found) + 1000) + 1) if number not in paths)
    for first, last in missing:
        which = f"Event {first} is" if first == last else f"Events {first} to {last} are"
        said = (
            f"{which} missing: later ones are there, or what was written together with them. {_restore(names.EVENTS)}"
        )
        yield Fault("missing-event", names.step_folder(first), said)


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = runs[-1][0], number
        else:
            runs.append((number, number))
    return runs


def _chain(found: list[_Found], head: str | None) -> Iterator[Fault]:
    """Events that hold by themselves but were not written after what stands before them now; said once for each break."""
    counts = Counter(one.number for one in found)
    by_number = {one.number: one for one in found if counts[one.number] == 1}
    for one in by_number.values():
        before = by_number.get(one.number - 1)
        digest = (before.digest if before and before.event else None) if one.number > 1 else head
        if one.event is not None and digest is not None and one.previous != digest:
            what = before.path if before else names.HEADER
            said = (
                f"{one.path} was written after another {what} than the one that is there: one of them was exchanged. "
            )
            said += _restore(what)
            yield Fault("broken-chain", one.path, said)


def _attachments(root: Path, events: tuple[Event, ...], listing: Listing, digests: disk.Digests) -> Iterator[Fault]:
    there, odd = set(listing.files), set(listing.odd)
    for event in events:
        for path, digest in event.files.items():
            if path in odd or any(path.startswith(f"{link}/") for link in odd):
                continue
            if path not in there:
                yield Fault(
                    "missing-file",
                    path,
                    f"{path}, which event {event.number} has attached, is not there. {_restore(path)}",
                )
                continue
            try:
                same = digests.of(root / path) == digest
            except OSError as error:
                yield _unreadable(path, error.strerror or str(error))
                continue
            if not same:
                yield Fault("changed-file", path, _changed(root, path, event.number))


def _changed(root: Path, path: str, number: int) -> str:
    with (root / path).open("rb") as stream:
        pointer = stream.read(40).startswith(b"version https://git-lfs")
    if pointer:
        return f"{path} is only a pointer of git-lfs. Fetch what it stands for: git lfs pull."
    return f"{path} is not what event {number} attached: it was changed after it was written. {_restore(path)}"


def _strangers(root: Path, listing: Listing, events: tuple[Event, ...], faulty: set[str]) -> Iterator[Fault]:
    """What is no part of the study. Files of a step that has a fault are left out: they may well be its own."""
    for path in listing.odd:
        if path == names.STAGED or path.split("/")[0] in {names.EVENTS, names.HEADER}:
            said = f"{path} is a link or a device, where a study has files of its own. Remove it, and put the file itself there."
            yield Fault("link", path, said)
        else:
            yield _unknown(path)
    known = {names.HEADER, *(path for event in events for path in event.files)}
    steps = {"/".join(path.split("/")[:2]) for path in faulty if path.startswith(names.EVENTS)}
    for path in listing.files:
        if path in known or names.EVENT.fullmatch(path) or "/".join(path.split("/")[:2]) in steps:
            continue
        if names.PART.fullmatch(path):
            yield _leftover(path)
        else:
            yield _unknown(path)
    if listing.staged and not lock.is_held(root):
        yield from map(_leftover, listing.staged)


def _unknown(path: str) -> Fault:
    return Fault(
        "unknown-file", path, f"{path} is no part of the study and is not used. Move it elsewhere, or leave it.", False
    )


def _leftover(path: str) -> Fault:
    said = f"{path} was left by a writer that was killed; it was never part of the study. The next step takes it away."
    return Fault("leftover", path, said, False)
