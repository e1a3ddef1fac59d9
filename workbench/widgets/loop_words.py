"""What a study's panel says: the eight steps, each with its state and its figure, and what comes next."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from workbench import units
from workbench.model.check import Judgement
from workbench.model.standing import Step, next_step

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from pathlib import Path

    from workbench.model.standing import Standing, Tried
    from workbench.study.folder.store import Folder

CHANGED = "the source has changed since"


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
    text as the study knows it, "" without; `written` the report of this panel, "" without."""

    standing: Standing
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
class Stage:
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
    return Seen(standing, verdicts, sources, before, text, written)


def steps(seen: Seen) -> tuple[Stage, ...]:
    """The strip, in order."""
    found, coming = seen.standing, comes_next(seen)
    newest = found.candidates[-1] if found.candidates else None
    stale = {one.label for one in found.candidates if one.stale}
    rows = [
        ("Baseline", not math.isnan(found.seconds), _before(seen, "baseline", f"{units.seconds(found.seconds)} a run")),
        ("Profile", found.profiled, _before(seen, "profile", _share(found.share))),
        ("Record", bool(found.kept), _calls(found)),
        ("Hypothesis", bool(found.hypotheses), f"{len(found.hypotheses):,} written" if found.hypotheses else ""),
        ("Candidate", newest is not None, newest.label if newest else ""),
        ("Verify", newest is not None and bool(newest.judgement), _judged(newest)),
        ("Apply", bool(found.applied), found.applied),
        ("Report", bool(seen.written), seen.written),
    ]
    outdated = {"Verify": newest is not None and newest.label in stale, "Apply": found.applied in stale}
    return tuple(
        Stage(name, _state(done, name == coming, outdated.get(name, False)), figure if done or name == "Record" else "")
        for name, done, figure in rows
    )


def comes_next(seen: Seen) -> str:
    """The name of the step to do next; "" where all is done."""
    step = next_step(seen.standing)
    return "" if step is Step.REPORT and seen.written else step.title()


def next_words(seen: Seen) -> str:
    """What to do next, in a sentence."""
    rows = seen.standing.candidates
    return {
        "Baseline": "Next: Baseline times the whole workload.",
        "Profile": "Next: Profile tells what share of the run the target takes.",
        "Record": "Next: Record keeps calls of the target, for candidates to be compared on.",
        "Candidate": _mend(rows[-1]) if rows else "Next: change the function, and add it as a candidate.",
        "Verify": _verify(rows[-1]) if rows else "",
        "Apply": f"Next: Apply writes {to_apply(seen.standing)} into its file.",
        "Report": "Next: Report writes the study as one page that opens anywhere.",
        "": "All is done. In a shell, workbench check --against this folder tells whether it stays as fast.",
    }[comes_next(seen)]


def _mend(one: Tried) -> str:
    return f"Next: mend {one.label}, which is {one.judgement} ({one.code}), and add it as another candidate."


def _verify(one: Tried) -> str:
    if one.stale:
        return f"Next: verify {one.label} again, since {CHANGED}."
    if one.judgement:
        return f"Next: verify {one.label} again with a larger budget; it is {one.judgement} ({one.code})."
    return f"Next: Verify runs the six items of the checklist on {one.label}."


def to_apply(standing: Standing) -> str:
    """The newest candidate that may be written into its file: verified, not stale, not there already; "" without."""
    return next(
        (
            one.label
            for one in reversed(standing.candidates)
            if one.judgement == Judgement.VERIFIED and not one.stale and one.label != standing.applied
        ),
        "",
    )


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


def _judged(one: Tried | None) -> str:
    if one is None:
        return ""
    return f"{one.label} {one.judgement}" + (f" ({one.code})" if one.code else "")
