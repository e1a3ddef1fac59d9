"""What tells of the calls of one code object: `sys.monitoring`, or before Python 3.12 a profile function.

Before 3.12 a profile function (`sys.setprofile`) is what sees methods, closures and cached functions alike and leaves nothing behind: a
wrapper would have to be put in every place that refers to the function, and another `__code__` would change the function itself. It is
told of all calls of its threads, so it slows the whole run, and it sees only the threads that start during the recording, beside its own.
"""

from __future__ import annotations

import opcode
import sys
import threading
from typing import TYPE_CHECKING, Any, Protocol

from workbench.errors import EngineBusyError

if TYPE_CHECKING:
    from types import CodeType, FrameType

    from workbench.recorder.calls_books import CallBooks

MONITORED = sys.version_info >= (3, 12)
_RESUME, _YIELD = opcode.opmap.get("RESUME", -1), opcode.opmap["YIELD_VALUE"]


class CallHook(Protocol):
    """Tells the books of the frames of one code object."""

    def take(self) -> None:
        """Begin. Raises EngineBusyError, which names who holds what is needed."""
        ...

    def give_back(self) -> str:
        """Everything is as it was; may be called twice. The result says what was not seen, or is ""."""
        ...


def call_hook(code: CodeType, books: CallBooks) -> CallHook:
    """The hook of this Python."""
    return MonitoringCalls(code, books) if MONITORED else ProfiledCalls(code, books)


class MonitoringCalls:
    """`sys.monitoring`: events of the one code object alone, but for exceptions, which Python tells of for all code or none."""

    _NAME = "workbench calls"

    def __init__(self, code: CodeType, books: CallBooks) -> None:
        self._code = code
        self._books = books
        self._tool: int | None = None
        self._quiet = False

    def take(self) -> None:
        """A free tool id; refused where all are taken."""
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        ids = (4, 3, monitoring.PROFILER_ID, monitoring.OPTIMIZER_ID)
        tool = next((one for one in ids if monitoring.get_tool(one) is None), None)
        if tool is None:
            holders = ", ".join(sorted({str(monitoring.get_tool(one)) for one in ids}))
            raise EngineBusyError(
                f"Recording calls needs a tool id of sys.monitoring, and all are taken ({holders}). End one of these first."
            )
        monitoring.use_tool_id(tool, self._NAME)
        self._tool = tool
        for event, callback in self._callbacks().items():
            monitoring.register_callback(tool, event, callback)
        events = monitoring.events
        inside, everywhere = events.PY_START | events.PY_RETURN, events.PY_UNWIND
        if self._books.resumable:
            inside |= events.PY_RESUME | events.PY_YIELD
            everywhere |= events.PY_THROW
        monitoring.set_local_events(tool, self._code, inside)
        monitoring.set_events(tool, everywhere)

    def give_back(self) -> str:
        """See CallHook."""
        if self._tool is None:
            return ""
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        tool, self._tool = self._tool, None
        if monitoring.get_tool(tool) != self._NAME:
            return "The program took the tool id of sys.monitoring away during the run: calls after that were not seen."
        monitoring.set_local_events(tool, self._code, 0)
        monitoring.set_events(tool, 0)
        for event in self._callbacks():
            monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)
        return ""

    def _callbacks(self) -> dict[int, Any]:
        events: Any = sys.monitoring.events  # type: ignore[attr-defined,unused-ignore]
        return {
            events.PY_START: self._start,
            events.PY_RESUME: self._resume,
            events.PY_THROW: self._throw,
            events.PY_RETURN: self._end,
            events.PY_YIELD: self._yield,
            events.PY_UNWIND: self._unwind,
        }

    def _start(self, _code: CodeType, _offset: int) -> Any:
        self._books.start(sys._getframe(1))
        return self._disable() if self._books.keeper.full else None

    def _resume(self, _code: CodeType, _offset: int) -> Any:
        self._books.resume(sys._getframe(1))
        return self._disable() if self._books.idle else None

    def _yield(self, _code: CodeType, _offset: int, _value: object) -> Any:
        self._books.suspend(sys._getframe(1))
        return self._disable() if self._books.idle else None

    def _end(self, _code: CodeType, _offset: int, _value: object) -> Any:
        self._books.end(sys._getframe(1))
        return self._disable() if self._books.idle else None

    def _throw(self, code: CodeType, _offset: int, _error: object) -> None:
        if code is self._code:
            self._books.resume(sys._getframe(1))

    def _unwind(self, code: CodeType, _offset: int, _error: object) -> None:
        if code is self._code:
            self._books.end(sys._getframe(1))
            if self._books.idle:
                self._disable()

    def _disable(self) -> Any:
        """No more events from here; none for exceptions either, as soon as nothing is under way."""
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        if self._books.idle and not self._quiet and self._tool is not None:
            self._quiet = True
            monitoring.set_events(self._tool, 0)
        return monitoring.DISABLE


