"""`workbench show`: a saved recording as text or JSON."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from workbench.cli.out import answer, facts, one_or_more, write


@click.command(
    "show",
    epilog="""\b
Examples:
  workbench show run.wbp              the answer as text
  workbench show --top 3 run.wbp      in few words
  workbench show --json run.wbp       every row and figure, for programs
  workbench show old.prof             a file that cProfile wrote
""",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--top", type=int, callback=one_or_more, metavar="N", help="Rows in each table (text: 10, JSON: all).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def command(file: Path, top: int | None, as_json: bool) -> int:
    """Print the recording in FILE (.wbp of the workbench, .prof of cProfile). Nothing in the file is run."""
    from workbench.face.run import load

    recording = load(file).recording
    write(sys.stdout, facts(recording, top=top) if as_json else answer(recording, sys.stdout, top=top or 10))
    return 0
