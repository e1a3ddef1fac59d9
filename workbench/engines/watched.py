"""Hooks that tell of every line of chosen code objects, and of none else."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any, Protocol

from workbench.errors import EngineBusyError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

    from workbench.engines.growth import ThreadGrowth

    Books = Callable[[], ThreadGrowth]


class Hook(Protocol):
    """Keeps the books of each thread while chosen code runs."""

    def take(self) -> None:
        """Take what the hook needs. Raises EngineBusyError."""
        ...

    def add(self, code: CodeType) -> None:
        """Watch a code object from now on."""
        ...

    def begin(self, frame: FrameType | None) -> None:
        """The run begins, inside `frame` where it is a block's."""
        ...

    def give_back(self) -> None:
        """Put everything back; may be called twice."""
        ...


def hook(books: Books) -> Hook:
    """The hook of this Python; `books` gives those of the calling thread."""
    return MonitoringHook(books) if sys.version_info >= (3, 12) else TraceHook(books)


def refuse_if_traced(engine: str) -> None:
    """Raise EngineBusyError, naming who traces, where `sys.settrace` is taken."""
    holder = sys.gettrace()
    if holder is not None:
        name = f"{type(holder).__module__}.{type(holder).__qualname__}"
        raise EngineBusyError(
            f"Engine {engine!r} needs Python's line hook, and {name} holds it. End that first, or use engine 'sample'."
        )


class TraceHook:
    """`sys.settrace`, with a local trace function for the frames of chosen code only."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._codes: dict[int, CodeType] = {}
        self._frame: FrameType | None = None
        self._before: Any = None
        self._taken = False

    def take(self) -> None:
        """Refused where a debugger, coverage or another profiler traces."""
        refuse_if_traced("memory")
        self._before = threading.gettrace()
        self._taken = True

    def add(self, code: CodeType) -> None:
        """See Hook."""
        self._codes[id(code)] = code

    def begin(self, frame: FrameType | None) -> None:
        """See Hook."""
        if frame is not None and id(frame.f_code) in self._codes:
            self._frame = frame
            frame.f_trace = self._local
        threading.settrace(self._global)
        sys.settrace(self._global)

    def give_back(self) -> None:
        """See Hook."""
        if not self._taken:
            return
        self._taken = False
        sys.settrace(None)
        threading.settrace(self._before)
        if self._frame is not None:
            self._frame.f_trace = None
            self._frame = None

    def _global(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if not self._taken:
            self._end_in_this_thread(frame)
            return None
        code, line = frame.f_code, frame.f_lineno
        if event != "call" or id(code) not in self._codes:
            return None
        self._books().enter(id(code), 0 if line == code.co_firstlineno else line)
        return self._local

    def _local(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if not self._taken:
            self._end_in_this_thread(frame)
            return None
        if event == "line":
            self._books().line(id(frame.f_code), frame.f_lineno)
        elif event == "return":
            self._books().leave(id(frame.f_code))
        return self._local

    @staticmethod
    def _end_in_this_thread(frame: FrameType) -> None:
        """A thread that outlives the run still has the hook: only it can take it away."""
        sys.settrace(None)
        frame.f_trace = None


class MonitoringHook:
    """`sys.monitoring` (Python 3.12): events of the chosen code objects alone, but for exceptions, which are heard everywhere."""

    _NAME = "workbench memory"

    def __init__(self, books: Books) -> None:
        self._books = books
        self._codes: dict[int, CodeType] = {}
        self._lines: dict[int, dict[int, int]] = {}
        self._tool: int | None = None

    def take(self) -> None:
        """A free tool id; refused where all are taken."""
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        for tool in (4, 3, monitoring.PROFILER_ID, monitoring.OPTIMIZER_ID):
            if monitoring.get_tool(tool) is None:
                break
        else:
            holders = sorted(
                {monitoring.get_tool(tool) for tool in (4, 3, monitoring.PROFILER_ID, monitoring.OPTIMIZER_ID)}
            )
            raise EngineBusyError(
                f"Engine 'memory' needs a tool id of sys.monitoring, and all are taken ({', '.join(holders)}). End one of these first."
            )
        monitoring.use_tool_id(tool, self._NAME)
        self._tool = tool
        events = monitoring.events
        for event, callback in (
            (events.PY_START, self._start),
            (events.PY_RESUME, self._resume),
            (events.PY_THROW, self._resume),
            (events.LINE, self._line),
            (events.PY_RETURN, self._leave),
            (events.PY_YIELD, self._leave),
            (events.PY_UNWIND, self._leave),
        ):
            monitoring.register_callback(tool, event, callback)

    def add(self, code: CodeType) -> None:
        """See Hook."""
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        events = monitoring.events
        self._codes[id(code)] = code
        inside = events.PY_START | events.PY_RESUME | events.LINE | events.PY_RETURN | events.PY_YIELD
        monitoring.set_local_events(self._tool, code, inside)

    def begin(self, frame: FrameType | None) -> None:
        """See Hook."""
        del frame
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        monitoring.set_events(self._tool, monitoring.events.PY_UNWIND | monitoring.events.PY_THROW)

    def give_back(self) -> None:
        """See Hook."""
        if self._tool is None:
            return
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        tool, self._tool = self._tool, None
        for code in self._codes.values():
            monitoring.set_local_events(tool, code, 0)
        monitoring.set_events(tool, 0)
        events = monitoring.events
        for event in (
            events.PY_START,
            events.PY_RESUME,
            events.PY_THROW,
            events.LINE,
            events.PY_RETURN,
            events.PY_YIELD,
            events.PY_UNWIND,
        ):
            monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)

    def _start(self, code: CodeType, _offset: int) -> None:
        self._books().enter(id(code))

    def _resume(self, code: CodeType, offset: int, _thrown: Any = None) -> None:
        if id(code) in self._codes:
            self._books().enter(id(code), self._line_at(code, offset))

    def _line(self, code: CodeType, line: int) -> None:
        self._books().line(id(code), line)

    def _leave(self, code: CodeType, _offset: int, _value: Any) -> None:
        if id(code) in self._codes:
            self._books().leave(id(code))

    def _line_at(self, code: CodeType, offset: int) -> int:
        lines = self._lines.get(id(code))
        if lines is None:
            lines = {at: line for start, end, line in code.co_lines() if line for at in range(start, end, 2)}
            self._lines[id(code)] = lines
        return lines.get(offset, 0)
