"""A stretch of a sampled recording: what was seen between two moments, or in one thread."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from workbench import units
from workbench.errors import UsageError, WrongEngineError
from workbench.model.facts import Evidence
from workbench.model.tables import SampleTable

if TYPE_CHECKING:
    from workbench.model.recording import Recording


def window(recording: Recording, start: float = 0.0, end: float = math.inf, thread: str | None = None) -> Recording:
    """The same recording with the samples that begin at `start` seconds or later and before `end`, of all threads or of the one named.

    Its duration is the stretch's, and a note says what it is; samples begin when they did. Raises WrongEngineError for a recording without
    samples' times, UsageError for a stretch that is empty or not of the run, or a thread that is not there.
    """
    if recording.evidence is not Evidence.SAMPLES:
        raise WrongEngineError(
            f"Engine {recording.engine} does not keep when things happened, so its recording has no stretches. Record with engine sample."
        )
    if not start < end:
        raise UsageError(f"From {start:g} to {end:g} seconds is no stretch of time: give a start below the end.")
    if end <= 0 or start >= recording.duration > 0:
        raise UsageError(
            f"The run took {units.seconds(recording.duration)}: nothing of it lies from {start:g} to {end:g} seconds."
        )
    samples = recording.samples
    wanted = (samples.start >= start) & (samples.start < end)
    if thread is not None:
        if thread not in recording.threads:
            raise UsageError(f"There is no thread {thread!r}; there are: {', '.join(recording.threads)}.")
        wanted &= samples.thread == recording.threads.index(thread)
    at = np.flatnonzero(wanted)
    kept = SampleTable.of({name: column[at] for name, column in samples.columns().items()})
    begin, finish = max(start, 0.0), min(end, recording.duration)
    said = f"Only what was seen from {units.seconds(begin)} to {units.seconds(finish)} of a run of {units.seconds(recording.duration)}"
    said += f", in thread {thread}." if thread is not None else "."
    cost = replace(recording.cost, samples=len(at), own=math.nan)
    return replace(
        recording, samples=kept, cost=cost, duration=max(finish - begin, 0.0), notes=(said, *recording.notes)
    )
