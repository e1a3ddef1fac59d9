"""Where the specialist's driver looks: what `workbench hotspots --json` tells of a recording, and which function it points to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MARGIN = 1.03
"""The least gain worth having, as `compare` has it."""
FEWEST = 50
"""Samples below which a profile is a hint only, as the prompt says."""
SOME = 0.1
"""The share of the run from which on a function is worth a thought where nothing helped the hottest one."""
INNER = ".<locals>.<"
"""What begins the name of a comprehension or lambda inside a function."""


@dataclass(frozen=True, slots=True)
class Hot:
    """An own function in a recording: `share` of the run with what it calls, plus or minus; `here` as the innermost own code.

    `own` is the share of its own lines without what they call, `ceiling` how many times as fast the run becomes at the most if all of
    it goes, `line` its hottest line. Comprehensions inside it are counted as its own lines.
    """

    name: str
    file: str
    handle: str
    share: float
    around: float
    own: float
    here: float
    ceiling: float
    line: str

    @property
    def most(self) -> float:
        """How many times as fast the run becomes at the most if its own lines take no time at all, and what they call as much as before."""
        return 1 / max(1 - self.own, 1e-9)


@dataclass(frozen=True, slots=True)
class Look:
    """A recording in short: own functions, the hottest first."""

    hot: tuple[Hot, ...]

    def named(self, name: str) -> Hot | None:
        """The own function of this name, where there is one."""
        return next((one for one in self.hot if one.name == name), None)


def enough(told: dict[str, Any]) -> bool:
    """Whether hotspots rest on more than a hint."""
    return told["samples"] >= FEWEST and not told["too_short_to_sample"] and not told["error"]


def look(told: dict[str, Any]) -> Look:
    """What hotspots tell. The hottest function is that whose lines were most often the innermost of own code."""
    here: dict[str, float] = {}
    hottest: dict[str, str] = {}
    for line in told["lines"]:
        name = line["function"].partition(INNER)[0]
        here[name] = here.get(name, 0.0) + (line["here_share"] or 0.0)
        hottest.setdefault(name, line["where"])
    own: dict[str, float] = {}
    for one in (one for one in told["functions"] if one["owner"] == "own"):
        name = one["function"].partition(INNER)[0]
        own[name] = own.get(name, 0.0) + (one["self_share"] or 0.0)
    found = [
        Hot(
            name=one["function"],
            file=one["file"],
            handle=one["handle"],
            share=one["share"],
            around=one["plus_minus"],
            own=own[one["function"]],
            here=here.get(one["function"], 0.0),
            ceiling=one["ceiling"] or float("inf"),
            line=hottest.get(one["function"], ""),
        )
        for one in told["functions"]
        if one["owner"] == "own" and one["function"] in own
    ]
    return Look(tuple(sorted(found, key=lambda one: -one.here)))


def callers(told: dict[str, Any], seen: Look) -> Iterator[Hot]:
    """The own functions that call a function, as `workbench show FILE f1 --callers --json` tells them, the most first."""
    for one in sorted(told["callers"], key=lambda one: -(one["amount"] or 0.0)):
        found = seen.named(one["function"].partition(INNER)[0])
        if found is not None and one["file"] == found.file:
            yield found


def waited(told: dict[str, Any]) -> tuple[float, str]:
    """The longest wait of tasks, by the hotspots of engine `tasks`: seconds of it for a second of the run, and where; 0 where none is."""
    longest = max(told["waits"] or (), key=lambda one: float(one["waiting"] or 0.0), default=None)
    return (longest["waiting"] / told["duration"], longest["where"]) if longest else (0.0, "")


def advised(told: dict[str, Any], name: str) -> str:
    """What `workbench advise FILE --json` says of a function first, "" where nothing."""
    return next((str(one["says"]) for one in told["advice"] if one["function"].partition(INNER)[0] == name), "")
