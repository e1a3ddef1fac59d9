"""The source of one function, as it was captured at run time."""

from __future__ import annotations

import inspect
import tokenize
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.model.facts import Source


def extent(source: Source, function: str, first: int, last_seen: int) -> range:
    """The line numbers of a function that begins at line `first`: to the end of its block, or of the whole text for a module.

    Where the text cannot be read as Python (a cell with magics), and for lambdas and comprehensions, to the last line seen at work.
    """
    lines = source.lines()
    if function == "<module>" or first < 1:
        return range(1, len(lines) + 1)
    seen = range(first, min(max(first, last_seen), len(lines)) + 1)
    if function.endswith(">"):
        return seen
    try:
        block = inspect.getblock([f"{line}\n" for line in lines[first - 1 :]])
    except (tokenize.TokenError, SyntaxError):
        return seen
    return range(first, max(first + len(block), seen.stop))
