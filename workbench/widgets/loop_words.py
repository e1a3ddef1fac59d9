"""What a study's panel says: the eight steps, each with its state and its figure, and what comes next."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from workbench import units
from workbench.model.benchmark import Verdict
from workbench.model.check import Judgement

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from pathlib import Path

    from workbench.render.text_study import Standing
    from workbench.study.folder.store import Folder

CHANGED = "the source has changed since"
UNDECIDED = frozenset({"U01", "U02", "R00"})
"""Codes that more time or a quieter machine can take away, where the candidate itself need not change."""


class Steps(Protocol):
    """What the panel asks of a study; `workbench.Study` has it."""

    @property
    def path(self) -> Path:
        """The study's folder."""

    def baseline(self) -> float:
        """Time the workload."""

    def profile(self) -> object:
        """Sample the workload."""

    def record(self) -> object:
        """Keep calls of the target."""

    def hypothesis(self, text: str) -> None:
        """Write down what is thought to cost the time."""

    def candidate(self, given: str, note: str = "") -> object:
        """Keep a changed version."""

    def verify(self, candidate: str = "", *, budget: str | float = "30s") -> object:
        """Run the checklist on a candidate."""

    def apply(self, candidate: str = "") -> str:
        """Write a verified candidate into its file."""

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Write the study as a page."""

    def standing(self) -> Standing:
        """Where it stands."""

    def status(self) -> str:
        """The same in words."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at a study. `verdicts`: the data of the newest verdict of each candidate; `sources`: the candidates' texts;
    `before`: the steps (`baseline`, `profile`) that were done before a candidate was applied, with its label; `text`: the target's
    text as the study knows it, "" without; `profiled` whether there is a profile, `written` the report of this panel, "" without."""

    standing: Standing
    profiled: bool
    verdicts: Mapping[str, Mapping[str, Any]]
    sources: Mapping[str, str]
    before: Mapping[str, str]
    text: str
    written: str = ""


class State(StrEnum):
    """Where one step stands."""

    DONE = "done"
    NEXT = "next"
    LATER = "not yet"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the strip; `figure` is what came out, "" where nothing has."""

    name: str
    state: State
    figure: str


def look(study: Steps, folder: Folder, written: str = "") -> Seen:
    """Read the study anew, with what other processes have added. Raises what reading the folder does."""
    standing = study.standing()
    sources = {
        event.data["label"]: folder.read(next(iter(event.files))).decode() for event in folder.events("candidate")
    }
    baseline, profile, applied = (folder.last(kind) for kind in ("baseline", "profile", "apply"))
    text = sources.get(applied.data["candidate"], "") if applied else ""
    if not text and baseline is not None:
        text = folder.read(next(path for path in baseline.files if path.endswith("target.py"))).decode()
    before = {
        event.kind: str(applied.data["candidate"])
        for event in (baseline, profile)
        if event is not None and applied is not None and event.number < applied.number
    }
    verdicts = {event.data["candidate"]: event.data for event in folder.events("verify")}
    return Seen(standing, profile is not None, verdicts, sources, before, text, written)


def steps(seen: Seen) -> tuple[Step, ...]:
    """The strip, in order."""
    found, coming = seen.standing, comes_next(seen)
    newest = found.candidates[-1] if found.candidates else None
    stale = {row[0] for row in found.candidates if row[4]}
    rows = [
        ("Baseline", not math.isnan(found.seconds), _before(seen, "baseline", f"{units.seconds(found.seconds)} a run")),
        ("Profile", seen.profiled, _before(seen, "profile", _share(found.share))),
        ("Record", bool(found.kept), _calls(found)),
        ("Hypothesis", bool(found.hypotheses), f"{len(found.hypotheses):,} written" if found.hypotheses else ""),
        ("Candidate", newest is not None, newest[0] if newest else ""),
        ("Verify", newest is not None and bool(newest[1]), _judged(newest)),
        ("Apply", bool(found.applied), found.applied),
        ("Report", bool(seen.written), seen.written),
    ]
    outdated = {"Verify": newest is not None and newest[0] in stale, "Apply": found.applied in stale}
    return tuple(
        Step(name, _state(done, name == coming, outdated.get(name, False)), figure if done or name == "Record" else "")
        for name, done, figure in rows
    )


