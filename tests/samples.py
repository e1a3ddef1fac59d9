"""Recordings made for tests, all through `RecordingBuilder`. Import as `from samples import small_recording`.

Everything here is the same on every run, except the seconds in `exact_recording` (a real run of cProfile).
"""

from __future__ import annotations

import cProfile
import pstats
import random
import re
import sysconfig
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from workbench.model.builder import ROOT, RecordingBuilder
from workbench.model.facts import Cost, Environment, Evidence, RunError, Source, SourceKind, Target, TargetKind
from workbench.model.recording import Recording
from workbench.model.tables import FrameKind, HeapTable, Outcome, TaskState

HEAP_COUNTS = tuple(HeapTable.dtypes())[2:]

PROJECT = "/project"
STDLIB = "/usr/lib/python3.12"
SITE = "/project/.venv/lib/python3.12/site-packages"
CELL_FILE = "<ipython-input-3-90f4c2>"
STORE_FILE = f"{PROJECT}/store.py"
STARTED = "2026-11-24T09:30:00+00:00"

CELL_TEXT = """\
import json
import re


def parse(text):
    records = []
    for line in text.splitlines():
        records.append(json.loads(line))
    return records


def build_index(records):
    index = {}
    for record in records:
        for word in re.findall(r"\\w+", record["text"]):
            if word not in index:
                index[word] = []
            if record["id"] not in index[word]:
                index[word].append(record["id"])
    return index


records = parse(text)
index = build_index(records)
len(index)
"""

STORE_TEXT = '''\
"""Writes what the notebook makes."""


def flush(queue, file):
    while (item := queue.get()) is not None:
        file.write(item)
'''

HOSTILE_NAMES = (
    "</script><img src=x onerror=alert(1)>",
    "\"double\" 'single' `back` \\ ${x} {{ y }} <!-- & &amp; -->",
    "\u202eevitaler\u202c \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "\U0001f40d\U0001f469\u200d\U0001f4bb e\u0301 \u8868\u683c\u5904\u7406 \ufeff",
    "x" * 10_000,
    "tab\there\nnew line\rreturn \x00 nul \x1b[31mred\x1b[0m \x07 \u2028\u2029 \x85",
    "]]> --> */ // '; DROP TABLE frames; <style>*{display:none}</style>",
    "__proto__",
    "constructor",
    "",
)


def environment(**changes: Any) -> Environment:
    """A plain Linux machine with a project, its packages and the standard library; `changes` replace fields."""
    facts: dict[str, Any] = {
        "python": "3.12.4",
        "implementation": "CPython",
        "platform": "Linux-6.1-x86_64",
        "machine": "x86_64",
        "cpus": 8,
        "directory": PROJECT,
        "stdlib": (STDLIB,),
        "site": (SITE,),
        "packages": (("numpy", "2.1.0"), ("pandas", "2.2.3")),
    }
    return Environment(**(facts | changes))


def finish(builder: RecordingBuilder, **changes: Any) -> Recording:
    """`builder.build()` with ordinary facts; `changes` replace them."""
    facts: dict[str, Any] = {
        "engine": "sample",
        "mechanism": "timer signal",
        "target": Target(TargetKind.CELL, "In [3]"),
        "started": STARTED,
        "duration": 1.2,
        "cpu": 1.1,
        "environment": environment(),
    }
    return builder.build(**(facts | changes))


def cell_source(text: str = CELL_TEXT, file: str = CELL_FILE, label: str = "In [3]") -> Source:
    """A notebook cell's source."""
    return Source(file, label, SourceKind.CELL, text)


