"""The costliest functions or lines of a recording as horizontal bars."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np

from workbench import units
from workbench.analysis.functions import functions, whole
from workbench.analysis.growth import growth_lines
from workbench.analysis.heap import heap_functions, heap_measures
from workbench.analysis.lines import lines
from workbench.analysis.ownership import Owner
from workbench.analysis.precision import half_width
from workbench.analysis.tree import MEASURES
from workbench.model.facts import Evidence
from workbench.render.figure_style import Palette, inner_legend, name_rows, say
from workbench.render.figure_words import byte_axis, time_axis
from workbench.render.places import Places

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from workbench.model.recording import Recording

NAMED = {
    Evidence.SAMPLES: ("Python", "native", "waiting"),
    Evidence.TASKS: ("running", "ready", "waiting"),
}
"""What the three kinds of time are called, by what a recording rests on."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its parts in seconds or bytes, half of a 95 % interval of their sum (NaN: not known), and words on either side."""

    name: str
    parts: tuple[float, ...]
    own: bool
    facts: str = ""
    plus_minus: float = math.nan


@dataclass(frozen=True, slots=True)
class Bars:
    """All rows from the top down, what their parts are called (none: one part without a name), what the axis says, and what there
    is to say where there are no rows."""

    rows: list[Bar]
    kinds: tuple[str, ...]
    axis: str
    nothing: str
    size: bool = False
    code: bool = False


def bars(recording: Recording, top: int) -> Bars:
    """The `top` costliest functions by self time, or by memory held; of a recording of lines or of growth, its lines."""
    return _KINDS[recording.evidence](recording, top)


def draw(found: Bars, ax: Axes) -> Axes:
    """Bars on axes; names of own code are bold where there is other code too."""
    if not found.rows:
        return say(ax, found.nothing)
    palette, at = Palette.of(ax), np.arange(len(found.rows))
    values = np.array([row.parts for row in found.rows], dtype=float)
    left = np.zeros(len(found.rows))
    for kind in range(values.shape[1]):
        name = found.kinds[kind] if found.kinds and values[:, kind].any() else "_"
        ax.barh(at, values[:, kind], left=left, height=0.72, label=name, **palette.look(kind))
        left = left + values[:, kind]
    _whiskers(found, left, ax, palette)
    most = float(np.abs(left).max())
    unit = byte_axis(ax.xaxis, most) if found.size else time_axis(ax.xaxis, most)
    if left.min() < 0:
        ax.axvline(0.0, color=palette.ink, linewidth=mpl.rcParams["axes.linewidth"])
    else:
        ax.set_xlim(left=0.0)
    own = [row for row, bar in enumerate(found.rows) if bar.own]
    mixed = 0 < len(own) < len(found.rows)
    ax.set_xlabel(f"{found.axis} ({unit})" + ("; own code in bold" if mixed else ""))
    name_rows(
        ax,
        [bar.name for bar in found.rows],
        [bar.facts for bar in found.rows],
        bold=own if mixed else (),
        code=found.code,
    )
    inner_legend(ax)
    return ax


def _whiskers(found: Bars, ends: NDArray[np.float64], ax: Axes, palette: Palette) -> None:
    wide = np.array([row.plus_minus for row in found.rows])
    known = np.flatnonzero(np.isfinite(wide))
    if len(known):
        ax.errorbar(
            ends[known], known, xerr=(np.minimum(wide, ends)[known], wide[known]), fmt="none", ecolor=palette.ink,
            elinewidth=mpl.rcParams["axes.linewidth"], capsize=mpl.rcParams["lines.markersize"] / 2,
            label="95 % interval",
        )  # fmt: skip


def _of_time(recording: Recording, top: int) -> Bars:
    """Functions by self time, in three kinds of it."""
    chosen = [row for row in functions(recording) if row.self_time > 0][:top]
    seconds, samples = whole(recording), len(recording.samples)
    rows = [
        Bar(
            name=name,
            parts=tuple(getattr(row, f"self_{measure}") for measure in MEASURES),
            own=row.owner is Owner.OWN,
            facts=units.share(row.self_share),
            plus_minus=half_width(row.self_share, samples) * seconds if recording.sampled else math.nan,
        )
        for row, name in zip(chosen, _names(recording, [(row.function, row.file, row.line) for row in chosen]))
    ]
    return Bars(rows, NAMED[recording.evidence], "self time", _NOTHING[recording.evidence])


