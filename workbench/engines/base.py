"""What an engine is: a Protocol small enough that a new engine is one file and one row in `table.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from types import CodeType, FrameType

    from workbench.model.builder import RecordingBuilder
    from workbench.model.facts import Cost


@dataclass(frozen=True, slots=True)
class Options:
    """What a person may set. `interval` is seconds between samples (None: the engine chooses and adapts); `budget` the share
    of the run's time that an engine which can choose may cost."""

    interval: float | None = None
    budget: float = 0.03


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where the person's code begins on a stack, so that what lies below it (kernel, launcher, recorder) is left out.

    A walk from the leaf ends before the first frame whose code is in `codes`, or just after `frame` itself.
    """

    codes: frozenset[CodeType] = frozenset()
    frame: FrameType | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What an engine says about its own run, beside the rows it put into the builder."""

    mechanism: str
    cost: Cost


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
