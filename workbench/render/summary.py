"""What every form of the answer says beside its tables: the same facts, found once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench import units
from workbench.analysis.functions import whole
from workbench.analysis.growth import growth_lines
from workbench.analysis.heap import by_measure, heap_lines, heap_measures, heap_whole
from workbench.analysis.ownership import Owner
from workbench.analysis.precision import half_width
from workbench.analysis.tasks import awaits, slices
from workbench.model.facts import Evidence, TargetKind
from workbench.model.tables import TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from workbench.analysis.functions import FunctionRow
    from workbench.analysis.hotspots import Hotspots
    from workbench.model.recording import Recording

ENOUGH = 50
"""Samples below which shares are no more than a hint."""

OWNER_NAMES = {
    Owner.OWN: "your code",
    Owner.LIBRARY: "libraries",
    Owner.STDLIB: "standard library",
    Owner.NATIVE: "native code",
    Owner.SYNTHETIC: "interpreter",
}


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory of the process in bytes; `peak_at` in seconds since the recording began; `readings` how often it was read."""

    start: int
    peak: int
    peak_at: float
    end: int
    readings: int


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """Own time of all functions of one owner: seconds, its share of the whole, its split (NaN where not known), its worst functions."""

    owner: Owner
    self_time: float
    share: float
    python: float
    native: float
    waiting: float
    worst: tuple[FunctionRow, ...]


def memory(recording: Recording) -> Memory | None:
    """The memory over the run, or None where it was not read."""
    line = recording.timeline
    if not len(line):
        return None
    top = int(np.argmax(line.rss))
    return Memory(int(line.rss[0]), int(line.rss[top]), float(line.time[top]), int(line.rss[-1]), len(line))


def by_owner(found: Hotspots) -> list[OwnerRow]:
    """Whose code the time was spent in, most first; owners without any time are left out. The shares add up to one."""
    rows = [_owner_row(owner, _of(owner, found)) for owner in Owner]
    return sorted((row for row in rows if row.self_time > 0), key=lambda row: -row.self_time)


def rate(recording: Recording) -> float:
    """Samples per second that were achieved; NaN where there was no sampling."""
    interval = recording.cost.interval
    if math.isfinite(interval) and interval > 0:
        return 1 / interval
    return math.nan


def precision(recording: Recording) -> float:
    """The widest half of a 95 % interval of any share of this recording; 0 for exact ones, NaN without samples."""
    return half_width(0.5, len(recording.samples)) if recording.sampled else 0.0


def too_few(recording: Recording) -> bool:
    """Whether the shares rest on too few samples to mean much."""
    return recording.sampled and len(recording.samples) < ENOUGH


def ended(recording: Recording) -> str:
    """How the run ended, where it did not end well; otherwise empty."""
    error = recording.error
    if error is None:
        return ""
    if error.interrupted:
        return "interrupted; the profile up to there is kept"
    if error.type == "SystemExit":
        return f"left by SystemExit({error.message or 0}); the profile up to there is kept"
    if error.type == "TerminatedError":
        return f"ended {error.message}; the profile up to there is kept"
    what = f"{error.type}: {error.message}" if error.message else error.type
    return f"raised {what}; the profile up to there is kept"


def cpu_time(recording: Recording) -> str:
    """The processor time in words; empty where it is not known, as with a file that another tool wrote."""
    known = recording.target.kind is not TargetKind.FILE
    return f"{units.seconds(recording.cpu)} of CPU time" if known else ""


def counted(recording: Recording) -> str:
    """What an exact engine counted, in words; empty for a sampled recording."""
    if recording.evidence is Evidence.CALLS:
        return units.count(int(recording.functions.calls.sum()), "call")
    if recording.evidence is Evidence.LINES:
        return _counted_in(recording.lines.frame, recording.lines.hits)
    if recording.evidence is Evidence.MEMORY:
        return _counted_in(recording.growth.frame, recording.growth.hits)
    if recording.evidence is Evidence.HEAP:
        count = heap_whole(recording).allocations
        return units.count(round(count), "allocation") if math.isfinite(count) else ""
    if recording.evidence is Evidence.TASKS:
        steps = int(recording.waits.count[recording.waits.state == TaskState.RUNNING].sum())
        return f"{units.count(len(recording.tasks), 'task')}, {units.count(steps, 'step')}"
    return ""


def _counted_in(frames: NDArray[np.int32], hits: NDArray[np.int64]) -> str:
    functions = units.count(len(np.unique(frames)), "function")
    return f"{functions}, {units.count(int(hits.sum()), 'hit')} of {units.count(int((hits > 0).sum()), 'line')}"


def machine(recording: Recording) -> str:
    """Where it ran, as much of it as is known: Python, system, processors. Empty where nothing is."""
    here = recording.environment
    processors = units.count(here.cpus, "CPU") if here.cpus else ""
    return _listed(f"{here.implementation} {here.python}".strip(), here.platform, processors)


def started(recording: Recording) -> str:
    """When it began, to the minute: `2026-11-24 09:30 UTC`; empty where that is not known."""
    return recording.started.replace("T", " ")[:16] + " UTC" if recording.started else ""


def title(recording: Recording) -> str:
    """What ran, in words."""
    target = recording.target
    words = {TargetKind.CALL: "call of ", TargetKind.STATEMENT: "", TargetKind.BLOCK: ""}
    return words.get(target.kind, f"{target.kind.value} ") + target.name


def busiest_line(recording: Recording, found: Hotspots) -> tuple[int, float] | None:
    """The position in `found.lines` of the line of your code that the most time goes through last, and its share.

    None where no own line was seen at work.
    """
    if not found.lines:
        return None
    return 0, found.lines[0].here / (whole(recording) or 1.0)


