"""Is advice quiet where there is nothing to gain? The rules over the hot lines of well-kept packages at work on real data.

    python tests/benchmarks/advice_precision.py [--only NAME ...] [--floor 5] [--json FILE]

Each program is recorded in a process of its own by engine sample (`package_programs.py`), and every source that was seen is read, not only one's own. A finding
counts as right where the change it names was tried and made that program faster, or as wrong where it did not or would change what
the package promises; `JUDGED` has each one's answer and reason. Exit code 1 where a finding is not judged yet.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from package_programs import PROGRAMS

from workbench.analysis.lines import lines
from workbench.face.advise import advise
from workbench.face.run import load

PROGRAM = Path(__file__).with_name("package_programs.py")

JUDGED: dict[tuple[str, str, str], tuple[bool, str]] = {}
"""(rule, module file, function) -> whether it was right, and how that was found."""


def recorded(name: str, folder: Path) -> Path:
    """The recording of one program, made in a process of its own. Raises CalledProcessError where the program fails."""
    kept = folder / f"{name}.wbp"
    words = [sys.executable, "-m", "workbench", "profile", "--save", str(kept), str(PROGRAM), name]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    return kept


def found_in(path: Path, floor: float) -> tuple[int, list[dict[str, Any]]]:
    """How many lines are hot enough to be looked at, and what was said of them."""
    recording = load(path).recording
    hot = sum(1 for row in lines(recording) if row.share >= floor)
    rows = [
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
        for one in advise(path, floor=floor, everywhere=True).findings
        if not one.file.endswith(PROGRAM.name)
    ]
    return hot, rows


def main(argv: list[str] | None = None) -> int:
    """Record, advise, and print what was said and how much of it was right."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--floor", type=float, default=5.0, metavar="PERCENT")
    parser.add_argument("--json", type=Path, metavar="FILE")
    words = parser.parse_args(argv)
    every, looked, right, open_ = [], 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for name in [one for one in PROGRAMS if not words.only or one in words.only]:
            hot, rows = found_in(recorded(name, Path(folder)), words.floor / 100)
            looked += hot
            print(f"{name:<28} {hot:>3} hot lines, {len(rows)} findings", flush=True)
            for row in rows:
                judged = JUDGED.get((row["rule"], row["file"], row["function"]))
                right += bool(judged and judged[0])
                open_ += judged is None
                verdict = "not judged" if judged is None else f"{'right' if judged[0] else 'wrong'}: {judged[1]}"
                print(
                    f"    {row['share']:6.1%}  {row['rule']:<20} {row['file']}:{row['line']} {row['function']}: {row['source']}"
                )
                print(f"            {verdict}")
            every += [row | {"program": name} for row in rows]
    if words.json:
        words.json.write_text(json.dumps(every, indent=1), encoding="utf-8")
    judged_rows = len(every) - open_
    precision = f"{right / judged_rows:.0%} of {judged_rows}" if judged_rows else "unknown: nothing was said"
    print(f"\n{looked} hot lines, {len(every)} findings; right: {precision}; not judged: {open_}")
    return 1 if open_ else 0


if __name__ == "__main__":
    sys.exit(main())
