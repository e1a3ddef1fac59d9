"""What a panel knows of the session: what can be run, what was recorded, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.engines.base import Options
    from workbench.recorder.pulse import Reading


@dataclass(frozen=True, slots=True)
class Callee:
    """A function of the notebook: how it is reached by name, and its parameters without a default, which have to be given."""

    name: str
    needs: tuple[str, ...] = ()
    takes_more: bool = False
    """Whether there are parameters with a default, too."""

    @property
    def label(self) -> str:
        """Its name as a call, and whether that call can be run as it is."""
        inner = ", ".join([*self.needs, *(["..."] if self.takes_more else [])])
        return f"{self.name}({inner})" + ("" if self.needs else "  ·  runs as it is")

    @property
    def proposal(self) -> str:
        """A statement that calls it, with `...` where a value has to be written."""
        return f"{self.name}({', '.join(f'{name}=...' for name in self.needs)})"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run that was asked for."""

    statement: str
    engine: str
    options: Options
    once: bool = False


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a run: the recording's number, and how the statement ended where it did not end well: `error` by type and message,
    `trace` its own frames."""

    number: int
    error: str = ""
    trace: str = ""
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A recording of the history: its number in the session, its name ("" for none), engine, target, wall seconds, when it began (the local
    time of day), and how its run ended where it did not end well."""

    number: int
    name: str
    engine: str
    target: str
    seconds: float
    when: str
    ended: str = ""

    @property
    def title(self) -> str:
        """Its name, or else its target's."""
        return self.name or self.target


class Session(Protocol):
    """The session as a panel uses it; recordings are told by their numbers. Each method raises what it does in Python."""

    def callees(self) -> tuple[Callee, ...]:
        """The functions of the notebook that may be chosen."""
        ...

    def fault(self, statement: str) -> str:
        """Why a statement cannot be run now; "" where nothing is seen to be wrong with it."""
        ...

    def run(self, wanted: Wanted) -> Ran:
        """Run and record it, in the caller's thread; what the statement raises is in what is returned."""
        ...

    def cancel(self) -> None:
        """Interrupt the statement that runs; called from another thread."""
        ...

    def reading(self) -> Reading | None:
        """How far the run is; None where nothing is recorded at the moment."""
        ...

    def entries(self) -> tuple[Entry, ...]:
        """The history, oldest first."""
        ...

    def view(self, number: int) -> Any:
        """A recording's view as a widget."""
        ...

    def compare(self, before: int, after: int) -> Any:
        """What changed between two recordings: something that shows itself."""
        ...

    def save(self, number: int, path: Path) -> Path:
        """Write a recording as a `.wbp` file."""
        ...

    def report(self, number: int, path: Path) -> Path:
        """Write a recording as an HTML page."""
        ...

    def rename(self, number: int, name: str) -> None:
        """Give a recording a name; an empty one takes its name away."""
        ...

    def forget(self, number: int) -> None:
        """Take a recording out of the history."""
        ...