def comes_next(seen: Seen) -> str:
    """The name of the step to do next; "" where all is done. A hypothesis is never waited for."""
    found = seen.standing
    if math.isnan(found.seconds):
        return "Baseline"
    if not found.kept:
        return "Record" if seen.profiled else "Profile"
    if not found.candidates:
        return "Candidate"
    label, judgement, code, _, stale = found.candidates[-1]
    if label == found.applied and not stale:
        return "" if seen.written else "Report"
    if not judgement or stale or code in UNDECIDED:
        return "Verify"
    return "Apply" if judgement == Judgement.VERIFIED else "Candidate"


def next_words(seen: Seen) -> str:
    """What to do next, in a sentence."""
    rows = seen.standing.candidates
    return {
        "Baseline": "Next: Baseline times the whole workload.",
        "Profile": "Next: Profile tells what share of the run the target takes.",
        "Record": "Next: Record keeps calls of the target, for candidates to be compared on.",
        "Candidate": _mend(*rows[-1][:3]) if rows else "Next: change the function, and add it as a candidate.",
        "Verify": _verify(rows[-1]) if rows else "",
        "Apply": f"Next: Apply writes {to_apply(seen.standing)} into its file.",
        "Report": "Next: Report writes the study as one page that opens anywhere.",
        "": "All is done. In a shell, workbench check --against this folder tells whether it stays as fast.",
    }[comes_next(seen)]


def _mend(label: str, judgement: str, code: str) -> str:
    return f"Next: mend {label}, which is {judgement} ({code}), and add it as another candidate."


def _verify(row: tuple[str, str, str, str, bool]) -> str:
    label, judgement, code, _, stale = row
    if stale:
        return f"Next: verify {label} again, since {CHANGED}."
    if judgement:
        return f"Next: verify {label} again with a larger budget; it is {judgement} ({code})."
    return f"Next: Verify runs the six items of the checklist on {label}."


def to_apply(standing: Standing) -> str:
    """The newest candidate that may be written into its file: verified, not stale, not there already; "" without."""
    return next(
        (
            label
            for label, judgement, _, _, stale in reversed(standing.candidates)
            if judgement == Judgement.VERIFIED and not stale and label != standing.applied
        ),
        "",
    )


def measured_words(verdict: Mapping[str, Any]) -> str:
    """How the candidate was measured: the ratio with its interval and what a call saves; "" where it was not.

    `faster` and `slower` are said only where the comparison came to that.
    """
    numbers = verdict.get("measured")
    if not numbers:
        return ""
    ratio, low, high, saved, old = (float(numbers[name]) for name in ("ratio", "low", "high", "saved", "old"))
    how = verdict.get("comparison", "")
    if not (math.isfinite(low) and math.isfinite(high) and low > 0):
        return f"measured {ratio:.3g}x, with too few pairs for an interval"
    if how == Verdict.FASTER:
        return f"{ratio:.3g}x faster (95 %: {low:.3g} to {high:.3g}), saves {units.seconds(saved)} of {units.seconds(old)} a call"
    if how == Verdict.SLOWER:
        interval = f"95 %: {1 / high:.3g} to {1 / low:.3g}"
        return (
            f"{1 / ratio:.3g}x slower ({interval}), costs {units.seconds(-saved)} more than {units.seconds(old)} a call"
        )
    return f"{how}: {ratio:.3g}x (95 %: {low:.3g} to {high:.3g})"


def _state(done: bool, coming: bool, stale: bool) -> State:
    if stale:
        return State.STALE
    if coming:
        return State.NEXT
    return State.DONE if done else State.LATER


def _before(seen: Seen, kind: str, figure: str) -> str:
    return f"{figure}, before {seen.before[kind]}" if kind in seen.before else figure


def _share(share: float) -> str:
    return "too few samples" if math.isnan(share) else f"{units.share(share)} of the time"


def _calls(found: Standing) -> str:
    if not found.seen:
        return ""
    return units.count(found.seen, "call") if found.kept == found.seen else f"{found.kept:,} of {found.seen:,} calls"


def _judged(row: tuple[str, str, str, str, bool] | None) -> str:
    if row is None:
        return ""
    label, judgement, code, _, _ = row
    return f"{label} {judgement}" + (f" ({code})" if code else "")
