"""The parts of a study's panel: its buttons, its fields, and how they are laid out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ipywidgets

from workbench.widgets.parts import classed, row


@dataclass(frozen=True, slots=True)
class Action:
    """A button: what it is called, what it says while it runs, the same in Python, and what pressing it does."""

    name: str
    running: str
    call: str
    tip: str


ACTIONS = {
    "refresh": Action("Refresh", "reading ...", "study.status()", "Read the study anew, with what others have added"),
    "baseline": Action("Baseline", "measuring ...", "study.baseline()", "Time the whole workload"),
    "profile": Action("Profile", "sampling ...", "study.profile()", "Sample the workload"),
    "record": Action("Record", "recording ...", "study.record()", "Keep calls of the target"),
    "hypothesis": Action("Add hypothesis", "adding ...", "study.hypothesis(text)", "Write down what is thought"),
    "candidate": Action("Add candidate", "adding ...", "study.candidate(text)", "Keep a changed version"),
    "verify": Action("Verify", "verifying ...", "study.verify()", "Run the six items on the newest candidate"),
    "apply": Action("Apply", "applying ...", "study.apply()", "Write the verified candidate into its file"),
    "report": Action("Report", "writing ...", "study.report(path)", "Write the study as one HTML page"),
}
NEXT = {
    "Baseline": "baseline",
    "Profile": "profile",
    "Record": "record",
    "Candidate": "candidate",
    "Verify": "verify",
    "Apply": "apply",
    "Report": "report",
}
"""The button of each step that can come next."""


def buttons() -> dict[str, Any]:
    """A button for each action, by its key."""
    return {
        key: ipywidgets.Button(description=action.name, tooltip=action.tip, layout={"width": "auto"})
        for key, action in ACTIONS.items()
    }


def fields(report: str) -> dict[str, Any]:
    """The fields, by name: hypothesis, source, note, budget, and report with the path that it begins with."""
    wide: dict[str, Any] = {"layout": {"width": "auto"}, "style": {"description_width": "84px"}}
    small: dict[str, Any] = {"style": {"description_width": "initial"}}
    return {
        "hypothesis": ipywidgets.Text(
            description="Hypothesis", placeholder="What is thought to cost the time", continuous_update=False, **wide
        ),
        "source": ipywidgets.Textarea(
            description="Candidate", placeholder="def ...: the changed function", rows=8, **wide
        ),
        "note": ipywidgets.Text(description="Note", placeholder="What is changed", **wide),
        "budget": ipywidgets.Text(
            description="Budget", value="30s", tooltip="How long comparing may take", layout={"width": "118px"}, **small
        ),
        "report": ipywidgets.Text(description="File", value=report, layout={"width": "220px"}, **small),
    }


def laid_out(made: dict[str, Any], given: dict[str, Any], shown: dict[str, Any], style: str) -> list[Any]:
    """The panel's rows: head, strip, message, buttons, forms, hypotheses, cards."""

    measuring = row("group", made["baseline"], made["profile"], made["record"])
    checking = row("group", given["budget"], made["verify"], made["apply"])
    writing = row("group", given["report"], made["report"])
    return [
        classed(ipywidgets.HTML(f"<style>{style}</style>"), "style"),
        row("top", shown["head"], made["refresh"]),
        shown["strip"],
        shown["said"],
        row("tools", measuring, checking, writing),
        row("form", given["hypothesis"], made["hypothesis"]),
        classed(given["source"], "source"),
        row("form", given["note"], made["candidate"]),
        shown["thoughts"],
        classed(shown["cards"], "cards"),
    ]
