"""What can be told of a run while it goes on: how long it has taken, where it is now, and what memory it holds."""

from __future__ import annotations

import linecache
import weakref
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.analysis.ownership import Owner, owner_of_file
from workbench.engines.base import Peek, Peeker, Peeking
from workbench.engines.process_memory import memory_probe
from workbench.recorder.environment import environment
from workbench.recorder.sources import Cells, NoCells

if TYPE_CHECKING:
    from workbench.engines.process_memory import MemoryProbe
    from workbench.model.facts import Environment
    from workbench.recorder.run import Recorder


@dataclass(frozen=True, slots=True)
class Reading:
    """A run as it stands: `elapsed` seconds since it began, `samples` taken, `rss` resident bytes of the process.

    `function` is the own function in which most time has gone so far, with the library code that it calls; `file` (a cell's label where
    it is a cell), `line` and `source` (that line's text) are where most of the last second went. What is not known is 0 or empty.
    """

    elapsed: float = 0.0
    samples: int = 0
    function: str = ""
    file: str = ""
    line: int = 0
    source: str = ""
    rss: int = 0


class Pulse:
    """Reads a recorder's run from any thread. An engine that cannot tell where the run is leaves time and memory."""

    def __init__(self, recorder: Recorder, cells: Cells | None = None) -> None:
        self._recorder = recorder
        self._cells = cells or NoCells()
        self._own: dict[str, bool] = {}
        self._environment: Environment | None = None
        self._peeker: Peeker | None = None
        self._memory: MemoryProbe | None = None
        self._peeked = Peek()

    def read(self) -> Reading:
        """The run now; before it begins all is 0, and when it has ended as it was then. Never raises, and never stops the run."""
        recorder = self._recorder
        begin, duration = recorder._begin, recorder._duration
        if not begin:
            return Reading()
        elapsed = recorder._clock.wall() - begin if duration is None else duration
        reading = Reading(elapsed=max(elapsed, 0.0), rss=self._rss())
        peek = self._peek()
        if not peek.line:
            return replace(reading, samples=peek.samples, function=peek.function)
        return replace(
            reading,
            samples=peek.samples,
            function=peek.function,
            file=self._cells.label(peek.file) or peek.file,
            line=peek.line,
            source=linecache.getline(peek.file, peek.line).strip(),
        )

    def close(self) -> None:
        """Give back what is held; may be called twice. What is read afterwards says nothing of memory."""
        if self._memory is not None:
            self._memory.close()

    def _peek(self) -> Peek:
        engine = self._recorder._engine
        if self._peeker is None and isinstance(engine, Peeking):
            self._peeker = engine.peeker()
        if self._peeker is not None:
            try:
                self._peeked = self._peeker.peek(self._is_own)
            except (RuntimeError, LookupError):
                # The log changed in the middle of a look; the next one will see it whole.
                return self._peeked
        return self._peeked

    def _rss(self) -> int:
        try:
            if self._memory is None:
                self._memory = memory_probe()
                weakref.finalize(self, self._memory.close)
            return self._memory.read()
        except (OSError, ValueError):
            return 0

    def _is_own(self, file: str) -> bool:
        found = self._own.get(file)
        if found is None:
            found = self._own[file] = self._asked(file)
        return found

    def _asked(self, file: str) -> bool:
        if self._cells.label(file) is not None:
            return True
        if file.startswith("<"):
            return file in linecache.cache
        if self._environment is None:
            self._environment = environment()
        return owner_of_file(file, self._environment) is Owner.OWN
