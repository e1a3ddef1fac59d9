"""The call graph: who called whom, and for how long, from samples or from exact counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.analysis.tree import binned, self_weights, topmost, total_weights

if TYPE_CHECKING:
    from workbench.model.recording import Recording


@dataclass(frozen=True, slots=True)
class CallRow:
    """One edge, by frame indices: seconds spent in `callee` (with all below it) when called by `caller`; `calls` None where not counted."""

    caller: int
    callee: int
    calls: int | None
    total_time: float


def calls(recording: Recording) -> list[CallRow]:
    """Every edge, from most time to least. Recursive edges count once per sample."""
    rows = _sampled(recording) if recording.sampled else _exact(recording)
    return sorted(rows, key=lambda row: (-row.total_time, row.caller, row.callee))


def _exact(recording: Recording) -> list[CallRow]:
    table = recording.calls
    return [
        CallRow(int(caller), int(callee), int(count), float(total))
        for caller, callee, count, total in zip(table.caller, table.callee, table.calls, table.total_time, strict=True)
    ]


def _sampled(recording: Recording) -> list[CallRow]:
    stacks = recording.stacks
    if not len(stacks):
        return []
    total = total_weights(stacks, self_weights(recording)).wall
    inner = stacks.parent >= 0
    caller = np.where(inner, stacks.frame[stacks.parent], -1).astype(np.int64)
    keys = (caller + 1) << 32 | stacks.frame.astype(np.int64)
    unique, label = np.unique(keys, return_inverse=True)
    counted = topmost(stacks, label.astype(np.int64)) & inner
    seconds = binned(label[counted], total[counted], len(unique))
    edges = sorted(set(label[inner].tolist()))
    return [
        CallRow((int(unique[edge]) >> 32) - 1, int(unique[edge]) & 0xFFFFFFFF, None, float(seconds[edge]))
        for edge in edges
    ]
