"""`workbench report`: saved recordings, and what changed between them, as one HTML page."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(
    "report",
    epilog="""\b
Examples:
  workbench report run.wbp                            writes run.html beside it
  workbench report run.wbp -o share.html              writes share.html
  workbench report before.wbp after.wbp --diff -o change.html --title "Faster index" --notes why.md
  workbench report run.wbp --redact paths             without folders, and the names of people and machines
  workbench report run.wbp --redact all               without arguments and sources, too
  workbench report run.wbp --redact "source=API_KEY"  without the source lines in which that is found
  workbench show run.html                             reads the recording in a report again

\b
What --redact takes out is gone from all of the page, the recording in it too: view, text, figures.
  paths           folders (<path 1>/app.py), user and host names
  arguments       what a script was called with, messages of errors, names of tasks
  source          all source texts
  source=PATTERN  source lines in which this regular expression is found
  names           the names of your functions, and all source texts
  all             paths, arguments and source

\b
Exit codes: 0 written; 1 not written; 2 wrong words, or a file that cannot be read.
""",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to write it (first FILE with .html)."
)
@click.option("--title", default="", metavar="TEXT", help="The page's title.")
@click.option("--notes", type=click.Path(path_type=Path), metavar="FILE.md", help="Notes in Markdown, above all else.")
@click.option(
    "--redact", multiple=True, metavar="WHAT", help="Take out paths, arguments, source, source=PATTERN, names, all."
)
@click.option("--diff", is_flag=True, help="Add what changed from the first recording to the last.")
@click.option("--force", is_flag=True, help="With --diff: compare another target, too, with a warning.")
@click.option("--figures/--no-figures", default=True, help="With figures, folded (as it is), or without.")
def command(
    files: tuple[Path, ...],
    output: Path | None,
    title: str,
    notes: Path | None,
    redact: tuple[str, ...],
    diff: bool,
    force: bool,
    figures: bool,
) -> int:
    """Write the recordings in FILE... (.wbp or .prof) as one HTML page: functions, source, flame graph and memory, linked.

    The page needs no network and no server, and holds the recordings: `workbench show` opens it. They name files with their folders;
    --redact paths takes those out. Nothing in a file is run.
    """
    from workbench.cli.out import complain
    from workbench.face.report import report

    target = output or _beside(files[0])
    written = report(
        target, *files, title=title, notes=notes or "", redact=redact, diff=diff, force=force, figures=figures
    )
    complain(f"wrote {written}")
    return 0


def _beside(file: Path) -> Path:
    """The page's place where none is given: beside the recording, and never the report that is read."""
    from workbench.formats.detect import numbered

    plain, _ = numbered(file)
    made = plain.with_suffix(".html")
    return made if made != plain else plain.with_name(f"{plain.stem}-report.html")
