"""Engine `lines`: every line of chosen functions, counted and timed by line_profiler.

line_profiler tells code apart by a hash of its bytecode and the line number, and marks what it profiles by padding the function's
bytecode, which changes the person's functions. Here code is registered unpadded (`look_at`), so that nothing of the program is
touched, nested functions and a cell's own lines can be chosen too, and twins (equal bytecode on equal lines) are told of.
"""

from __future__ import annotations

import sys
import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from line_profiler import LineProfiler

from workbench.engines.base import Boundary, Findings, Options
from workbench.engines.close import ChosenCode, frame_of
from workbench.engines.hooks import thread_hook
from workbench.engines.watched import refuse_if_traced
from workbench.errors import EngineBusyError
from workbench.model.facts import Cost, Evidence

if TYPE_CHECKING:
    from types import CodeType

    from workbench.model.builder import RecordingBuilder

MONITORED = sys.version_info >= (3, 12)
if sys.version_info >= (3, 12):
    _E = sys.monitoring.events
    _INSIDE = _E.LINE | _E.PY_RETURN | _E.PY_YIELD | _E.PY_START
    """Nobody hears PY_START; but without it Python 3.13 tells no LINE of a function written on one line."""
    _EVERYWHERE = _E.RAISE | _E.RERAISE
else:
    _INSIDE = 0


@dataclass(slots=True)
class _Registered:
    """What line_profiler takes for a function: anything with a code object that can be replaced."""

    __code__: CodeType


class LinesEngine(ChosenCode):
    """One line_profiler.LineProfiler for one run."""

    def __init__(self, options: Options | None = None) -> None:
        del options
        super().__init__()
        self._profiler: Any = LineProfiler()
        self._twins: defaultdict[tuple[int, int], dict[int, CodeType]] = defaultdict(dict)
        self._running = False
        self._undo: Any = None

    def start(self, boundary: Boundary) -> None:
        """Register what is chosen and take the hook: before Python 3.12 that of `sys.settrace`, from then on `sys.monitoring`'s."""
        _refuse_if_taken()
        self.gather(boundary)
        self._running = True
        if sys.version_info >= (3, 12):
            self._profiler.enable()
            sys.monitoring.set_events(sys.monitoring.PROFILER_ID, _EVERYWHERE)
            for code in self.codes.values():
                _listen(code, _INSIDE)
        else:
            self._undo = thread_hook(self._enable_in_new_thread)
            self._profiler.enable()

    def stop(self) -> None:
        """Give the hook back."""
        if not self._running:
            return
        self._running = False
        if MONITORED:
            for code in self.codes.values():
                _listen(code, 0)
        self._profiler.disable()
        if self._undo is not None:
            self._undo()
            _forget(set(_managers()) - set(sys._current_frames()))

    def fill(self, builder: RecordingBuilder, until: float) -> Findings:
        """Put line_profiler's own numbers into the builder, a row per line that ran."""
        del until
        unit = self._profiler.timer_unit
        ran: set[int] = set()
        hits = 0
        counts = self._profiler.c_code_map
        for code, hashes in self._profiler.code_hash_map.items():
            frame = frame_of(builder, code)
            for entry in (entry for number in hashes for entry in counts[number].values()):
                builder.line(frame, entry["lineno"], entry["nhits"], entry["total_time"] * unit)
                ran.add(frame)
                hits += entry["nhits"]
        for frame, line in self.never_ran(builder, ran):
            builder.line(frame, line, 0, 0.0)
        self.say(builder)
        self._tell_of_twins(builder)
        method = "not measured: each line of these functions costs a fraction of a microsecond more, so short ones look longer"
        cost = Cost(interval=float("nan"), samples=0, own=float("nan"), method=method)
        return Findings("line_profiler", cost, Evidence.LINES, hits, "line")

    def _enable_in_new_thread(self) -> None:
        _forget({threading.get_ident()})
        self._profiler.enable()

    def look_at(self, code: CodeType) -> None:
        """Register a code object with line_profiler, unpadded."""
        for line in {line for _, _, line in code.co_lines() if line}:
            self._twins[hash(code.co_code), line][id(code)] = code
        paddings: dict[bytes, int] = LineProfiler._all_paddings  # type: ignore[attr-defined]
        before = paddings.get(code.co_code)
        paddings[code.co_code] = 0
        try:
            self._profiler.add_function(_Registered(code))
        finally:
            if before is None:
                del paddings[code.co_code]
            else:
                paddings[code.co_code] = before
        if self._running and MONITORED:
            _listen(code, _INSIDE)

    def _tell_of_twins(self, builder: RecordingBuilder) -> None:
        for codes in self._twins.values():
            different = {(code.co_filename, code.co_qualname): code for code in codes.values()}
            if len(different) > 1:
                names = " and ".join(sorted({f"{code.co_qualname}" for code in different.values()}))
                builder.note(
                    f"{names} have the same bytecode on the same line numbers of different files, "
                    "which line_profiler cannot tell apart: their counts are together."
                )


def _managers() -> dict[int, object]:
    """line_profiler's state by the identity of a thread. A thread that ends leaves it behind, and a later one of the same identity seems
    to be looked at already, and is not."""
    found: dict[int, object] = LineProfiler._managers  # type: ignore[attr-defined]
    return found


def _forget(threads: set[int]) -> None:
    for thread in threads:
        _managers().pop(thread, None)


def _listen(code: CodeType, events: int) -> None:
    """Have line_profiler hear these events of one code object; by itself it asks for those of all code, which costs all code."""
    if sys.version_info >= (3, 12):
        sys.monitoring.set_local_events(sys.monitoring.PROFILER_ID, code, events)


def _refuse_if_taken() -> None:
    if sys.version_info < (3, 12):
        refuse_if_traced("lines")
    elif holder := sys.monitoring.get_tool(sys.monitoring.PROFILER_ID):
        raise EngineBusyError(
            f"Engine 'lines' needs the profilers' place in sys.monitoring, and {holder} holds it. End that first, or use engine 'sample'."
        )
