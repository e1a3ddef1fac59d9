"""The twins in the syntax of PEP 695: what their elders do, the same types by both checkers, and what an older Python is told."""

from __future__ import annotations

import asyncio
import importlib
import sys
from pathlib import Path
from typing import Any

import pytest
from typed_snippets import lines_refused, lines_refused_by_pyright, marked

from workbench.errors import UsageError
from workbench.patterns import protocols
from workbench.patterns.refusals import RefusedError

NEW = sys.version_info >= (3, 12)
newer = pytest.mark.skipif(not NEW, reason="the twins need Python 3.12")

SNIPPET = """
from typing import assert_type
from workbench.patterns.pep695 import Check, SortedList, gather_with_concurrency, managed_connection, validate_args

class Bare: ...

async def number() -> int: return 1
async def close(number: int) -> None: ...
def positive(number: int) -> bool: return number > 0

check: Check[int] = positive
other: Check[str] = positive  # refused

@validate_args(positive)
def text(number: int) -> str: return "a" * number

async def use() -> None:
    words = SortedList(["b", "a"])
    assert_type(words, SortedList[str])
    assert_type(words[0], str)
    words.add(3)  # refused
    SortedList([Bare()])  # refused
    assert_type(await gather_with_concurrency(2, number(), number()), list[int])
    await gather_with_concurrency(2, number)  # refused
    async with managed_connection(number, close) as one:
        assert_type(one, int)
    assert_type(text(1), str)
    text("a")  # refused
"""


@pytest.mark.skipif(NEW, reason="this Python can read them")
def test_an_older_python_is_told() -> None:
    """Where the syntax cannot be read, importing the twins is an ImportError that says which Python and where the elders are."""
    for ask in ("import workbench.patterns.pep695", "from workbench.patterns import pep695"):
        with pytest.raises(
            ImportError, match=r"syntax of Python 3\.12, and this is 3\.11.*import it from there"
        ) as caught:
            exec(ask)
        assert isinstance(caught.value, UsageError)


@newer
def test_they_do_what_their_elders_do() -> None:
    """Sorted, gathered, closed and refused as by the patterns they are twins of."""
    twins: Any = importlib.import_module("workbench.patterns.pep695")
    assert list(twins.SortedList([3, 1, 2])) == [1, 2, 3]
    assert twins.SortedList("ab") == protocols.SortedList("ba")
    assert not hasattr(twins.SortedList(), "__dict__")
    assert [str(one) for one in twins.SortedList.__type_params__] == ["T"]
    closed: list[int] = []

    async def opened() -> int:
        return 1

    async def close(number: int) -> None:
        closed.append(number)

    async def main() -> None:
        assert await twins.gather_with_concurrency(1, asyncio.sleep(0, "a"), asyncio.sleep(0, "b")) == ["a", "b"]
        async with twins.managed_connection(opened, close) as number:
            assert (number, closed) == (1, [])

    asyncio.run(main())
    assert closed == [1]
    with pytest.raises(RefusedError):
        twins.validate_args(lambda number: number > 0)(lambda number: number)(-1)


def test_pyright_knows_their_types(tmp_path: Path) -> None:
    """pyright strict accepts the right uses and rejects each wrong one, at its line and nowhere else."""
    assert lines_refused_by_pyright(tmp_path, {"twins": SNIPPET}, "3.12") == {"twins": marked(SNIPPET)}


@newer
def test_mypy_knows_their_types(tmp_path: Path) -> None:
    """mypy --strict says the same, and finds nothing in the twins themselves."""
    refused, right = lines_refused(tmp_path, SNIPPET)
    assert refused == right
