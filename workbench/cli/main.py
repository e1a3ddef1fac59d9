"""The command `workbench`: finds the command asked for, runs it, and says in one line what went wrong where something did."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

from workbench import __version__
from workbench.cli.out import complain
from workbench.errors import WorkbenchError, near

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "profile": "Run a script or a module, and see where its time and memory go.",
    "check": "Measure whether a verified change is still as fast; for CI.",
    "compare": "Hold two versions of a function against each other: same results, memory, speed.",
    "verify": "Run the checklist on a change: a git revision, a patch or a folder against another.",
    "study": "One optimisation, step by step, in a folder that remembers.",
    "brief": "A study in so many tokens, for an agent that goes on with it.",
    "hotspots": "What costs most in a saved recording, in so many tokens; for agents.",
    "diff": "What changed between two recordings: functions and lines, ranked by seconds.",
    "show": "Print a saved recording as text or JSON.",
    "advise": "What the hot lines of a recording suggest; with --prove, whether that pays.",
    "report": "Write saved recordings, and what changed between them, as one HTML page that opens anywhere.",
    "agent": "The prompts for coding agents: show, check, install; and the answers as tools.",
}
"""Name -> one line on it. Each is the object `command` of the module of that name here, loaded when it is asked for."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"workbench.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            script = name.endswith((".py", ".pyc")) or "/" in name
            hint = f"To profile a script: workbench profile {name}" if script else near(name, COMMANDS)
            ctx.fail(f"There is no command {name!r}: {hint}" if not script else f"{name!r} is no command. {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  workbench profile script.py data.csv          the answer on stderr; stdout is the script's
  workbench profile -m package.module --flag    a module, as python -m runs it
  workbench profile cpu script.py               exact call counts, by cProfile
  workbench profile --save run.wbp script.py    keep the recording
  workbench show run.wbp                        read it again
  workbench report run.wbp -o run.html          one page to share, readable offline
""",
)
@click.version_option(__version__, "-V", "--version", message="workbench %(version)s")
@click.pass_context
def _root(ctx: click.Context) -> None:
    """See where the time and the memory of a Python program go, in its own source.

    `workbench COMMAND --help` tells more of each command.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code. Where a program is profiled, this ends the process as the program would have.

    Exit codes: `profile` has the program's own; 2 for wrong words and for files that cannot be read; 1 for files that
    cannot be written.
    """
    try:
        done = _root.main(args, "workbench", standalone_mode=False)
        return int((done() if callable(done) else done) or 0)
    except click.UsageError as error:
        return _misused(error)
    except click.Abort:
        return 130
    except WorkbenchError as error:
        complain(str(error))
        return error.exit_code


def _misused(error: click.UsageError) -> int:
    complain(error.format_message())
    if error.ctx is not None:
        usage = error.ctx.command.get_usage(error.ctx).replace("Usage: ", "", 1)
        complain(f"usage: {usage} (more: {error.ctx.command_path} --help)")
    return error.exit_code
