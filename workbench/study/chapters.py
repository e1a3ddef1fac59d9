"""What a study keeps of each candidate, read from its folder."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from workbench.model.benchmark import Estimate, Points
from workbench.model.chapter import Chapter
from workbench.model.comparison import Counterexample
from workbench.study.codes import CODES

if TYPE_CHECKING:
    from workbench.model.standing import Standing, Tried
    from workbench.study.folder.schema import Event
    from workbench.study.loop import Loop


def chapters_of(loop: Loop, standing: Standing) -> tuple[Chapter, ...]:
    """A chapter for each candidate, oldest first. Raises what reading the folder does."""
    verdicts, sources = loop.verdicts(), {one.label: one.source for one in loop.candidates()}
    return tuple(
        _chapter(loop, tried, sources.get(tried.label, ""), verdicts.get(tried.label)) for tried in standing.candidates
    )


def attached(loop: Loop, event: Event | None, name: str) -> str:
    """The text of an event's attachment of that name; "" without one."""
    path = next((path for path in event.files if path.endswith(name)), "") if event is not None else ""
    return loop.folder.read(path).decode() if path else ""


def example_of(loop: Loop, event: Event | None) -> Counterexample | None:
    """The counter-example that a verdict rests on, where there is one."""
    kept = attached(loop, event, "counterexample.json")
    return Counterexample(**json.loads(kept)) if kept else None


def _chapter(loop: Loop, tried: Tried, source: str, event: Event | None) -> Chapter:
    old = attached(loop, event, "old.py") or attached(loop, loop.folder.last("baseline"), "target.py") or loop.source()
    return Chapter(
        tried=tried,
        verdict=event.data if event is not None else {},
        meaning=CODES.get(tried.code, "a code of another version"),
        old=old,
        new=source,
        points=_points(loop, event),
        example=example_of(loop, event),
    )


def _points(loop: Loop, event: Event | None) -> tuple[Points, Estimate] | None:
    kept = attached(loop, event, "points.json")
    if event is None or not kept:
        return None
    numbers = event.data["measured"]
    ratio, low, high = (float(numbers[name]) for name in ("ratio", "low", "high"))
    estimate = Estimate(
        ratio,
        low,
        high,
        float(numbers.get("level", math.nan)),
        int(numbers.get("processes", 0)),
        int(numbers.get("pairs", 0)),
        str(numbers.get("method", "")),
    )
    return Points.of(json.loads(kept)), estimate
