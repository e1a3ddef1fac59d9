"""`%profile statement`, and `%%profile` where another program calls it."""

from __future__ import annotations

import ast
import linecache
import sys
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError as IPythonUsageError

from workbench.errors import WorkbenchError
from workbench.magics.cells import NotebookCells
from workbench.magics.runner import keep, prepared
from workbench.magics.words import Words, parse
from workbench.model.facts import TargetKind
from workbench.recorder.repeat import record_call
from workbench.recorder.run import running

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = 60


def run_line(shell: Any, line: str) -> Any:
    """Record one statement; its value, if it has one, is the magic's."""
    words = _words(line, cell=False)
    try:
        call = _compiled(shell, words.statement, "<profile>")
    except SyntaxError as error:
        if "await" in (error.msg or ""):
            raise IPythonUsageError(
                "%profile cannot await, because it runs inside the kernel's loop. Put %%profile on a line above the await instead."
            ) from error
        raise
    return _record(shell, words, call, TargetKind.STATEMENT, words.statement[:_NAME], words.statement[:_NAME])


def run_cell(shell: Any, line: str, cell: str) -> Any:
    """Record a cell's text for a program that calls the magic by `run_cell_magic`; without top-level await."""
    words = _words(line, cell=True)
    text = shell.transform_cell(cell)
    file = shell.compile.cache(text, _number(shell), raw_code=cell)
    call = _compiled(shell, text, file)
    label = f"In [{_number(shell)}]"
    once = Words(words.engine, words.statement, {**words.values, "--once": True})
    return _record(shell, once, call, TargetKind.CELL, label, cell)


def _words(line: str, *, cell: bool) -> Words:
    try:
        return parse(line, cell=cell)
    except WorkbenchError as trouble:
        raise IPythonUsageError(str(trouble)) from trouble


def _record(shell: Any, words: Words, call: Callable[[], Any], kind: TargetKind, name: str, text: str) -> Any:
    outer = running()
    if outer is not None:
        print(  # noqa: T201
            f"workbench: a recording with engine {outer.engine!r} is running already; this ran as part of it.",
            file=sys.stderr,
        )
        return call()
    try:
        recorder = prepared(shell, words, text)
        done = record_call(
            recorder, call, kind, name, once=bool(words.values.get("--once")), cells=NotebookCells(shell)
        )
    except WorkbenchError as trouble:
        raise IPythonUsageError(str(trouble)) from trouble
    keep(shell, words, done.recording, done.value)
    if done.error is not None:
        raise done.error
    return done.value


def _compiled(shell: Any, text: str, file: str) -> Callable[[], Any]:
    """A call that runs `text` in the person's namespace and gives the value of its last expression."""
    if file not in linecache.cache:
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    module = ast.parse(text, file)
    tail = module.body.pop() if module.body and isinstance(module.body[-1], ast.Expr) else None
    names = shell.user_ns
    body = compile(module, file, "exec") if module.body else None
    value = compile(ast.Expression(tail.value), file, "eval") if isinstance(tail, ast.Expr) else None

    def call() -> Any:
        if body is not None:
            exec(body, names)
        return eval(value, names) if value is not None else None

    return call


def _number(shell: Any) -> int:
    """The number of the cell that runs now; `execution_count` is one ahead of it from IPython 9.16 on."""
    return max(len(shell.history_manager.input_hist_parsed) - 1, 0)
