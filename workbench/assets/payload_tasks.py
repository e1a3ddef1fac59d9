"""asyncio tasks for the browser: a lane per task with its stretches of time, what blocked the loop, how many tasks there were at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.analysis.ownership import own_tasks
from workbench.analysis.tasks import concurrency, slices, tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.model.recording import Recording

MOST_LANES, MOST_SLICES, POINTS = 2_000, 200, 240
_MICROSECONDS = 1e6


def tasks_payload(
    recording: Recording, string: Callable[[str], int], frame: Callable[[int], int], *, lanes: int, spans: int
) -> tuple[dict[str, Any], list[str]]:
    """The columns, times in whole microseconds, and sentences on what was left out to keep at most `lanes` tasks and `spans` stretches.

    `string` and `frame` give the payload's index for a text and for a frame of the recording.
    """
    own = [row for row in tasks(recording) if row.own]
    kept = own[: min(lanes, MOST_LANES)]
    lane = {row.task: at for at, row in enumerate(kept)}
    table, left_out = recording.spans, []
    at = np.flatnonzero(np.isin(table.task, list(lane)))
    if len(at) > spans:
        at = np.sort(at[np.argsort(-table.seconds[at], kind="stable")[:spans]])
        left_out.append("short stretches of tasks' lanes")
    if len(own) > len(kept):
        left_out.append(f"the lanes of {len(own) - len(kept):,} tasks that began later")
    made = {
        "lanes": {
            "name": [string(row.name) for row in kept],
            "frame": [frame(row.frame) for row in kept],
            "outcome": [int(row.outcome) for row in kept],
            "error": [string(row.error) for row in kept],
            "start": [_micro(row.start) for row in kept],
            "end": [_micro(row.end) if math.isfinite(row.end) else None for row in kept],
        },
        "spans": {
            "lane": [lane[task] for task in table.task[at].tolist()],
            "state": table.state[at].tolist(),
            "start": [_micro(value) for value in table.start[at].tolist()],
            "length": [_micro(value) for value in table.seconds[at].tolist()],
        },
        "slices": _slices(recording, string, frame),
        "atOnce": {
            name.name.lower(): [round(value, 2) for value in counts.tolist()]
            for name, counts in concurrency(recording, POINTS).items()
        },
        "others": int((~own_tasks(recording)).sum()),
    }
    return made, left_out


def _slices(recording: Recording, string: Callable[[str], int], frame: Callable[[int], int]) -> dict[str, list[Any]]:
    rows = slices(recording)[:MOST_SLICES]
    return {
        "name": [string(row.name) for row in rows],
        "frame": [frame(row.frame) if row.frame >= 0 else -1 for row in rows],
        "line": [row.line for row in rows],
        "source": [string(row.source.strip()) for row in rows],
        "start": [_micro(row.start) for row in rows],
        "length": [_micro(row.seconds) for row in rows],
    }


def _micro(seconds: float) -> int:
    return round(seconds * _MICROSECONDS)
