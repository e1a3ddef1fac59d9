"""Process memory over a run, its peak marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.offsetbox import AnnotationBbox, TextArea

from workbench import units
from workbench.render.figure_style import Palette, tick_points
from workbench.render.figure_words import byte_axis, time_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from workbench.model.recording import Recording
    from workbench.model.tables import Timeline

HEAD = 1.3
"""The axes are so many times as high as the curve, which leaves room for the label of the peak."""


def draw(recording: Recording, ax: Axes) -> Axes:
    """Resident memory as a line, what was allocated during the run (where known) as a dashed one, on axes."""
    table, palette = recording.timeline, Palette.of(ax)
    rss, heap = table.rss.astype(float), table.heap
    known = np.isfinite(heap)
    dots = "o" if len(table) == 1 else ""
    ax.plot(table.time, rss, color=palette.kinds[0], marker=dots)
    ends = [("resident", float(rss[-1]))]
    if known.any():
        ax.plot(table.time[known], heap[known], color=palette.kinds[1], linestyle="--", marker=dots)
        ends.append(("allocated", float(heap[known][-1])))
    last = max(float(table.time[-1]), recording.duration)
    ax.set_xlim(min(0.0, float(table.time[0])), last or 1.0)
    _heights(ax, table, known)
    ax.set_xlabel(f"time since the start ({time_axis(ax.xaxis, last)})")
    ax.set_ylabel(f"memory ({byte_axis(ax.yaxis, float(max(rss.max(), heap[known].max(initial=0.0))))})")
    ax.spines[["top", "right"]].set_visible(False)
    _ends(ax, ends)
    top = int(np.argmax(rss))
    _peak(ax, palette, float(table.time[top]), float(rss[top]))
    return ax


def _heights(ax: Axes, table: Timeline, known: NDArray[np.bool_]) -> None:
    """From zero where the curve begins near it, with room at the top."""
    low, high = float(table.rss.min()), float(table.rss.max())
    if known.any():
        low, high = min(low, float(table.heap[known].min())), max(high, float(table.heap[known].max()))
    low = 0.0 if low < 0.5 * high else low
    span = max(high - low, 0.02 * high, 1.0)
    ax.set_ylim(max(low - 0.04 * span, 0.0) if low else 0.0, low + HEAD * span)


def _peak(ax: Axes, palette: Palette, time: float, value: float) -> None:
    """A mark, and a label that hangs from the top of the axes, as far to the right within itself as the peak is within the axes."""
    left, right = ax.get_xlim()
    across = min(max((time - left) / (right - left), 0.0), 1.0)
    ax.plot([time], [value], color=palette.ink, marker="v", linestyle="none", clip_on=False)
    ax.vlines(
        [time], value, ax.get_ylim()[1], color=palette.ink, linewidth=mpl.rcParams["grid.linewidth"], linestyle=":"
    )
    words = f"peak {units.size(value)}\nat {units.seconds(time)}"
    area = TextArea(words, textprops={"size": tick_points("x"), "color": palette.ink, "multialignment": "center"})
    hung = AnnotationBbox(
        area, (across, 1.0), xycoords="axes fraction", box_alignment=(across, 1.0), frameon=True, pad=0.0,
        bboxprops={"facecolor": palette.paper, "edgecolor": "none", "alpha": 0.8}, annotation_clip=False,
    )  # fmt: skip
    hung.set_in_layout(False)
    ax.add_artist(hung)


def _ends(ax: Axes, ends: list[tuple[str, float]]) -> None:
    """What each line is, and what it ends at, on the right."""
    low, high = ax.get_ylim()
    apart = 1.3 * tick_points("y") * (high - low) / (ax.bbox.height * 72 / ax.figure.dpi)
    at = [value for _, value in ends]
    if len(at) == 2 and abs(at[0] - at[1]) < 2 * apart:
        middle = min(max((at[0] + at[1]) / 2, low + 2 * apart), high - 2 * apart)
        at = [middle + apart, middle - apart] if at[0] >= at[1] else [middle - apart, middle + apart]
    right = ax.secondary_yaxis("right")
    right.set_yticks(at, [f"{name}\n{units.size(value)}" for name, value in ends])
    right.tick_params(axis="y", length=0)
    right.spines["right"].set_visible(False)
