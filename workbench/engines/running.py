"""How much of each tick its thread ran, and how much it waited, as far as the clocks tell."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.engines.ticks import Stack, Tick

UNCLEAR = (0.1, 0.9)
"""Shares of processor time in a tick between which it may hold a change from running to waiting or back."""


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
    """Instruction -> the share of processor time of the ticks there that are clear, where enough are."""
    clear: defaultdict[tuple[int, ...], list[float]] = defaultdict(list)
    count: Counter[tuple[int, ...]] = Counter()
    for tick, share in zip(ticks, shares, strict=True):
        if tick.thread == 0 and tick.wall > 0:
            at = stacks[tick.stack][:2]
            count[at] += 1
            if _clear(share):
                clear[at].append(share)
    means = {
        at: sum(values) / len(values)
        for at, values in clear.items()
        if len(values) >= 3 and len(values) > 0.3 * count[at]
    }
    return {at: mean for at, mean in means.items() if _clear(mean)}
