"""Lists of lines, put together and looked through."""

from __future__ import annotations


def flattened(groups: list[list[str]]) -> list[str]:
    """The items of all groups, one behind the other."""
    found: list[str] = []
    for group in groups:
        found = found + group
    return found


def imports(lines: list[str], module: str) -> bool:
    """Whether a source imports a module."""
    return any([line.split()[:2] in (["import", module], ["from", module]) for line in lines])  # noqa: C419


def places(starts: list[int], offsets: list[int]) -> list[int]:
    """How many of the starts, which are in order, lie at or before each offset."""
    return [sum(1 for start in starts if start <= offset) for offset in offsets]
