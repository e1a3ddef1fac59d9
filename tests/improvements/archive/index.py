"""The index of an archive: stanzas of fields."""

from __future__ import annotations

import re

Record = dict[str, str]


def parse(text: str) -> list[Record]:
    """The stanzas of a package index, each a dictionary of its fields."""
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


def joined(records: list[Record], sizes: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The packages' versions, each with the first size that is listed for its name."""
    found: list[tuple[str, int]] = []
    for record in records:
        for name, size in sizes:
            if name == record["Package"]:
                found.append((record["Version"], size))
                break
    return found
