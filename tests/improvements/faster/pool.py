"""Each thread counts for itself, and takes the lock once for a text."""

from concurrent.futures import ThreadPoolExecutor
from threading import Lock


def counted(texts: list[str], words: list[str], workers: int) -> list[int]:
    """How often each of some words is there in all texts."""
    from collections import Counter

    totals: dict[str, int] = {}
    lock = Lock()

    def count(text: str) -> None:
        own = Counter(text.split())
        with lock:
            for word, often in own.items():
                totals[word] = totals.get(word, 0) + often

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(count, texts))
    return [totals.get(word, 0) for word in words]
