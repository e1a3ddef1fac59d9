"""What the browser reads: one recording as compact JSON columns, folded until it fits where it is to be stored.

Times are whole numbers of `meta.tick` seconds, those of `nodes` of `nodes.tick`. `frames`, `nodes`, `functions`, `lines` and `calls` are
columns of equal length; indices point into `strings` or `frames`. `nodes`, `paths` and `moments` are packed (`packing.py`), the others
plain lists. Everything is derived by `workbench.analysis`; what the browser sums up anew for a stretch of time is held against it by tests.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.analysis.functions import functions, whole
from workbench.analysis.growth import growth_functions, growth_lines
from workbench.analysis.heap import heap_functions, heap_lines
from workbench.analysis.lines import lines
from workbench.analysis.ownership import Owner, owners
from workbench.analysis.precision import half_width
from workbench.analysis.tree import MEASURES
from workbench.assets.embed import script_json, stored_size, utf8
from workbench.assets.packing import pack
from workbench.assets.payload_detail import FUNCTION_BYTES, LINE_BYTES, MOST_PACKED, NODE_BYTES, STEPS, Detail
from workbench.assets.payload_heap import (
    function_columns,
    heap_meta,
    heaviest,
    line_columns,
    node_columns,
    owner_columns,
)
from workbench.assets.payload_moments import moments_payload
from workbench.assets.payload_sources import SourcePart, SourceText, source_parts, source_texts
from workbench.assets.payload_tasks import tasks_payload
from workbench.assets.payload_timeline import timeline
from workbench.assets.payload_tree import CallTree, call_tree, frames_at, hot_lines, owner_totals
from workbench.model.facts import Evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workbench.analysis.functions import FunctionRow
    from workbench.analysis.growth import FunctionGrowth, GrowthRow
    from workbench.analysis.heap import HeapFunction, HeapLine
    from workbench.analysis.lines import LineRow
    from workbench.model.recording import Recording

VERSION = 2
_HEAT: dict[Evidence, Callable[[Recording], Any]] = {Evidence.MEMORY: growth_lines, Evidence.HEAP: heap_lines}
OWNERS = tuple(Owner)
NODE_TICK = 1_000
"""How many ticks the unit of the call tree's times has: what is drawn needs fewer digits than what is written."""
NAME_LENGTH, SENTENCE_LENGTH, MOST_NOTES = 400, 1_000, 30


