"""Reads a package index as apt publishes it and says what installing some packages would bring along.

    python notebooks/package_index.py data/packages.txt gimp jupyter-notebook

Written the plain way one writes such a thing on an afternoon. It is right, and it is slow; where it is slow is for a profile
to say.
"""

from __future__ import annotations

import argparse
import logging
import re
import sys
from pathlib import Path

Record = dict[str, str]
Index = dict[str, list[Record]]
Relation = tuple[str, str | None, str | None]
VersionKey = tuple[int, list[int | list[int]], list[int | list[int]]]

log = logging.getLogger("package_index")

USUAL = ["gimp", "git", "jupyter-notebook", "nginx", "octave", "postgresql", "vlc"]


def parse(text: str) -> list[Record]:
    """The stanzas of a package index: one dictionary of its fields for each package."""
    records: list[Record] = []
    for stanza in text.split("\n\n"):
        record: Record = {}
        field = ""
        for line in stanza.splitlines():
            if re.match(r"[ \t]", line):
                record[field] += "\n" + line
            else:
                field, value = re.split(r":\s*", line, maxsplit=1)
                record[field] = value
        if record:
            records.append(record)
    return records


def build_index(records: list[Record]) -> Index:
    """Packages by name; under the name of a virtual package, the packages that provide it."""
    index: Index = {}
    for record in records:
        index[record["Package"]] = [record]
    for record in records:
        for alternatives in relations(record.get("Provides", "")):
            for name, _, _ in alternatives:
                if record not in index.setdefault(name, []):
                    index[name].append(record)
    return index


def relations(field: str) -> list[list[Relation]]:
    """A field such as `libc6 (>= 2.34), awk | mawk` as a list of alternatives, each a list of (name, operator, version)."""
    groups = []
    for group in field.split(","):
        alternatives: list[Relation] = []
        for alternative in group.split("|"):
            found = re.match(r"\s*([a-z0-9][a-z0-9+.-]*)(?::\w+)?\s*(?:\(\s*([<>=]+)\s*([^)\s]+)\s*\))?", alternative)
            if found:
                name, operator, version = found.groups()
                alternatives.append((name, operator, version))
        if alternatives:
            groups.append(alternatives)
    return groups


def dependencies(record: Record) -> list[list[Relation]]:
    """What apt installs along with a package: all it depends on and all it recommends."""
    return [group for kind in ("Pre-Depends", "Depends", "Recommends") for group in relations(record.get(kind, ""))]


def split_version(version: str) -> tuple[int, str, str]:
    """A version as (epoch, upstream, revision)."""
    epoch, colon, rest = version.partition(":")
    if not colon:
        epoch, rest = "0", version
    upstream, _, revision = rest.rpartition("-")
    return (int(epoch), upstream, revision) if upstream else (int(epoch), revision, "0")


def letter_order(letter: str) -> int:
    """Where a character sorts in a version: `~` before the end, letters before all others."""
    if letter == "~":
        return -1
    if letter.isalpha():
        return ord(letter)
    return ord(letter) + 256


def part_key(part: str) -> list[int | list[int]]:
    """A part of a version as a list that sorts as dpkg sorts it: text and numbers in turn."""
    key: list[int | list[int]] = []
    for text, number in re.findall(r"(\D*)(\d*)", part):
        key.append([letter_order(letter) for letter in text] + [0])
        key.append(int(number or 0))
    return key


def version_key(version: str) -> VersionKey:
    """A version as something that sorts as dpkg sorts versions."""
    epoch, upstream, revision = split_version(version)
    return (epoch, part_key(upstream), part_key(revision))


def satisfies(version: str, operator: str, wanted: str) -> bool:
    """Whether a version meets a constraint such as `>= 2.34`."""
    have, want = version_key(version), version_key(wanted)
    if operator == ">=":
        return have >= want
    if operator == "<=":
        return have <= want
    if operator == ">>":
        return have > want
    if operator == "<<":
        return have < want
    return have == want


def choose(index: Index, alternatives: list[Relation]) -> Record | None:
    """The package that meets a dependency: the first alternative that there is in a fitting version, or None."""
    for name, operator, wanted in alternatives:
        for record in index.get(name, []):
            if not operator or not wanted or record["Package"] != name or satisfies(record["Version"], operator, wanted):
                return record
    return None


def closure(index: Index, names: list[str]) -> list[str]:
    """The names of all packages that installing `names` brings along, themselves included, in the order they are met."""
    seen: list[str] = []
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.append(name)
        log.debug("after %s: %s" % (name, ", ".join(sorted(seen))))
        for alternatives in dependencies(index[name][0]):
            record = choose(index, alternatives)
            if record:
                waiting.append(record["Package"])
    return seen


def installed_size(index: Index, names: list[str]) -> int:
    """The space that packages take, in KiB."""
    return sum(int(index[name][0].get("Installed-Size", "0")) for name in names)


def dependents(records: list[Record], name: str) -> list[str]:
    """The packages whose Depends field names `name`."""
    found = []
    for record in records:
        needs = record.get("Depends", "")
        if name in needs and any(name == other for group in relations(needs) for other, _, _ in group):
            found.append(record["Package"])
    return found


def rank_by_dependents(records: list[Record], names: list[str]) -> list[tuple[int, str]]:
    """(number of packages that depend on it, name) for each name, the most needed first."""
    ranking = []
    for name in names:
        ranking.append((len(dependents(records, name)), name))
        ranking.sort(key=lambda entry: (-entry[0], entry[1]))
    return ranking


def rank_by_weight(index: Index, names: list[str]) -> list[tuple[int, int, str]]:
    """(KiB of everything it brings along, number of packages, name) for each name, the heaviest first."""
    ranking = []
    for name in names:
        brought = closure(index, [name])
        ranking.append((installed_size(index, brought), len(brought), name))
        ranking.sort(key=lambda entry: (-entry[0], entry[2]))
    return ranking


def report(records: list[Record], index: Index, names: list[str], top: int) -> str:
    """What installing `names` brings along, as text."""
    wanted = closure(index, names)
    text = "Installing %s brings %d packages, %d MiB.\n" % (", ".join(names), len(wanted), installed_size(index, wanted) // 1024)
    text += "\n%-42s %s\n" % ("Most needed", "packages that depend on it")
    for count, name in rank_by_dependents(records, wanted)[:top]:
        text += "  %-40s %6d\n" % (name, count)
    text += "\n%-42s %s\n" % ("Heaviest", "MiB with all it brings, packages")
    for size, count, name in rank_by_weight(index, wanted)[:top]:
        text += "  %-40s %6d %8d\n" % (name, size // 1024, count)
    return text


def main(argv: list[str] | None = None) -> int:
    """The command: read the index, print the report."""
    parser = argparse.ArgumentParser(description="Say what installing some packages would bring along.")
    parser.add_argument("index", type=Path, help="a package index as apt publishes it")
    parser.add_argument("names", nargs="*", default=USUAL, metavar="package", help="packages to install (default: some usual ones)")
    parser.add_argument("--top", type=int, default=8, help="lines per ranking (default: 8)")
    options = parser.parse_args(argv)
    if not options.index.is_file():
        parser.error(f"there is no file {options.index}")
    records = parse(options.index.read_text(encoding="utf-8"))
    index = build_index(records)
    unknown = [name for name in options.names if name not in index]
    if unknown:
        parser.error("the index has no package called " + ", ".join(unknown))
    print(f"{len(records)} packages in {options.index.name}")
    print(report(records, index, options.names, options.top))
    return 0


if __name__ == "__main__":
    sys.exit(main())
