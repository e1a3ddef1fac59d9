"""The static twin's tables of asyncio tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench import units
from workbench.analysis.tasks import AwaitRow, SliceRow, awaits, slices, tasks
from workbench.render.html_parts import bar, html_table, html_text
from workbench.render.text_tasks import Kind, headline, kinds

if TYPE_CHECKING:
    from workbench.model.recording import Recording
    from workbench.render.places import Places


def tasks_twin(recording: Recording, places: Places, top: int) -> list[str]:
    """How many tasks there were, what blocked the loop, where they waited, what each kind of them did: at most `top` rows a table."""
    own = [row for row in tasks(recording) if row.own]
    if not own:
        return ["<p>No task of yours ran.</p>"]
    blocked, waited = slices(recording)[:top], [row for row in awaits(recording) if row.waiting > 0][:top]
    most = waited[0].waiting if waited else 1.0
    parts = [f"<p>{html_text(headline(recording, own))}</p>"]
    if blocked:
        heads = ["for", "at", "who", "where", "source"]
        parts.append(html_table("What blocked the loop", heads, [_blocked(row, places) for row in blocked], "rrlll"))
    if waited:
        heads = ["waited", "", "longest", "tasks", "for", "where", "source"]
        rows = [_waited(row, places, most) for row in waited]
        parts.append(html_table("Where tasks waited", heads, rows, "rlrrlll"))
    heads = ["tasks", "running", "ready", "waiting", "coroutine", "where", ""]
    rows = [_kind(row, places) for row in kinds(own)[:top]]
    return [*parts, html_table("Your tasks by coroutine", heads, rows, "rrrrlll")]


def _blocked(row: SliceRow, places: Places) -> list[str]:
    return [
        units.seconds(row.seconds),
        units.seconds(row.start),
        html_text(row.name, 60),
        html_text(places.line(row.file, row.line), 80) if row.file else "not met",
        f"<code>{html_text(row.source.strip(), 100)}</code>",
    ]


def _waited(row: AwaitRow, places: Places, most: float) -> list[str]:
    return [
        units.seconds(row.waiting),
        bar(row.waiting / most),
        units.seconds(row.longest),
        f"{row.tasks:,}",
        html_text(row.on, 40),
        html_text(places.line(row.file, row.line), 80),
        f"<code>{html_text(row.source.strip(), 100) or f'in {html_text(row.function, 80)}'}</code>",
    ]


def _kind(row: Kind, places: Places) -> list[str]:
    return [
        f"{row.count:,}",
        units.seconds(row.running),
        units.seconds(row.ready),
        units.seconds(row.waiting),
        f"<code>{html_text(row.function, 80)}</code>",
        html_text(places.line(row.file, row.line), 80),
        html_text(row.ended, 60),
    ]
