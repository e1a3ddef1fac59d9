"""`workbench study`: one optimisation, step by step, in a folder that remembers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.out import WIDTH, write

if TYPE_CHECKING:
    from workbench.face.study import Study

EXIT = {"verified": 0, "refused": 1, "inconclusive": 3}
"""Exit codes of `verify`; 4 where the machine cannot decide, 2 for wrong words."""

_FOLDER = click.argument("folder", type=click.Path(path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


@click.group(
    "study",
    epilog="""\b
Examples:
  workbench study init studies/index --target pkg.words:index -- script.py data.txt
  workbench study baseline studies/index
  workbench study candidate studies/index faster.py:index --note "one pass"
  workbench study verify studies/index --json
""",
)
def command() -> None:
    """Baseline, profile, record, candidate, verify, apply: each step is kept in FOLDER, plain files fit for git."""


@command.command("init")
@_FOLDER
@click.option("--target", required=True, metavar="FUNCTION", help="package.module:function or file.py:function.")
@click.argument("program", nargs=-1, type=click.UNPROCESSED)
def init(folder: Path, target: str, program: tuple[str, ...]) -> int:
    """Begin a study of a function, and of a PROGRAM that calls it (after --: script.py ARGS, or -m MODULE ARGS)."""
    from workbench.face.study import Study

    return _say(Study(folder, target, command=program, place=Path.cwd()).status())


@command.command("baseline")
@_FOLDER
@_JSON
def baseline(folder: Path, as_json: bool) -> int:
    """Run the program a few times, and keep how long it takes."""
    seconds = _study(folder).baseline()
    return _say({"seconds": seconds} if as_json else f"{seconds:.4g} s a run, by the median\n")


@command.command("profile")
@_FOLDER
@_JSON
def profile(folder: Path, as_json: bool) -> int:
    """Sample the program, and keep the recording and the target's share."""
    from workbench.render.text_study import worth

    study = _study(folder)
    found = study.profile()
    share = study.standing().share
    return _say({"share": share} if as_json else f"{found.text(width=WIDTH)}\n{worth(share)}\n")


@command.command("hotspots")
@_FOLDER
@_JSON
def hotspots(folder: Path, as_json: bool) -> int:
    """What took the time when the program was profiled."""
    found = _study(folder).hotspots()
    return _say(found.to_dict("records") if as_json else found.to_string(index=False) + "\n")


@command.command("record")
@_FOLDER
@_JSON
def record(folder: Path, as_json: bool) -> int:
    """Run the program, and keep calls of the target to compare candidates on."""
    found = _study(folder).record()
    return _say(
        {"seen": found.record.seen, "kept": len(found), "lost": found.record.lost} if as_json else f"{found!r}\n"
    )


@command.command("hypothesis")
@_FOLDER
@click.argument("text")
@click.option("--target", default="", metavar="HANDLE", help="The hotspot it is about, such as f1.")
def hypothesis(folder: Path, text: str, target: str) -> int:
    """Write down what is thought to cost the time."""
    study = _study(folder)
    study.hypothesis(text, target)
    return _say(study.status())


@command.command("candidate")
@_FOLDER
@click.argument("function")
@click.option("--note", default="", metavar="TEXT", help="What is changed.")
def candidate(folder: Path, function: str, note: str) -> int:
    """Keep a changed version: FUNCTION is file.py:function or package.module:function."""
    study = _study(folder)
    study.candidate(function, note)
    return _say(study.status())


@command.command("verify")
@_FOLDER
@click.argument("label", default="")
@click.option(
    "--budget", default="30s", metavar="TIME", help="How long comparing may take (30s); the checks come on top."
)
@click.option("--allow", multiple=True, metavar="WORD", help="A relaxation, as for compare.")
@click.option("--required", type=float, default=0.0, metavar="X", help="How many times as fast it has to be.")
@_JSON
def verify(folder: Path, label: str, budget: str, allow: tuple[str, ...], required: float, as_json: bool) -> int:
    """Run the checklist on a candidate, the newest without LABEL. Exit codes: 0 verified, 1 refused, 3 inconclusive, 4 cannot decide."""
    found = _study(folder).verify(label, budget=budget, allow=allow, required=required)
    _say(found.json() if as_json else found.text(width=WIDTH, color=sys.stdout.isatty()))
    return 4 if found.code == "U01" else EXIT[found.verdict]


@command.command("apply")
@_FOLDER
@click.argument("label", default="")
def apply(folder: Path, label: str) -> int:
    """Write a verified candidate into its source file."""
    return _say(f"written: {_study(folder).apply(label)}\n")


@command.command("status")
@_FOLDER
@_JSON
def status(folder: Path, as_json: bool) -> int:
    """Where the study stands, and what to do next."""
    from dataclasses import asdict

    study = _study(folder)
    return _say(asdict(study.standing()) if as_json else study.status())


@command.command("why")
@click.argument("code")
@_JSON
def why(code: str, as_json: bool) -> int:
    """What a CODE such as B04 stands for."""
    from workbench.face.study import meaning_of

    said = meaning_of(code)
    return _say({"code": code, "meaning": said} if as_json else f"{code}: {said}\n")


@command.command("report")
@_FOLDER
@click.argument("file", type=click.Path(path_type=Path))
def report(folder: Path, file: Path) -> int:
    """Write the study as one HTML page that opens anywhere."""
    return _say(f"written: {_study(folder).report(file)}\n")


def _study(folder: Path) -> Study:
    from workbench.face.study import Study

    return Study(folder)


def _say(what: Any) -> int:
    """Print text as it is, anything else as JSON; numbers that are not known are null."""
    from workbench.render.text_compare import plain

    write(sys.stdout, what if isinstance(what, str) else json.dumps(plain(what), indent=2) + "\n")
    return 0
