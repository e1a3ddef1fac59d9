"""The hotspots of a recording for an agent: text that fits a budget of tokens, and the same facts as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.analysis.ownership import Owner
from workbench.analysis.tasks import awaits, slices
from workbench.model.facts import Evidence
from workbench.render import digest_words as words
from workbench.render.digest_form import COUNT, SECONDS, Answer, Fact, Part, Step
from workbench.render.digest_rows import Found, Row
from workbench.render.places import Places

if TYPE_CHECKING:
    from workbench.model.recording import Recording

SCHEMA = "workbench.hotspots/1"
BUDGET = 1500
SLIGHT, FEW = 0.02, 5
"""Of others' code, functions with at least this share of own time (of what was held) are told beside own ones, this many at the most."""
KEYS = ("functions", "lines", "waits", "blocked")

TITLES = {
    Evidence.SAMPLES: ("Own functions, by own time", "Own lines, by the time they were the innermost of own code"),
    Evidence.CALLS: ("Own functions, by own time", ""),
    Evidence.LINES: ("Functions looked at, by time", "Their lines, by time with all they call"),
    Evidence.MEMORY: ("Functions looked at, by growth of memory", "Their lines, by growth of memory"),
    Evidence.HEAP: ("Own functions, by what they held", "Own lines, by what they held"),
    Evidence.TASKS: ("Own functions on the way of tasks", "Own lines of tasks"),
}


def hotspots_text(recording: Recording, *, tokens: int = BUDGET, file: str = "FILE") -> str:
    """The hotspots in at most so many tokens, ending in a newline and in what can be asked next. `file` is where the recording lies.

    Raises UsageError where the budget is too small, naming one that is not.
    """
    return hotspots_answer(recording, file).text(tokens)


def hotspots_json(recording: Recording, *, tokens: int | None = None, file: str = "FILE") -> dict[str, Any]:
    """The same facts, valid under the schema `hotspots`: the rows of the text of this budget, all without one."""
    return hotspots_answer(recording, file).json(tokens)


def hotspots_answer(recording: Recording, file: str) -> Answer:
    """Both forms of it."""
    found, places = Found.of(recording), Places.of(recording)
    parts = [*_tasks(recording, places), *_ranked(recording, found, places)]
    nothing = () if any(part.rows for part in parts) else ("Nothing was seen at work in this recording.",)
    return Answer(
        schema=SCHEMA,
        keys=KEYS,
        head=(*words.head(recording), *nothing),
        aside=words.aside(recording, found),
        facts=words.facts(recording, found, file),
        parts=tuple(parts),
        legend=() if nothing else words.LEGENDS[recording.evidence],
        notes=tuple(dict.fromkeys(note for one in recording.all_passes for note in one.notes)),
        steps=_next(recording, found, file),
        more=words.show(file, "show"),
    )


def function_row(row: Row, places: Places) -> dict[str, Any]:
    """A function as the JSON has it."""
    return {
        "handle": row.handle,
        "function": row.function,
        "file": row.file,
        "line": row.line,
        "where": places.line(row.file, row.line),
        "owner": row.owner.value,
        **row.figures,
    }


def line_row(row: Row, places: Places) -> dict[str, Any]:
    """A line as the JSON has it; where no source was captured its function stands in the source's place of the text."""
    return function_row(row, places) | {"source": row.source}


def _ranked(recording: Recording, found: Found, places: Places) -> list[Part]:
    functions, lines = TITLES[recording.evidence]
    chosen = recording.evidence in (Evidence.LINES, Evidence.MEMORY)
    own = [row for row in found.functions if chosen or row.owner is Owner.OWN]
    others = [row for row in found.functions if not chosen and row.owner is not Owner.OWN]
    telling = [row for row in others if _part_of_it(row) >= SLIGHT][:FEW] if own else others
    facts = words.FUNCTION_FACTS[recording.evidence]
    heat = tuple(line_row(row, places) for row in found.lines)
    sourced = ("where", "source") if any(row.source.strip() for row in found.lines) else ("function", "where")
    return [
        Part("functions", functions, facts, tuple(function_row(row, places) for row in own)),
        Part("lines", lines, words.LINE_FACTS[recording.evidence], heat, sourced),
        Part(
            "functions",
            "Others' functions",
            facts,
            tuple(function_row(row, places) for row in telling),
            fewest=0 if own else 1,
            beyond=len(others) - len(telling),
        ),
    ]


def _part_of_it(row: Row) -> float:
    share = row.figures.get("self_share", row.figures.get("share"))
    return share if isinstance(share, float) else 0.0


def _tasks(recording: Recording, places: Places) -> list[Part]:
    if recording.evidence is not Evidence.TASKS:
        return []
    waits = tuple(
        {
            "file": row.file,
            "line": row.line,
            "where": places.line(row.file, row.line),
            "function": row.function,
            "source": row.source,
            "on": row.on,
            "tasks": row.tasks,
            "count": row.count,
            "waiting": row.waiting,
            "longest": row.longest,
            "ready": row.ready,
        }
        for row in awaits(recording)
        if row.count
    )
    blocked = tuple(
        {
            "file": row.file,
            "line": row.line,
            "where": places.line(row.file, row.line),
            "function": row.function,
            "source": row.source,
            "name": row.name,
            "start": row.start,
            "seconds": row.seconds,
        }
        for row in slices(recording)
    )
    counts = (Fact("count", "times", COUNT), Fact("tasks", "tasks", COUNT))
    waited = (Fact("waiting", "waited", SECONDS), Fact("longest", "longest", SECONDS), *counts)
    took = (Fact("seconds", "blocked", SECONDS), Fact("start", "from", SECONDS))
    return [
        Part("blocked", "What blocked the loop", took, blocked, ("name", "where", "source")),
        Part("waits", "Where own tasks waited", waited, waits, ("on", "where", "source")),
    ]


def _next(recording: Recording, found: Found, file: str) -> tuple[Step, ...]:
    seen = [row for row in found.functions if row.owner is Owner.OWN] or list(found.functions)
    if not seen:
        return words.steps(
            words.deeper(recording, None), [Step("all facts as JSON", words.show(file, "show", "--json"))]
        )
    first = seen[0]
    asked: list[Step] = []
    if recording.evidence is not Evidence.CALLS:
        asked.append(Step(f"lines of {first.handle}", words.show(file, "show", first.handle, "--lines")))
    if recording.evidence not in (Evidence.LINES, Evidence.MEMORY):
        asked.append(Step(f"who calls {first.handle}", words.show(file, "show", first.handle, "--callers")))
        asked.append(Step(f"what {first.handle} calls", words.show(file, "show", first.handle, "--callees")))
    if recording.source(first.file) is not None:
        asked.append(Step(f"source of {first.handle} with shares", words.show(file, "show", first.handle, "--source")))
    asked.append(Step("more rows", words.show(file, "hotspots", "--tokens", "6000")))
    named = next((row for row in seen if words.plain_name(row)), None)
    advice = [Step("what the hot lines suggest", words.show(file, "advise"))] if recording.stacked else []
    return words.steps(asked[:2], words.deeper(recording, named), advice, asked[2:])
