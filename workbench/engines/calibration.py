"""What an engine costs here, from outside: a short program with and without it, in turns, and the difference by event.

The clocks of an engine do not see all of it: what its signals, hooks and books take beside what it times itself is in the difference only.
"""

from __future__ import annotations

import math
import sys
import threading
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

from workbench import units
from workbench.engines import table
from workbench.engines.base import Boundary, CloseEngine, Options
from workbench.engines.stretches import LOOKED_AT, STRETCHES
from workbench.errors import WorkbenchError
from workbench.model.builder import RecordingBuilder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType

    from workbench.engines.base import Findings
    from workbench.model.facts import Cost

PAIRS, TURNS = 9, 3
"""Pairs of stretches; as many more, and again, where the machine is so busy that the price comes out as nothing."""
MOST = 0.97
"""The share of a run that can be said to have been the engine's: the program has run, too."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A stretch of `workbench.engines.stretches` by name, and seconds that a run must have to be worth it."""

    stretch: str
    least: float
    why: str = ""
    """Why it costs more than that."""


_HOOKED = "; all other code runs slower, too, before Python 3.12" if sys.version_info < (3, 12) else ""

TRIALS = {
    "cpu": Trial("calls", 0.05, why=_HOOKED),
    "lines": Trial("lines", 0.05, why=_HOOKED),
    "memory": Trial("few_lines", 0.05, why=_HOOKED),
    "tasks": Trial("steps", 0.1),
}
"""Not among them: `heap`, for memray takes time at every call of a Python function, too, and does not count these; and `sample`, for a tick
costs three times as much every five milliseconds as it does every half, and a short program has too few of the former."""

_prices: dict[tuple[object, ...], float] = {}


def priced(engine: str, findings: Findings, duration: float) -> Cost:
    """The cost of a run, by the price of an event of its engine and their number; as the engine says where that cannot be had."""
    trial = TRIALS.get(engine)
    if trial is None or not findings.events:
        return findings.cost
    key = (engine, threading.current_thread() is threading.main_thread())
    if key not in _prices:
        if duration < trial.least:
            return findings.cost
        _prices[key] = _price(engine, trial)
    price = _prices[key]
    if not math.isfinite(price):
        return findings.cost
    own = min(findings.events * price, MOST * duration)
    if own < findings.cost.own:
        return findings.cost
    how = f"{units.count(findings.events, findings.event)} at about {units.seconds(price)} each, as measured here on a short program"
    how = f"at least: {how}{trial.why}" if trial.why else how
    return replace(findings.cost, own=own, method=how)


def _price(engine: str, trial: Trial) -> float:
    """Seconds an event costs; nan where the engine cannot run now, or less than the clock can tell."""
    stretch = STRETCHES[trial.stretch]
    bare: list[float] = []
    under: list[float] = []
    events: list[int] = []
    try:
        for turn in range(TURNS * PAIRS):
            if turn >= PAIRS and min(under) > min(bare):
                break
            bare.append(_timed(stretch))
            took, count = _looked_at(engine, trial.stretch)
            under.append(took)
            events.append(count)
    except WorkbenchError:
        return float("nan")
    more, count = min(under) - min(bare), sorted(events)[len(events) // 2]
    return more / count if count and more > 0 else float("nan")


def _looked_at(engine: str, name: str) -> tuple[float, int]:
    stretch = STRETCHES[name]
    found = table.load(engine, Options())
    if isinstance(found, CloseEngine):
        found.choose(_Only(LOOKED_AT[name]))
    found.start(Boundary(frame=sys._getframe()))
    try:
        took = _timed(stretch)
    finally:
        found.stop()
    return took, found.fill(RecordingBuilder(), took).events


def _timed(stretch: Callable[[], None]) -> float:
    begin = perf_counter()
    stretch()
    return perf_counter() - begin


class _Only:
    """A Selection of a few functions."""

    def __init__(self, codes: tuple[CodeType, ...]) -> None:
        self._codes = codes

    def known(self) -> Iterable[CodeType]:
        return self._codes

    def among(self, _code: CodeType) -> Iterable[CodeType]:
        return ()

    def named(self) -> Iterable[CodeType]:
        return ()

    def never(self) -> Iterable[str]:
        return ()
