"""`workbench advise`: what a recording's hot lines suggest, and whether that pays."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.out import WIDTH, write
from workbench.errors import UsageError

if TYPE_CHECKING:
    from workbench.face.advise import Advised

NONE_VERIFIED = 1
"""Exit code of `--prove` where there were rewrites, and none was verified."""


@click.command(
    "advise",
    epilog="""\b
Examples:
  workbench advise run.wbp                    findings at hot lines, hottest first
  workbench advise run.wbp --calls            runs the program again, to see which calls repeat
  workbench advise run.wbp --diff a1          the rewrite of a finding
  workbench advise run.wbp --prove            runs the program again; each rewrite goes through verify
  workbench advise run.wbp --prove -- script.py small.csv

\b
Exit codes: 0 shown (with --prove: at least one rewrite is verified, or there was none to prove);
1 with --prove, where no rewrite is verified; 2 wrong words, or a file that cannot be read.
""",
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.argument("program", nargs=-1, type=click.UNPROCESSED)
@click.option("--floor", type=click.FloatRange(0, 100), default=5.0, metavar="PERCENT", help="Least share told (5).")
@click.option("--everywhere", is_flag=True, help="Read the code of libraries too, not only your own.")
@click.option("--calls", is_flag=True, help="Run the program again, and record calls of its hottest functions.")
@click.option("--diff", default="", metavar="HANDLE", help="Print the rewrite of a finding (a1) as a diff.")
@click.option("--prove", is_flag=True, help="Run the program again, and verify each mechanical rewrite.")
@click.option("--budget", default="10s", metavar="TIME", help="How long comparing each rewrite may take (10s).")
@click.option("--keep", type=click.Path(path_type=Path), metavar="FOLDER", help="Keep the studies of --prove here.")
@click.option("--tokens", type=click.IntRange(1), default=1500, metavar="N", help="About how long the text is (1500).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of --json.")
def command(
    file: Path | None,
    program: tuple[str, ...],
    floor: float,
    everywhere: bool,
    calls: bool,
    diff: str,
    prove: bool,
    budget: str,
    keep: Path | None,
    tokens: int,
    as_json: bool,
    schema: bool,
) -> int:
    """Say what the hot lines of the recording in FILE suggest. Nothing is run but with --calls and --prove, which run the recorded
    program, or PROGRAM (after --)."""
    from workbench.face.advise import advise, schema_text
    from workbench.face.proving import repeated_calls
    from workbench.face.run import load

    if schema:
        return _print(schema_text())
    if file is None:
        raise UsageError("advise needs the file of a recording: workbench advise run.wbp")
    if program and not (calls or prove):
        raise UsageError(
            f"{program[0]}: a program is run with --calls or --prove only. Add one of them, or leave it out."
        )
    if keep is not None and not prove:
        raise UsageError("--keep names the folder for the studies of --prove. Add --prove, or leave it out.")
    recorded = repeated_calls(load(file).recording, program) if calls else []
    found = advise(file, floor=floor / 100, everywhere=everywhere, calls=recorded)
    if diff:
        return _print(found.diff(diff))
    if prove:
        found.prove(budget, program=program, keep=keep, progress=_progress if sys.stderr.isatty() else None)
        if sys.stderr.isatty():
            _progress("")
    _print(
        json.dumps(found.json(), indent=2, allow_nan=False) + "\n"
        if as_json
        else found.text(tokens=tokens, width=WIDTH)
    )
    return NONE_VERIFIED if _none_verified(found) else 0


def _none_verified(found: Advised) -> bool:
    return bool(found.proofs) and not any(one.verdict == "verified" for one in found.proofs)


def _progress(said: str) -> None:
    sys.stderr.write(f"\r\x1b[2K{said}")
    sys.stderr.flush()


def _print(text: str) -> int:
    write(sys.stdout, text)
    return 0
