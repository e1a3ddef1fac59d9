"""What the browser reads of a diff: both call trees merged, functions and lines as columns, folded until it fits.

    {"version": 1,
     "meta": {"title", "engine", "evidence", "sampled",
              "unit": "s" | "B", "tick": what one unit of an amount stands for, in `unit`,
              "measure", "lineMeasure", "total", "count": words ("" where there is none), "additive": bool, "perRun": bool,
              "before", "after": {"label", "whole": ticks | null, "duration": seconds, "samples": int},
              "noise": ticks | null (the widest half interval of any change; null: intervals are not known),
              "warnings", "forced", "folded": [sentences], "next": sentence},
     "frames": {"name": [str], "where": [str], "owner": [str], "status": [str]},
     "nodes": {"parent": [int, -1 at a root, always smaller], "frame": [int, -1 folded], "before": [ticks], "after": [ticks]},
     "functions": {"frame": [int], "status": [str], "edited": [bool | null], "before", "after", "change": [ticks], "noise": [ticks | null],
                   "totalBefore", "totalAfter": [ticks | null], "countBefore", "countAfter": [number | null],
                   "whereBefore", "whereAfter", "nameBefore": [str; "" where there is none]},
     "lines": {"function": [str], "owner": [str], "status", "edited", "before", "after", "change", "noise", "totalBefore", "totalAfter",
               "countBefore", "countAfter", "whereBefore", "whereAfter", "sourceBefore", "source": [str]}}

Amounts of nodes are their own, without what lies below; those of both recordings for one run of the target where `perRun`. `change` is
`after` - `before` in ticks; a row is within the noise where |change| <= noise. Every frame of `nodes` and `functions` stands once in
`frames`: by its newer name and place, what is gone by its older one. `nodes` are empty for evidence without stacks. Rows are ranked by
|change|. Statuses are `same`, `changed`, `new`, `gone`, `moved`, `renamed`; owners `own`, `library`, `stdlib`, `native`, `synthetic`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from workbench.analysis.ownership import owners
from workbench.assets.embed import utf8
from workbench.assets.payload import NAME_LENGTH, NODE_TICK, SENTENCE_LENGTH, plain_size, tick_of
from workbench.assets.payload_detail import STEPS
from workbench.assets.payload_tree import CallTree, call_tree
from workbench.model.facts import Evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from workbench.analysis.diff_rows import Change, Place, RecordingDiff
    from workbench.assets.payload_detail import Detail
    from workbench.model.recording import Recording

VERSION = 1
_NODE_BYTES, _ROW_BYTES = 8, 40


@dataclass(frozen=True, slots=True)
class DiffWords:
    """What the view says in words: `title`, `next`, and the short names of the files of both recordings."""

    title: str = ""
    next: str = ""
    where_before: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    where_after: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class MergedTree:
    """Both call trees in one: `frame` of its nodes index `frames`, the pairs (older frame, newer frame) with -1 for none; amounts
    `before` and `after`, for one run of the target, in its `own`."""

    tree: CallTree
    frames: list[tuple[int, int]]


def payload_diff(
    record: RecordingDiff,
    *,
    limit: int | None = None,
    words: DiffWords | None = None,
    size: Callable[[Any], int] = plain_size,
) -> dict[str, Any]:
    """The payload of a diff; `limit` is the most bytes it may take where it is stored, as `size` measures (None: all there is).

    To fit, the smallest nodes are folded and the last rows left out; `meta.folded` says so.
    """
    merged, said = merged_tree(record), words or DiffWords()
    for step in STEPS[:-1]:
        if limit is not None and _least(record, merged, step) > limit:
            continue
        made = _Writer(record, merged, said, step).write()
        if limit is None or size(made) <= limit:
            return made
    return _Writer(record, merged, said, STEPS[-1]).write()


def _least(record: RecordingDiff, merged: MergedTree, step: Detail) -> int:
    """A lower bound on the bytes of the payload at this step."""
    rows = min(len(record.functions), step.functions) + min(len(record.lines), step.lines)
    return min(len(merged.tree), step.nodes) * _NODE_BYTES + rows * _ROW_BYTES


def merged_tree(record: RecordingDiff) -> MergedTree:
    """Both call trees, merged where the functions on the path are paired; empty for evidence without stacks."""
    origins = {after: before for before, after in record.frames.items()}
    index: dict[tuple[int, int], int] = {}
    nodes: dict[tuple[int, int], int] = {}
    own: dict[str, list[float]] = {"before": [], "after": []}
    for side, recording, pair in (
        ("before", record.before, lambda frame: (frame, record.frames.get(frame, -1))),
        ("after", record.after, lambda frame: (origins.get(frame, -1), frame)),
    ):
        tree, amounts = _tree(recording, record)
        place: list[int] = []
        for parent, frame, amount in zip(tree.parent, tree.frame, amounts, strict=True):
            key = place[parent] if parent >= 0 else -1, index.setdefault(pair(frame), len(index))
            if key not in nodes:
                nodes[key] = len(nodes)
                own["before"].append(0.0)
                own["after"].append(0.0)
            place.append(nodes[key])
            own[side][nodes[key]] += amount
    return MergedTree(CallTree([key[0] for key in nodes], [key[1] for key in nodes], own), list(index))


def _tree(recording: Recording, record: RecordingDiff) -> tuple[CallTree, list[float]]:
    """The call tree of one recording and the own amount of each node."""
    if not recording.stacked and recording.evidence is not Evidence.HEAP:
        return CallTree([], [], {"self": []}), []
    tree = call_tree(recording)
    if recording.evidence is Evidence.HEAP:
        return tree, tree.own[record.measure.key]
    return tree, [math.fsum(parts) / recording.target.repeats for parts in zip(*tree.own.values(), strict=True)]


@dataclass(slots=True)
class _Writer:
    record: RecordingDiff
    merged: MergedTree
    words: DiffWords
    detail: Detail
    frames: dict[tuple[int, int], int] = field(default_factory=dict)
    folded: list[str] = field(default_factory=list)
    tick: float = 1.0

    def __post_init__(self) -> None:
        if self.record.measure.unit == "s":
            known = [one for one in self._wholes() if math.isfinite(one)]
            self.tick = NODE_TICK * tick_of(max(self.record.old_duration, self.record.new_duration, *known))

    def write(self) -> dict[str, Any]:
        """The payload at this detail."""
        record = self.record
        functions = self._kept(record.functions, self.detail.functions, "function")
        lines = self._kept(record.lines, self.detail.lines, "line")
        written = {
            "version": VERSION,
            "functions": {"frame": [self._frame(_key(row)) for row in functions], **self._columns(functions)}
            | {"nameBefore": [_short(row.before.function) if row.before else "" for row in functions]},
            "lines": self._lines(lines),
            "nodes": self._nodes(),
        }
        return written | {"frames": self._frames(), "meta": self._meta()}

    def _wholes(self) -> tuple[float, float]:
        return self.record.old_whole, self.record.new_whole

    def _ticks(self, amount: float) -> int | None:
        return round(amount / self.tick) if math.isfinite(amount) else None

    def _kept(self, rows: Sequence[Change], most: int, noun: str) -> Sequence[Change]:
        if len(rows) > most:
            self.folded.append(f"{len(rows) - most:,} {noun}s that changed least")
        return rows[:most]

    def _frame(self, pair: tuple[int, int]) -> int:
        return self.frames.setdefault(pair, len(self.frames))

    def _nodes(self) -> dict[str, list[Any]]:
        tree = self.merged.tree.pruned(self.detail.nodes)
        if tree.folded:
            self.folded.append(f"{tree.folded:,} small boxes of the flame graph")
        return {
            "parent": tree.parent,
            "frame": [self._frame(self.merged.frames[at]) if at >= 0 else -1 for at in tree.frame],
            "before": [self._ticks(amount) for amount in tree.own["before"]],
            "after": [self._ticks(amount) for amount in tree.own["after"]],
        }

    def _columns(self, rows: Sequence[Change]) -> dict[str, list[Any]]:
        amounts: dict[str, Callable[[Change], float]] = {
            "before": lambda row: row.old,
            "after": lambda row: row.new,
            "noise": lambda row: row.noise,
            "totalBefore": lambda row: row.old_total,
            "totalAfter": lambda row: row.new_total,
        }
        written: dict[str, list[Any]] = {name: [self._ticks(of(row)) for row in rows] for name, of in amounts.items()}
        pairs = zip(written["before"], written["after"], strict=True)
        return written | {
            "status": [str(row.status) for row in rows],
            "edited": [row.edited for row in rows],
            "change": [after - before for before, after in pairs],
            "noise": [self._noise(row) for row in rows],
            "countBefore": [_known(row.old_count) for row in rows],
            "countAfter": [_known(row.new_count) for row in rows],
            "whereBefore": [self._where(row.before, self.words.where_before) for row in rows],
            "whereAfter": [self._where(row.after, self.words.where_after) for row in rows],
        }

    def _noise(self, row: Change) -> int | None:
        """In whole ticks, on the side on which the row's amounts are: rounding may not bring a change into the noise, or out of it."""
        if not math.isfinite(row.noise):
            return None
        change = abs(round(row.new / self.tick) - round(row.old / self.tick))
        noise = round(row.noise / self.tick)
        return max(noise, change) if row.within_noise else min(noise, max(change - 1, 0))

    def _lines(self, rows: Sequence[Change]) -> dict[str, list[Any]]:
        return {
            "function": [_short(row.here.function) for row in rows],
            "owner": [str(row.owner) for row in rows],
            **self._columns(rows),
            "sourceBefore": [_short(row.before.source) if row.before else "" for row in rows],
            "source": [_short(row.after.source) if row.after else "" for row in rows],
        }

    def _where(self, place: Place | None, names: Mapping[str, str]) -> str:
        if place is None:
            return ""
        file = names.get(place.file, place.file.replace("\\", "/").rpartition("/")[2])
        return _short(f"{file}:{place.line}" if file and place.line > 0 and place.file != "~" else file)

    def _frames(self) -> dict[str, list[str]]:
        rows = {_key(row): row for row in self.record.functions}
        old, new = owners(self.record.before), owners(self.record.after)
        written: dict[str, list[str]] = {"name": [], "where": [], "owner": [], "status": []}
        for before, after in self.frames:
            side, frame = (self.record.after, after) if after >= 0 else (self.record.before, before)
            names = self.words.where_after if after >= 0 else self.words.where_before
            file = side.frame_file(frame)
            row = rows.get((before, after))
            written["name"].append(_short(side.frame_name(frame)))
            written["where"].append(
                _short(names.get(file, file.replace("\\", "/").rpartition("/")[2]))
                + (f":{line}" if (line := int(side.frames.line[frame])) > 0 and file not in ("", "~") else "")
            )
            written["owner"].append(str((new if after >= 0 else old)[frame]))
            written["status"].append(str(row.status) if row else "same")
        return written

    def _meta(self) -> dict[str, Any]:
        record, measure = self.record, self.record.measure
        wholes, noises = self._wholes(), [row.noise for row in record.functions if math.isfinite(row.noise)]
        sides = [
            {
                "label": _short(label),
                "whole": self._ticks(whole),
                "duration": duration,
                "samples": len(side.samples),
            }
            for label, whole, duration, side in zip(
                record.labels,
                wholes,
                (record.old_duration, record.new_duration),
                (record.before, record.after),
                strict=True,
            )
        ]
        return {
            "title": _short(self.words.title or record.after.target.name),
            "engine": _short(record.after.engine),
            "evidence": str(record.after.evidence),
            "sampled": record.after.sampled,
            "unit": measure.unit,
            "tick": self.tick,
            "measure": measure.label,
            "lineMeasure": measure.line_label,
            "total": measure.total,
            "count": measure.count,
            "additive": measure.additive,
            "perRun": record.per_run,
            "before": sides[0],
            "after": sides[1],
            "noise": self._ticks(max(noises)) if noises else None,
            "warnings": [_short(one, SENTENCE_LENGTH) for one in record.warnings],
            "forced": [_short(one, SENTENCE_LENGTH) for one in record.forced],
            "folded": self.folded,
            "next": _short(self.words.next, SENTENCE_LENGTH),
        }


def _key(row: Change) -> tuple[int, int]:
    return (row.before.frame if row.before else -1), (row.after.frame if row.after else -1)


def _short(text: str, most: int = NAME_LENGTH) -> str:
    return utf8(text if len(text) <= most else text[:most] + "…")


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
