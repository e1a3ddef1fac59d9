"""asyncio tasks as lanes over time, with what blocked the loop."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.collections import PolyCollection

from workbench import units
from workbench.analysis.tasks import slices, tasks
from workbench.model.facts import Evidence
from workbench.model.tables import Outcome, TaskState
from workbench.render.figure_bars import NAMED
from workbench.render.figure_style import Palette, legend, name_rows, say
from workbench.render.figure_words import time_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from workbench.analysis.tasks import SliceRow, TaskRow
    from workbench.model.recording import Recording

MOST_SPANS = 20_000
"""So many stretches are drawn at the most, the longest ones."""

_ENDED = {
    Outcome.PENDING: "not ended",
    Outcome.DONE: "done",
    Outcome.FAILED: "failed",
    Outcome.CANCELLED: "cancelled",
}
_HEIGHT = 0.72


def lanes(recording: Recording, most: int) -> tuple[list[TaskRow], int]:
    """The own tasks that began first, `most` of them, in the order they began; and how many others there are."""
    own = sorted((row for row in tasks(recording) if row.own), key=lambda row: row.start)
    return own[:most], max(0, len(own) - most)


def draw(recording: Recording, ax: Axes, most: int) -> Axes:
    """A lane for each task on axes, and one for the loop where something blocked it."""
    kept, others = lanes(recording, most)
    blocked = slices(recording)
    if not kept and not blocked:
        return say(ax, "No task of own code ran.")
    palette, first = Palette.of(ax), 1 if blocked else 0
    lane = {row.task: first + at for at, row in enumerate(kept)}
    ends = [row.end if math.isfinite(row.end) else recording.duration for row in kept]
    for row, end in zip(kept, ends, strict=True):
        ax.plot([row.start, end], [lane[row.task]] * 2, color=palette.kinds[2], zorder=0.5)
    _stretches(recording, ax, lane, palette)
    _blocked(ax, blocked, palette, first + len(kept))
    last = max([recording.duration, *ends, *(row.start + row.seconds for row in blocked)])
    ax.set_xlim(0.0, last or 1.0)
    unit = time_axis(ax.xaxis, last)
    ax.set_xlabel(
        f"time since the start ({unit})" + (f"; {units.count(others, 'later task')} not shown" if others else "")
    )
    names = [f"{row.name} {row.function}".strip() for row in kept]
    facts = ["" if row.outcome is Outcome.DONE else _ENDED[row.outcome] for row in kept]
    if blocked:
        names, facts = ["event loop", *names], [_worst(blocked), *facts]
    name_rows(ax, names, facts)
    legend(ax)
    return ax


def _stretches(recording: Recording, ax: Axes, lane: dict[int, int], palette: Palette) -> None:
    spans = recording.spans
    at = np.flatnonzero(np.isin(spans.task, list(lane)))
    if len(at) > MOST_SPANS:
        at = at[np.argsort(-spans.seconds[at], kind="stable")[:MOST_SPANS]]
    rows = np.array([lane[task] for task in spans.task[at].tolist()], dtype=float)
    for state in TaskState:
        chosen = spans.state[at] == state
        if chosen.any():
            start, seconds = spans.start[at][chosen], spans.seconds[at][chosen]
            boxes = _boxes(start, seconds, rows[chosen])
            ax.add_collection(PolyCollection(boxes, label=NAMED[Evidence.TASKS][state], **palette.look(state)))


def _blocked(ax: Axes, blocked: list[SliceRow], palette: Palette, rows: int) -> None:
    """What blocked the loop: solid in a lane of its own, and framed across all lanes."""
    if not blocked:
        return
    start = np.array([row.start for row in blocked])
    seconds = np.array([row.seconds for row in blocked])
    ax.add_collection(
        PolyCollection(
            _boxes(start, seconds, np.zeros(len(blocked))), facecolors=palette.ink, linewidths=0, label="blocked"
        )
    )
    ax.vlines(
        np.concatenate([start, start + seconds]), 0.4, rows - 0.5, color=palette.ink,
        linewidth=mpl.rcParams["axes.linewidth"], linestyle=":",
    )  # fmt: skip


def _boxes(
    start: NDArray[np.float64], seconds: NDArray[np.float64], rows: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    """The four corners of each box."""
    end, low, high = start + seconds, rows - _HEIGHT / 2, rows + _HEIGHT / 2
    corners = ((start, low), (start, high), (end, high), (end, low))
    return list(np.stack([np.stack(corner, axis=1) for corner in corners], axis=1))


def _worst(blocked: list[SliceRow]) -> str:
    return f"{units.seconds(blocked[0].seconds)} at most"