@dataclass(frozen=True, slots=True)
class Words:
    """What the view says in words. `counted` is what an exact engine counted, `where` gives a file's short name; `facts` are
    (label, sentence) pairs for the header; `closers` are (engine, words, command) of closer looks at one function, its name as `{name}`,
    and `closer` the one at its lines; `changed` says of a file that its source is another one now."""

    title: str = ""
    ended: str = ""
    caution: str = ""
    counted: str = ""
    closer: str = ""
    closers: tuple[tuple[str, str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    where: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    changed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What all steps of detail share."""

    recording: Recording
    words: Words
    tick: float
    owner: tuple[Owner, ...]
    rows: list[FunctionRow]
    grown: list[FunctionGrowth]
    allocating: list[HeapFunction]
    tree: CallTree
    heat: list[LineRow] | list[GrowthRow] | list[HeapLine]
    seen_at: dict[tuple[str, int], list[int]]
    hottest: dict[int, int]
    texts: list[SourceText]

    def least(self, step: Detail) -> int:
        """A lower bound on the bytes of the payload at this step."""
        lines = min(sum(len(text.texts) for text in self.texts), step.lines)
        return (
            min(len(self.tree), step.nodes) * NODE_BYTES
            + min(len(self.rows), step.functions) * FUNCTION_BYTES
            + lines * LINE_BYTES
        )


def plain_size(value: Any) -> int:
    """The bytes of `value` as JSON within a notebook's file."""
    return stored_size(script_json(value))


def payload(
    recording: Recording,
    *,
    limit: int | None = None,
    words: Words | None = None,
    size: Callable[[Any], int] = plain_size,
) -> dict[str, Any]:
    """The payload of a recording; `limit` is the most bytes it may take where it is stored, as `size` measures (None: all there is).

    To fit, small stack nodes and functions are folded and sources cut to what was seen; `meta.folded` says so. The least detail
    is a few kB, whatever the limit. Sums over a whole owner or the whole run stay complete.
    """
    facts = _facts(recording, words or Words(title=recording.target.name))
    for step in STEPS[:-1]:
        if limit is None or facts.least(step) <= limit * MOST_PACKED:
            made = _Writer(facts, step).write()
            if limit is None or size(made) <= limit:
                return made
    return _Writer(facts, STEPS[-1]).write()


def tick_of(seconds: float) -> float:
    """The unit in which times are sent: a power of ten that leaves nine digits to the whole."""
    return 10.0 ** (math.floor(math.log10(seconds)) - 9) if seconds > 0 else 1e-9


def _facts(recording: Recording, words: Words) -> _Facts:
    owner, seen_at = owners(recording), frames_at(recording)
    heap = recording.evidence is Evidence.HEAP
    heat = _HEAT.get(recording.evidence, lines)(recording)
    return _Facts(
        recording=recording,
        words=words,
        tick=1.0 if heap else tick_of(max(whole(recording), recording.duration)),
        owner=owner,
        rows=functions(recording),
        grown=growth_functions(recording),
        allocating=heap_functions(recording) if heap else [],
        tree=call_tree(recording),
        heat=heat,
        seen_at=seen_at,
        hottest=hot_lines(seen_at, heat),
        texts=source_texts(recording, owner, heat),
    )


@dataclass(slots=True)
class _Writer:
    """Writes one payload: interns strings and frames as they are met."""

    facts: _Facts
    detail: Detail
    strings: dict[str, int] = field(default_factory=dict)
    frames: dict[int, int] = field(default_factory=dict)
    folded: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)

    def write(self) -> dict[str, Any]:
        """The payload at this detail."""
        recording = self.facts.recording
        parts = source_parts(self.facts.texts, self.detail.lines, self.detail.around)
        tree = self.facts.tree.pruned(self.detail.nodes)
        written = {
            "version": VERSION,
            "functions": self._functions(),
            "nodes": self._nodes(tree),
            **moments_payload(recording, tree, self.detail.moments),
            "calls": self._calls(),
            "lines": self._lines(parts),
            "sources": self._sources(parts),
            "timeline": timeline(recording.timeline, self.detail.points),
        }
        if recording.evidence is Evidence.TASKS:
            limits = {"lanes": self.detail.functions, "spans": self.detail.nodes}
            written["tasks"], left_out = tasks_payload(recording, self._string, self._frame, **limits)
            self.folded += left_out
        return {"meta": self._meta(), "frames": self._frames(), "strings": list(self.strings), **written}

    def _string(self, text: str) -> int:
        return self.strings.setdefault(_short(text), len(self.strings))

    def _frame(self, frame: int) -> int:
        return self.frames.setdefault(frame, len(self.frames))

    def _ticks(self, seconds: float) -> int | None:
        return round(seconds / self.facts.tick) if math.isfinite(seconds) else None

    def _file(self, file: str) -> int:
        """A name that tells files apart and does not say where they lie on the machine; `~` stays."""
        return self._string(file if file in {"", "~"} else self.files.setdefault(file, f"file {len(self.files) + 1}"))

    def _where(self, file: str) -> str:
        return self.facts.words.where.get(file, file)

    def _functions(self) -> dict[str, Any]:
        if self.facts.recording.evidence is Evidence.MEMORY:
            return self._growth()
        if self.facts.recording.evidence is Evidence.HEAP:
            return self._allocating()
        rows = _kept(self.facts.rows, self.detail.functions)
        if len(rows) < len(self.facts.rows):
            self.folded.append(f"{len(self.facts.rows) - len(rows):,} functions with little time")
        columns: dict[str, list[Any]] = {
            "frame": [self._frame(row.frame) for row in rows],
            "self": [self._ticks(row.self_time) for row in rows],
            "total": [self._ticks(row.total_time) for row in rows],
        }
        evidence = self.facts.recording.evidence
        if self.facts.recording.stacked:
            columns |= {name: [self._ticks(getattr(row, f"self_{name}")) for row in rows] for name in MEASURES}
        if evidence is Evidence.SAMPLES:
            columns["plusMinus"] = [
                round(row.plus_minus * 1e4) if math.isfinite(row.plus_minus) else None for row in rows
            ]
        elif evidence is Evidence.CALLS:
            columns["calls"] = [row.calls for row in rows]
        return columns

    def _growth(self) -> dict[str, list[Any]]:
        rows = self.facts.grown[: self.detail.functions]
        if len(rows) < len(self.facts.grown):
            self.folded.append(f"{len(self.facts.grown) - len(rows):,} functions with little growth")
        return {
            "frame": [self._frame(row.frame) for row in rows],
            "self": [None] * len(rows),
            "total": [row.increment for row in rows],
        }

    def _allocating(self) -> dict[str, Any]:
        rows = heaviest(self.facts.recording, self.facts.allocating, self.detail.functions)
        if len(rows) < len(self.facts.allocating):
            self.folded.append(f"{len(self.facts.allocating) - len(rows):,} functions that allocated little")
        return {
            "frame": [self._frame(row.frame) for row in rows],
            **function_columns(self.facts.recording, rows),
        }

    def _nodes(self, tree: CallTree) -> dict[str, Any]:
        if tree.folded:
            self.folded.append(f"{tree.folded:,} small boxes of the flame graph")
        return {
            "up": pack(np.arange(len(tree)) - np.array(tree.parent, dtype=np.int64)),
            "frame": pack([self._frame(frame) if frame >= 0 else -1 for frame in tree.frame]),
            **(node_columns(tree) if self.facts.recording.evidence is Evidence.HEAP else self._times(tree)),
        }

    def _times(self, tree: CallTree) -> dict[str, Any]:
        tick = self.facts.tick * NODE_TICK
        return {"tick": tick} | {name: pack(np.rint(np.array(own) / tick)) for name, own in tree.own.items()}

    def _calls(self) -> dict[str, list[Any]]:
        if self.facts.recording.stacked:
            return {"caller": [], "callee": [], "calls": [], "total": []}
        table, kept = self.facts.recording.calls, self.frames
        pairs = zip(
            *(getattr(table, name).tolist() for name in ("caller", "callee", "calls", "total_time")), strict=True
        )
        rows = [row for row in pairs if row[0] in kept and row[1] in kept]
        return {
            "caller": [kept[row[0]] for row in rows],
            "callee": [kept[row[1]] for row in rows],
            "calls": [row[2] for row in rows],
            "total": [self._ticks(row[3]) for row in rows],
        }

    def _lines(self, parts: list[SourcePart]) -> dict[str, Any]:
        index = {part.source.file: at for at, part in enumerate(parts)}
        rows: list[Any] = [
            row for row in self.facts.heat if row.file in index and parts[index[row.file]].holds(row.line)
        ]
        written: dict[str, Any] = {
            "source": [index[row.file] for row in rows],
            "line": [row.line for row in rows],
            "frame": [self._frame(self.facts.seen_at[row.file, row.line][0]) for row in rows],
        }
        if self.facts.recording.evidence is Evidence.LINES:
            return written | {"wall": [self._ticks(row.wall) for row in rows], "hits": [row.hits for row in rows]}
        if self.facts.recording.evidence is Evidence.MEMORY:
            return written | {name: [getattr(row, name) for row in rows] for name in ("hits", "increment", "peak")}
        if self.facts.recording.evidence is Evidence.HEAP:
            return written | line_columns(self.facts.recording, rows)
        return written | {
            **{name: [self._ticks(getattr(row, name)) for row in rows] for name in (*MEASURES, "here")},
            "plusMinus": [round(row.plus_minus * 1e4) if math.isfinite(row.plus_minus) else None for row in rows],
        }

    def _sources(self, parts: list[SourcePart]) -> list[dict[str, Any]]:
        cut = sum(len(text.texts) for text in self.facts.texts) - sum(part.count - part.left_out for part in parts)
        if cut:
            self.folded.append(f"{cut:,} source lines away from any that were seen")
        return [
            {
                "file": self._file(part.source.file),
                "label": self._string(self._where(part.source.file)),
                "lines": part.count,
                "changed": _short(self.facts.words.changed.get(part.source.file, ""), SENTENCE_LENGTH),
                "chunks": [[first, [utf8(text) for text in texts]] for first, texts in part.chunks],
            }
            for part in parts
        ]

    def _frames(self) -> dict[str, list[Any]]:
        recording, owner = self.facts.recording, self.facts.owner
        frames = list(self.frames)
        files = [recording.frame_file(frame) for frame in frames]
        return {
            "id": frames,
            "name": [self._string(recording.frame_name(frame)) for frame in frames],
            "file": [self._file(file) for file in files],
            "where": [self._string(self._where(file)) for file in files],
            "line": [int(recording.frames.line[frame]) for frame in frames],
            "owner": [OWNERS.index(owner[frame]) for frame in frames],
            "hot": [self.facts.hottest.get(frame, 0) for frame in frames],
        }

    def _meta(self) -> dict[str, Any]:
        recording, words, facts = self.facts.recording, self.facts.words, self.facts
        return {
            "title": _short(words.title),
            "engine": _short(recording.engine),
            "mechanism": _short(recording.mechanism),
            "evidence": recording.evidence,
            "sampled": recording.sampled,
            "stacked": recording.stacked,
            "counted": words.counted,
            "closer": _short(words.closer),
            "closers": [dict(zip(("engine", "label", "command"), row, strict=True)) for row in words.closers],
            "tick": facts.tick,
            "duration": recording.duration,
            "whole": whole(recording),
            "samples": len(recording.samples),
            "threads": [_short(name) for name in recording.threads],
            "plusMinus": _known(half_width(0.5, len(recording.samples))) if recording.sampled else 0.0,
            "ended": _short(words.ended, SENTENCE_LENGTH),
            "caution": _short(words.caution, SENTENCE_LENGTH),
            "facts": [[label, _short(said, SENTENCE_LENGTH)] for label, said in words.facts],
            "notes": [_short(note, SENTENCE_LENGTH) for note in recording.notes[:MOST_NOTES]],
            "owners": self._owners(),
            "folded": self.folded,
            **(heap_meta(recording) if recording.evidence is Evidence.HEAP else {}),
        }

    def _owners(self) -> list[dict[str, Any]]:
        if (recording := self.facts.recording).evidence is Evidence.HEAP:
            facts = self.facts
            return [owner_columns(recording, facts.tree, facts.owner, facts.allocating, owner) for owner in OWNERS]
        totals, found = owner_totals(self.facts.tree, self.facts.owner), []
        for owner in OWNERS:
            rows = [row for row in self.facts.rows if row.owner is owner]
            grown = sum(1 for row in self.facts.grown if row.owner is owner)
            split = {name: self._ticks(math.fsum(getattr(row, f"self_{name}") for row in rows)) for name in MEASURES}
            own = self._ticks(math.fsum(row.self_time for row in rows))
            total = self._ticks(totals[owner]) if self.facts.recording.stacked else None
            found.append({"owner": owner.value, "count": len(rows) + grown, "self": own, "total": total, **split})
        return found


def _kept(rows: list[FunctionRow], most: int) -> list[FunctionRow]:
    """At most `most` rows in their order: own code's busiest by themselves and with all they call, then anybody's."""
    if len(rows) <= most:
        return rows
    own = [row for row in rows if row.owner is Owner.OWN]
    chosen = {row.frame for row in sorted(own, key=lambda row: -row.self_time)[: most // 3]}
    chosen.update(row.frame for row in sorted(own, key=lambda row: -row.total_time)[: most // 3])
    by_time = sorted(rows, key=lambda row: -max(row.self_time, row.total_time / 4))
    chosen.update(row.frame for row in by_time[: most - len(chosen)])
    return [row for row in rows if row.frame in chosen]


def _short(text: str, most: int = NAME_LENGTH) -> str:
    return utf8(text if len(text) <= most else text[:most] + "…")


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
