"""Recordings in which marked lines are hot, and the examples of the advice rules that are made of them.

A line that ends with one of these comments is hot: `# hot` (Python), `# hot native`, `# hot waiting`, `# hot in NAME` (in a function NAME
of the standard library, called there), `# held` (memory held at the end of the run, by engine heap), `# awaited` (tasks wait there),
`# awaited 500` (so many at once).
"""

from __future__ import annotations

import gc
import re
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from samples import STDLIB, Sketch, finish

from workbench.advice.place import Repeats
from workbench.model.builder import ROOT, RecordingBuilder
from workbench.model.facts import Cost, Evidence, Source, SourceKind
from workbench.model.recording import Recording
from workbench.model.tables import Outcome, TaskState

FILE = "/project/program.py"
MARK = re.compile(r"# (hot|held|awaited)\b ?(in )?(\w*)\s*$")
EXAMPLES = Path(__file__).parent / "advice_examples"
ALL, WARM, COLD = 1000, 600, 8
"""Samples of a recording; of these on hot lines; and where nothing is hot."""


@dataclass(frozen=True, slots=True)
class Example:
    """One example. `says` is a part of the sentence that is expected. `call` is an expression that is evaluated with the text as it
    is and with the rewrite made, where there has to be one; both results have to be equal. `repeats` are recorded calls by qualified
    name."""

    text: str
    says: str = ""
    call: str = ""
    repeats: tuple[tuple[str, Repeats], ...] = ()


@dataclass(frozen=True, slots=True)
class Bench:
    """Naive and better over what `make(n)` makes, and the sizes to try; the results have to be equal unless `same` is given.

    What is compared is the processor's time, or what the clock says (`of="wall"`, where it waits), or (`of="memory"`) the memory at its
    peak, see `peak_ratio`."""

    naive: Callable[[Any], Any]
    better: Callable[[Any], Any]
    make: Callable[[int], Any]
    sizes: tuple[int, ...]
    same: Callable[[Any, Any], bool] | None = None
    of: str = "time"


@dataclass(frozen=True, slots=True)
class Examples:
    """Of one rule: where it has to speak, where it must not, and where the line is hot and right as it is; and its benchmarks by name."""

    name: str
    positive: tuple[Example, ...]
    negative: tuple[Example, ...]
    right: tuple[Example, ...]
    benches: dict[str, Bench]


def peak_ratio(bench: Bench, size: int) -> float:
    """Naive over better by the most memory each held at a time, as tracemalloc counts it; it is the same each time."""
    found = []
    for side in (bench.naive, bench.better):
        side(bench.make(size))
        given = bench.make(size)
        gc.collect()
        tracemalloc.start()
        kept = side(given)
        found.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        del kept
    return found[0] / found[1]


def examples(name: str) -> Examples:
    """The examples of the rule in `workbench/advice/rules/NAME.py`."""
    module = import_module(f"advice_examples.{name}")
    return Examples(name, module.POSITIVE, module.NEGATIVE, module.RIGHT, module.BENCHES)


def heated(text: str, *, cold: bool = False) -> Recording:
    """A recording of `text` in which the marked lines are hot, or (`cold`) barely seen."""
    marks = [
        (line, *found.groups()) for line, words in enumerate(text.splitlines(), 1) if (found := MARK.search(words))
    ]
    kinds = {mark[1] for mark in marks}
    assert len(kinds) <= 1, "one kind of mark for each example"
    make = {"held": _held, "awaited": _awaited}.get(kinds.pop() if kinds else "hot", _hot)
    recording = make([(line, bool(called), word) for line, _, called, word in marks], cold)
    recording.source(Source(FILE, "program.py", SourceKind.FILE, text))
    evidence = {_held: Evidence.HEAP, _awaited: Evidence.TASKS}.get(make, Evidence.SAMPLES)
    cost = Cost(interval=0.001, samples=ALL, own=0.001, method="none")
    return finish(recording, evidence=evidence, cost=cost, duration=ALL / 1000)


def _hot(marks: list[tuple[int, bool, str]], cold: bool) -> RecordingBuilder:
    sketch = Sketch()
    warm = (COLD if cold else WARM) // max(1, len(marks)) if marks else 0
    for line, called, word in marks:
        steps = [("work", FILE, 1, line)]
        if called:
            steps.append((word, f"{STDLIB}/some.py", 10, 11))
        for _ in range(warm):
            sketch.sample(sketch.path(*steps), "python" if called or not word else word)
    other = sketch.path(("other", "/project/other.py", 1, 2))
    for _ in range(ALL - warm * len(marks)):
        sketch.sample(other, "python")
    return sketch.builder


def _held(marks: list[tuple[int, bool, str]], cold: bool) -> RecordingBuilder:
    builder = RecordingBuilder()
    thread = builder.thread("main")
    warm = COLD if cold else WARM
    sizes = [("work", FILE, line, warm / len(marks)) for line, _, _ in marks]
    sizes.append(("other", "/project/other.py", 2, ALL - (warm if marks else 0)))
    for name, file, line, size in sizes:
        stack = builder.stack(ROOT, builder.frame(name, file, 1), line)
        bytes_ = size * 2**20
        builder.heap(
            stack,
            thread,
            peak=bytes_,
            peak_blocks=1000,
            held=bytes_,
            held_blocks=1000,
            allocated=bytes_,
            allocations=1000,
            temporary=0,
            temporaries=0,
        )
    return builder


def _awaited(marks: list[tuple[int, bool, str]], cold: bool) -> RecordingBuilder:
    builder, cold_or_warm = RecordingBuilder(), COLD if cold else WARM
    frame = builder.frame("work", FILE, 1)
    warm = cold_or_warm / 1000
    task = builder.task("Task-1", frame, builder.thread("main"), 0.0, ALL / 1000, Outcome.DONE)
    for line, _, many in marks:
        at = builder.stack(ROOT, frame, line)
        builder.wait(task, TaskState.WAITING, at, "sleep", 10, warm / len(marks) * int(many or 1), 0.1)
    return builder
