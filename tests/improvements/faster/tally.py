"""Each thread counts for itself, and takes the lock once for a text."""

from __future__ import annotations

from archive.tally import LOCK, TOTALS


def add(text: str) -> int:
    """Add the words of a text to the totals of all threads; how many words there were."""
    from collections import Counter

    words = text.split()
    own = Counter(words)
    with LOCK:
        for word, often in own.items():
            TOTALS[word] = TOTALS.get(word, 0) + often
    return len(words)
