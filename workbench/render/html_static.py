"""The static twin: a recording as plain HTML that needs neither scripts nor style sheets, for wherever only that survives.

It is what GitHub, an untrusted notebook or a reader without JavaScript shows. Every style is inline, and nothing depends on one.
"""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from workbench import units
from workbench.analysis.growth import growth_lines
from workbench.analysis.hotspots import Hotspots, hotspots
from workbench.model.facts import Evidence
from workbench.render import summary
from workbench.render.html_words import caution
from workbench.render.places import Places
from workbench.render.text_growth import signed
from workbench.render.text_width import cut, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.analysis.functions import FunctionRow
    from workbench.analysis.lines import LineRow
    from workbench.model.recording import Recording

_BAR = 12
_CELL = "padding:2px 10px 2px 0;border:0;vertical-align:top;"
_LEFT, _RIGHT = f"{_CELL}text-align:left", f"{_CELL}text-align:right;white-space:nowrap"


def static_twin(recording: Recording, *, top: int = 8) -> str:
    """The headline, the top functions, the hottest own lines and the memory, at most `top` rows a table, as one HTML element."""
    found, places = hotspots(recording), Places.of(recording)
    if recording.evidence is Evidence.LINES:
        tables = [_counted_lines(found.lines, places, top)]
    elif recording.evidence is Evidence.MEMORY:
        tables = [_growth(recording, places, top)]
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
        f"<p><b>{_text(summary.title(recording), 120)}</b> {units.seconds(recording.duration)} · {_text(' · '.join(how))}</p>"
    ]
    lines += [f"<p><b>{_text(said, 400)}</b></p>" for said in (summary.ended(recording), caution(recording)) if said]
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
    return _table(title, heads, body, "rrrl" + "r" * exact + "ll") + _others(found, len(rows) - top)


def _function(row: FunctionRow, places: Places, exact: bool) -> list[str]:
    sure = f" {units.plus_minus(row.plus_minus)}" if not exact and math.isfinite(row.plus_minus) else ""
    calls = [f"{row.calls:,}" if row.calls is not None else ""] if exact else []
    return [
        units.seconds(row.self_time),
        units.seconds(row.total_time),
        units.share(row.share) + sure,
        _bar(row.share),
        *calls,
        f"<code>{_text(row.function, 80)}</code>",
        _text(places.line(row.file, row.line), 80),
    ]


def _others(found: Hotspots, more: int) -> str:
    said = [f"{units.count(more, 'more function')} of yours"] if more > 0 else []
    said += [
        f"{summary.OWNER_NAMES[row.owner]} {units.seconds(row.self_time)} ({units.share(row.share)})"
        for row in summary.by_owner(found)
    ]
    return f"<p>By own time: {_text('; '.join(said))}.</p>" if said else ""


def _lines(rows: Sequence[LineRow], places: Places) -> str:
    if not rows:
        return ""
    body = [
        [
            units.seconds(row.here),
            units.seconds(row.wall),
            f"{units.share(row.share)} {units.plus_minus(row.plus_minus)}",
            _bar(row.share),
            _text(places.line(row.file, row.line), 80),
            f"<code>{_text(row.source.strip(), 100) or f'in {_text(row.function, 80)}'}</code>",
        ]
        for row in rows
    ]
    return _table("Your hottest lines", ["here", "with calls", "share", "", "where", "source"], body, "rrrlll")


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
            _bar(row.share),
            _text(places.line(row.file, row.line), 80),
            f"<code>{_text(row.source.strip(), 100) or f'in {_text(row.function, 80)}'}</code>",
        ]
        for row in ran[:top]
    ]
    return _table(
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
            _bar(row.increment / most),
            units.size(row.peak),
            _text(places.line(row.file, row.line), 80),
            f"<code>{_text(row.source.strip(), 100) or f'in {_text(row.function, 80)}'}</code>",
        ]
        for row in ran[:top]
    ]
    heads = ["hits", "increment", "", "memory", "where", "source"]
    return _table("Where process memory grew, with all a line calls", heads, body, "rrlrll")


def _memory(recording: Recording) -> str:
    found = summary.memory(recording)
    if found is None:
        return ""
    return (
        f"<p>Memory: {units.size(found.start)} at the start, <b>peak {units.size(found.peak)}</b> "
        f"after {units.seconds(found.peak_at)}, {units.size(found.end)} at the end.</p>"
    )


def _table(title: str, heads: Sequence[str], body: Iterable[Sequence[str]], sides: str) -> str:
    """`title` and `heads` are ours; the cells of `body` are HTML. `sides` has an l or r for each column."""

    def row(cells: Sequence[str], tag: str) -> str:
        styles = [_RIGHT if side == "r" else _LEFT for side in sides]
        return (
            "<tr>" + "".join(f'<{tag} style="{style}">{cell}</{tag}>' for style, cell in zip(styles, cells)) + "</tr>"
        )

    rows = "\n".join(row(cells, "td") for cells in body)
    return f'<p style="margin:8px 0 2px"><b>{title}</b></p>\n<table><thead>{row(heads, "th")}</thead><tbody>\n{rows}\n</tbody></table>\n'


def _bar(share: float) -> str:
    eighths = round(max(0.0, min(1.0, share)) * _BAR * 8)
    full, part = divmod(eighths, 8)
    bar = "█" * full + (" ▏▎▍▌▋▊▉"[part].strip() if part else "")
    return f'<span style="color:#c77400">{bar}</span>'


def _text(text: str, width: int = 2_000) -> str:
    return escape(cut(visible(text), width))
