"""One HTML file of one or many recordings: the magic, the command and Python alike write it here."""

from __future__ import annotations

import getpass
import os
import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.analysis.redact import redact as redacted
from workbench.analysis.redact import redaction_of
from workbench.errors import SaveFailedError, UsageError
from workbench.face.profile import Profile
from workbench.files import write_whole
from workbench.formats.detect import contents, read
from workbench.model.recording import Recording
from workbench.render.report import Change, change_of
from workbench.render.report import report as page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Given = Profile | Recording | str | os.PathLike[str]

LARGEST_NOTES = 4 << 20
"""Bytes of notes at the most; more is no note."""


def report(
    path: str | os.PathLike[str],
    *recordings: Given,
    title: str = "",
    notes: str | Path = "",
    redact: bool | str | Iterable[str] = False,
    diff: bool = False,
    force: bool = False,
    figures: bool = True,
) -> Path:
    """Write recordings into one HTML file that opens anywhere, offline, and return its path.

    Each of `recordings` is a profile, a recording, or the path of a `.wbp` or `.prof` file or of a report (all of its recordings, or the
    one that `report.html#2` names). `notes` are Markdown as text, or the `Path` of a file of it. `redact` is `paths`, `arguments`,
    `source`, `source=PATTERN`, `names` or `all` (all but the names), or several of them: that is taken out of the recordings, the title
    and the notes before anything is made of them. `diff` adds what changed from the first recording to the last, also where they do not
    compare if `force` is given.

    Raises UsageError for no recordings, for what cannot be redacted, does not compare or cannot be read as notes, what `load` raises
    for files, and SaveFailedError.
    """
    wanted = redaction_of(redact)
    given = [one for item in recordings for one in _recordings(item)]
    if diff and len(given) < 2:
        raise UsageError("A diff needs two recordings, the one before and the one after; give both.")
    done = redacted(given, wanted, people=_people(), machines=_machines())
    html = page(
        done.recordings,
        title=done.text(title),
        notes=done.text(_notes(notes)),
        changes=[_change(done.recordings[0], done.recordings[-1], force)] if diff else [],
        redacted=wanted.said,
        figures=figures,
        written=datetime.now(UTC).strftime("%Y-%m-%d"),
    )
    target = Path(path)
    try:
        write_whole(target, html.encode())
    except OSError as error:
        raise SaveFailedError(
            f"The report was not written to {target}: {error.strerror or error}. "
            "The recording itself is kept; give another path."
        ) from error
    return target


def load_all(path: str | os.PathLike[str]) -> list[Profile]:
    """All recordings of a report, or the one of any other file. Raises what `workbench.load` raises."""
    return [Profile(one) for one in _recordings(path)]


def _recordings(given: Given) -> Sequence[Recording]:
    if isinstance(given, Profile):
        return [given.recording]
    if isinstance(given, Recording):
        return [given]
    path = Path(given)
    many = len(contents(path))
    return [read(path.with_name(f"{path.name}#{at}")) for at in range(1, many + 1)] if many > 1 else [read(path)]


def _change(before: Recording, after: Recording, force: bool) -> Change:
    from workbench.face.diff import diff

    return change_of(diff(before, after, force=force).record)


def _notes(notes: str | Path) -> str:
    if isinstance(notes, str):
        return notes
    try:
        if notes.stat().st_size > LARGEST_NOTES:
            raise UsageError(f"{notes} is larger than {LARGEST_NOTES >> 20} MiB; name a file of notes in Markdown.")
        return notes.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or "it is no text in UTF-8"
        raise UsageError(f"The notes in {notes} cannot be read: {what}. Name a file of Markdown.") from error


def _people() -> list[str]:
    """Names of the account that this runs under, as far as they are known."""
    found = []
    with suppress(OSError, KeyError, ImportError):
        found.append(getpass.getuser())
    with suppress(RuntimeError):
        found.append(Path.home().name)
    return [name for name in found if name]


def _machines() -> list[str]:
    """Names of this machine: the whole one and its first part."""
    whole = socket.gethostname()
    return [name for name in dict.fromkeys((whole, whole.partition(".")[0])) if name]
