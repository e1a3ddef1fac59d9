"""From which size does each advice rule's better way pay? Naive and better in turns, medians of ratios.

    python tests/benchmarks/advice_rules.py [--only RULE ...] [--json FILE]

What counts is the processor's time, the clock's where a case waits, the peak where it is about memory. `pays from` is the smallest size
from which on better is at least 5 % ahead at every size that was tried. Exit code 1 where a rule pays at none.
"""

from __future__ import annotations

import argparse
import copy
import gc
import json
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from advising import Bench, examples, peak_ratio

from workbench.advice.table import RULES

PAIRS, SHORTEST, GAIN = 7, 0.002, 1.05


def seconds(function: Any, given: list[Any], clock: Callable[[], float]) -> float:
    """Seconds of one call, from as many as inputs are given, each its own copy."""
    begun = clock()
    for one in given:
        function(one)
    return (clock() - begun) / len(given)


def ratio(bench: Bench, size: int) -> float:
    """Naive over better at a size: the median of pairs measured in turns; of memory, the peaks, which are the same each time."""
    if bench.of == "memory":
        return peak_ratio(bench, size)
    clock = perf_counter if bench.of == "wall" else process_time
    made = bench.make(size)
    once = seconds(bench.naive, [copy.deepcopy(made)], perf_counter)
    many = max(1, min(2000, int(SHORTEST / max(once, 1e-7))))
    found = []
    for turn in range(PAIRS):
        sides = (bench.naive, bench.better) if turn % 2 else (bench.better, bench.naive)
        taken = {}
        for side in sides:
            given = [copy.deepcopy(made) for _ in range(many)]
            gc.collect()
            taken[side] = seconds(side, given, clock)
        found.append(taken[bench.naive] / taken[bench.better])
    return median(found)


def pays_from(ratios: dict[int, float]) -> int | None:
    """The smallest size from which on every ratio is a gain."""
    least = None
    for size in sorted(ratios, reverse=True):
        if ratios[size] < GAIN:
            break
        least = size
    return least


def main(argv: list[str] | None = None) -> int:
    """Measure, print the table, and say whether each rule pays."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", nargs="*", default=[], metavar="RULE")
    parser.add_argument("--json", type=Path, metavar="FILE")
    words = parser.parse_args(argv)
    chosen = [name for name in RULES if not words.only or name in {one.replace("-", "_") for one in words.only}]
    print(f"CPython {platform.python_version()}, {PAIRS} pairs each, by turns\n")
    print(f"{'rule':<22} {'case':<34} {'pays from':>9}  naive / better at each size")
    rows = []
    for name in chosen:
        for case, bench in examples(name).benches.items():
            ratios = {size: ratio(bench, size) for size in bench.sizes}
            least = pays_from(ratios)
            shown = "  ".join(f"{size:,}: {found:.2f}" for size, found in ratios.items())
            print(
                f"{name.replace('_', '-'):<22} {case:<34} {'never' if least is None else f'{least:,}':>9}  {shown}",
                flush=True,
            )
            rows.append({"rule": name, "case": case, "pays_from": least, "ratios": ratios})
    if words.json:
        words.json.write_text(json.dumps(rows, indent=2), encoding="utf-8")
    paying = {row["rule"] for row in rows if row["pays_from"] is not None}
    return 0 if paying == set(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