@dataclass(slots=True)
class Sketch:
    """Appends samples one after the other: each starts on its thread where the one before ended."""

    builder: RecordingBuilder = field(default_factory=RecordingBuilder)
    step: float = 0.001
    clock: dict[str, float] = field(default_factory=dict)

    def path(self, *steps: tuple[str, str, int, int]) -> int:
        """The leaf node of a path of (name, file, first line, line), root first. A name in [] is synthetic, a file ~ native."""
        node = ROOT
        for name, file, first, line in steps:
            kind = FrameKind.SYNTHETIC if re.fullmatch(r"\[\w+\]", name) else FrameKind.PYTHON
            kind = FrameKind.NATIVE if file == "~" else kind
            node = self.builder.stack(node, self.builder.frame(name, file, first, kind), line)
        return node

    def sample(self, node: int, measure: str = "python", thread: str = "MainThread") -> None:
        """One sample of `step` seconds, all of it of one measure."""
        split = {"python": 0.0, "native": 0.0, "waiting": 0.0, measure: self.step}
        start = self.clock.get(thread, 0.0)
        self.builder.sample(node, self.builder.thread(thread), start, **split)
        self.clock[thread] = start + self.step


def small_recording(**changes: Any) -> Recording:
    """1,200 samples of 1 ms of a cell that parses and indexes, with a second thread that writes: 1,000 on the main thread.

    Own code has 620 ms of the main thread's own time: `build_index` 560 (480 of them on line 18), `parse` 60;
    `json` has 240 ms, the library 100, the garbage collector 40. The writer waits 190 ms and works 10.
    """
    sketch = Sketch()
    module = ("<module>", CELL_FILE, 1)
    parse, index = ("parse", CELL_FILE, 5), ("build_index", CELL_FILE, 12)
    loads = ("loads", f"{STDLIB}/json/__init__.py", 299)
    decode = ("JSONDecoder.decode", f"{STDLIB}/json/decoder.py", 332)
    findall = ("findall", f"{STDLIB}/re/__init__.py", 212)
    frame = ("DataFrame.__init__", f"{SITE}/pandas/core/frame.py", 690)
    flush, get = ("flush", STORE_FILE, 4), ("Queue.get", f"{STDLIB}/queue.py", 154)
    head = (*module, 24)
    plan = [
        (((*module, 23), (*parse, 8)), "python", 60),
        (((*module, 23), (*parse, 8), (*loads, 346), (*decode, 337)), "native", 140),
        (((*module, 23), (*parse, 8), (*loads, 346)), "python", 60),
        ((head, (*index, 18)), "native", 420),
        ((head, (*index, 18)), "python", 60),
        ((head, (*index, 16)), "python", 50),
        ((head, (*index, 19)), "python", 30),
        ((head, (*index, 15), (*findall, 217)), "native", 40),
        ((head, (*index, 19), ("[gc]", "", 0, 0)), "native", 40),
        (((*module, 25), (*frame, 722)), "python", 70),
        (((*module, 25), (*frame, 730)), "native", 30),
    ]
    for steps, measure, count in plan:
        node = sketch.path(*steps)
        for _ in range(count):
            sketch.sample(node, measure)
    waits, works = sketch.path((*flush, 5), (*get, 171)), sketch.path((*flush, 6))
    for turn in range(200):
        sketch.sample(works if turn % 20 == 19 else waits, "python" if turn % 20 == 19 else "waiting", "writer")
    for turn in range(41):
        sketch.builder.memory(turn * 0.03, (90 << 20) + turn * (2 << 20) - (turn > 30) * (30 << 20))
    sketch.builder.source(cell_source())
    sketch.builder.source(Source(STORE_FILE, "store.py", SourceKind.FILE, STORE_TEXT))
    cost = Cost(
        interval=0.001, samples=1200, own=0.018, method="the handler's own clock and the measured price of a signal"
    )
    return finish(sketch.builder, **({"cost": cost} | changes))


def passes_recording() -> Recording:
    """A sampling with two further runs, one of calls and one of allocations."""
    return replace(small_recording(), passes=(exact_recording(), heap_recording()))


def failed_recording() -> Recording:
    """The small recording of a cell that raised."""
    return small_recording(error=RunError("ValueError", "Expecting value: line 1 column 1 (char 0)"))


def interrupted_recording() -> Recording:
    """The small recording of a cell that was interrupted."""
    return small_recording(error=RunError("KeyboardInterrupt", "", interrupted=True))


def empty_recording(**changes: Any) -> Recording:
    """A run too short for one sample: no frames, stacks, memory or sources."""
    return finish(RecordingBuilder(), **({"duration": 0.0004, "cpu": 0.0004} | changes))


