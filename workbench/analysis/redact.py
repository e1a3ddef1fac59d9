"""A recording without what is nobody else's business: folders and people, arguments, sources, names. Pure: recordings in, recordings out.

All that is made of a redacted recording (tables, pictures, files) has none of it, since it is gone before anything is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from workbench.analysis.ownership import Owner, owners
from workbench.analysis.redact_paths import Paths
from workbench.analysis.redact_values import (
    REDACTED,
    Values,
    task_name,
    told_by,
    without_arguments,
    without_message,
    without_quoted,
)
from workbench.errors import UsageError, near
from workbench.model.facts import SourceKind, TargetKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from workbench.model.facts import Environment, RunError, Source, Target
    from workbench.model.recording import Recording

WORDS = ("paths", "arguments", "source", "names", "all")
"""What can be asked for, beside `source=PATTERN`. `all` is everything but `names`."""

_ENDED_BY = re.compile(r"by the signal \w+|by os\.\w+(?:\(\d*\))?")
"""How the recorder says that a process was ended; no values in it."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is to be taken out. `lines` are regular expressions: source lines in which one is found are taken out, where not all are."""

    paths: bool = False
    arguments: bool = False
    source: bool = False
    names: bool = False
    lines: tuple[re.Pattern[str], ...] = ()

    def __bool__(self) -> bool:
        return self.paths or self.arguments or self.source or self.names or bool(self.lines)

    @property
    def said(self) -> tuple[str, ...]:
        """What is taken out, in words; the patterns are not told, for they may tell what they hide."""
        every = self.source or self.names
        some = "source lines that match a pattern" if self.lines and not every else ""
        parts = (
            "folders with the names of users and machines" if self.paths else "",
            "arguments with the messages of errors" if self.arguments else "",
            "sources" if every else some,
            "names of functions" if self.names else "",
        )
        return tuple(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Redacted:
    """Recordings that went through together, so that one folder has one placeholder in all of them; `text` does the same to any text."""

    recordings: tuple[Recording, ...]
    text: Callable[[str], str]


def redaction_of(asked: bool | str | Iterable[str]) -> Redaction:
    """What words ask for: `paths`, `arguments`, `source`, `source=PATTERN`, `names`, `all`; True is `all`, False nothing.

    Raises UsageError for other words, and for a pattern that is no regular expression.
    """
    words = ["all"] if asked is True else [] if asked is False else [asked] if isinstance(asked, str) else list(asked)
    chosen, lines = set[str](), []
    for word in chain.from_iterable(
        [one] if one.startswith("source=") else re.split(r"[\s,]+", one.strip()) for one in words
    ):
        name, equals, pattern = word.partition("=")
        if name == "source" and equals:
            lines.append(_pattern(pattern))
        elif word in WORDS:
            chosen |= {"paths", "arguments", "source"} if word == "all" else {word}
        elif word:
            raise UsageError(f"{word!r} cannot be redacted: {near(word, WORDS)}, or source=PATTERN for some lines.")
    return Redaction(**dict.fromkeys(chosen, True), lines=tuple(lines))


def redact(
    recordings: Sequence[Recording], wanted: Redaction, *, people: Iterable[str] = (), machines: Iterable[str] = ()
) -> Redacted:
    """The recordings, with their passes, without what is `wanted` out. `people` and `machines` are names that go with the paths,
    beside the owners of home folders that the recordings themselves tell."""
    if not wanted:
        return Redacted(tuple(recordings), lambda text: text)
    everyone = [one for recording in recordings for one in recording.all_passes]
    hand = _Hand.of(everyone, wanted, people, machines)
    done = tuple(
        replace(hand.recording(one), passes=tuple(hand.recording(other) for other in one.passes)) for one in recordings
    )
    return Redacted(done, hand.text)


@dataclass(slots=True)
class _Hand:
    """What goes through recordings and takes things out: the same in all of them."""

    wanted: Redaction
    paths: Paths | None
    values: Values | None
    names: dict[str, str] = field(default_factory=dict)
    said: re.Pattern[str] | None = None

    @classmethod
    def of(cls, everyone: list[Recording], wanted: Redaction, people: Iterable[str], machines: Iterable[str]) -> _Hand:
        """One for these recordings, passes among them."""
        paths = values = None
        if wanted.paths:
            homes = [one.environment for one in everyone]
            folders = [folder for home in homes for folder in (home.directory, *home.site, *home.stdlib)]
            files = [*chain.from_iterable(map(_files, everyone))]
            paths = Paths(folders, files, chain.from_iterable(map(_texts, everyone)), people, machines)
        if wanted.arguments:
            values = Values(chain.from_iterable(map(_values, everyone)))
        hand = cls(wanted, paths, values)
        if wanted.names:
            hand.learn(everyone)
        return hand

    def learn(self, everyone: list[Recording]) -> None:
        """Number the names of own functions."""
        for one in everyone:
            for frame, owner in enumerate(owners(one)):
                name = one.frame_name(frame)
                if owner is Owner.OWN and not re.fullmatch(r"<[\w ]+>", name):
                    self.names.setdefault(name, f"function {len(self.names) + 1}")
        short = {name.rpartition(".")[2]: number for name, number in self.names.items()}
        spoken = {name: number for name, number in (short | self.names).items() if len(name) >= 2 and name[-1:] != ">"}
        if spoken:
            ranked = sorted(spoken, key=len, reverse=True)
            self.said = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ranked))})(?!\w|\.py\b)")
            self.names = spoken | self.names

    def text(self, text: str) -> str:
        """Any text."""
        if self.values is not None:
            text = self.values.text(text)
        if self.said is not None:
            text = self.said.sub(lambda found: self.names[found[0]], text)
        return text if self.paths is None else self.paths.text(text)

    def file(self, file: str) -> str:
        """A file's name."""
        return file if self.paths is None else self.paths.file(file)

    def recording(self, one: Recording) -> Recording:
        """A recording, without its passes."""
        cells = self._cells(one)
        table = _Strings(one, self, cells)
        frames = replace(
            one.frames, name=table.column(one.frames.name, self._name), file=table.column(one.frames.file, table.file)
        )
        tasks = replace(one.tasks, name=table.tasks(), error=table.column(one.tasks.error, self._error))
        waits = replace(one.waits, on=table.column(one.waits.on, self._on))
        slices = replace(one.slices, name=table.column(one.slices.name, table.known))
        return replace(
            one,
            mechanism=self.text(one.mechanism),
            target=self._target(one),
            frames=frames,
            tasks=tasks,
            waits=waits,
            slices=slices,
            strings=tuple(table.made),
            threads=tuple(map(self.text, one.threads)),
            sources=tuple(replace(source, file=table.file(source.file)) for source in self._sources(one)),
            environment=self._environment(one.environment),
            cost=replace(one.cost, method=self.text(one.cost.method)),
            error=self._ended(one.error),
            notes=tuple(
                dict.fromkeys(
                    (*map(self.text, one.notes), f"Taken out of this recording: {', '.join(self.wanted.said)}.")
                )
            ),
            passes=(),
        )

    def _cells(self, one: Recording) -> dict[str, str]:
        """The labels of cells whose sources go, by their files: a cell is known by nothing else."""
        if not (self.wanted.source or self.wanted.names):
            return {}
        cells = {source.file: source.label for source in one.sources if source.kind is SourceKind.CELL and source.label}
        return cells if len(set(cells.values())) == len(cells) else {}

    def _name(self, name: str) -> str:
        if name in self.names:
            return self.names[name]
        return name if self.paths is None else self.paths.text(name)

    def _error(self, error: str) -> str:
        return self.text(without_message(error) if self.wanted.arguments else error)

    def _on(self, on: str) -> str:
        return self.text(without_quoted(on) if self.wanted.arguments else on)

    def _target(self, one: Recording) -> Target:
        target, name = one.target, one.target.name
        code = target.kind is TargetKind.STATEMENT
        if code and (self.wanted.source or self.wanted.names or self._hidden(name)):
            name = REDACTED
        elif self.wanted.arguments:
            name = without_arguments(target, _files(one))
        return replace(target, name=self.text(name))

    def _sources(self, one: Recording) -> Iterable[Source]:
        if self.wanted.source or self.wanted.names:
            return
        for source in one.sources:
            text = source.text
            if self.wanted.lines:
                parts = re.split(r"(\r\n|\r|\n)", text)
                text = "".join(_blotted(part) if self._hidden(part) else part for part in parts)
            yield replace(
                source, label=self.file(source.label), text=text if self.paths is None else self.paths.text(text)
            )

    def _hidden(self, line: str) -> bool:
        return any(pattern.search(line) for pattern in self.wanted.lines)

    def _environment(self, here: Environment) -> Environment:
        if self.paths is None:
            return here
        return replace(
            here,
            platform=self.text(here.platform),
            machine=self.text(here.machine),
            directory=self.paths.folder(here.directory),
            stdlib=tuple(map(self.paths.folder, here.stdlib)),
            site=tuple(map(self.paths.folder, here.site)),
            packages=tuple((self.text(name), self.text(version)) for name, version in here.packages),
        )

    def _ended(self, error: RunError | None) -> RunError | None:
        if error is None:
            return None
        hidden = self.wanted.arguments and error.message and not _by_us(error)
        message = REDACTED if hidden else error.message
        return replace(error, type=self.text(error.type), message=self.text(message))


