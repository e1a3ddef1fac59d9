"""How often to look: densely at first, so that short runs are seen, then thinner; never more than the budget allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.engines.base import Options

STEPS = ((0.05, 0.001), (0.2, 0.0025), (10.0, 0.005), (60.0, 0.008), (float("inf"), 0.010))
"""(until this many seconds into the run, seconds between ticks). A signal costs 20-100 µs, by the machine, whatever its handler does:
2-10 % at 1 kHz."""

UNSEEN = 2.2
"""What a tick costs over what its handler's clock sees. Measured from outside by pairs: the frames a walk makes visible have to be
unmade when they return, and the signal itself is not in the handler's books."""

FIRST_TICK = 2e-5
"""Seconds of the handler's clock that a tick is taken to need before any was seen; the estimate then follows what is seen."""

LONGEST = 0.25


class Pace:
    """The mean distance of ticks now, in seconds, in `interval`."""

    def __init__(self, options: Options) -> None:
        self._fixed = options.interval
        self._budget = options.budget
        self._tick = FIRST_TICK
        self.interval = self._fixed or STEPS[0][1]
        self._least = 0.0

    def spent(self, tick: float, elapsed: float, *, idle: bool = False) -> None:
        """A tick took `tick` processor seconds, `elapsed` seconds into the run; `idle` where the program waited and lost nothing by it."""
        if self._fixed is not None:
            return
        if not idle:
            self._tick += 0.25 * (min(tick, 10 * self._tick) - self._tick)
        wanted = next(interval for until, interval in STEPS if elapsed < until)
        self.interval = max(min(max(wanted, self._tick * UNSEEN / self._budget), LONGEST), self._least)

    def halve(self) -> None:
        """Look half as often from now on."""
        self._least = self.interval = 2 * self.interval
