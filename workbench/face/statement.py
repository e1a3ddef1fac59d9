"""Record one statement in a namespace, so that it can be stopped from another thread and its recording is kept."""

from __future__ import annotations

import _thread
import ast
import linecache
import signal
import symtable
import threading
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.engines.table import ALL
from workbench.errors import EngineBusyError
from workbench.face.profile import Profile
from workbench.face.session import can_repeat, last, newest, remember
from workbench.model.facts import TargetKind
from workbench.recorder.pairs import by_pairs
from workbench.recorder.passes import record_passes
from workbench.recorder.repeat import Repeated, record_call
from workbench.recorder.run import Recorder, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from workbench.engines.base import Options
    from workbench.model.recording import Recording
    from workbench.recorder.sources import Cells

FILE = "<profile>"
"""The file that a statement's own frame is said to be in."""

_NAME = 60


@dataclass(frozen=True, slots=True)
class Statement:
    """What is to be recorded: Python text, the namespace and cells it runs among, the engine and its options."""

    text: str
    names: dict[str, Any] = field(repr=False)
    cells: Cells
    engine: str
    options: Options
    once: bool = False

    @property
    def name(self) -> str:
        """The statement as its recording's target is named."""
        return self.text[:_NAME]


class Stoppable:
    """A call that can be stopped where it runs in the main thread: from another one by `stop`, in the main one by Ctrl-C. Between its runs
    neither breaks in; the next run then does not begin."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._call = call
        self._inside = False
        self.asked = False

    def __call__(self) -> Any:
        """Run it; what it gives and raises comes out. Raises KeyboardInterrupt where it is stopped."""
        if self.asked:
            raise KeyboardInterrupt
        self._inside = _thread.get_ident() == threading.main_thread().ident
        try:
            return self._call()
        finally:
            self._inside = False

    def stop(self) -> None:
        """Have the main thread interrupted where it runs the call; may be called from any thread, and more than once."""
        self.asked = True
        if not self._inside:
            return
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        else:
            signal.raise_signal(signal.SIGINT)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """For the time of the block Ctrl-C means this call, in the main thread; afterwards it means what it did before."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._heard)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _heard(self, _number: int, _frame: object) -> None:
        self.asked = True
        if self._inside:
            raise KeyboardInterrupt


def fault_of(text: str, names: Mapping[str, object]) -> str:
    """Why a statement cannot be run in a namespace, in a sentence; "" where nothing is seen to be wrong with it."""
    if not text.strip():
        return "There is no statement. Choose a function, or write one, such as f(x)."
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text, FILE)
            compile(text, FILE, "exec")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        if _awaits(text):
            return "A statement with await runs in a cell of its own: write %%profile over it."
        where = f" (at character {error.offset})" if isinstance(error, SyntaxError) and error.offset else ""
        said = error.msg if isinstance(error, SyntaxError) else str(error) or "it is nested too deeply"
        return f"This is no Python yet: {said}{where}."
    if not module.body:
        return "There is only a comment. Choose a function, or write a statement, such as f(x)."
    if empty := _placeholders(module):
        return f"Write a value in the place of ... for {', '.join(empty)}."
    missing = [name for name in _read(text, module) if name not in names and name not in _builtins(names)]
    if missing:
        return f"There is no {missing[0]!r} in the notebook now. Run the cell that makes it, then press Refresh."
    return ""


def profile_statement(wanted: Statement, call: Stoppable) -> tuple[Profile, BaseException | None]:
    """Run and record a statement; its profile, and what it raised or None. `call` is what `compiled` made of it.

    Nothing that the statement raises comes out, an exit and an interrupt neither. Raises EngineBusyError where a recording runs already,
    EngineUnavailableError, UnknownOptionError and UsageError before anything is run.
    """
    outer = running()
    if outer is not None:
        raise EngineBusyError(
            f"A recording with engine {outer.engine!r} is running already; one run is recorded at a time. Let it end first."
        )
    with call.listening():
        done = _recorded(wanted, call)
        found = remember(Profile(done.recording, done.value))
    again = partial(_closer, wanted)
    can_repeat(
        found, again, lambda recording, pairs: by_pairs(recording, partial(_alone, wanted, recording), call, pairs)
    )
    return found, done.error


def compiled(text: str, names: dict[str, Any]) -> Stoppable:
    """A call that runs `text` in a namespace and gives the value of its last expression. Its lines can be read while it is the newest."""
    linecache.cache[FILE] = (len(text), None, text.splitlines(keepends=True), FILE)
    module = ast.parse(text, FILE)
    tail = module.body.pop() if module.body and isinstance(module.body[-1], ast.Expr) else None
    body = compile(module, FILE, "exec") if module.body else None
    value = compile(ast.Expression(tail.value), FILE, "eval") if isinstance(tail, ast.Expr) else None

    def call() -> Any:
        if body is not None:
            exec(body, names)
        return eval(value, names) if value is not None else None

    return Stoppable(call)


def _recorded(wanted: Statement, call: Stoppable) -> Repeated:
    def made(engine: str, like: Callable[[], Recording | None]) -> Recorder:
        recorder = Recorder(engine, wanted.options)
        recorder.refuse_missing(wanted.names, wanted.text, wanted.cells)
        recorder.choose(wanted.names, wanted.cells, like)
        return recorder

    if wanted.engine == ALL:
        return record_passes(made, call, TargetKind.STATEMENT, wanted.name, once=wanted.once, cells=wanted.cells)
    recorder = made(wanted.engine, lambda: newest(partial(_same, wanted.name)))
    return record_call(recorder, call, TargetKind.STATEMENT, wanted.name, once=wanted.once, cells=wanted.cells)


def _same(name: str, old: Recording) -> bool:
    return (old.target.kind, old.target.name) == (TargetKind.STATEMENT, name)


def _alone(wanted: Statement, recording: Recording) -> Recorder:
    recorder = Recorder(recording.engine, wanted.options)
    recorder.choose(wanted.names, wanted.cells, lambda: newest(partial(_same, wanted.name)))
    return recorder


def _closer(wanted: Statement, engine: str, functions: tuple[str, ...]) -> Profile:
    closer = replace(wanted, engine=engine, options=replace(wanted.options, functions=functions))
    _, error = profile_statement(closer, compiled(wanted.text, wanted.names))
    if error is not None:
        raise error
    return last()


def _awaits(text: str) -> bool:
    """Whether text that is no statement would be one in a cell, where one may await."""
    try:
        compile(text, FILE, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


def _placeholders(module: ast.Module) -> list[str]:
    """The parameters of calls for which a bare `...` still stands."""
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call)]
    return [
        keyword.arg
        for call in calls
        for keyword in call.keywords
        if keyword.arg and isinstance(keyword.value, ast.Constant) and keyword.value.value is ...
    ]


def _read(text: str, module: ast.Module) -> list[str]:
    """The names that simple statements read and do not make; none of compound ones, which may see to a missing name themselves."""
    if not all(isinstance(node, ast.Expr | ast.Assign | ast.AugAssign | ast.AnnAssign) for node in module.body):
        return []
    symbols = symtable.symtable(text, FILE, "exec").get_symbols()
    return [
        one.get_name() for one in symbols if one.is_referenced() and not one.is_assigned() and not one.is_imported()
    ]


def _builtins(names: Mapping[str, object]) -> Mapping[str, object]:
    import builtins

    found = names.get("__builtins__", builtins)
    return found if isinstance(found, dict) else vars(found)
