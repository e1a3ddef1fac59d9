"""What cProfile counted in several threads, as one."""

from __future__ import annotations

from cProfile import label
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.formats.pstats_file import Key, Stats


def labelled(entries: list[Any]) -> Stats:
    """The pstats dictionary of what `getstats` of a profile returned, as `Profile.snapshot_stats` makes it.

    It adds up what that overwrites: code objects with the same file, line and name (two lambdas on a line, a function unpickled twice). A
    call from one of them to another is then a recursive one, in no total time but the outer's.
    """
    stats: dict[Key, list[Any]] = {}
    callers: dict[int, dict[Key, list[Any]]] = {}
    edges: dict[Key, dict[Key, list[Any]]] = {}
    for entry in entries:
        key = label(entry.code)
        _add(stats.setdefault(key, [0, 0, 0, 0]), _counts(entry))
        callers[id(entry.code)] = edges.setdefault(key, {})
    for entry in entries:
        key = label(entry.code)
        for called in entry.calls or ():
            into = callers.get(id(called.code))
            if into is None:
                continue
            _add(into.setdefault(key, [0, 0, 0, 0]), _counts(called))
            if called.code is not entry.code and label(called.code) == key:
                _add(stats[key], (-called.callcount, 0, 0, -called.totaltime))
    whole: Any = {key: (*row, {by: tuple(edge) for by, edge in edges[key].items()}) for key, row in stats.items()}
    found: Stats = whole
    return found


def _counts(entry: Any) -> tuple[Any, ...]:
    return entry.callcount - entry.reccallcount, entry.callcount, entry.inlinetime, entry.totaltime


def added(parts: Sequence[Stats]) -> Stats:
    """All calls and times of the same function, and of the same caller of it, added up. One part comes out as it went in."""
    if len(parts) == 1:
        return parts[0]
    rows: dict[Key, list[Any]] = {}
    callers: dict[Key, dict[Key, list[Any]]] = {}
    for part in parts:
        for key, (*counts, edges) in part.items():
            _add(rows.setdefault(key, [0, 0, 0.0, 0.0]), counts)
            into = callers.setdefault(key, {})
            for caller, edge in edges.items():
                _add(into.setdefault(caller, [0, 0, 0.0, 0.0]), edge)
    whole: Any = {key: (*row, {by: tuple(edge) for by, edge in callers[key].items()}) for key, row in rows.items()}
    stats: Stats = whole
    return stats


def _add(total: list[Any], more: Any) -> None:
    for place, value in enumerate(more):
        total[place] += value
