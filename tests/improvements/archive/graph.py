"""What installing packages would bring along."""

from __future__ import annotations


def reach(needs: dict[str, list[str]], start: list[str]) -> list[str]:
    """All packages that these need, themselves among them, the nearest first."""
    found: list[str] = []
    waiting = list(start)
    while waiting:
        name = waiting.pop(0)
        if name in found:
            continue
        found.append(name)
        waiting.extend(needs.get(name, []))
    return found