def _of_calls(recording: Recording, top: int) -> Bars:
    """Functions by self time, with how often each was called."""
    chosen = [row for row in functions(recording) if row.self_time > 0][:top]
    rows = [
        Bar(name, (row.self_time,), row.owner is Owner.OWN, _called(row.self_share, row.calls))
        for row, name in zip(chosen, _names(recording, [(row.function, row.file, row.line) for row in chosen]))
    ]
    return Bars(rows, (), "self time", _NOTHING[recording.evidence])


def _of_lines(recording: Recording, top: int) -> Bars:
    """Lines by wall time, with how often each ran; their names are their source."""
    places = Places.of(recording)
    rows = [
        Bar(_line(places, row.file, row.line, row.source or row.function), (row.wall,), True, _ran(row.hits))
        for row in [row for row in lines(recording) if row.wall > 0][:top]
    ]
    return Bars(rows, (), "time with what the line calls", _NOTHING[recording.evidence], code=True)


def _of_growth(recording: Recording, top: int) -> Bars:
    """Lines by how much memory grew while they ran."""
    places = Places.of(recording)
    rows = [
        Bar(_line(places, row.file, row.line, row.source or row.function), (row.increment,), True, _ran(row.hits))
        for row in [row for row in growth_lines(recording) if row.increment][:top]
    ]
    return Bars(rows, (), "growth of the process", _NOTHING[recording.evidence], size=True, code=True)


def _of_heap(recording: Recording, top: int) -> Bars:
    """Functions by the memory they held when the most was held; at the end, where that is not known."""
    measure = "peak" if "peak" in heap_measures(recording) else "held"
    found = sorted(heap_functions(recording), key=lambda row: -row.here.of(measure))
    chosen = [row for row in found if row.here.of(measure) > 0][:top]
    everything = sum(row.here.of(measure) for row in found if row.here.of(measure) > 0)
    rows = [
        Bar(name, (row.here.of(measure),), row.owner is Owner.OWN, units.share(row.here.of(measure) / everything))
        for row, name in zip(chosen, _names(recording, [(row.function, row.file, row.line) for row in chosen]))
    ]
    axis = {"peak": "held at the peak", "held": "held at the end"}[measure]
    return Bars(rows, (), axis, _NOTHING[recording.evidence], size=True)


_KINDS: dict[Evidence, Callable[[Recording, int], Bars]] = {
    Evidence.SAMPLES: _of_time,
    Evidence.CALLS: _of_calls,
    Evidence.LINES: _of_lines,
    Evidence.MEMORY: _of_growth,
    Evidence.HEAP: _of_heap,
    Evidence.TASKS: _of_time,
}
_NOTHING = {
    Evidence.SAMPLES: "No samples: the run was too short to be seen.",
    Evidence.CALLS: "No function took any time.",
    Evidence.LINES: "No line of the chosen functions ran.",
    Evidence.MEMORY: "No line of the chosen functions changed the memory of the process.",
    Evidence.HEAP: "Nothing that was allocated was held.",
    Evidence.TASKS: "No task spent time in a known place.",
}


def _names(recording: Recording, found: list[tuple[str, str, int]]) -> list[str]:
    """The functions' names, with their places where two are the same."""
    places, often = Places.of(recording), Counter(name for name, _, _ in found)
    return [
        f"{name or '(no name)'} {places.line(file, line)}".strip() if often[name] > 1 else name or "(no name)"
        for name, file, line in found
    ]


def _line(places: Places, file: str, line: int, source: str) -> str:
    return f"{places.line(file, line)}  {source.strip()}"


def _called(share: float, calls: int | None) -> str:
    return units.share(share) if calls is None else f"{units.share(share)}, {units.count(calls, 'call')}"


def _ran(hits: int | None) -> str:
    return "" if hits is None else units.count(hits, "hit")
