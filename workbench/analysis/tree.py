"""The call tree: what every stack node counts for, by itself and with everything below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.analysis.ownership import own_tasks
from workbench.model.facts import Evidence
from workbench.model.tables import TaskState

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.model.recording import Recording
    from workbench.model.tables import StackTable

MEASURES = ("python", "native", "waiting")
"""The kinds of time of a sample. Those of a task's time take their places in this order: running, ready, waiting."""


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Seconds per stack node, one array per measure, each as long as the stack table."""

    python: NDArray[np.float64]
    native: NDArray[np.float64]
    waiting: NDArray[np.float64]

    @property
    def wall(self) -> NDArray[np.float64]:
        """The sum of the three measures."""
        return self.python + self.native + self.waiting

    @property
    def sum(self) -> float:
        """All seconds of all nodes."""
        return float(self.wall.sum())


def binned(labels: NDArray[Any], weights: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """The weights summed per label, for labels 0 to `size` - 1."""
    return np.bincount(labels, weights=weights, minlength=size).astype(np.float64, copy=False)


def self_weights(recording: Recording) -> Weights:
    """What each node counts for as a leaf: seconds of samples, or of own tasks that waited there, or went on from there."""
    samples, size = recording.samples, len(recording.stacks)
    if recording.evidence is Evidence.TASKS:
        waits = recording.waits
        told = (waits.stack >= 0) & own_tasks(recording)[waits.task]
        states = [(waits.state == state) & told for state in TaskState]
        return Weights(*(binned(waits.stack[at], waits.seconds[at], size) for at in states))
    return Weights(*(binned(samples.stack, getattr(samples, name), size) for name in MEASURES))


def total_weights(stacks: StackTable, own: Weights) -> Weights:
    """What each node counts for with all its descendants."""
    return Weights(*(accumulated(stacks.parent, getattr(own, name)) for name in MEASURES))


def depths(stacks: StackTable) -> NDArray[np.int32]:
    """The distance of each node from its root: 0 at a root."""
    depth: list[int] = []
    for parent in stacks.parent.tolist():
        depth.append(depth[parent] + 1 if parent >= 0 else 0)
    return np.array(depth, dtype=np.int32)


def topmost(stacks: StackTable, labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which nodes have no ancestor of the same label: the ones a total counts, so that recursion counts once.

    `labels` gives each node's label (its frame, or its line).
    """
    first = np.ones(len(stacks), dtype=bool)
    path: dict[int, int] = {}
    children = _children(stacks)
    pending: list[tuple[int, bool]] = [(root, False) for root in children.get(-1, [])]
    names = labels.tolist()
    while pending:
        node, leaving = pending.pop()
        label = names[node]
        if leaving:
            path[label] -= 1
            continue
        first[node] = not path.get(label)
        path[label] = path.get(label, 0) + 1
        pending.append((node, True))
        pending.extend((child, False) for child in children.get(node, ()))
    return first


def _children(stacks: StackTable) -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for node, parent in enumerate(stacks.parent.tolist()):
        children.setdefault(parent, []).append(node)
    return children


def accumulated(parent: NDArray[np.int32], own: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each node has with all its descendants."""
    total = own.tolist()
    above = parent.tolist()
    for node in range(len(total) - 1, -1, -1):
        if above[node] >= 0:
            total[above[node]] += total[node]
    return np.array(total, dtype=np.float64)