def next_step(recording: Recording, found: Hotspots) -> str:
    """One sentence on what to do next, with a command that exists."""
    if recording.passes:
        engines = ", ".join(f"`.passes[{one.engine!r}]`" for one in recording.passes)
        return f"look at the first line; each run has its own tables, from {engines} of this profile."
    if recording.evidence is Evidence.LINES:
        return _after_lines(recording, found)
    if recording.evidence is Evidence.MEMORY:
        return _after_memory(recording)
    if recording.evidence is Evidence.HEAP:
        return _after_heap(recording)
    if recording.evidence is Evidence.TASKS:
        return _after_tasks(recording)
    if not recording.sampled:
        return f"{again(recording, '')} shows the hot lines inside these functions."
    exact = again(recording, "cpu")
    if too_few(recording):
        return f"run it for longer; or {exact} counts every call exactly, however short the run."
    busiest = busiest_line(recording, found)
    if busiest is None:
        return f"{exact} counts how often each function is called."
    position, part = busiest
    share = units.share(part)
    return f"look at l{position + 1}, which {share} of the time goes to; {again(recording, 'lines')} times every line around it."


def _after_lines(recording: Recording, found: Hotspots) -> str:
    ran = [row for row in found.lines if row.hits]
    if not ran:
        return f"none of these functions ran; {again(recording, '')} shows which ones do."
    worst = next((row for row in ran if not row.function.startswith("<")), ran[0])
    where = f"line {worst.line} of {worst.function}"
    return f"look at {where}, {units.share(worst.share)} of the run; {again(recording, '')} tells the times without this engine's cost."


def _after_memory(recording: Recording) -> str:
    rows = growth_lines(recording)
    if not any(row.hits for row in rows):
        return f"none of these functions ran; {again(recording, '')} shows which ones do."
    worst = next((row for row in rows if not row.function.startswith("<") and row.increment > 0), rows[0])
    if worst.increment <= 0:
        return f"memory did not grow in any of these lines; {again(recording, '')} shows it over the whole run."
    return f"look at line {worst.line} of {worst.function}, which grew the process by {units.size(worst.increment)}."


def _after_heap(recording: Recording) -> str:
    measures = heap_measures(recording)
    if not measures or not heap_whole(recording).of(measures[0]):
        return f"nothing was allocated that an allocator was asked for; {again(recording, 'memory')} reads the whole process's memory."
    rows = by_measure([row for row in heap_lines(recording) if row.owner is Owner.OWN], measures[0])
    if not rows:
        return f"none of it was allocated under code of yours; {again(recording, '')} shows what ran."
    worst, whole = rows[0], heap_whole(recording).of(measures[0])
    held = "at the peak" if measures[0] == "peak" else "at the end"
    size = units.size(round(worst.here.of(measures[0])))
    return (
        f"look at line {worst.line} of {worst.function}, which held {size}, "
        f"{units.share(worst.here.of(measures[0]) / whole)} of all {held}."
    )


def _after_tasks(recording: Recording) -> str:
    blocked = slices(recording)
    if blocked:
        worst = blocked[0]
        where = f"line {worst.line} of {worst.function}" if worst.file else worst.name
        return (
            f"look at {where}, which blocked the loop for {units.seconds(worst.seconds)}: await it, or give it to a thread "
            f"by asyncio.to_thread; {again(recording, '')} shows where its time goes."
        )
    waited = [row for row in awaits(recording) if row.owner is Owner.OWN]
    if not waited:
        return f"{again(recording, '')} shows where the time goes."
    worst_wait = waited[0]
    return (
        f"look at line {worst_wait.line} of {worst_wait.function}, where {units.count(worst_wait.tasks, 'task')} waited "
        f"{units.seconds(worst_wait.waiting)} together{f' for {worst_wait.on}' if worst_wait.on else ''}."
    )


def again(recording: Recording, engine: str, function: str = "") -> str:
    """The magic, command or call that records the same target under another engine, on one function where it is named."""
    kind, name = recording.target.kind, recording.target.name
    words = f" {engine}" if engine else ""
    words += f" -f {function}" if function else ""
    if kind is TargetKind.CELL:
        return f"`%%profile{words}`"
    if kind is TargetKind.STATEMENT:
        return f"`%profile{words} {name if len(name) <= 40 else 'STATEMENT'}`"
    if kind is TargetKind.SCRIPT:
        return f"`workbench profile{words} {name}`"
    if kind is TargetKind.MODULE:
        return f"`workbench profile{words} -m {name}`"
    if kind is TargetKind.FILE:
        return f"`workbench profile{words} SCRIPT`"
    chosen = f'"{engine}"' if engine else ""
    chosen += f', functions=["{function}"]' if function else ""
    return f"`with workbench.profile({chosen}) as rec:`"


def _of(owner: Owner, found: Hotspots) -> list[FunctionRow]:
    return [row for row in (*found.functions, *found.others) if row.owner is owner]


def _owner_row(owner: Owner, rows: list[FunctionRow]) -> OwnerRow:
    return OwnerRow(
        owner=owner,
        self_time=_sum(row.self_time for row in rows),
        share=_sum(row.self_share for row in rows),
        python=_sum(row.self_python for row in rows),
        native=_sum(row.self_native for row in rows),
        waiting=_sum(row.self_waiting for row in rows),
        worst=tuple(row for row in rows[:3] if row.self_time > 0),
    )


def _listed(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _sum(values: Iterable[float]) -> float:
    return math.fsum(values)
