"""The buttons and fields of the panel that records, and how they are laid out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ipywidgets

from workbench.widgets.panel_options import engine_choices
from workbench.widgets.parts import classed, row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workbench.widgets.panel_session import Callee

CHOOSE = "choose, or write a statement below"
NOTHING = "none in this notebook yet; write a statement below"


@dataclass(frozen=True, slots=True)
class Action:
    """A button: what it is called, and what pressing it does."""

    name: str
    tip: str


ACTIONS = {
    "refresh": Action("Refresh", "Look anew at the notebook's functions and at the recordings of its cells"),
    "run": Action("Run", "Run the statement and record it"),
    "cancel": Action(
        "Cancel", "Interrupt the statement, as interrupting the kernel does; what was recorded up to there is kept"
    ),
    "show": Action("Show", "Show the chosen recording below"),
    "compare": Action("Compare", "Show what changed between the two chosen recordings"),
    "delete": Action("Delete", "Take the chosen recordings out of this session"),
    "rename": Action("Rename", "Give the chosen recording this name"),
    "save": Action("Save", "Write the chosen recording as a .wbp file"),
    "report": Action("Report", "Write the chosen recording as an HTML page that opens anywhere"),
    "yes": Action("Yes", "Do it"),
    "no": Action("No, keep it", "Leave everything as it is"),
}


def button(key: str) -> Any:
    """The button of an action."""
    action = ACTIONS[key]
    return ipywidgets.Button(description=action.name, tooltip=action.tip, layout={"width": "auto"})


def target_fields() -> dict[str, Any]:
    """The fields of what is run, by name: callee, statement, engine."""
    wide: dict[str, Any] = {"layout": {"width": "auto"}, "style": {"description_width": "84px"}}
    return {
        "callee": ipywidgets.Dropdown(description="Function", tooltip="A function of this notebook", **wide),
        "statement": classed(
            ipywidgets.Text(
                description="Statement",
                placeholder="f(x)",
                tooltip="The Python statement that is run and recorded",
                **wide,
            ),
            "code",
        ),
        "engine": ipywidgets.Dropdown(
            options=engine_choices(),
            description="Engine",
            tooltip="What observes the run",
            layout={"width": "240px"},
            style={"description_width": "84px"},
        ),
    }


def offer(field: Any, callees: Sequence[Callee]) -> None:
    """Let a function be chosen among these; the one that is chosen stays so where it is still there."""
    chosen = field.value
    options = [(CHOOSE if callees else NOTHING, ""), *((one.label, one.name) for one in callees)]
    if list(field.options) == options:
        return
    field.options = options
    field.value = chosen if any(chosen == name for _, name in options) else ""


def laid_out(
    made: Mapping[str, Any], given: Mapping[str, Any], shown: Mapping[str, Any], options: Any, history: Any, style: str
) -> list[Any]:
    """The panel's rows: head, target, engine, options, run and its progress, messages, what was printed, history, view."""
    return [
        classed(ipywidgets.HTML(f"<style>{style}</style>"), "style"),
        row("top", shown["head"], made["refresh"]),
        given["callee"],
        given["statement"],
        shown["fault"],
        row("engine", given["engine"], shown["measures"]),
        options,
        row("form", made["run"], made["cancel"], shown["progress"]),
        shown["said"],
        classed(shown["printed"], "printed"),
        history,
        classed(shown["view"], "view"),
    ]