class ProfiledCalls:
    """A profile function in each thread, which calls on the one that was there."""

    def __init__(self, code: CodeType, books: CallBooks) -> None:
        self._code = code
        self._books = books
        self._taken = False
        self._before: Any = None
        self._before_threads: Any = None
        self._blind = False
        self._ended = False
        self._bytes = code.co_code
        self._throws: dict[int, int] = {}
        self._hook = self._tell
        self._begin_thread = self._in_new_thread

    def take(self) -> None:
        """Refused where a profiler written in C holds the place, as it could not be called on."""
        self._before, self._before_threads = sys.getprofile(), threading.getprofile()
        if self._before is not None and not callable(self._before):
            name = f"{type(self._before).__module__}.{type(self._before).__qualname__}"
            raise EngineBusyError(f"Recording calls needs Python's profile hook, and {name} holds it. End that first.")
        self._blind = threading.active_count() > 1
        self._taken = True
        threading.setprofile(self._begin_thread)
        sys.setprofile(self._hook)

    def give_back(self) -> str:
        """See CallHook. A thread that outlives the recording loses the hook at its next call."""
        if not self._taken:
            return ""
        self._taken = False
        words = ""
        if sys.getprofile() is self._hook:
            sys.setprofile(self._before)
        elif not self._ended:
            words = "The program set a profile function of its own during the run: calls after that were not seen."
        if threading.getprofile() is self._begin_thread:
            threading.setprofile(self._before_threads)
        if self._blind:
            words += " Threads from before the recording are not seen before Python 3.12."
        return words.strip()

    def _in_new_thread(self, frame: FrameType, event: str, argument: Any) -> None:
        """The first event of a new thread; each gets a function of its own, which calls on that of the program for threads."""
        before = self._before_threads
        if not self._taken:
            sys.setprofile(before)
            if before is not None:
                before(frame, event, argument)
            return

        def tell(frame: FrameType, event: str, argument: Any) -> None:
            if not self._taken or self._books.idle:
                sys.setprofile(before)
            elif frame.f_code is self._code:
                self._frame(frame, event, argument)
            if before is not None:
                before(frame, event, argument)

        sys.setprofile(tell)
        tell(frame, event, argument)

    def _tell(self, frame: FrameType, event: str, argument: Any) -> None:
        if frame.f_code is self._code:
            self._frame(frame, event, argument)
            if self._books.idle:
                self._ended = True
                sys.setprofile(self._before)
        if self._before is not None:
            self._before(frame, event, argument)

    def _frame(self, frame: FrameType, event: str, argument: Any) -> None:
        """A call of the code, or a return or yield from it; calls that it makes into C are also told with its frame."""
        if event not in {"call", "return"}:
            return
        at, key = frame.f_lasti, id(frame)
        operation, which = self._bytes[at : at + 2] if at >= 0 else (_RESUME, 0)
        if event == "call":
            self._throws.pop(key, None)
            if operation == _RESUME and not which & 3:
                self._books.start(frame)
                return
            self._books.resume(frame)
            if operation == _YIELD:
                self._throws[key] = at
        elif operation != _YIELD or not self._books.resumable:
            self._throws.pop(key, None)
            self._books.end(frame)
        elif argument is None and self._throws.pop(key, -1) == at:
            self._books.end(frame, measured=False)
        else:
            self._books.suspend(frame)