def exact_recording() -> Recording:
    """What cProfile counted in a real run of a program with recursion, library calls and native calls."""
    text = (
        "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n\n"
        "def words(text):\n    return sorted(re.findall('[a-z]+', text))\n\n"
        "def main():\n    fib(12)\n    return [words('some plain words') for _ in range(200)]\n"
    )
    file = f"{PROJECT}/app.py"
    namespace: dict[str, Any] = {"re": re}
    exec(compile(text, file, "exec"), namespace)
    profiler = cProfile.Profile()
    profiler.runcall(namespace["main"])
    builder = RecordingBuilder()
    stats = pstats.Stats(profiler)
    fill_exact(builder, stats.stats)  # type: ignore[attr-defined]
    builder.source(Source(file, "app.py", SourceKind.FILE, text))
    return finish(
        builder,
        engine="cpu",
        mechanism="cProfile",
        target=Target(TargetKind.CALL, "main"),
        duration=stats.total_tt,  # type: ignore[attr-defined]
        cpu=stats.total_tt,  # type: ignore[attr-defined]
        environment=environment(stdlib=(sysconfig.get_path("stdlib"),), site=(sysconfig.get_path("purelib"),)),
    )


def fill_exact(builder: RecordingBuilder, stats: dict[Any, Any]) -> None:
    """Put a pstats dictionary's counts into the builder."""
    index = {}
    for file, line, name in stats:
        kind = FrameKind.NATIVE if file == "~" else FrameKind.PYTHON
        index[file, line, name] = builder.frame(name, file, line, kind)
    for callee, (primitive, calls, own, total, callers) in stats.items():
        builder.function(index[callee], calls, primitive, own, total)
        for caller, (edge_calls, edge_primitive, edge_own, edge_total) in callers.items():
            builder.call(index[caller], index[callee], edge_calls, edge_primitive, edge_own, edge_total)


def lines_recording() -> Recording:
    """What an engine of lines counted of two functions of a cell, one of which never ran."""
    builder = RecordingBuilder()
    builder.source(cell_source())
    parse, build_index = builder.frame("parse", CELL_FILE, 5), builder.frame("build_index", CELL_FILE, 12)
    for line, hits, time in ((6, 1, 0.000_004), (7, 1_001, 0.000_2), (8, 1_000, 0.3), (9, 1, 0.000_000_4)):
        builder.line(parse, line, hits, time)
    builder.line(build_index, 12, 0, 0.0)
    builder.note("No function 'nosuch' was there to look at: known: parse")
    return finish(builder, engine="lines", mechanism="line_profiler", duration=0.4, cpu=0.4)


ASYNC_TEXT = """\
import asyncio


async def fetch(gate, number):
    async with gate:
        await asyncio.sleep(0.1)
    return parse(number)


def parse(number):
    return sum(range(number))


async def main():
    gate = asyncio.Semaphore(2)
    return await asyncio.gather(*(fetch(gate, n) for n in range(4)))


await main()
"""


