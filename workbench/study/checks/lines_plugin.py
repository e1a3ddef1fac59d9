"""Which lines of one file run, and in which test. A pytest plugin that stands alone: its text is copied to where pytest finds it.

It needs the standard library only, is given its job by the environment (`WORKBENCH_LINES`, the name of a JSON file), and writes a
line of JSON for each thing that happens, at once, so that what a crash leaves behind can be read.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

JOB = "WORKBENCH_LINES"
MONITORED = sys.version_info >= (3, 12)
_NAME = "workbench lines"


class Mark:
    """What ran in one stretch: line numbers; whether the target was entered; whether code of the same file elsewhere was."""

    def __init__(self) -> None:
        self.lines: set[int] = set()
        self.target = False
        self.elsewhere = False


class Lines:
    """Tells the lines of `file` that run, in all threads, from `take` to `give_back`; what began before on another thread is seen on
    Python 3.12 and later only. The target's code begins on lines `first` to `last`; `original` is the same file in another place."""

    def __init__(self, file: str, original: str, first: int, last: int) -> None:
        self._file, self._original = os.path.realpath(file), os.path.realpath(original)
        self._first, self._last = first, last
        self._known: dict[str, int] = {}
        self._tool = -1
        self.mark = Mark()

    def take(self) -> None:
        """Begin. Raises RuntimeError where no tool id of `sys.monitoring` is free."""
        if not MONITORED:
            self.again()
            return
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        self._tool = next((one for one in (4, 3, 2, 5) if monitoring.get_tool(one) is None), -1)
        if self._tool < 0:
            raise RuntimeError("all tool ids of sys.monitoring are taken")
        monitoring.use_tool_id(self._tool, _NAME)
        monitoring.register_callback(self._tool, monitoring.events.PY_START, self._start)
        monitoring.register_callback(self._tool, monitoring.events.LINE, self._line)
        monitoring.set_events(self._tool, monitoring.events.PY_START)

    def again(self) -> None:
        """The hook, put back where the program has taken it away (before Python 3.12)."""
        if not MONITORED:
            threading.settrace(self._trace)
            sys.settrace(self._trace)

    def stretch(self) -> Mark:
        """What ran since the last time this was asked."""
        mark, self.mark = self.mark, Mark()
        if self._tool >= 0:
            monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
            monitoring.restart_events()
        return mark

    def give_back(self) -> None:
        """Nothing is told any more."""
        if self._tool < 0:
            threading.settrace(None)  # type: ignore[arg-type,unused-ignore]
            sys.settrace(None)
            return
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        tool, self._tool = self._tool, -1
        if monitoring.get_tool(tool) == _NAME:
            monitoring.set_events(tool, 0)
            monitoring.free_tool_id(tool)

    def _which(self, name: str) -> int:
        """1 for the file, 2 for the same one elsewhere, else 0."""
        known = self._known.get(name)
        if known is None:
            real = os.path.realpath(name)
            known = self._known[name] = 1 if real == self._file else 2 * (real == self._original)
        return known

    def _entered(self, code: CodeType) -> bool:
        which = self._which(code.co_filename)
        if which == 1:
            self._within(code)
            return True
        if which:
            self.mark.elsewhere = True
        return False

    def _within(self, code: CodeType) -> None:
        inside = self._first <= code.co_firstlineno <= self._last and code.co_name != "<module>"
        self.mark.target = self.mark.target or inside

    def _start(self, code: CodeType, _offset: int) -> Any:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        if self._entered(code):
            monitoring.set_local_events(self._tool, code, monitoring.events.LINE | monitoring.events.PY_START)
        return monitoring.DISABLE

    def _line(self, code: CodeType, line: int) -> Any:
        self._within(code)
        self.mark.lines.add(line)
        return sys.monitoring.DISABLE  # type: ignore[attr-defined,unused-ignore]

    def _trace(self, frame: FrameType, event: str, _value: object) -> Callable[..., Any] | None:
        if event == "call" and self._entered(frame.f_code):
            return self._trace_line
        return None

    def _trace_line(self, frame: FrameType, event: str, _value: object) -> Callable[..., Any]:
        if event == "line":
            self.mark.lines.add(frame.f_lineno)
        return self._trace_line


class Recorder:
    """pytest's hooks. `wanted` are the only tests to run, or None for all."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._lines = Lines(job["file"], job["original"], job["first"], job["last"])
        self._wanted = None if job["wanted"] is None else set(job["wanted"])
        self._out = Path(job["out"]).open("a", encoding="utf-8")  # noqa: SIM115 - open as long as the session
        self._pid = os.getpid()
        self._phase, self._node = "collect", ""
        self._lines.take()

    def _write(self, kind: str, **facts: Any) -> None:
        if os.getpid() == self._pid and not self._out.closed:
            self._out.write(json.dumps({"kind": kind, **facts}) + "\n")
            self._out.flush()

    def _into(self, phase: str, node: str) -> None:
        mark = self._lines.stretch()
        if mark.lines or mark.target or mark.elsewhere:
            self._write(
                "ran",
                phase=self._phase,
                node=self._node,
                lines=sorted(mark.lines),
                target=mark.target,
                elsewhere=mark.elsewhere,
            )
        self._phase, self._node = phase, node

    def pytest_collectstart(self, collector: Any) -> None:
        """The files of tests are imported."""
        self._into("collect", collector.nodeid)

    def pytest_collectreport(self, report: Any) -> None:
        """One that could not be imported."""
        if report.failed:
            self._write("broken", node=report.nodeid, said=_said(report))

    def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
        """All tests there are, and what they share; the ones that are not wanted are taken out."""
        for item in items:
            shared = [
                f"{one.baseid}::{name}"
                for name, found in getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {}).items()
                for one in found
                if one.scope != "function"
            ]
            self._write("item", node=item.nodeid, path=str(getattr(item, "path", "")), shared=shared)
        if self._wanted is not None:
            dropped = [item for item in items if item.nodeid not in self._wanted]
            items[:] = [item for item in items if item.nodeid in self._wanted]
            if dropped:
                config.hook.pytest_deselected(items=dropped)
        self._into("between", "")

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        self._write("start", node=nodeid)
        self._lines.again()
        self._into("setup", nodeid)

    def pytest_runtest_call(self, item: Any) -> None:
        """Its fixtures are there."""
        self._into("call", item.nodeid)

    def pytest_runtest_teardown(self, item: Any) -> None:
        """It is over, its fixtures are not."""
        self._into("teardown", item.nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """How a part of it ended."""
        self._write("report", node=report.nodeid, outcome=report.outcome, said=_said(report) if report.failed else "")

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """A test is done."""
        self._into("between", "")
        self._write("done", node=nodeid)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """All are done."""
        self._into("between", "")
        self._write("end", status=int(exitstatus))
        self._lines.give_back()
        self._out.close()


def pytest_load_initial_conftests(early_config: Any) -> None:
    """Before any file of the project is imported."""
    job = json.loads(Path(os.environ[JOB]).read_text("utf-8"))
    early_config.pluginmanager.register(Recorder(job), _NAME)


def _said(report: Any) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    lines = str(getattr(crash, "message", "") or report.longrepr or "").strip().splitlines()
    return (lines[0] if crash is not None else lines[-1])[:300] if lines else ""
