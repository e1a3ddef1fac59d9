"""Dictionaries, bisection, one pass in C for a text, and no objects for lines that nobody wants."""

from __future__ import annotations


def unique(words: list[str]) -> list[str]:
    """Each word once, in the order of their first appearance."""
    return list(dict.fromkeys(words))


def escaped(text: str) -> str:
    """A text as HTML shows it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def lines_at(text: str, offsets: list[int]) -> list[int]:
    """The numbers of the lines, from 1 on, on which these places of a text are."""
    from bisect import bisect_right

    starts = [0] + [at + 1 for at, mark in enumerate(text) if mark == "\n"]
    return [bisect_right(starts, offset) for offset in offsets]


def outline(text: str) -> list[tuple[int, int, str]]:
    """Number, depth and text of the lines that begin a function or a class."""
    found: list[tuple[int, int, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        inner = line.lstrip()
        if inner.startswith(("def ", "class ")):
            found.append((number, len(line) - len(inner), inner.rstrip()))
    return found
