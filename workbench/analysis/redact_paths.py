"""Folders, and the names of people and machines, out of any text: each folder becomes `<path 1>`, the same one always the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

USER, HOST = "<user>", "<host>"

_COMMON = (
    "root user users admin administrator ubuntu debian fedora centos ec2-user jovyan runner vagrant codespace vscode default "
    "public shared guest app apps work home python test tests data docker sandbox dev src tmp lib bin me name localhost"
)
NOBODY = frozenset(_COMMON.split())
"""Names of accounts and machines that say nothing of anybody; as words they are everywhere in code."""

_SEPARATORS = re.compile(r"[\\/]+")
_ABSOLUTE = re.compile(r"/|[A-Za-z]:[\\/]|\\\\")
_FILE = re.compile(r"(?=.)[^\\/]*[^\\/.]\.\w{1,8}")
_HOME = re.compile(r"[\\/](?:home|users)[\\/]{1,2}([^\\/\s\"'`<>:;,()]{2,64})", re.IGNORECASE)
_OWN_HOME = re.compile(
    r"(?:[A-Za-z]:)?[\\/](?:[^\\/]+[\\/])?(?:home|users)[\\/]+([^\\/]{2,64})(?=[\\/]|$)", re.IGNORECASE
)
_TAKEN = re.compile(r"<path (\d{1,9})>")
_PART = r"[^\\/\s\"'`()<>\[\]{},;:|*?]+"
_ANY = re.compile(
    r"(?<=[\"'`])(?:/[^\\/\"'`\n]+/|[A-Za-z]:[\\/])[^\"'`\n]*(?=[\"'`])"
    r"|(?:(?<![\w.\-\\/<>)}\]])|(?<=://))(?:"
    rf"(?:/{_PART}){{2,}}/?"
    rf"|[A-Za-z]:(?:[\\/]{{1,2}}{_PART})+[\\/]?"
    rf"|\\\\{{1,3}}[A-Za-z][\w.$-]+(?:\\{{1,2}}{_PART})+)"
)
"""An absolute path in a text: between quotes to the closing one, else up to a space or a bracket, with two parts at the least."""


class Paths:
    """Replaces folders by placeholders. `folders` are those known from the start; what lies below one keeps its way from there on.

    `files` are paths and nothing else, `texts` hold any. `people` and `machines` are further names to take out, beside those of home
    folders in either.
    """

    def __init__(
        self,
        folders: Sequence[str],
        files: Iterable[str],
        texts: Iterable[str],
        people: Iterable[str] = (),
        machines: Iterable[str] = (),
    ) -> None:
        self._placeholders: dict[str, str] = {}
        whole = [*folders, *files]
        everything = [*whole, *texts]
        taken = (int(found) for text in everything for found in _TAKEN.findall(text))
        self._first = 1 + max(taken, default=0)
        homes = [home for one in whole if (home := _OWN_HOME.match(one))]
        known = [folder for folder in dict.fromkeys(map(_key, folders)) if _ABSOLUTE.match(folder) and len(folder) > 1]
        for folder in known:
            self._placeholder(folder)
        self._known = sorted(known, key=len, reverse=True)
        self._prefix = _prefix(self._known)
        self._homes = _prefix(list({_key(home[0]) for home in homes}), rf"(?:[\\/]{{1,4}}{_PART})*[\\/]?")
        names = {name for text in everything for name in _HOME.findall(text)} | {home[1] for home in homes}
        parts = {part for name in names for part in name.split() if len(part) > 2}
        self._people, self._machines = _words({*names, *parts, *people}), _words(set(machines))

    def folder(self, folder: str) -> str:
        """The placeholder of a folder; empty where there is none."""
        return self._placeholder(_key(folder)) if folder else ""

    def file(self, file: str) -> str:
        """A file's name without its folder: `<path 1>/sub/app.py` below a known one, else `<path 2>/app.py`. Other names as texts."""
        if not _ABSOLUTE.match(file):
            return self.text(file)
        for folder in self._known:
            if file.startswith(tuple(_spelled(folder))):
                return self._placeholder(folder) + self._nobody(file[len(folder) :])
        head, name = re.fullmatch(r"(.*[\\/])(.*)", file, re.DOTALL).groups()  # type: ignore[union-attr]
        return f"{self._placeholder(_key(head))}/{self._nobody(name)}"

    def text(self, text: str) -> str:
        """A text without absolute paths and without those names. It keeps its lines."""
        if self._prefix is not None:
            text = self._prefix.sub(lambda found: self._placeholder(_key(found[0])), text)
        for pattern in (self._homes, _ANY):
            if pattern is not None:
                text = pattern.sub(lambda found: self._path(found[0]), text)
        return self._nobody(text)

    def _path(self, path: str) -> str:
        head, _, name = _key(path).rpartition("/")
        if not path.endswith(("/", "\\")) and _FILE.fullmatch(name):
            return f"{self._placeholder(head)}/{name}"
        return self._placeholder(_key(path))

    def _nobody(self, text: str) -> str:
        for pattern, instead in ((self._people, USER), (self._machines, HOST)):
            if pattern is not None:
                text = pattern.sub(instead, text)
        return text

    def _placeholder(self, key: str) -> str:
        if _TAKEN.fullmatch(key):
            return key
        return self._placeholders.setdefault(key, f"<path {self._first + len(self._placeholders)}>")


def _key(folder: str) -> str:
    """A folder with single, forward separators, and none at its end."""
    return _SEPARATORS.sub("/", folder).rstrip("/") or folder[:1]


def _spelled(folder: str) -> Iterable[str]:
    """How a file below a folder may begin."""
    yield folder + "/"
    back = folder.replace("/", "\\")
    yield back + "\\"
    yield folder + "\\"


def _prefix(folders: list[str], below: str = "") -> re.Pattern[str] | None:
    """Finds these folders, the longest first, with any separators between their parts; `below` matches what more belongs to one."""
    if not folders:
        return None
    spelled = (
        r"[\\/]{1,4}".join(map(re.escape, folder.split("/"))) for folder in sorted(folders, key=len, reverse=True)
    )
    return re.compile(rf"(?<![\w.\-])(?:{'|'.join(spelled)})(?![\w\-]){below}")


def _words(names: set[str]) -> re.Pattern[str] | None:
    """Finds these names where they stand alone: not within a longer word, but beside an underscore."""
    kept = sorted(
        (name for name in names if len(name) > 1 and name.lower() not in NOBODY), key=lambda name: (-len(name), name)
    )
    if not kept:
        return None
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, kept))})(?![^\W_])", re.IGNORECASE)
