"""A recording as text: one form for terminals, a notebook's text/plain, and agents."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from workbench import units
from workbench.analysis.functions import FunctionRow, whole
from workbench.analysis.hotspots import hotspots
from workbench.analysis.precision import half_width
from workbench.model.facts import Evidence
from workbench.render import summary
from workbench.render.page import BOLD, DIM, MIN_WIDTH, RED, ROOMY, Page, function_name, plus_minus
from workbench.render.places import Places
from workbench.render.text_growth import growth_listing
from workbench.render.text_heap import heap_listing
from workbench.render.text_joined import joined_listing
from workbench.render.text_listing import listing
from workbench.render.text_table import Column, table
from workbench.render.text_tasks import tasks_listing
from workbench.render.text_width import cells, cut, pad, visible, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.analysis.lines import LineRow
    from workbench.model.recording import Recording

_LABEL = 10


def text(recording: Recording, *, width: int = 100, top: int = 10, color: bool = False) -> str:
    """The whole answer as lines of at most `width` cells (72 at the least), ending in a newline.

    `top` limits the rows of each table; `color` adds ANSI colours. Names can hold anything: what would act on a terminal is escaped.
    """
    page = Page(recording, hotspots(recording), Places.of(recording), max(width, MIN_WIDTH), max(top, 1), color)
    middle = joined_listing(page) if recording.passes else _MIDDLES.get(recording.evidence, _ranked)(page)
    parts = [_header(page), *middle, _footer(page)]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _ranked(page: Page) -> list[list[str]]:
    return [_functions(page), _owners(page), _lines(page)]


_MIDDLES = {
    Evidence.LINES: listing,
    Evidence.MEMORY: growth_listing,
    Evidence.HEAP: heap_listing,
    Evidence.TASKS: tasks_listing,
}


def _header(page: Page) -> list[str]:
    recording = page.recording
    head = cut(visible(summary.title(recording)), page.width - 30) + f"  {units.seconds(recording.duration)}"
    facts = [
        ("ended", summary.ended(recording)),
        ("ran", _repeats(recording)),
        ("measured", _measured(recording)),
        ("caution", _caution(recording)),
        ("cost", _cost(recording)),
        ("threads", _threads(recording)),
        ("memory", _memory(recording)),
        ("on", _machine(recording)),
    ]
    lines = [page.paint(BOLD, head)]
    for label, words in facts:
        if words:
            first, *more = wrapped(visible(words), page.width - _LABEL - 2)
            style = RED if label in ("ended", "caution") else DIM
            lines.append("  " + page.paint(style, pad(label, _LABEL)) + first)
            lines.extend(" " * (_LABEL + 2) + line for line in more)
    return lines


def _repeats(recording: Recording) -> str:
    times = recording.target.repeats
    return f"repeated {times:,}x, {units.seconds(recording.duration / times)} each" if times > 1 else ""


def _measured(recording: Recording) -> str:
    how = f"engine {recording.engine} ({recording.mechanism})"
    if spent := summary.cpu_time(recording):
        how += f", {spent}"
    if not recording.sampled:
        return ", ".join(part for part in (how, summary.counted(recording)) if part)
    how += f", {units.count(recording.cost.samples, 'sample')}"
    if math.isfinite(speed := summary.rate(recording)):
        how += f" at {speed:,.0f}/s" if speed >= 10 else f" at {speed:.2g}/s"
    if math.isfinite(wide := summary.precision(recording)):
        how += f", shares within {units.plus_minus(wide)} points (95 %)"
    return how


def _caution(recording: Recording) -> str:
    if not summary.too_few(recording):
        return ""
    count = units.count(len(recording.samples), "sample")
    return f"too short to sample: {count}; the shares are hints at the most"


def _cost(recording: Recording) -> str:
    cost = recording.cost
    if not math.isfinite(cost.own):
        return cost.method
    part = f", {units.share(cost.own / recording.duration)} of the run" if recording.duration else ""
    return f"{units.seconds(cost.own)}{part} ({cost.method})"


def _threads(recording: Recording) -> str:
    count = len(recording.threads)
    if count < 2 or not recording.sampled:
        return ""
    return f"{count:,} threads; shares are of {units.seconds(whole(recording))}, the time of all of them together"


def _memory(recording: Recording) -> str:
    found = summary.memory(recording)
    if found is None:
        return ""
    if found.readings == 1:
        return f"{units.size(found.start)}, read once"
    return (
        f"{units.size(found.start)} at the start, peak {units.size(found.peak)} after {units.seconds(found.peak_at)}, "
        f"{units.size(found.end)} at the end"
    )


def _machine(recording: Recording) -> str:
    return "; ".join(part for part in (summary.machine(recording), summary.started(recording)) if part)


def _functions(page: Page) -> list[str]:
    rows = page.found.functions
    heading, ranked = "Your functions", rows
    if not any(row.total_time > 0 or row.calls for row in rows):
        heading, ranked = "No code of your own was seen; the busiest functions of others", page.found.others
    if not ranked:
        return ["No function was seen at work."]
    first = 1 if ranked is rows else len(rows) + 1
    shown = ranked[: page.top]
    build = _sampled_functions if page.recording.sampled else _exact_functions
    lines = build(page, shown, first)
    head, *body = lines
    painted = [page.heat(line, row.self_share) for line, row in zip(body, shown, strict=True)]
    return [page.paint(BOLD, heading), page.paint(DIM, head), *painted, *_rest(page, ranked[page.top :])]


def _sampled_functions(page: Page, rows: Sequence[FunctionRow], first: int) -> list[str]:
    python, native, waiting = page.split_heads()
    columns = [
        *(Column(""), Column("self"), Column(python), Column(native), Column(waiting)),
        *(Column("total"), Column("share"), Column("±", "left")),
        *(Column("function", "left", 1), Column("where", "left", 1, "end")),
    ]
    body = [
        [
            f"f{number}",
            units.seconds(row.self_time),
            *page.split(row.self_time, row.self_python, row.self_native, row.self_waiting),
            units.seconds(row.total_time),
            units.share(row.share),
            plus_minus(row.plus_minus),
            function_name(row.function),
            visible(page.places.line(row.file, row.line)),
        ]
        for number, row in enumerate(rows, first)
    ]
    return table(columns, body, page.width)


def _exact_functions(page: Page, rows: Sequence[FunctionRow], first: int) -> list[str]:
    columns = [
        *(Column(""), Column("self"), Column("total"), Column("share"), Column("calls"), Column("per call")),
        *(Column("function", "left", 1), Column("where", "left", 1, "end")),
    ]
    body = [
        [
            f"f{number}",
            units.seconds(row.self_time),
            units.seconds(row.total_time),
            units.share(row.share),
            f"{row.calls:,}" if row.calls is not None else "",
            units.seconds(row.total_time / row.calls) if row.calls else "",
            function_name(row.function),
            visible(page.places.line(row.file, row.line)),
        ]
        for number, row in enumerate(rows, first)
    ]
    return table(columns, body, page.width)


def _rest(page: Page, rows: Sequence[FunctionRow]) -> list[str]:
    if not rows:
        return []
    share = math.fsum(row.self_share for row in rows)
    return [page.paint(DIM, f"    and {units.count(len(rows), 'more function')}, {units.share(share)} by own time")]


def _owners(page: Page) -> list[str]:
    rows = summary.by_owner(page.found)
    if not rows:
        return []
    python, native, waiting = page.split_heads() if page.recording.sampled else ("", "", "")
    columns = [
        *(Column("self"), Column(python), Column(native), Column(waiting), Column("share")),
        *(Column("whose", "left"), Column("worst, by own time", "left", 1)),
    ]
    body = [
        [
            units.seconds(row.self_time),
            *page.split(row.self_time, row.python, row.native, row.waiting),
            units.share(row.share),
            summary.OWNER_NAMES[row.owner],
            _worst(row, page.width - (64 if page.wide else 56)),
        ]
        for row in rows
    ]
    head, *lines = table(columns, body, page.width)
    return [page.paint(BOLD, "Whose code the time was spent in"), page.paint(DIM, head), *lines]


def _worst(row: summary.OwnerRow, room: int) -> str:
    said = ""
    for worst in row.worst:
        seconds = units.seconds(worst.self_time)
        name = cut(function_name(worst.function), max(room - len(seconds) - 1, 8))
        more = f"{said}, {name} {seconds}" if said else f"{name} {seconds}"
        if said and cells(more) > room:
            break
        said = more
    return said


def _lines(page: Page) -> list[str]:
    shown = page.found.lines[: page.top]
    if not shown:
        return []
    python, native, waiting = page.split_heads()
    columns = [
        *(Column(""), Column("here"), Column("share"), Column("±", "left")),
        *([Column("with calls")] if page.width >= ROOMY else []),
        *(Column(python), Column(native), Column(waiting)),
        *(Column("where", "left", 2, "end"), Column("source", "left", 3)),
    ]
    body = [_line_cells(page, number, row) for number, row in enumerate(shown, 1)]
    head, *lines = table(columns, body, page.width)
    everything = whole(page.recording) or 1.0
    painted = [page.heat(line, row.here / everything) for line, row in zip(lines, shown, strict=True)]
    title = "Your hottest lines, by the time they were the innermost of your code"
    return [page.paint(BOLD, title), page.paint(DIM, head), *painted]


def _line_cells(page: Page, number: int, row: LineRow) -> list[str]:
    share = row.here / (whole(page.recording) or 1.0)
    return [
        f"l{number}",
        units.seconds(row.here),
        units.share(share),
        plus_minus(half_width(share, len(page.recording.samples))),
        *([units.seconds(row.wall)] if page.width >= ROOMY else []),
        *page.split(row.wall, row.python, row.native, row.waiting),
        visible(page.places.line(row.file, row.line)),
        visible(row.source.strip()) or f"in {function_name(row.function)}",
    ]


def _footer(page: Page) -> list[str]:
    lines = []
    for sentence in dict.fromkeys(note for one in page.recording.all_passes for note in one.notes):
        lines.extend(wrapped(f"Note: {visible(sentence)}", page.width, indent=6))
    step = summary.next_step(page.recording, page.found)
    lines.extend(wrapped(f"Next: {visible(step)}", page.width, indent=6))
    return lines
