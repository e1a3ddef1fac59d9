"""How much of each tick its thread ran, and how much it waited, as far as the clocks tell."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.engines.ticks import Stack, Tick

UNCLEAR = (0.1, 0.9)
"""Shares of processor time in a tick between which it may hold a change from running to waiting or back."""

EDGE = 0.04
"""A tick in which its thread ran for less than this share, or for all but this, held no change."""

Where = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Used:
    """Processor seconds of each tick, at most its wall time; and the main thread's seconds of wall time in ticks that hold some of both,
    of which only the clock's word is known."""

    seconds: list[float]
    blurred: float


def used_seconds(ticks: list[Tick], stacks: list[Stack]) -> Used:
    """How long each tick's thread ran.

    The processor clock says what was used since the tick before, so a tick just after a change from running to waiting, or back, holds some
    of both, and stands for the wrong one with half its weight. Where ticks without a change show that an instruction waits, all its ticks
    wait; where they show that it runs, a tick that follows one that waits runs. What of the clock's word was thereby taken away from those
    that wait is given to the others that hold a change. Otherwise the clock's word stands: a thread that shares its processor runs
    and waits within every tick. What a waiting thread uses, it uses because the sampler woke it: none.
    """
    shares = [min(max(tick.cpu / tick.wall, 0.0), 1.0) if tick.wall > 0 else 0.0 for tick in ticks]
    word = [share if share > UNCLEAR[0] else 0.0 for share in shares]
    mine = [at for at, tick in enumerate(ticks) if tick.thread == 0 and tick.wall > 0]
    places = {at: stacks[ticks[at].stack][:2] for at in mine}
    likely = _likely(places, shares)
    taken = list(word)
    room, blurred = [], 0.0
    before: bool | None = None
    for at in mine:
        runs = likely.get(places[at], likely.get(places[at][:1]))
        if runs is False or (runs and before is False):
            taken[at] = float(runs)
        elif not _clear(shares[at]):
            blurred += ticks[at].wall
            room.append(at)
        before = runs if runs is not None else None if not _clear(shares[at]) else shares[at] > 0.5
    given = _give(sum(ticks[at].wall * (word[at] - taken[at]) for at in mine), room, ticks, taken)
    return Used([tick.wall * share for tick, share in zip(ticks, taken, strict=True)], blurred - given)


def _give(seconds: float, room: list[int], ticks: list[Tick], taken: list[float]) -> float:
    """Raise what ran of the ticks at `room` by so many seconds, as far as they go; the wall seconds of those that are now settled."""
    free = sum(ticks[at].wall * (1 - taken[at]) for at in room)
    if seconds <= 0 or free <= 0:
        return 0.0
    part = min(seconds / free, 1.0)
    for at in room:
        taken[at] += part * (1 - taken[at])
    return part * sum(ticks[at].wall for at in room)


def _clear(share: float) -> bool:
    return not UNCLEAR[0] < share < UNCLEAR[1]


def _likely(places: dict[int, Where], shares: list[float]) -> dict[Where, bool]:
    """Instruction, or code object alone -> whether its thread runs there (else it waits), where ticks that hold no change tell."""
    found: defaultdict[Where, list[float]] = defaultdict(list)
    for at, place in places.items():
        found[place].append(shares[at])
        found[place[:1]].append(shares[at])
    told = {place: _told(values) for place, values in found.items()}
    return {place: runs for place, runs in told.items() if runs is not None}


def _told(shares: list[float]) -> bool | None:
    """Whether the ticks of one place say that it runs, or that it waits.

    Ticks that hold a change have any share alike, so some of them look as if they held none by chance: as many on each side as
    their number tells. There have to be clearly more on one side, and no more than these on the other.
    """
    waited = sum(share <= EDGE for share in shares)
    ran = sum(share >= 1 - EDGE for share in shares)
    chance = (len(shares) - waited - ran) * EDGE / (1 - 2 * EDGE)
    few, many = sorted((waited, ran))
    if many <= chance + 2 + 2 * sqrt(chance) or few > chance + 2 * sqrt(chance) + 0.05 * many:
        return None
    return ran > waited
