"""Examples of small-io."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

from advising import Bench, Example

POSITIVE = (
    Example(
        """\
def lines(path):
    count = 0
    with open(path) as file:
        while letter := file.read(1):  # hot native
            count += letter == "\\n"
    return count
""",
        says="`file.read(1)` reads a few bytes or letters at a time",
    ),
    Example(
        """\
def logged(words, path):
    for word in words:
        with open(path, "a") as file:  # hot native
            file.write(word)
""",
        says='`open(path, "a")` opens the same file',
    ),
    Example(
        """\
def stored(rows, path):
    with open(path, "w") as file:
        for number, row in enumerate(rows):
            file.write(f"{number} ")
            file.write(row)
            file.flush()  # hot native
""",
        says="`file.flush()` hands what was written",
    ),
    Example(
        """\
def stored(rows, path):
    with open(path, "wb", buffering=0) as file:
        for row in rows:
            head = row[:1]
            file.write(head)  # hot native
""",
        says="without a buffer",
    ),
    Example(
        """\
def shown(rows):
    for number, row in enumerate(rows):
        print(number, row)  # hot native
""",
        says="`print(number, row)` writes one piece",
    ),
)
NEGATIVE = (
    Example(
        """\
def stored(words, path):
    with open(path, "w") as file:
        for word in words:
            file.write(word)  # hot native
"""
    ),
    Example(
        """\
def blocks(path, size):
    with open(path, "rb") as file:
        while block := file.read(65536):  # hot native
            size += len(block)
    return size
"""
    ),
    Example(
        """\
def first(paths):
    found = []
    for path in paths:
        with open(path) as file:  # hot native
            found.append(file.read(1))  # hot native
    return found
"""
    ),
    Example(
        """\
def stored(words, target):
    for word in words:
        target.write(word)  # hot native
"""
    ),
    Example(
        """\
def shown(words):
    print("\\n".join(words))  # hot native
"""
    ),
)
RIGHT = (
    Example(
        """\
import sys


def told(problems):
    for problem in problems:
        print(problem, file=sys.stderr)  # hot native
"""
    ),
    Example(
        """\
import time


def watched(pids):
    found = []
    for pid in pids:
        with open("/proc/stat") as file:  # hot native
            found.append(file.read())
    return found
"""
    ),
    Example(
        """\
import time


def ticking(rows, path):
    with open(path, "w") as file:
        for row in rows:
            file.write(row)
            file.flush()  # hot native
            time.sleep(1)
"""
    ),
    Example(
        """\
def opened(path):
    for encoding in ("utf-8", "latin-1"):
        try:
            return open(path, encoding=encoding).read()  # hot native
        except UnicodeDecodeError:
            continue
"""
    ),
)


def _text(n: int) -> str:
    return "".join(f"word {number}\n" for number in range(n))


def _letters(text: str) -> int:
    file, count = io.TextIOWrapper(io.BytesIO(text.encode())), 0
    while letter := file.read(1):
        count += letter == "\n"
    return count


def _blocks(text: str) -> int:
    file, count = io.TextIOWrapper(io.BytesIO(text.encode())), 0
    while block := file.read(1 << 16):
        count += block.count("\n")
    return count


def _words(n: int) -> list[str]:
    return [f"word {number}\n" for number in range(n)]


def _printed(words: list[str]) -> None:
    with Path(os.devnull).open("w", encoding="utf-8") as file:
        for word in words:
            print(word, file=file)


def _joined(words: list[str]) -> None:
    with Path(os.devnull).open("w", encoding="utf-8") as file:
        print("\n".join(words), file=file)


def _opened(words: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log")
        for word in words:
            with path.open("a", encoding="utf-8") as file:
                file.write(word)
        return path.stat().st_size


def _flushed(words: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log")
        with path.open("w", encoding="utf-8") as file:
            for word in words:
                file.write(word)
                file.flush()
        return path.stat().st_size


def _once(words: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log")
        with path.open("w", encoding="utf-8") as file:
            for word in words:
                file.write(word)
        return path.stat().st_size


SIZES = (1, 4, 16, 64, 256, 1024)
BENCHES = {
    "read(1), n lines": Bench(_letters, _blocks, _text, SIZES),
    "print n words": Bench(_printed, _joined, _words, SIZES),
    "open for each of n words": Bench(_opened, _once, _words, SIZES),
    "flush after each of n words": Bench(_flushed, _once, _words, SIZES),
}
