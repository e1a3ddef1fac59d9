"""Whether a change that was verified is still as fast: the old code, as the study keeps it, against the code as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.model.check import Judgement, Status
from workbench.render.text_compare import json_of_comparison
from workbench.render.twins import Twinned
from workbench.study.compare import Request, compare
from workbench.study.loop import StudyStepError
from workbench.study.making import function_from
from workbench.study.relaxations import understood

if TYPE_CHECKING:
    from workbench.model.comparison import Comparison
    from workbench.study.loop import Loop

SLOWDOWN = 0.05
MADE = 50
"""Inputs made besides those recorded."""


@dataclass(frozen=True, slots=True, repr=False)
class Gate(Twinned):
    """`status` with its code and sentence; `verified` is how many times as fast the change was, `least` what it has to be now."""

    status: Status
    code: str
    said: str
    candidate: str
    verified: float
    least: float
    comparison: Comparison

    def text(self) -> str:
        """The answer in a line."""
        return f"{self.status}: {self.code} {self.said}".replace(":  ", ": ")

    def json(self) -> dict[str, Any]:
        """The answer as plain values, with the comparison that it rests on."""
        named = {"status": str(self.status), "code": self.code, "said": self.said, "candidate": self.candidate}
        return {
            "kind": "gate",
            **named,
            "verified": self.verified,
            "least": self.least,
            "comparison": json_of_comparison(self.comparison),
        }

    def __repr__(self) -> str:
        return self.text()


def check_gate(loop: Loop, slowdown: float = SLOWDOWN, budget: float = 30.0) -> Gate:
    """Measure the old code against the target as it is now, on the recorded calls, and hold the ratio against the verified one less
    `slowdown`, a share of it.

    Pass where the whole interval is above, fail where it is below or the results differ, else unknown. Raises StudyStepError where
    the study has no verified candidate.
    """
    event = next(
        (one for one in reversed(loop.folder.events("verify")) if one.data["judgement"] == Judgement.VERIFIED), None
    )
    if event is None:
        raise StudyStepError("The study has no verified candidate to hold anything against. Run verify on one first.")
    old = function_from(
        loop.folder.read(next(path for path in event.files if path.endswith("old.py"))).decode(), loop.target.function
    )
    payloads, run_calls = loop.inputs()
    request = Request(old, loop.target.function, payloads, understood(()), budget, count=MADE, run_calls=run_calls)
    found = compare(request)
    verified = float(event.data["measured"]["ratio"])
    least = verified * (1 - slowdown)
    status, code, said = _judged(found, least)
    return Gate(status, code, said, event.data["candidate"], verified, least, found)


def _judged(found: Comparison, least: float) -> tuple[Status, str, str]:
    if found.same.state == "different":
        return Status.FAIL, found.same.code, f"the results are no longer those of the old code: {found.same.said}"
    timed = found.benchmark
    if timed is None or not timed.ratio.known or found.code == "U01":
        return Status.UNKNOWN, found.code, found.said
    seen = f"{timed.ratio.ratio:.3g}x ({timed.ratio.low:.3g} to {timed.ratio.high:.3g}), where {least:.3g}x is required"
    if timed.ratio.low >= least:
        return Status.PASS, "", seen
    if timed.ratio.high < least:
        return Status.FAIL, "P05", seen
    return Status.UNKNOWN, "U08", seen
