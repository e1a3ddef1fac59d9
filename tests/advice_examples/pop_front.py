"""Examples of pop-front."""

from __future__ import annotations

from collections import deque

from advising import Bench, Example

POSITIVE = (
    Example(
        """\
def reached(start: int, edges: dict[int, list[int]]) -> list[int]:
    waiting = [start]
    seen = {start}
    found = []
    while waiting:
        node = waiting.pop(0)  # hot native
        found.append(node)
        for other in edges.get(node, ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return found
""",
        says="`waiting.pop(0)` moves every other item of the list `waiting`",
        call="reached(1, {1: [2, 3], 2: [4], 3: [4, 5], 5: [1]})",
    ),
    Example(
        """\
def backwards(words):
    found = []
    for word in words:
        found.insert(0, word.upper())  # hot native
    return found
""",
        says="`found.insert(0, word.upper())` moves every other item",
        call="backwards(['a', 'b', 'c'])",
    ),
    Example(
        """\
class Queue:
    def __init__(self):
        self.items = []

    def put(self, item):
        self.items.append(item)

    def get(self):
        return self.items.pop(0)  # hot native
""",
        says="moves every other item of the list `self.items`",
    ),
    Example(
        """\
def taken(jobs: list[str], run) -> int:
    count = 0
    while jobs:
        run(jobs.pop(0))  # hot native
        count += 1
    return count
""",
        says="`jobs.pop(0)`",
    ),
)
NEGATIVE = (
    Example(
        """\
from collections import deque


def total(numbers):
    waiting = deque(numbers)
    whole = 0
    while waiting:
        whole += waiting.popleft()  # hot
    return whole
"""
    ),
    Example(
        """\
def commands(lines: list[str]) -> list[str]:
    found = []
    for line in lines:
        words = line.split()
        found.append(words.pop(0))  # hot native
    return found
"""
    ),
    Example(
        """\
def emptied(table: dict[int, str]) -> str:
    text = ""
    while table:
        text = table.pop(0, "")  # hot
    return text
"""
    ),
)
RIGHT = (
    Example(
        """\
def means(numbers: list[float]) -> list[float]:
    last = []
    found = []
    for number in numbers:
        last.append(number)
        if len(last) > 5:
            last.pop(0)  # hot native
        found.append(sum(last) / len(last))
    return found
"""
    ),
    Example(
        """\
def window(numbers: list[float], n: int) -> list[float]:
    last = sorted(numbers[:n])
    found = []
    for number in numbers[n:]:
        found.append(last[n // 2])
        last.pop(0)  # hot native
        last.append(number)
        last.sort()
    return found
"""
    ),
)


def _popped(items: list[int]) -> int:
    waiting, whole = list(items), 0
    while waiting:
        whole += waiting.pop(0)
    return whole


def _popped_left(items: list[int]) -> int:
    waiting, whole = deque(items), 0
    while waiting:
        whole += waiting.popleft()
    return whole


def _inserted(items: list[int]) -> list[int]:
    found: list[int] = []
    for item in items:
        found.insert(0, item)
    return found


def _appended_left(items: list[int]) -> list[int]:
    found: deque[int] = deque()
    for item in items:
        found.appendleft(item)
    return list(found)


SIZES = (8, 32, 128, 512, 2048, 8192)
BENCHES = {
    "all taken from the front": Bench(_popped, _popped_left, lambda n: list(range(n)), SIZES),
    "all put at the front": Bench(_inserted, _appended_left, lambda n: list(range(n)), SIZES),
}
