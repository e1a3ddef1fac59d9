"""One item of the checklist, answered; and the verdict that the answers come to. Plain records."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How an item was answered. Unknown never counts as a pass."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Check:
    """One item's answer: `code` is one of `study.codes.CODES`, "" for a pass; `said` is a sentence; `evidence` are names and values;
    `next` what to do where it is no pass; `seconds` how long it took to find out; `numbers` are measured values by name, for programs."""

    item: str
    status: Status
    code: str
    said: str
    evidence: tuple[tuple[str, str], ...] = ()
    next: str = ""
    seconds: float = 0.0
    numbers: tuple[tuple[str, float], ...] = ()


class Judgement(StrEnum):
    """What all items together come to."""

    VERIFIED = "verified"
    REFUSED = "refused"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Verification:
    """A candidate's checklist and its verdict. `inputs` are the digests of what it rests on (sources, recordings, harness), by name."""

    candidate: str
    judgement: Judgement
    code: str
    said: str
    checks: tuple[Check, ...]
    inputs: tuple[tuple[str, str], ...]
    seconds: float


def judged(checks: tuple[Check, ...]) -> tuple[Judgement, str, str]:
    """Verdict, code and sentence: refused where an item fails, verified where all pass or do not apply, else inconclusive."""
    for status, judgement in ((Status.FAIL, Judgement.REFUSED), (Status.UNKNOWN, Judgement.INCONCLUSIVE)):
        found = next((check for check in checks if check.status is status), None)
        if found is not None:
            return judgement, found.code, found.said
    if not checks:
        return Judgement.INCONCLUSIVE, "U04", "nothing was checked"
    return Judgement.VERIFIED, "", ""
