"""A diff in words: amounts with their signs, places before and after, what happened to a row, what to do next."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.analysis.diff_rows import Status
from workbench.analysis.ownership import Owner
from workbench.assets.payload import plain_size
from workbench.assets.payload_diff import DiffWords, payload_diff
from workbench.model.facts import TargetKind
from workbench.render import summary
from workbench.render.places import Places

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.analysis.diff_rows import Change, Place, RecordingDiff
    from workbench.model.recording import Recording

ASSUMED = "that both ran on the same data, which no recording knows"
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one diff."""

    record: RecordingDiff
    old: Places
    new: Places

    @classmethod
    def of(cls, record: RecordingDiff) -> Wording:
        """The words of a diff."""
        return cls(record, Places.of(record.before), Places.of(record.after))

    def amount(self, value: float) -> str:
        """Seconds or bytes: `1.24 s`, `312 MiB`."""
        return units.seconds(value) if self.record.measure.unit == "s" else units.size(value)

    def signed(self, value: float) -> str:
        """A change with its sign: `+1.24 s`, `-312 MiB`."""
        return f"+{self.amount(value)}" if value > 0 else self.amount(value)

    def title(self) -> str:
        """What ran, before and after: `cell In [3] -> cell In [5]`, once where the words are the same."""
        names = [summary.title(one) for one in (self.record.before, self.record.after)]
        return names[0] if names[0] == names[1] else f"{names[0]} -> {names[1]}"

    def sides(self) -> str:
        """Which recording is which: `old.wbp -> new.wbp`, or when each began."""
        if self.record.labels != ("before", "after"):
            return " -> ".join(self.record.labels)
        began = [summary.started(one) for one in (self.record.before, self.record.after)]
        return " -> ".join(dict.fromkeys(began)) if all(began) else "before -> after"

    def headline(self) -> str:
        """The wholes: `run 1.20 s -> 840 ms (-360 ms, 0.70x)`, and what the amounts are parts of, where that is something else."""
        record = self.record
        said = [self._whole("run", record.old_duration, record.new_duration, seconds=True)]
        old, new = record.old_whole, record.new_whole
        beside = (
            record.measure.unit == "B" or max(_apart(old, record.old_duration), _apart(new, record.new_duration)) > 0.05
        )
        if record.measure.additive and beside and math.isfinite(old + new):
            what = record.measure.label if record.measure.unit == "B" else f"{record.measure.label} of all functions"
            said.append(self._whole(what, old, new))
        return "; ".join(said) + ("; each for one run of the target" if record.per_run else "")

    def _whole(self, what: str, old: float, new: float, *, seconds: bool = False) -> str:
        words = units.seconds if seconds else self.amount
        sign = "+" if new > old else ""
        return f"{what} {words(old)} -> {words(new)} ({sign}{words(new - old)}{ratio_in(old, new, ', ')})"

    def where(self, row: Change) -> str:
        """`app.py:12`; `app.py:12 -> core.py:3` where it went to another file, `app.py:12 -> 14` of a line with another number."""
        was, now = self._place(self.old, row.before), self._place(self.new, row.after)
        if row.before is None or row.after is None:
            return was or now
        if was == now or row.status is Status.MOVED:
            return now if was == now else f"{was} -> {now}"
        if row.status is Status.RENAMED and self.old.file(row.before.file) != self.new.file(row.after.file):
            return f"{was} -> {now}"
        line = bool(row.before.source or row.after.source) and row.before.line != row.after.line
        return f"{self._place(self.new, replace(row.after, line=row.before.line))} -> {row.after.line}" if line else now

    def files(self) -> str:
        """The files that are taken for one and have two names, in words: `app.py -> core.py`; empty where there are none."""
        pairs = [f"{self.old.file(was)} -> {self.new.file(now)}" for was, now in self.record.files]
        more = f" and {len(pairs) - _LISTED} more" if len(pairs) > _LISTED else ""
        return f"taken for one file: {', '.join(pairs[:_LISTED])}{more}" if pairs else ""

    def place_of(self, place: Place | None, *, newer: bool) -> str:
        """One place in short; empty where there is none."""
        return self._place(self.new if newer else self.old, place)

    def _place(self, places: Places, place: Place | None) -> str:
        return places.line(place.file, place.line) if place else ""

    def happened(self, row: Change) -> str:
        """What is to be said of a row besides its amounts: `new`, `renamed from parse`, `edited`, `within the noise`."""
        said = []
        if row.status in (Status.NEW, Status.GONE, Status.MOVED):
            said.append(str(row.status))
        if row.status is Status.RENAMED and row.before:
            said.append(f"renamed from {row.before.function}")
        if row.edited:
            said.append("edited")
        if row.within_noise and row.change:
            said.append("within the noise")
        return ", ".join(said)

    def counts(self, row: Change) -> str:
        """Calls, hits or allocations before and after, once where they are the same; empty where not known."""
        old, new = row.old_count, row.new_count
        if math.isnan(old) or math.isnan(new):
            return ""
        return _count(new) if old == new else f"{_count(old)} -> {_count(new)}"

    def next(self) -> str:
        """What would prove what one run each only suggests, in one sentence."""
        record = self.record
        own = [row for row in loud(record.ranked()) if row.owner is Owner.OWN and _is_function(row)]
        better = "smaller" if record.measure.unit == "B" else "faster"
        if not own:
            return (
                f"one run each tells what moved, not that it is {better}: record both again, and see what comes back."
            )
        name = own[0].here.function
        proof = f"`workbench compare old.py:{name} new.py:{name} --inputs calls.json`"
        if record.after.target.kind in (TargetKind.CELL, TargetKind.STATEMENT, TargetKind.BLOCK, TargetKind.CALL):
            proof = f"`%%compare --base {name}` over a cell with the new version"
        return (
            f"one run each tells what moved, not that it is {better}: {proof} proves it, the same results included; "
            "`workbench study` keeps that proof."
        )


