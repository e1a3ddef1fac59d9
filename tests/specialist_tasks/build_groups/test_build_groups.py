"""What is related, by hand."""

from build_groups import most, packages, related


def test_related() -> None:
    """Two that need the same are a pair, once, in the order of the page."""
    page = [("a", ["x", "y"]), ("b", []), ("c", ["y"]), ("d", ["x", "y"])]
    assert related(page) == [("a", "c"), ("a", "d"), ("c", "d")]
    assert related([]) == []


def test_packages() -> None:
    """Alternatives count as needs, versions do not, and libc6 is what everybody needs."""
    assert packages("Package: a\nDepends: libc6, b (>= 1) | c\n\nPackage: d\n") == [("a", ["b", "c"]), ("d", [])]


def test_most() -> None:
    """The one in two pairs."""
    assert most([("a", "b"), ("a", "c")]) == "   2 a"
    assert most([]) == "   0"
