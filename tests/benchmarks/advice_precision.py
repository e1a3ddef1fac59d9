"""Is advice quiet where there is nothing to gain, and does it speak where there is?

    python tests/benchmarks/advice_precision.py [--only NAME ...] [--part packages|improvements] [--floor 5] [--json FILE]

Packages: well-kept ones at work on real data. Each program (`package_programs.py`) is recorded in a process of its own by engine sample,
and every source that was seen is read, not only one's own. Improvements: the slow functions of `tests/improvements`, whose change was
verified (`honest.py`), each recorded over its calls in a process of its own, coroutine functions by engine tasks besides.

A finding is right where the change it names was tried and shown faster with the same results, wrong otherwise; `JUDGED` has each one's
answer and the experiment. Recall is how many of the improvements have a finding in the function that was improved, and for how many it
names the change that was verified (`SAME`). Exit code 1 where a finding is not judged yet.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from honest import copied
from package_programs import PROGRAMS

from workbench.analysis.lines import lines
from workbench.face.advise import advise
from workbench.face.calls import record_calls
from workbench.face.run import load, profile_call

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("package_programs.py")
LONG = 1.5
"""Seconds for which the calls of an improvement are repeated, so that there is enough to see."""

JUDGED: dict[tuple[str, str, str], tuple[bool, str]] = {
    ("regex-in-loop", "archive/index.py", "parse"): (
        True,
        "the rewrite of either line gives the same; line 20's is 1.32x (1.11 to 1.98), line 17's 1.34x (1.28 to 1.64), undecided by U01",
    ),
    ("regex-in-loop", "archive/dates.py", "stamps"): (
        True,
        "`fromisoformat` with the old way kept for other forms, by hand: 3.03x (2.34 to 3.71)",
    ),
    ("regex-in-loop", "archive/dates.py", "short_stamps"): (
        False,
        "`fromisoformat` alone is refused (B06): what is no date is refused in other words",
    ),
    ("regex-in-loop", "archive/versions.py", "natural"): (
        True,
        "with a pattern compiled in the module, by hand: 1.13x (1.12 to 1.16)",
    ),
    ("repeated-call", "archive/versions.py", "natural"): (
        True,
        "with `lru_cache(maxsize=1024)` and `allow=cache`: 66.8x (36.3 to 92) over 150 calls of 72 versions",
    ),
    ("pair-loops", "archive/index.py", "joined"): (
        True,
        "the rewrite gives the same: 7.52x (6.13 to 7.87)",
    ),
    ("list-membership", "archive/graph.py", "reach"): (True, "a set beside the list, by hand: 5.72x (4.84 to 8.12)"),
    ("pop-front", "archive/graph.py", "reach"): (False, "the rewrite shows no difference: 1x (0.974 to 1.03)"),
    ("list-membership", "archive/words.py", "unique"): (True, "a set beside the list, by hand: 42.9x (33 to 52.3)"),
    ("list-membership", "archive/service.py", "firsts"): (True, "a set beside the list, by hand: 14.3x (5.97 to 23.9)"),
    ("loop-over-ndarray", "archive/numbers.py", "histogram"): (
        True,
        "by hand: `np.bincount` of the whole array 253x (76 to 362), `data.tolist()` 1.31x (1.3 to 1.33)",
    ),
    ("iterrows", "archive/tables.py", "large"): (
        True,
        "`zip` of the columns, by hand, with a test for an empty table: 35x (28.8 to 44.4)",
    ),
    ("iterrows", "archive/tables.py", "heavy"): (
        True,
        "whole columns, by hand, with a test for an empty table: 8.9x (8.14 to 9.52)",
    ),
    ("list-to-iterate", "archive/lists.py", "imports"): (True, "the rewrite gives the same: 2.3x (1.81 to 3.59)"),
    ("await-one-by-one", "archive/service.py", "lengths"): (True, "the rewrite gives the same: 6.65x (4.48 to 7.23)"),
    ("dict-counting", "archive/tally.py", "add"): (
        True,
        "a `Counter`, by hand: 1.26x (1.21 to 1.45) with the lock taken for each word, 2.19x (1.64 to 3.51) with one for all",
    ),
}
"""(rule, module file, function) -> whether it was right, and how that was found: compared over the calls of the improvement."""

SAME = frozenset(
    [
        ("index.joined", "pair-loops"),
        ("graph.reach", "list-membership"),
        ("words.unique", "list-membership"),
        ("dates.stamps", "regex-in-loop"),
        ("tables.large", "iterrows"),
        ("tables.heavy", "iterrows"),
        ("versions.natural", "repeated-call"),
        ("lists.imports", "list-to-iterate"),
        ("service.lengths", "await-one-by-one"),
        ("service.firsts", "list-membership"),
        ("tally.add", "dict-counting"),
    ]
)
"""(target of an improvement, rule) where the finding names the change that was verified."""

MISSED = {
    "index.parse": "that methods of str do what the patterns do is not seen, only that they are looked up",
    "words.escaped": "`text += piece` on a local name is done in place, and no rule sees replacing letter by letter",
    "words.lines_at": "no rule counts over a list in order, for `bisect`",
    "words.outline": "no rule sees objects that are made and then left out; missing-slots looks at memory held at the end",
    "numbers.histogram": "a whole array is named, but no `np.bincount`: `found[data] += 1` gives another result",
    "versions.ordered": "no rule sees `cmp_to_key` over a key",
    "lists.flattened": "string-append has the same form for text only, no rule for lists",
    "pool.counted": "threads of a pool are too short here, and the counting stands in an inner def",
    "lists.places": "no rule counts over a list in order, for `bisect`",
}
"""Target of an improvement -> why nothing is said of it, or not the change that was tried."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tally:
    """Findings that were judged right, of how many that were judged, and how many are not."""

    right: int
    judged: int
    open: int

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.right + other.right, self.judged + other.judged, self.open + other.open)

    def __str__(self) -> str:
        share = (
            f"{self.right} of {self.judged} ({self.right / self.judged:.0%})"
            if self.judged
            else "unknown: nothing was said"
        )
        return f"{self.judged + self.open} findings; right: {share}; not judged: {self.open}"


