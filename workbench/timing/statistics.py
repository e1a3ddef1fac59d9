"""From points to an estimate: the logarithm of old over new for each pair, its median in each process, and the median of those."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from workbench.model.benchmark import UNKNOWN, Arm, Estimate
from workbench.timing.looks import ERROR, FEWEST, Look, best_rank

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.model.benchmark import Points

RESAMPLES = 2000
ALONE = 1.36
"""By how much the logarithm's interval from one process is widened. Such intervals held the truth in 85 % of processes where they claimed
95 %, as if their half width of 1.96 standard errors were 1.44."""


def pairs(points: Points, arm: Arm, *, measure: str = "wall", first: bool | None = None) -> list[NDArray[np.float64]]:
    """log(seconds of the old code / seconds of `arm`) for each pair, an array for each process that has any.

    `first` True takes inputs that the process had not seen before, False those it had, None all.
    """
    wanted = np.ones(len(points), bool) if first is None else points.first == first
    values: NDArray[np.float64] = getattr(points, measure)
    found = []
    for process in np.unique(points.process):
        here = wanted & (points.process == process) & (values > 0)
        mine = dict(zip(points.round[here & (points.arm == arm)], values[here & (points.arm == arm)], strict=True))
        old = dict(
            zip(points.round[here & (points.arm == Arm.OLD)], values[here & (points.arm == Arm.OLD)], strict=True)
        )
        logs = [math.log(old[at] / mine[at]) for at in old if at in mine]
        if logs:
            found.append(np.array(logs))
    return found


def warm_pairs(points: Points, arm: Arm, measure: str = "wall") -> list[NDArray[np.float64]]:
    """Pairs on inputs seen before; all pairs where most processes have had no time for any."""
    warm = pairs(points, arm, measure=measure, first=False)
    every = pairs(points, arm, measure=measure)
    return warm if 2 * len(warm) > len(every) else every


def estimate(groups: list[NDArray[np.float64]], look: Look | None = None) -> Estimate:
    """The ratio and its interval: by ranks of the processes' medians at a look (at 95 % without one), by a two-level bootstrap where
    there are fewer than six processes."""
    if not groups:
        return UNKNOWN
    medians = np.array([np.median(group) for group in groups])
    count = sum(len(group) for group in groups)
    if count < FEWEST:
        low, high, level, method = -math.inf, math.inf, 1.0, f"{count} pairs are too few for an interval"
    elif len(groups) < FEWEST:
        low, high = _bootstrap(groups)
        method = "one process only, widened" if len(groups) == 1 else "two-level bootstrap"
        level = 1 - ERROR
    else:
        rank, error = best_rank(len(medians), look.error if look else ERROR)
        ordered = np.sort(medians)
        low, high = (float(ordered[rank - 1]), float(ordered[-rank])) if rank else (-math.inf, math.inf)
        method = f"ranks {rank} and {len(medians) - rank + 1} of {len(medians)} processes' medians"
        method, level = (method, 1 - error) if rank else (f"{len(medians)} processes are too few for an interval", 1.0)
    return Estimate(
        math.exp(float(np.median(medians))), math.exp(low), math.exp(high), level, len(groups), count, method
    )


def _bootstrap(groups: list[NDArray[np.float64]]) -> tuple[float, float]:
    """Processes drawn with replacement, then pairs within each; the middle 95 % of the medians of medians. For one process, widened."""
    rng = np.random.default_rng(0)
    many = len(groups)
    within = np.stack([np.median(rng.choice(group, (RESAMPLES, many, len(group))), axis=2) for group in groups])
    chosen = rng.integers(many, size=(RESAMPLES, many))
    drawn = within[chosen, np.arange(RESAMPLES)[:, None], np.arange(many)[None, :]]
    low, high = np.quantile(np.median(drawn, axis=1), [ERROR / 2, 1 - ERROR / 2])
    if len(groups) == 1:
        middle = float(np.median(groups[0]))
        low, high = middle + ALONE * (low - middle), middle + ALONE * (high - middle)
    return float(low), float(high)


def seconds_per_call(points: Points, arm: Arm) -> float:
    """The median over processes of the median seconds for one call; NaN without points."""
    mine = points.arm == arm
    warm = mine & ~points.first
    medians = list(points.medians(wanted=warm if warm.any() else mine).values())
    return float(np.median(medians)) if medians else math.nan
