"""One measured function as text: the time, where the samples lie, the figures, and what a bare mean would have said."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench import units
from workbench.render.page import BOLD, DIM, MIN_WIDTH
from workbench.render.text_compare import plain
from workbench.render.text_width import cut, pad, visible, wrapped

if TYPE_CHECKING:
    from workbench.model.one import One

_PLAIN = "\x1b[0m"
_STRIP = 44
_DOTS = " .:*#@"
TELLING = 0.03
"""Share of the time from which on an empty call's own time is told."""


def headline_of_one(one: One) -> str:
    """The answer in one line: `1.23 ms a call (95 %: 1.21 to 1.26 ms), median of 8 processes`."""
    if not one.known:
        return "nothing was measured"
    between = f" (95 %: {units.seconds(one.low)} to {units.seconds(one.high)})" if math.isfinite(one.low) else ""
    where = "this process only" if one.here else _processes(one.processes)
    return f"{units.seconds(one.median)} a {one.noun}{between}, median of {where}"


def _processes(many: int) -> str:
    return f"{many} process{'' if many == 1 else 'es'}"


def figures_of_one(one: One) -> list[tuple[str, str]]:
    """What stands beside the time, as names and values; what is not known is left out."""
    if not one.known:
        return []
    low, high = (units.seconds(end) for end in one.extremes)
    timed = f"{units.count(len(one.samples), 'sample')} of {units.count(one.loops, one.noun)}"
    rows = [
        ("between processes", f"{one.spread:.2f}x, {low} to {high}", one.spread),
        ("processor time", units.seconds(one.cpu), one.cpu),
        ("inputs not seen before", units.seconds(one.unseen), one.unseen),
        (f"first {one.noun}, fresh process", units.seconds(one.cold), one.cold),
        ("an empty function's call", f"{units.seconds(one.empty)} in the same loop", _telling(one)),
        ("inputs", f"{one.inputs:,}", math.nan if one.inputs == 1 else 0.0),
        ("measured", f"{timed} in {_processes(one.processes)}, {units.seconds(one.seconds)}", 0.0),
    ]
    return [(name, value) for name, value, known in rows if math.isfinite(known)]


def _telling(one: One) -> float:
    return one.empty if one.empty > TELLING * one.median else math.nan


def as_timeit(one: One) -> str:
    """What a bare mean of one process would have said; empty where there is none."""
    return f"as %timeit would say it (one process, mean): {one.bare}" if one.known else ""


def text_of_one(one: One, *, width: int = 100, color: bool = False) -> str:
    """The whole answer, at most `width` cells wide, ending in a line break."""
    width = max(width, MIN_WIDTH)

    def paint(style: str, text: str) -> str:
        return f"{style}{text}{_PLAIN}" if color and text else text

    lines = [paint(DIM, cut(visible(f"bench {one.name}"), width)), ""]
    lines += [paint(BOLD, line) for line in wrapped(headline_of_one(one), width)]
    lines += [line for said in one.exceptions for line in wrapped(visible(said), width)]
    if one.known:
        rows = figures_of_one(one)
        wide = max(len(name) for name, _ in rows)
        lines += ["", *_strips(one), ""]
        lines += [f"  {pad(name, wide)}  {cut(value, width - wide - 4)}" for name, value in rows]
    if one.remarks:
        lines += ["", *(line for note in one.remarks for line in wrapped(f"note: {visible(note)}", width, 6))]
    if one.known:
        lines += ["", *(paint(DIM, line) for line in wrapped(as_timeit(one), width, 2))]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def scale_of(one: One) -> tuple[float, float]:
    """Seconds at both ends of a drawing: most samples, and all medians of processes; `beyond` counts the others."""
    walls = one.samples.wall[one.samples.counted]
    low, high = (float(end) for end in np.quantile(walls, [0.005, 0.95]))
    lowest, highest = one.extremes
    low, high = min(low, lowest), max(high, highest)
    room = max(0.04 * (high - low), 0.005 * high, 1e-12)
    return max(low - room, 0.0), high + room


def beyond(one: One) -> str:
    """How many samples lie beyond the ends of a drawing, in words; empty where none do."""
    low, high = scale_of(one)
    walls = one.samples.wall[one.samples.counted]
    many = int(np.sum((walls < low) | (walls > high)))
    return f"{units.count(many, 'sample')} beyond the edges" if many else ""


def _strips(one: One) -> list[str]:
    """A row for each process: its samples as marks on a line of seconds, its median as a bar."""
    low, high = scale_of(one)
    samples = one.samples
    medians = samples.medians()
    names = {process: "this process" if one.here else f"process {process + 1}" for process in medians}
    wide = max(map(len, names.values()))
    rows = []
    for process, median in medians.items():
        walls = samples.wall[samples.counted & (samples.process == process)]
        counts, _ = np.histogram(np.clip(walls, low, high), _STRIP, (low, high))
        steps = np.ceil(counts / max(counts.max(), 1) * (len(_DOTS) - 1)).astype(int)
        marks = [_DOTS[step] for step in steps]
        marks[min(int((median - low) / (high - low) * _STRIP), _STRIP - 1)] = "|"
        rows.append(f"  {pad(names[process], wide)}  {''.join(marks)}  {units.seconds(median)}")
    left, right = units.seconds(low), units.seconds(high)
    ends = f"{left}{right.rjust(_STRIP - len(left))}"
    said = "; ".join(part for part in ("| is the median", beyond(one)) if part)
    return [*rows, f"  {' ' * wide}  {ends}", f"  {' ' * wide}  {said}"]


def json_of_one(one: One) -> dict[str, Any]:
    """Everything but the samples, as plain values; numbers that are not known are null."""
    whole = asdict(one)
    del whole["samples"], whole["notes"]
    derived = {"processes": one.processes, "spread": one.spread, "remarks": one.remarks, "timeit": asdict(one.bare)}
    found: dict[str, Any] = plain({"kind": "bench", "headline": headline_of_one(one), **whole, **derived})
    return found
