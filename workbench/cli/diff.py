"""`workbench diff`: what changed between two saved recordings."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.out import WIDEST, WIDTH, compact, complain, needed, one_or_more, write

if TYPE_CHECKING:
    from workbench.face.diff import Diff

MOST = 200
"""Rows of each table at the most, where tokens are counted."""


@click.command(
    "diff",
    epilog="""\b
Examples:
  workbench diff old.wbp new.wbp                  functions and lines, by what changed
  workbench diff old.wbp new.wbp --top 3          in few words
  workbench diff old.wbp new.wbp --tokens 600     as much as fits
  workbench diff old.wbp new.wbp --json           the same rows for programs
  workbench diff old.wbp new.wbp --report d.html  a page to share, with a flame graph of both
  workbench diff --schema                         what that JSON looks like

\b
Exit codes: 0 shown, whatever changed; 1 a page that cannot be written; 2 wrong words, too few tokens,
a file that cannot be read, or two recordings that do not compare (the reason is said; --force overrules it).
""",
)
@click.argument("before", required=False, type=click.Path(path_type=Path))
@click.argument("after", required=False, type=click.Path(path_type=Path))
@click.option("--top", type=int, callback=one_or_more, metavar="N", help="Rows in each table (text: 10, JSON: all).")
@click.option("--tokens", type=int, metavar="N", help="As many rows as N tokens of a language model have room for.")
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE", help="Write it to this HTML file too.")
@click.option("--force", is_flag=True, help="Compare another target, or another way of measuring, all the same.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of --json.")
def command(
    before: Path | None,
    after: Path | None,
    top: int | None,
    tokens: int | None,
    report: Path | None,
    force: bool,
    as_json: bool,
    schema: bool,
) -> int:
    """What changed from the recording in BEFORE to the one in AFTER (.wbp, or .prof of cProfile), across edits of the code.

    Refuses what does not compare: another engine, another way of measuring, another target. Nothing in the files is run.
    """
    if schema:
        from workbench.render.digest_form import schema as published

        write(sys.stdout, published("diff"))
        return 0
    example = "workbench diff old.wbp new.wbp"
    old, new = needed(before, example), needed(after, example)

    from workbench.face.diff import diff

    found = diff(old, new, force=force)
    written = found.report(report) if report is not None else None
    write(sys.stdout, _told(found, top, tokens, as_json=as_json))
    if written is not None:
        complain(f"wrote {written}")
    return 0


def _told(found: Diff, top: int | None, tokens: int | None, *, as_json: bool) -> str:
    from workbench.render.diff_budget import within

    terminal = sys.stdout.isatty()
    width = min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDEST) if terminal else WIDTH
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"

    def form(rows: int | None) -> str:
        if as_json:
            return compact(found.json(top=rows))
        return found.text(top=rows or 10, width=width, color=terminal and not plain)

    return form(top) if tokens is None else within(tokens, top or MOST, form)
