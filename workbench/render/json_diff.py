"""A diff of two recordings as plain values, under the schema `diff-1.json`."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from workbench.analysis.diff_rows import Change
from workbench.render.diff_words import ASSUMED, Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.analysis.diff_rows import Place, RecordingDiff
    from workbench.model.recording import Recording

SCHEMA = "workbench.diff/1"


def json_of_diff(record: RecordingDiff, *, top: int | None = None) -> dict[str, Any]:
    """Plain dicts, lists, strings and numbers; None stands for what is not known. `top` limits the rows of both tables, and `left_out`
    says how many rows with something to tell were cut."""
    wording = Wording.of(record)
    functions, lines = record.ranked(), record.ranked_lines()
    return {
        "schema": SCHEMA,
        "before": _side(record.before, record.labels[0], record.old_duration, record.old_whole),
        "after": _side(record.after, record.labels[1], record.new_duration, record.new_whole),
        "engine": record.after.engine,
        "evidence": str(record.after.evidence),
        "measure": asdict(record.measure),
        "per_run": record.per_run,
        "headline": wording.headline(),
        "warnings": list(record.warnings),
        "overruled": list(record.forced),
        "assumed": [ASSUMED],
        "files": [{"before": was, "after": now} for was, now in record.files],
        "functions": _rows(wording, functions[:top], lines=False),
        "lines": _rows(wording, lines[:top], lines=True),
        "left_out": {
            "functions": max(0, len(functions) - top) if top is not None else 0,
            "lines": max(0, len(lines) - top) if top is not None else 0,
        },
        "next": wording.next(),
    }


def _side(recording: Recording, label: str, duration: float, whole: float) -> dict[str, Any]:
    target = recording.target
    return {
        "label": label,
        "target": {"kind": target.kind.value, "name": target.name, "repeats": target.repeats},
        "started": recording.started or None,
        "mechanism": recording.mechanism,
        "duration": duration,
        "whole": _known(whole),
        "samples": recording.cost.samples if recording.sampled else None,
    }


def _rows(wording: Wording, rows: Sequence[Change], *, lines: bool) -> list[dict[str, Any]]:
    return [_row(wording, row, lines) for row in rows]


def _row(wording: Wording, row: Change, lines: bool) -> dict[str, Any]:
    return {
        "function": row.here.function,
        "owner": str(row.owner),
        "status": str(row.status),
        "edited": row.edited,
        "before": row.old,
        "after": row.new,
        "change": row.change,
        "ratio": _known(row.ratio),
        "plus_minus": _known(row.noise),
        "within_noise": row.within_noise,
        "total_before": _known(row.old_total),
        "total_after": _known(row.new_total),
        "count_before": _known(row.old_count),
        "count_after": _known(row.new_count),
        "place_before": _place(wording, row.before, lines, newer=False),
        "place_after": _place(wording, row.after, lines, newer=True),
    }


def _place(wording: Wording, place: Place | None, lines: bool, *, newer: bool) -> dict[str, Any] | None:
    if place is None:
        return None
    found = {
        "function": place.function,
        "file": place.file,
        "line": place.line,
        "where": wording.place_of(place, newer=newer),
    }
    return found | {"source": place.source} if lines else found


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
