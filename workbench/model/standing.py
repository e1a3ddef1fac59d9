"""Where a study stands, and which step comes next. Plain records."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from workbench.model.check import Judgement

UNDECIDED = frozenset({"U01", "U02", "R00"})
"""Codes that more time or a quieter machine can take away, where the candidate itself need not change."""


class Step(StrEnum):
    """The steps of a study that something is waited for in, in their order. A hypothesis is never waited for."""

    BASELINE = "baseline"
    PROFILE = "profile"
    RECORD = "record"
    CANDIDATE = "candidate"
    VERIFY = "verify"
    APPLY = "apply"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Tried:
    """A candidate: `judgement` is "" without a verdict, `code` why it is not verified; `stale` whether the source has moved since."""

    label: str
    judgement: str
    code: str
    note: str
    stale: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a study stands: baseline `seconds` of a run (NaN: none), whether it was `profiled`, `share` of the run's time in the
    target (NaN: not profiled, or too few samples), calls `seen` and `kept`, hypotheses, candidates oldest first, the label `applied`
    ("" for none), and what is wrong with the folder."""

    target: str
    folder: str
    seconds: float
    profiled: bool
    share: float
    seen: int
    kept: int
    hypotheses: tuple[str, ...]
    candidates: tuple[Tried, ...]
    applied: str
    faults: tuple[str, ...]


def next_step(found: Standing) -> Step:
    """The step to do next; REPORT where a change is applied, and all but telling of it is done."""
    if math.isnan(found.seconds):
        return Step.BASELINE
    if not found.kept:
        return Step.RECORD if found.profiled else Step.PROFILE
    if not found.candidates:
        return Step.CANDIDATE
    newest = found.candidates[-1]
    if newest.label == found.applied and not newest.stale:
        return Step.REPORT
    if not newest.judgement or newest.stale or newest.code in UNDECIDED:
        return Step.VERIFY
    return Step.APPLY if newest.judgement == Judgement.VERIFIED else Step.CANDIDATE
