"""A recording as JSON: the facts of the text form, in full figures, for programs."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from workbench.analysis.functions import whole
from workbench.analysis.growth import growth_lines
from workbench.analysis.heap import heap_lines, heap_whole
from workbench.analysis.hotspots import hotspots
from workbench.analysis.tasks import awaits, most_at_once, slices, tasks
from workbench.model.facts import Evidence
from workbench.render import summary
from workbench.render.places import Places

if TYPE_CHECKING:
    from workbench.analysis.functions import FunctionRow
    from workbench.analysis.growth import GrowthRow
    from workbench.analysis.hotspots import Hotspots
    from workbench.analysis.lines import LineRow
    from workbench.model.recording import Recording

SCHEMA = "workbench.recording/1"
UNITS = {
    "times": "seconds",
    "sizes": "bytes",
    "shares": "fraction of whole",
    "plus_minus": "half of the 95 % interval of a share",
    "rate": "samples per second",
}


def as_json(recording: Recording, *, top: int | None = None) -> dict[str, Any]:
    """Plain dicts, lists, strings and numbers, ready for `json.dumps(..., allow_nan=False)`; None stands for what is not known.

    `functions` hold own code first, then the others, as the handles count (f1, f2, ...); `lines` own code only (l1, l2, ...).
    `top` limits the rows of both; `left_out` says how many were cut. `passes` are further runs under other engines, each as a whole.
    """
    found, places = hotspots(recording), Places.of(recording)
    ranked = [(f"f{at}", row) for at, row in enumerate((*found.functions, *found.others), 1)]
    heat = [(f"l{at}", row) for at, row in enumerate(found.lines, 1)]
    facts = {
        "schema": SCHEMA,
        "units": dict(UNITS),
        **_run(recording),
        "whole": whole(recording),
        "functions": [_function(places, handle, row) for handle, row in ranked[:top]],
        "lines": [_line(places, handle, row) for handle, row in heat[:top]],
        "left_out": {"functions": len(ranked[top:]) if top else 0, "lines": len(heat[top:]) if top else 0},
        "growth": [_growth(places, row) for row in growth_lines(recording)[:top]],
        "heap": _heap(recording, places, top) if recording.evidence is Evidence.HEAP else None,
        "tasks": _tasks(recording, places, top) if recording.evidence is Evidence.TASKS else None,
        "owners": _owners(found),
        "memory": _memory(recording),
        "passes": [as_json(one, top=top) for one in recording.passes],
        "notes": list(recording.notes),
        "next": summary.next_step(recording, found),
    }
    return {name: _known(value) for name, value in facts.items()}


def _run(recording: Recording) -> dict[str, Any]:
    target, cost, error, here = recording.target, recording.cost, recording.error, recording.environment
    return {
        "target": {"kind": target.kind.value, "name": target.name, "repeats": target.repeats},
        "engine": recording.engine,
        "mechanism": recording.mechanism,
        "evidence": recording.evidence.value,
        "sampled": recording.sampled,
        "started": recording.started or None,
        "duration": recording.duration,
        "cpu": recording.cpu,
        "error": {"type": error.type, "message": error.message, "interrupted": error.interrupted} if error else None,
        "samples": cost.samples if recording.sampled else None,
        "rate": summary.rate(recording) if recording.sampled else None,
        "plus_minus": summary.precision(recording),
        "too_short_to_sample": summary.too_few(recording),
        "cost": {"own": cost.own, "interval": cost.interval, "method": cost.method},
        "threads": list(recording.threads),
        "environment": {
            "python": here.python,
            "implementation": here.implementation,
            "platform": here.platform,
            "machine": here.machine,
            "cpus": here.cpus or None,
            "directory": here.directory,
            "packages": dict(here.packages),
        },
    }


def _function(places: Places, handle: str, row: FunctionRow) -> dict[str, Any]:
    return {
        "handle": handle,
        "function": row.function,
        "file": row.file,
        "line": row.line,
        "where": places.line(row.file, row.line),
        "owner": row.owner.value,
        "calls": row.calls,
        "self": row.self_time,
        "total": row.total_time,
        "self_python": row.self_python,
        "self_native": row.self_native,
        "self_waiting": row.self_waiting,
        "share": row.share,
        "self_share": row.self_share,
        "plus_minus": row.plus_minus,
    }


def _line(places: Places, handle: str, row: LineRow) -> dict[str, Any]:
    return {
        "handle": handle,
        "file": row.file,
        "line": row.line,
        "where": places.line(row.file, row.line),
        "function": row.function,
        "source": row.source,
        "hits": row.hits,
        "here": row.here,
        "wall": row.wall,
        "python": row.python,
        "native": row.native,
        "waiting": row.waiting,
        "self": row.self_time,
        "share": row.share,
        "plus_minus": row.plus_minus,
    }


def _growth(places: Places, row: GrowthRow) -> dict[str, Any]:
    return {
        "file": row.file,
        "line": row.line,
        "where": places.line(row.file, row.line),
        "function": row.function,
        "source": row.source,
        "hits": row.hits,
        "increment": row.increment,
        "peak": row.peak,
    }


def _heap(recording: Recording, places: Places, top: int | None) -> dict[str, Any]:
    return {
        "whole": asdict(heap_whole(recording)),
        "lines": [
            {
                "file": row.file,
                "line": row.line,
                "where": places.line(row.file, row.line),
                "function": row.function,
                "owner": row.owner.value,
                "source": row.source,
                "here": asdict(row.here),
                "with_calls": asdict(row.total),
            }
            for row in heap_lines(recording)[:top]
        ],
    }


def _tasks(recording: Recording, places: Places, top: int | None) -> dict[str, Any]:
    """Own tasks; `waits` are the lines at which they waited, `blocked` what blocked their loop."""
    own = [row for row in tasks(recording) if row.own]
    named = [{**asdict(row), "outcome": row.outcome.name.lower()} for row in own[:top]]
    waited, blocked = awaits(recording)[:top], slices(recording)[:top]
    return {
        "count": len(own),
        "most_at_once": most_at_once(recording),
        "tasks": named,
        "waits": [{**asdict(row), "where": places.line(row.file, row.line)} for row in waited],
        "blocked": [{**asdict(row), "where": places.line(row.file, row.line)} for row in blocked],
    }


def _owners(found: Hotspots) -> list[dict[str, Any]]:
    return [
        {
            "owner": row.owner.value,
            "self": row.self_time,
            "share": row.share,
            "self_python": row.python,
            "self_native": row.native,
            "self_waiting": row.waiting,
        }
        for row in summary.by_owner(found)
    ]


def _memory(recording: Recording) -> dict[str, Any] | None:
    found = summary.memory(recording)
    if found is None:
        return None
    return {
        "start": found.start,
        "peak": found.peak,
        "peak_at": found.peak_at,
        "end": found.end,
        "readings": found.readings,
    }


def _known(value: Any) -> Any:
    """JSON has no NaN: None in its place, at any depth."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _known(inner) for name, inner in value.items()}
    return [_known(inner) for inner in value] if isinstance(value, list) else value
