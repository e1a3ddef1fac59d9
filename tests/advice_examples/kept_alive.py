"""Examples of kept-alive."""

from __future__ import annotations

from collections import deque

from advising import Bench, Example

POSITIVE = (
    Example(
        """\
SEEN = []


def handled(text):
    words = text.split()  # held
    SEEN.append(words)  # held
    return len(words)
""",
        says="`SEEN.append(words)` adds to `SEEN`, which lives as long as the program",
    ),
    Example(
        """\
HANDLERS = []


def watched(size):
    data = bytes(size)  # held
    HANDLERS.append(lambda: len(data))  # held
    return size


def changed():
    for handler in HANDLERS:
        handler()
""",
        says="adds to `HANDLERS`",
    ),
    Example(
        """\
def handled(text, seen=[]):
    words = text.split()  # held
    seen.append(words)  # held
    return len(words)
""",
        says="the default of the argument `seen`",
    ),
    Example(
        """\
class Client:
    made = []

    def __init__(self, size):
        self.data = bytes(size)  # held
        Client.made.append(self)  # held
""",
        says="`Client.made.append(self)` adds to `Client.made`",
    ),
)
NEGATIVE = (
    Example(
        """\
HANDLERS = []


def watched(size):
    data = bytes(size)  # held
    HANDLERS.append(lambda: len(data))  # held


def closed():
    HANDLERS.clear()
"""
    ),
    Example(
        """\
SEEN = []


def handled(text):
    words = text.split()  # held
    SEEN.append(words)  # held
    if len(SEEN) > 10:
        SEEN.pop(0)
    return len(words)
"""
    ),
    Example(
        """\
def handled(texts):
    seen = []
    for text in texts:
        seen.append(text.split())  # held
    return seen
"""
    ),
    Example(
        """\
from collections import deque

SEEN = deque(maxlen=10)


def handled(text):
    words = text.split()  # held
    SEEN.append(words)  # held
    return len(words)
"""
    ),
)
RIGHT = (
    Example(
        """\
ROWS = []


def handled(text):
    ROWS.append(text.split())  # held


def total():
    return sum(len(row) for row in ROWS)
"""
    ),
    Example(
        """\
from weakref import WeakSet

MADE = WeakSet()


class Client:
    def __init__(self, size):
        self.data = bytes(size)  # held
        MADE.add(self)  # held
"""
    ),
)


def _kept(n: int) -> int:
    seen, whole = list[bytes](), 0
    for _ in range(n):
        seen.append(bytes(1000))
        whole += len(seen[-1])
    return whole


def _bounded(n: int) -> int:
    seen, whole = deque[bytes](maxlen=100), 0
    for _ in range(n):
        seen.append(bytes(1000))
        whole += len(seen[-1])
    return whole


BENCHES = {"memory of texts of 1 KB": Bench(_kept, _bounded, int, (10, 100, 200, 1000, 10_000), of="memory")}
