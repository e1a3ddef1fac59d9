"""Pairing by likeness: the same pairs whichever side is called the first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MOST_PAIRS = 250_000
"""Candidates beyond which likeness is not worked out."""


def bag(lines: Iterable[str]) -> Counter[str]:
    """How often each line occurs, without its indentation; blank ones are left out."""
    return Counter(text for line in lines if (text := line.strip()))


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Twice what two bags share over all they hold (Dice's coefficient): 1 for equal ones, 0 where they share nothing."""
    size = one.total() + other.total()
    return 2 * (one & other).total() / size if size else 1.0


def best_pairs(
    count: int, others: int, score: Callable[[int, int], float], least: float = 0.0
) -> list[tuple[int, int]]:
    """Pairs (i, j) with i < `count` and j < `others`, each used once, the highest `score` first and none below `least`.

    Of equal scores the pair nearest to the beginning goes first. A symmetric `score` gives the mirrored pairs when the sides change
    places. Empty where there are more than MOST_PAIRS candidates.
    """
    if count * others > MOST_PAIRS:
        return []
    scored = [(score(i, j), i, j) for i in range(count) for j in range(others)]
    ranked = sorted(
        (row for row in scored if row[0] >= least), key=lambda row: (-row[0], max(row[1:]), min(row[1:]), row[1])
    )
    left, right, found = set[int](), set[int](), []
    for _, i, j in ranked:
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            found.append((i, j))
    return found
