"""A recording's tables as DataFrames. Times are seconds (float64), sizes bytes (int64), units in `df.attrs["units"]`."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.analysis.calls import calls
from workbench.analysis.functions import functions
from workbench.analysis.growth import growth_functions, growth_lines
from workbench.analysis.heap import HEAP_MEASURES, Amounts, heap_functions, heap_lines
from workbench.analysis.lines import lines
from workbench.analysis.ownership import Owner
from workbench.model.facts import Evidence

if TYPE_CHECKING:
    from workbench.analysis.heap import HeapFunction, HeapLine
    from workbench.model.recording import Recording

_SECONDS = ("here", "self", "total", "wall", "python", "native", "waiting", "time", "per_hit")
_BYTES = ("rss", "heap", "increment", *HEAP_MEASURES, *(f"{name}_with_calls" for name in HEAP_MEASURES))


def functions_frame(recording: Recording) -> pd.DataFrame:
    """One row per function, most own time first. `calls` is Int64, missing where the engine cannot count.

    Of a recording of memory: `function, file, line, owner, increment, peak`, most growth first.
    """
    if recording.evidence is Evidence.MEMORY:
        return _function_growth_frame(recording)
    if recording.evidence is Evidence.HEAP:
        return _heap_frame(recording, lines=False)
    frame = pd.DataFrame.from_records(
        [
            (
                row.function, row.file, row.line, str(row.owner), row.calls, row.self_time, row.total_time,
                row.self_python, row.self_native, row.self_waiting, row.share, row.plus_minus,
            )
            for row in functions(recording)
        ],
        columns=[
            "function", "file", "line", "owner", "calls", "self", "total",
            "python", "native", "waiting", "share", "plus_minus",
        ],
    )  # fmt: skip
    return _with_units(frame.astype({"calls": "Int64", "line": "int64"}))


def lines_frame(recording: Recording) -> pd.DataFrame:
    """One row per source line seen or counted, most wall time first, with all the line called.

    Sampled: `wall` = `python` + `native` + `waiting`. Counted: `hits`, `wall` and `per_hit`, and no plus-minus. Memory: `hits`, `increment`
    and `peak`, most growth first.
    """
    if recording.evidence is Evidence.LINES:
        return _counted_frame(recording)
    if recording.evidence is Evidence.MEMORY:
        return _growth_frame(recording)
    if recording.evidence is Evidence.HEAP:
        return _heap_frame(recording, lines=True)
    frame = pd.DataFrame.from_records(
        [
            (
                row.file, row.line, row.source, row.function, str(row.owner), row.wall, row.python, row.native,
                row.waiting, row.self_time, row.here, row.share, row.plus_minus,
            )
            for row in lines(recording)
        ],
        columns=[
            "file", "line", "source", "function", "owner", "wall", "python", "native",
            "waiting", "self", "here", "share", "plus_minus",
        ],
    )  # fmt: skip
    return _with_units(frame.astype({"line": "int64"}))


def _counted_frame(recording: Recording) -> pd.DataFrame:
    frame = pd.DataFrame.from_records(
        [
            (row.file, row.line, row.source, row.function, str(row.owner), row.hits, row.wall, row.share)
            for row in lines(recording)
        ],
        columns=["file", "line", "source", "function", "owner", "hits", "wall", "share"],
    )
    frame.insert(7, "per_hit", frame["wall"] / frame["hits"].where(frame["hits"] > 0))
    return _with_units(frame.astype({"line": "int64", "hits": "int64", "per_hit": "float64"}))


def _growth_frame(recording: Recording) -> pd.DataFrame:
    frame = pd.DataFrame.from_records(
        [
            (row.file, row.line, row.source, row.function, str(row.owner), row.hits, row.increment, row.peak)
            for row in growth_lines(recording)
        ],
        columns=["file", "line", "source", "function", "owner", "hits", "increment", "peak"],
    )
    return _with_units(frame.astype(dict.fromkeys(("line", "hits", "increment", "peak"), "int64")))


def _function_growth_frame(recording: Recording) -> pd.DataFrame:
    frame = pd.DataFrame.from_records(
        [
            (row.function, row.file, row.line, str(row.owner), row.increment, row.peak)
            for row in growth_functions(recording)
        ],
        columns=["function", "file", "line", "owner", "increment", "peak"],
    )
    return _with_units(frame.astype(dict.fromkeys(("line", "increment", "peak"), "int64")))


def _heap_frame(recording: Recording, *, lines: bool) -> pd.DataFrame:
    """Of lines `file, line, source, function, owner`, of functions `function, file, line, owner`, then what HeapTable has, in bytes and
    allocations, and `..._with_calls`."""
    rows: list[HeapLine] | list[HeapFunction] = heap_lines(recording) if lines else heap_functions(recording)
    words = ["file", "line", "source", "function", "owner"] if lines else ["function", "file", "line", "owner"]
    amounts = [field.name for field in fields(Amounts)]
    frame = pd.DataFrame.from_records(
        [
            (
                *(str(value) if isinstance(value := getattr(row, name), Owner) else value for name in words),
                *(getattr(row.here, name) for name in amounts),
                *(row.total.of(name) for name in HEAP_MEASURES),
            )
            for row in rows
        ],
        columns=[*words, *amounts, *(f"{name}_with_calls" for name in HEAP_MEASURES)],
    )
    return _with_units(frame)


def calls_frame(recording: Recording) -> pd.DataFrame:
    """One row per caller and callee, most time first; `calls` is Int64, missing where the engine cannot count."""
    frame = pd.DataFrame.from_records(
        [
            (
                recording.frame_name(row.caller), recording.frame_name(row.callee), row.calls, row.total_time,
                recording.frame_file(row.caller), recording.frame_file(row.callee),
            )
            for row in calls(recording)
        ],
        columns=["caller", "callee", "calls", "total", "caller_file", "callee_file"],
    )  # fmt: skip
    return _with_units(frame.astype({"calls": "Int64"}))


def timeline_frame(recording: Recording) -> pd.DataFrame:
    """One row per memory reading: `time` since the recording began, resident `rss`, and what was allocated since and not freed (`heap`)."""
    columns: dict[str, Any] = dict(recording.timeline.columns())
    return _with_units(pd.DataFrame(columns))


def _with_units(frame: pd.DataFrame) -> pd.DataFrame:
    units = {name: "s" for name in frame.columns if name in _SECONDS}
    units |= {name: "bytes" for name in frame.columns if name in _BYTES}
    units |= {name: "share of 1" for name in frame.columns if name in {"share", "plus_minus"}}
    frame.attrs["units"] = units
    return frame
