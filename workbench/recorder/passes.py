"""One target under several engines, one run after the other, joined in one recording: engines together would slow what each one times."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING

from workbench import units
from workbench.recorder.repeat import Repeated, record_call

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.model.facts import TargetKind
    from workbench.model.recording import Recording
    from workbench.recorder.run import Recorder
    from workbench.recorder.sources import Cells

    Make = Callable[[str, Callable[[], Recording | None]], Recorder]
    """A recorder for an engine by its name, that knows the sampling of the same target when there is one."""

ENGINES = ("sample", "cpu", "lines", "memory")
"""The passes, in this order: what sampling saw says which functions the last two look at."""

LONG = 1.0
"""Seconds of a run from which on it is run without an engine before and after all passes only, and not between them, too."""


@dataclass(slots=True)
class _Runs:
    """A target's runs without an engine, in seconds; the first one's value, and what ended the last one."""

    call: Callable[[], object]
    seconds: list[float] = field(default_factory=list)
    value: object = None
    error: BaseException | None = None

    def once(self) -> None:
        begin = perf_counter()
        try:
            found = self.call()
        except BaseException as error:  # noqa: BLE001
            self.error = error
            return
        if not self.seconds:
            self.value = found
        self.seconds.append(perf_counter() - begin)


def record_passes(
    make: Make, call: Callable[[], object], kind: TargetKind, name: str, *, once: bool, cells: Cells | None = None
) -> Repeated:
    """Run `call` under each engine by itself, and without one in turns with these, which tells what each engine cost.

    The recording is the sampling, with the others as its passes. What `call` raises ends the passes; those up to there are kept, and the
    sampling in any case.
    """
    bare = _Runs(call)
    found: list[Recording] = []
    bare.once()
    if bare.error is not None and not isinstance(bare.error, Exception):
        raise bare.error
    for engine in ENGINES:
        done = record_call(make(engine, lambda: found[0] if found else None), call, kind, name, once=once, cells=cells)
        found.append(done.recording)
        error = done.error or bare.error
        if error is None and (engine == ENGINES[-1] or bare.seconds[0] < LONG):
            bare.once()
            error = bare.error
        if error is not None:
            break
    first, *others = (_with_cost(one, bare.seconds) for one in found)
    return Repeated(replace(first, passes=tuple(others)), bare.value, error)


def _with_cost(recording: Recording, bare: list[float]) -> Recording:
    """The recording with what its engine cost by the runs without one, and said how that was found."""
    if not bare or recording.error is not None:
        return recording
    each = recording.duration / recording.target.repeats
    usual = statistics.median(bare)
    spread = max(bare) - min(bare)
    times = f"{each / usual:.3g} times as long as without it" if usual > 0 else "no time without it"
    runs = f"by {units.count(len(bare), 'run')} without an engine, which took {units.seconds(min(bare))} to {units.seconds(max(bare))}"
    own = max(each - usual, 0.0) * recording.target.repeats
    method = f"{times}, {runs}" + ("; within their scatter" if abs(each - usual) < spread else "")
    return replace(recording, cost=replace(recording.cost, own=own, method=method))
