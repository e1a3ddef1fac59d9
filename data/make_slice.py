"""Makes `packages.txt` from a package index of Debian: whole stanzas, unchanged, in the order of the index.

    python data/make_slice.py Packages.xz data/packages.txt

The first argument is a `Packages` file as Debian publishes it (plain, `.gz` or `.xz`). The slice holds everything that a set
of well-known programs reaches through Pre-Depends, Depends and Recommends, and a sample of all other packages (one in
`ONE_IN`, chosen by the SHA-256 of their names) with everything those reach through Pre-Depends and Depends. So it is closed:
a dependency which the whole index can meet by one of its alternatives is met by the same alternative here.

The same index gives the same slice, byte for byte, on every machine.
"""

from __future__ import annotations

import gzip
import hashlib
import lzma
import re
import sys
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = (
    "build-essential",
    "emacs",
    "firefox-esr",
    "gimp",
    "git",
    "inkscape",
    "jupyter-notebook",
    "libreoffice-writer",
    "nginx",
    "octave",
    "postgresql",
    "python3-pandas",
    "r-base",
    "vlc",
)
ONE_IN = 199
FIELD = re.compile(r"^(Package|Provides|Pre-Depends|Depends|Recommends): (.*(?:\n[ \t].*)*)", re.MULTILINE)
NAME = re.compile(r"[a-z0-9][a-z0-9+.-]*")


@dataclass(frozen=True, slots=True)
class Index:
    """All stanzas of a package index: their texts by name, in order, and the names that provide each virtual package."""

    stanzas: dict[str, str]
    fields: dict[str, dict[str, str]]
    providers: dict[str, list[str]]

    @classmethod
    def of(cls, text: str) -> Index:
        """The index that `text` is. Where a name has several stanzas, the first one counts."""
        stanzas: dict[str, str] = {}
        fields: dict[str, dict[str, str]] = {}
        providers: dict[str, list[str]] = {}
        for stanza in filter(None, text.split("\n\n")):
            found = dict(FIELD.findall(stanza))
            name = found["Package"]
            if name in stanzas:
                continue
            stanzas[name], fields[name] = stanza.strip("\n"), found
            for provided in names(found.get("Provides", "")):
                providers.setdefault(provided, []).append(name)
        return cls(stanzas, fields, providers)

    def needs(self, name: str, kinds: tuple[str, ...]) -> list[str]:
        """The packages that can meet any dependency of `name`, each alternative and each provider included."""
        wanted = [other for kind in kinds for other in names(self.fields[name].get(kind, ""))]
        return [
            found for other in wanted for found in ([other] * (other in self.stanzas) or self.providers.get(other, []))
        ]

    def reachable(self, start: list[str], kinds: tuple[str, ...]) -> set[str]:
        """`start` and everything it reaches through dependencies of these kinds."""
        seen: set[str] = set()
        pending = list(start)
        while pending:
            name = pending.pop()
            if name not in seen:
                seen.add(name)
                pending.extend(self.needs(name, kinds))
        return seen


def names(field: str) -> list[str]:
    """The package names of a dependency field, without versions and architectures."""
    return [found.group() for part in re.split(r"[,|]", field) if (found := NAME.match(part.strip()))]


def sampled(name: str) -> bool:
    """Whether a package belongs to the sample."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % ONE_IN == 0


def make_slice(text: str) -> str:
    """The slice of an index, as the text of a `Packages` file."""
    index = Index.of(text)
    programs = index.reachable(
        [name for name in PROGRAMS if name in index.stanzas], ("Pre-Depends", "Depends", "Recommends")
    )
    sample = [name for name in index.stanzas if sampled(name)]
    kept = index.reachable([*programs, *sample], ("Pre-Depends", "Depends"))
    return "\n\n".join(stanza for name, stanza in index.stanzas.items() if name in kept) + "\n"


def read(path: Path) -> str:
    """The text of a `Packages` file, unpacked."""
    unpack = {".gz": gzip.decompress, ".xz": lzma.decompress}.get(path.suffix, bytes)
    return unpack(path.read_bytes()).decode("utf-8")


def main(arguments: list[str]) -> int:
    """Read the index, write the slice, say what was made."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python data/make_slice.py Packages[.gz|.xz] packages.txt\n")
        return 2
    source, target = map(Path, arguments)
    made = make_slice(read(source)).encode("utf-8")
    target.write_bytes(made)
    stanzas = made.count(b"\n\n") + 1
    sys.stdout.write(f"{target}: {stanzas} stanzas, {len(made)} bytes, sha256 {hashlib.sha256(made).hexdigest()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
