"""Examples of string-append."""

from __future__ import annotations

from types import SimpleNamespace

from advising import Bench, Example

POSITIVE = (
    Example(
        """\
def backwards(lines: list[str]) -> str:
    text = ""
    for line in lines:
        text = line + text  # hot native
    return text
""",
        says="`text = line + text` copies the whole of `text`",
        call="backwards(['one ', 'two ', 'three'])",
    ),
    Example(
        """\
def table(rows):
    text = "name,size\\n"
    for name, size in rows:
        text = text + name + "," + str(size or 0) + "\\n"  # hot native
    return text
""",
        says="copies the whole of `text`",
        call="table([('a', 1), ('b', None), ('c', 3)])",
    ),
    Example(
        """\
class Page:
    def __init__(self):
        self.text = ""

    def fill(self, lines: list[str]):
        for line in lines:
            self.text += line  # hot native
""",
        says="`self.text += line` copies the whole of `self.text`",
    ),
    Example(
        """\
LOG = ""


def log(lines: list[str]):
    global LOG
    for line in lines:
        LOG += line.strip()  # hot native
""",
        says="copies the whole of `LOG`",
    ),
)
NEGATIVE = (
    Example(
        """\
def summed(rows, page):
    for row in rows:
        page.size += row  # hot
    return page.size
"""
    ),
    Example(
        """\
def labels(rows: list[str]) -> list[str]:
    found = []
    for row in rows:
        text = row.strip()
        text = "row " + text  # hot native
        found.append(text)
    return found
"""
    ),
    Example(
        """\
def table(rows: list[str]) -> str:
    pieces = []
    for row in rows:
        pieces.append(row + ",")  # hot native
    return "".join(pieces)
"""
    ),
)
RIGHT = (
    Example(
        """\
def wrapped(words: list[str]) -> list[str]:
    lines = [""]
    for word in words:
        if len(lines[-1]) > 70:
            lines.append("")
        lines[-1] += word.strip()  # hot
    return lines
"""
    ),
    Example(
        """\
def whole(lines: list[str]) -> str:
    text = ""
    for line in lines:
        text += line  # hot native
    return text
"""
    ),
    Example(
        """\
def binary(number: int) -> str:
    digits = ""
    while number:
        digits = "01"[number % 2] + digits  # hot
        number //= 2
    return digits
"""
    ),
    Example(
        """\
def marked(rows, ends):
    for row in rows:
        row.text += str(ends)  # hot
    return rows
"""
    ),
)


def _before(pieces: list[str]) -> str:
    text = ""
    for piece in pieces:
        text = piece + text
    return text


def _reversed(pieces: list[str]) -> str:
    kept = []
    for piece in pieces:
        kept.append(piece)
    return "".join(reversed(kept))


def _behind(pieces: list[str]) -> str:
    text = ""
    for piece in pieces:
        text = text + piece + "\n"
    return text


def _joined(pieces: list[str]) -> str:
    kept = []
    for piece in pieces:
        kept.append(piece + "\n")
    return "".join(kept)


def _attribute(pieces: list[str]) -> str:
    page = SimpleNamespace(text="")
    for piece in pieces:
        page.text += piece
    return str(page.text)


def _attribute_once(pieces: list[str]) -> str:
    page = SimpleNamespace(text="")
    kept = []
    for piece in pieces:
        kept.append(piece)
    page.text += "".join(kept)
    return page.text


def _lines(n: int) -> list[str]:
    return [f"line {number} of a text that has many" for number in range(n)]


SIZES = (4, 16, 64, 256, 1024, 4096)
BENCHES = {
    "pieces put before": Bench(_before, _reversed, _lines, SIZES),
    "two pieces behind": Bench(_behind, _joined, _lines, SIZES),
    "pieces added to an attribute": Bench(_attribute, _attribute_once, _lines, SIZES),
}
