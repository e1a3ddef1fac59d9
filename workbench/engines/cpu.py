"""Engine `cpu`: exact calls, counted and timed by the standard library's cProfile."""

from __future__ import annotations

import cProfile
import sys
from typing import TYPE_CHECKING, Any

from workbench.engines.base import Boundary, Findings, Options
from workbench.errors import EngineBusyError
from workbench.formats import pstats_file
from workbench.model.facts import Cost, Evidence

if TYPE_CHECKING:
    from workbench.model.builder import RecordingBuilder


class CpuEngine:
    """One cProfile.Profile for one run."""

    def __init__(self, options: Options | None = None) -> None:
        del options
        self._profile = cProfile.Profile()
        self._running = False

    def start(self, boundary: Boundary) -> None:
        """Enable cProfile; it sees calls made from now on, so the boundary is where this is called."""
        del boundary
        holder = _holder()
        if holder:
            raise EngineBusyError(
                f"Engine 'cpu' needs Python's profiling hook, and {holder} holds it. End that first, or use engine 'sample'."
            )
        self._running = True
        self._profile.enable()

    def stop(self) -> None:
        """Disable cProfile."""
        if self._running:
            self._profile.disable()
            self._running = False

    def fill(self, builder: RecordingBuilder, until: float) -> Findings:
        """Put cProfile's own numbers into the builder, unchanged."""
        del until
        self._profile.create_stats()
        stats: Any = self._profile.stats
        pstats_file.fill(builder, stats)
        if any(name == "start" and file.replace("\\", "/").endswith("/threading.py") for file, _, name in stats):
            builder.note(_threads_sentence())
        cost = Cost(
            interval=float("nan"),
            samples=0,
            own=float("nan"),
            method="not measured: cProfile slows calls, see the README",
        )
        return Findings("cProfile", cost, Evidence.CALLS)


def _holder() -> str:
    """Who holds the profiling hook, in words; empty where nobody does."""
    hook = sys.getprofile()
    if hook is not None:
        return f"{type(hook).__module__}.{type(hook).__qualname__}"
    if sys.version_info >= (3, 12):
        return sys.monitoring.get_tool(sys.monitoring.PROFILER_ID) or ""
    return ""


def _threads_sentence() -> str:
    if sys.version_info >= (3, 12):
        return (
            "Threads were started: from Python 3.12 on cProfile puts all threads on one stack, "
            "so the totals of functions that ran beside each other are wrong. Engine 'sample' keeps threads apart."
        )
    return "Threads were started: cProfile records only the thread it was started in. Engine 'sample' sees all of them."
