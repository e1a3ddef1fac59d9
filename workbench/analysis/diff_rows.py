"""What changed between two recordings, as plain records: one row per function and per line, aligned across edits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.analysis.ownership import Owner
    from workbench.model.recording import Recording


class Status(StrEnum):
    """How a function or line of one recording stands in the other.

    `new` and `gone`: it was seen in one only, and no captured source says that the other run had it too. `moved`: into another file
    (one of the same name in another folder is the same file). `renamed`: the same source text under another name. `changed` and
    `same` are of the amounts alone.
    """

    SAME = "same"
    CHANGED = "changed"
    NEW = "new"
    GONE = "gone"
    MOVED = "moved"
    RENAMED = "renamed"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a function or line is in one recording. `frame` is -1 where it was not seen there, or belongs to no one function;
    `line` is a function's first line; `source` a line's text, empty for functions and where none was captured."""

    frame: int
    function: str
    file: str
    line: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is compared: the amount `key` in words (`label`), in unit `s` or `B`; `total` says what totals take in, `count` what counts
    count (empty where there are none). `additive`: the amounts of all functions add up to the whole."""

    key: str
    label: str
    unit: str
    total: str
    count: str
    additive: bool
    line_label: str


@dataclass(frozen=True, slots=True)
class Change:
    """One function or line. `before` and `after` are its places, None where there is none.

    `old` and `new` are amounts, `old_total` and `new_total` the same with what it called, `old_count` and `new_count` calls, hits or
    allocations: 0 where it was not seen, NaN where not known. `noise` is half the widths of both 95 % intervals together, NaN where
    the recordings know no intervals. `edited` says whether its source text differs, None where that is not known.
    """

    before: Place | None
    after: Place | None
    owner: Owner
    status: Status
    edited: bool | None
    old: float
    new: float
    old_total: float
    new_total: float
    old_count: float
    new_count: float
    noise: float

    @property
    def here(self) -> Place:
        """Its place in the newer recording, else in the older one."""
        place = self.after or self.before
        assert place is not None
        return place

    @property
    def change(self) -> float:
        """`new` - `old`."""
        return self.new - self.old

    @property
    def ratio(self) -> float:
        """`new` / `old`; NaN where there was nothing before, or one of them is below 0."""
        return self.new / self.old if self.old > 0 and self.new >= 0 else math.nan

    @property
    def within_noise(self) -> bool | None:
        """Whether the intervals of the two amounts overlap; None where the recordings know no intervals."""
        return None if math.isnan(self.noise) else abs(self.change) <= self.noise

    @property
    def differs(self) -> bool:
        """Whether there is anything to tell: another amount, or another name or place."""
        return self.status is not Status.SAME


@dataclass(frozen=True, slots=True, eq=False)
class RecordingDiff:
    """Two recordings, aligned. Amounts are per run of the target where `per_run`; `functions` and `lines` are ranked by |change|.

    `old_whole` and `new_whole` are what the amounts are parts of (NaN where not known), `old_duration` and `new_duration` wall seconds.
    `warnings` are sentences on what else differs, `forced` the reasons against comparing that were overruled. `frames` has the index of
    the newer recording's frame for each paired frame of the older, `files` the own files that are taken for one and are in two places.
    """

    before: Recording
    after: Recording
    labels: tuple[str, str]
    measure: Measure
    functions: tuple[Change, ...]
    lines: tuple[Change, ...]
    old_whole: float
    new_whole: float
    old_duration: float
    new_duration: float
    per_run: bool
    warnings: tuple[str, ...]
    forced: tuple[str, ...]
    frames: Mapping[int, int]
    files: tuple[tuple[str, str], ...]

    @property
    def whole_change(self) -> float:
        """`new_whole` - `old_whole`."""
        return self.new_whole - self.old_whole

    def ranked(self) -> list[Change]:
        """The functions with something to tell, by |change|."""
        return [row for row in self.functions if row.differs]

    def ranked_lines(self) -> list[Change]:
        """The lines with something to tell, by |change|."""
        return [row for row in self.lines if row.differs]
