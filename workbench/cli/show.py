"""`workbench show`: a saved recording, or one function or line of it, as text or JSON."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.out import answer, compact, complain, facts, needed, one_or_more, write
from workbench.errors import UsageError

if TYPE_CHECKING:
    from workbench.model.recording import Recording

BUDGET = 1500


@click.command(
    "show",
    epilog="""\b
Examples:
  workbench show run.wbp              the answer as text
  workbench show --top 3 run.wbp      in few words
  workbench show --json run.wbp       every row and figure, for programs
  workbench show old.prof             a file that cProfile wrote
  workbench show run.html             the recording in a report; run.html#2 is its second
  workbench show run.wbp f1           one function: callers, callees, lines in short
  workbench show run.wbp l3 --source  the source around a line, with shares
  workbench show --schema             what the JSON of a handle looks like

\b
Exit codes: 0 shown; 2 wrong words, a handle that is not there, or a file that cannot be read.
""",
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.argument("handle", required=False)
@click.option("--callers", "views", flag_value="callers", multiple=True, help="With a handle: who called it.")
@click.option("--callees", "views", flag_value="callees", multiple=True, help="With a handle: what it called.")
@click.option("--lines", "views", flag_value="lines", multiple=True, help="With a handle: what its lines took.")
@click.option("--source", "views", flag_value="source", multiple=True, help="With a handle: its source as it ran.")
@click.option("--top", type=int, callback=one_or_more, metavar="N", help="Rows in each table (text: 10, JSON: all).")
@click.option("--tokens", type=int, metavar="N", help=f"With a handle: tokens at most ({BUDGET}).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of --json with a handle.")
def command(
    file: Path | None,
    handle: str | None,
    views: tuple[str, ...],
    top: int | None,
    tokens: int | None,
    as_json: bool,
    schema: bool,
) -> int:
    """Print the recording in FILE (.wbp of the workbench, .prof of cProfile, a report), or what it tells of HANDLE (f1, l1).

    Nothing in the file is run.
    """
    from workbench.face.run import load

    if schema:
        from workbench.render.digest_form import schema as published

        write(sys.stdout, published("shown"))
        return 0
    named = needed(file, "workbench show run.wbp")
    _fits_together(handle, views, top, tokens)
    recording = load(named).recording
    _tell_of_others(named)
    if handle is not None:
        told = _told(
            recording, handle, "".join(views), str(named), BUDGET if tokens is None else tokens, as_json=as_json
        )
    else:
        told = facts(recording, top=top) if as_json else answer(recording, sys.stdout, top=top or 10)
    write(sys.stdout, told)
    return 0


def _told(recording: Recording, handle: str, view: str, file: str, tokens: int, *, as_json: bool) -> str:
    from workbench.render.digest_shown import shown_answer

    found = shown_answer(recording, handle, view, file)
    return compact(found.json(tokens)) if as_json else found.text(tokens)


def _tell_of_others(file: Path) -> None:
    """Says which further recordings a report holds, where the first was shown because none was named."""
    from workbench.formats.detect import contents

    titles = contents(file)
    if len(titles) > 1:
        rest = ", ".join(f"{file}#{number} is {title}" for number, title in enumerate(titles[1:], 2))
        complain(f"{file} holds {len(titles)} recordings; this is the first, {titles[0]}. {rest}.")


def _fits_together(handle: str | None, views: tuple[str, ...], top: int | None, tokens: int | None) -> None:
    """Refuses options that say nothing together."""
    if handle is None and (views or tokens is not None):
        option = f"--{views[0]}" if views else "--tokens"
        raise UsageError(
            f"{option} goes with a handle: workbench show FILE f1 {option}. `workbench hotspots FILE` lists the handles."
        )
    if handle is not None and top is not None:
        raise UsageError("--top cuts the tables of a whole recording; with a handle say --tokens.")
    if len(views) > 1:
        raise UsageError(f"One view at a time: --{views[0]} or --{views[1]}, or none for the first rows of each.")
