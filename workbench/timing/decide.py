"""What a paired benchmark comes to: the rules, each with its code, from the strictest on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.model.benchmark import Verdict
from workbench.units import share

if TYPE_CHECKING:
    from workbench.model.benchmark import Cold, Estimate

MARGIN = 0.03
"""The least gain worth having, where nobody said another."""
CODES = {
    "": "faster, by more than the margin",
    "P01": "no difference shown",
    "P02": "slower",
    "P04": "faster when warm, slower to start, and a run does not make up for it",
    "P07": "faster only on inputs it has seen before: results are kept from call to call",
    "P08": "faster at the recorded sizes only",
    "U01": "this machine cannot decide: the old code against itself came out different, or anywhere",
    "U02": "the time was not enough",
    "U05": "interrupted before the first look",
}
"""What a benchmark's verdict rests on, by code."""
ASTRAY = 1 / 3
"""The share of the margin by which the old code may differ from a second copy of itself before the machine cannot decide. Less than that
is added to what a gain has to beat; and a difference beyond twice the reach of the old code against itself is clear all the same."""
BLIND = 0.25
"""Where the old code against itself reaches as far as this, and a gain as large is not ruled out, nothing was seen either way."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with its code and a sentence; `final` where no further look can change it."""

    verdict: Verdict
    code: str
    said: str
    final: bool = True


def margin_of(margin: float, again: Estimate) -> float:
    """What a gain has to beat: the margin, or as far as the old code's interval against itself reaches, where that is more."""
    if not (again.known and again.low > 0 and math.isfinite(again.high)):
        return margin
    return max(margin, again.high - 1, 1 / again.low - 1)


def decide(ratio: Estimate, again: Estimate, margin: float, *, last: bool) -> Decision:
    """The verdict by speed alone at a look; `last` where no further one comes."""
    if not ratio.known or not math.isfinite(ratio.high):
        return Decision(Verdict.CANNOT_DECIDE, "U02", f"too few pairs: {ratio.method}. Give it a larger budget.", last)
    astray, bound = math.log1p(margin * ASTRAY), margin_of(margin, again)
    clear = ratio.low > (1 + bound) ** 2 or ratio.high < 1 / (1 + bound) ** 2
    if again.known and not clear and (math.log(again.low) > astray or math.log(again.high) < -astray):
        said = (
            f"the old code against a copy of itself came out at {again.ratio:.3f} ({again.low:.3f} to {again.high:.3f}), where 1 was "
            "expected: this machine is too unsteady to decide. Try again when it is quieter."
        )
        return Decision(Verdict.CANNOT_DECIDE, "U01", said, last)
    if ratio.low > 1 + bound:
        return Decision(Verdict.FASTER, "", "")
    if 1 / ratio.high > 1 + bound:
        return Decision(Verdict.SLOWER, "P02", "")
    if again.known and bound >= BLIND and ratio.high > 1 + BLIND:
        said = (
            f"the old code against a copy of itself came out anywhere from {again.low:.3g} to {again.high:.3g}, so that no gain below "
            f"{1 + bound:.3g}x could be seen here: this machine is too unsteady to decide. Try again when it is quieter."
        )
        return Decision(Verdict.CANNOT_DECIDE, "U01", said, last)
    within = ratio.low > 1 / (1 + margin) and ratio.high < 1 + margin
    said = "" if within else f"A difference would have to be shown to be more than {share(bound)}."
    return Decision(Verdict.NO_DIFFERENCE, "P01", said, last or within)


def only_seen_before(warm: Estimate, first: Estimate) -> bool:
    """Whether a gain is there on inputs seen before, and less than half of it on others: the mark of results kept from call to call."""
    if not (warm.known and first.known and math.isfinite(first.high)) or warm.low <= 1:
        return False
    return first.high < math.exp(math.log(warm.low) / 2)


def slow_start(cold: Cold, saved: float, calls: int, margin: float) -> bool:
    """Whether loading and the first call are shown to take longer, by more than what a run of so many calls saves."""
    known = cold.ratio.known and math.isfinite(cold.ratio.high)
    if not (cold.slower or (known and cold.ratio.high < 1 / (1 + margin))):
        return False
    return cold.new - cold.old > max(saved, 0.0) * calls
