"""Examples of exceptions-as-flow."""

from __future__ import annotations

from advising import Bench, Example

POSITIVE = (
    Example(
        """\
def known(words: list[str], table: dict[str, int]) -> int:
    total = 0
    for word in words:
        try:
            value = table[word]  # hot
        except KeyError:  # hot
            value = 0
        total += value
    return total
""",
        says="`value = table[word]` raises KeyError often",
        call="known(['a', 'b', 'c'], {'a': 1, 'c': 4})",
    ),
    Example(
        """\
def numbers(words):
    found = []
    for word in words:
        try:
            found.append(int(word))  # hot native
        except ValueError:  # hot native
            continue
    return found
""",
        says="raises ValueError often, and raising and catching it is the cost: 50% of the statement's time is in its handler",
    ),
    Example(
        """\
def neighbours(row, places):
    total = 0
    for at in places:
        try:
            total += row[at + 1]  # hot
        except IndexError:
            pass  # hot
    return total
""",
        says="`total += row[at + 1]` raises IndexError often",
    ),
    Example(
        """\
def read(rows, table: dict[str, int]) -> list[int]:
    found = []
    for row in rows:
        try:
            value = table[row.name]  # hot
        except AttributeError:  # hot
            value = 0
        found.append(value)
    return found
""",
        says="raises AttributeError often",
    ),
)
NEGATIVE = (
    Example(
        """\
def opened(paths):
    found = []
    for path in paths:
        try:
            found.append(path.read_text())  # hot
        except OSError:  # hot
            continue
    return found
"""
    ),
    Example(
        """\
def one(table, word):
    try:
        return table[word]  # hot
    except KeyError:  # hot
        pass
"""
    ),
    Example(
        """\
def filled(words, table, make):
    for word in words:
        try:
            table[word]  # hot
        except KeyError:
            table[word] = make(word)  # hot
"""
    ),
    Example(
        """\
def priced(words, price) -> int:
    total = 0
    for word in words:
        try:
            total += price(word)  # hot
        except KeyError:  # hot
            continue
    return total
"""
    ),
)
RIGHT = (
    Example(
        """\
def known(words: list[str], table: dict[str, int]) -> int:
    total = 0
    for word in words:
        try:
            total += table[word]  # hot
        except KeyError:
            total += 1
    return total
"""
    ),
    Example(
        """\
def numbers(words):
    found = []
    for word in words:
        try:
            value = float(word)  # hot native
        except ValueError:
            value = None
        found.append(value)
    return found
"""
    ),
)
KNOWN = dict.fromkeys(range(100), 1)


def _raised(keys: list[int]) -> int:
    total = 0
    for key in keys:
        try:
            value = KNOWN[key]
        except KeyError:
            value = 0
        total += value
    return total


def _got(keys: list[int]) -> int:
    total = 0
    for key in keys:
        value = KNOWN.get(key, 0)
        total += value
    return total


def _tested(words: list[str]) -> list[int]:
    return [int(word) for word in words if word.isdecimal()]


def _read(words: list[str]) -> list[int]:
    found = []
    for word in words:
        try:
            found.append(int(word))
        except ValueError:
            continue
    return found


def _keys(percent: int) -> list[int]:
    return [at if at * 37 % 100 >= percent else -1 for at in range(100)] * 10


BENCHES = {
    "KeyError, percent of misses": Bench(_raised, _got, _keys, (0, 1, 5, 10, 25, 50, 100)),
    "ValueError, percent of misses": Bench(
        _read,
        _tested,
        lambda percent: [str(key) if key >= 0 else "x" for key in _keys(percent)],
        (0, 1, 5, 10, 25, 50, 100),
    ),
}
