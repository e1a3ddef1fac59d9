"""`workbench profile`: run a script or a module under an engine, and say where its time and memory went."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.out import answer, complain, facts, one_or_more, write
from workbench.cli.words import Words, split
from workbench.engines.base import Options
from workbench.engines.table import all_engines, check_options
from workbench.errors import SaveFailedError, TargetNotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from workbench.model.recording import Recording
    from workbench.recorder.script import Outcome

STDERR = "-"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to become of the recording. `json` is None for text, `-` for JSON on stderr, else a file."""

    save: Path | None
    report: Path | None
    json: Path | str | None
    top: int | None
    quiet: bool

    def absolute(self) -> Wishes:
        """The same with whole paths, for a program may change its folder; raises UsageError for files that cannot be."""
        json = _whole(self.json) if self.json not in (None, STDERR) else self.json
        return replace(self, save=_whole(self.save), report=_whole(self.report), json=json)


def _whole(path: Path | str | None) -> Path | None:
    if path is None:
        return None
    whole = Path(path).absolute()
    if whole.is_dir():
        raise UsageError(f"{path} is a folder; give the name of a file to write.")
    if not whole.parent.is_dir():
        raise UsageError(
            f"There is no folder {whole.parent} to write {whole.name} into. Make it first; nothing was run."
        )
    return whole


class _Profile(click.Command):
    """Takes its options before the script only: all that follows the script is the script's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        takes = {
            name: isinstance(option, click.Option) and not option.is_flag and option.name != "json"
            for option in self.get_params(ctx)
            for name in option.opts
        }
        words = split(args, takes)
        ctx.meta["words"] = words
        return super().parse_args(ctx, words.options)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        del ctx
        return ["[ENGINE] [OPTIONS] (SCRIPT | -m MODULE) [ARGS...]"]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Engines"):
            formatter.write_dl([(row.name, row.measures) for row in all_engines().values()])
        super().format_epilog(ctx, formatter)


def _above_zero(_ctx: click.Context, _option: click.Parameter, value: float | None) -> float | None:
    if value is not None and not 0 < value < float("inf"):
        raise click.BadParameter("must be a number above 0")
    return value


def _names(_ctx: click.Context, _option: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    for name in value:
        if not all(part.isidentifier() for part in name.split(".")):
            short = name.partition("(")[0]
            raise click.BadParameter(
                f"{name!r} is no name of a function" + (f"; leave the call away: -f {short}" if "(" in name else "")
            )
    return value


def _part(ctx: click.Context, option: click.Parameter, value: float | None) -> float | None:
    if _above_zero(ctx, option, value) is not None and value >= 1:  # type: ignore[operator]
        raise click.BadParameter("must be between 0 and 1")
    return value


@click.command(
    "profile",
    cls=_Profile,
    epilog="""\b
Examples:
  workbench profile script.py data.csv --verbose
  workbench profile --save run.wbp --report run.html script.py
  workbench profile cpu --top 20 -m package.module
  workbench profile lines -f parse script.py data.csv
  workbench profile lines --like run.wbp script.py
  workbench profile --quiet --json=facts.json script.py
