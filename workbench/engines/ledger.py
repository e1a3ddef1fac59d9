"""What each tick counts for: wall and processor seconds since the one before, without what the sampler itself took."""

from __future__ import annotations


class Ledger:
    """Books of one thread. All arguments are readings of the same two clocks, in seconds.

    A tick that is answered late stands for the moments at which it was due, not for the moment of the answer: were it otherwise, each
    stretch of C code would be charged with half a period of the code before it.
    """

    def __init__(self, wall: float, cpu: float) -> None:
        self.accounted = wall
        self._answered = wall
        self._cpu = cpu
        self.own = 0.0

    def span(self, due: float, now: float, cpu: float) -> tuple[float, float]:
        """(wall, processor) seconds from the last accounted moment to `due`, for a tick answered at `now`."""
        wall = max(due - self.accounted, 0.0)
        elapsed, used = now - self._answered, cpu - self._cpu
        share = min(max(used / elapsed, 0.0), 1.0) if elapsed > 0 else 0.0
        return wall, wall * share

    def close(self, due: float, end: float, cpu: float, own: float) -> None:
        """The tick due at `due` is written down, and answering it took `own` processor seconds; the clocks now say `end` and `cpu`."""
        self.own += own
        self.accounted = max(due, self.accounted) + own
        self._answered = end
        self._cpu = cpu
