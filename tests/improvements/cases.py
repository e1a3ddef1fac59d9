"""The improvements: which function, by which change, on which real data.

The data are a slice of Debian's package index (`data/packages.txt`), the sources of Python's own standard library, and the moments at
which clocks were changed, from the time zone database.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import importlib.util
import keyword
import os
import re
import struct
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from inspect import iscoroutine
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Calls = Callable[[], Iterator[tuple[Any, ...]]]
HERE = Path(__file__).parent
ZONES = (
    *("Europe/Berlin", "Europe/London", "Europe/Lisbon", "Europe/Paris", "Europe/Rome", "Europe/Warsaw"),
    *("America/New_York", "America/Sao_Paulo", "America/Halifax", "America/Los_Angeles", "America/Santiago"),
    *("Asia/Jerusalem", "Asia/Tehran", "Asia/Gaza", "Africa/Cairo", "Australia/Sydney"),
)
"""Zones that changed their clocks often."""


@dataclass(frozen=True, slots=True)
class Improvement:
    """`target` in `archive` becomes `candidate` in `faster`; `calls` has the arguments of the calls that a run makes.

    `allow` are the relaxations it is declared with. `expected` is the verdict, and `why` says why it is no other.
    """

    name: str
    target: str
    calls: Calls
    candidate: str = ""
    allow: tuple[str, ...] = ()
    expected: str = "verified"
    why: str = ""

    def slow(self) -> Callable[..., Any]:
        """The function as it is."""
        return _named("archive", self.target)

    def fast(self) -> Callable[..., Any]:
        """The function as it could be."""
        return _named("faster", self.candidate or self.target)

    def run(self) -> None:
        """The whole run: the data are read, and the target is called by its name in its module."""
        for args in self.calls():
            done(self.slow(), args)


def _named(package: str, name: str) -> Callable[..., Any]:
    module, _, function = name.partition(".")
    found: Callable[..., Any] = getattr(importlib.import_module(f"{package}.{module}"), function)
    return found


def done(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """What a call gives; a coroutine is run to its end."""
    found = function(*args)
    return asyncio.run(found) if iscoroutine(found) else found


@cache
def index_text() -> str:
    """The slice of the package index: in the project's own folder, or in that of the repository that it is part of."""
    folders = (HERE / "data", *(folder / "data" for folder in HERE.parents))
    return next(path for folder in folders if (path := folder / "packages.txt").is_file()).read_text("utf-8")


@cache
def sources() -> tuple[str, ...]:
    """Sources of the standard library between 8 and 64 kB, forty of them, by their names."""
    paths = sorted(Path(os.__file__).parent.glob("*.py"))
    return tuple(path.read_text("utf-8") for path in paths if 8_000 < path.stat().st_size < 64_000)[:40]


def stanzas() -> list[str]:
    """The index by packages."""
    return index_text().strip().split("\n\n")


def records(stanza: list[str]) -> list[dict[str, str]]:
    """Name, version and size of packages."""
    fields = re.compile(r"^(Package|Version|Size): (.*)$", re.MULTILINE)
    return [dict(fields.findall(one)) for one in stanza]


def parts(count: int, most: int) -> Iterator[list[str]]:
    """The index in `count` stretches, of up to `most` packages each and not all as long."""
    every = stanzas()
    step = len(every) // count
    for at in range(count):
        yield every[at * step : at * step + most - at % 7]


def needs() -> dict[str, list[str]]:
    """Each package's dependencies, by name."""
    found = {}
    for one in stanzas():
        fields = dict(re.findall(r"^(Package|Depends|Pre-Depends): (.*)$", one, re.MULTILINE))
        every = f"{fields.get('Pre-Depends', '')},{fields.get('Depends', '')}".split(",")
        found[fields["Package"]] = [name for word in every if (name := re.split(r"[ |:(]", word.strip())[0])]
    return found


def graphs() -> Iterator[tuple[Any, ...]]:
    """Packages that need many others, each with the part of the graph around it."""
    graph = needs()
    for name in sorted(graph, key=lambda one: (-len(graph[one]), one))[:24]:
        around, waiting = dict[str, list[str]](), [name]
        while waiting:
            one = waiting.pop()
            if one in graph and one not in around:
                around[one] = graph[one]
                waiting += graph[one]
        yield around, [name]


