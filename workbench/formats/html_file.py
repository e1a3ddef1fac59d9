"""Recordings inside a report: an HTML page carries each as the base64 of its `.wbp` file, in an element that no browser runs.

The page says near its beginning that it is a report, in which version, and how many recordings it shows (`head`). Each recording has an
element of its own (`element`); one that was too large to be carried has an empty one, which says so.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from html import escape, unescape
from typing import TYPE_CHECKING

from workbench.errors import DamagedFileError, FileFormatError, ForeignFileError, NewerFileError
from workbench.formats import native

if TYPE_CHECKING:
    from workbench.model.recording import Recording

VERSION = 1
LARGEST_CARRIED = 20 << 20
"""Bytes of a `.wbp` file beyond which a report does not carry it."""

_BEGINNING = 4_096
_LINE = 120
_TITLE = 200
_HEAD = re.compile(rb'<meta name="workbench-report" content="version=(\d{1,4}) recordings=(\d{1,4})"')
_ELEMENT = re.compile(
    rb'<script type="application/octet-stream;base64" id="recording-(\d{1,4})" data-title="([^"]*)"'
    rb'( data-left-out="")?>([A-Za-z0-9+/=\s]*)</script>'
)
_OLDER = re.compile(rb'<main id="workbench"></main>.*<script type="application/json" id="recording">', re.DOTALL)
_PAGE = re.compile(rb"(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_BLANK = b"\xef\xbb\xbf \t\r\n\f"


@dataclass(frozen=True, slots=True)
class Carried:
    """One recording of a report: its `number` from 1, its `title`, and the base64 of its file; `left_out` where that is not there."""

    number: int
    title: str
    text: bytes
    left_out: bool


def head(recordings: int) -> str:
    """The element that makes a page a report; it belongs to the first few lines."""
    return f'<meta name="workbench-report" content="version={VERSION} recordings={recordings}">'


def element(number: int, title: str, data: bytes | None) -> str:
    """The element that carries recording `number`, from 1: the bytes of its file, or nothing where it was too large (None)."""
    named = f'id="recording-{number}" data-title="{escape(title[:_TITLE])}"'
    if data is None:
        return f'<script type="application/octet-stream;base64" {named} data-left-out=""></script>'
    text = base64.b64encode(data).decode("ascii")
    lines = "\n".join(text[at : at + _LINE] for at in range(0, len(text), _LINE))
    return f'<script type="application/octet-stream;base64" {named}>\n{lines}\n</script>'


def is_page(data: bytes) -> bool:
    """Whether the bytes begin as an HTML page does."""
    return _PAGE.match(data[:_BEGINNING].lstrip(_BLANK)) is not None


def titles(data: bytes, name: str) -> tuple[str, ...]:
    """The titles of a report's recordings, in order. Raises what `loads` raises."""
    return tuple(one.title for one in _carried(data, name))


def loads(data: bytes, name: str, number: int = 1) -> Recording:
    """Recording `number`, from 1, of the report in a file's bytes.

    Raises ForeignFileError where the page is no report or has no such recording, DamagedFileError where it is cut off, NewerFileError,
    and FileFormatError where the report does not carry its recordings.
    """
    found = _carried(data, name)
    if not 1 <= number <= len(found):
        many = "one recording" if len(found) == 1 else f"{len(found)} recordings"
        raise ForeignFileError(f"{name} holds {many}, so there is no #{number}. Name one that is there: {name}#1.")
    one = found[number - 1]
    if one.left_out:
        raise FileFormatError(
            f"{name} shows recording {number} but does not hold it: it was larger than {LARGEST_CARRIED >> 20} MiB. "
            "Ask for its .wbp file."
        )
    try:
        raw = base64.b64decode(one.text)
    except ValueError as error:
        raise _cut_off(name) from error
    return native.loads(raw, f"{name}, recording {number}")


def _carried(data: bytes, name: str) -> list[Carried]:
    said = _HEAD.search(data[:_BEGINNING])
    if said is None and _OLDER.search(data):
        raise FileFormatError(
            f"{name} is a report of an older workbench, which holds the view but not the recording. "
            "Ask for the .wbp file, or have the report written again."
        )
    if said is None:
        raise ForeignFileError(
            f"{name} is a web page, but not a report of the workbench. The workbench opens .wbp and .prof files, and its reports."
        )
    if int(said[1]) > VERSION:
        raise NewerFileError(
            f"{name} was written by a newer workbench (report version {int(said[1])}, this one reads up to {VERSION}). "
            "Upgrade it: pip install -U profiling-workbench"
        )
    found: dict[int, Carried] = {}
    for number, title, left_out, text in _ELEMENT.findall(data):
        at = int(number)
        found.setdefault(at, Carried(at, unescape(title.decode("utf-8", "replace")), text, bool(left_out)))
    if sorted(found) != list(range(1, int(said[2]) + 1)):
        raise _cut_off(name)
    return [found[number] for number in sorted(found)]


def _cut_off(name: str) -> DamagedFileError:
    return DamagedFileError(
        f"{name} is a report that is cut off or altered, and its recordings cannot be read. Get it again."
    )
