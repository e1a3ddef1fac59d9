"""The worker that measures what calls need and keep, by the allocators' own books (tracemalloc), away from any clock."""

from __future__ import annotations

import gc
import os
import statistics
import tracemalloc
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from workbench.model.comparison import Memory
from workbench.study.observe import act
from workbench.timing import pickling
from workbench.timing.processes import run_job
from workbench.timing.serving import end_in_a_child_of, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from workbench.timing.carrier import Carrier

WARM = 3
ROUNDS = 300
ENOUGH = 12
"""Calls at most, and at least, whose leftovers are followed; inputs come again only where there are fewer than that."""


@dataclass(frozen=True, slots=True)
class MemoryJob:
    """One version and its inputs, payloads of (args, kwargs); `seconds` at most."""

    function: Carrier
    inputs: tuple[bytes, ...]
    seconds: float


def main(job_file: Path, result_file: Path) -> None:
    """Do the job in a file, and leave its result, or what went wrong, in another one."""
    serve(job_file, result_file, _measured)


def _measured(job: MemoryJob) -> dict[str, Any]:
    function = job.function.load()
    worker = os.getpid()
    for payload in job.inputs[:WARM]:
        act(function, *pickling.loads(payload, function))
        end_in_a_child_of(worker)
    gc.collect()
    gc.freeze()
    begin = perf_counter()
    tracemalloc.start()
    peaks: list[float] = []
    kept: list[int] = []
    distinct = sorted(dict.fromkeys(job.inputs), key=len, reverse=True)
    for at in range(min(ROUNDS, len(distinct)) if len(distinct) >= ENOUGH else ENOUGH):
        if at > 1 and perf_counter() - begin > job.seconds:
            break
        peaks.append(_peak(function, distinct[at % len(distinct)]))
        end_in_a_child_of(worker)
        gc.collect()
        kept.append(tracemalloc.get_traced_memory()[0])
    return {"peaks": peaks, "kept": kept}


def _peak(function: Callable[..., Any], payload: bytes) -> float:
    args, kwargs = pickling.loads(payload, function)
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    end = act(function, args, kwargs)
    peak = tracemalloc.get_traced_memory()[1]
    del end, args, kwargs
    return float(peak - before)


def _growth(kept: Sequence[int]) -> float:
    """Bytes left behind by one more call with an input not seen before: the median of the later half of the steps; NaN without any."""
    half = len(kept) // 2
    steps = [after - before for before, after in zip(kept[half:], kept[half + 1 :], strict=False)]
    if not steps:
        return float("nan")
    return max(float(statistics.median(steps)), 0.0)


def memory(old: Carrier, new: Carrier, inputs: tuple[bytes, ...], seconds: float) -> Memory:
    """Peaks and leftovers of both versions, each in a process of its own, on the same calls: the largest inputs first, as many as
    both had time for. Raises WorkerFailedError, WorkerHungError."""
    found = []
    for function in (old, new):
        job = MemoryJob(function, inputs, seconds / 2)
        found.append(run_job("workbench.study.memory", job, seconds=10 * seconds + 30, seed=0))
    calls = min(len(one["peaks"]) for one in found)
    old_peak, new_peak = (max(one["peaks"][:calls]) for one in found)
    old_kept, new_kept = (_growth(one["kept"][:calls]) for one in found)
    notes = ("allocations of native code that does not use Python's allocators are not in these numbers",)
    return Memory(old_peak, new_peak, old_kept, new_kept, calls, notes)
