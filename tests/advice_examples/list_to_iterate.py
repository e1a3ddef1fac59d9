"""Examples of list-to-iterate."""

from __future__ import annotations

from advising import Bench, Example

POSITIVE = (
    Example(
        """\
def negative(rows: list[list[int]]) -> int:
    return sum(1 for row in rows if any([number < 0 for number in row]))  # hot
""",
        says="`any([number < 0 for number in row])` makes a whole list before `any` sees the first item",
        call="negative([[1, -2, 3], [4], [], [-1]])",
    ),
    Example(
        """\
def first_long(words: list[str], size: int) -> str:
    return [word for word in words if len(word) > size][0]  # hot
""",
        says="makes a whole list for its first item",
        call="first_long(['a', 'bcd', 'efgh'], 2)",
    ),
    Example(
        """\
def oldest(pages: dict[str, int]) -> str:
    return list(pages)[0]  # hot native
""",
        says="`list(pages)[0]` makes a whole list for its first item",
        call="oldest({'b': 1, 'a': 2})",
    ),
    Example(
        """\
def known(names: list[str], pages: dict[str, int]) -> list[str]:
    return [name for name in names if name in list(pages.keys())]  # hot native
""",
        says="makes a whole list to look for one item",
        call="known(['a', 'x'], {'a': 1, 'b': 2})",
    ),
    Example(
        """\
def blank(pages: list[list[str]]) -> int:
    count = 0
    for lines in pages:
        if [line for line in lines if line.isspace()]:  # hot
            count += 1
    return count
""",
        says="makes a whole list to see whether there is an item",
        call="blank([['a', ' '], ['b'], []])",
    ),
    Example(
        """\
def lengths(words: list[str]) -> set[int]:
    return set([len(word) for word in words])  # hot
""",
        says="makes a list first, and a set of it then",
        call="lengths(['a', 'bb', 'cc'])",
    ),
)
NEGATIVE = (
    Example(
        """\
def negative(rows: list[list[int]]) -> int:
    return sum(1 for row in rows if any(number < 0 for number in row))  # hot
"""
    ),
    Example(
        """\
def lines(rows: list[list[int]]) -> list[str]:
    return [",".join([str(one) for one in row]) for row in rows]  # hot
"""
    ),
    Example(
        """\
def second(words: list[str]) -> str:
    return [word for word in words if word][1]  # hot
"""
    ),
)
RIGHT = (
    Example(
        """\
def checked(rows, check) -> bool:
    return all([check(row) for row in rows])  # hot
"""
    ),
    Example(
        """\
def squares(numbers: list[int]) -> int:
    return sum([number * number for number in numbers])  # hot
"""
    ),
    Example(
        """\
ENDS = (".", "!", "?")


def ended(text: str) -> bool:
    return any([text.endswith(end) for end in ENDS])  # hot
"""
    ),
)


def _any_list(numbers: list[int]) -> bool:
    half = len(numbers) // 2
    return any([number >= half for number in numbers])  # noqa: C419


def _any(numbers: list[int]) -> bool:
    half = len(numbers) // 2
    return any(number >= half for number in numbers)


def _first_of_list(numbers: list[int]) -> int:
    half = len(numbers) // 2
    return [number for number in numbers if number >= half][0]  # noqa: RUF015


def _next(numbers: list[int]) -> int:
    half = len(numbers) // 2
    return next(number for number in numbers if number >= half)


def _of_list(pages: dict[int, int]) -> int:
    return list(pages)[0]  # noqa: RUF015


def _of_dict(pages: dict[int, int]) -> int:
    return next(iter(pages))


def _set_of_list(numbers: list[int]) -> set[int]:
    return set([number % 97 for number in numbers])  # noqa: C403


def _set(numbers: list[int]) -> set[int]:
    return {number % 97 for number in numbers}


def _range(n: int) -> list[int]:
    return list(range(n))


SIZES = (1, 4, 16, 64, 256, 4096)
BENCHES = {
    "any, answered half way": Bench(_any_list, _any, _range, SIZES),
    "first item, found half way": Bench(_first_of_list, _next, _range, SIZES),
    "first key of a dict": Bench(_of_list, _of_dict, lambda n: dict.fromkeys(range(n), 0), SIZES),
    "set of a list": Bench(_set_of_list, _set, _range, SIZES),
}
