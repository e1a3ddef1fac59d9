"""A key for each item, not for each comparison; and a bounded memory for keys, which are asked for again and again."""

from __future__ import annotations

import re
from functools import lru_cache

from archive.versions import Key, natural


def ordered(versions: list[str]) -> list[str]:
    """Versions by their numbers; those that are alike stay in their order."""
    return sorted(versions, key=natural)


@lru_cache(maxsize=1024)
def natural_kept(version: str) -> Key:
    """What a version is compared by: its words, each with the number behind it."""
    return tuple((word, int(number or 0)) for word, number in re.findall(r"([^0-9]*)([0-9]*)", version))
