"""`%load_ext workbench`: registers the magics, the transformer and the completer; `%unload_ext` takes them away again."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.magics.bench import NAME as BENCH
from workbench.magics.bench import install as install_bench
from workbench.magics.candidate import HINT as CANDIDATE_HINT
from workbench.magics.candidate import add_candidate, parse_candidate
from workbench.magics.compare import compare_cell, record_line
from workbench.magics.compare_words import HINT, parse_compare
from workbench.magics.complete import completer
from workbench.magics.runner import CellRunner
from workbench.magics.specialist import NAME as SPECIALIST
from workbench.magics.specialist import install as install_specialist
from workbench.magics.statement import run_cell, run_line
from workbench.magics.topped import Topped
from workbench.magics.words import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

_ATTRIBUTE = "_workbench_extension"
_LINES: dict[str, Callable[[Any], None]] = {BENCH: install_bench, SPECIALIST: install_specialist}
"""Magics that register themselves, each where nobody else has its name."""


class Extension:
    """What one shell has been given."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self.names = _free_names(shell)
        self.runner = CellRunner(shell, frozenset(self.names))
        self.compare = Topped("compare", parse_compare, partial(compare_cell, shell))
        self.candidate = Topped("candidate", parse_candidate, partial(add_candidate, shell))
        lines = shell.magics_manager.magics["line"]
        self._lines = {name: install for name, install in _LINES.items() if name not in lines}

    def install(self) -> None:
        """Register everything."""
        shell, runner = self._shell, self.runner

        def profile(line: str, cell: str | None = None) -> Any:
            return run_line(shell, line) if cell is None else run_cell(shell, line, cell)

        profile.__doc__ = usage()
        for name in self.names:
            shell.register_magic_function(profile, magic_kind="line_cell", magic_name=name)
            shell.set_hook("complete_command", completer, re_key=rf"%%?{name}\b")
        self._install_compare()
        for one in (runner, self.compare, self.candidate):
            shell.input_transformers_cleanup.append(one.transform)
            shell.events.register("pre_run_cell", one.before_cell)
            shell.events.register("post_run_cell", one.after_cell)

    def _install_compare(self) -> None:
        shell = self._shell

        def record_calls(line: str) -> Any:
            return record_line(shell, line)

        record_calls.__doc__ = (
            "%record_calls FUNCTION STATEMENT: run the statement, and keep the arguments of each call of the function."
        )
        for one, said, hint in (
            (self.compare, "Compare the function that this cell defines with another one.", HINT),
            (self.candidate, "Make the function that this cell defines a candidate of a study.", CANDIDATE_HINT),
        ):
            shell.register_magic_function(
                _refusing(one, f"{said}\n\n    {hint}\n"), magic_kind="cell", magic_name=one.name
            )
        shell.register_magic_function(record_calls, magic_kind="line", magic_name="record_calls")
        for install in self._lines.values():
            install(shell)

    def remove(self) -> None:
        """Take everything away again."""
        shell, runner = self._shell, self.runner
        for one in (runner, self.compare, self.candidate):
            shell.events.unregister("pre_run_cell", one.before_cell)
            shell.events.unregister("post_run_cell", one.after_cell)
            shell.input_transformers_cleanup.remove(one.transform)
        for name in (*self.names, "compare", "candidate", "record_calls", *self._lines):
            for kind in ("line", "cell"):
                shell.magics_manager.magics[kind].pop(name, None)


def _refusing(one: Topped[Any], doc: str) -> Callable[[str, str], None]:
    def refuse(line: str, cell: str | None = None) -> None:
        one.refuse(line, cell)

    refuse.__doc__ = doc
    return refuse


def load(shell: Any) -> None:
    """Give a shell the magics; says so where another extension has taken the name."""
    if getattr(shell, _ATTRIBUTE, None) is not None:
        return
    extension = Extension(shell)
    setattr(shell, _ATTRIBUTE, extension)
    extension.install()
    if "profile" not in extension.names:
        print(  # noqa: T201
            "workbench: another extension has registered %profile already, so it is left alone. Use %wb and %%wb instead.",
            file=sys.stderr,
        )


def unload(shell: Any) -> None:
    """Take the magics from a shell."""
    extension = getattr(shell, _ATTRIBUTE, None)
    if extension is not None:
        extension.remove()
        delattr(shell, _ATTRIBUTE)


def usage() -> str:
    """The text of `%%profile?`."""
    from workbench.engines.table import all_engines

    engines = "\n".join(f"    {row.name:<8} {row.measures}" for row in all_engines().values())
    options = "\n".join(f"    {f'{option.name} {option.takes}':<20} {option.help}" for option in OPTIONS.values())
    return (
        "See where the time and memory of a cell or a statement go.\n\n"
        "    %%profile [ENGINE] [OPTIONS]              over a cell, which then runs as if this line were not there\n"
        "    %profile [ENGINE] [OPTIONS] STATEMENT     one statement, repeated until there is enough to see\n\n"
        f"Engines (the first is the default):\n{engines}\n\nOptions:\n{options}\n\n"
        "The newest recording is workbench.last(); its tables are .functions(), .lines(), .calls() and .timeline().\n"
    )


def _free_names(shell: Any) -> tuple[str, ...]:
    magics = shell.magics_manager.magics
    taken = "profile" in magics["line"] or "profile" in magics["cell"]
    return ("wb",) if taken else ("profile", "wb")
