"""What a word is, by hand."""

from source_words import title, words


def test_words() -> None:
    """Letters of any alphabet, digits and underscores, each once."""
    assert words("def f_1(é, 22):") == ["def", "f_1", "é", "22"]
    assert words("") == []
    assert words("b a b") == ["b", "a"]


def test_title() -> None:
    """The first line of the docstring."""
    assert title('"""Words.\n\nMore."""') == "Words."
    assert title("x = 1") == ""
