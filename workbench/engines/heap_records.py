"""memray's records as rows: what each stack and thread held at the peak and at the end, and all that it allocated."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.engines.heap_stacks import Stacks, ours

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.engines.heap_stacks import Cut, Place
    from workbench.model.builder import RecordingBuilder

    Key = tuple[int, int, int]
    """Thread, Python stack, native stack."""

ARENA = 1 << 20
"""Bytes of an arena, on all Pythons from 3.10 on."""

SOON = 8
"""An allocation is temporary that is freed before this many more are made in its thread."""

MOST_ADDED_UP = 3_000_000
"""Records of a run up to which all are read one by one, at two microseconds each."""

DEEPEST = 1 << 20
"""Frames of a stack. Without a limit, memray cuts a stack where its tracker was entered: in the recorder, above the person's code."""

_INTERPRETER = ("_PyEval_EvalFrameDefault", "_TAIL_CALL_")
_MMAP = 14
_FREES = frozenset({1, 5, 15})
_LOUD = 0.05
OUTSIDE = "[outside Python]"
"""What was allocated by a thread that runs no Python code."""


class HeapRecords:
    """One memray.FileReader being put into a builder."""

    def __init__(self, reader: Any, cut: Cut, *, native: bool, objects: bool) -> None:
        self._reader = reader
        self._cut = cut
        self._native, self._objects = native, objects
        self._counts: dict[Key, dict[str, float]] = {}
        self._records: dict[Key, Any] = {}
        self._arenas: dict[Key, float] = {}

    def fill(self, builder: RecordingBuilder) -> None:
        """Add all rows, and say what they do not show."""
        reader = self._reader
        self._add(reader.get_high_watermark_allocation_records(merge_threads=False), "peak", "peak_blocks")
        self._add(reader.get_leaked_allocation_records(merge_threads=False), "held", "held_blocks")
        self._add(
            reader.get_temporary_allocation_records(merge_threads=False, threshold=SOON), "temporary", "temporaries"
        )
        records = reader.metadata.total_allocations
        complete = records <= MOST_ADDED_UP
        if complete:
            self._add_up(reader.get_allocation_records())
        else:
            builder.note(
                f"There were {records:,} allocations and frees, too many to add up all that each line allocated; what was held at the "
                "peak and at the end, and what was freed at once, is exact."
            )
        self._rows(builder, complete=complete)
        self._say(builder)

    def _key(self, record: Any) -> Key:
        return record.tid, record.stack_id, record.native_stack_id if self._native else 0

    def _add(self, records: Iterable[Any], size: str, blocks: str) -> None:
        for record in records:
            key = self._key(record)
            self._records.setdefault(key, record)
            counts = self._counts.setdefault(key, {})
            counts[size] = counts.get(size, 0.0) + record.size
            counts[blocks] = counts.get(blocks, 0.0) + record.n_allocations

    def _add_up(self, records: Iterable[Any]) -> None:
        """Everything that was allocated, whatever became of it."""
        sums: dict[Key, list[float]] = {}
        firsts = self._records
        for record in records:
            if record.allocator in _FREES:
                continue
            key = self._key(record)
            row = sums.get(key)
            if row is None:
                row = sums[key] = [0.0, 0.0]
                firsts.setdefault(key, record)
            row[0] += record.size
            row[1] += 1
            if record.allocator == _MMAP and record.size == ARENA:
                self._arenas[key] = self._arenas.get(key, 0.0) + ARENA
        for key, (size, count) in sums.items():
            self._counts.setdefault(key, {}).update(allocated=size, allocations=count)

    def _rows(self, builder: RecordingBuilder, *, complete: bool) -> None:
        paths: dict[Key, list[Place]] = {
            key: record.stack_trace(max_stacks=DEEPEST) for key, record in self._records.items()
        }
        cut = {key: path[: self._cut.length(path)] for key, path in paths.items() if not ours(path)}
        kept = {key: path for key, path in cut.items() if path or not paths[key]}
        stacks = Stacks(builder, kept.values(), self._cut.codes)
        known = ("peak", "peak_blocks", "held", "held_blocks", "temporary", "temporaries")
        whole = dict.fromkeys((*known, "allocated", "allocations") if complete else known, 0.0)
        builder.thread("MainThread")
        for key, path in kept.items():
            node = stacks.node(path)
            for symbol in reversed(self._native_functions(self._records[key])):
                node = stacks.native(node, symbol)
            if node < 0:
                node = stacks.synthetic(node, OUTSIDE)
            builder.heap(node, builder.thread(self._thread(self._records[key])), **(whole | self._counts[key]))

    def _native_functions(self, record: Any) -> list[str]:
        """The native functions above the innermost Python frame, the allocator's caller first."""
        if not self._native:
            return []
        names = [symbol for symbol, _, _ in record.native_stack_trace()]
        return list(takewhile(lambda name: not any(mark in name for mark in _INTERPRETER), names))

    def _thread(self, record: Any) -> str:
        if record.tid == self._reader.metadata.main_thread_id:
            return "MainThread"
        return record.thread_name or f"thread {record.tid}"

    def _say(self, builder: RecordingBuilder) -> None:
        for measure, when in (("peak", "at the peak"), ("held", "at the end")):
            whole = sum(counts.get(measure, 0.0) for counts in self._counts.values())
            arenas = sum(min(self._counts[key].get(measure, 0.0), size) for key, size in self._arenas.items())
            if self._objects or arenas <= _LOUD * whole:
                continue
            builder.note(
                f"Up to {units.size(round(arenas))} of the {units.size(round(whole))} {when} are arenas, mebibytes from which Python "
                "serves objects of up to 512 bytes: they stand at the line that needed a new one, and objects that fit into arenas "
                "there already are not seen. --objects counts each object, at a higher cost."
            )
            break
        unnamed = "" if self._objects else " Objects of up to 512 bytes are seen only by their arenas."
        builder.note(
            "Sizes are what was asked of the allocators since the run began; what was there before is not in them."
            + unnamed
        )
