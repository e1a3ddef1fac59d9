"""Text in cells of a terminal: how wide it is, how it is cut, and how characters that would act are made visible."""

from __future__ import annotations

import unicodedata
from typing import Literal

ELLIPSIS = "…"
_JOINERS = "\u200d\ufe0e\ufe0f"
_ACTING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_ZERO = frozenset({"Mn", "Me", "Cf"})


def visible(text: str, limit: int = 2_000) -> str:
    """One line that cannot move the cursor or turn the writing direction: such characters become escapes like `\\x1b`.

    Reads no further than `limit` characters; a longer text ends in an ellipsis.
    """
    head = text[:limit].replace("\t", "    ")
    shown = head if head.isascii() and head.isprintable() else "".join(map(_shown, head))
    return shown + ELLIPSIS if len(text) > limit else shown


def cells(text: str) -> int:
    """The number of terminal cells `text` takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_cell(character) for character in text)


def cut(text: str, width: int, *, keep: Literal["start", "end"] = "start") -> str:
    """`text` in at most `width` cells; the side that is not kept gives way to an ellipsis."""
    if cells(text) <= width:
        return text
    if width <= 0:
        return ""
    left, kept = width - 1, []
    for character in text if keep == "start" else reversed(text):
        left -= _cell(character)
        if left < 0:
            break
        kept.append(character)
    return "".join(kept) + ELLIPSIS if keep == "start" else ELLIPSIS + "".join(reversed(kept))


def pad(text: str, width: int, align: Literal["left", "right"] = "left") -> str:
    """`text` filled with spaces to `width` cells."""
    space = " " * max(0, width - cells(text))
    return text + space if align == "left" else space + text


def wrapped(text: str, width: int, indent: int = 0) -> list[str]:
    """`text` broken at spaces into lines of at most `width` cells; all but the first are indented, a longer word is cut."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        room = width if not lines else width - indent
        fitted = cut(word, room)
        if line and cells(line) + 1 + cells(fitted) > room:
            lines.append(line)
            line = cut(word, width - indent)
        else:
            line = f"{line} {fitted}" if line else fitted
    lines.append(line)
    return [lines[0], *(" " * indent + more for more in lines[1:])]


def _shown(character: str) -> str:
    if character in _JOINERS or unicodedata.category(character) not in _ACTING:
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def _cell(character: str) -> int:
    if character in _JOINERS or unicodedata.category(character) in _ZERO:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