def ratio_in(old: float, new: float, before: str = "") -> str:
    """`0.70x`, with `before` in front; empty where there is no ratio."""
    if not (old > 0 and new >= 0 and math.isfinite(old + new)):
        return ""
    times = new / old
    return before + (f"{times:.2f}x" if times < 9.995 else f"{times:,.0f}x" if times < 1e4 else ">9,999x")


def ratio_of(row: Change) -> str:
    """A row's ratio in words; empty where there is none, or nothing is left."""
    return ratio_in(row.old, row.new) if row.ratio > 0 else ""


def noise_of(wording: Wording, row: Change) -> str:
    """Half the interval of a change: `±12.0 ms`; empty where not known."""
    return f"±{wording.amount(row.noise)}" if math.isfinite(row.noise) else ""


def loud(rows: Sequence[Change]) -> list[Change]:
    """The rows whose change is not within the noise, where that is known."""
    return [row for row in rows if row.change and not row.within_noise]


def hushed(rows: Sequence[Change]) -> list[Change]:
    """The rows whose change is within the noise."""
    return [row for row in rows if row.change and row.within_noise]


def quiet_words(wording: Wording, rows: Sequence[Change]) -> str:
    """`3 changes within the noise (-1.20 ms together)`; empty where there are none."""
    together = wording.signed(math.fsum(row.change for row in rows))
    said = units.count(len(rows), "change")
    return f"{said} within the noise ({together}{' together' if len(rows) > 1 else ''})" if rows else ""


def elsewhere(wording: Wording, rows: Sequence[Change], shown: Sequence[Change]) -> str:
    """The functions that moved or were renamed and are in no table, in words; empty where there are none."""
    ids = {id(row) for row in shown}
    found = [row for row in rows if row.status in (Status.MOVED, Status.RENAMED) and id(row) not in ids]
    named = [f"{row.here.function} ({wording.where(row)}{_was(row)})" for row in found[:_LISTED]]
    more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    return f"moved or renamed: {', '.join(named)}{more}" if found else ""


def diff_payload(
    record: RecordingDiff, *, limit: int | None = None, size: Callable[[Any], int] = plain_size
) -> dict[str, Any]:
    """The browser's payload of a diff, with its words; `limit` is the most bytes it may take, as `size` measures."""
    wording = Wording.of(record)
    words = DiffWords(
        title=wording.title(),
        next=wording.next(),
        where_before=MappingProxyType(_names(record.before, wording.old)),
        where_after=MappingProxyType(_names(record.after, wording.new)),
    )
    return payload_diff(record, limit=limit, words=words, size=size)


def _names(recording: Recording, places: Places) -> dict[str, str]:
    files = {recording.strings[at] for at in set(recording.frames.file.tolist())}
    return {file: places.file(file) for file in files | {source.file for source in recording.sources}}


def _was(row: Change) -> str:
    return f", was {row.before.function}" if row.status is Status.RENAMED and row.before else ""


def _apart(whole: float, duration: float) -> float:
    return abs(whole - duration) / duration if duration > 0 and math.isfinite(whole) else 0.0


def _count(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def _is_function(row: Change) -> bool:
    """Whether a row is a function that both recordings have and that can be named from outside."""
    return row.status not in (Status.GONE, Status.NEW) and "<" not in row.here.function
