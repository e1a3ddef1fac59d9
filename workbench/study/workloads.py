"""The program of a study, as a command: a script or a module with its arguments, run in this process, as Python would run it."""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import runpy
import sys
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING

from workbench.errors import TargetNotFoundError, UsageError
from workbench.timing.sources import compiled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class CommandWorkload:
    """A program as a call that runs it in this process, in `folder`, and returns what it printed. `script` is its file, None for a
    module; with `text` that is what the file is taken to say, `quiet` has it return nothing of what it printed."""

    words: tuple[str, ...]
    folder: Path
    script: Path | None
    text: str = ""
    quiet: bool = False

    def __call__(self) -> str:
        """Run it. Raises UsageError where it ends with a status, and what it raises."""
        first, *rest = self.words
        begun = first if self.script is None else str(self.script)
        with _as_program(
            [begun, *rest], self.folder, self.folder if self.script is None else self.script.parent
        ) as printed:
            try:
                if self.script is None:
                    runpy.run_module(first, run_name="__main__", alter_sys=True)
                else:
                    _run_file(self.script, self.text)
            except SystemExit as ended:
                if ended.code not in (None, 0):
                    raise UsageError(f"The program ended with status {ended.code}: {' '.join(self.words)}") from ended
        return "" if self.quiet else printed.getvalue()


def command_workload(words: Sequence[str], folder: Path) -> CommandWorkload:
    """From `script.py args...`, `-m module args...`, or either after `python`.

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
    return CommandWorkload(tuple(rest), folder, None if module else script)


def _run_file(script: Path, text: str) -> None:
    """Run a file as `__main__`, on the code objects that its functions have where it was loaded as a module: whoever watches one of these
    sees it called."""
    main, before = ModuleType("__main__"), sys.modules["__main__"]
    main.__file__ = str(script)
    code = (
        compile(text, str(script), "exec", dont_inherit=True) if text else _sharing(compiled(script), _loaded(script))
    )
    sys.modules["__main__"] = main
    try:
        exec(code, vars(main))
    finally:
        sys.modules["__main__"] = before


def _loaded(script: Path) -> list[CodeType]:
    """The code of all functions and methods of modules that were imported from a file."""
    files = [(one, getattr(one, "__file__", None)) for one in list(sys.modules.values())]
    modules = [one for one, file in files if file and _is(file, script)]
    values = [value for module in modules for value in vars(module).values()]
    values += [inner for value in values if isinstance(value, type) for inner in vars(value).values()]
    plain = [inspect.unwrap(getattr(value, "__func__", value)) for value in values if callable(value)]
    return [value.__code__ for value in plain if isinstance(value, FunctionType)]


def _is(file: str, script: Path) -> bool:
    return Path(file).name == script.name and Path(file).resolve() == script


def _sharing(code: CodeType, known: list[CodeType]) -> CodeType:
    """Code in which each function that is equal to one of `known` is that one."""
    if not known:
        return code
    constants = tuple(
        next((one for one in known if one == value), None) or _sharing(value, known)
        if isinstance(value, CodeType)
        else value
        for value in code.co_consts
    )
    return code.replace(co_consts=constants)


@contextlib.contextmanager
def _as_program(argv: list[str], folder: Path, first: Path) -> Iterator[io.StringIO]:
    """What a program finds: its arguments, its folder, its own folder first on the path; put back afterwards."""
    before_argv, before_path, before_folder = sys.argv, list(sys.path), Path.cwd()
    sys.argv = argv
    sys.path.insert(0, str(first))
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            yield printed
    finally:
        os.chdir(before_folder)
        sys.argv = before_argv
        sys.path[:] = before_path