def rows_of(found: Any) -> list[Row]:
    """The findings as plain values."""
    return [
        {
            "rule": one.rule,
            "file": "/".join(Path(one.file).parts[-2:]),
            "function": one.function,
            "line": one.first,
            "share": one.share,
            "source": one.source,
            "says": one.says,
            "rewrite": one.rewrite.text if one.rewrite else "",
        }
        for one in found.findings
    ]


def told(rows: list[Row]) -> Tally:
    """Each finding printed with its judgement; how many were right."""
    right = judged = 0
    for row in rows:
        known = JUDGED.get((row["rule"], row["file"], row["function"]))
        right, judged = right + bool(known and known[0]), judged + (known is not None)
        where = f"{row['file']}:{row['line']} {row['function']}"
        print(f"    {row['share']:6.1%}  {row['rule']:<20} {where}: {row['source']}")
        print(f"            {'not judged' if known is None else ('right: ' if known[0] else 'wrong: ') + known[1]}")
    return Tally(right, judged, len(rows) - judged)


def recorded(name: str, folder: Path) -> Path:
    """The recording of one program, made in a process of its own. Raises CalledProcessError where the program fails."""
    kept = folder / f"{name}.wbp"
    words = [sys.executable, "-m", "workbench", "profile", "--save", str(kept), str(PROGRAM), name]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    return kept


def packages(only: list[str], floor: float, folder: Path) -> tuple[Tally, list[Row]]:
    """The first part: what is said of well-kept packages."""
    every, tally, looked = list[Row](), Tally(0, 0, 0), 0
    for name in [one for one in PROGRAMS if not only or one in only]:
        path = recorded(name, folder)
        hot = sum(1 for row in lines(load(path).recording) if row.share >= floor)
        rows = [
            row for row in rows_of(advise(path, floor=floor, everywhere=True)) if not row["file"].endswith(PROGRAM.name)
        ]
        print(f"{name:<28} {hot:>3} hot lines, {len(rows)} findings", flush=True)
        looked, tally = looked + hot, tally + told(rows)
        every += [row | {"program": name} for row in rows]
    print(f"\nPackages: {looked} hot lines, {tally}\n")
    return tally, every


