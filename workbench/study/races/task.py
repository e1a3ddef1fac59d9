"""What is to be explored, and what has been found of it so far."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.study.races.records import CODES, Finding, describe, name_of, short
from workbench.study.races.serial import shared

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType

    from workbench.study.races.records import Outcome, Ran
    from workbench.study.races.serial import Serial


@dataclass(slots=True)
class Job:
    """The calls, how to make their state and look at it, and the time; `findings`, `ways` and `doubts` grow as it is worked on.

    `doubts` are the reasons why the answer cannot be "clean"; `stuck` is true as soon as threads were left behind, so that nothing more
    can be run in this process.
    """

    setup: Callable[[], Any]
    calls: Sequence[Callable[[Any], object]]
    observe: Callable[[Any], object]
    same: Callable[[object, object], bool]
    seconds: float
    seed: int
    own: tuple[CodeType, ...] = ()
    begin: float = field(default_factory=time.monotonic)
    findings: list[Finding] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    stuck: bool = False

    def left(self) -> float:
        """Seconds left."""
        return max(0.0, self.begin + self.seconds - time.monotonic())

    def judge(
        self, outcome: Outcome, steps: Callable[[], tuple[str, ...]], how: str, serial: Serial, code: str = "R01"
    ) -> bool:
        """Hold an outcome against the serial ones; a finding where none explains it. Whether there is one, or a doubt."""
        explained = serial.explains(outcome, self.left())
        if explained:
            return False
        if explained is None:
            self.doubts.append(
                f"{how} gave what none of the {serial.orders:,} serial orders run gives, but there are too many orders to run all: "
                f"{told(outcome)}. Use fewer calls."
            )
            return True
        raised = raised_only(outcome, serial)
        if raised and code == "R01":
            code = "R03"
        right = " or ".join(told(one) for one in serial.known[:3])
        more = f", or one of {len(serial.known) - 3} more" if len(serial.known) > 3 else ""
        said = f"{CODES[code]}: {raised}{told(outcome)}; one after the other they give {right}{more}."
        self.findings.append(Finding(code, said, steps(), how))
        return True

    def hung(self, ran: Ran, how: str, code: str = "R02") -> None:
        """A run that did not end: a finding where everybody waits for good, else a doubt."""
        where = "; ".join(ran.stuck)
        if ran.waits:
            self.findings.append(Finding(code, f"{CODES[code]}: {where}.", (*ran.steps(), *ran.stuck), how))
        else:
            note = ran.note or "nothing moved any more, for a reason outside of the calls"
            self.doubts.append(f"{how} did not end ({note}): {where}.")


def told(outcome: Outcome) -> str:
    """An outcome in words."""
    results = ", ".join(f"{name_of(number)} {describe(result)}" for number, result in enumerate(outcome.results))
    alike = "".join(f", {name_of(n)} and {name_of(m)} the same object" for n, m in sorted(shared(outcome)))
    return f"({results}{alike}; afterwards {short(picture(outcome.seen), 200)})"


def picture(seen: Any) -> Any:
    """A value to be shown: what an object without a repr of its own holds, in its place."""
    plain = getattr(type(seen), "__repr__", None) is getattr(object, "__repr__", None)
    if plain and getattr(seen, "__dict__", None):
        return {name: value for name, value in vars(seen).items() if not hasattr(value, "acquire")}
    return seen


def raised_only(outcome: Outcome, serial: Serial) -> str:
    """Which call raises what it raises in no serial order, in words; "" where none does."""
    for number, result in enumerate(outcome.results):
        if result[0] == "raised" and not any(one.results[number][:2] == result[:2] for one in serial.known):
            return f"call {name_of(number)} raises {result[1].__name__}, which it does in no serial order: "
    return ""
