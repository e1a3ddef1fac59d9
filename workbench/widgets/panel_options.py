"""The options of each engine as fields of a panel, and what is made of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import ipywidgets

from workbench.engines.base import Options
from workbench.engines.table import ALL, DEFAULT, ENGINES, check_options, engine_names
from workbench.errors import UnknownOptionError
from workbench.widgets.parts import classed, row

if TYPE_CHECKING:
    from collections.abc import Mapping

OF_ALL = "several runs, one after the other: sample, cpu, lines and memory, and without an engine in between"
FOREIGN = "an engine of another package"
CLOSE = frozenset({"lines", "memory", ALL})
"""What looks at chosen functions."""


def engine_choices() -> tuple[str, ...]:
    """What may be asked for, the engines first; those of other packages are not loaded for it."""
    return (*engine_names(), ALL)


def measures(engine: str) -> str:
    """What an engine measures, in a line."""
    return OF_ALL if engine == ALL else ENGINES[engine].measures if engine in ENGINES else FOREIGN


def fitting(engine: str) -> tuple[str, ...]:
    """The names of the fields that fit an engine, in order."""
    known = ENGINES.get(engine)
    found = []
    if engine in CLOSE:
        found.append("functions")
    if engine == DEFAULT or (known is None and engine != ALL):
        found += ["interval", "budget"]
    if known is not None and len(known.backends) > 1:
        found.append("backend")
    found += known.switches if known is not None else ()
    if engine == ALL or known is None or known.repeats:
        found.append("once")
    return tuple(found)


def option_fields() -> dict[str, Any]:
    """A field for each option, by the option's name."""
    small: dict[str, Any] = {"style": {"description_width": "initial"}}
    return {
        "functions": ipywidgets.TagsInput(
            allow_duplicates=False,
            placeholder="found by themselves, or: a name, then Enter",
            tooltip="Functions to look at closely: f, Class.method or module.f; Enter ends each",
        ),
        "interval": ipywidgets.Text(
            description="Interval",
            placeholder="chosen",
            tooltip="Seconds between samples, such as 0.001; empty: the engine chooses and adapts",
            layout={"width": "158px"},
            **small,
        ),
        "budget": ipywidgets.Text(
            description="Budget",
            placeholder=f"{Options().budget:g}",
            tooltip="Share of the run's time that sampling may cost, between 0 and 1",
            layout={"width": "138px"},
            **small,
        ),
        "backend": ipywidgets.Dropdown(
            description="Backend", tooltip="The library that does the work", layout={"width": "230px"}, **small
        ),
        "native": _check("Native stacks", "The stacks of native code, too"),
        "objects": _check("Small objects", "Every small object for itself; slow, for short runs"),
        "once": _check("Run once", "Run the statement once, however short it is"),
    }


def options_row(fields: Mapping[str, Any]) -> Any:
    """The fields beside each other; `functions` with a name before it."""
    tags = row("tags", ipywidgets.Label("Functions"), fields["functions"])
    return row("options", tags, *(field for name, field in fields.items() if name != "functions"))


def fit(fields: Mapping[str, Any], shown: Any, engine: str) -> None:
    """Show those of the fields, in their row `shown`, that fit an engine."""
    wanted = fitting(engine)
    backends = ENGINES[engine].backends if "backend" in wanted else ()
    if backends and fields["backend"].options != backends:
        fields["backend"].options = backends
        fields["backend"].value = backends[0]
    for widget, name in zip(shown.children, ("functions", *(name for name in fields if name != "functions"))):
        widget.layout.display = None if name in wanted else "none"
    shown.layout.display = None if wanted else "none"


def options_of(engine: str, fields: Mapping[str, Any]) -> tuple[Options, bool]:
    """The options that the fields of an engine say, and whether it is to run once. Raises UnknownOptionError for a value that is off."""
    wanted = fitting(engine)
    given: dict[str, Any] = {name: fields[name].value for name in wanted}
    backend = given.get("backend")
    options = Options(
        interval=_number("Interval", given.get("interval", ""), math.inf),
        budget=_number("Budget", given.get("budget", ""), 1.0) or Options().budget,
        functions=tuple(_function(name) for name in given.get("functions", ())),
        backend=None if backend is None or backend == ENGINES[engine].backends[0] else backend,
        native=given.get("native", False),
        objects=given.get("objects", False),
    )
    if engine != ALL:
        check_options(engine, options)
    return options, given.get("once", False)


def _check(words: str, tip: str) -> Any:
    return classed(ipywidgets.Checkbox(description=words, tooltip=tip, indent=False, layout={"width": "auto"}), "check")


def _number(what: str, text: str, below: float) -> float | None:
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < below:
        wanted = "a number above 0" if below == math.inf else f"a number between 0 and {below:g}"
        raise UnknownOptionError(
            f"{what} must be {wanted}, and this is {text.strip()!r}. Leave it empty for the usual."
        )
    return value


def _function(text: str) -> str:
    name = text.strip()
    if "(" in name:
        raise UnknownOptionError(
            f"A function is named without a call: {name.partition('(')[0] or 'f'}. The call is the statement above."
        )
    if not all(part.isidentifier() for part in name.split(".")):
        raise UnknownOptionError(f"{name!r} is not the name of a function, as f, Class.method and module.f are.")
    return name
