"""The raw points of a comparison as a matplotlib figure, for papers and slides."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from workbench.model.benchmark import Arm
from workbench.render.compare_words import between
from workbench.render.points import every_pair, process_medians, ticks

if TYPE_CHECKING:
    from workbench.model.benchmark import Benchmark


class Drawn(Figure):
    """A figure that a notebook shows by itself, without a backend of matplotlib's."""

    def _repr_png_(self) -> bytes:
        stream = io.BytesIO()
        self.savefig(stream, format="png", dpi=110)
        return stream.getvalue()


def figure(timed: Benchmark) -> Figure:
    """Pairs as dots, processes' medians as circles, the interval as a band; the old code against itself in the lower row."""
    drawn = Drawn(figsize=(7.0, 2.6), layout="constrained")
    axes = drawn.subplots()
    rng = np.random.default_rng(1)
    for at, (arm, color) in enumerate(((Arm.AGAIN, "0.55"), (Arm.NEW, "#c77400"))):
        values = np.exp(every_pair(timed.points, arm))
        axes.scatter(values, at + 0.5 * (rng.random(len(values)) - 0.5), s=5, color=color, alpha=0.3, linewidths=0)
        medians = np.exp(process_medians(timed.points, arm))
        axes.scatter(
            medians, np.full(len(medians), at), s=30, color=color, edgecolors="white", linewidths=0.8, zorder=3
        )
    if timed.ratio.known and math.isfinite(timed.ratio.high):
        axes.axvspan(
            timed.ratio.low, timed.ratio.high, color="#3b82c4", alpha=0.2, linewidth=0, label=between(timed.ratio)
        )
        axes.legend(loc="upper right", frameon=False)
    axes.axvline(1.0, color="0.4", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_yticks([0, 1], ["old against itself", "new"])
    axes.set_ylim(-0.6, 1.6)
    axes.set_xlabel("times as fast as the old code")
    marks = ticks(*axes.get_xlim())
    axes.set_xticks(marks, [f"{mark:.4g}x" for mark in marks])
    axes.set_xticks([], minor=True)
    axes.spines[["top", "right"]].set_visible(False)
    return drawn
