"""The calls of a recording in SnakeViz's form, no more of them than asked for, and with names that nothing reads as anything else."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.formats.pstats_file import to_dict
from workbench.render.text_width import visible

if TYPE_CHECKING:
    from workbench.formats.pstats_file import Key, Stats
    from workbench.model.recording import Recording

LONGEST = 200
"""Characters of a name or a file that are sent."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What SnakeViz's page is given: the `rows` of its table, its `callees`; and sentences on what is not in them."""

    rows: list[Any]
    callees: dict[str, Any]
    said: tuple[str, ...]


def cut_calls(recording: Recording, most: int) -> Cut:
    """The `most` functions with the most total time; the others are one, so that own times add up to the same and no call is cut off."""
    stats, said = to_dict(recording), []
    kept = stats
    if len(stats) > most:
        first = sorted(stats, key=lambda key: -stats[key][3])
        kept = _merged(stats, set(first[most:]), ("left out", 0, f"{len(stats) - most:,} functions"))
        said.append(
            f"Shown are the {most:,} functions with the most time. {len(stats) - most:,} others, none of them above "
            f"{units.seconds(stats[first[most]][3])} with all it calls, stand as one, 'left out'."
        )
    if not stats:
        said.append("No calls were counted.")
        kept = {("", 0, "nothing was counted"): (0, 0, 0.0, 0.0, {})}
    names = _names(kept)
    return Cut(_rows(kept, names), _callees(kept, names), tuple(said))


def _merged(stats: Stats, others: set[Key], one: Key) -> Stats:
    """The same calls with `others` as `one` function; calls among them are within it."""
    merged: Stats = {}
    sums: list[float] = [0, 0, 0.0, 0.0]
    callers: dict[Any, tuple[Any, ...]] = {}
    for key, (primitive, count, own, total, edges) in stats.items():
        if key not in others:
            mine: dict[Any, tuple[Any, ...]] = {}
            for caller, edge in edges.items():
                _add(mine, one if caller in others else caller, edge)
            merged[key] = (primitive, count, own, total, mine)
            continue
        outside = {caller: edge for caller, edge in edges.items() if caller not in others}
        for caller, edge in outside.items():
            _add(callers, caller, edge)
        entered = sum(_seconds(edge) for edge in outside.values()) if edges else total
        sums = [before + more for before, more in zip(sums, (primitive, count, own, entered))]
    whole = sum(row[2] for row in stats.values())
    merged[one] = (int(sums[0]), int(sums[1]), sums[2], max(sums[2], min(sums[3], whole)), callers)
    return merged


def _seconds(edge: Any) -> float:
    return float(edge[3])


def _add(edges: dict[Any, tuple[Any, ...]], caller: Key, edge: Any) -> None:
    before = edges.get(caller)
    edges[caller] = tuple(edge) if before is None else tuple(map(sum, zip(before, edge)))


def _names(stats: Stats) -> dict[Key, tuple[str, str]]:
    """The whole name and the short one of each function, as SnakeViz writes them, each whole name once."""
    found: dict[Key, tuple[str, str]] = {}
    seen: set[str] = set()
    for key in stats:
        file, name = visible(key[0], LONGEST), visible(key[2], LONGEST)
        turn, whole = 1, f"{file}:{key[1]}({name})"
        while whole in seen:
            turn += 1
            whole = f"{file}:{key[1]}({name} #{turn})"
        seen.add(whole)
        found[key] = whole, f"{PurePath(file).name}:{key[1]}({name})"
    return found


def _rows(stats: Stats, names: dict[Key, tuple[str, str]]) -> list[Any]:
    """The table of SnakeViz's `stats.table_rows`: calls (as text and to sort by), own and total time, each also per call, names."""
    rows = []
    for key, (primitive, count, own, total, _) in stats.items():
        calls = str(count) if primitive == count else f"{count}/{primitive}"
        each = [f"{time / primitive:.4g}" if primitive else 0 for time in (own, total)]
        whole, short = names[key]
        rows.append([[calls, count], f"{own:.4g}", each[0], f"{total:.4g}", each[1], html.escape(short), whole])
    return rows


def _callees(stats: Stats, names: dict[Key, tuple[str, str]]) -> dict[str, Any]:
    """The call graph of SnakeViz's `stats.json_stats`, with functions that neither call nor are called, which it leaves out."""
    found: dict[str, Any] = {
        names[key][0]: {"children": {}, "stats": list(row[:4]), "callers": {}, "display_name": names[key][1]}
        for key, row in stats.items()
    }
    for key, row in stats.items():
        for caller, edge in row[4].items():
            if caller in names:
                counts = list(edge)  # type: ignore[arg-type]
                found[names[key][0]]["callers"][names[caller][0]] = counts
                found[names[caller][0]]["children"][names[key][0]] = counts
    return found
