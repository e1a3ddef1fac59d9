"""asyncio tasks as DataFrames. Times are seconds (float64), units in `df.attrs["units"]`; empty for engines that follow no tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.analysis.tasks import awaits, slices, tasks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.model.recording import Recording

_SECONDS = ("start", "end", "running", "ready", "waiting", "longest_ready", "longest", "seconds")


def tasks_frame(recording: Recording) -> pd.DataFrame:
    """One row per own task, in the order they were met; `end` is missing where it had not ended, `outcome` in words."""
    columns = [
        "function",
        "file",
        "line",
        "start",
        "end",
        "outcome",
        "error",
        "running",
        "ready",
        "waiting",
        "longest_ready",
    ]
    own = [row for row in tasks(recording) if row.own]
    frame = _frame(own, columns, outcome=[row.outcome.name.lower() for row in own])
    frame.insert(0, "task", [row.name for row in own])
    return frame


def waits_frame(recording: Recording) -> pd.DataFrame:
    """One row per line and awaitable, most waiting first."""
    columns = ["file", "line", "source", "function", "owner", "on", "tasks", "count", "waiting", "longest", "ready"]
    rows = awaits(recording)
    return _frame(rows, columns, owner=[str(row.owner) for row in rows])


def blocked_frame(recording: Recording) -> pd.DataFrame:
    """One row per stretch, the longest first; `file` is empty where the stack was not met."""
    return _frame(slices(recording), ["start", "seconds", "name", "file", "line", "source", "function"])


def _frame(rows: Iterable[object], columns: Sequence[str], **instead: list[Any]) -> pd.DataFrame:
    table = [[getattr(row, name) for name in columns] for row in rows]
    frame = pd.DataFrame.from_records(table, columns=list(columns)).assign(**instead)
    frame.attrs["units"] = {name: "s" for name in columns if name in _SECONDS}
    return frame