def improvement(target: str, floor: float) -> list[Row]:
    """What is said of one slow function over its calls, recorded in this process, whose folder is the project's."""
    import cases  # type: ignore[import-not-found,unused-ignore]

    one = next(one for one in cases.IMPROVEMENTS if one.target == target)
    slow, calls = one.slow(), list(one.calls())
    begin = perf_counter()
    for args in calls:
        cases.done(slow, args)
    rounds = max(1, round(LONG / (perf_counter() - begin)))

    def run() -> None:
        for _ in range(rounds):
            for args in calls:
                cases.done(slow, args)

    engines = ("sample", "tasks") if inspect.iscoroutinefunction(slow) else ("sample",)
    known = [record_calls(slow, one.run)]
    profiles = [profile_call(run, engine=engine) for engine in engines]
    rows = [row for profile in profiles for row in rows_of(advise(profile, floor=floor, calls=known))]
    once = {(row["rule"], row["file"], row["line"]): row for row in rows}
    return [row for row in once.values() if row["file"].startswith("archive/")]


def apart(target: str, floor: float, project: Path) -> list[Row]:
    """The same in a fresh process. Raises CalledProcessError where that fails."""
    out = project / "found.json"
    words = [
        sys.executable,
        str(Path(__file__).resolve()),
        "--one",
        target,
        "--floor",
        str(100 * floor),
        "--json",
        str(out),
    ]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(project), str(ROOT)])}
    subprocess.run(words, cwd=project, env=environment, check=True, capture_output=True)
    return list(json.loads(out.read_text("utf-8")))


def improvements(only: list[str], floor: float, folder: Path) -> tuple[Tally, list[Row]]:
    """The second part: what is said of functions that can be made faster."""
    project = copied(folder)
    sys.path.insert(0, str(project))
    import cases  # type: ignore[import-not-found,unused-ignore]

    every, tally, verified, spoken, same = list[Row](), Tally(0, 0, 0), 0, 0, 0
    for one in [one for one in cases.IMPROVEMENTS if not only or one.target in only]:
        rows = apart(one.target, floor, project)
        module, _, function = one.target.partition(".")
        own = {row["rule"] for row in rows if (row["file"], row["function"]) == (f"archive/{module}.py", function)}
        alike = any((one.target, rule) in SAME for rule in own)
        if one.expected == "verified":
            verified, spoken, same = verified + 1, spoken + bool(own), same + alike
        said = "the same change" if alike else "another change" if own else "nothing said of it"
        print(f"{one.name:<28} {one.target:<20} {one.expected:<12} {said}", flush=True)
        tally += told(rows)
        if not alike and one.target in MISSED:
            print(f"            missed: {MISSED[one.target]}")
        every += [row | {"program": one.target} for row in rows]
    print(f"\nImprovements: {tally}")
    print(
        f"Recall: of {verified} that are verified, {spoken} have a finding in their function, {same} one of the same change\n"
    )
    return tally, every


PARTS = {"packages": packages, "improvements": improvements}


def main(argv: list[str] | None = None) -> int:
    """Record, advise, and print what was said and how much of it was right."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="programs, or targets of improvements")
    parser.add_argument("--part", choices=list(PARTS))
    parser.add_argument("--floor", type=float, default=5.0, metavar="PERCENT")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    words = parser.parse_args(argv)
    if words.one:
        words.json.write_text(json.dumps(improvement(words.one, words.floor / 100)), encoding="utf-8")
        return 0
    every, tally = list[Row](), Tally(0, 0, 0)
    for part in [words.part] if words.part else PARTS:
        with tempfile.TemporaryDirectory(prefix="workbench-advice-") as folder:
            more, rows = PARTS[part](words.only, words.floor / 100, Path(folder))
        tally, every = tally + more, every + rows
    if words.json:
        words.json.write_text(json.dumps(every, indent=1), encoding="utf-8")
    print(f"In all: {tally}")
    return 1 if tally.open else 0


if __name__ == "__main__":
    sys.exit(main())