def tasks_recording() -> Recording:
    """A cell's task that gathers four others, two at a time: each sleeps 0.1 s on line 6; the third blocks the loop for 80 ms in `parse`,
    the fourth waits 0.1 s for the gate on line 5, is kept from going on for 80 ms, and fails. A library's service task waits.
    """
    sketch = Sketch()
    builder, path = sketch.builder, sketch.path
    module, main = ("<module>", CELL_FILE, 1, 19), ("main", CELL_FILE, 14, 16)
    fetch, parse = ("fetch", CELL_FILE, 4), ("parse", CELL_FILE, 10, 11)
    thread = builder.thread("MainThread")
    gather = path(module, main)
    sleeping, gated = path((*fetch, 6)), path((*fetch, 5))
    whole = builder.frame("<module>", CELL_FILE, 1)
    cell = builder.task("Task-1", whole, thread, 0.0, 0.4, Outcome.DONE)
    builder.wait(cell, TaskState.RUNNING, gather, "", 2, 0.002, 0.001)
    builder.wait(cell, TaskState.WAITING, gather, "gather of 4", 1, 0.398, 0.398)
    builder.span(cell, TaskState.RUNNING, 0.0, 0.001)
    builder.span(cell, TaskState.WAITING, 0.001, 0.398)
    frame = builder.frame("fetch", CELL_FILE, 4)
    made = {"parent": cell, "created": gather}
    for number, (end, outcome) in enumerate(
        ((0.101, Outcome.DONE), (0.101, Outcome.DONE), (0.281, Outcome.DONE), (0.285, Outcome.FAILED))
    ):
        error = "ValueError: no such number" if outcome is Outcome.FAILED else ""
        task = builder.task(f"Task-{number + 2}", frame, thread, 0.001, end, outcome, error=error, **made)
        begin = 0.001
        if number >= 2:
            builder.wait(task, TaskState.WAITING, gated, "Semaphore.acquire", 1, 0.1, 0.1)
            builder.span(task, TaskState.WAITING, begin, 0.1)
            begin += 0.1
        builder.wait(task, TaskState.WAITING, sleeping, "sleep", 1, 0.1, 0.1)
        builder.span(task, TaskState.WAITING, begin, 0.1)
        if number == 2:
            builder.wait(task, TaskState.RUNNING, sleeping, "", 2, 0.081, 0.08)
            builder.span(task, TaskState.RUNNING, begin + 0.1, 0.08)
            builder.slice(task, "Task-4", path((*fetch, 7), parse), begin + 0.1, 0.08)
        if number == 3:
            builder.wait(task, TaskState.READY, sleeping, "sleep", 1, 0.08, 0.08)
            builder.span(task, TaskState.READY, begin + 0.1, 0.08)
    service = path(("serve", f"{SITE}/kernel/loop.py", 40, 44))
    kernel = builder.task("Task-0", builder.frame("serve", f"{SITE}/kernel/loop.py", 40), thread, 0.0)
    builder.wait(kernel, TaskState.WAITING, service, "Event.wait", 1, 0.4, 0.4)
    builder.source(cell_source(ASYNC_TEXT))
    return finish(builder, engine="tasks", mechanism="asyncio steps", duration=0.4, cpu=0.09)


def heap_recording() -> Recording:
    """A cell whose `build_index` holds 60 MiB at the peak and 20 at the end on line 17, and whose `parse` has 30 MiB, held at the end, and
    churned through 100 more, all on line 8; a thread holds 10 MiB at the end only.
    """
    sketch, mib = Sketch(), 1 << 20
    builder, path = sketch.builder, sketch.path
    module = ("<module>", CELL_FILE, 1, 23)
    index, parse = path(module, ("build_index", CELL_FILE, 12, 17)), path(module, ("parse", CELL_FILE, 5, 8))
    flush = path(("flush", STORE_FILE, 4, 6))
    main, writer = builder.thread("MainThread"), builder.thread("writer")
    rows = (
        (index, main, (60, 6, 20, 2, 60, 6, 0, 0)),
        (parse, main, (30, 3, 30, 3, 130, 103, 100, 100)),
        (flush, writer, (0, 0, 10, 1, 10, 1, 0, 0)),
    )
    for node, thread, counts in rows:
        builder.heap(
            node,
            thread,
            **{name: n * mib if at % 2 == 0 else n for at, (name, n) in enumerate(zip(HEAP_COUNTS, counts))},
        )
    for time, rss, heap in ((0.0, 100, 0), (0.6, 200, 90), (1.2, 170, 60)):
        builder.memory(time, rss * mib, heap * mib)
    builder.source(cell_source())
    builder.source(Source(STORE_FILE, "store.py", SourceKind.FILE, STORE_TEXT))
    return finish(builder, engine="heap", mechanism="memray")


