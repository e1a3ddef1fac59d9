"""Item 1: the performance meets what is required, for the function and for the whole."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from workbench import units
from workbench.model.benchmark import Verdict
from workbench.model.check import Check, Status

if TYPE_CHECKING:
    from workbench.model.benchmark import Benchmark
    from workbench.model.whole import WholeRun
    from workbench.study.checks.base import Case

LEAST = 0.01
"""The share of the whole run that a gain has to save, where a run was profiled."""


ENOUGH = 5
"""Pairs of runs of the whole program that have to agree before they refuse: by chance they do so once in 32."""


class Performance:
    """Pass where the ratio's interval beats what is required, and the whole run is moved by it."""

    item = "performance"

    def run(self, case: Case) -> Check:
        """See `Item.run`."""
        found, timed = self._judged(case), case.comparison.benchmark
        return found if timed is None else replace(found, numbers=numbers_of(timed, case.share))

    def _judged(self, case: Case) -> Check:
        timed = case.comparison.benchmark
        if timed is None:
            return self._made(Status.UNKNOWN, case.comparison.code, f"it was not timed: {case.comparison.said}")
        evidence = (
            ("ratio", f"{timed.ratio.ratio:.3g}x ({timed.ratio.low:.3g} to {timed.ratio.high:.3g})"),
            ("saved", f"{units.seconds(timed.saved)} of {units.seconds(timed.old)} per call"),
            ("measured", f"{units.count(timed.ratio.pairs, 'pair')} in {timed.ratio.processes} processes"),
            *whole(case.share, timed.ratio.ratio),
            *measured(case.whole),
        )
        if case.comparison.verdict is Verdict.REFUSED and case.comparison.code.startswith("P"):
            return self._made(Status.FAIL, case.comparison.code, case.comparison.said, evidence)
        if timed.verdict is Verdict.CANNOT_DECIDE:
            return self._made(Status.UNKNOWN, timed.code, timed.said, evidence)
        if timed.verdict is not Verdict.FASTER:
            said = f"{timed.verdict} ({timed.ratio.low:.3f} to {timed.ratio.high:.3f}). {timed.said}".rstrip()
            unknown = timed.verdict is Verdict.NO_DIFFERENCE
            return self._made(Status.UNKNOWN if unknown else Status.FAIL, timed.code, said, evidence)
        if case.required and timed.ratio.low < case.required:
            said = f"{case.required:.3g}x is required, and no more than {timed.ratio.low:.3g}x is sure"
            short = timed.ratio.high < case.required
            return self._made(Status.FAIL if short else Status.UNKNOWN, "P03", said, evidence)
        gain = saved_of_whole(case.share, timed.ratio.ratio)
        if gain < LEAST:
            said = (
                f"the function is faster, but it takes {units.share(case.share)} of the run, so that the run gains "
                f"{units.share(gain)} only"
            )
            return self._made(Status.FAIL, "P06", said, evidence)
        if case.whole is not None and len(case.whole.old) >= ENOUGH and max(case.whole.ratios) < 1:
            said = f"the function is faster, and the run as a whole was slower in each of {len(case.whole.old)} pairs of runs"
            return self._made(Status.FAIL, "P06", said, evidence)
        said = f"{timed.ratio.ratio:.3g}x faster ({timed.ratio.low:.3g} to {timed.ratio.high:.3g})"
        return self._made(Status.PASS, "", said, evidence)

    def _made(self, status: Status, code: str, said: str, evidence: tuple[tuple[str, str], ...] = ()) -> Check:
        return Check(self.item, status, code, said, evidence)


def numbers_of(timed: Benchmark, share: float) -> tuple[tuple[str, float], ...]:
    """The measured values: ratio old over new with its 95 % interval, seconds a call, pairs, processes, the
    function's share of the run; what is not known is left out."""
    ratio = timed.ratio
    found = (
        ("ratio", ratio.ratio),
        ("low", ratio.low),
        ("high", ratio.high),
        ("old_seconds", timed.old),
        ("new_seconds", timed.old - timed.saved),
        ("pairs", float(ratio.pairs)),
        ("processes", float(ratio.processes)),
        ("share", share),
    )
    return tuple((name, value) for name, value in found if math.isfinite(value))


def measured(found: WholeRun | None) -> tuple[tuple[str, str], ...]:
    """How long the run as a whole took with both versions, as names and values; empty where there is no program."""
    if found is None or not (found.old or found.said):
        return ()
    if not found.old:
        return (("whole run, measured", found.said),)
    before, now = (units.seconds(median(times)) for times in (found.old, found.new))
    low, high = min(found.ratios), max(found.ratios)
    pairs = units.count(len(found.old), "pair")
    return (
        (
            "whole run, measured",
            f"{found.ratio:.3g}x by the median of {pairs} ({low:.3g} to {high:.3g}): {before} became {now}",
        ),
    )


def saved_of_whole(share: float, ratio: float) -> float:
    """The part of the whole run's time that is saved where a part of it, `share`, becomes `ratio` times as fast (G. M. Amdahl,
    1967); infinite where the share is not known, so that nothing is held against it."""
    return math.inf if math.isnan(share) else share * (1 - 1 / ratio)


def whole(share: float, ratio: float) -> tuple[tuple[str, str], ...]:
    """What the run as a whole gains by Amdahl's law, as names and values; empty where the share is not known."""
    if math.isnan(share):
        return ()
    return (
        (
            "whole run",
            f"{1 / (1 - saved_of_whole(share, ratio)):.3g}x, as the function took {units.share(share)} of it",
        ),
    )
