"""When a verdict may fall: numbers of processes fixed beforehand, with the chance of error split over them.

Whoever looks after every few pairs and stops at the first success calls identical code faster in 12 of 100 cases. Here each
look has its own share of the five per cent. The interval at a look is that of the sign test: between two order statistics of
the processes' medians the true median lies with a probability that is a sum of binomial coefficients, whatever their
distribution (W. J. Conover, Practical Nonparametric Statistics, 1999, section 3.2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

ERROR = 0.05
USUAL = (8, 16, 32)
FEWEST = 6
"""Fewer processes than this have no such interval at 95 %."""
_WEIGHTS = {1: (1.0,), 2: (1 / 4, 3 / 4), 3: (1 / 6, 5 / 12, 5 / 12)}


@dataclass(frozen=True, slots=True)
class Look:
    """At `processes` processes the interval goes from the `rank`-th smallest to the `rank`-th largest median (from 1), and misses the true
    one with probability `error` at most."""

    processes: int
    rank: int
    error: float


def looks(most: int) -> tuple[Look, ...]:
    """The looks where the time is enough for `most` processes; none where that is fewer than `FEWEST`."""
    if most < FEWEST:
        return ()
    counts = [count for count in USUAL if count < most] + [most]
    counts = counts[-3:] if len(counts) > 3 else counts
    found, spent, granted = [], 0.0, 0.0
    for count, weight in zip(counts, _WEIGHTS[len(counts)], strict=True):
        granted += weight * ERROR
        rank, error = best_rank(count, granted - spent)
        spent += error
        found.append(Look(count, rank, error))
    return tuple(look for look in found if look.rank)


def best_rank(count: int, error: float) -> tuple[int, float]:
    """The highest rank whose interval misses with probability `error` at most, and that probability; (0, 0.0) where there is none."""
    rank, missed, total = 0, 0.0, 0.0
    for lower in range(count // 2):
        total += 2 * math.comb(count, lower) / 2**count
        if total > error * (1 + 1e-9):
            break
        rank, missed = lower + 1, total
    return rank, missed
