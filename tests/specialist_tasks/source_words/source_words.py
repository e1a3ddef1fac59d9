"""The words of Python's own standard library: how many each module knows, and which is the longest.

python source_words.py 120
"""

from __future__ import annotations

import re
import sys
import sysconfig
from pathlib import Path

SMALLEST, LARGEST = 4_000, 48_000


def sources(count: int) -> list[Path]:
    """The first so many modules by name, of those that are neither short nor long."""
    home = Path(sysconfig.get_paths()["stdlib"])
    every = sorted([*home.glob("*.py"), *home.glob("[a-r]*/*.py")])
    return [path for path in every if SMALLEST < path.stat().st_size < LARGEST][:count]


def words(text: str) -> list[str]:
    """The vocabulary: words of letters, digits and underscores, each once, where it is first."""
    found: list[str] = []
    word = ""
    for letter in text + " ":
        if letter.isalnum() or letter == "_":
            word += letter
        elif word:
            if word not in found:
                found.append(word)
            word = ""
    return found


def title(text: str) -> str:
    """The first words of a module's docstring, at most forty letters."""
    found = re.search(r'"""\s*(.*)', text)
    return found[1][:40] if found else ""


def row(path: Path) -> str:
    """A module's line: its name, how many words it knows, the longest, its title."""
    text = path.read_text("utf-8")
    every = words(text)
    return f"{path.stem:20} {len(every):6} {max(every, key=len)} {title(text)}"


def main() -> None:
    """Print a line for each module."""
    for path in sources(int(sys.argv[1])):
        print(row(path))


if __name__ == "__main__":
    main()
