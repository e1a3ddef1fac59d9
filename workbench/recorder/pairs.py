"""What an engine costs a target that can be run again: runs with and without it, in turns."""

from __future__ import annotations

import statistics
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from workbench.engines.base import Boundary

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.model.facts import Cost
    from workbench.model.recording import Recording
    from workbench.recorder.run import Recorder

    Make = Callable[[], Recorder]
    """A new recorder as the recording's was."""

STRETCH = 0.2
"""Seconds that each side of a pair lasts at the least, by as many runs as that takes."""

MOST = 100_000


def by_pairs(recording: Recording, make: Make, call: Callable[[], object], pairs: int) -> Cost:
    """The recording's cost, by the median over pairs of stretches of runs, one of the two under the engine, the first one in turns.

    Raises what `call` raises.
    """
    runs = min(max(int(STRETCH / max(_bare(call, 1), 1e-9)) + 1, 1), MOST)
    ratios = []
    for number in range(pairs):
        if number % 2:
            bare = _bare(call, runs)
            under = _under(make(), call, runs)
        else:
            under = _under(make(), call, runs)
            bare = _bare(call, runs)
        ratios.append(under / bare)
    ratio = statistics.median(ratios)
    method = f"{ratio:.3f} times as long as without it, by {pairs} pairs of runs here ({min(ratios):.3f} to {max(ratios):.3f})"
    return replace(recording.cost, own=recording.duration * max(1 - 1 / ratio, 0.0), method=method)


def _bare(call: Callable[[], object], runs: int) -> float:
    begin = perf_counter()
    for _ in range(runs):
        call()
    return perf_counter() - begin


def _under(recorder: Recorder, call: Callable[[], object], runs: int) -> float:
    recorder.start(Boundary(codes=frozenset({_bare.__code__})))
    try:
        return _bare(call, runs)
    finally:
        recorder.stop()
