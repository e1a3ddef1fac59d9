"""`workbench compare`: two versions of a function, the same results first, then memory, then speed."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.out import WIDTH, write
from workbench.errors import UsageError

if TYPE_CHECKING:
    from workbench.face.compare import Compared

FASTER, REFUSED, INCONCLUSIVE, UNABLE = 0, 1, 3, 4
"""Exit codes: proven; refused or slower; nothing shown; this machine cannot decide. 2 is for wrong words."""


@click.command(
    "compare",
    epilog="""\b
Examples:
  workbench compare old.py:parse new.py:parse --inputs calls.json
  workbench compare pkg.a:f pkg.b:f --inputs inputs.py:CALLS --budget 2min --json
  workbench compare old.py:parse new.py:parse -- old.py data.txt

\b
PROGRAM, after --, is run, and the calls it makes of OLD are what is compared on.
Or --inputs has them: a JSON file, a list with a list of arguments for each call
([["a,b", 1], ["c", 2]]) or {"args": [...], "kwargs": {...}}; or file.py:NAME, a list of
tuples of arguments.
Exit codes: 0 faster, 1 refused or slower, 3 no difference shown, 4 this machine cannot decide, 2 wrong words.
""",
)
@click.argument("old")
@click.argument("new")
@click.argument("program", nargs=-1, type=click.UNPROCESSED)
@click.option("--inputs", metavar="FILE", help="The calls to compare on: JSON, or file.py:NAME.")
@click.option("--budget", default="30s", metavar="TIME", help="How long it may take (30s).")
@click.option("--margin", default="3%", metavar="SHARE", help="The least gain worth having (3%).")
@click.option(
    "--allow",
    multiple=True,
    metavar="WORD",
    help="A relaxation: cache, order, types, float:1e-9, output, memory:50% or memory:64MiB, lazy.",
)
@click.option("--generated", default=300, metavar="N", help="Inputs to make besides those given (300).")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write the card to this HTML file too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def command(
    old: str,
    new: str,
    program: tuple[str, ...],
    inputs: str | None,
    budget: str,
    margin: str,
    allow: tuple[str, ...],
    generated: int,
    html: Path | None,
    as_json: bool,
) -> int:
    """Compare OLD with NEW, each file.py:function or package.module:function."""
    import json

    from workbench.face.calls import record_calls
    from workbench.face.compare import compare, share_of
    from workbench.files import write_whole
    from workbench.render.html_compare import page
    from workbench.study.workloads import command_workload
    from workbench.timing.sources import load_function

    if (inputs is None) == (not program):
        raise UsageError("Say what to compare on, in one way: --inputs FILE, or a program that calls OLD, after --.")
    with contextlib.redirect_stdout(sys.stderr):
        before, _ = load_function(old), load_function(new)
        if inputs is None:
            calls: Any = record_calls(before, command_workload(program, Path.cwd()))
        else:
            calls = read_inputs(inputs)
    answer = compare(old, new, inputs=calls, budget=budget, margin=share_of(margin), allow=allow, generated=generated)
    if html is not None:
        write_whole(html, page(answer.record).encode())
    terminal = sys.stdout.isatty()
    write(
        sys.stdout, json.dumps(answer.json(), indent=2) + "\n" if as_json else answer.text(width=WIDTH, color=terminal)
    )
    return exit_code(answer)


def exit_code(answer: Compared) -> int:
    """The command's status for an answer."""
    if answer.verdict == "faster":
        return FASTER
    if answer.verdict in ("slower", "refused"):
        return REFUSED
    return UNABLE if answer.code == "U01" else INCONCLUSIVE


def read_inputs(named: str) -> list[Any]:
    """Calls from a JSON file or from `file.py:NAME`. Raises UsageError where they cannot be read as such."""
    from workbench.face.compare import call
    from workbench.timing.sources import load_value

    if ".py:" in named:
        found = load_value(named)
        if not isinstance(found, list | tuple):
            raise UsageError(f"{named} is a {type(found).__name__}, and a list of tuples of arguments is needed.")
        return list(found)
    calls = []
    for at, one in enumerate(_json(Path(named))):
        if isinstance(one, list):
            calls.append(call(*one))
        elif isinstance(one, dict) and set(one) <= {"args", "kwargs"}:
            calls.append(call(*one.get("args", []), **one.get("kwargs", {})))
        else:
            raise UsageError(
                f'Call {at} in {named} is neither a list of arguments nor {{"args": [...], "kwargs": {{...}}}}.'
            )
    return calls


def _json(path: Path) -> list[Any]:
    import json

    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"The inputs in {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UsageError(
            f"{path} is not JSON ({error}). Write a list with a list of arguments for each call."
        ) from error
    if not isinstance(found, list):
        raise UsageError(
            f"{path} has a {type(found).__name__} at its top, and a list with one entry for each call is needed."
        )
    return found
