"""Words counted by several threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Lock


def counted(texts: list[str], words: list[str], workers: int) -> list[int]:
    """How often each of some words is there in all texts."""
    totals: dict[str, int] = {}
    lock = Lock()

    def count(text: str) -> None:
        for word in text.split():
            with lock:
                totals[word] = totals.get(word, 0) + 1

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(count, texts))
    return [totals.get(word, 0) for word in words]
