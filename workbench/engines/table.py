"""The engines by name; each is loaded when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from workbench.errors import UnknownEngineError, UnknownOptionError, near

if TYPE_CHECKING:
    from workbench.engines.base import Engine, Options

DEFAULT = "sample"


@dataclass(frozen=True, slots=True)
class EngineRow:
    """One engine: what makes it (a class or function) by module and name, what it measures, whether a target may be repeated until
    there is enough, and, of one that looks at chosen functions, whether those are taken by the time or by the memory that a sampling
    saw; `backends` are the libraries that can do its work, the first by itself."""

    name: str
    module: str
    attribute: str
    measures: str
    repeats: bool
    taken_by: Literal["time", "memory"] = "time"
    backends: tuple[str, ...] = ()


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
    )
}


def row(name: str) -> EngineRow:
    """The engine of that name. Raises UnknownEngineError, naming near ones."""
    if name not in ENGINES:
        raise UnknownEngineError(f"There is no engine {name!r}: {near(name, ENGINES)}")
    return ENGINES[name]


def check_backend(name: str, backend: str | None) -> None:
    """Raise UnknownOptionError where an engine has no such backend."""
    known = row(name).backends
    if backend is None or backend in known:
        return
    if not known:
        raise UnknownOptionError(f"Engine {name!r} has one way of working, so it takes no backend.")
    raise UnknownOptionError(f"Engine {name!r} has no backend {backend!r}: {near(backend, known)}")


def load(name: str, options: Options) -> Engine:
    """A new engine for one run. Raises UnknownEngineError and UnknownOptionError."""
    found = row(name)
    check_backend(name, options.backend)
    engine: Engine = getattr(import_module(found.module), found.attribute)(options)
    return engine
