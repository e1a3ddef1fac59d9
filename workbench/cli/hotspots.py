"""`workbench hotspots`: what costs most in a saved recording, in so many tokens."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from workbench.cli.out import compact, needed, write

BUDGET = 1500


@click.command(
    "hotspots",
    epilog="""\b
Examples:
  workbench hotspots run.wbp                  functions (f1, ...) and lines (l1, ...), the costliest first
  workbench hotspots run.wbp --tokens 600     in few words
  workbench hotspots run.wbp --json           the same facts for programs
  workbench hotspots --schema                 what that JSON looks like
  workbench show run.wbp f1 --callers         more of one of them

\b
Exit codes: 0 shown; 2 wrong words, too few tokens, or a file that cannot be read.
""",
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--tokens", type=int, default=BUDGET, metavar="N", help=f"Tokens of a language model at most ({BUDGET}).")
@click.option("--json", "as_json", is_flag=True, help="Print the facts of that text as JSON.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of --json.")
def command(file: Path | None, tokens: int, as_json: bool, schema: bool) -> int:
    """What costs most in the recording in FILE (.wbp, or .prof of cProfile), with handles, plus-minus, and commands that tell more.

    Nothing in the file is run.
    """
    from workbench.face.run import load
    from workbench.render import digest, digest_form

    if schema:
        write(sys.stdout, digest_form.schema("hotspots"))
        return 0
    named = needed(file, "workbench hotspots run.wbp")
    answer = digest.hotspots_answer(load(named).recording, str(named))
    write(sys.stdout, compact(answer.json(tokens)) if as_json else answer.text(tokens))
    return 0
