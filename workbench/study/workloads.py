"""The program of a study, as a command: a script or a module with its arguments, run in this process, as Python would run it."""

from __future__ import annotations

import contextlib
import io
import os
import runpy
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from workbench.errors import TargetNotFoundError, UsageError
from workbench.timing.sources import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


def command_workload(words: Sequence[str], folder: Path) -> Callable[[], object]:
    """A call that runs `script.py args...`, `-m module args...`, or either after `python`, in `folder`; its output goes nowhere.

    Raises UsageError where there is no script or module in the words, TargetNotFoundError where there is no such file.
    """
    rest = list(words)
    if rest and Path(rest[0]).name.startswith("python"):
        rest.pop(0)
    module = bool(rest) and rest[0] == "-m"
    rest = rest[1:] if module else rest
    if not rest:
        raise UsageError("The program is missing: end the command with -- script.py ARGS or -- -m MODULE ARGS.")
    script = (folder / rest[0]).resolve()
    if not module and not script.is_file():
        raise TargetNotFoundError(f"There is no script {rest[0]} in {folder}.")

    def run() -> None:
        with _as_program(
            [rest[0] if module else str(script), *rest[1:]], folder, script.parent if not module else folder
        ):
            try:
                if module:
                    runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
                else:
                    _run_file(script)
            except SystemExit as ended:
                if ended.code not in (None, 0):
                    raise UsageError(f"The program ended with status {ended.code}: {' '.join(words)}") from ended

    return run


def _run_file(script: Path) -> None:
    """Run a file as `__main__`, on the code objects that its functions have where it was loaded as a module."""
    main, before = ModuleType("__main__"), sys.modules["__main__"]
    main.__file__ = str(script)
    sys.modules["__main__"] = main
    try:
        exec(compiled(script), vars(main))
    finally:
        sys.modules["__main__"] = before


@contextlib.contextmanager
def _as_program(argv: list[str], folder: Path, first: Path) -> Iterator[None]:
    """What a program finds: its arguments, its folder, its own folder first on the path; put back afterwards."""
    before_argv, before_path, before_folder = sys.argv, list(sys.path), Path.cwd()
    sys.argv = argv
    sys.path.insert(0, str(first))
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        os.chdir(before_folder)
        sys.argv = before_argv
        sys.path[:] = before_path
