"""Runs a script or a module as Python itself would, under a recorder.

Everything the program can see of its process (`__main__`, arguments, import path, threads, exit code, traceback) is as under
`python script.py` and `python -m module`. The run ends as Python ends one: it waits for the program's threads and
closes the thread pools it left open, so this is meant for the last run of a process.
"""

from __future__ import annotations

import builtins
import os
import pkgutil
import runpy
import shlex
import sys
import threading
import traceback
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader, SourcelessFileLoader
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn

from workbench.engines.base import Boundary, Options
from workbench.errors import TargetNotFoundError
from workbench.model.facts import Target, TargetKind
from workbench.recorder.children import Alone, family
from workbench.recorder.compiled import told_of_code
from workbench.recorder.patience import last_words, patient
from workbench.recorder.run import Recorder
from workbench.recorder.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, TracebackType
    from typing import TextIO

    from workbench.model.recording import Recording
    from workbench.recorder.children import Children

    Rescue = Callable[["Outcome"], object]

INTERRUPTED = 130
"""What a shell shows for a process that ended by SIGINT."""

_NAME = 80


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `exit_code` is Python's own for it; `error` what came out of the program, SystemExit included.

    `world` is what the program saw of its process: enter it before the process ends, for what the program does at exit.
    """

    recording: Recording
    exit_code: int
    error: BaseException | None
    world: World


@dataclass(frozen=True, slots=True)
class _Ending:
    """What ended the program, the exit code, and what ended the waiting for its threads."""

    error: BaseException | None
    code: int
    late: BaseException | None = None

    @property
    def noted(self) -> BaseException | None:
        """What the recording says of it: nothing of a program that ended well."""
        well = isinstance(self.error, SystemExit) and self.code == 0
        return self.late if self.error is None or well else self.error


@dataclass(frozen=True, slots=True)
class _Program:
    """What is to be run: `load` fills the module `__main__` and gives the code; it runs as part of the program."""

    target: Target
    world: World
    load: Callable[[ModuleType], CodeType]


@dataclass(frozen=True, slots=True)
class _Wish:
    """How it is to be recorded; see `record_script`."""

    engine: str
    options: Options | None
    rescue: Rescue | None
    like: Recording | None
    subprocesses: bool

    def children(self, program: _Program, outside: World) -> Children:
        if not self.subprocesses:
            return Alone()
        return family(self.engine, self.options or Options(), self.like, outside, program.world.path[0])


class TerminatedError(BaseException):
    """Stands in a recording for what ended its program before its end: a signal, or `os._exit`."""


class _MissingError(Exception):
    """Raised by runpy for us where there is no such module."""


def record_script(
    path: str,
    args: Sequence[str] = (),
    *,
    engine: str = "sample",
    options: Options | None = None,
    rescue: Rescue | None = None,
    like: Recording | None = None,
    subprocesses: bool = False,
) -> Outcome:
    """Record `python path args...`; a folder or zip file with a `__main__.py` will do.

    Raises TargetNotFoundError where there is no such file or it is not Python (then from a SyntaxError), UnknownEngineError and
    EngineBusyError. What the program raises is printed as Python prints it, and is in the outcome. Where a signal (SIGTERM, SIGHUP) ends
    the process, `rescue` is called with the outcome up to there. With `subprocesses` the processes that the program starts are recorded
    too, its exit hooks have run when the recording is made, and `rescue` is called before `os._exit` and `os.exec` as well.
    """
    target, wish = Target(TargetKind.SCRIPT, _name(path, args)), _Wish(engine, options, rescue, like, subprocesses)
    if pkgutil.get_importer(path) is None:
        file = os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH118
        code = _compiled(path, file)
        world = World.of([path, *args], os.path.dirname(os.path.realpath(path)))  # noqa: PTH120
        _as_script(world.main, file)
        return _record(_Program(target, world, lambda _main: code), wish)
    world = World.of([path, *args], os.path.join(os.getcwd(), path), always=True)  # noqa: PTH109, PTH118
    return _record(_Program(target, world, _load_container), wish)


def record_module(
    name: str,
    args: Sequence[str] = (),
    *,
    engine: str = "sample",
    options: Options | None = None,
    rescue: Rescue | None = None,
    like: Recording | None = None,
    subprocesses: bool = False,
) -> Outcome:
    """Record `python -m name args...`, with the import of its packages. Raises as `record_script` does."""
    target, wish = Target(TargetKind.MODULE, _name(name, args)), _Wish(engine, options, rescue, like, subprocesses)
    world = World.of(["-m", *args], os.getcwd())  # noqa: PTH109
    return _record(_Program(target, world, lambda main: _load_module(main, name)), wish)


def leave(code: int, error: BaseException | None) -> NoReturn:
    """End the process with an exit code; by SIGINT after a KeyboardInterrupt, as Python does. Prints nothing."""
    if isinstance(error, KeyboardInterrupt):
        sys.excepthook = lambda _kind, _error, _traceback: None
        raise KeyboardInterrupt
    sys.exit(code)


def _record(program: _Program, wish: _Wish) -> Outcome:
    recorder = Recorder(wish.engine, wish.options)
    recorder.choose(like=lambda: wish.like)
    outside, process = World.now(program.world.modules), os.getpid()
    children = wish.children(program, outside)
    early: list[Outcome] = []

    def finish(ending: _Ending) -> Outcome:
        _flush(sys.stdout)
        inside = World.now(program.world.modules)
        outside.enter()
        recording = early[0].recording if early else children.joined(recorder.recording(program.target, ending.noted))
        children.end()
        return Outcome(recording, ending.code, ending.error, inside)

    def end_early(how: str) -> None:
        if threading.current_thread() is threading.main_thread() and not early:
            recorder.stop()
            recorder.hurried = True
            early.append(finish(_Ending(TerminatedError(how), 1)))
            if wish.rescue is not None:
                wish.rescue(early[0])
            early[0].world.enter()
        children.end()

    program.world.enter()
    try:
        with last_words(lambda signal: end_early(f"by the signal {signal}")):
            children.prepare(_below(), end_early)
            error, late = _observed(recorder, program, children)
            with patient():
                if error is not None:
                    error = error.with_traceback(_theirs(error.__traceback__))
                if os.getpid() != process:
                    leave(_tell(error), error)
                if isinstance(error, _MissingError):
                    raise _not_found(error) from None
                code = _tell(error)
            children.see_off()
        with patient():
            return finish(_Ending(error, code, late))
    finally:
        if os.getpid() == process:
            children.end()
            outside.enter()


def _below() -> frozenset[CodeType]:
    return frozenset(part.__code__ for part in (_execute, _wait_for_threads, _observed))


def _observed(
    recorder: Recorder, program: _Program, children: Children
) -> tuple[BaseException | None, BaseException | None]:
    recorder.start(Boundary(codes=_below()))
    try:
        children.begin()
        with told_of_code(recorder):
            return _execute(program), _wait_for_threads()
    finally:
        recorder.mark_end()
        with patient():
            recorder.stop()


def _execute(program: _Program) -> BaseException | None:
    main = program.world.main
    try:
        exec(program.load(main), main.__dict__)
    except BaseException as error:  # noqa: BLE001
        return error
    return None


def _wait_for_threads() -> BaseException | None:
    """What Python does before exit hooks run: close open thread pools and join the threads that are not daemons.

    Ctrl-C ends the waiting and, as in Python, does not change the exit code.
    """
    try:
        threading._shutdown()  # type: ignore[attr-defined]
    except BaseException as error:  # noqa: BLE001
        traceback.print_exception(error.with_traceback(_theirs(error.__traceback__)))
        return error
    return None


def _theirs(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without the frames of this file at its root."""
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


