"""The raw points of a paired benchmark, drawn: inline SVG for pages and notebooks, matplotlib for those who want a figure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from workbench import units
from workbench.model.benchmark import Arm
from workbench.timing.statistics import pairs

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from workbench.model.benchmark import Estimate, Points

WIDE, ROW, LEFT, RIGHT, TOP = 640, 46, 118, 20, 26
_NEW, _OLD, _MIDDLE = "#c77400", "#8a8a8a", "#3b82c4"
_ROWS = ((Arm.NEW, "new code", _NEW), (Arm.AGAIN, "old, again", _OLD))


def process_medians(points: Points, arm: Arm) -> NDArray[np.float64]:
    """The median of log(old / arm) in each process, in the order of processes."""
    return np.array([np.median(group) for group in pairs(points, arm)], np.float64)


def every_pair(points: Points, arm: Arm) -> NDArray[np.float64]:
    """log(old / arm) for each pair, process after process."""
    return np.concatenate([*pairs(points, arm), np.empty(0)])


def svg(points: Points, ratio: Estimate) -> str:
    """All pairs as dots on a scale of ratios, each process's median as a larger one, the interval of `ratio` as a bar; below, the old
    code against itself."""
    values = {arm: every_pair(points, arm) for arm, _, _ in _ROWS}
    everything = np.concatenate([*values.values(), [0.0]])
    if len(everything) < 2:
        return ""
    low, high = (float(end) for end in np.quantile(everything, [0.005, 0.995]))
    low, high = min(low, 0.0, math.log(max(ratio.low, 1e-9))), max(high, 0.0)
    pad = max(0.04 * (high - low), 0.005)
    low, high = low - pad, high + pad
    beyond = int(np.sum((everything < low) | (everything > high)))

    def across(value: float) -> float:
        return LEFT + (WIDE - LEFT - RIGHT) * min(max((value - low) / (high - low), 0.0), 1.0)

    tall = TOP + ROW * len(_ROWS) + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {tall}" width="100%" style="max-width:{WIDE}px" role="img" '
        f'font-family="system-ui, sans-serif" font-size="11" aria-label="Each pair as a dot: how many times as fast">',
        _scale(low, high, across, tall),
    ]
    for at, (arm, name, color) in enumerate(_ROWS):
        middle = TOP + ROW * at + ROW / 2
        parts.append(f'<text x="{LEFT - 10}" y="{middle + 4:.0f}" text-anchor="end" fill="currentColor">{name}</text>')
        parts += _dots(values[arm], middle, color, across)
        parts += [
            f'<circle cx="{across(value):.1f}" cy="{middle:.1f}" r="3.4" fill="{color}" stroke="#fff" stroke-width="0.8"/>'
            for value in process_medians(points, arm)
        ]
    if ratio.known and math.isfinite(ratio.high):
        begin, end = across(math.log(ratio.low)), across(math.log(ratio.high))
        parts.append(
            f'<rect x="{begin:.1f}" y="{TOP + 2}" width="{max(end - begin, 1.5):.1f}" height="5" rx="2" fill="{_MIDDLE}"/>'
        )
    if beyond:
        parts.append(
            f'<text x="{WIDE - RIGHT}" y="{tall - 4}" text-anchor="end" fill="{_OLD}">{units.count(beyond, "pair")} beyond the edges</text>'
        )
    return "".join([*parts, "</svg>"])


def _dots(values: NDArray[np.float64], middle: float, color: str, across: Callable[[float], float]) -> list[str]:
    rng = np.random.default_rng(1)
    shown = values if len(values) <= 1500 else rng.choice(values, 1500, replace=False)
    heights = middle + (rng.random(len(shown)) - 0.5) * (ROW - 18)
    return [
        f'<circle cx="{across(value):.1f}" cy="{height:.1f}" r="1.5" fill="{color}" fill-opacity="0.28"/>'
        for value, height in zip(shown.tolist(), heights.tolist(), strict=True)
    ]


def _scale(low: float, high: float, across: Callable[[float], float], tall: int) -> str:
    parts = []
    for ratio in ticks(math.exp(low), math.exp(high)):
        x = across(math.log(ratio))
        one = abs(ratio - 1) < 1e-9
        stroke = 'stroke="currentColor" stroke-opacity="0.55"' if one else 'stroke="currentColor" stroke-opacity="0.12"'
        parts.append(f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{tall - 22}" {stroke}/>')
        parts.append(
            f'<text x="{x:.1f}" y="{TOP - 11}" text-anchor="middle" fill="currentColor" fill-opacity="0.7">{ratio:.4g}x</text>'
        )
    return "".join(parts)


def ticks(low: float, high: float) -> list[float]:
    """Round ratios between `low` and `high`, 1 among them where it lies there: at most about seven."""
    if high / low > 4:
        steps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
        found = [step for step in steps if low <= step <= high]
        return found if len(found) <= 7 else [step for step in found if str(step).strip("0.")[0] == "1"]
    step = next(one for one in (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if (high - low) / one <= 7)
    first = math.ceil(low / step)
    return [round(at * step, 6) for at in range(first, int(high / step) + 1)]
