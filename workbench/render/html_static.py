"""The static twin: a recording as plain HTML that needs neither scripts nor style sheets, for wherever only that survives.

It is what GitHub, an untrusted notebook or a reader without JavaScript shows. Every style is inline, and nothing depends on one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from workbench import units
from workbench.analysis.growth import growth_lines
from workbench.analysis.heap import by_measure, heap_lines, heap_measures, heap_whole
from workbench.analysis.hotspots import Hotspots, hotspots
from workbench.model.facts import Evidence
from workbench.render import summary
from workbench.render.html_joined import joined_twin
from workbench.render.html_parts import bar, html_table, html_text
from workbench.render.html_tasks import tasks_twin
from workbench.render.html_words import caution
from workbench.render.places import Places
from workbench.render.text_growth import signed
from workbench.render.text_heap import block_count, measure_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.analysis.functions import FunctionRow
    from workbench.analysis.heap import HeapLine
    from workbench.analysis.lines import LineRow
    from workbench.model.recording import Recording


def static_twin(recording: Recording, *, top: int = 8) -> str:
    """The headline, the top functions, the hottest own lines and the memory, at most `top` rows a table, as one HTML element."""
    found, places = hotspots(recording), Places.of(recording)
    if recording.passes:
        tables = [joined_twin(recording, places, top), _lines(found.lines[:top], places)]
    elif recording.evidence is Evidence.LINES:
        tables = [_counted_lines(found.lines, places, top)]
    elif recording.evidence is Evidence.MEMORY:
        tables = [_growth(recording, places, top)]
    elif recording.evidence is Evidence.HEAP:
        tables = _heap(recording, places, top)
    elif recording.evidence is Evidence.TASKS:
        tables = tasks_twin(recording, places, top)
    else:
        tables = [_functions(recording, found, places, top), _lines(found.lines[:top], places)]
    parts = [_headline(recording), *tables, _memory(recording)]
    return '<div class="tex2jax_ignore mathjax_ignore">' + "\n".join(part for part in parts if part) + "</div>"


def _headline(recording: Recording) -> str:
    how = [f"engine {recording.engine}"]
    if counted := summary.counted(recording):
        how.append(counted)
    if recording.sampled:
        how.append(units.count(len(recording.samples), "sample"))
        wide = summary.precision(recording)
        if math.isfinite(wide):
            how.append(f"shares within {units.plus_minus(wide)} points")
    lines = [
        f"<p><b>{html_text(summary.title(recording), 120)}</b> {units.seconds(recording.duration)} · {html_text(' · '.join(how))}</p>"
    ]
    lines += [
        f"<p><b>{html_text(said, 400)}</b></p>" for said in (summary.ended(recording), caution(recording)) if said
    ]
    return "\n".join(lines)


def _functions(recording: Recording, found: Hotspots, places: Places, top: int) -> str:
    rows = [row for row in found.functions if row.total_time > 0 or row.calls]
    title = "Your functions"
    if not rows:
        rows, title = list(found.others), "No code of your own was seen; the busiest functions of others"
    if not rows:
        return "<p>No function was seen at work.</p>"
    exact = not recording.sampled
    heads = ["self", "total", "share", "", *(["calls"] if exact else []), "function", "where"]
    body = [_function(row, places, exact) for row in rows[:top]]
    return html_table(title, heads, body, "rrrl" + "r" * exact + "ll") + _others(found, len(rows) - top)


def _function(row: FunctionRow, places: Places, exact: bool) -> list[str]:
    sure = f" {units.plus_minus(row.plus_minus)}" if not exact and math.isfinite(row.plus_minus) else ""
    calls = [f"{row.calls:,}" if row.calls is not None else ""] if exact else []
    return [
        units.seconds(row.self_time),
        units.seconds(row.total_time),
        units.share(row.share) + sure,
        bar(row.share),
        *calls,
        f"<code>{html_text(row.function, 80)}</code>",
        html_text(places.line(row.file, row.line), 80),
    ]


def _others(found: Hotspots, more: int) -> str:
    said = [f"{units.count(more, 'more function')} of yours"] if more > 0 else []
    said += [
        f"{summary.OWNER_NAMES[row.owner]} {units.seconds(row.self_time)} ({units.share(row.share)})"
        for row in summary.by_owner(found)
    ]
    return f"<p>By own time: {html_text('; '.join(said))}.</p>" if said else ""


def _lines(rows: Sequence[LineRow], places: Places) -> str:
    if not rows:
        return ""
    body = [
        [
            units.seconds(row.here),
            units.seconds(row.wall),
            f"{units.share(row.share)} {units.plus_minus(row.plus_minus)}",
            bar(row.share),
            html_text(places.line(row.file, row.line), 80),
            f"<code>{html_text(row.source.strip(), 100) or f'in {html_text(row.function, 80)}'}</code>",
        ]
        for row in rows
    ]
    return html_table("Your hottest lines", ["here", "with calls", "share", "", "where", "source"], body, "rrrlll")


def _counted_lines(rows: Sequence[LineRow], places: Places, top: int) -> str:
    """The costliest of counted lines, or that none ran."""
    ran = [row for row in rows if row.hits]
    if not ran:
        return "<p>None of the chosen functions ran.</p>"
    body = [
        [
            f"{row.hits:,}",
            units.seconds(row.wall),
            units.share(row.share),
            bar(row.share),
            html_text(places.line(row.file, row.line), 80),
            f"<code>{html_text(row.source.strip(), 100) or f'in {html_text(row.function, 80)}'}</code>",
        ]
        for row in ran[:top]
    ]
    return html_table(
        "The costliest lines, with all they call", ["hits", "time", "share", "", "where", "source"], body, "rrrlll"
    )


def _growth(recording: Recording, places: Places, top: int) -> str:
    ran = [row for row in growth_lines(recording) if row.hits]
    if not ran:
        return "<p>None of the chosen functions ran.</p>"
    most = max(ran[0].increment, 1)
    body = [
        [
            f"{row.hits:,}",
            signed(row.increment),
            bar(row.increment / most),
            units.size(row.peak),
            html_text(places.line(row.file, row.line), 80),
            f"<code>{html_text(row.source.strip(), 100) or f'in {html_text(row.function, 80)}'}</code>",
        ]
        for row in ran[:top]
    ]
    heads = ["hits", "increment", "", "memory", "where", "source"]
    return html_table("Where process memory grew, with all a line calls", heads, body, "rrlrll")


def _heap(recording: Recording, places: Places, top: int) -> list[str]:
    rows, whole = heap_lines(recording), heap_whole(recording)
    measures = [name for name in heap_measures(recording) if name != "temporary" and whole.of(name) > 0]
    if not measures:
        return ["<p>Nothing was allocated that an allocator was asked for.</p>"]
    heads = ["size", "share", "", "allocations", "where", "source"]
    return [
        html_table(
            html_text(measure_title(recording, name)),
            heads,
            [_heap_line(row, places, name, whole.of(name)) for row in by_measure(rows, name)[:top]],
            "rrlrll",
        )
        for name in measures
    ]


def _heap_line(row: HeapLine, places: Places, measure: str, whole: float) -> list[str]:
    size = row.here.of(measure)
    return [
        units.size(round(size)),
        units.share(size / whole),
        bar(size / whole),
        block_count(row, measure),
        html_text(places.line(row.file, row.line), 80) if row.file else "",
        f"<code>{html_text(row.source.strip(), 100) or f'in {html_text(row.function, 80)}'}</code>",
    ]


def _memory(recording: Recording) -> str:
    found = summary.memory(recording)
    if found is None:
        return ""
    return (
        f"<p>Memory: {units.size(found.start)} at the start, <b>peak {units.size(found.peak)}</b> "
        f"after {units.seconds(found.peak_at)}, {units.size(found.end)} at the end.</p>"
    )
