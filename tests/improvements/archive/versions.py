"""Versions of packages, in the order of their numbers."""

from __future__ import annotations

import re
from functools import cmp_to_key, lru_cache

Key = tuple[tuple[str, int], ...]


def natural(version: str) -> Key:
    """What a version is compared by: its words, each with the number behind it."""
    return tuple((word, int(number or 0)) for word, number in re.findall(r"([^0-9]*)([0-9]*)", version))


def ordered(versions: list[str]) -> list[str]:
    """Versions by their numbers; those that are alike stay in their order."""

    def compare(one: str, other: str) -> int:
        mine, its = natural(one), natural(other)
        return (mine > its) - (mine < its)

    return sorted(versions, key=cmp_to_key(compare))


def is_newer(one: str, other: str) -> bool:
    """Whether a version is a newer one than the other."""
    return natural(one) > natural(other)


@lru_cache(maxsize=256)
def epoch(version: str) -> int:
    """The number before a version's colon, 0 without any."""
    head, colon, _ = version.partition(":")
    return int(head) if colon and head.isdecimal() else 0
