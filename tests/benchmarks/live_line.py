"""What the live line costs a cell: interleaved pairs of one profiled cell in a real kernel, with the line and without.

    python tests/benchmarks/live_line.py [--pairs 20] [--seconds 5] [--programs loop,calls,threads] [--delay S] [--period S] [--json FILE]

Both cells of a pair run the same amount of work under `%%profile`, in a random order, each after a garbage collection; only one is
asked for as a notebook's front end asks, so that it has the line. The clock stands around the work alone. A ratio (with / without) is taken
within its pair, of wall time and of the process's CPU time; shown are the median and the interval that holds the median of all such
pairs with the given confidence, by ranks. `a line` is how often it was sent in a cell.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from live_kernel import LiveKernel

PROGRAMS = {
    "loop": "def unit():\n    total = 0\n    for number in range(20_000):\n        total += number * number % 7\n    return total",
    "calls": "def one(x):\n    return x + 1\ndef unit():\n    for number in range(10_000):\n        one(number)",
    "threads": "import threading\ndef part():\n    for number in range(20_000):\n        number * number\ndef unit():\n"
    "    both = [threading.Thread(target=part) for _ in range(2)]\n    for one in both: one.start()\n    for one in both: one.join()",
}
AROUND = """\
import gc, time
def measured(units):
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(units):
        unit()
    return time.perf_counter() - wall, time.process_time() - cpu
def wanted(seconds):
    units, taken = 1, 0.0
    while taken < 0.2:
        units *= 2
        taken = measured(units)[0]
    return max(round(units * seconds / taken), 1)
"""


def interval(ratios: list[float], confidence: float = 0.95) -> tuple[float, float]:
    """The narrowest symmetric pair of ranks that holds the median with at least this confidence; NaN with too few pairs."""
    ordered, count = sorted(ratios), len(ratios)
    for rank in range(count // 2, 0, -1):
        outside = 2 * sum(math.comb(count, below) for below in range(rank)) / 2**count
        if outside <= 1 - confidence:
            return ordered[rank - 1], ordered[count - rank]
    return math.nan, math.nan


def one(kernel: LiveKernel, units: int, *, line: bool) -> tuple[float, float, int]:
    """(wall, CPU) seconds of the work in one cell, and how many lines were sent."""
    shown = kernel.show(f"%%profile\ntook = measured({units})", cell="cell-1" if line else None)
    wall, cpu = kernel.value("took")
    return wall, cpu, len(shown.lines)


def measure(program: str, options: argparse.Namespace) -> dict[str, object]:
    """All pairs of one program, in one kernel."""
    kernel = LiveKernel()
    try:
        for code in ("%load_ext workbench", AROUND, PROGRAMS[program], "import workbench.magics.live as live"):
            ran = kernel.run(code)
            assert ran.error is None, ran.error
        for name, value in (("DELAY", options.delay), ("PERIOD", options.period)):
            if value is not None:
                kernel.run(f"live.{name} = {value}")
        units = kernel.value(f"wanted({options.seconds})")
        walls, cpus, sent = [], [], []
        for pair in range(options.pairs):
            order = random.choice([(True, False), (False, True)])
            found = {line: one(kernel, units, line=line) for line in order}
            assert found[False][2] == 0
            walls.append(found[True][0] / found[False][0])
            cpus.append(found[True][1] / found[False][1])
            sent.append(found[True][2])
            print(f"{program} {pair + 1}/{options.pairs}: {walls[-1]:.4f}", file=sys.stderr)
    finally:
        kernel.stop()
    return {"program": program, "wall": walls, "cpu": cpus, "lines": sent}


def main() -> None:
    """Measure and print one row for each program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--programs", default=",".join(PROGRAMS))
    parser.add_argument("--delay", type=float)
    parser.add_argument("--period", type=float)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = [measure(program, options) for program in options.programs.split(",")]
    for row in rows:
        for kind in ("wall", "cpu"):
            ratios = row[kind]
            low, high = interval(ratios)
            print(
                f"{row['program']:8} {kind:4}  {statistics.median(ratios):.4f}  [{low:.4f}, {high:.4f}] (95 %)  "
                f"{len(ratios)} pairs, a line {statistics.median(row['lines']):.0f} times"
            )
    if options.json:
        options.json.write_text(json.dumps(rows))


if __name__ == "__main__":
    main()
