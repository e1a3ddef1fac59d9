"""Names in a study's folder: where things lie, and which names can be kept on every system and in git."""

from __future__ import annotations

import re
import unicodedata

from workbench.study.folder.errors import StudyContentError

HEADER, EVENTS, LOCK, STAGED = "study.json", "events", ".lock", ".staged"
HABITS = {
    ".gitignore": b"!/study.json\n!/.git*\n!/events/**\n/.lock\n/.staged/\n",
    ".gitattributes": b"* -text\n",
}
"""Files for git: a rule of an outer folder may neither leave out a part of the study nor change its line ends."""

KIND = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
EVENT = re.compile(r"events/(\d{6,12})/(\d{6,12})-([a-z][a-z0-9_-]{0,39})\.json")
PART = re.compile(r"\.[0-9a-f]{16}\.part")
"""What `workbench.files.write_whole` leaves at its side when it is killed."""

_LONGEST_KIND, _LONGEST_PART, _LONGEST = 40, 200, 400
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(1, 10))}
_UNSAFE = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|\ud800-\udfff]')


def step_folder(first: int) -> str:
    """The folder of the events, and their files, that were written together; `first` is the first one's number."""
    return f"{EVENTS}/{first:06d}"


def event_path(first: int, number: int, kind: str) -> str:
    """An event's file, relative to the study's folder."""
    return f"{step_folder(first)}/{number:06d}-{kind}.json"


def file_path(first: int, name: str) -> str:
    """An attachment's file, relative to the study's folder."""
    return f"{step_folder(first)}/files/{name}"


def check_kind(kind: str) -> None:
    """Raises StudyContentError for what is no kind of event: lower-case words joined by `-` or `_`, at most 40 letters."""
    if KIND.fullmatch(kind) is None or len(kind) > _LONGEST_KIND:
        raise StudyContentError(
            f"{kind!r} cannot be a kind of event. Use lower-case words joined by - or _, at most {_LONGEST_KIND} letters."
        )


def check_name(name: str) -> None:
    """Raises StudyContentError for a name that leads out of the folder, or that some system or git would not keep as it is."""
    why = name_fault(name)
    if why:
        raise StudyContentError(
            f"Nothing can be attached as {name!r}: {why}. Use a relative name with / between folders."
        )


def name_fault(name: str) -> str:
    """Why an attachment cannot have that name, or ""."""
    if len(name.encode("utf-8", "surrogatepass")) > _LONGEST:
        return f"it is longer than {_LONGEST} bytes"
    if unicodedata.normalize("NFC", name) != name:
        return "its letters are in a form that some systems change (not NFC)"
    return next((why for part in name.split("/") if (why := _part_fault(part))), "")


def _part_fault(part: str) -> str:
    if part in {"", ".", ".."}:
        return "it does not stay within the study's folder"
    if _UNSAFE.search(part) or part[-1] in ". ":
        return f"{part!r} has a letter in it, or at its end, that some systems do not allow"
    if part.partition(".")[0].lower() in _DEVICES:
        return f"{part!r} is a device on some systems"
    if part.lower().startswith(".git"):
        return "git has a use of its own for names that begin with .git"
    if len(part.encode("utf-8")) > _LONGEST_PART:
        return f"a part of it is longer than {_LONGEST_PART} bytes"
    return ""
