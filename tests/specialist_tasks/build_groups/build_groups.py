"""Which packages of an index need the same things? Pages of packages, and on each the pairs that have a need in common.

python build_groups.py packages.txt
"""

from __future__ import annotations

import sys
from pathlib import Path

Package = tuple[str, list[str]]
PAGE = 100
KINDS = ("Pre-Depends", "Depends", "Recommends", "Suggests")


def packages(text: str) -> list[Package]:
    """Each package with the names of all that it needs or goes well with, but for libc6."""
    found: list[Package] = []
    for stanza in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line)
        every = ",".join(fields.get(kind, "") for kind in KINDS)
        needs = [word.split()[0] for word in every.replace("|", ",").split(",") if word.strip()]
        found.append((fields["Package"], [need for need in needs if need != "libc6"]))
    return found


def pages(every: list[Package]) -> list[list[Package]]:
    """The index in pages."""
    return [every[at : at + PAGE] for at in range(0, len(every), PAGE)]


def related(page: list[Package]) -> list[tuple[str, str]]:
    """The pairs of packages on a page that need something in common, in the order of the page."""
    pairs: list[tuple[str, str]] = []
    for at, (name, needs) in enumerate(page):
        for other, others in page[at + 1 :]:
            common = sorted(set(needs) & set(others))
            if common:
                pairs.append((name, other))
    return pairs


def most(pairs: list[tuple[str, str]]) -> str:
    """The package in the most pairs, and in how many."""
    count: dict[str, int] = {}
    for pair in pairs:
        for name in pair:
            count[name] = count.get(name, 0) + 1
    return max((f"{number:4} {name}" for name, number in count.items()), default="   0")


def main() -> None:
    """Print a line for each page."""
    for number, page in enumerate(pages(packages(Path(sys.argv[1]).read_text("utf-8")))):
        pairs = related(page)
        print(f"{number:3} {len(pairs):5} {most(pairs)}")


if __name__ == "__main__":
    main()