class _Strings:
    """The strings of a recording, made anew: each by the role it has, so that a name and a file that were one text need not stay one."""

    def __init__(self, one: Recording, hand: _Hand, cells: dict[str, str]) -> None:
        self._one, self._hand, self._cells = one, hand, cells
        self._tasks = {} if hand.values is None else _numbered(one)
        self.made: dict[str, int] = {}

    def column(
        self, column: np.ndarray[tuple[int], np.dtype[np.int32]], role: Callable[[str], str]
    ) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        """A column of indices into the old strings as one into the new."""
        known = {old: self._index(role(self._one.strings[old])) for old in dict.fromkeys(column.tolist())}
        return np.array([known[old] for old in column.tolist()], dtype=np.int32)

    def tasks(self) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        """The column of the tasks' names."""
        return self.column(self._one.tasks.name, self.known)

    def known(self, name: str) -> str:
        """The name of a task or callback."""
        return self._tasks[name] if name in self._tasks else self._hand.text(name)

    def file(self, file: str) -> str:
        """The name of a frame's file."""
        return self._hand.file(self._cells.get(file, file))

    def _index(self, text: str) -> int:
        return self.made.setdefault(text, len(self.made))


def _numbered(one: Recording) -> dict[str, str]:
    """What the names of tasks become where they may hold values."""
    names = dict.fromkeys(one.strings[at] for at in one.tasks.name.tolist())
    return {name: task_name(name, number) for number, name in enumerate(names)}


