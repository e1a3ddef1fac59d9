"""As many rows of a diff as a budget of language-model tokens has room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.errors import UsageError
from workbench.render.budget import tokens

if TYPE_CHECKING:
    from collections.abc import Callable


def within(budget: int, most: int, write: Callable[[int], str]) -> str:
    """What `write` makes of the largest number of rows, `most` at the most, that takes no more than `budget` tokens.

    Raises UsageError, with the smallest budget that works, where one row is too much.
    """
    if budget < 1:
        raise UsageError(f"The budget is {budget} tokens: give a whole number from 1 on, such as 1500.")
    if (least := tokens(write(1))) > budget:
        raise UsageError(
            f"{budget} tokens are too few for this answer: with one row a table it takes {least}. Give {least} or more."
        )
    low, high = 1, max(most, 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if tokens(write(middle)) <= budget else (low, middle - 1)
    return write(low)
