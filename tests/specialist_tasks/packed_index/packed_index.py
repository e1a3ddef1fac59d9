"""How small does a package index become, section by section?

python packed_index.py packages.txt
"""

from __future__ import annotations

import lzma
import sys
from pathlib import Path


def sections(text: str) -> dict[str, list[str]]:
    """The stanzas by their section, in the order in which sections are met."""
    found: dict[str, list[str]] = {}
    for stanza in text.split("\n\n"):
        section = stanza.partition("\nSection: ")[2].partition("\n")[0]
        found.setdefault(section, []).append(stanza)
    return found


def packed(stanzas: list[str]) -> int:
    """The bytes that some stanzas take when they are packed."""
    return len(lzma.compress("\n\n".join(stanzas).encode(), preset=7))


def main() -> None:
    """Print a line for each section."""
    for section, stanzas in sections(Path(sys.argv[1]).read_text("utf-8")).items():
        print(f"{section:20} {len(stanzas):5} {packed(stanzas):8}")


if __name__ == "__main__":
    main()
