"""How versions are read, by hand."""

from package_index import part_key, relations, satisfies


def test_a_tilde_comes_before_the_end() -> None:
    """`1.0~rc1` is before `1.0`, which is before `1.0a`."""
    assert satisfies("1.0~rc1", "<<", "1.0")
    assert satisfies("1.0a", ">>", "1.0")


def test_text_and_numbers_in_turn() -> None:
    """A part ends with an empty text and a 0."""
    assert part_key("2.b") == [[0], 2, [302, 98, 0], 0, [0], 0]
    assert part_key("~") == [[-1, 0], 0, [0], 0]
    assert part_key("1.20") == [[0], 1, [302, 0], 20, [0], 0]
    assert part_key("7") == [[0], 7, [0], 0]
    assert part_key("") == [[0], 0]


def test_alternatives() -> None:
    """Groups by comma, alternatives by bar."""
    assert relations("libc6 (>= 2.34), awk | mawk") == [
        [("libc6", ">=", "2.34")],
        [("awk", None, None), ("mawk", None, None)],
    ]
    assert relations("") == []
