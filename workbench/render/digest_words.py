"""The words of an answer for an agent: its columns, what each number means for a decision, and what can be asked next."""

from __future__ import annotations

import math
import shlex
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.analysis.functions import whole
from workbench.analysis.ownership import Owner
from workbench.model.facts import Evidence, TargetKind
from workbench.render import summary
from workbench.render.digest_form import (
    COUNT,
    PER_CENT,
    PLUS_MINUS,
    SECONDS,
    SHARE,
    SIGNED,
    SIZE,
    TIMES,
    Fact,
    Step,
)
from workbench.render.text_growth import signed
from workbench.render.text_width import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.model.recording import Recording
    from workbench.render.digest_rows import Found, Row

LONGEST_TARGET = 300
"""Characters of a target's name that are repeated in a command."""

_SPLIT = (Fact("python", "py%", PER_CENT), Fact("native", "nat%", PER_CENT), Fact("waiting", "wait%", PER_CENT))
_STATES = (Fact("running", "running", SECONDS), Fact("ready", "ready", SECONDS), Fact("waiting", "waiting", SECONDS))
_HEAP = (
    *(Fact("peak", "at peak", SIZE), Fact("share", "share", SHARE), Fact("total", "with calls", SIZE)),
    *(Fact("held", "at end", SIZE), Fact("allocated", "allocated", SIZE), Fact("temporary", "freed at once", SIZE)),
)
_EXTRA = (Fact("calls", "calls", COUNT), Fact("increment", "grew", SIGNED))

FUNCTION_FACTS: dict[Evidence, tuple[Fact, ...]] = {
    Evidence.SAMPLES: (
        *(Fact("self", "self", SECONDS), *_SPLIT),
        *(Fact("total", "total", SECONDS), Fact("share", "share", SHARE), Fact("plus_minus", "±", PLUS_MINUS, "left")),
        *(Fact("ceiling", "at most", TIMES), *_EXTRA),
    ),
    Evidence.CALLS: (
        *(Fact("self", "self", SECONDS), Fact("total", "total", SECONDS), Fact("share", "share", SHARE)),
        *(Fact("ceiling", "at most", TIMES), Fact("calls", "calls", COUNT), Fact("per_call", "per call", SECONDS)),
    ),
    Evidence.LINES: (
        *(Fact("total", "total", SECONDS), Fact("share", "share", SHARE), Fact("ceiling", "at most", TIMES)),
    ),
    Evidence.MEMORY: (Fact("increment", "grew", SIGNED), Fact("memory", "memory", SIZE)),
    Evidence.HEAP: _HEAP,
    Evidence.TASKS: (Fact("total", "total", SECONDS), Fact("share", "share", SHARE), *_STATES),
}
LINE_FACTS: dict[Evidence, tuple[Fact, ...]] = {
    Evidence.SAMPLES: (
        *(Fact("here", "here", SECONDS), Fact("here_share", "share", SHARE)),
        *(Fact("here_plus_minus", "±", PLUS_MINUS, "left"), Fact("wall", "with calls", SECONDS), *_SPLIT),
        *(Fact("hits", "hits", COUNT), Fact("per_hit", "per hit", SECONDS), Fact("increment", "grew", SIGNED)),
    ),
    Evidence.CALLS: (),
    Evidence.LINES: (
        *(Fact("wall", "time", SECONDS), Fact("share", "share", SHARE)),
        *(Fact("hits", "hits", COUNT), Fact("per_hit", "per hit", SECONDS)),
    ),
    Evidence.MEMORY: (Fact("hits", "hits", COUNT), *FUNCTION_FACTS[Evidence.MEMORY]),
    Evidence.HEAP: _HEAP,
    Evidence.TASKS: (Fact("here", "here", SECONDS), Fact("here_share", "share", SHARE), *_STATES),
}
"""The columns of the tables of functions and of lines, by what the numbers rest on."""

_AMDAHL = "at most: times as fast the whole gets if all of it goes, by the upper end of ±"
LEGENDS: dict[Evidence, tuple[str, ...]] = {
    Evidence.SAMPLES: (
        f"self, total: without and with callees; here: as innermost line of own code; share ±: of the whole run (95 %); {_AMDAHL}; "
        "py%, nat%, wait%: interpreter (fewer steps help), C code (another call helps), off the processor (overlap, or fewer waits, help).",
    ),
    Evidence.CALLS: (
        f"self, total: without and with callees, cProfile's own cost in each call included; share: of the whole run, exact; {_AMDAHL}.",
    ),
    Evidence.LINES: (
        f"time: with all a line calls and this engine's cost in each hit; share: of the whole run, exact; {_AMDAHL}.",
    ),
    Evidence.MEMORY: (
        "grew: the process's memory, with all a line calls, over all hits; memory: the highest reading after it.",
    ),
    Evidence.HEAP: (
        "at peak, at end: held by the innermost own code; share: of all held at the peak (at the end where no peak is known); "
        "with calls: and by own code it called; freed at once: churn, which costs time, not memory.",
    ),
    Evidence.TASKS: (
        "share: of the time of all tasks together, which overlap; running: at work, which keeps all others from going on; ready: kept from "
        "going on by others; waiting: for something else (more at once, or less of it, helps).",
    ),
}


