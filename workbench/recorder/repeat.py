"""Runs a repeatable target as often as a sampler needs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.engines import table
from workbench.engines.base import Boundary
from workbench.model.facts import Target, TargetKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.model.recording import Recording
    from workbench.recorder.run import Recorder
    from workbench.recorder.sources import Cells

ENOUGH = 0.5
"""Wall seconds: about 250 samples at the sampler's first pace."""

MOST = 100_000


@dataclass(frozen=True, slots=True)
class Repeated:
    """The recording, the first run's value, and the exception that ended the runs."""

    recording: Recording
    value: object
    error: BaseException | None


def record_call(
    recorder: Recorder,
    call: Callable[[], object],
    kind: TargetKind,
    name: str,
    *,
    once: bool,
    cells: Cells | None = None,
) -> Repeated:
    """Run `call` under the recorder, again and again until there is enough to see, unless `once` or the engine counts exactly.

    Never raises what `call` raises: it is in `error`, for the caller to raise when the recording is kept.
    """
    repeats = 1 if once or not table.row(recorder.engine).repeats else MOST
    recorder.start(Boundary(codes=frozenset({_run.__code__})))
    value, runs, error = _run(call, repeats)
    recorder.stop()
    return Repeated(recorder.recording(Target(kind, name, runs), error, cells), value, error)


def _run(call: Callable[[], object], repeats: int) -> tuple[object, int, BaseException | None]:
    value, runs, end = None, 0, time.perf_counter() + ENOUGH
    try:
        while runs < repeats and (runs == 0 or time.perf_counter() < end):
            found = call()
            value = found if runs == 0 else value
            runs += 1
    except BaseException as error:  # noqa: BLE001
        return value, runs + 1, error
    return value, runs, None
