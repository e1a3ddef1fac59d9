"""A stretch of a sampled recording: what was seen between two moments, or in one thread."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import UsageError, WrongEngineError
from workbench.model.facts import Evidence
from workbench.model.tables import SampleTable

if TYPE_CHECKING:
    from workbench.model.recording import Recording


def window(recording: Recording, start: float = 0.0, end: float = math.inf, thread: str | None = None) -> Recording:
    """The same recording with the samples that begin at `start` seconds or later and before `end`, of all threads or of the one named.

    Raises WrongEngineError for a recording without samples' times, UsageError for an empty stretch or a thread that is not there.
    """
    if recording.evidence is not Evidence.SAMPLES:
        raise WrongEngineError(
            f"Engine {recording.engine} does not keep when things happened, so its recording has no stretches. Record with engine sample."
        )
    if not start < end:
        raise UsageError(f"From {start:g} to {end:g} seconds is no stretch of time: give a start below the end.")
    samples = recording.samples
    wanted = (samples.start >= start) & (samples.start < end)
    if thread is not None:
        if thread not in recording.threads:
            raise UsageError(f"There is no thread {thread!r}; there are: {', '.join(recording.threads)}.")
        wanted &= samples.thread == recording.threads.index(thread)
    at = np.flatnonzero(wanted)
    kept = SampleTable.of({name: column[at] for name, column in samples.columns().items()})
    return replace(recording, samples=kept)
