"""What is in common, by hand."""

import numpy as np
from tag_matrix import common, tagged


def test_common() -> None:
    """Each with itself has all of its own tags in common."""
    counts = common(np.array([[True, True, False], [False, True, True]]))
    assert counts.tolist() == [[2, 1], [1, 2]]
    assert counts.dtype == np.int64


def test_tagged() -> None:
    """Packages without tags are left out."""
    assert tagged("Package: a\nSize: 1\nTag: x, y\n\nPackage: b\nSize: 2\n") == [("a", {"x", "y"})]
