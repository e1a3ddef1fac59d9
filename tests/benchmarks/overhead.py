"""What a profiler costs: CPU and wall time against the bare run, medians of interleaved pairs.

    python tests/benchmarks/overhead.py [--pairs 9] [--seconds 0.6] [--only "tiny calls,loops"] [--tools sample,cpu]
                                         [--json FILE] [--markdown]

Each workload meets each group of tools in a fresh process. There, in every round, the bare run and the tools of the group
run in a random order, after a garbage collection; a ratio is taken within its round, and the median over the rounds is
shown. `cpu` shares its group with raw cProfile, and `lines` with raw line_profiler (both on all functions of the workloads), so that
their ratios are paired too. The clock stands around the workload
alone: what a tool takes to start, stop and report is shown apart.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import workloads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

GROUPS = (("sample",), ("cProfile", "cpu"), ("pyinstrument",), ("line_profiler", "lines"))
TOOLS = ("sample", "cpu", "cProfile", "pyinstrument", "line_profiler", "lines")
PAIRED = (("cpu", "cProfile"), ("lines", "line_profiler"))
SLOW = {"line_profiler", "lines", "pyinstrument", "cProfile", "cpu"}


@contextmanager
def bare(_: dict[str, Any]) -> Iterator[None]:
    """No tool."""
    yield


def with_workbench(engine: str, **options: Any) -> Callable[[dict[str, Any]], AbstractContextManager[None]]:
    """One of the workbench's engines; notes the samples it took."""

    @contextmanager
    def tool(notes: dict[str, Any]) -> Iterator[None]:
        import workbench

        with workbench.profile(engine, **options) as profile:
            yield
        notes["samples"] = profile.samples
        notes["own"] = profile.cost.own

    return tool


@contextmanager
def with_cprofile(_: dict[str, Any]) -> Iterator[None]:
    """cProfile alone."""
    import cProfile

    profiler = cProfile.Profile()
    profiler.enable()
    try:
        yield
    finally:
        profiler.disable()


@contextmanager
def with_pyinstrument(_: dict[str, Any]) -> Iterator[None]:
    """pyinstrument at its default interval of 1 ms."""
    from pyinstrument import Profiler

    profiler = Profiler(async_mode="disabled")
    profiler.start()
    try:
        yield
    finally:
        profiler.stop()


@contextmanager
def with_line_profiler(_: dict[str, Any]) -> Iterator[None]:
    """line_profiler on all functions of the workloads."""
    from line_profiler import LineProfiler

    profiler = LineProfiler()
    profiler.add_module(workloads)
    profiler.enable_by_count()
    try:
        yield
    finally:
        profiler.disable_by_count()


WAYS: dict[str, Callable[[dict[str, Any]], AbstractContextManager[None]]] = {
    "bare": bare,
    "sample": with_workbench("sample"),
    "cpu": with_workbench("cpu"),
    "cProfile": with_cprofile,
    "pyinstrument": with_pyinstrument,
    "line_profiler": with_line_profiler,
    "lines": with_workbench("lines", modules=[workloads]),
}


def measure(tool: str, unit: Callable[[Any], Any], data: Any, units: int) -> dict[str, Any]:
    """One run of `units` units under a tool: CPU and wall seconds of the workload, and wall seconds of all the tool does around it."""
    notes: dict[str, Any] = {}
    gc.collect()
    outer = time.perf_counter()
    with WAYS[tool](notes):
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(units):
            unit(data)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {"cpu": cpu, "wall": wall, "around": time.perf_counter() - outer - wall, **notes}


def units_for(unit: Callable[[Any], Any], data: Any, seconds: float) -> int:
    """How many units make a bare run of about so many seconds."""
    unit(data)
    begin = time.perf_counter()
    unit(data)
    unit(data)
    return max(1, round(2 * seconds / (time.perf_counter() - begin)))


def work(name: str, group: list[str], pairs: int, seconds: float) -> list[dict[str, dict[str, Any]]]:
    """The rounds of one workload and one group of tools, in this process: tool -> its run, for each round."""
    prepare, unit = workloads.WORKLOADS[name]
    data, rng = prepare(), random.Random()
    units = units_for(unit, data, seconds)
    for tool in group:
        measure(tool, unit, data, 1)
    rounds = []
    for _ in range(pairs):
        order = ["bare", *group]
        rng.shuffle(order)
        runs = {tool: measure(tool, unit, data, units) for tool in order}
        rounds.append(runs)
    return rounds


