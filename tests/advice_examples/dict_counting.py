"""Examples of dict-counting."""

from __future__ import annotations

from collections import Counter, defaultdict

from advising import Bench, Example

POSITIVE = (
    Example(
        """\
def tally(words):
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1  # hot
    return counts
""",
        says="`counts[word] = counts.get(word, 0) + 1` counts by hand",
        call="list(tally(['b', 'a', 'b', 'c']).items()), type(tally([])), tally({'b': 5})",
    ),
    Example(
        """\
def lengths(words: list[str]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for word in words:
        if len(word) in counts:  # hot
            counts[len(word)] += 1  # hot
        else:
            counts[len(word)] = 1
    return counts
""",
        says="looks `len(word)` up twice or more",
        call="list(lengths(['bb', 'a', 'cc', 'ddd']).items())",
    ),
    Example(
        """\
def by_first(words):
    groups = {}
    for word in words:
        if word[0] in groups:  # hot
            groups[word[0]].append(word)
        else:
            groups[word[0]] = [word]
    return groups
""",
        says="groups by hand",
        call="list(by_first(['bb', 'a', 'bc']).items()), type(by_first([]))",
    ),
    Example(
        """\
def by_size(words):
    groups = {}
    for word in words:
        size = len(word)
        if size not in groups:  # hot
            groups[size] = []
        groups[size].append(word)
    return groups
""",
        says="groups by hand",
        call="list(by_size(['bb', 'a', 'bc']).items()), type(by_size([]))",
    ),
    Example(
        """\
def rare(words):
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1  # hot
        if counts[word] == 2:
            yield word
""",
        says="counts by hand",
    ),
)
NEGATIVE = (
    Example(
        """\
def latest(rows):
    found = {}
    for name, value in rows:
        found[name] = value + 1  # hot
    return found
"""
    ),
    Example(
        """\
def smallest(rows):
    found = {}
    for name, value in rows:
        if name in found:  # hot
            found[name] = min(found[name], value)
        else:
            found[name] = value
    return found
"""
    ),
    Example(
        """\
def seen(counts, word):
    counts[word] = counts.get(word, 0) + 1  # hot
"""
    ),
)
RIGHT = (
    Example(
        """\
from collections import Counter


def tally(words):
    counts = Counter()
    for word in words:
        counts[word] += 1  # hot
    return counts
"""
    ),
    Example(
        """\
from collections import defaultdict


def by_size(words):
    groups = defaultdict(list)
    for word in words:
        groups[len(word)].append(word)  # hot
    return groups
"""
    ),
)


def _counted(words: list[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts


def _counter(words: list[int]) -> dict[int, int]:
    return dict(Counter(words))


def _tested(words: list[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for word in words:
        if word % 97 in counts:
            counts[word % 97] += 1
        else:
            counts[word % 97] = 1
    return counts


def _counter_of_keys(words: list[int]) -> dict[int, int]:
    return dict(Counter(word % 97 for word in words))


def _grouped(words: list[int]) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = {}
    for word in words:
        if word % 97 not in groups:
            groups[word % 97] = []
        groups[word % 97].append(word)
    return groups


def _grouping(words: list[int]) -> dict[int, list[int]]:
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for word in words:
        groups[word % 97].append(word)
    return dict(groups)


def _set_default(words: list[int]) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = {}
    for word in words:
        groups.setdefault(word % 97, []).append(word)
    return groups


def _words(n: int) -> list[int]:
    return [at * 7919 % 1013 for at in range(n)]


SIZES = (4, 16, 64, 256, 1024, 4096, 16384)
BENCHES = {
    "counts of the items": Bench(_counted, _counter, _words, SIZES),
    "counts of a key": Bench(_tested, _counter_of_keys, _words, SIZES),
    "groups": Bench(_grouped, _grouping, _words, SIZES),
    "groups: setdefault": Bench(_set_default, _grouping, _words, SIZES),
}
