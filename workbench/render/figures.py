"""Figures of a recording on matplotlib's axes, for papers, slides and notebooks.

Each takes the axes to draw on, or makes a figure of pyplot's, which pyplot then keeps and shows as any other: in a loop, close it
(`plt.close(ax.figure)`) or give axes. Names need room beside the axes: make those with `layout="constrained"`. The style in force holds.
Names are text and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.errors import UsageError, WrongEngineError
from workbench.model.facts import Evidence
from workbench.render import figure_bars, figure_memory, figure_tasks
from workbench.render.figure_style import made_now, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from workbench.model.recording import Recording

_READERS = (Evidence.SAMPLES, Evidence.MEMORY, Evidence.HEAP)


def plot(recording: Recording, *, ax: Axes | None = None, top: int = 10) -> Axes:
    """The `top` functions with the most self time (of memory held, by engine `heap`), or the costliest lines, as bars.

    Widths are seconds or bytes, as in the tables of a profile. Self time is split into its kinds, with its 95 % interval, where those are
    known. Raises UsageError for a `top` below 1.
    """
    if top < 1:
        raise UsageError(f"top={top} leaves nothing to draw; give the number of rows, 1 or more.")
    found = figure_bars.bars(recording, top)
    return figure_bars.draw(found, ax if ax is not None else made_now(recording, len(found.rows)))


def plot_memory(recording: Recording, *, ax: Axes | None = None) -> Axes:
    """Resident memory over the run with its peak, and what was allocated in it, where known.

    Raises UsageError where the engine does not read memory over time.
    """
    if len(recording.timeline):
        return figure_memory.draw(recording, ax if ax is not None else made_now(recording, 10))
    if recording.evidence not in _READERS:
        raise UsageError(
            f"Engine {recording.engine!r} does not read memory over the run, so there is no curve of it. "
            "Record with engine 'sample', 'memory' or 'heap'."
        )
    return say(ax if ax is not None else made_now(recording, 1), "No reading of memory: the run was too short for one.")


def plot_tasks(recording: Recording, *, ax: Axes | None = None, most: int = 40) -> Axes:
    """asyncio tasks as lanes: when each ran, was ready to go on, and waited; and what blocked the event loop. The first `most` tasks.

    Raises WrongEngineError for a recording that follows no tasks, UsageError for `most` below 1.
    """
    if recording.evidence is not Evidence.TASKS:
        raise WrongEngineError(
            f"Engine {recording.engine!r} follows no asyncio tasks, so there are no lanes to draw. Record with engine 'tasks'."
        )
    if most < 1:
        raise UsageError(f"most={most} leaves nothing to draw; give the number of tasks, 1 or more.")
    rows = len(figure_tasks.lanes(recording, most)[0])
    return figure_tasks.draw(recording, ax if ax is not None else made_now(recording, rows + 1), most)
