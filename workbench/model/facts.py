"""The facts around the numbers: what was run, where, with what sources, and what the measuring cost."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from enum import StrEnum


class TargetKind(StrEnum):
    """What a recorder ran."""

    CELL = "cell"
    STATEMENT = "statement"
    CALL = "call"
    BLOCK = "block"
    SCRIPT = "script"
    MODULE = "module"
    FILE = "file"


class Evidence(StrEnum):
    """What the numbers of a recording rest on: samples of stacks, exact counts of calls, exact counts of lines, memory read at lines,
    allocations, or the steps of asyncio tasks."""

    SAMPLES = "samples"
    CALLS = "calls"
    LINES = "lines"
    MEMORY = "memory"
    HEAP = "heap"
    TASKS = "tasks"


class SourceKind(StrEnum):
    """Where a source text came from."""

    CELL = "cell"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Target:
    """What was run: its kind, a name a person knows it by, and how many times it ran within the recording.

    A script's or module's name is its command, quoted as a shell reads it.
    """

    kind: TargetKind
    name: str
    repeats: int = 1

    def words(self) -> tuple[str, ...]:
        """The command of a script or module as words; the name at its spaces where its quotes do not close, as in a name that was cut."""
        try:
            return tuple(shlex.split(self.name))
        except ValueError:
            return tuple(self.name.split(" "))


@dataclass(frozen=True, slots=True)
class Source:
    """A source text as it was at run time. `file` is the frames' file name, `label` what a person calls it (`In [3]`, `app/main.py`)."""

    file: str
    label: str
    kind: SourceKind
    text: str

    def lines(self) -> list[str]:
        """The text's lines without their ends, cut where Python's own line numbers count: not at form feeds, as `str.splitlines` does."""
        return re.split(r"\r\n|\r|\n", self.text)

    def line(self, number: int) -> str:
        """Line `number` (from 1) without its newline, or an empty string where there is none."""
        lines = self.lines()
        return lines[number - 1] if 0 < number <= len(lines) else ""


@dataclass(frozen=True, slots=True)
class Environment:
    """Where it ran; texts are empty and `cpus` 0 where not known.

    `stdlib` and `site` are path prefixes of the standard library and of installed packages, as they were there.
    """

    python: str
    implementation: str
    platform: str
    machine: str
    cpus: int
    directory: str
    stdlib: tuple[str, ...]
    site: tuple[str, ...]
    packages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Cost:
    """What the measuring cost. `interval` is the mean distance of samples and `own` the engine's own time, in seconds; NaN where not known.

    `method` says how `own` was found: an engine's own clock does not see everything it causes.
    """

    interval: float
    samples: int
    own: float
    method: str

    def __eq__(self, other: object) -> bool:
        """Equal field by field, where two unknown numbers are the same."""
        if not isinstance(other, Cost):
            return NotImplemented
        return repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


@dataclass(frozen=True, slots=True)
class RunError:
    """How the target ended where it did not end well: the exception's type and message; `interrupted` for KeyboardInterrupt."""

    type: str
    message: str
    interrupted: bool = False
