"""Allocated memory per line and per function: who held it at the peak, who holds it at the end, who allocated most."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from workbench.analysis.ownership import Owner, innermost_own, owners
from workbench.analysis.tree import accumulated, binned, topmost

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.model.recording import Recording

HEAP_MEASURES = ("peak", "held", "allocated", "temporary")
"""The sizes that are ranked, in the order they are shown."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """Bytes, and in how many allocations; NaN where not known. See HeapTable."""

    peak: float
    peak_blocks: float
    held: float
    held_blocks: float
    allocated: float
    allocations: float
    temporary: float
    temporaries: float

    def of(self, measure: str) -> float:
        """The bytes of one of HEAP_MEASURES."""
        value: float = getattr(self, measure)
        return value

    def blocks(self, measure: str) -> float:
        """In how many allocations."""
        value: float = getattr(self, BLOCKS[measure])
        return value


BLOCKS = {"peak": "peak_blocks", "held": "held_blocks", "allocated": "allocations", "temporary": "temporaries"}
_COLUMNS = tuple(field.name for field in fields(Amounts))


@dataclass(frozen=True, slots=True)
class HeapLine:
    """One source line: `here` is what was allocated while it was the innermost line of own code (of others' code, where no own one called
    it), `total` with all own lines it called. `source` is empty where no source was captured. `hits` is None: nothing counts them."""

    frame: int
    file: str
    line: int
    source: str
    owner: Owner
    function: str
    here: Amounts
    total: Amounts
    hits: None = None


@dataclass(frozen=True, slots=True)
class HeapFunction:
    """One function; `here` and `total` as in HeapLine."""

    frame: int
    function: str
    file: str
    line: int
    owner: Owner
    here: Amounts
    total: Amounts


def heap_measures(recording: Recording) -> tuple[str, ...]:
    """Those of HEAP_MEASURES that are known."""
    return tuple(name for name in HEAP_MEASURES if not np.isnan(getattr(recording.heap, name)).any())


def heap_weights(recording: Recording, column: str) -> NDArray[np.float64]:
    """What each stack node has of a column of HeapTable, as a leaf; all NaN where the column is not known."""
    table = recording.heap
    return binned(table.stack, getattr(table, column), len(recording.stacks)) + (
        np.nan if np.isnan(getattr(table, column)).any() else 0.0
    )


def heap_whole(recording: Recording) -> Amounts:
    """The sums over everything."""
    return Amounts(*(float(getattr(recording.heap, name).sum()) for name in _COLUMNS))


def heap_lines(recording: Recording) -> list[HeapLine]:
    """Every line that allocated, or called what did: from the most held at the peak (else at the end) to the least."""
    stacks, frames = recording.stacks, recording.frames
    keys = frames.file[stacks.frame].astype(np.int64) << 32 | stacks.line.astype(np.int64)
    unique, label = np.unique(keys, return_inverse=True)
    at = np.zeros(len(unique), dtype=np.int64)
    at[label[::-1]] = stacks.frame[::-1]
    owner, texts = owners(recording), {source.file: source.lines() for source in recording.sources}
    rows = []
    for key, frame, (here, total) in zip(
        unique.tolist(), at.tolist(), _grouped(recording, label.astype(np.int64), len(unique))
    ):
        file, line = recording.strings[key >> 32], key & 0xFFFFFFFF
        text = texts.get(file, [])
        source = text[line - 1] if 0 < line <= len(text) else ""
        rows.append(HeapLine(frame, file, line, source, owner[frame], recording.frame_name(frame), here, total))
    return sorted(rows, key=lambda row: (*_rank(row), row.file, row.line))


def heap_functions(recording: Recording) -> list[HeapFunction]:
    """Every function that allocated, or called one that did, ranked as the lines are."""
    owner = owners(recording)
    seen = np.unique(recording.stacks.frame).tolist()
    grouped = _grouped(recording, recording.stacks.frame.astype(np.int64), len(recording.frames))
    rows = [
        HeapFunction(
            frame,
            recording.frame_name(frame),
            recording.frame_file(frame),
            int(recording.frames.line[frame]),
            owner[frame],
            *grouped[frame],
        )
        for frame in seen
    ]
    return sorted(rows, key=lambda row: (*_rank(row), row.file, row.line))


def by_measure(rows: list[HeapLine], measure: str) -> list[HeapLine]:
    """The lines that have any of a measure themselves, from most to least."""
    return sorted((row for row in rows if row.here.of(measure) > 0), key=lambda row: -row.here.of(measure))


def _rank(row: HeapLine | HeapFunction) -> tuple[float, float, float]:
    first = "held" if np.isnan(row.here.peak) else "peak"
    return -row.here.of(first), -row.total.of(first), -row.here.held


def _grouped(recording: Recording, label: NDArray[np.int64], size: int) -> list[tuple[Amounts, Amounts]]:
    """For each label of stack nodes, what its nodes have as innermost own ones, and with all below them."""
    stacks, inner = recording.stacks, innermost_own(recording)
    inner = np.where(inner >= 0, inner, np.arange(len(stacks)))
    first = topmost(stacks, label)
    here, total = [], []
    for name in _COLUMNS:
        own = heap_weights(recording, name)
        unknown = np.nan if np.isnan(own).any() else 0.0
        here.append((binned(label[inner], own, size) + unknown).tolist())
        total.append((binned(label[first], accumulated(stacks.parent, own)[first], size) + unknown).tolist())
    return [(Amounts(*mine), Amounts(*all_)) for mine, all_ in zip(zip(*here), zip(*total))]
