"""Which packages of an index are alike? Pages of packages, and how many tags each two have in common.

python tag_matrix.py packages.txt
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PAGE, TAGS = 48, 120


def tagged(text: str) -> list[tuple[str, set[str]]]:
    """Each package that has tags, with them."""
    every = re.findall(r"^Package: (.+)(?:\n.+)*?\nTag: (.+)$", text, re.MULTILINE)
    return [(name, set(tags.split(", "))) for name, tags in every]


def table(page: list[tuple[str, set[str]]], known: list[str]) -> NDArray[np.bool_]:
    """A row for each package, a column for each tag: whether it has it."""
    return np.array([[tag in tags for tag in known] for _, tags in page], dtype=np.bool_)


def common(has: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many tags each two rows have in common."""
    counts = np.zeros((len(has), len(has)), dtype=np.int64)
    for at, one in enumerate(has):
        for beside, other in enumerate(has):
            counts[at, beside] = (one & other).sum()
    return counts


def main() -> None:
    """Print the two on each page that are most alike."""
    every = tagged(Path(sys.argv[1]).read_text("utf-8"))
    known = [tag for tag, _ in Counter(tag for _, tags in every for tag in sorted(tags)).most_common(TAGS)]
    for begin in range(0, len(every), PAGE):
        page = every[begin : begin + PAGE]
        counts = common(table(page, known))
        np.fill_diagonal(counts, -1)
        one, other = divmod(int(counts.argmax()), len(page))
        print(f"{counts[one, other]:3} {page[one][0]} {page[other][0]}")


if __name__ == "__main__":
    main()
