"""`workbench check`: whether a verified change is still as fast; for CI."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from workbench.cli.out import write

EXIT = {"pass": 0, "fail": 1, "unknown": 3}


@click.command(
    "check",
    epilog="""\b
Examples:
  workbench check --against studies/parse --max-slowdown 5%
  workbench check --against studies/parse --summary "$GITHUB_STEP_SUMMARY"

\b
Exit codes: 0 as fast as verified, 1 slower or other results, 3 not shown, 4 this machine cannot decide, 2 wrong words.
""",
)
@click.option(
    "--against",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="The study with the verified change.",
)
@click.option("--max-slowdown", default="5%", metavar="SHARE", help="How much of the verified gain may be gone (5%).")
@click.option("--budget", default="30s", metavar="TIME", help="How long it may take (30s).")
@click.option(
    "--summary", type=click.Path(path_type=Path), metavar="FILE", help="Append a Markdown summary to this file."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def command(against: Path, max_slowdown: str, budget: str, summary: Path | None, as_json: bool) -> int:
    """Measure the old code, as a study keeps it, against the code as it is now."""
    from workbench.face.compare import seconds_of, share_of
    from workbench.face.study import Study
    from workbench.render.text_study import markdown_of_gate

    study = Study(against)
    gate = study.check(max_slowdown=share_of(max_slowdown), budget=seconds_of(budget))
    row = [study.target, gate.candidate, str(gate.status), gate.code, gate.said]
    if summary is not None:
        with summary.open("a", encoding="utf-8") as stream:
            stream.write(markdown_of_gate([row]) + os.linesep)
    names = ("target", "candidate", "status", "code", "said")
    text = f"{gate.status}: {gate.code} {gate.said}".replace(":  ", ": ") + "\n"
    write(sys.stdout, json.dumps(dict(zip(names, row, strict=True)), indent=2) + "\n" if as_json else text)
    return 4 if gate.code == "U01" else EXIT[str(gate.status)]
