"""Every engine beside the raw tools, on the eight workloads, in one run: CPU time against the bare run, medians of interleaved rounds.

    python tests/benchmarks/engines.py [--rounds 3] [--seconds 0.3] [--only "tiny calls,loops"] [--without memory] [--json FILE]

Prints the README's table. Each workload meets each group of tools in a fresh process; there, in every round, the bare run and the tools of
the group run in a random order. An engine stands in one group with the tool it is held against. `memory` and memory_profiler run one
unit of the work only, because memory_profiler takes up to a thousand times as long.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import overhead
import workloads

if TYPE_CHECKING:
    from collections.abc import Iterator

EIGHT = (*("tiny calls", "loops", "string parsing", "numpy/pandas", "allocation", "asyncio", "generators", "threads"),)
GROUPS: dict[str, tuple[str, ...]] = {
    "sample": ("sample", "pyinstrument"),
    "cpu": ("cpu", "cProfile"),
    "lines": ("lines", "line_profiler"),
    "memory": ("memory", "memory_profiler"),
    "heap": ("heap", "memray"),
    "tasks": ("tasks",),
    "viztracer": ("viztracer",),
}
COMPARED = (("cpu", "cProfile"), ("lines", "line_profiler"), ("memory_profiler", "memory"), ("heap", "memray"))


@contextmanager
def with_memray(_: dict[str, Any]) -> Iterator[None]:
    """memray alone, with its defaults, to a file of its own."""
    import tempfile

    import memray

    with tempfile.TemporaryDirectory() as folder, memray.Tracker(f"{folder}/run.bin"):
        yield


@contextmanager
def with_viztracer(_: dict[str, Any]) -> Iterator[None]:
    """viztracer alone, with its defaults, nothing written."""
    from viztracer import VizTracer

    tracer = VizTracer(verbose=0)
    tracer.start()
    try:
        yield
    finally:
        tracer.stop()
        tracer.clear()


@contextmanager
def with_memory_profiler(_: dict[str, Any]) -> Iterator[None]:
    """memory_profiler on all functions of the workloads."""
    from memory_profiler import LineProfiler

    profiler = LineProfiler(backend="psutil")
    for value in vars(workloads).values():
        if callable(value) and getattr(value, "__module__", "") == workloads.__name__:
            profiler.add_function(value)
    profiler.enable_by_count()
    try:
        yield
    finally:
        profiler.disable_by_count()


overhead.WAYS.update(
    {
        "heap": overhead.with_workbench("heap"),
        "tasks": overhead.with_workbench("tasks"),
        "memory": overhead.with_workbench("memory", modules=[workloads]),
        "memray": with_memray,
        "viztracer": with_viztracer,
        "memory_profiler": with_memory_profiler,
    }
)
overhead.__dict__["__file__"] = __file__


def collect(names: list[str], groups: list[str], rounds: int, seconds: float) -> list[dict[str, Any]]:
    """All rows, telling on stderr how far it is."""
    rows = []
    for name in names:
        for group in groups:
            tools = list(GROUPS[group])
            print(f"{name}: {', '.join(tools)}", file=sys.stderr, flush=True)
            once = group == "memory"
            found = overhead.in_a_fresh_process(name, tools, 1 if once else rounds, 1e-9 if once else seconds)
            rows += [overhead.row(name, tool, found) for tool in tools]
            rows += [overhead.row(name, one, found, other) for one, other in COMPARED if {one, other} <= set(tools)]
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """A line per tool and per pair, a column per workload, then the median."""
    names = list(dict.fromkeys(row["workload"] for row in rows))
    tools = list(dict.fromkeys(row["tool"] for row in rows))
    by = {(row["tool"], row["workload"]): row["cpu"] for row in rows}
    lines = [["", *names, "median"], ["---", *("---:" for _ in names), "---:"]]
    for tool in tools:
        ratios = [by[tool, name] for name in names]
        lines.append([tool, *map(_short, ratios), _short(statistics.median(ratios))])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _short(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 20 else f"{ratio:.1f}" if ratio >= 5 else f"{ratio:.2f}"


def main() -> None:
    """Measure what is asked and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.3, help="length of a bare run")
    parser.add_argument("--only", default="", help="workloads, by comma")
    parser.add_argument("--without", default="", help="groups to leave out, by comma")
    parser.add_argument("--json", metavar="FILE", help="write every row there")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        print(json.dumps(overhead.work(*json.loads(asked.work))))
        return
    names = [name.strip() for name in asked.only.split(",") if name.strip()] or list(EIGHT)
    left_out = {name.strip() for name in asked.without.split(",")}
    rows = collect(names, [group for group in GROUPS if group not in left_out], asked.rounds, asked.seconds)
    print(table(rows))
    if asked.json:
        Path(asked.json).write_text(json.dumps({"python": sys.version.split()[0], "rows": rows}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
