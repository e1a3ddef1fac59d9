"""The commands that come next in a study, and what each of them tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.model.check import Judgement
from workbench.model.standing import UNDECIDED, Step, next_step

if TYPE_CHECKING:
    from workbench.model.chapter import Chapter
    from workbench.render.brief_told import Told

_RUNS = {
    Step.BASELINE: "runs the program a few times, and keeps how long it takes",
    Step.PROFILE: "keeps the share of the run that the target takes",
    Step.RECORD: "keeps calls of the target to compare candidates on",
}


@dataclass(frozen=True, slots=True)
class Coming:
    """A command, or a call in Python where the folder does not keep the program, and what it does."""

    command: str
    tells: str


def coming(told: Told, shell: str) -> tuple[Coming, ...]:
    """The commands of the step that comes next, `shell` being the folder as a shell reads it. None of them is ever run from here."""
    step = next_step(told.standing)
    newest = told.chapters[-1] if told.chapters else None
    if step in _RUNS:
        return tuple(_running(one, told, shell) for one in (step, *_after(step)))
    if step is Step.CANDIDATE:
        return (*_of_refusal(newest, shell), *_looks(told, shell), *_of_candidate(shell))
    label = newest.tried.label if newest else ""
    if step is Step.VERIFY:
        return _of_verify(newest, label, shell)
    if step is Step.APPLY:
        return (
            Coming(f"workbench study apply {shell} {label}", "writes it into its source file"),
            Coming(f"workbench study report {shell} FILE.html", "the study as one page"),
        )
    return (
        Coming(f"workbench check --against {shell}", "measures whether it is still as fast"),
        Coming(f"workbench study report {shell} FILE.html", "the study as one page"),
        Coming(f"workbench study regression {shell} -o FILE.py", "a test on recorded calls"),
    )


def _after(step: Step) -> tuple[Step, ...]:
    return {Step.BASELINE: (Step.PROFILE,), Step.PROFILE: (Step.RECORD,)}.get(step, ())


def _running(step: Step, told: Told, shell: str) -> Coming:
    if told.program:
        return Coming(f"workbench study {step} {shell}", _RUNS[step])
    return Coming(f"study.{step}()", f"in Python, where the program is at hand: {_RUNS[step]}")


def _of_refusal(newest: Chapter | None, shell: str) -> tuple[Coming, ...]:
    if newest is None or newest.tried.judgement == Judgement.VERIFIED:
        return ()
    label, code = newest.tried.label, newest.tried.code
    found = [Coming(f"workbench study why {code}", f"what {code} stands for")] if code else []
    if newest.example is not None:
        found.append(Coming(f"workbench study repro {shell} {label} -o FILE.py", "a script that shows the difference"))
    return tuple(found)


def _looks(told: Told, shell: str) -> tuple[Coming, ...]:
    handle = next((one.handle for one in told.hotspots if one.target), "")
    recording = told.recording_in(shell)
    if not (recording and handle):
        return ()
    return (Coming(f"workbench show {recording} {handle} --lines", "the target's lines by time"),)


def _of_candidate(shell: str) -> tuple[Coming, ...]:
    return (
        Coming(f"workbench study candidate {shell} FILE.py:FUNCTION --note TEXT", "keeps a changed version"),
        Coming(f"workbench study verify {shell}", "runs the checklist on the newest"),
    )


def _of_verify(newest: Chapter | None, label: str, shell: str) -> tuple[Coming, ...]:
    command = f"workbench study verify {shell} {label}"
    if newest is not None and newest.tried.code in UNDECIDED and not newest.tried.stale:
        why = Coming(f"workbench study why {newest.tried.code}", f"what {newest.tried.code} stands for")
        return Coming(f"{command} --budget 2min", "the checklist again, with more time"), why
    return (Coming(command, "runs the checklist on it"),)
