"""Examples of pair-loops."""

from __future__ import annotations

from collections import defaultdict

from advising import Bench, Example

POSITIVE = (
    Example(
        """\
def joined(orders: list[dict[str, int]], people: list[dict[str, int]]) -> list[tuple[int, int]]:
    found = []
    for order in orders:
        for person in people:
            if order["person"] == person["id"]:  # hot
                found.append((order["id"], person["age"]))
    return found
""",
        says='`order["person"] == person["id"]` is tested with each item of `people`',
        call="joined([{'id': 1, 'person': 7}, {'id': 2, 'person': 8}], [{'id': 8, 'age': 3}, {'id': 7, 'age': 4}, {'id': 7, 'age': 5}]), "
        "joined([{}], [])",
    ),
    Example(
        """\
def first_prices(names, prices):
    found = {}
    for name in names:
        for one, price in prices:
            if one == name and price > 0:  # hot
                found[name] = price
                break
        else:
            found[name] = None
    return found
""",
        says="again for each `name`",
        call="first_prices(['a', 'b', 'c'], [('b', 0), ('a', 2), ('b', 3), ('a', 4)])",
    ),
    Example(
        """\
def joined(left, right):
    return [(one, other) for one in left for other in right if one.key == other.key]  # hot
""",
        says="tested with each item of `right`",
    ),
    Example(
        """\
def groups(keys, rows):
    found = {}
    for key in keys:
        found[key] = [row for row in rows if row.key == key]  # hot
    return found
""",
        says="`row.key == key` is tested with each item of `rows`",
    ),
)
NEGATIVE = (
    Example(
        """\
def near(left, right):
    return [(one, other) for one in left for other in right if abs(one - other) < 3]  # hot
"""
    ),
    Example(
        """\
def twins(families):
    found = []
    for family in families:
        for child in family.children:
            if child.age == family.age:  # hot
                found.append(child)
    return found
"""
    ),
    Example(
        """\
def found(rows, key):
    return [row for row in rows if row.key == key]  # hot
"""
    ),
)
RIGHT = (
    Example(
        """\
def by_suit(cards):
    found = {}
    for suit in ("clubs", "diamonds", "hearts", "spades"):
        found[suit] = [card for card in cards if card.suit == suit]  # hot
    return found
"""
    ),
    Example(
        """\
MARKS = (("+", 1), ("-", -1))


def signs(tokens):
    found = []
    for token in tokens:
        for mark, sign in MARKS:
            if mark == token:  # hot
                found.append(sign)
    return found
"""
    ),
)


def _naive(lists: tuple[list[tuple[int, int]], list[tuple[int, int]]]) -> list[tuple[int, int]]:
    left, right = lists
    found = []
    for one in left:
        for other in right:
            if one[0] == other[0]:
                found.append((one[1], other[1]))
    return found


def _better(lists: tuple[list[tuple[int, int]], list[tuple[int, int]]]) -> list[tuple[int, int]]:
    left, right = lists
    by_key = defaultdict(list)
    for other in right:
        by_key[other[0]].append(other)
    found = []
    for one in left:
        for other in by_key.get(one[0], ()):
            found.append((one[1], other[1]))
    return found


def _lists(n: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    return [(at, at) for at in range(n)], [(at * 7 % n, at) for at in range(n)]


BENCHES = {"lists of one size, each key once": Bench(_naive, _better, _lists, (1, 2, 4, 8, 16, 32, 64, 256, 1024))}
