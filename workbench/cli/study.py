"""`workbench study`: one optimisation, step by step, in a folder that remembers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.out import WIDTH, write
from workbench.errors import UsageError

if TYPE_CHECKING:
    from workbench.face.study import Study

EXIT = {"verified": 0, "refused": 1, "inconclusive": 3}
"""Exit codes of `verify`; 4 where the machine cannot decide, 2 for wrong words."""

_FOLDER = click.argument("folder", type=click.Path(path_type=Path))
_OUTPUT = click.option("--output", "-o", type=click.Path(path_type=Path), metavar="FILE", help="Write it to this file.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


@click.group(
    "study",
    epilog="""\b
Examples:
  workbench study init studies/index --target pkg.words:index -- script.py data.txt
  workbench study baseline studies/index
  workbench study candidate studies/index faster.py:index --note "one pass"
  workbench study candidate studies/index git:one-pass
  workbench study verify studies/index --json
""",
)
def command() -> None:
    """Baseline, profile, record, candidate, verify, apply: each step is kept in FOLDER, plain files fit for git."""


@command.command("init")
@_FOLDER
@click.option("--target", required=True, metavar="FUNCTION", help="package.module:function or file.py:function.")
@click.argument("program", nargs=-1, type=click.UNPROCESSED)
@_JSON
def init(folder: Path, target: str, program: tuple[str, ...], as_json: bool) -> int:
    """Begin a study of a function, and of a PROGRAM that calls it (after --: script.py ARGS, or -m MODULE ARGS)."""
    from workbench.face.study import Study

    return _standing(Study(folder, target, command=program, place=Path.cwd()), folder, as_json)


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
    study = _study(folder)
    found = study.record()
    kept = study.standing().kept
    if as_json:
        return _say({"seen": found.record.seen, "recorded": len(found), "kept": kept, "lost": found.record.lost})
    chosen = f"{kept:,} of these are in the study, to compare on\n" if kept < len(found) else ""
    return _say(f"{found!r}\n{chosen}")


@command.command("hypothesis")
@_FOLDER
@click.argument("text")
@click.option("--target", default="", metavar="HANDLE", help="The hotspot it is about, such as f1.")
@click.option(
    "--predicts", nargs=2, type=float, metavar="LOW HIGH", help="How many times as fast it is thought to become."
)
@_JSON
def hypothesis(folder: Path, text: str, target: str, predicts: tuple[float, float] | None, as_json: bool) -> int:
    """Write down what is thought to cost the time."""
    study = _study(folder)
    study.hypothesis(text, target, predicts)
    return _standing(study, folder, as_json)


@command.command("candidate")
@_FOLDER
@click.argument("version")
@click.option("--note", default="", metavar="TEXT", help="What is changed.")
@_JSON
def candidate(folder: Path, version: str, note: str, as_json: bool) -> int:
    """Keep a changed version: file.py:function, package.module:function, a file.py that has the function under its name, or the
    function as it is in git:REVISION or with patch:FILE."""
    study = _study(folder)
    study.candidate(version, note)
    return _standing(study, folder, as_json)


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
    terminal = sys.stderr.isatty()
    found = _study(folder).verify(
        label, budget=budget, allow=allow, required=required, progress=_progress if terminal else None
    )
    if terminal:
        _progress("")
    _say(found.json() if as_json else found.text(width=WIDTH, color=sys.stdout.isatty(), shell=str(folder)))
    return 4 if found.code == "U01" else EXIT[found.verdict]


@command.command("apply")
@_FOLDER
@click.argument("label", default="")
@_JSON
def apply(folder: Path, label: str, as_json: bool) -> int:
    """Write a verified candidate into its source file."""
    return _written(_study(folder).apply(label), as_json)


@command.command("status")
@_FOLDER
@_JSON
def status(folder: Path, as_json: bool) -> int:
    """Where the study stands, and what to do next."""
    return _standing(_study(folder), folder, as_json)


@command.command("why")
@click.argument("code")
@_JSON
def why(code: str, as_json: bool) -> int:
    """What a CODE such as B04 stands for."""
    from workbench.face.study import meaning_of

    said = meaning_of(code)
    return _say({"code": code, "meaning": said} if as_json else f"{code}: {said}\n")


@command.command("repro")
@_FOLDER
@click.argument("label", default="")
@_OUTPUT
@_JSON
def repro(folder: Path, label: str, output: Path | None, as_json: bool) -> int:
    """Print a script, plain Python, that shows how a candidate differs from the target on the smallest input found."""
    return _text(_study(folder).repro(label), output, as_json)


@command.command("regression")
@_FOLDER
@click.option("--limit", type=click.IntRange(1), default=20, metavar="N", help="Calls to keep at the most (20).")
@_OUTPUT
@_JSON
def regression(folder: Path, limit: int, output: Path | None, as_json: bool) -> int:
    """Print a pytest file that holds the target to its results before it was changed, on recorded calls."""
    return _text(_study(folder).regression_test(limit), output, as_json)


@command.command("report")
@_FOLDER
@click.argument("file", type=click.Path(path_type=Path))
@_JSON
def report(folder: Path, file: Path, as_json: bool) -> int:
    """Write the study as one HTML page that opens anywhere."""
    return _written(_study(folder).report(file), as_json)


def _standing(study: Study, folder: Path, as_json: bool) -> int:
    from dataclasses import asdict

    from workbench.render.text_study import next_of_standing, text_of_standing

    found, named = study.standing(), str(folder)
    if as_json:
        return _say(asdict(found) | {"next": next_of_standing(found, named)})
    return _say(text_of_standing(found, width=WIDTH, shell=named))


def _text(text: str, output: Path | None, as_json: bool) -> int:
    """Print a file's text, or write it where it is to be."""
    from workbench.files import write_whole

    if output is None:
        return _say({"text": text} if as_json else text)
    if not output.parent.is_dir():
        raise UsageError(
            f"There is no folder {output.parent} to write {output.name} into. Make it, or write elsewhere."
        )
    write_whole(output, text.encode())
    return _written(output, as_json)


def _written(file: Path | str, as_json: bool) -> int:
    return _say({"written": str(file)} if as_json else f"written: {file}\n")


def _study(folder: Path) -> Study:
    from workbench.face.study import Study

    return Study(folder)


def _progress(said: str) -> None:
    """One line of standard error that is written over."""
    sys.stderr.write(f"\r\x1b[2K{said}")
    sys.stderr.flush()


def _say(what: Any) -> int:
    """Print text as it is, anything else as JSON; numbers that are not known are null."""
    from workbench.render.text_compare import plain

    write(sys.stdout, what if isinstance(what, str) else json.dumps(plain(what), indent=2) + "\n")
    return 0
