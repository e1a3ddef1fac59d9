"""What the functions over numbers, tables, dates and versions give, and those that wait, by hand."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from archive.dates import short_stamps, stamps
from archive.pool import counted
from archive.service import firsts, lengths
from archive.versions import epoch, is_newer, natural, ordered


def test_stamps() -> None:
    """Dates become moments, and what is none is refused."""
    assert (
        stamps(["2026-07-11T10:16:37"]) == short_stamps(["2026-07-11T10:16:37"]) == [datetime(2026, 7, 11, 10, 16, 37)]
    )
    assert stamps(["2024-02-29T00:00:00"]) == [datetime(2024, 2, 29)]
    with pytest.raises(ValueError, match="does not match"):
        stamps(["2026-07-11"])


def test_histogram() -> None:
    """Each byte has its place."""
    import numpy as np
    from archive.numbers import histogram

    found = histogram(np.array([1, 1, 255], dtype=np.uint8))
    assert found.dtype == np.int64
    assert found.tolist() == [0, 2, *[0] * 253, 1]


def test_large() -> None:
    """The bound itself is large enough."""
    import pandas as pd
    from archive.tables import heavy, large

    table = pd.DataFrame({"name": ["a", "b", "c"], "size": [5, 1, 3]})
    assert large(table, 3) == ["a", "c"]
    assert large(table, 6) == large(table[:0], 3) == []
    assert heavy(table, 3) == ["a", "c"]
    assert heavy(table[:0], 3) == []


def test_versions() -> None:
    """Numbers count as numbers, and what is alike stays in order."""
    assert natural("1.10-2") == (("", 1), (".", 10), ("-", 2), ("", 0))
    assert ordered(["1.10", "1.9", "1.09"]) == ["1.9", "1.09", "1.10"]
    assert is_newer("1.10", "1.9")
    assert (epoch("2:1.0"), epoch("1.0")) == (2, 0)


def test_waiting() -> None:
    """Answers come in the order of the questions, words in that of the batches."""
    assert asyncio.run(lengths(["a", "abc", ""])) == [1, 3, 0]
    assert asyncio.run(firsts([["b", "a"], [], ["a", "c"]])) == ["b", "a", "c"]


def test_add() -> None:
    """The words of all texts are counted together, and each text's own are told."""
    from archive.tally import TOTALS, add, add_all

    assert add_all(["b a", "a", "b a"], 2) == {"a": 3, "b": 2}
    assert add("c c") == 2
    assert TOTALS["c"] == 2


def test_counted() -> None:
    """The words of all texts are counted together, whichever thread comes first."""
    assert counted(["b a", "a", "b a"], ["b", "a", "c"], 2) == [2, 3, 0]
