"""A queue that is made to be taken from at its front, and a dictionary, which keeps the order and knows its keys."""

from __future__ import annotations


def reach(needs: dict[str, list[str]], start: list[str]) -> list[str]:
    """All packages that these need, themselves among them, the nearest first."""
    from collections import deque

    found: dict[str, None] = {}
    waiting = deque(start)
    while waiting:
        name = waiting.popleft()
        if name in found:
            continue
        found[name] = None
        waiting.extend(needs.get(name, []))
    return list(found)
