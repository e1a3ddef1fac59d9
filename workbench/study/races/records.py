"""What an exploration says: findings with their code and interleaving, and the ways that were gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

CODES = {
    "R01": "lost update: no serial order gives this result",
    "R02": "deadlock: every call that is left waits",
    "R03": "raised under interleaving only",
    "R04": "asyncio: tasks that took turns at an await gave what no serial order gives",
    "R05": "asyncio: every task that is left waits, and nothing will wake it",
}
"""Every code a finding may have, and what it means."""

State = Literal["clean", "race", "unknown"]

Result = tuple[Any, ...]
"""How a call ended: `("returned", value)` or `("raised", type, args)`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run gave: the result of each call, in the order of the calls, and what `observe` saw afterwards."""

    results: tuple[Result, ...]
    seen: Any


@dataclass(frozen=True, slots=True)
class Finding:
    """A run that no serial order explains.

    `code` is a key of `CODES`; `said` tells what came out and what would have been right; `interleaving` are the steps, in order, as
    "thread A: cache.py:12 if key not in self.store"; `how` names the explorer, its seed and its granularity.
    """

    code: str
    said: str
    interleaving: tuple[str, ...]
    how: str


@dataclass(frozen=True, slots=True)
class Explored:
    """What was explored: `ways` has a sentence for each way, also for those that were not available and why.

    `state` is "race" with at least one finding; "clean" where at least every place of the code was tried as a place to switch, and all
    runs gave what a serial order gives; else "unknown", with the reason in `ways`. `seconds` is what the exploration took.
    """

    findings: tuple[Finding, ...]
    ways: tuple[str, ...]
    seconds: float
    state: State


class Decision(NamedTuple):
    """A point at which the next step could have been another's: the `enabled` ones by number, the `chosen` one, what the other choices
    cost (1 where somebody able to go on is interrupted, else 0), and how often this place had been passed before (`passage`)."""

    enabled: tuple[int, ...]
    chosen: int
    cost: int
    passage: int


@dataclass(frozen=True, slots=True)
class Ran:
    """One run under a schedule: its outcome or, where it never ended, `stuck` with who waits where; the decisions made and the steps.

    `waits` is true where everybody stuck waits for a lock, a queue, a future or the like, so that nobody will ever wake them; `cut`
    where some places were passed so often that later passages are no decisions; `traced` is false where no instruction
    of the calls was seen.
    """

    outcome: Outcome | None
    decisions: tuple[Decision, ...]
    steps: Callable[[], tuple[str, ...]]
    stuck: tuple[str, ...] = ()
    waits: bool = False
    note: str = ""
    cut: bool = False
    traced: bool = True


def describe(result: Result) -> str:
    """A result in words, short."""
    if result[0] == "returned":
        return f"returned {short(result[1])}"
    return f"raised {result[1].__name__}({', '.join(short(arg) for arg in result[2])})"


def short(value: object, most: int = 80) -> str:
    """The repr of a value, cut at `most` characters; the type's name where its repr raises."""
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001
        text = f"<{type(value).__name__}, whose repr raises {type(error).__name__}>"
    return text if len(text) <= most else text[: most - 3] + "..."


def name_of(number: int) -> str:
    """The name of a call's thread or task: A, B, ..., Z, then C26 and so on."""
    return chr(ord("A") + number) if number < 26 else f"C{number}"
