"""Engine `heap`: who allocated memory, who held it when most was held, and who still held it at the end.

memray sees every call of the allocators, with the Python stack it came from. By itself it does not look into the arenas from which
Python serves small objects: those count where a new arena was needed. `Options.objects` has every object counted instead, at a higher cost.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.clock import SYSTEM, Clock
from workbench.engines.base import Boundary, Findings
from workbench.engines.heap_records import HeapRecords
from workbench.engines.heap_stacks import Cut
from workbench.errors import EngineBusyError, EngineUnavailableError
from workbench.model.facts import Cost, Evidence

if TYPE_CHECKING:
    from workbench.engines.base import Engine, Options
    from workbench.model.builder import RecordingBuilder

LEAST_FREE = 256 << 20
"""Bytes of free disk below which no tracing is begun: memray writes each allocation to a file."""


def heap_engine(options: Options) -> Engine:
    """The engine with the backend that the options name; memray where it is installed and none is named, else tracemalloc."""
    if options.backend == "tracemalloc" or (options.backend is None and find_spec("memray") is None):
        from workbench.engines.heap_tracemalloc import TracemallocEngine

        return TracemallocEngine(options)
    return MemrayEngine(options)


class MemrayEngine:
    """One memray.Tracker for one run; its file has no name while it is written, so that none is left behind."""

    def __init__(self, options: Options, clock: Clock = SYSTEM) -> None:
        self._native, self._objects = options.native, options.objects
        self._clock = clock
        self._cut = Cut(Boundary())
        self._tracker: Any = None
        self._file = -1
        self._path: Path | None = None
        self._began = 0.0
        self._set_os_name: Any = None

    def start(self, boundary: Boundary) -> None:
        """Begin to trace. Raises EngineBusyError where another tracker runs or somebody holds Python's profiling hook."""
        memray = _memray()
        if sys.getprofile() is not None:
            raise EngineBusyError(
                f"Engine 'heap' needs Python's profiling hook, and {_name(sys.getprofile())} holds it. "
                "End that first, or use engine 'sample'."
            )
        self._cut = Cut(boundary)
        tracker = self._make(memray)
        self._set_os_name = threading.Thread.__dict__.get("_set_os_name")
        try:
            tracker.__enter__()
        except RuntimeError as error:
            self._close()
            raise EngineBusyError(
                "Another memray tracker is at work in this process, and there can be one at a time. End that first, "
                "or use engine 'memory', which reads the process's memory at each line."
            ) from error
        self._tracker = tracker
        self._began = time.time()

    def stop(self) -> None:
        """End the tracing; may be called twice."""
        if self._tracker is not None:
            self._tracker.__exit__(None, None, None)
            self._tracker = None
            if self._set_os_name is not None:
                threading.Thread._set_os_name = self._set_os_name  # type: ignore[attr-defined]
        if self._began == 0.0:
            self._close()

    def fill(self, builder: RecordingBuilder, until: float) -> Findings:
        """A row per stack and thread, and the timeline."""
        try:
            with _memray().FileReader(f"/dev/fd/{self._file}" if self._path is None else self._path) as reader:
                HeapRecords(reader, self._cut, native=self._native, objects=self._objects).fill(builder)
                for snapshot in reader.get_memory_snapshots():
                    at = snapshot.time / 1e3 - self._began
                    builder.memory(min(max(at, 0.0), until), snapshot.rss, snapshot.heap)
        except OSError as error:
            builder.note(f"memray's file could not be read, so nothing is known of this run's memory: {error}.")
        finally:
            self._close()
        self._cut = Cut(Boundary())
        cost = Cost(
            float("nan"),
            0,
            float("nan"),
            "not measured: memray follows every allocation and every call of a Python function",
        )
        return Findings(self._mechanism(), cost, Evidence.HEAP)

    def _mechanism(self) -> str:
        how = ["each object"] if self._objects else []
        how += ["native stacks"] if self._native else []
        return ", ".join(["memray", *how])

    def _make(self, memray: Any) -> Any:
        folder = Path(tempfile.gettempdir())
        free = os.statvfs(folder)
        if free.f_bavail * free.f_frsize < LEAST_FREE:
            raise EngineUnavailableError(
                f"Engine 'heap' writes to {folder} while it runs, and there is less than {units.size(LEAST_FREE)} free. "
                "Make room, or set TMPDIR to a folder on another disk."
            )
        self._file, name = tempfile.mkstemp(prefix="workbench-heap-", dir=folder)
        self._path = Path(name)
        try:
            return memray.Tracker(
                destination=memray.FileDestination(name, overwrite=True, compress_on_exit=False),
                native_traces=self._native,
                trace_python_allocators=self._objects,
            )
        finally:
            if sys.platform == "linux":
                self._path.unlink()
                self._path = None

    def _close(self) -> None:
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._path = None
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _memray() -> Any:
    try:
        import memray
    except ImportError as error:
        raise EngineUnavailableError(
            f"Engine 'heap' needs memray, which is not there ({error}). Install it: pip install memray; or add --backend tracemalloc."
        ) from error
    return memray


def _name(hook: Any) -> str:
    return (
        f"{getattr(hook, '__module__', type(hook).__module__)}.{getattr(hook, '__qualname__', type(hook).__qualname__)}"
    )
