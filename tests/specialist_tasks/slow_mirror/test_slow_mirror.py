"""What the mirror says, by hand."""

import asyncio

from slow_mirror import read, sizes


def test_sizes() -> None:
    """In the order of the names, and 0 for what is not there."""
    assert asyncio.run(sizes({"a": 1, "b": 2}, ["b", "c", "a"])) == [2, 0, 1]
    assert asyncio.run(sizes({}, [])) == []


def test_read() -> None:
    """The first of several alternatives counts."""
    assert read("Package: a\nSize: 5\nDepends: b (>= 1) | c, d\n\nPackage: b\n") == (
        {"a": 5, "b": 0},
        {"a": ["b", "d"], "b": []},
    )
