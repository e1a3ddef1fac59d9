"""What the functions over texts and lists give, by hand."""

from __future__ import annotations

import pytest
from archive.graph import reach
from archive.index import joined, parse
from archive.lists import flattened, imports, places
from archive.words import escaped, lines_at, outline, unique


def test_parse() -> None:
    """Stanzas become dictionaries; a line that is indented goes on with the field before."""
    text = "Package: a\nDescription: one\n more\n\nPackage:b"
    assert parse(text) == [{"Package": "a", "Description": "one\n more"}, {"Package": "b"}]
    with pytest.raises(ValueError, match="not enough values"):
        parse("no field")


def test_joined() -> None:
    """The first size counts, and packages without one are left out."""
    rows = [{"Package": "a", "Version": "1"}, {"Package": "b", "Version": "2"}]
    assert joined(rows, [("b", 5), ("b", 6)]) == [("2", 5)]
    assert joined(rows, []) == []


def test_reach() -> None:
    """All that is needed comes once, the nearest first, also in a circle."""
    assert reach({"a": ["b", "c"], "b": ["d"], "d": ["a"]}, ["a"]) == ["a", "b", "c", "d"]


def test_unique() -> None:
    """Each word stays where it was first."""
    assert unique(["b", "a", "b"]) == ["b", "a"]


def test_escaped() -> None:
    """The three marks of HTML are written otherwise, and nothing else."""
    assert escaped('a < "b" & c > d') == 'a &lt; "b" &amp; c &gt; d'


def test_lines_at() -> None:
    """A line begins behind the end of the one before."""
    assert lines_at("a\nbc\n", [0, 1, 2, 4, 5, -1]) == [1, 1, 2, 2, 3, 0]


def test_outline() -> None:
    """Functions and classes with their lines and depths."""
    assert outline("class A:\n    def f(self): \n        pass") == [(1, 0, "class A:"), (2, 4, "def f(self):")]


def test_flattened() -> None:
    """Groups become one list, which is none of them."""
    groups = [["a"], [], ["b", "c"]]
    assert flattened(groups) == ["a", "b", "c"]
    assert groups == [["a"], [], ["b", "c"]]


def test_imports() -> None:
    """Both forms of an import count, other modules do not."""
    assert imports(["x = 1", "import sys"], "sys")
    assert imports(["from sys import argv"], "sys")
    assert not imports(["import system", ""], "sys")


def test_places() -> None:
    """An offset at a start counts it."""
    assert places([0, 5, 9], [0, 4, 5, 20]) == [1, 1, 2, 3]
