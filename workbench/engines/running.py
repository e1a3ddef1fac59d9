"""How much of each tick its thread ran, and how much it waited, as far as the clocks tell."""

from __future__ import annotations

from collections import defaultdict
from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.engines.ticks import Stack, Tick

UNCLEAR = (0.1, 0.9)
"""Shares of processor time in a tick between which it may hold a change from running to waiting or back."""

ENOUGH = 0.15
"""The share of the ticks at an instruction that have to be clear, beyond those that look so by chance."""


def used_seconds(ticks: list[Tick], stacks: list[Stack]) -> list[float]:
    """Processor seconds of each tick, at most its wall time.

    The processor clock says what was used since the tick before, so a tick just after a change from running to waiting, or back, holds some
    of both, and stands for the wrong one with half its weight. Where ticks at its instruction are clearly the one, and those at the
    instruction of the tick before clearly the other, the tick is taken to be like those at its own. Otherwise the clock's word stands:
    a thread that shares its processor runs and waits within every tick. What a waiting thread uses, it uses because the sampler woke
    it: none.
    """
    shares = [min(max(tick.cpu / tick.wall, 0.0), 1.0) if tick.wall > 0 else 0.0 for tick in ticks]
    usual = _usual(ticks, stacks, shares)
    before: float | None = None
    found = []
    for tick, share in zip(ticks, shares, strict=True):
        taken = share if share > UNCLEAR[0] else 0.0
        if tick.thread == 0:
            like = usual.get(stacks[tick.stack][:2])
            if like is not None and before is not None and round(before) != round(like):
                taken = like
            before = like if like is not None else share if _clear(share) else None
        found.append(tick.wall * taken)
    return found


def _clear(share: float) -> bool:
    return not UNCLEAR[0] < share < UNCLEAR[1]


def _usual(ticks: list[Tick], stacks: list[Stack], shares: list[float]) -> dict[tuple[int, ...], float]:
    """Instruction -> the share of processor time of the ticks there that are clear, where enough are and agree.

    Ticks that hold a change have any share alike, so some of them look clear by chance: as many on each side as their number tells.
    """
    found: defaultdict[tuple[int, ...], list[float]] = defaultdict(list)
    for tick, share in zip(ticks, shares, strict=True):
        if tick.thread == 0 and tick.wall > 0:
            found[stacks[tick.stack][:2]].append(share)
    usual = {}
    for at, values in found.items():
        waited = [share for share in values if share <= UNCLEAR[0]]
        ran = [share for share in values if share >= UNCLEAR[1]]
        chance = (len(values) - len(waited) - len(ran)) * UNCLEAR[0] / (UNCLEAR[1] - UNCLEAR[0])
        few, many = sorted((waited, ran), key=len)
        if len(many) - chance > max(2, ENOUGH * len(values)) and len(few) <= chance + 2 * sqrt(chance) + 0.05 * len(
            many
        ):
            usual[at] = sum(many) / len(many)
    return usual
