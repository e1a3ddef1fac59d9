"""What an engine is: a Protocol small enough that a new engine is one file and one row in `table.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType, FrameType

    from workbench.model.builder import RecordingBuilder
    from workbench.model.facts import Cost, Evidence


@dataclass(frozen=True, slots=True)
class Options:
    """What a person may set. `interval` is seconds between samples (None: the engine chooses and adapts); `budget` the share
    of the run's time that an engine which can choose may cost.

    `functions` (functions, classes, or names of them) and `modules` (modules or their names) say what an engine that
    looks closely is to look at; with neither, the functions are found without being named. `backend` is the library that is to
    do an engine's work, where there is more than one way.
    """

    interval: float | None = None
    budget: float = 0.03
    functions: tuple[object, ...] = ()
    modules: tuple[object, ...] = ()
    backend: str | None = None
    native: bool = False
    objects: bool = False


class Selection(Protocol):
    """The functions an engine is to look at closely."""

    def known(self) -> Iterable[CodeType]:
        """Those that are there when the run begins."""
        ...

    def among(self, code: CodeType) -> Iterable[CodeType]:
        """Those in newly compiled code (a cell, a script, an imported module), itself and what is nested in it."""
        ...

    def named(self) -> Iterable[CodeType]:
        """Those that were asked for by name, and are listed though they never ran; asked after the run."""
        ...

    def never(self) -> Iterable[str]:
        """One sentence for each name that was asked for and not found, or cannot be looked into; asked after the run."""
        ...


@runtime_checkable
class CloseEngine(Protocol):
    """An engine that looks at chosen functions only."""

    def choose(self, selection: Selection) -> None:
        """Called once, before `start`."""
        ...

    def discover(self, code: CodeType) -> None:
        """Newly compiled code is about to run."""
        ...


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where the person's code begins on a stack, so that what lies below it (kernel, launcher, recorder) is left out.

    A walk from the leaf ends before the first frame whose code is in `codes`, or just after `frame` itself.
    """

    codes: frozenset[CodeType] = frozenset()
    frame: FrameType | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What an engine says about its own run, beside the rows it put into the builder. `events` is how often it had to do something, and
    `event` what that is called, where its cost goes by that."""

    mechanism: str
    cost: Cost
    evidence: Evidence
    events: int = 0
    event: str = ""


class Engine(Protocol):
    """Observes the process between `start` and `stop`; then tells a builder what it saw."""

    def start(self, boundary: Boundary) -> None:
        """Begin. Raises EngineBusyError where somebody else holds what it needs, EngineUnavailableError where it cannot run."""
        ...

    def stop(self) -> None:
        """End and put back everything as it was; may be called twice."""
        ...

    def fill(self, builder: RecordingBuilder, until: float) -> Findings:
        """Put the rows observed in the first `until` seconds into the builder; called once, after `stop`."""
        ...


@dataclass(frozen=True, slots=True)
class Peek:
    """What an engine can tell in the middle of a run.

    `samples` so far; `function`, the qualified name of the own function in which most time has gone so far, with the library code that it
    calls; `file` (as the code object has it) and `line`, the own line where most of the last second went. Unknown is 0 or empty.
    """

    samples: int = 0
    function: str = ""
    file: str = ""
    line: int = 0


class Peeker(Protocol):
    """Looks at a run that goes on, for one who asks again and again."""

    def peek(self, own: Callable[[str], bool]) -> Peek:
        """How the run stands now; `own` tells whether a file is the person's own code. Called from any one thread, never the run's own.

        It copies nothing but the newest rows, and holds nothing up. Raises RuntimeError or LookupError where the log changed meanwhile.
        """
        ...


@runtime_checkable
class Peeking(Protocol):
    """An engine that can be asked while it observes."""

    def peeker(self) -> Peeker:
        """A new one, which remembers what it has seen."""
        ...
