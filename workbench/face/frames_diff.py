"""A diff's tables as DataFrames. Amounts are seconds or bytes, the unit in `df.attrs["units"]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from workbench.analysis.diff_rows import Change, RecordingDiff

_AMOUNTS = ("before", "after", "change", "plus_minus", "total_before", "total_after")


def changes_frame(record: RecordingDiff, *, lines: bool) -> pd.DataFrame:
    """One row per function, or per line, of either recording, most change first, those that did not change too."""
    rows = record.lines if lines else record.functions
    columns = [*_COLUMNS, *(("source", "source_before") if lines else ())]
    frame = pd.DataFrame.from_records([_row(row, lines) for row in rows], columns=columns)
    whole = {"line_before": "Int64", "line_after": "Int64", "edited": "boolean", "within_noise": "boolean"}
    floats = dict.fromkeys((*_AMOUNTS, "ratio", "count_before", "count_after"), "float64")
    frame = frame.astype(whole | floats)
    unit = "s" if record.measure.unit == "s" else "bytes"
    frame.attrs["units"] = dict.fromkeys(_AMOUNTS, unit)
    return frame


_COLUMNS = [
    "function", "status", "edited", "before", "after", "change", "ratio", "plus_minus", "within_noise",
    "total_before", "total_after", "count_before", "count_after", "owner",
    "file_before", "line_before", "file_after", "line_after", "function_before",
]  # fmt: skip


def _row(row: Change, lines: bool) -> tuple[Any, ...]:
    was, now = row.before, row.after
    found = (
        row.here.function, str(row.status), row.edited, row.old, row.new, row.change, row.ratio, row.noise, row.within_noise,
        row.old_total, row.new_total, row.old_count, row.new_count, str(row.owner),
        was.file if was else None, was.line if was else None, now.file if now else None, now.line if now else None,
        was.function if was else None,
    )  # fmt: skip
    return (*found, now.source if now else None, was.source if was else None) if lines else found
