"""The memory timeline for the browser: few points, no extreme lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from workbench.model.tables import Timeline


def timeline(table: Timeline, points: int) -> dict[str, Any] | None:
    """`time` in whole microseconds and `rss` in bytes, at most `points` each, and the whole table's `start`, `peak`, `peakAt`, `end`.

    Each bucket of readings keeps its lowest and its highest, so that the peak is always there. None where memory was not read.
    """
    if not len(table):
        return None
    at = np.sort(_extremes(table.rss, points)) if len(table) > points else np.arange(len(table))
    top = int(np.argmax(table.rss))
    return {
        "time": [round(value * 1e6) for value in table.time[at].tolist()],
        "rss": table.rss[at].tolist(),
        **_heap(table, at),
        "start": int(table.rss[0]),
        "peak": int(table.rss[top]),
        "peakAt": float(table.time[top]),
        "end": int(table.rss[-1]),
        "readings": len(table),
    }


def _heap(table: Timeline, at: np.ndarray[Any, Any]) -> dict[str, Any]:
    """`heap`, what was allocated and not freed, and its peak, where they are known."""
    if np.isnan(table.heap).any():
        return {}
    top = int(np.argmax(table.heap))
    heap = {"heap": [round(value) for value in table.heap[at].tolist()]}
    return heap | {"heapPeak": round(float(table.heap[top])), "heapPeakAt": float(table.time[top])}


def _extremes(values: np.ndarray[Any, Any], points: int) -> np.ndarray[Any, Any]:
    buckets = np.array_split(np.arange(len(values)), max(1, (points - 2) // 2))
    kept = {0, len(values) - 1}
    for bucket in buckets:
        kept.add(int(bucket[np.argmin(values[bucket])]))
        kept.add(int(bucket[np.argmax(values[bucket])]))
    return np.array(sorted(kept))
