"""A comparison in sentences, the same in text, HTML and JSON."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench import units
from workbench.model.benchmark import Verdict

if TYPE_CHECKING:
    from workbench.model.benchmark import Benchmark, Estimate
    from workbench.model.comparison import Comparison, Memory, Sameness


TENFOLD = 9
"""From so much more on, peaks stand without their share."""


def headline(comparison: Comparison) -> str:
    """The verdict in one line: `3.42x faster (95 %: 3.31 to 3.55), saves 1.90 ms of 2.70 ms per call`."""
    timed = comparison.benchmark
    if comparison.verdict is Verdict.REFUSED or comparison.verdict is Verdict.CANNOT_DECIDE or timed is None:
        return f"{comparison.verdict}: {comparison.code} {comparison.said}".rstrip()
    interval = between(timed.ratio)
    if comparison.verdict is Verdict.FASTER:
        saved = f"saves {units.seconds(timed.saved)} of {units.seconds(timed.old)} per call"
        return f"{timed.ratio.ratio:.3g}x faster ({interval}), {saved}"
    if comparison.verdict is Verdict.SLOWER:
        lost = f"costs {units.seconds(-timed.saved)} more than {units.seconds(timed.old)} per call"
        return f"{1 / timed.ratio.ratio:.3g}x slower ({between(inverse(timed.ratio))}), {lost}"
    return f"no difference shown ({timed.ratio.low:.3f} to {timed.ratio.high:.3f})"


def inverse(estimate: Estimate) -> Estimate:
    """New seconds over old, from old over new."""
    return replace(estimate, ratio=1 / estimate.ratio, low=1 / estimate.high, high=1 / estimate.low)


def between(estimate: Estimate) -> str:
    """An interval: `95 %: 3.31 to 3.55`."""
    if not (estimate.known and math.isfinite(estimate.high)):
        return "too few pairs for an interval"
    return f"95 %: {estimate.low:.3g} to {estimate.high:.3g}"


def inputs(same: Sameness) -> str:
    """What was compared: `same results on 212 given + 400 generated inputs`."""
    made = same.generated + same.annotated
    counted = f"{same.given:,} given" + (f" + {made:,} generated" if made else "")
    what = {"same": "same results on", "different": "not the same, on", "unknown": "not decided, on"}[same.state]
    return f"{what} {counted} input{'' if same.given + made == 1 else 's'}"


def allowances(same: Sameness) -> list[str]:
    """What was let pass: relaxations that were declared, places in which the old code differs from itself, inputs of kinds never seen."""
    said = [f"allowed beforehand: {one}" for one in same.allowed]
    if same.masked:
        said.append(f"not compared, since the old code differs there from itself: {', '.join(same.masked)}")
    if same.outside:
        said.append(f"otherwise on inputs of kinds never seen: {same.outside[0]}" + _more(same.outside))
    return [*said, *same.notes]


def _more(items: tuple[str, ...]) -> str:
    return f" (and {len(items) - 1} more)" if len(items) > 1 else ""


def peak(memory: Memory) -> str:
    """`peak memory -4 % (1.20 MiB to 1.15 MiB per call), nothing kept`."""
    more = memory.new_peak / memory.old_peak - 1 if memory.old_peak > 0 else math.inf
    change = f" {round(100 * more) or 0:+d} %" if more < TENFOLD else ""
    kept = memory.new_kept - memory.old_kept
    left = f"{units.size(kept)} more kept by each call" if kept > 0 else "no more kept than before"
    if change.strip() == "+0 %":
        return f"peak memory as before ({units.size(memory.new_peak)} a call), {left}"
    return f"peak memory{change} ({units.size(memory.old_peak)} to {units.size(memory.new_peak)} a call), {left}"


def figures(timed: Benchmark) -> list[tuple[str, str]]:
    """What stands beside the ratio, as names and values."""
    rows = [
        ("processor time", _times(timed.cpu)),
        ("inputs not seen before", _times(timed.first)),
        ("old against itself", _times(timed.again)),
        ("first call, fresh process", f"{units.seconds(timed.cold.old)} before, {units.seconds(timed.cold.new)} now"),
        ("a gain has to beat", f"{100 * timed.margin:.1f} %"),
        (
            "measured",
            f"{units.count(timed.ratio.pairs, 'pair')} in {timed.ratio.processes} processes, {units.seconds(timed.seconds)}",
        ),
        ("interval", timed.ratio.method),
    ]
    return [(name, value) for name, value in rows if value]


def _times(estimate: Estimate) -> str:
    if not estimate.known:
        return ""
    if not math.isfinite(estimate.high):
        return f"{estimate.ratio:.3g}x"
    return f"{estimate.ratio:.3g}x ({estimate.low:.3g} to {estimate.high:.3g})"


def example(comparison: Comparison) -> list[tuple[str, str]]:
    """The counter-example as names and values; empty where there is none."""
    found = comparison.same.counterexample
    if found is None:
        return []
    rows = [
        ("call", found.call),
        ("where", found.where),
        ("before", found.old),
        ("now", found.new),
        ("input", found.family),
    ]
    return [(name, value) for name, value in rows if value]
