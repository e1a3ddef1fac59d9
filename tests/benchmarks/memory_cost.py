"""What memory per line costs: engine `memory` beside memory_profiler, on the same functions, in interleaved rounds.

    python tests/benchmarks/memory_cost.py [--rounds 5] [--lines 3000]

Prints, for each workload, how many times longer the run is than bare, and the ratio of the two: medians over the rounds of processor
time. memory_profiler runs as itself, with its own way of reading memory (psutil).
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from memory_profiler import LineProfiler

import workbench


def loops(n: int) -> int:
    """Lines that do next to nothing."""
    total = 0
    for number in range(n):
        total += number
    return total


def small(number: int) -> int:
    """A function of one line."""
    return number + 1


def calls(n: int) -> int:
    """Calls of a chosen function."""
    total = 0
    for number in range(n // 2):
        total += small(number)
    return total


def lists(n: int) -> int:
    """Lines that allocate."""
    kept = []
    for number in range(n // 2):
        kept.append([number] * 50)
    return len(kept)


def words(n: int) -> int:
    """Lines that take some microseconds each."""
    count = 0
    for number in range(n // 2):
        count += len(" ".join(["word"] * (number % 50 + 50)).split())
    return count


CHOSEN = (loops, small, calls, lists, words)
WORKLOADS: tuple[Callable[[int], int], ...] = (loops, calls, lists, words)


def bare(run: Callable[[], object]) -> float:
    """Processor seconds of the run alone."""
    begin = time.process_time()
    run()
    return time.process_time() - begin


def ours(run: Callable[[], object]) -> float:
    """The same under engine `memory`."""
    with workbench.profile("memory", functions=CHOSEN):
        return bare(run)


def theirs(run: Callable[[], object]) -> float:
    """The same under memory_profiler."""
    profiler: Any = LineProfiler(backend="psutil")
    for function in CHOSEN:
        profiler.add_function(function)
    profiler.enable()
    try:
        return bare(run)
    finally:
        profiler.disable()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lines", type=int, default=3_000, help="about how many lines each workload runs")
    asked = parser.parse_args()
    print(f"{'':10} {'memory':>9} {'memory_profiler':>16} {'times cheaper':>14}")
    for workload in WORKLOADS:
        rounds: list[dict[str, float]] = []
        for _ in range(asked.rounds + 1):
            ways = [("bare", bare), ("ours", ours), ("theirs", theirs)]
            random.shuffle(ways)
            rounds.append({name: way(partial(workload, asked.lines)) for name, way in ways})
        base = statistics.median(one["bare"] for one in rounds[1:])
        times = {name: statistics.median(one[name] for one in rounds[1:]) / base for name in ("ours", "theirs")}
        cheaper = statistics.median((one["theirs"] - base) / max(one["ours"] - base, 1e-9) for one in rounds[1:])
        print(f"{workload.__name__:10} {times['ours']:8.1f}x {times['theirs']:15.1f}x {cheaper:14.1f}")


if __name__ == "__main__":
    main()