def hostile_recording() -> Recording:
    """Names, files, sources, thread names, notes and an error that try to be something else; see HOSTILE_NAMES."""
    sketch = Sketch(step=0.01)
    text = "\n".join(name.replace("\n", " ").replace("\r", " ") for name in HOSTILE_NAMES)
    sketch.builder.source(cell_source(text, label=HOSTILE_NAMES[0]))
    for line, name in enumerate(HOSTILE_NAMES, 1):
        cell = (name, CELL_FILE, line, line)
        sketch.sample(sketch.path(cell), "python", name)
        sketch.sample(sketch.path(cell, (name, f"{PROJECT}/{name}", line, line)), "native")
        sketch.sample(sketch.path(cell, (name, f"{SITE}/{name}", line, line)), "waiting")
        sketch.sample(sketch.path(cell, (name, "~", 0, 0)), "native")
        sketch.builder.note(f"Noted: {name}")
    sketch.sample(sketch.path(("undecodable", f"{PROJECT}/caf\udce9.py", 1, 1)), "python")
    sketch.builder.memory(0.0, 1)
    return finish(
        sketch.builder,
        cost=Cost(interval=0.01, samples=41, own=0.0, method=HOSTILE_NAMES[1]),
        target=Target(TargetKind.STATEMENT, HOSTILE_NAMES[0]),
        error=RunError("Evil" + HOSTILE_NAMES[0], "\n".join(HOSTILE_NAMES[:4])),
        environment=environment(platform=HOSTILE_NAMES[0], packages=((HOSTILE_NAMES[1], HOSTILE_NAMES[0]),)),
    )


def drawn(picture: str, *, step: float = 1.0, text: str = "", **changes: Any) -> Recording:
    """A recording from a drawing, one path a line: `main:3 > parse:10 > split@std/text.py:2  x5 native on worker`.

    A step is name, then `@file` (default app.py; `std/` and `site/` stand for their folders, `~` for native code), then
    `:line`; a function's first line is taken as 1. `x5` is five samples of `step` seconds (default x1), the measure is
    python unless named, `on` names the thread. `text` is the source of app.py, where given.
    """
    sketch = Sketch(step=step)
    for row in picture.strip().splitlines():
        if not row.strip() or row.strip().startswith("#"):
            continue
        path, _, tail = row.strip().partition("  ")
        count = int(found[1]) if (found := re.search(r"\bx(\d+)\b", tail)) else 1
        measure = found[0] if (found := re.search(r"python|native|waiting", tail)) else "python"
        thread = found[1] if (found := re.search(r"\bon (\S+)", tail)) else "MainThread"
        node = sketch.path(*(_drawn_step(word.strip()) for word in path.split(">")))
        for _ in range(count):
            sketch.sample(node, measure, thread)
    if text:
        sketch.builder.source(Source(f"{PROJECT}/app.py", "app.py", SourceKind.FILE, text))
    length = max(sketch.clock.values(), default=0.0)
    return finish(sketch.builder, **({"duration": length, "cpu": length} | changes))


def _drawn_step(word: str) -> tuple[str, str, int, int]:
    found = re.fullmatch(r"(?P<name>[^@:]+)(@(?P<file>[^:]+))?(:(?P<line>\d+))?", word)
    assert found, f"not a step: {word!r}"
    name, line = found["name"], int(found["line"] or 0)
    if re.fullmatch(r"\[\w+\]", name):
        return name, "", 0, 0
    file = found["file"] or "app.py"
    if file == "~":
        return name, "~", 0, 0
    folder, _, rest = file.partition("/")
    file = {"std": f"{STDLIB}/{rest}", "site": f"{SITE}/{rest}"}.get(folder, f"{PROJECT}/{file}")
    return name, file, 1, line


