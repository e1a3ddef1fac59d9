"""A comparison as text: the verdict, what was compared, where the pairs lie, the counter-example, what to do next."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.model.benchmark import Arm, Verdict
from workbench.render.compare_words import allowances, example, figures, headline, inputs, peak
from workbench.render.page import BOLD, DIM, MIN_WIDTH, RED
from workbench.render.points import process_medians
from workbench.render.text_width import cut, pad, visible, wrapped

if TYPE_CHECKING:
    from workbench.model.benchmark import Benchmark
    from workbench.model.comparison import Comparison

_PLAIN = "\x1b[0m"
_STRIP = 48
GREEN = "\x1b[32m"
_DOTS = " .:*#@"


def text_of_comparison(comparison: Comparison, *, width: int = 100, color: bool = False) -> str:
    """The whole answer, at most `width` cells wide, ending in a line break."""
    width = max(width, MIN_WIDTH)

    def paint(style: str, text: str) -> str:
        return f"{style}{text}{_PLAIN}" if color and text else text

    style = {Verdict.FASTER: BOLD + GREEN, Verdict.REFUSED: BOLD + RED, Verdict.SLOWER: BOLD + RED}.get(
        comparison.verdict, BOLD
    )
    lines = [paint(DIM, cut(visible(f"compare {comparison.old} -> {comparison.new}"), width)), ""]
    lines += [paint(style, line) for line in wrapped(visible(headline(comparison)), width)]
    lines += wrapped(inputs(comparison.same), width)
    if comparison.memory is not None:
        lines += wrapped(peak(comparison.memory), width)
    if comparison.said and comparison.verdict not in (Verdict.REFUSED, Verdict.CANNOT_DECIDE):
        lines += wrapped(visible(comparison.said), width)
    lines += _listed(example(comparison), width)
    if comparison.benchmark is not None:
        lines += ["", *_strip(comparison.benchmark), *_listed(figures(comparison.benchmark), width)]
    beside = [
        *allowances(comparison.same),
        *comparison.notes,
        *(comparison.benchmark.notes if comparison.benchmark else ()),
    ]
    if beside:
        lines += ["", *(line for note in beside for line in wrapped(f"note: {visible(note)}", width, 6))]
    lines += ["", *wrapped(f"next: {comparison.next}", width, 6)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _listed(rows: list[tuple[str, str]], width: int) -> list[str]:
    if not rows:
        return []
    wide = max(len(name) for name, _ in rows)
    return ["", *(f"  {pad(name, wide)}  {cut(visible(value), width - wide - 4)}" for name, value in rows)]


def _strip(timed: Benchmark) -> list[str]:
    """Each process's median as a mark on a line of ratios, the new code's above, the old code's against itself below."""
    new, again = process_medians(timed.points, Arm.NEW), process_medians(timed.points, Arm.AGAIN)
    if not len(new):
        return []
    everything = np.concatenate([new, again, [0.0]])
    low, high = float(everything.min()), float(everything.max())
    span = max(high - low, 0.02)
    low, high = low - 0.05 * span, high + 0.05 * span
    ends = f"{math.exp(low):.3g}x", f"{math.exp(high):.3g}x"
    wide = max(map(len, ends))

    def row(values: Any, name: str) -> str:
        counts, _ = np.histogram(values, _STRIP, (low, high))
        marks = [_DOTS[min(int(count), len(_DOTS) - 1)] for count in counts]
        one = min(max(int((0.0 - low) / (high - low) * _STRIP), 0), _STRIP - 1)
        if marks[one] == " ":
            marks[one] = "|"
        return f"  {pad(ends[0], wide, 'right')} {''.join(marks)} {pad(ends[1], wide)}  {name}"

    return [row(new, "new"), row(again, "old against itself  (| is 1x; a mark is a process)")]


def json_of_comparison(comparison: Comparison) -> dict[str, Any]:
    """Everything but the raw points, as plain values; numbers that are not known are null."""
    from dataclasses import asdict

    whole = asdict(comparison)
    timed = whole["benchmark"]
    if timed is not None:
        del timed["points"]
        timed["saved"] = comparison.benchmark.saved if comparison.benchmark else None
    return {"kind": "comparison", "headline": headline(comparison), **plain(whole)}


def plain(value: Any) -> Any:
    """A value made of dicts, lists, texts and numbers, as JSON can have it: numbers that are not known become None."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Verdict) else value