def moments() -> Iterator[tuple[Any, ...]]:
    """For each zone, the moments at which its clocks were changed."""
    for zone in ZONES:
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        seconds = [second for second in _changes(zone) if second > -10_000_000_000]
        yield ([(epoch + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S") for second in seconds],)


def _changes(zone: str) -> tuple[int, ...]:
    """The seconds since 1970 at which a zone's offset changes, from its file (RFC 8536, the second of its two blocks)."""
    data = _zone_file(zone)
    utc, standard, leaps, changes, types, letters = struct.unpack(">6l", data[20:44])
    second = 44 + changes * 5 + types * 6 + letters + leaps * 8 + standard + utc
    count = struct.unpack(">l", data[second + 32 : second + 36])[0]
    return struct.unpack(f">{count}q", data[second + 44 : second + 44 + 8 * count])


def _zone_file(zone: str) -> bytes:
    places = [Path(folder, zone) for folder in zoneinfo.TZPATH]
    if importlib.util.find_spec("tzdata") is not None:
        places.append(Path(str(importlib.import_module("tzdata").__file__)).parent / "zoneinfo" / zone)
    return next(path for path in places if path.is_file()).read_bytes()


def versions(most: int) -> Iterator[tuple[Any, ...]]:
    """Versions of packages, by stretches of the index."""
    for part in parts(20, most):
        yield ([one["Version"] for one in records(part)],)


def each_version() -> Iterator[tuple[Any, ...]]:
    """The versions of some packages, over and over, as when each is held against the others."""
    every = [one["Version"] for one in records(stanzas()[::60])]
    for _ in range(40):
        yield from ((version,) for version in every)


def listed() -> Iterator[tuple[Any, ...]]:
    """Packages, and the sizes of all packages of a stretch, in another order."""
    for part in parts(20, 150):
        rows = records(part)
        sizes = [(one["Package"], int(one["Size"])) for one in rows]
        yield rows, sorted(sizes, key=lambda one: hashlib.md5(one[0].encode()).digest())


def counts() -> Iterator[tuple[Any, ...]]:
    """Texts whose keywords are to be counted by two threads: sources, and some descriptions of packages."""
    for at in range(0, 36, 2):
        yield list(sources()[at : at + 4]), keyword.kwlist, 2
    said = re.findall(r"^Description: (.*)$", index_text(), re.MULTILINE)
    for at in range(3):
        yield said[2 * at : 2 * at + 2], keyword.kwlist[at : at + 3], 2


def beginnings() -> Iterator[tuple[Any, ...]]:
    """How sources begin: from their first forty letters to ten thousand."""
    return ((text[: 40 + 7 * at * at],) for at, text in enumerate(sources()))


def tables() -> Iterator[tuple[Any, ...]]:
    """Names and sizes as a table."""
    for at, part in enumerate(parts(60, 70)):
        rows = records(part)
        columns = {"name": [one["Package"] for one in rows], "size": [int(one["Size"]) for one in rows]}
        yield pd.DataFrame(columns), 5_000 * (at + 1)


def offsets(text: str) -> list[int]:
    """Where functions begin in a source."""
    return [found.start() for found in re.finditer(r"def \w+", text)]


def starts(text: str) -> list[int]:
    """Where the lines of a source begin."""
    return [0, *(found.end() for found in re.finditer("\n", text))]


def each(function: Callable[[str], tuple[Any, ...]], count: int) -> Calls:
    """Arguments made from each of `count` sources."""
    return lambda: (function(text) for text in sources()[:count])


IMPROVEMENTS = (
    Improvement(
        "parser: split once", "index.parse", lambda: (("\n\n".join(part),) for part in parts(24, 60))
    ),
    Improvement("join: a dictionary", "index.joined", listed),
    Improvement("graph walk: deque and dict", "graph.reach", graphs),
    Improvement("dedup: dict.fromkeys", "words.unique", each(lambda text: (re.findall(r"\w+", text),), 30)),
    Improvement("string building: replace", "words.escaped", each(lambda text: (text[:12_000],), 40)),
    Improvement("bisect for a line", "words.lines_at", each(lambda text: (text, offsets(text)), 30)),
    Improvement("no object a line", "words.outline", each(lambda text: (text,), 40)),
    Improvement("dates: fromisoformat", "dates.stamps", moments),
    Improvement(
        "numpy: bincount", "numbers.histogram", each(lambda text: (np.frombuffer(text[:9_000].encode(), np.uint8),), 30)
    ),
    Improvement("pandas: columns", "tables.large", tables),
    Improvement("sort key", "versions.ordered", lambda: versions(150)),
    Improvement(
        "cache with a bound", "versions.natural", each_version, "versions.natural_kept", allow=("cache",)
    ),
    Improvement(
        "one list that grows", "lists.flattened", each(lambda text: ([line.split() for line in text.split("\n")],), 40)
    ),
    Improvement("generator in any", "lists.imports", each(lambda text: (text.split("\n"), "sys"), 40)),
    Improvement(
        "async: gather", "service.lengths", lambda: (([one["Package"] for one in records(part)],) for part in parts(16, 20))
    ),
    Improvement(
        "async: words once", "service.firsts", each(lambda text: ([re.findall(r"\w+", part) for part in text.split("\n\n")],), 30)
    ),
    Improvement("threads: a lock a text", "tally.add", beginnings),
    Improvement(
        "threads: a pool of its own", "pool.counted", counts, expected="inconclusive",
        why="a pool's threads have more places to change turns at than can be tried in the time",
    ),
    Improvement("pandas: columns, tolist", "tables.heavy", tables),
    Improvement(
        "bisect in a list in order", "lists.places", each(lambda text: (starts(text), offsets(text)), 30),
        expected="refused", why="nothing says that the list is in order, and it is tried in others",
    ),
    Improvement(
        "dates: fromisoformat alone", "dates.short_stamps", moments,
        expected="refused", why="what is no date is refused in other words",
    ),
)  # fmt: skip
"""All, with what is expected of each."""
