"""How many tokens does an agent pay for an answer? The workbench's, and those of pstats, pyinstrument and Scalene on the same programs.

    python tests/benchmarks/tokens.py [--vocabulary FILE] [--scalene]

Three programs on real data are run under each tool; each form of its answer is counted by the workbench's estimate, and by a real
vocabulary where a file in tiktoken's format is given (and tiktoken is installed). `--scalene` installs
Scalene into a temporary environment.
"""

from __future__ import annotations

import argparse
import io
import pstats
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

from workbench.render.budget import tokens

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data" / "packages.txt"
FRAMES = """\
import json
import sys
from pathlib import Path

import pandas as pd


def rows(text):
    for stanza in text.split("\\n\\n"):
        fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line and line[0] != " ")
        if "Package" in fields:
            yield fields


def size(row):
    return int(row["Size"]) / max(1, int(row["Installed-Size"]))


def main(path):
    text = Path(path).read_text("utf-8")
    records = json.loads(json.dumps(list(rows(text))))
    frame = pd.DataFrame(records)[["Package", "Section", "Size", "Installed-Size"]].dropna()
    frame["ratio"] = frame.apply(size, axis=1)
    total = {}
    for _, row in frame.iterrows():
        total[row["Section"]] = total.get(row["Section"], 0) + int(row["Size"])
    print(json.dumps({"sections": len(total), "ratio": frame["ratio"].mean()}))


main(sys.argv[1])
"""
ASYNC = """\
import asyncio
import hashlib
import sys
from pathlib import Path


def digest(stanza):
    found = stanza.encode()
    for _ in range(200):
        found = hashlib.sha256(found).digest()
    return found.hex()


async def fetch(gate, stanza):
    async with gate:
        await asyncio.sleep(0.001)
    return digest(stanza)


async def main(path):
    gate = asyncio.Semaphore(50)
    stanzas = Path(path).read_text("utf-8").split("\\n\\n")[:3000]
    found = await asyncio.gather(*(fetch(gate, one) for one in stanzas))
    print(len(set(found)))


asyncio.run(main(sys.argv[1]))
"""
ANSWERS: dict[str, list[str]] = {
    "show": ["show"],
    "show --json": ["show", "--json"],
    "hotspots": ["hotspots"],
    "hotspots --json": ["hotspots", "--json"],
    "show f1": ["show", "f1"],
    "show f1 --callers": ["show", "f1", "--callers"],
    "show f1 --callees": ["show", "f1", "--callees"],
    "show f1 --lines": ["show", "f1", "--lines"],
    "show f1 --source": ["show", "f1", "--source"],
}


def main() -> int:
    """Run everything and print a table of tokens."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument(
        "--vocabulary", type=Path, help="merge ranks in tiktoken's format (cl100k_base's pattern is used)"
    )
    options.add_argument("--scalene", action="store_true", help="install Scalene into a temporary environment")
    asked = options.parse_args()
    counts: dict[str, Callable[[str], int]] = {"estimate": tokens}
    if asked.vocabulary:
        counts[asked.vocabulary.stem[:12]] = vocabulary(asked.vocabulary)
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        (at / "frames.py").write_text(FRAMES)
        (at / "gathers.py").write_text(ASYNC)
        programs = {
            "package_index": [str(ROOT / "notebooks" / "package_index.py"), str(DATA), "git", "nginx"],
            "frames": ["frames.py", str(DATA)],
            "gathers": ["gathers.py", str(DATA)],
        }
        scalene = installed(at / "private") if asked.scalene else None
        written = {name: answers(at, name, words, scalene) for name, words in programs.items()}
    report(written, counts)
    return 0


def report(written: dict[str, dict[str, str]], counts: dict[str, Callable[[str], int]]) -> None:
    """A row for each form of answer, a column for each program and way of counting."""
    print(f"{'':22}" + "".join(f"{f'{name}, {way}':>28}" for name in written for way in counts))
    for form in dict.fromkeys(form for found in written.values() for form in found):
        cells = [
            f"{count(found[form]):,}" if form in found else ""
            for found in written.values()
            for count in counts.values()
        ]
        print(f"{form:22}" + "".join(f"{cell:>28}" for cell in cells))


def answers(at: Path, name: str, words: list[str], scalene: Path | None) -> dict[str, str]:
    """Form of answer -> its text, of one program under every tool."""
    python = [sys.executable, "-m"]
    run(at, *python, "cProfile", "-o", f"{name}.prof", *words)
    found = {"pstats, all": printed(at / f"{name}.prof"), "pstats, top 30": printed(at / f"{name}.prof", 30)}
    for form, renderer in (("pyinstrument text", "text"), ("pyinstrument JSON", "json")):
        run(at, *python, "pyinstrument", "-r", renderer, "-o", f"{name}.{renderer}", *words)
        found[form] = (at / f"{name}.{renderer}").read_text("utf-8")
    if scalene is not None:
        run(at, str(scalene), "-m", "scalene", "run", "--cpu-only", "-o", f"{name}.scalene.json", *words)
        found["Scalene JSON"] = (at / f"{name}.scalene.json").read_text("utf-8")
    run(at, *python, "workbench", "profile", "--quiet", "-o", f"{name}.wbp", *words)
    for form, (command, *rest) in ANSWERS.items():
        found[form] = run(at, *python, "workbench", command, f"{name}.wbp", *rest)
    return found


def printed(file: Path, *rows: int) -> str:
    """What `print_stats` prints."""
    text = io.StringIO()
    with redirect_stdout(text):
        pstats.Stats(str(file)).sort_stats("cumulative").print_stats(*rows)
    return text.getvalue()


def run(at: Path, *words: str) -> str:
    """What a command writes to stdout. Raises CalledProcessError."""
    done = subprocess.run(words, cwd=at, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        done.check_returncode()
    return done.stdout


def installed(at: Path) -> Path:
    """The Python of a new environment that has Scalene, and what the programs import."""
    subprocess.run([sys.executable, "-m", "venv", str(at)], check=True)
    python = at / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "-q", "scalene", "pandas"], check=True)
    return python


def vocabulary(file: Path) -> Callable[[str], int]:
    """The count by a real vocabulary."""
    import tiktoken
    from tiktoken.load import load_tiktoken_bpe

    pattern = r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"""
    encoding = tiktoken.Encoding(
        "given", pat_str=pattern, mergeable_ranks=load_tiktoken_bpe(str(file)), special_tokens={}
    )
    return lambda text: len(encoding.encode(text, disallowed_special=()))


if __name__ == "__main__":
    raise SystemExit(main())
