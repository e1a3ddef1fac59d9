"""From which size each pair of `workbench.patterns.structures` pays, in time and in memory.

    python tests/benchmarks/structures.py [--rounds 15] [--only "queue,slots"] [--verdicts 4s] [--json FILE]

Time: at each size both ways run in turns, as often in a row as takes about two milliseconds, in a random order within each round; the
ratio is taken within its round, and the median over the rounds is kept. The clock is the processor's: what else runs does not count.
Memory: the highest number of bytes that tracemalloc sees in use during a call beyond what was there before it, input not counted, and
what is still held after it. A way pays from a size on where it takes at most 0.97 of the naive one at that size and at all greater ones.
With `--verdicts`, `workbench.compare` is asked about the greatest size, in fresh processes and with that budget for each pair.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import random
import statistics
import time
import tracemalloc
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import workbench
from workbench.patterns.structures import PAIRS

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.patterns.structures import Pair

PAYS = 0.97
SAMPLE = 0.002
"""Seconds that one sample should take."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A pair at a size: better over naive in time and in highest memory, and bytes that each still holds after the call."""

    size: int
    naive_us: float
    time: float
    memory: float
    naive_bytes: int
    naive_held: int
    better_held: int


def seconds(way: Callable[[Any], object], given: object, calls: int) -> float:
    """Of the processor, for so many calls in a row."""
    begin = time.process_time()
    for _ in range(calls):
        way(given)
    return time.process_time() - begin


def memory(way: Callable[[Any], object], given: object) -> tuple[int, int]:
    """The highest number of bytes in use during a call, and of those held after it while its result is dropped."""
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        way(given)
        peak = tracemalloc.get_traced_memory()[1] - before
        gc.collect()
        return max(peak, 1), max(tracemalloc.get_traced_memory()[0] - before, 0)
    finally:
        tracemalloc.stop()


def measured(pair: Pair[Any, Any], size: int, rounds: int) -> Measured:
    """One row: the first round warms up and is left out."""
    given = pair.make(size)
    peaks = {name: memory(way, given) for name, way in (("naive", pair.naive), ("better", pair.better))}
    pair.naive(given)
    calls = max(1, int(SAMPLE / max(seconds(pair.naive, given, 3) / 3, 1e-9)))
    ratios: list[float] = []
    naive: list[float] = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds + 1):
            ways = [("naive", pair.naive), ("better", pair.better)]
            random.shuffle(ways)
            took = {name: seconds(way, given, calls) for name, way in ways}
            ratios.append(took["better"] / took["naive"])
            naive.append(took["naive"] / calls)
    finally:
        gc.enable()
    return Measured(
        size,
        statistics.median(naive[1:]) * 1e6,
        statistics.median(ratios[1:]),
        peaks["better"][0] / peaks["naive"][0],
        peaks["naive"][0],
        peaks["naive"][1],
        peaks["better"][1],
    )


def crossover(rows: list[tuple[int, float]]) -> int | None:
    """The smallest size from which on the better way pays at each size, None where it does not at the greatest."""
    found = None
    for size, ratio in reversed(rows):
        if ratio > PAYS:
            break
        found = size
    return found


def verdict(pair: Pair[Any, Any], budget: str) -> str:
    """What `workbench.compare` says of the pair at its greatest size."""
    said = workbench.compare(pair.naive, pair.better, inputs=[(pair.make(pair.sizes[-1]),)], budget=budget)
    return said.text().splitlines()[0]


def told(pair: Pair[Any, Any], rows: list[Measured]) -> str:
    """The lines of one pair."""
    lines = [f"{pair.name} (gains {pair.gains})"]
    for what in ("time", "memory"):
        size = crossover([(row.size, getattr(row, what)) for row in rows])
        ratios = "  ".join(f"{row.size}: {getattr(row, what):.2f}" for row in rows)
        lines.append(f"  {what:6} pays from {'never' if size is None else f'{size:,}':>6}   {ratios}")
    last = rows[-1]
    lines.append(
        f"  naive at {last.size:,}: {last.naive_us:,.0f} us, {last.naive_bytes:,} bytes; "
        f"held after it: naive {last.naive_held:,}, better {last.better_held:,} bytes"
    )
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and keep as JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="names of pairs, with commas between")
    parser.add_argument("--verdicts", default="", help="a budget for workbench.compare on each pair, such as 4s")
    parser.add_argument("--json", default="")
    asked = parser.parse_args()
    names = {name.strip() for name in asked.only.split(",") if name.strip()}
    print(f"CPython {platform.python_version()}, better over naive, medians of {asked.rounds} rounds by turns\n")
    kept: dict[str, list[dict[str, Any]]] = {}
    for pair in PAIRS:
        if names and pair.name not in names:
            continue
        rows = [measured(pair, size, asked.rounds) for size in pair.sizes]
        kept[pair.name] = [asdict(row) for row in rows]
        print(told(pair, rows), flush=True)
        if asked.verdicts:
            print(f"  at {pair.sizes[-1]:,}: {verdict(pair, asked.verdicts)}", flush=True)
    if asked.json:
        Path(asked.json).write_text(json.dumps({"python": platform.python_version(), "pairs": kept}), "utf-8")


if __name__ == "__main__":
    main()
