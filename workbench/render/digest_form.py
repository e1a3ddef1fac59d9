"""An answer for an agent: the same rows as text that fits a budget and as JSON under a schema."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.render.budget import Section, fitting, written
from workbench.render.text_growth import signed
from workbench.render.text_table import Column, table
from workbench.render.text_width import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WIDTH = 120
SPARING = 600
"""Tokens below which all may give way but the first row of the first table and the first of the next steps."""
LEAST_ROW = 8
"""No row of a table has fewer tokens: more than the budget has room for are not even written."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A column: the figure `key` of a row under the heading `head`, in words by `words` where it is known."""

    key: str
    head: str
    words: Callable[[Any], str]
    align: str = "right"


@dataclass(frozen=True, slots=True)
class Step:
    """What can be asked next: what it `tells`, and the whole command (or magic)."""

    tells: str
    command: str


@dataclass(frozen=True, slots=True)
class Part:
    """One table. `key` is its name in the JSON, where parts of one key follow each other; `rows` as the JSON has them, with the text's
    last cells (`last`) among them. `places` as in `budget.Section`; `beyond` counts rows too slight to be told."""

    key: str
    title: str
    facts: tuple[Fact, ...]
    rows: tuple[dict[str, Any], ...]
    last: tuple[str, ...] = ("function", "where")
    fewest: int = 1
    more: str = ""
    places: tuple[int, ...] = ()
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything an answer says. `head` and `aside` are lines of text whose facts stand in `facts` for the JSON; `keys` names the parts
    that an answer of this schema may have: those it has not are null. `more` is the command that shows all notes."""

    schema: str
    keys: tuple[str, ...]
    head: tuple[str, ...]
    aside: tuple[str, ...]
    facts: dict[str, Any]
    parts: tuple[Part, ...]
    legend: tuple[str, ...]
    notes: tuple[str, ...]
    steps: tuple[Step, ...]
    more: str = ""

    def text(self, tokens: int) -> str:
        """The text, in at most so many tokens. Raises UsageError where they are too few."""
        sections = self._sections(tokens)
        return written(self.head, sections, fitting(self.head, sections, (), tokens), ())

    def json(self, tokens: int | None = None) -> dict[str, Any]:
        """The facts of the text of the same budget; all there are without one."""
        counts = [len(part.rows) for part in self.parts]
        if tokens is not None:
            sections = self._sections(tokens)
            shown = fitting(self.head, sections, (), tokens)
            counts = [count for section, count in zip(sections, shown, strict=True)][: len(self.parts)]
        rows: dict[str, list[dict[str, Any]] | None] = dict.fromkeys(self.keys)
        left = dict.fromkeys((part.key for part in self.parts), 0)
        for part, count in zip(self.parts, counts, strict=True):
            rows[part.key] = [*(rows[part.key] or ()), *_in_place(part, count)]
            left[part.key] += len(part.rows) - count + part.beyond
        found: dict[str, Any] = plain(
            {
                "schema": self.schema,
                **self.facts,
                **rows,
                "left_out": left,
                "legend": list(self.legend),
                "notes": list(self.notes),
                "next": [{"tells": step.tells, "command": step.command} for step in self.steps],
            }
        )
        return found

    def _sections(self, tokens: int) -> list[Section]:
        most = max(tokens, 0) // LEAST_ROW + 1
        notes = tuple(visible(f"Note: {note}", 300) for note in self.notes)
        steps = tuple(f"  {step.tells}: {step.command}" for step in self.steps)
        ample = tokens >= SPARING
        return [
            *(_section(part, most, part.fewest if ample or not at else 0) for at, part in enumerate(self.parts)),
            Section("", self.aside, fewest=len(self.aside) if ample else 0, more="about the whole run"),
            Section("", self.legend, fewest=len(self.legend) if ample else 0, more="what the numbers mean"),
            Section("", notes, fewest=0, more=f"notes, in {self.more}"),
            Section("Next:", steps, fewest=len(steps) if ample else 1),
        ]


def schema(name: str) -> str:
    """The JSON Schema of an answer (`hotspots`, `shown`), as published: one text file of the package."""
    return (files("workbench.render") / "schemas" / f"{name}-1.json").read_text("utf-8")


def plain(value: Any) -> Any:
    """Ready for JSON, at any depth: None for what is no number, six significant digits of what is one."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _in_place(part: Part, count: int) -> list[dict[str, Any]]:
    if not part.places:
        return list(part.rows[:count])
    order = sorted(range(count), key=lambda at: part.places[at])
    return [part.rows[at] for at in order]


def _section(part: Part, most: int, fewest: int) -> Section:
    if not part.rows:
        return Section(part.title, ())
    rows = part.rows[:most]
    used = [fact for fact in part.facts if any(row.get(fact.key) is not None for row in rows)]
    columns = [
        *([Column("")] if "handle" in rows[0] else []),
        *(Column(fact.head, "left" if fact.align == "left" else "right") for fact in used),
        *(_LAST[name] for name in part.last),
    ]
    head, *lines = table(columns, [_cells(part, used, row) for row in rows], WIDTH)
    return Section(
        "\n".join(filter(None, (part.title, head))),
        tuple(lines),
        fewest,
        part.more,
        len(part.rows) - len(rows) + part.beyond,
        part.places[: len(rows)],
    )


_LAST = {
    "on": Column("for", "left", 1),
    "name": Column("who", "left", 1),
    "function": Column("function", "left", 2),
    "where": Column("where", "left", 2, "end"),
    "source": Column("source", "left", 3),
}


def _cells(part: Part, facts: Sequence[Fact], row: dict[str, Any]) -> list[str]:
    numbers = ["" if (value := row.get(fact.key)) is None else fact.words(value) for fact in facts]
    texts = [visible(row[name] if part.places else row[name].strip(), 400) for name in part.last]
    texts = [text or "(no name)" if name == "function" else text for name, text in zip(part.last, texts, strict=True)]
    return [*([row["handle"] or ""] if "handle" in row else []), *numbers, *texts]


def _per_cent(value: float) -> str:
    return f"{100 * value:.0f}"


def _times(value: float) -> str:
    return f"{value:.2f}x" if value < 9.995 else f"{value:.0f}x"


def _counted(value: int) -> str:
    return f"{value:,}"


SECONDS, SHARE, PLUS_MINUS, SIZE = units.seconds, units.share, units.plus_minus, units.size
PER_CENT, TIMES, COUNT, SIGNED = _per_cent, _times, _counted, signed
