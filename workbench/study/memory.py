"""The worker that measures what calls need and keep, by the allocators' own books (tracemalloc), away from any clock."""

from __future__ import annotations

import gc
import itertools
import math
import os
import statistics
import sys
import tracemalloc
from array import array
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

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
"""Calls before the first that counts, with the smallest inputs; those come first again, as what is kept of them is there already."""

ROUNDS = 300
ENOUGH = 12
"""Calls at most, and at least, whose leftovers are followed; inputs come again only where there are fewer than that."""

MORE = 4 * ENOUGH
"""Calls where inputs come again and the leftovers scatter."""

NEAR = 32.0
"""Bytes by which what is left and what is left at least may be apart, without scattering."""

SURE, CHANCE = 2.0, 0.04
"""Standard errors between a mean and what it is at least; how often a median may be less than what it is said to be at least."""

FEW = 5
"""Steps below which neither says anything."""

# the first from Python 3.13 on
_forget: Callable[[], None] = getattr(sys, "_clear_internal_caches", None) or sys._clear_type_cache


@dataclass(frozen=True, slots=True)
class MemoryJob:
    """One version and its inputs, payloads of (args, kwargs); `seconds` at most, and `least` calls, in which inputs may come again."""

    function: Carrier
    inputs: tuple[bytes, ...]
    seconds: float
    least: int = ENOUGH


def main(job_file: Path, result_file: Path) -> None:
    """Do the job in a file, and leave its result, or what went wrong, in another one."""
    serve(job_file, result_file, _measured)


def _measured(job: MemoryJob) -> dict[str, Any]:
    function = job.function.load()
    worker = os.getpid()
    largest = sorted(dict.fromkeys(job.inputs), key=len, reverse=True)
    distinct = [*largest[-WARM:], *largest[:-WARM]]
    for payload in distinct[:WARM]:
        act(function, *pickling.loads(payload, function))
        end_in_a_child_of(worker)
    gc.collect()
    gc.freeze()
    begin = perf_counter()
    tracemalloc.start()
    calls = min(ROUNDS, len(distinct)) if len(distinct) >= ENOUGH else job.least
    peaks, kept = array("d", bytes(8 * calls)), array("q", bytes(8 * calls))
    done = 0
    while done < calls and not (done > 1 and perf_counter() - begin > job.seconds):
        peaks[done] = _peak(function, distinct[done % len(distinct)])
        end_in_a_child_of(worker)
        kept[done] = _left()
        done += 1
    return {"peaks": list(peaks[:done]), "kept": list(kept[:done])}


def _left() -> int:
    """Bytes that are still allocated, without what the interpreter keeps for its own speed: its cache of looked-up attributes holds on to
    the names, up to some thousand of them, that unpickling and `getattr` make anew for each call."""
    gc.collect()
    _forget()
    return tracemalloc.get_traced_memory()[0]


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
    steps = _steps(kept[len(kept) // 2 :])
    return max(float(statistics.median(steps)), 0.0) if steps else float("nan")


def _least_growth(kept: Sequence[int]) -> float:
    """What growth is at least, however the steps scatter; NaN without any.

    That is the lower bound of the median of the later half of the steps (of all, where those are few) or, where some calls leave much and
    most leave nothing, that of the mean of both its halves, as what ends is no growth.
    """
    later = _steps(kept[len(kept) // 2 :])
    steps = later if len(later) >= FEW else _steps(kept)
    if not steps:
        return float("nan")
    half = len(steps) // 2
    return max(_least_median(steps), min(_least_mean(steps[:half]), _least_mean(steps[half:])), 0.0)


def _least_median(steps: Sequence[int]) -> float:
    """The lower bound of a median by the sign test; of few steps, the smallest one."""
    every = 2 ** len(steps)
    wrong = itertools.accumulate(math.comb(len(steps), place) / every for place in range(len(steps)))
    place = sum(chance <= CHANCE for chance in wrong)
    return float(sorted(steps)[max(place - 1, 0)])


def _least_mean(steps: Sequence[int]) -> float:
    if len(steps) < FEW:
        return 0.0
    return statistics.fmean(steps) - SURE * statistics.stdev(steps) / math.sqrt(len(steps))


def _steps(kept: Sequence[int]) -> list[int]:
    return [after - before for before, after in itertools.pairwise(kept)]


def memory(old: Carrier, new: Carrier, inputs: tuple[bytes, ...], seconds: float) -> Memory:
    """Peaks and leftovers of both versions, each in a process of its own, on the same calls: the largest inputs, as many as
    both had time for, and more where inputs come again and the leftovers scatter. `new_kept` is what is left at least, as it may be
    what the new version is refused for. Raises WorkerFailedError, WorkerHungError."""
    found = _found(old, new, inputs, seconds, ENOUGH)
    if found.new_typical - found.new_kept > NEAR and len(set(inputs)) < ENOUGH:
        found = _found(old, new, inputs, seconds, MORE)
    notes = ("allocations of native code that does not use Python's allocators are not in these numbers",)
    return Memory(*found[:5], notes)


class _Found(NamedTuple):
    old_peak: float
    new_peak: float
    old_kept: float
    new_kept: float
    calls: int
    new_typical: float


def _found(old: Carrier, new: Carrier, inputs: tuple[bytes, ...], seconds: float, least: int) -> _Found:
    jobs = [MemoryJob(function, inputs, seconds / 2, least) for function in (old, new)]
    both = [run_job("workbench.study.memory", job, seconds=10 * seconds + 30, seed=0) for job in jobs]
    calls = min(len(one["peaks"]) for one in both)
    old_peak, new_peak = (max(one["peaks"][:calls]) for one in both)
    old_kept, new_kept = (one["kept"][:calls] for one in both)
    return _Found(old_peak, new_peak, _growth(old_kept), _least_growth(new_kept), calls, _growth(new_kept))
