"""Are honest improvements verified? Each of a small project's, on real data, by the whole loop, as a user has it.

    python tests/benchmarks/honest.py [--only NAME] [--budget 20s] [--json FILE]

`tests/improvements` is copied to a temporary folder, and each improvement is studied in a process of its own: baseline, profile, record,
candidate, verify. Some are not to be verified, and say why. Exit code 1 where fewer than ten are verified of all,
or where one that was asked for by `--only` does not come out as expected.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from workbench import units

HERE = Path(__file__).resolve().parent
PROJECT, DATA = HERE.parent / "improvements", HERE.parents[1] / "data" / "packages.txt"
FEWEST = 10
PATIENCE = 300.0
"""Seconds after which a study that does not come to its end is ended."""
MARKS = {"pass": "+", "fail": "-", "unknown": "?", "not applicable": "o"}
COLUMNS = (
    "improvement",
    "target",
    "calls recorded",
    "ratio (interval)",
    "saved per run",
    "six items",
    "verdict",
    "took",
)


def copied(folder: Path) -> Path:
    """The project with its data, in a folder of its own."""
    project = shutil.copytree(PROJECT, folder / "project", ignore=shutil.ignore_patterns("__pycache__"))
    (project / "data").mkdir(exist_ok=True)
    shutil.copy(DATA, project / "data")
    return project


def names(project: Path) -> dict[str, str]:
    """The improvements there are, each with the verdict that is expected."""
    sys.path.insert(0, str(project))
    import cases  # type: ignore[import-not-found,unused-ignore]

    return {one.name: one.expected for one in cases.IMPROVEMENTS}


def studied(name: str, folder: Path, budget: str) -> dict[str, Any]:
    """One improvement by the whole loop, in this process, whose folder is the project's: what came of it."""
    import cases  # type: ignore[import-not-found,unused-ignore]

    import workbench

    begin = perf_counter()
    one = next(one for one in cases.IMPROVEMENTS if one.name == name)
    study = workbench.Study(folder, target=one.slow(), workload=one.run)
    study.baseline()
    study.profile()
    seen = study.record().record.seen
    study.hypothesis(one.name, target="f1")
    study.candidate(one.fast(), note=one.name)
    found = study.verify(budget=budget, allow=one.allow)
    event = study._loop.verdicts()["c1"].data
    return {
        "name": name,
        "target": one.target,
        "calls": seen,
        "measured": dict(event.get("measured") or {}),
        "checks": [(check.item, str(check.status), check.code, check.said) for check in found.record.checks],
        "verdict": found.verdict,
        "code": found.code,
        "said": found.record.said,
        "allowed": list(one.allow),
        "expected": one.expected,
        "why": one.why,
        "seconds": perf_counter() - begin,
    }


def apart(name: str, project: Path, folder: Path, budget: str) -> dict[str, Any]:
    """The same in a fresh process; what went wrong where it did."""
    begin, out = perf_counter(), folder / "result.json"
    folder.mkdir(parents=True)
    command = [
        sys.executable,
        str(Path(__file__).resolve()),
        "--one",
        name,
        "--folder",
        str(folder),
        "--budget",
        budget,
    ]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(project), str(HERE.parents[1])])}
    try:
        ended = subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        said = (ended.stderr.strip().splitlines() or [f"status {ended.returncode}"])[-1]
    except subprocess.TimeoutExpired:
        said = f"not done in {PATIENCE:.0f} s"
    if out.is_file():
        return dict(json.loads(out.read_text("utf-8")))
    blank: dict[str, Any] = {
        "target": "",
        "calls": 0,
        "measured": {},
        "checks": [],
        "code": "",
        "allowed": [],
        "why": "",
    }
    took = perf_counter() - begin
    return blank | {"name": name, "verdict": "failed", "said": said, "expected": "verified", "seconds": took}


def row(result: dict[str, Any]) -> list[str]:
    """A line of the table."""
    measured, ratio, saved = result["measured"], "", ""
    if measured and measured["ratio"] is not None:
        ratio = f"{measured['ratio']:.3g}x ({measured['low']:.3g} to {measured['high']:.3g})"
        saved = units.seconds(measured["saved"] * result["calls"])
    name = result["name"] + "".join(f", allow={word}" for word in result["allowed"])
    six = " ".join(MARKS[status] for _, status, _, _ in result["checks"])
    verdict = f"{result['verdict']} {result['code']}".strip() + (
        " (expected)" if result["why"] and result["verdict"] == result["expected"] else ""
    )
    took = f"{result['seconds']:.0f} s"
    return [name, f"`{result['target']}`", f"{result['calls']:,}", ratio, saved, six, verdict, took]


def table(results: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The table in Markdown; below it, why what is not verified is not."""
    for cells in (COLUMNS, ["---"] * len(COLUMNS), *map(row, results)):
        yield "| " + " | ".join(cells) + " |"
    yield ""
    yield "Six items: performance, memory, race-free, types strict, edge cases, tests; + pass, - fail, ? unknown, o not applicable."
    for one in results:
        if one["verdict"] != "verified":
            yield f"- {one['name']}: {one['said']}" + (f" ({one['why']})" if one["why"] else "")


def main() -> None:
    """Study what is asked for, print the table, and say by the exit code whether enough is verified."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="improvements, by parts of their names, by comma")
    parser.add_argument("--budget", default="20s", help="for each comparison")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        result = studied(asked.one, asked.folder / "study", asked.budget)
        (asked.folder / "result.json").write_text(json.dumps(result), "utf-8")
        return
    results = []
    with tempfile.TemporaryDirectory(prefix="workbench-honest-") as folder:
        project = copied(Path(folder))
        words = [word.strip() for word in asked.only.split(",")]
        wanted = [name for name in names(project) if any(word in name for word in words)]
        for at, name in enumerate(wanted):
            print(f"\r{at + 1} of {len(wanted)}: {name:40}", end="", file=sys.stderr, flush=True)
            results.append(apart(name, project, Path(folder, "studies", str(at)), asked.budget))
    print("\r", end="", file=sys.stderr)
    print("\n".join(table(results)))
    if asked.json:
        Path(asked.json).write_text(json.dumps(results, indent=1), "utf-8")
    as_expected = all(one["verdict"] == one["expected"] for one in results)
    enough = sum(one["verdict"] == "verified" for one in results) >= FEWEST
    sys.exit(not (bool(results) and as_expected if asked.only else enough))


if __name__ == "__main__":
    main()
