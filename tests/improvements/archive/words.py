"""Words, lines and marks of source texts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A line of a source text: how deep it is indented, and what it says."""

    number: int
    depth: int
    text: str


def unique(words: list[str]) -> list[str]:
    """Each word once, in the order of their first appearance."""
    found: list[str] = []
    for word in words:
        if word not in found:
            found.append(word)
    return found


def escaped(text: str) -> str:
    """A text as HTML shows it."""
    out = ""
    for mark in text:
        if mark == "&":
            out += "&amp;"
        elif mark == "<":
            out += "&lt;"
        elif mark == ">":
            out += "&gt;"
        else:
            out += mark
    return out


def lines_at(text: str, offsets: list[int]) -> list[int]:
    """The numbers of the lines, from 1 on, on which these places of a text are."""
    starts = [0] + [at + 1 for at, mark in enumerate(text) if mark == "\n"]
    return [sum(1 for start in starts if start <= offset) for offset in offsets]


def outline(text: str) -> list[tuple[int, int, str]]:
    """Number, depth and text of the lines that begin a function or a class."""
    lines = [
        Line(number, len(line) - len(line.lstrip()), line.strip()) for number, line in enumerate(text.split("\n"), 1)
    ]
    return [(line.number, line.depth, line.text) for line in lines if line.text.startswith(("def ", "class "))]