def head(recording: Recording) -> tuple[str, ...]:
    """The lines before all else: what ran and how it was measured, and what is wrong with it."""
    cost = recording.cost
    how = f"engine {visible(recording.engine, 60)} ({visible(recording.mechanism, 60)})"
    if recording.sampled:
        how += f", {units.count(cost.samples, 'sample')}"
        if math.isfinite(wide := summary.precision(recording)):
            how += f", shares within {units.plus_minus(wide)} points (95 %)"
    elif counted := summary.counted(recording):
        how += f", {counted}"
    times = recording.target.repeats
    ran = f" in {times:,} runs in a row" if times > 1 else ""
    lines = [f"{visible(summary.title(recording), 80)}: {units.seconds(recording.duration)}{ran}, {how}"]
    if ended := summary.ended(recording):
        lines.append(f"ended: {visible(ended, 120)}")
    if summary.too_few(recording):
        lines.append(f"caution: only {units.count(len(recording.samples), 'sample')}; the shares are hints at the most")
    return tuple(lines)


def aside(recording: Recording, found: Found) -> tuple[str, ...]:
    """Of the whole run: whose time it was, its memory, and which further passes there are."""
    lines = []
    if found.owners:
        shares = ", ".join(f"{summary.OWNER_NAMES[row.owner]} {units.share(row.share)}" for row in found.owners)
        lines.append(f"own time: {shares}")
    if (memory := summary.memory(recording)) is not None and memory.readings > 1:
        grown = signed(memory.end - memory.start)
        lines.append(f"memory: peak {units.size(memory.peak)}, {grown} from start to end")
    if recording.passes:
        lines.append(f"with passes of: {', '.join(visible(one.engine, 40) for one in recording.passes)}")
    return tuple(lines)


def facts(recording: Recording, found: Found, file: str) -> dict[str, Any]:
    """The facts of both, for the JSON."""
    error, memory = recording.error, summary.memory(recording)
    target = recording.target
    return {
        "file": file,
        "target": {"kind": target.kind.value, "name": target.name, "repeats": target.repeats},
        "engine": recording.engine,
        "mechanism": recording.mechanism,
        "evidence": recording.evidence.value,
        "duration": recording.duration,
        "samples": len(recording.samples) if recording.sampled else None,
        "plus_minus": summary.precision(recording),
        "too_short_to_sample": summary.too_few(recording),
        "error": {"type": error.type, "message": error.message, "interrupted": error.interrupted} if error else None,
        "whole": None if recording.evidence in (Evidence.MEMORY, Evidence.HEAP) else whole(recording),
        "owners": {row.owner.value: row.share for row in found.owners},
        "memory": {"start": memory.start, "peak": memory.peak, "end": memory.end} if memory else None,
        "passes": [one.engine for one in recording.passes],
    }


def show(file: str, *words: str) -> str:
    """The command that shows more of this recording, ready to paste; FILE stands for a name that no line of text can hold."""
    plain = bool(file) and file.isprintable() and not file.startswith("-")
    named = shlex.quote(file if plain else f"./{file}" if file.isprintable() and file else "FILE")
    return " ".join(["workbench", *words[:1], named, *words[1:]])


def again(recording: Recording, engine: str, *options: str) -> str | None:
    """The command or magic that records the same target under another engine; None where none can be told, as for a block of code."""
    kind, name = recording.target.kind, recording.target.name
    if not name.isprintable() or len(name) > LONGEST_TARGET or name.endswith("…"):
        return None
    words = [engine, *options]
    if kind is TargetKind.CELL:
        return " ".join(["%%profile", *words])
    if kind is TargetKind.STATEMENT:
        return " ".join(["%profile", *words, name])
    if kind is TargetKind.SCRIPT:
        return " ".join(["workbench profile", *words, *map(shlex.quote, recording.target.words())])
    if kind is TargetKind.MODULE:
        return " ".join(["workbench profile", *words, "-m", *map(shlex.quote, recording.target.words())])
    return None


def plain_name(row: Row) -> str:
    """The function's name as `-f` takes it; empty where it takes none: of code that is not own, modules, lambdas."""
    name = row.function.replace(".<locals>", "")
    fits = row.owner is Owner.OWN and name.isascii() and all(part.isidentifier() for part in name.split("."))
    return name if fits else ""


def deeper(recording: Recording, row: Row | None) -> list[Step]:
    """Runs under other engines that tell more of a function."""
    name = plain_name(row) if row is not None else ""
    wanted: list[tuple[str, str, tuple[str, ...]]] = []
    if name and row is not None and recording.evidence in (Evidence.SAMPLES, Evidence.CALLS, Evidence.TASKS):
        wanted.append((f"hits and time of each line of {name}", "lines", ("-f", name)))
    if recording.evidence is Evidence.SAMPLES:
        if summary.too_few(recording):
            wanted.append(("every call counted, however short the run", "cpu", ()))
        if _awaits(recording):
            wanted.append(("what its tasks wait for, and what blocks the loop", "tasks", ()))
    elif recording.evidence is Evidence.MEMORY:
        wanted.append(("who allocated what is held", "heap", ()))
    elif recording.evidence is Evidence.HEAP:
        grown = ("-f", name) if name else ()
        wanted.append(("memory of the process, line by line", "memory", grown))
    else:
        wanted.append(("times without this engine's cost", "sample", ()))
    found = [(tells, again(recording, engine, *options)) for tells, engine, options in wanted]
    return [Step(tells, command) for tells, command in found if command is not None]


def steps(*parts: Iterable[Step]) -> tuple[Step, ...]:
    """All of them once, in their order."""
    return tuple(dict.fromkeys(step for part in parts for step in part))


def _awaits(recording: Recording) -> bool:
    return any(name.endswith(("asyncio/base_events.py", "asyncio\\base_events.py")) for name in recording.strings)
