"""`%profile statement`, and `%%profile` where another program calls it."""

from __future__ import annotations

import ast
import linecache
import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError as IPythonUsageError

from workbench.engines.table import ALL
from workbench.errors import WorkbenchError
from workbench.face.notebook import CellLabels
from workbench.face.session import can_repeat, last
from workbench.magics.runner import keep, lively, prepared, refuse_missing
from workbench.magics.show import complain
from workbench.magics.words import Words, parse
from workbench.model.facts import TargetKind
from workbench.recorder.pairs import by_pairs
from workbench.recorder.passes import record_passes
from workbench.recorder.repeat import Repeated, record_call
from workbench.recorder.run import Recorder, running

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.face.profile import Profile
    from workbench.model.facts import Cost
    from workbench.model.recording import Recording

_NAME = 60
_STATEMENT = "<profile>"


def run_line(shell: Any, line: str) -> Any:
    """Record one statement; its value, if it has one, is the magic's."""
    words = _words(line, cell=False)
    try:
        call = _compiled(shell, words.statement, _STATEMENT)
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
    live, place = lively(shell, words), ""
    try:
        if live is not None:
            live.start()
        done = _recorded(shell, words, call, kind, name, text)
    except WorkbenchError as trouble:
        if live is not None and (place := live.stop()):
            complain(trouble, place=place)
        raise IPythonUsageError(str(trouble)) from trouble
    finally:
        place = live.stop() if live is not None else ""
    recording = done.recording
    if "--pairs" in words.values and done.error is None:
        recording = replace(recording, cost=_in_pairs(shell, words, text, call, recording, words.values["--pairs"]))
    found = keep(shell, words, recording, done.value, place)
    if kind is TargetKind.STATEMENT:
        can_repeat(found, partial(_closer, shell, words, call), partial(_in_pairs, shell, words, text, call))
    if done.error is not None:
        raise done.error
    return done.value


def _recorded(shell: Any, words: Words, call: Callable[[], Any], kind: TargetKind, name: str, text: str) -> Repeated:
    once, cells = bool(words.values.get("--once")), CellLabels(shell)
    refuse_missing(shell, words, words.statement or text)
    if words.engine != ALL:
        return record_call(prepared(shell, words, text), call, kind, name, once=once, cells=cells)

    def made(engine: str, like: Callable[[], Recording | None]) -> Recorder:
        recorder = Recorder(engine, words.options)
        recorder.choose(shell.user_ns, cells, like)
        return recorder

    return record_passes(made, call, kind, name, once=once, cells=cells)


def _in_pairs(shell: Any, words: Words, text: str, call: Callable[[], Any], recording: Recording, pairs: int) -> Cost:
    alone = Words(recording.engine, words.statement, words.values)
    return by_pairs(recording, lambda: prepared(shell, alone, text), call, pairs)


def _closer(shell: Any, words: Words, call: Callable[[], Any], engine: str, functions: tuple[str, ...]) -> Profile:
    closer = Words(engine, words.statement, words.values | {"-f": list(functions)})
    _record(shell, closer, call, TargetKind.STATEMENT, words.statement[:_NAME], words.statement[:_NAME])
    return last()


def _compiled(shell: Any, text: str, file: str) -> Callable[[], Any]:
    """A call that runs `text` in the person's namespace and gives the value of its last expression."""
    if file == _STATEMENT or file not in linecache.cache:
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