def random_recording(seed: int = 0, frames: int = 1_000, nodes: int = 10_000, samples: int = 20_000) -> Recording:
    """A big sampled recording: a third own code with sources, the rest library, standard library and synthetic frames."""
    rng = random.Random(seed)
    builder = RecordingBuilder()
    files = max(1, frames // 40)
    for number in range(frames):
        at = number % files
        folder = (PROJECT, SITE, STDLIB)[at % 3]
        builder.frame(f"Class{number % 7}.function_{number}", f"{folder}/package_{at % 11}/module_{at}.py", 1 + number)
    body = "\n".join(f"    total += step({line})  # line {line}" for line in range(1, frames + 40))
    for at in range(0, files, 3):
        file = f"{PROJECT}/package_{at % 11}/module_{at}.py"
        builder.source(Source(file, file.removeprefix(f"{PROJECT}/"), SourceKind.FILE, body))
    count = 0
    while count < nodes:
        near = count - rng.randint(1, min(count, 40)) if count and rng.random() < 0.98 else ROOT
        frame = rng.randrange(frames)
        count = max(count, 1 + builder.stack(near, frame, 1 + frame + rng.randrange(30)))
    threads = [builder.thread(name) for name in ("MainThread", "worker-1", "worker-2")]
    for turn in range(samples):
        measure = rng.choices((0, 1, 2), (6, 3, 1))[0]
        split = [0.0, 0.0, 0.0]
        split[measure] = 0.001
        builder.sample(
            int(nodes * rng.random() ** 2), threads[rng.choices((0, 1, 2), (8, 1, 1))[0]], turn * 0.001, *split
        )
    for turn in range(500):
        builder.memory(turn * samples * 0.001 / 500, (100 << 20) + rng.randrange(50 << 20) + (turn << 18))
    cost = Cost(interval=0.001, samples=samples, own=samples * 12e-6, method="the handler's own clock")
    return finish(
        builder,
        cost=cost,
        duration=samples * 0.001,
        cpu=samples * 0.0009,
        target=Target(TargetKind.SCRIPT, "app/main.py"),
    )


_TEXT = st.text(st.characters(), max_size=20)
_SECONDS = st.floats(0, 1e6, allow_nan=False, allow_subnormal=False)
_COUNTS = st.integers(0, 2**53)
_MAYBE = st.one_of(_SECONDS, st.just(float("nan")))


@st.composite
def recordings(draw: st.DrawFn, *, evidence: Evidence | None = None) -> Recording:
    """Hypothesis: any sound recording, of any evidence, with any text wherever there is text."""
    builder = RecordingBuilder()
    count = draw(st.integers(0, 6))
    kinds = st.sampled_from(list(FrameKind))
    for number in range(count):
        builder.frame(f"{number}{draw(_TEXT)}", draw(_TEXT), draw(st.integers(0, 2**31 - 1)), draw(kinds))
    rows = {
        Evidence.SAMPLES: _draw_samples,
        Evidence.CALLS: _draw_counts,
        Evidence.LINES: _draw_lines,
        Evidence.MEMORY: _draw_growth,
        Evidence.HEAP: _draw_heap,
        Evidence.TASKS: _draw_tasks,
    }
    rows[chosen := evidence or draw(st.sampled_from(Evidence))](draw, builder, count)
    for time, rss in draw(st.lists(st.tuples(_SECONDS, _COUNTS), max_size=4)):
        builder.memory(time, rss, draw(_MAYBE))
    for file, label, kind, text in draw(
        st.lists(st.tuples(_TEXT, _TEXT, st.sampled_from(list(SourceKind)), st.text(max_size=60)), max_size=3)
    ):
        builder.source(Source(file, label, kind, text))
    for sentence in draw(st.lists(_TEXT, max_size=2)):
        builder.note(sentence)
    return builder.build(**draw(_facts()), evidence=chosen)


def _draw_stacks(draw: st.DrawFn, builder: RecordingBuilder, frames: int) -> int:
    nodes = 0
    for _ in range(draw(st.integers(0, 10)) if frames else 0):
        parent = draw(st.integers(ROOT, nodes - 1))
        nodes = max(nodes, 1 + builder.stack(parent, draw(st.integers(0, frames - 1)), draw(st.integers(0, 12))))
    return nodes


def _draw_heap(draw: st.DrawFn, builder: RecordingBuilder, frames: int) -> None:
    nodes, thread = _draw_stacks(draw, builder, frames), builder.thread("MainThread")
    for _ in range(draw(st.integers(0, 6)) if nodes else 0):
        counts = draw(st.dictionaries(st.sampled_from(HEAP_COUNTS), _SECONDS))
        builder.heap(draw(st.integers(0, nodes - 1)), thread, **counts)


def _draw_tasks(draw: st.DrawFn, builder: RecordingBuilder, frames: int) -> None:
    nodes, thread = _draw_stacks(draw, builder, frames), builder.thread("MainThread")
    states, names = st.sampled_from(list(TaskState)), st.sampled_from(["sleep", "", "<b>"])
    node, tasks = st.integers(ROOT, nodes - 1), draw(st.integers(0, 5)) if frames else 0
    for at in range(tasks):
        made = {"error": draw(names), "parent": draw(st.integers(ROOT, at - 1)), "created": draw(node)}
        when = (draw(_SECONDS), draw(_MAYBE), draw(st.sampled_from(list(Outcome))))
        builder.task(draw(_TEXT), draw(st.integers(0, frames - 1)), thread, *when, **made)
    for _ in range(draw(st.integers(0, 8)) if tasks else 0):
        task, state = draw(st.integers(0, tasks - 1)), draw(states)
        builder.wait(task, state, draw(node), draw(names), draw(_COUNTS) // 8, draw(_SECONDS), draw(_SECONDS))
        builder.span(task, state, draw(_SECONDS), draw(_SECONDS))
        builder.slice(draw(st.integers(ROOT, tasks - 1)), draw(names), draw(node), draw(_SECONDS), draw(_SECONDS))


def _draw_samples(draw: st.DrawFn, builder: RecordingBuilder, frames: int) -> None:
    nodes = _draw_stacks(draw, builder, frames)
    threads = [builder.thread(name) for name in draw(st.lists(_TEXT, min_size=1, max_size=3, unique=True))]
    for _ in range(draw(st.integers(0, 12)) if nodes else 0):
        split = draw(st.tuples(_SECONDS, _SECONDS, _SECONDS))
        builder.sample(draw(st.integers(0, nodes - 1)), draw(st.sampled_from(threads)), draw(_SECONDS), *split)


def _draw_counts(draw: st.DrawFn, builder: RecordingBuilder, frames: int) -> None:
    for frame in range(frames):
        builder.function(frame, draw(_COUNTS), draw(_COUNTS), draw(_SECONDS), draw(_SECONDS))
    pairs = st.tuples(st.integers(0, frames - 1), st.integers(0, frames - 1))
    for caller, callee in draw(st.lists(pairs, max_size=8, unique=True)) if frames else ():
        builder.call(caller, callee, draw(_COUNTS), draw(_COUNTS), draw(_SECONDS), draw(_SECONDS))


def _draw_lines(draw: st.DrawFn, builder: RecordingBuilder, frames: int) -> None:
    where = st.tuples(st.integers(0, frames - 1), st.integers(0, 12))
    for frame, line in draw(st.lists(where, max_size=8)) if frames else ():
        builder.line(frame, line, draw(_COUNTS) // 8, draw(_SECONDS))


def _draw_growth(draw: st.DrawFn, builder: RecordingBuilder, frames: int) -> None:
    where = st.tuples(st.integers(0, frames - 1), st.integers(0, 12))
    change = st.integers(-(2**40), 2**40)
    for frame, line in draw(st.lists(where, max_size=8)) if frames else ():
        builder.growth(frame, line, draw(_COUNTS) // 8, draw(change), draw(change), draw(_COUNTS))


@st.composite
def _facts(draw: st.DrawFn) -> dict[str, Any]:
    maybe = st.one_of(_SECONDS, st.just(float("nan")))
    names = st.lists(_TEXT, max_size=2).map(tuple)
    return {
        "engine": draw(_TEXT),
        "mechanism": draw(_TEXT),
        "target": draw(st.builds(Target, st.sampled_from(list(TargetKind)), _TEXT, st.integers(1, 10**6))),
        "started": STARTED,
        "duration": draw(_SECONDS),
        "cpu": draw(_SECONDS),
        "environment": draw(
            st.builds(
                Environment,
                python=_TEXT,
                implementation=_TEXT,
                platform=_TEXT,
                machine=_TEXT,
                cpus=st.integers(1, 4096),
                directory=_TEXT,
                stdlib=names,
                site=names,
                packages=st.lists(st.tuples(_TEXT, _TEXT), max_size=2).map(tuple),
            )
        ),
        "cost": draw(st.builds(Cost, maybe, _COUNTS, maybe, _TEXT)),
        "error": draw(st.none() | st.builds(RunError, _TEXT, _TEXT, st.booleans())),
    }
