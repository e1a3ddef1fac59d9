"""Examples of list-membership."""

from __future__ import annotations

from advising import Bench, Example

POSITIVE = (
    Example(
        """\
def common(left: list[str], right: list[str]) -> list[str]:
    found = []
    for word in left:
        if word in right:  # hot native
            found.append(word)
    return found
""",
        says="looks through the list `right`",
        call="common(['a', 'b', 'c', 'a'], ['c', 'a', 'd'])",
    ),
    Example(
        """\
def fresh(words):
    seen = []
    for word in words:
        if word not in seen:  # hot native
            seen.append(word)
    return seen
""",
        says="looks through the list `seen`",
    ),
    Example(
        """\
class Filter:
    def __init__(self, text):
        self.words = text.split()

    def kept(self, lines):
        return [line for line in lines if line in self.words]  # hot native
""",
        says="`line in self.words` looks through the list `self.words`",
    ),
    Example(
        """\
def spoken(pages, text):
    stop = text.split()
    found = []
    for page in pages:
        words = page.split()
        found += [word for word in words if word not in stop]  # hot native
    return found
""",
        says="`word not in stop` looks through the list `stop`",
        call="spoken(['the cat', 'sat on the mat'], 'the on')",
    ),
    Example(
        """\
def mood(words: list[str], stop: list[str], loud: bool) -> str:
    if loud:
        return "loud"
    elif any(word in stop for word in words):  # hot native
        return "stopped"
    return "plain"
""",
        says="`word in stop` looks through the list `stop`",
    ),
)
NEGATIVE = (
    Example(
        """\
def common(left: list[str], right: set[str]) -> list[str]:
    return [word for word in left if word in right]  # hot native
"""
    ),
    Example(
        """\
def found(word: str, words: list[str]) -> bool:
    return word in words  # hot native
"""
    ),
    Example(
        """\
def marked(lines: list[str]) -> int:
    count = 0
    for line in lines:
        words = line.split()
        if "the" in words:  # hot native
            count += 1
    return count
"""
    ),
    Example(
        """\
def common(left: list[list[int]], right: list[list[int]]) -> list[list[int]]:
    return [row for row in left if row in right]  # hot native
"""
    ),
)
RIGHT = (
    Example(
        """\
def vowels(text: str) -> int:
    few = ["a", "e", "i", "o", "u"]
    return sum(1 for letter in text if letter in few)  # hot native
"""
    ),
    Example(
        """\
def taken(wanted, free: list[int]) -> list[int]:
    found = []
    for one in wanted:
        if one in free:  # hot native
            free.remove(one)
            found.append(one)
    return found
"""
    ),
    Example(
        """\
class Reader:
    def __init__(self):
        self.ends = [".", "!", "?"]

    def sentences(self, text):
        return sum(1 for letter in text if letter in self.ends)  # hot native
"""
    ),
)


def _naive(lists: tuple[list[int], list[int]]) -> list[int]:
    left, right = lists
    return [item for item in left if item in right]


def _better(lists: tuple[list[int], list[int]]) -> list[int]:
    left, right = lists
    known = set(right)
    return [item for item in left if item in known]


BENCHES = {
    "as many tests as items": Bench(
        _naive, _better, lambda n: (list(range(0, 2 * n, 2)), list(range(n))), (1, 2, 4, 8, 16, 32, 64, 256, 1024)
    )
}
