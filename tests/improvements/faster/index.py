"""Lines are split once, by methods of strings; sizes are looked up in a dictionary."""

from __future__ import annotations

Record = dict[str, str]


def parse(text: str) -> list[Record]:
    """The stanzas of a package index, each a dictionary of its fields."""
    records: list[Record] = []
    for stanza in text.split("\n\n"):
        record: Record = {}
        field = ""
        for line in stanza.splitlines():
            if line.startswith((" ", "\t")):
                record[field] += "\n" + line
            else:
                field, value = line.split(":", 1)
                record[field] = value.lstrip()
        if record:
            records.append(record)
    return records


def joined(records: list[Record], sizes: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The packages' versions, each with the first size that is listed for its name."""
    if not sizes:
        return []
    first: dict[str, int] = {}
    for name, size in sizes:
        first.setdefault(name, size)
    return [(record["Version"], first[record["Package"]]) for record in records if record["Package"] in first]
