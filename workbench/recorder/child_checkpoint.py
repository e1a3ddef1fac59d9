"""Engine `sample` in a process that may be killed without a word: now and then what it has seen so far is written.

Samples can be read while more are taken; what the other engines count can be read only when they have stopped.
"""

from __future__ import annotations

import time
from array import array
from copy import copy
from typing import TYPE_CHECKING

from workbench.engines.base import Findings
from workbench.engines.sample import SampleEngine
from workbench.engines.sample_rows import Rows
from workbench.model.facts import Evidence

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.engines.base import Boundary, Options
    from workbench.engines.ticks import TickLog
    from workbench.model.builder import RecordingBuilder
    from workbench.recorder.run import Recorder

FIRST = 2.0
"""Seconds before the first time, and at the least between two."""

RARELY = 50
"""Between two times lies at the least so often the time that the last one took."""


class CheckedSample(SampleEngine):
    """Has `checkpoint` called from its watching thread, which it does not see."""

    def __init__(self, options: Options, checkpoint: Callable[[], None]) -> None:
        super().__init__(options)
        self._checkpoint = checkpoint
        self._next = 0.0

    def start(self, boundary: Boundary) -> None:
        """See Engine."""
        self._next = time.monotonic() + FIRST
        super().start(boundary)

    def fill_so_far(self, builder: RecordingBuilder, until: float) -> Findings:
        """As `fill`, while it runs."""
        ticks = Rows(_as_now(self._log), self._others.names(), self._begin, until).fill(builder)
        mechanism = self._timer.mechanism if self._timer else "sampling thread"
        return Findings(mechanism, self._cost(ticks, until), Evidence.SAMPLES)

    def _look(self) -> bool:
        seen = super()._look()
        begin = time.monotonic()
        if self._running and begin >= self._next:
            try:
                self._checkpoint()
            except Exception as failure:  # noqa: BLE001
                self._failure = failure.with_traceback(None)
            now = time.monotonic()
            self._next = now + max(FIRST, RARELY * (now - begin))
        return seen


class _SoFar:
    """An engine that has ended, in the place of one that goes on."""

    def __init__(self, engine: CheckedSample) -> None:
        self._engine = engine

    def start(self, boundary: Boundary) -> None:
        """It has begun long since."""

    def stop(self) -> None:
        """There is nothing to end."""

    def fill(self, builder: RecordingBuilder, until: float) -> Findings:
        """See Engine."""
        return self._engine.fill_so_far(builder, until)


def so_far(recorder: Recorder, engine: CheckedSample, duration: float, cpu: float) -> Recorder:
    """A recorder of the same run that ended now."""
    view = copy(recorder)
    view._engine = _SoFar(engine)
    view._duration, view._cpu_used = duration, cpu
    return view


def _as_now(log: TickLog) -> TickLog:
    """The log without the tick that is just being written down."""
    thinned, frozen = log.thinned, copy(log)
    columns = {name: column[:] for name, column in vars(log).items() if isinstance(column, array)}
    size = min(map(len, columns.values()))
    for name, column in columns.items():
        setattr(frozen, name, column[:size])
    frozen.stacks, frozen.codes = dict(log.stacks), dict(log.codes)
    return frozen if log.thinned == thinned else _as_now(log)
