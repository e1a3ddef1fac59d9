"""Does the sampler tell the truth? Programs that know where their time goes, against what engine `sample` says of them.

    python tests/benchmarks/accuracy.py [--only "busy loops,sleeps"] [--seconds 2] [--runs 1] [--json FILE] [--markdown]

Each program runs in a fresh process under `workbench.profile()`, and takes its own time with its own clocks. A row compares the
share of one line or function in one measure; both sides are shares of the time of all threads together. Marks are lines
(`# at: mark`, with all they call) or functions (by total time).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import programs

if TYPE_CHECKING:
    from workbench.model.recording import Recording

LIMIT = 0.03
MEASURES = ("wall", "python", "native", "waiting")


def work(name: str, seconds: float) -> dict[str, Any]:
    """Run one program under the sampler in this process: its rows, its samples, and how much of all time was seen."""
    import workbench

    truth = programs.Truth()
    with workbench.profile() as profile:
        begin = perf_counter()
        programs.PROGRAMS[name](seconds, truth)
        total = perf_counter() - begin + truth.threads
    recording = profile.recording
    return {
        "program": name,
        "samples": recording.cost.samples,
        "seconds": recording.duration,
        "mechanism": recording.mechanism,
        "notes": list(recording.notes),
        "rows": [row | {"program": name} for row in compare(recording, truth, total)],
    }


def compare(recording: Recording, truth: programs.Truth, total: float) -> list[dict[str, Any]]:
    """A row per mark and measure: the true share, the share seen, and their difference."""
    from workbench.analysis.functions import whole

    everything = whole(recording)
    rows = [
        {"mark": "(all)", "measure": "wall", "true": 1.0, "seen": everything / total, "off": everything / total - 1}
    ]
    for mark, wall in truth.wall.items():
        cpu = truth.cpu[mark]
        native = mark in truth.native
        expected = {
            "wall": wall,
            "python": 0.0 if native else cpu,
            "native": cpu if native else 0.0,
            "waiting": wall - cpu,
        }
        seen = line_at(recording, mark) or function_named(recording, mark)
        for measure in MEASURES:
            true, share = expected[measure] / total, seen.get(measure, 0.0) / everything
            rows.append({"mark": mark, "measure": measure, "true": true, "seen": share, "off": share - true})
    return rows


def line_at(recording: Recording, mark: str) -> dict[str, float]:
    """The line heat of the line that ends in `# at: mark`; zeros where there is such a line but no sample, empty where there is none."""
    from workbench.analysis.lines import lines

    found = [row for row in lines(recording) if row.source.endswith(f"# at: {mark}")]
    if found:
        return {measure: sum(getattr(row, measure) for row in found) for measure in MEASURES}
    known = f"# at: {mark}\n" in Path(programs.__file__).read_text("utf-8")
    return dict.fromkeys(MEASURES, 0.0) if known else {}


def function_named(recording: Recording, name: str) -> dict[str, float]:
    """A function's total time by measure, each of its frames once per sample."""
    import numpy as np

    from workbench.analysis.tree import self_weights, topmost, total_weights

    names = np.array(
        [recording.frame_name(at).split(".")[-1] == name for at in range(len(recording.frames))] or [False]
    )
    mine = names[recording.stacks.frame]
    top = topmost(recording.stacks, mine.astype(np.int64)) & mine
    total = total_weights(recording.stacks, self_weights(recording))
    return {measure: float(getattr(total, measure)[top].sum()) for measure in MEASURES}


def in_a_fresh_process(name: str, seconds: float) -> dict[str, Any]:
    """`work` in a new interpreter, with one BLAS thread."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    words = [sys.executable, __file__, "--work", json.dumps([name, seconds])]
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def shown(results: list[dict[str, Any]], markdown: bool) -> str:
    """A line per program and mark; in each measure the true share, the share seen, and a mark where they differ by more than 3 points."""
    table = [["program", "samples", "mark", *(f"{measure}: true, seen" for measure in MEASURES), "worst"]]
    for result in results:
        marks: dict[str, dict[str, Any]] = {}
        for row in result["rows"]:
            marks.setdefault(row["mark"], {})[row["measure"]] = row
        for mark, cells in marks.items():
            worst = max((abs(row["off"]) for row in cells.values()), default=0.0)
            said = [_pair(cells.get(measure)) for measure in MEASURES]
            flag = f"{100 * worst:.1f}" + (" !" if worst > LIMIT else "")
            table.append([result["program"], str(result["samples"]), mark, *said, flag])
    if markdown:
        table.insert(1, ["---"] * len(table[0]))
        return "\n".join("| " + " | ".join(line) + " |" for line in table)
    widths = [max(len(line[at]) for line in table) for at in range(len(table[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in table
    )


def _pair(row: dict[str, Any] | None) -> str:
    return f"{100 * row['true']:5.1f} {100 * row['seen']:5.1f}" if row else ""


def main() -> None:
    """Run what is asked and print it; exit 1 where a row is off by more than 3 points."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="programs, by comma and space")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of a run")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        print(json.dumps(work(*json.loads(asked.work))))
        return
    names = [name for name in programs.PROGRAMS if not asked.only or name in asked.only]
    results = [in_a_fresh_process(name, asked.seconds) for name in names for _ in range(asked.runs)]
    print(shown(results, asked.markdown))
    off = [row for result in results for row in result["rows"] if abs(row["off"]) > LIMIT]
    print(f"\n{len(off)} of {sum(len(result['rows']) for result in results)} rows are off by more than 3 points")
    if asked.json:
        Path(asked.json).write_text(json.dumps(results, indent=1), "utf-8")
    sys.exit(bool(off))


if __name__ == "__main__":
    main()
