"""One list that grows, and items looked at one by one, only as far as needed."""

from __future__ import annotations


def flattened(groups: list[list[str]]) -> list[str]:
    """The items of all groups, one behind the other."""
    found: list[str] = []
    for group in groups:
        found.extend(group)
    return found


def imports(lines: list[str], module: str) -> bool:
    """Whether a source imports a module."""
    return any(line.split()[:2] in (["import", module], ["from", module]) for line in lines)


def places(starts: list[int], offsets: list[int]) -> list[int]:
    """How many of the starts, which are in order, lie at or before each offset."""
    from bisect import bisect_right

    return [bisect_right(starts, offset) for offset in offsets]
