"""`workbench brief`: a study in so many tokens, for an agent that goes on with it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from workbench.cli.out import write
from workbench.errors import UsageError


@click.command(
    "brief",
    epilog="""\b
Examples:
  workbench brief studies/index
  workbench brief studies/index --tokens 600
  workbench brief studies/index --json
  workbench brief --schema

\b
Exit codes: 0 told, 2 no such study, one that is damaged, wrong words, or too few tokens.
""",
)
@click.argument("folder", metavar="STUDY", required=False, type=click.Path(path_type=Path))
@click.option("--tokens", type=int, default=1500, metavar="N", help="Tokens of a language model at the most (1500).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, whole, instead of text.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of --json.")
def command(folder: Path | None, tokens: int, as_json: bool, schema: bool) -> int:
    """What the folder STUDY keeps that somebody needs who goes on with it, ending in the commands that come next.

    The program is not run and nothing is written; the target's module is imported.
    """
    from workbench.face.brief import schema_text
    from workbench.face.study import Study

    if schema:
        return _say(schema_text())
    if folder is None:
        raise UsageError("brief needs the folder of a study: workbench brief studies/index")
    study = Study(folder)
    return _say(json.dumps(study.brief_json(), indent=2) + "\n" if as_json else study.brief(tokens))


def _say(text: str) -> int:
    write(sys.stdout, text)
    return 0
