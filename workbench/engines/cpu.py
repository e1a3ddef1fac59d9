"""Engine `cpu`: exact calls, counted and timed by the standard library's cProfile, in each thread for itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from workbench.engines.base import Boundary, Findings, Options
from workbench.engines.cpu_sums import added, labelled
from workbench.engines.cpu_threads import Hooked, Monitored
from workbench.engines.cpu_words import OldThreads, sentences
from workbench.errors import EngineBusyError
from workbench.formats import pstats_file
from workbench.model.facts import Cost, Evidence

if TYPE_CHECKING:
    from workbench.model.builder import RecordingBuilder


class CpuEngine:
    """One cProfile.Profile for each thread of one run."""

    def __init__(self, options: Options | None = None) -> None:
        del options
        self._threads = Monitored() if sys.version_info >= (3, 12) else Hooked()
        self._old = OldThreads()
        self._running = False

    def start(self, boundary: Boundary) -> None:
        """Enable cProfile; it sees calls made from now on, so the boundary is where this is called."""
        del boundary
        holder = _holder()
        if holder:
            raise EngineBusyError(
                f"Engine 'cpu' needs Python's profiling hook, and {holder} holds it. End that first, or use engine 'sample'."
            )
        self._old.meet()
        self._running = True
        self._threads.start()

    def stop(self) -> None:
        """Disable cProfile."""
        if self._running:
            self._running = False
            self._threads.stop()
            self._old.part()

    def fill(self, builder: RecordingBuilder, until: float) -> Findings:
        """Put cProfile's own numbers into the builder, unchanged; those of several threads added up.

        cProfile's rows are let go of then: before Python 3.12 they cannot be freed while the interpreter ends without errors on stderr.
        """
        stats = added([labelled(entries) for entries in self._threads.entries])
        pstats_file.fill(builder, stats)
        for name in ("main", *self._threads.profiles.names):
            builder.thread(name)
        for sentence in sentences(self._threads, self._old.that_ran(until), stats):
            builder.note(sentence)
        self._threads.entries.clear()
        cost = Cost(
            interval=float("nan"),
            samples=0,
            own=float("nan"),
            method="not measured: cProfile slows every call",
        )
        return Findings("cProfile", cost, Evidence.CALLS, sum(row[1] for row in stats.values()), "call")


def _holder() -> str:
    """Who holds the profiling hook, in words; empty where nobody does."""
    hook = sys.getprofile()
    if hook is not None:
        return f"{type(hook).__module__}.{type(hook).__qualname__}"
    if sys.version_info >= (3, 12):
        return sys.monitoring.get_tool(sys.monitoring.PROFILER_ID) or ""
    return ""