def _texts(one: Recording) -> Iterable[str]:
    """All texts of a recording in which a folder or a person may be named."""
    here = one.environment
    yield from (one.mechanism, one.target.name, here.directory, *here.site, *here.stdlib, one.cost.method)
    yield from (*one.strings, *one.threads, *one.notes)
    yield from chain.from_iterable((source.file, source.label, source.text) for source in one.sources)
    yield "" if one.error is None else one.error.message


def _values(one: Recording) -> Iterable[str]:
    """The values that a recording tells: arguments, each by itself, and the lines of its error's message."""
    yield from re.split(r"[\s=]+", told_by(one.target, _files(one)))
    if one.error is not None and not _by_us(one.error):
        yield from one.error.message.splitlines()


def _by_us(error: RunError) -> bool:
    """Whether the message is the recorder's own."""
    return error.type == "TerminatedError" and _ENDED_BY.fullmatch(error.message) is not None


def _files(one: Recording) -> list[str]:
    return [one.strings[at] for at in dict.fromkeys(one.frames.file.tolist())]


def _blotted(line: str) -> str:
    return line[: len(line) - len(line.lstrip())] + REDACTED


def _pattern(pattern: str) -> re.Pattern[str]:
    if not pattern:
        raise UsageError(
            "source= needs a regular expression, as in source=API_KEY; source alone takes all sources out."
        )
    try:
        return re.compile(pattern)
    except re.error as error:
        raise UsageError(f"source={pattern} is not a regular expression: {error}.") from error