def _tell(error: BaseException | None) -> int:
    """Print what Python prints for an exception that nobody caught, and give its exit code."""
    if error is None:
        return 0
    if isinstance(error, SystemExit):
        if error.code is None or isinstance(error.code, int):
            return (error.code or 0) & 0xFF if os.name == "posix" else error.code or 0
        if sys.stderr is not None:
            print(error.code, file=sys.stderr)  # noqa: T201
        return 1
    sys.excepthook(type(error), error, error.__traceback__)
    return INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1


def _flush(stream: TextIO | None) -> None:
    """Let out what the program has written; what goes wrong is for Python to tell when it ends. A signal may have come within a write."""
    if stream is not None:
        try:
            stream.flush()
        except (OSError, ValueError, RuntimeError):
            return


def _compiled(path: str, file: str) -> CodeType:
    if not Path(path).is_file():
        raise TargetNotFoundError(f"There is no script {path}. Name a Python file, or a module with -m.")
    if path.endswith(".pyc"):
        code = SourcelessFileLoader("__main__", file).get_code("__main__")
        assert code is not None
        return code
    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise TargetNotFoundError(f"The script {path} cannot be read: {error.strerror or error}.") from error
    try:
        return compile(data, file, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        cause = error if isinstance(error, SyntaxError) else SyntaxError(str(error), (file, 1, None, None))
        raise _not_python(path, cause) from cause.with_traceback(None)


def _as_script(main: ModuleType, file: str) -> None:
    kind = SourcelessFileLoader if file.endswith(".pyc") else SourceFileLoader
    main.__loader__ = kind("__main__", file)
    vars(main).update(__builtins__=builtins, __file__=file, __cached__=None)


def _load_container(main: ModuleType) -> CodeType:
    return _as_module(main, *runpy._get_main_module_details(_MissingError))  # type: ignore[attr-defined]


def _load_module(main: ModuleType, name: str) -> CodeType:
    name, spec, code = runpy._get_module_details(name, _MissingError)  # type: ignore[attr-defined]
    sys.argv[0] = spec.origin
    return _as_module(main, name, spec, code)


def _as_module(main: ModuleType, _name: str, spec: ModuleSpec, code: CodeType) -> CodeType:
    vars(main).update(
        __builtins__=builtins,
        __file__=spec.origin,
        __cached__=spec.cached,
        __loader__=spec.loader,
        __package__=spec.parent,
        __spec__=spec,
    )
    return code


def _not_python(path: str, error: SyntaxError) -> TargetNotFoundError:
    where = f" on line {error.lineno}" if error.lineno else ""
    found = TargetNotFoundError(f"{path} is not valid Python ({error.msg}{where}), so nothing was run.")
    found.exit_code = 1
    return found


def _not_found(error: _MissingError) -> TargetNotFoundError:
    found = TargetNotFoundError(f"{error}. Name a Python file, or a module that python -m would run.")
    found.exit_code = 1
    return found


def _name(what: str, args: Sequence[str]) -> str:
    whole = shlex.join([what, *args])
    return whole if len(whole) <= _NAME else whole[: _NAME - 1] + "…"