""",
)
@click.option("-o", "--save", type=click.Path(path_type=Path), metavar="FILE", help="Keep the recording (.wbp).")
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="FILE", help="Write one HTML page, readable offline."
)
@click.option(
    "--json", is_flag=False, flag_value=STDERR, metavar="[=FILE]", help="JSON in place of text, on stderr; or to FILE."
)
@click.option("--top", type=int, callback=one_or_more, metavar="N", help="Rows in each table (text: 10, JSON: all).")
@click.option(
    "--interval", type=float, callback=_above_zero, metavar="SECONDS", help="Time between samples (engine's choice)."
)
@click.option(
    "--budget", type=float, callback=_part, metavar="SHARE", help="Share of the run that sampling may cost (0.03)."
)
@click.option(
    "-f",
    "--function",
    "functions",
    multiple=True,
    callback=_names,
    metavar="NAME",
    help="Engines lines and memory: look at this function (f, Class.method, pkg.module.f); may be given again.",
)
@click.option(
    "--module",
    "modules",
    multiple=True,
    metavar="NAME",
    help="Engines lines and memory: look at all functions of this module; may be given again.",
)
@click.option(
    "--backend", metavar="NAME", help="The library to do the work. Engine memory: memory_profiler; heap: tracemalloc."
)
@click.option("--native", is_flag=True, help="Engine heap: the stacks of native code too.")
@click.option("--objects", is_flag=True, help="Engine heap: every small object for itself; slow, for short runs.")
@click.option(
    "--like",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Engines lines and memory: look at the functions that this sampled recording found to take most.",
)
@click.option(
    "--subprocesses", is_flag=True, help="Record the processes that it starts too: those that run this Python."
)
@click.option("--quiet", is_flag=True, help="Say nothing; for use with --save, --report or --json=FILE.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    interval: float | None,
    budget: float | None,
    functions: tuple[str, ...],
    modules: tuple[str, ...],
    backend: str | None,
    native: bool,
    objects: bool,
    like: Path | None,
    subprocesses: bool,
    **wishes: Any,
) -> Callable[[], int]:
    """Run SCRIPT (or MODULE, as python -m does) and say where its time and memory went.

    The program runs as without the workbench: same arguments, output, exit code. The answer goes to stderr, so that stdout stays
    the program's. A program that raises, is interrupted or is told to end leaves its profile too.

    -m MODULE stands last, like SCRIPT: all words after it belong to the program.
    """
    words: Words = ctx.meta["words"]
    if not words.target:
        raise UsageError(f"Name a script or a module: workbench profile {words.engine} script.py")
    share = Options().budget if budget is None else budget
    options = Options(interval, share, functions, modules, backend, native=native, objects=objects)
    check_options(words.engine, options)
    return partial(run, words, options, Wishes(**wishes), _sampled(like), subprocesses)


def _sampled(like: Path | None) -> Recording | None:
    if like is None:
        return None
    from workbench.face.run import load

    found = load(like).recording
    if not found.sampled:
        raise UsageError(
            f"{like} was recorded by engine {found.engine!r}; --like takes a recording of engine 'sample'."
        )
    return found


def run(
    words: Words, options: Options, wishes: Wishes, like: Recording | None = None, subprocesses: bool = False
) -> int:
    """Run the program, with the processes it starts where these are to be recorded, write what was wished for, and end as it ended."""
    from workbench.recorder.patience import patient
    from workbench.recorder.script import leave, record_module, record_script

    wishes = wishes.absolute()
    deliver = partial(_deliver, wishes=wishes, stderr=sys.stderr)
    record = partial(
        record_module if words.module else record_script, words.target, words.args, subprocesses=subprocesses
    )
    try:
        outcome = record(engine=words.engine, options=options, rescue=deliver, like=like)
    except TargetNotFoundError as error:
        if isinstance(error.__cause__, SyntaxError):
            sys.excepthook(SyntaxError, error.__cause__, None)
        raise
    with patient():
        failed = deliver(outcome)
    outcome.world.enter()
    leave(outcome.exit_code or failed, outcome.error)


def _deliver(outcome: Outcome, wishes: Wishes, stderr: TextIO | None) -> int:
    """Write it all; the exit code where something could not be written, else 0."""
    from workbench.face.profile import Profile
    from workbench.face.session import remember

    profile = remember(Profile(outcome.recording))
    found, written, failed = outcome.recording, list[Path](), 0
    if not wishes.quiet:
        shown = facts(found, top=wishes.top) if wishes.json == STDERR else ""
        write(stderr, shown or answer(found, stderr, top=wishes.top or 10))
    for path, writer in (
        (wishes.save, profile.save),
        (wishes.report, profile.report),
        (None if wishes.json == STDERR else wishes.json, partial(_write_facts, found, wishes.top)),
    ):
        if path is not None:
            try:
                written.append(writer(Path(path)))
            except SaveFailedError as error:
                complain(str(error), stderr)
                failed = error.exit_code
    if written and not wishes.quiet and wishes.json != STDERR:
        complain("wrote " + ", ".join(_short(path) for path in written), stderr)
    return failed


def _write_facts(recording: Recording, top: int | None, path: Path) -> Path:
    try:
        path.write_text(facts(recording, top=top), encoding="utf-8")
    except OSError as error:
        raise SaveFailedError(f"The JSON was not written to {path}: {error.strerror or error}.") from error
    return path


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