def in_a_fresh_process(name: str, group: list[str], pairs: int, seconds: float) -> list[dict[str, dict[str, Any]]]:
    """`work` in a new interpreter, with one BLAS thread."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    words = [sys.executable, __file__, "--work", json.dumps([name, group, pairs, seconds])]
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"{name} under {', '.join(group)} failed:\n{done.stderr}")
    rounds: list[dict[str, dict[str, Any]]] = json.loads(done.stdout.splitlines()[-1])
    return rounds


def row(name: str, tool: str, rounds: list[dict[str, dict[str, Any]]], base: str = "bare") -> dict[str, Any]:
    """The ratios of a tool to the run it is compared with, over all rounds."""
    cpu = sorted(one[tool]["cpu"] / one[base]["cpu"] for one in rounds)
    wall = [one[tool]["wall"] / one[base]["wall"] for one in rounds]
    return {
        "workload": name,
        "tool": tool if base == "bare" else f"{tool} / {base}",
        "cpu": statistics.median(cpu),
        "cpu_low": cpu[len(cpu) // 4],
        "cpu_high": cpu[-1 - len(cpu) // 4],
        "wall": statistics.median(wall),
        "pairs": len(rounds),
        "seconds": statistics.median(one["bare"]["wall"] for one in rounds),
        "around": statistics.median(one[tool]["around"] for one in rounds),
        "rate": statistics.median(one[tool].get("samples", 0) / one[tool]["wall"] for one in rounds),
    }


def collect(names: list[str], tools: list[str], pairs: int, seconds: float) -> list[dict[str, Any]]:
    """All rows, telling on stderr how far it is."""
    rows = []
    for name in names:
        for group in GROUPS:
            asked = [tool for tool in group if tool in tools]
            if not asked:
                continue
            print(f"{name}: {', '.join(asked)}", file=sys.stderr, flush=True)
            count = max(3, pairs // 2) if set(asked) & SLOW and "cpu" not in asked else pairs
            rounds = in_a_fresh_process(name, asked, count, seconds)
            rows += [row(name, tool, rounds) for tool in asked]
            rows += [row(name, ours, rounds, raw) for ours, raw in PAIRED if {ours, raw} <= set(asked)]
    return rows


def shown(rows: list[dict[str, Any]], field: str, markdown: bool) -> str:
    """The table of one ratio: a line per workload, a column per tool, then the median and the worst."""
    heads = list(dict.fromkeys(one["tool"] for one in rows))
    by = {(one["workload"], one["tool"]): one for one in rows}
    names = list(dict.fromkeys(one["workload"] for one in rows))
    body = [[name, *(_ratio(by.get((name, head)), field) for head in heads)] for name in names]
    for label, pick in (("median", statistics.median), ("worst", max)):
        body.append([label, *(f"{pick([one[field] for one in rows if one['tool'] == head]):.3f}" for head in heads)])
    if "sample" in heads:
        heads.append("samples/s")
        for line, name in zip(body, [*names, "", ""], strict=True):
            found = by.get((name, "sample"))
            line.append(f"{found['rate']:.0f}" if found else "")
    table = [[f"{field} time / bare", *heads], *body]
    if markdown:
        table.insert(1, ["---", *("---:" for _ in heads)])
        return "\n".join("| " + " | ".join(line) + " |" for line in table)
    widths = [max(len(line[at]) for line in table) for at in range(len(heads) + 1)]
    return "\n".join(
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in table
    )


def _ratio(found: dict[str, Any] | None, field: str) -> str:
    if found is None:
        return ""
    spread = f" ±{(found['cpu_high'] - found['cpu_low']) / 2:.3f}" if field == "cpu" else ""
    return f"{found[field]:.3f}{spread}"


def main() -> None:
    """Measure what is asked and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=9, help="rounds per workload and tool")
    parser.add_argument("--seconds", type=float, default=0.6, help="length of a bare run")
    parser.add_argument("--only", default="", help="workloads, by comma")
    parser.add_argument("--tools", default=",".join(TOOLS), help="tools, by comma")
    parser.add_argument("--json", metavar="FILE", help="write every row there")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        print(json.dumps(work(*json.loads(asked.work))))
        return
    names = [name.strip() for name in asked.only.split(",") if name.strip()] or list(workloads.WORKLOADS)
    tools = [tool.strip() for tool in asked.tools.split(",")]
    for word, known in ((set(names), set(workloads.WORKLOADS)), (set(tools), set(TOOLS))):
        if word - known:
            parser.error(f"not known: {', '.join(sorted(word - known))}; known: {', '.join(sorted(known))}")
    rows = collect(names, tools, asked.pairs, asked.seconds)
    for field in ("cpu", "wall"):
        print(shown(rows, field, asked.markdown), end="\n\n")
    around = {tool: statistics.median(one["around"] for one in rows if one["tool"] == tool) for tool in tools}
    print(
        "start, stop and report, median: "
        + ", ".join(f"{tool} {1000 * value:.1f} ms" for tool, value in around.items())
    )
    if asked.json:
        Path(asked.json).write_text(json.dumps({"python": sys.version.split()[0], "rows": rows}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
