"""Words counted by several threads, in one place that they share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Lock

TOTALS: dict[str, int] = {}
LOCK = Lock()


def add(text: str) -> int:
    """Add the words of a text to the totals of all threads; how many words there were."""
    count = 0
    for word in text.split():
        with LOCK:
            TOTALS[word] = TOTALS.get(word, 0) + 1
        count += 1
    return count


def add_all(texts: list[str], workers: int) -> dict[str, int]:
    """The totals of all texts, counted by so many threads."""
    TOTALS.clear()
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(add, texts))
    return dict(TOTALS)
