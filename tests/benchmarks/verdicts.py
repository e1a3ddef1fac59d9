"""Are the verdicts right? Identical code, alone and beside a noisy neighbour, and code that is faster by a known ratio.

    python tests/benchmarks/verdicts.py [--runs 100] [--budget 6] [--only "identical,5 %"] [--json FILE] [--markdown]

Each comparison is a whole paired benchmark as `workbench.compare` runs it. Beside its verdict stand those that other rules
give on the very same samples, taken as whoever runs the old code first and then the new one has them: the old code's samples
of the first half of the processes, the new code's of the second half. `timeit` takes the best of each; `pyperf` pools all and
asks Student's t at 95 %; `min-of-N` wants 5 % between the minima.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import mean, median, variance
from typing import TYPE_CHECKING, Any

from workbench.model.benchmark import Arm
from workbench.timing import pickling
from workbench.timing.carrier import carry
from workbench.timing.paired import Plan, benchmark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.model.benchmark import Points

FASTER, SLOWER, NOTHING = "faster", "slower", "nothing"
NOISE = """
import random, time
while True:
    end = time.perf_counter() + random.uniform(0.02, 0.4)
    while time.perf_counter() < end:
        sum(range(1000))
    time.sleep(random.uniform(0.02, 0.4))
"""


def base(count: int) -> int:
    """The old code."""
    total = 0
    for value in range(count):
        total += value * value % 7
    return total


def base_again(count: int) -> int:
    """The same, written once more."""
    total = 0
    for value in range(count):
        total += value * value % 7
    return total


def slower_by_5(count: int) -> int:
    """5 % more rounds of the same."""
    total = 0
    for value in range(count * 21 // 20):
        total += value * value % 7
    return total


def slower_by_half(count: int) -> int:
    """Half as many rounds more."""
    total = 0
    for value in range(count * 3 // 2):
        total += value * value % 7
    return total


CASES: dict[str, tuple[Callable[[int], int], Callable[[int], int], float, bool]] = {
    "identical, quiet": (base, base_again, 1.0, False),
    "identical, noisy": (base, base_again, 1.0, True),
    "5 %": (slower_by_5, base, 1.05, False),
    "1.5x": (slower_by_half, base, 1.5, False),
}
"""Name -> old, new, how many times as fast the new one is, whether another program keeps a processor busy at intervals."""
BUDGETS = {"5 %": 30.0, "1.5x": 10.0}
"""Seconds for a comparison, where that is part of what is to be shown; the others take what is asked for."""


def one(name: str, budget: float, seed: int) -> dict[str, Any]:
    """One comparison: the verdicts of all rules, the interval, and how long it took."""
    old, new, true, noisy = CASES[name]
    calls = tuple(pickling.dumps(((count,), {})) for count in range(3000, 3400, 20))
    neighbour = subprocess.Popen([sys.executable, "-c", NOISE]) if noisy else None
    try:
        done = benchmark(Plan((carry(old), carry(new)), calls, BUDGETS.get(name, budget), seed=seed))
    finally:
        if neighbour is not None:
            neighbour.kill()
            neighbour.wait()
    verdicts = {"workbench": {"faster": FASTER, "slower": SLOWER}.get(str(done.verdict), NOTHING)}
    before, after = halves(done.points)
    verdicts |= {rule: found(before, after) for rule, found in RULES.items()}
    return {
        "case": name,
        "verdict": str(done.verdict),
        "code": done.code,
        "verdicts": verdicts,
        "ratio": done.ratio.ratio,
        "covered": done.ratio.low <= true <= done.ratio.high,
        "width": done.ratio.high / done.ratio.low - 1,
        "seconds": done.seconds,
        "processes": done.ratio.processes,
    }


def halves(points: Points) -> tuple[list[float], list[float]]:
    """Seconds for one call: the old code's in the first half of the processes, the new code's in the second."""
    middle = (int(points.process.max()) + 1) // 2 if len(points) else 0
    before = points.wall[(points.arm == Arm.OLD) & (points.process < middle) & ~points.first]
    after = points.wall[(points.arm == Arm.NEW) & (points.process >= middle) & ~points.first]
    return before.tolist(), after.tolist()


def best_of(before: list[float], after: list[float]) -> str:
    """timeit's best: whoever has the smaller minimum is called the faster one."""
    return FASTER if min(after) < min(before) else SLOWER


def student(before: list[float], after: list[float]) -> str:
    """Student's t with pooled variance, two-sided at 95 %, as `pyperf compare_to` judges; the normal quantile, as there are hundreds."""
    n, m = len(before), len(after)
    pooled = ((n - 1) * variance(before) + (m - 1) * variance(after)) / (n + m - 2)
    error = math.sqrt(pooled * (1 / n + 1 / m))
    t = (mean(before) - mean(after)) / error if error else 0.0
    return NOTHING if abs(t) < 1.96 else FASTER if t > 0 else SLOWER


def minimum(before: list[float], after: list[float]) -> str:
    """The least of N runs each, and 5 % between them."""
    ratio = min(before) / min(after)
    return FASTER if ratio > 1.05 else SLOWER if ratio < 1 / 1.05 else NOTHING


RULES = {"timeit, best of N": best_of, "pyperf, t-test": student, "min-of-N, 5 %": minimum}


def table(results: list[dict[str, Any]]) -> Iterator[list[str]]:
    """A row for each case and rule: how often it said what, and of ours how often the interval held the true ratio."""
    yield ["case", "rule", "faster", "slower", "nothing shown", "runs", "interval held the truth", "median seconds"]
    for case in CASES:
        mine = [result for result in results if result["case"] == case]
        if not mine:
            continue
        for rule in ("workbench", *RULES):
            said = Counter(result["verdicts"][rule] for result in mine)
            shares = [f"{100 * said[word] / len(mine):.0f} %" for word in (FASTER, SLOWER, NOTHING)]
            ours = rule == "workbench"
            held = f"{100 * mean(result['covered'] for result in mine):.0f} %" if ours else ""
            took = f"{median(result['seconds'] for result in mine):.1f}" if ours else ""
            yield [case, rule, *shares, str(len(mine)), held, took]


def shown(rows: list[list[str]], markdown: bool) -> str:
    """The table, its columns in line."""
    if markdown:
        rows = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def main() -> None:
    """Run what is asked, print the table; exit 1 where identical code was called faster or slower in more than 2 % of runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--budget", type=float, default=6.0, help="seconds for each comparison of identical code")
    parser.add_argument("--only", default="", help="cases, by comma")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--markdown", action="store_true")
    asked = parser.parse_args()
    names = [name for name in CASES if not asked.only or any(word.strip() in name for word in asked.only.split(","))]
    results = []
    for at in range(asked.runs):
        for name in names:
            results.append(one(name, asked.budget, at))
            print(f"\r{len(results)} of {asked.runs * len(names)}", end="", file=sys.stderr)
    print("\r", end="", file=sys.stderr)
    print(shown(list(table(results)), asked.markdown))
    if asked.json:
        Path(asked.json).write_text(json.dumps(results, indent=1), "utf-8")
    alike = [result for result in results if result["case"].startswith("identical")]
    wrong = sum(result["verdicts"]["workbench"] != NOTHING for result in alike)
    sys.exit(bool(alike) and wrong > 0.02 * len(alike))


if __name__ == "__main__":
    main()
