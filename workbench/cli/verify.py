"""`workbench verify`: the checklist on what changed between two versions of a project."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.out import WIDTH, write
from workbench.cli.study import EXIT

if TYPE_CHECKING:
    from workbench.model.check import Check


@click.command(
    "verify",
    epilog="""\b
Examples:
  workbench verify --target pkg.words:index -- script.py data.txt
  workbench verify --before git:v1.2 --after git:HEAD --target pkg.words:index --inputs calls.json
  workbench verify --after patch:faster.diff --target pkg.words:index -- -m pkg data.txt --json

\b
A version is worktree (the files as they are), git:REVISION, patch:FILE (the last commit with the patch) or a folder.
PROGRAM, after --, is run here: the calls it makes of the target are what is compared on, and its profile tells what the
whole gains. Or --inputs has the calls, as for workbench compare.
Exit codes: 0 verified, 1 refused, 3 inconclusive, 4 this machine cannot decide, 2 wrong words.
""",
)
@click.argument("program", nargs=-1, type=click.UNPROCESSED)
@click.option("--target", required=True, metavar="FUNCTION", help="package.module:function, in both versions.")
@click.option("--before", default="git:HEAD", metavar="VERSION", help="The old version (git:HEAD).")
@click.option("--after", default="worktree", metavar="VERSION", help="The new version (worktree).")
@click.option("--inputs", metavar="FILE", help="The calls to compare on: JSON, or file.py:NAME.")
@click.option(
    "--budget", default="30s", metavar="TIME", help="How long comparing may take (30s); the checks come on top."
)
@click.option("--allow", multiple=True, metavar="WORD", help="A relaxation, as for compare.")
@click.option("--required", type=float, default=0.0, metavar="X", help="How many times as fast it has to be.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def command(
    program: tuple[str, ...],
    target: str,
    before: str,
    after: str,
    inputs: str | None,
    budget: str,
    allow: tuple[str, ...],
    required: float,
    as_json: bool,
) -> int:
    """Verify what changed of a function between two versions of the project in this folder."""
    from workbench.cli.compare import read_inputs
    from workbench.face.verify import verify

    given: Any = None if inputs is None else read_inputs(inputs)
    with contextlib.redirect_stdout(sys.stderr):
        found = verify(
            target,
            before,
            after,
            program=program,
            inputs=given,
            place=Path.cwd(),
            budget=budget,
            allow=allow,
            required=required,
            progress=_told if sys.stderr.isatty() else None,
        )
    terminal = sys.stdout.isatty()
    write(sys.stdout, json.dumps(found.json(), indent=2) + "\n" if as_json else found.text(width=WIDTH, color=terminal))
    return 4 if found.code == "U01" else EXIT[found.verdict]


def _told(check: Check) -> None:
    write(sys.stderr, f"{check.item}: {check.status}\n")
