"""What packing gives, by hand."""

from packed_index import packed, sections


def test_packed() -> None:
    """The same again hardly takes more."""
    assert packed(["a" * 1000]) < 100


def test_sections() -> None:
    """By their field."""
    assert sections("Package: a\nSection: x\n\nPackage: b\nSection: x") == {
        "x": ["Package: a\nSection: x", "Package: b\nSection: x"]
    }
