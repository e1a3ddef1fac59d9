"""Run something under an engine: a block, a call."""

from __future__ import annotations

import asyncio
import inspect
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engines.base import Boundary, Options
from workbench.engines.table import ALL, DEFAULT
from workbench.errors import UsageError
from workbench.face.profile import Profile
from workbench.face.session import can_repeat, newest, remember
from workbench.model.facts import Target, TargetKind
from workbench.recorder.naming import words_of
from workbench.recorder.pairs import by_pairs
from workbench.recorder.passes import record_passes
from workbench.recorder.repeat import record_call
from workbench.recorder.run import Recorder

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from workbench.model.recording import Recording

DEFAULT_BUDGET = Options().budget


class Block:
    """`with workbench.profile() as rec:` records the block; `rec` can be read after it. Works around `await` too."""

    def __init__(self, engine: str, options: Options, save: str | os.PathLike[str] | None) -> None:
        self._recorder = Recorder(engine, options)
        self._options = options
        self._plain = engine == DEFAULT and not options.functions and not options.modules
        self._profile = Profile()
        self._zoomed: Profile | None = None
        self._save = save
        self._name = ""

    def __enter__(self) -> Profile:
        from workbench.face.zoom import take

        frame = sys._getframe(1)
        self._name = f"block at {Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
        armed = take(self._same) if self._plain else None
        if armed is not None:
            self._recorder = Recorder(armed.engine, replace(self._options, functions=armed.functions))
            self._zoomed = armed.profile
        self._recorder.refuse_missing({**frame.f_globals, **frame.f_locals}, words_of(frame.f_code))
        self._recorder.choose({**frame.f_globals, **frame.f_locals}, like=partial(newest, self._same))
        self._recorder.start(Boundary(frame=frame))
        return self._profile

    def _same(self, recording: Recording) -> bool:
        return (recording.target.kind, recording.target.name) == (TargetKind.BLOCK, self._name)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._recorder.stop()
        self._profile.fill(self._recorder.recording(Target(TargetKind.BLOCK, self._name), error))
        if self._zoomed is not None:
            self._zoomed.fill(self._profile.recording)
        remember(self._profile)
        if self._save is not None:
            self._profile.save(self._save)


def profile(
    engine: str = "sample",
    *,
    interval: float | None = None,
    budget: float = DEFAULT_BUDGET,
    functions: Iterable[object] = (),
    modules: Iterable[object] = (),
    backend: str | None = None,
    native: bool = False,
    objects: bool = False,
    save: str | os.PathLike[str] | None = None,
) -> Block:
    """A context manager that records its block.

    `interval` is seconds between samples (chosen and adapted where not given), `budget` the share of the run the sampler
    may cost, `save` a `.wbp` file to write at the end. `functions` (functions, classes, or their names) and `modules` are what engines
    `lines` and `memory` are to look at; where none is named, they look at the own functions that took most of the time (or in which memory
    grew most) when the same block was sampled last, or else at all own code. `backend` is the library that does the work (engine
    `memory`: `memory_profiler`, `heap`: `tracemalloc`); `native` and `objects` have engine `heap` follow native stacks and every small
    object. Raises UnknownEngineError and UnknownOptionError here, EngineBusyError on entry, SaveFailedError
    at the end.
    """
    options = _options(functions, modules, interval, budget, backend)
    return Block(engine, replace(options, native=native, objects=objects), save)


def profile_call(
    function: Callable[..., Any],
    /,
    *args: Any,
    engine: str = "sample",
    once: bool = False,
    functions: Iterable[object] = (),
    modules: Iterable[object] = (),
    backend: str | None = None,
    native: bool = False,
    objects: bool = False,
    **kwargs: Any,
) -> Profile:
    """Record `function(*args, **kwargs)`; the first call's value is in `.result`.

    Engine `sample` repeats a short call until there is enough to see, unless `once`; how often is in `.target.repeats`. A coroutine
    function is run by `asyncio.run`. Engine `all` calls it under `sample`, `cpu`, `lines` and `memory`, one after the other, and without
    any in between: `.passes` has each. `functions`, `modules`, `backend`, `native` and `objects` as in `profile`. What the function
    raises comes out, and the recording up to there is `workbench.last()`.
    """
    call: Callable[[], Any] = partial(function, *args, **kwargs)
    if inspect.iscoroutinefunction(function):
        call = _awaited(call)
    name = getattr(function, "__qualname__", repr(function))
    options = replace(_options(functions, modules, backend=backend), native=native, objects=objects)

    def made(engine: str, like: Callable[[], Recording | None]) -> Recorder:
        recorder = Recorder(engine, options)
        recorder.refuse_missing(getattr(function, "__globals__", {}), words_of(getattr(function, "__code__", None)))
        recorder.choose(getattr(function, "__globals__", {}), like=like)
        return recorder

    same = partial(newest, lambda old: (old.target.kind, old.target.name) == (TargetKind.CALL, f"{name}()"))
    if engine == ALL:
        done = record_passes(made, call, TargetKind.CALL, f"{name}()", once=once)
    else:
        done = record_call(made(engine, same), call, TargetKind.CALL, f"{name}()", once=once)
    found = remember(Profile(done.recording, done.value))

    def repeat(closer: str, names: tuple[str, ...]) -> Profile:
        return profile_call(function, *args, engine=closer, once=once, functions=names, **kwargs)

    can_repeat(
        found, repeat, lambda recording, pairs: by_pairs(recording, lambda: made(recording.engine, same), call, pairs)
    )
    if done.error is not None:
        raise done.error
    return found


def _options(
    functions: Iterable[object],
    modules: Iterable[object],
    interval: float | None = None,
    budget: float = DEFAULT_BUDGET,
    backend: str | None = None,
) -> Options:
    for what, given in (("functions", functions), ("modules", modules)):
        if isinstance(given, str) or callable(given):
            raise UsageError(f"{what} takes a list, also of one: {what}=[{given!r}].")
    return Options(
        interval=interval, budget=budget, functions=tuple(functions), modules=tuple(modules), backend=backend
    )


def _awaited(call: Callable[[], Any]) -> Callable[[], Any]:
    if asyncio._get_running_loop() is not None:
        raise UsageError(
            "A coroutine function cannot be run from here: an event loop is running already. "
            "Write: with workbench.profile() as rec: await function(...)"
        )
    return lambda: asyncio.run(call())


def load(path: str | os.PathLike[str]) -> Profile:
    """Read a saved recording (`.wbp`), a cProfile file (`.prof`) or the one in a report (`report.html`; `report.html#2` is its second).

    Raises FileFormatError or TargetNotFoundError.
    """
    from workbench.formats.detect import read

    return Profile(read(Path(path)))
