"""The engines by name, our own and those of other packages; each is loaded when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

from workbench.errors import UnknownEngineError, UnknownOptionError, near

if TYPE_CHECKING:
    from workbench.engines.base import Engine, Options

DEFAULT = "sample"
ALL = "all"
"""What may be asked for in the place of an engine where the target can be run again: one run under each of several."""


@dataclass(frozen=True, slots=True)
class EngineRow:
    """One engine: what makes it (a class or function) by module and name, what it measures, whether a target may be repeated until
    there is enough, and, of one that looks at chosen functions, whether those are taken by the time or by the memory that a sampling
    saw; `backends` are the libraries that can do its work, the first by itself; `switches` those fields of Options that are its own."""

    name: str
    module: str
    attribute: str
    measures: str
    repeats: bool
    taken_by: Literal["time", "memory"] = "time"
    backends: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()


ENGINES: dict[str, EngineRow] = {
    row.name: row
    for row in (
        EngineRow(
            "sample", "workbench.engines.sample", "SampleEngine", "where wall time goes, by sampling; almost free", True
        ),
        EngineRow(
            "cpu",
            "workbench.engines.cpu",
            "CpuEngine",
            "every call, counted and timed by cProfile; slows call-heavy code",
            False,
        ),
        EngineRow(
            "lines",
            "workbench.engines.lines",
            "LinesEngine",
            "every line of chosen functions, counted and timed by line_profiler; slows those functions",
            False,
        ),
        EngineRow(
            "memory",
            "workbench.engines.memory",
            "memory_engine",
            "by how much process memory grows while each line of chosen functions runs; slows those functions",
            False,
            taken_by="memory",
            backends=("workbench", "memory_profiler"),
        ),
        EngineRow(
            "heap",
            "workbench.engines.heap",
            "heap_engine",
            "who allocated memory, who held it at the peak and at the end, by memray; slows allocations",
            False,
            backends=("memray", "tracemalloc"),
            switches=("native", "objects"),
        ),
        EngineRow(
            "tasks",
            "workbench.engines.tasks",
            "TasksEngine",
            "what asyncio tasks do: run, wait for the loop, wait for something; and what blocked the loop",
            False,
        ),
    )
}
"""Our own engines; those of other packages are not among them."""


def is_engine(word: str) -> bool:
    """Whether an engine has that name, our own or a foreign one; foreign ones are not loaded for it."""
    return word in ENGINES or (word.isidentifier() and word in engine_names())


def engine_names() -> list[str]:
    """The names of all engines, our own first; foreign ones are not loaded for it."""
    from workbench.engines import foreign

    return [*ENGINES, *foreign.names()]


def all_engines() -> dict[str, EngineRow]:
    """All engines by name, our own first, with what they measure: foreign ones are loaded. One that cannot be had says why."""
    from workbench.engines import foreign

    return ENGINES | {name: foreign.described(name) for name in foreign.names()}


def row(name: str) -> EngineRow:
    """The engine of that name. Raises UnknownEngineError, naming near ones; EngineUnavailableError where a foreign one cannot be had."""
    if name in ENGINES:
        return ENGINES[name]
    from workbench.engines import foreign

    found = foreign.find(name)
    if found is None and name == ALL:
        raise UnknownEngineError(
            "'all' is no engine, but several runs of what may be repeated, each under another one: %profile all STATEMENT in a notebook, "
            "workbench.profile_call(f, engine='all') in Python. A cell, block or script is run once: name an engine."
        )
    if found is None:
        raise UnknownEngineError(f"There is no engine {name!r}: {near(name, engine_names())}")
    return found


def check_backend(name: str, backend: str | None) -> None:
    """Raise UnknownOptionError where an engine has no such backend."""
    known = row(name).backends
    if backend is None or backend in known:
        return
    if not known:
        raise UnknownOptionError(f"Engine {name!r} has one way of working, so it takes no backend.")
    raise UnknownOptionError(f"Engine {name!r} has no backend {backend!r}: {near(backend, known)}")


def check_options(name: str, options: Options) -> None:
    """Raise UnknownOptionError where an engine does not take what is asked of it."""
    check_backend(name, options.backend)
    known = row(name).switches
    for switch in ("native", "objects"):
        if getattr(options, switch) and switch not in known:
            takers = ", ".join(repr(one.name) for one in ENGINES.values() if switch in one.switches)
            raise UnknownOptionError(f"Engine {name!r} takes no --{switch}; engine {takers} does.")


def load(name: str, options: Options) -> Engine:
    """A new engine for one run. Raises UnknownEngineError, EngineUnavailableError and UnknownOptionError."""
    found = row(name)
    check_options(name, options)
    engine: Engine = attrgetter(found.attribute)(import_module(found.module))(options)
    return engine
