"""The samples in their order of time for the browser, so that a stretch of the run can be looked at by itself.

`paths` are the stack nodes that anything happened at: `up` (how many rows back the caller's is; beyond the beginning: none), `box` (the row
of `nodes` that it belongs to) and `line` (after the frame's first one). `moments` are rows of one sample each (`exact`), or of one stack
in one of the equal stretches of `bin` seconds that a long run is cut into: `path`, `thread`, `start` in microseconds, and seconds of each
kind in units of `tick`. Both are null, and `whyWhole` says why, where there are none.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.analysis.tree import MEASURES
from workbench.assets.packing import pack
from workbench.model.facts import Evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.assets.payload_tree import CallTree
    from workbench.model.recording import Recording

STRETCHES = (2_000, 1_000, 500, 200, 100)
_TICK = 1e-6
_WHY = {
    Evidence.CALLS: "cProfile counts calls and does not know when they were, so this recording is shown as a whole.",
    Evidence.LINES: "Counted lines do not know when they ran, so this recording is shown as a whole.",
    Evidence.MEMORY: "Memory was read at lines and not by the clock, so this recording is shown as a whole.",
    Evidence.HEAP: "Allocations are summed up by stack and not kept by the clock, so the other panes show the whole run.",
    Evidence.TASKS: "What each await took is summed up over the run, so the other panes show the whole run.",
}


def moments_payload(recording: Recording, tree: CallTree, most: int) -> dict[str, Any]:
    """`paths`, `moments` and `whyWhole`; at most `most` rows of moments. There are none where `tree` was folded."""
    if recording.evidence is not Evidence.SAMPLES:
        return {"paths": None, "moments": None, "whyWhole": _WHY[recording.evidence]}
    if not len(recording.samples):
        return {"paths": None, "moments": None, "whyWhole": "There is no sample to choose from."}
    whole = {
        "paths": None,
        "moments": None,
        "whyWhole": "To keep this small, the samples were summed up without their times; the recording itself has them.",
    }
    if tree.folded or len(recording.stacks) > 4 * most:
        return whole
    rows = _exact(recording) if len(recording.samples) <= most else _binned(recording, most)
    if rows is None:
        return whole
    place = np.array(tree.place, dtype=np.int64)
    kept = np.flatnonzero(place >= 0)
    index = np.full(len(place), -1, dtype=np.int64)
    index[kept] = np.arange(len(kept))
    rows["path"] = index[rows["path"]]
    return {"paths": _paths(recording, place, kept, index), "moments": _written(rows), "whyWhole": ""}


def _paths(
    recording: Recording, place: NDArray[np.int64], kept: NDArray[np.int64], index: NDArray[np.int64]
) -> dict[str, Any]:
    stacks = recording.stacks
    parent = stacks.parent[kept]
    above = np.where(parent >= 0, index[parent], -1)
    first = recording.frames.line[stacks.frame[kept]].astype(np.int64)
    return {
        "up": pack(np.arange(len(kept)) - above),
        "box": pack(place[kept], delta=True),
        "line": pack(stacks.line[kept] - first),
    }


def _written(rows: dict[str, Any]) -> dict[str, Any]:
    at = rows["path"] >= 0
    return {
        "exact": rows["bin"] == 0,
        "bin": rows["bin"],
        "tick": _TICK,
        "path": pack(rows["path"][at], delta=True),
        "thread": pack(rows["thread"][at]),
        "start": pack(np.rint(rows["start"][at] * 1e6), delta=True),
        **{name: pack(np.rint(rows[name][at] / _TICK)) for name in MEASURES},
    }


def _exact(recording: Recording) -> dict[str, Any]:
    samples = recording.samples
    order = np.argsort(samples.start, kind="stable")
    columns = {name: getattr(samples, name)[order] for name in ("thread", "start", *MEASURES)}
    return columns | {"path": samples.stack[order], "bin": 0.0}


def _binned(recording: Recording, most: int) -> dict[str, Any] | None:
    """Sums per stack, thread and stretch of the run, in as many stretches as leave at most `most` rows; None where even few do not."""
    samples, length = recording.samples, float(recording.samples.start.max())
    threads = max(1, len(recording.threads))
    for count in STRETCHES:
        size = math.nextafter(length / count, math.inf) or 1.0
        bins = np.minimum((samples.start / size).astype(np.int64), count - 1)
        key = (bins * threads + samples.thread) * len(recording.stacks) + samples.stack
        unique, label = np.unique(key, return_inverse=True)
        if len(unique) <= most:
            sums = {name: np.bincount(label, weights=getattr(samples, name)) for name in MEASURES}
            stack, rest = unique % len(recording.stacks), unique // len(recording.stacks)
            return sums | {"path": stack, "thread": rest % threads, "start": (rest // threads) * size, "bin": size}
    return None
