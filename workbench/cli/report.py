"""`workbench report`: a saved recording as one HTML page."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(
    "report",
    epilog="""\b
Examples:
  workbench report run.wbp                  writes run.html beside it
  workbench report run.wbp -o share.html    writes share.html
""",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to write it (FILE with .html)."
)
def command(file: Path, output: Path | None) -> int:
    """Write the recording in FILE (.wbp or .prof) as one HTML page: functions, source, flame graph and memory, linked.

    The page needs no network and no server. Nothing in the file is run.
    """
    from workbench.cli.out import complain
    from workbench.face.run import load

    written = load(file).report(output or file.with_suffix(".html"))
    complain(f"wrote {written}")
    return 0
