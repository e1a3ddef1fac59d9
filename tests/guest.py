"""Promise 8, checkable: what a polite guest must leave as it found it. `with unchanged(): ...` or compare `guest_state()` twice."""

from __future__ import annotations

import asyncio
import builtins
import gc
import signal
import sys
import threading
import tracemalloc
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def guest_state() -> dict[str, Any]:
    """Everything a run may have touched, by a name a person can read. Values compare by identity or equality."""
    state: dict[str, Any] = {
        "sys.getprofile()": sys.getprofile(),
        "sys.gettrace()": sys.gettrace(),
        "threading.getprofile()": threading.getprofile(),
        "threading.gettrace()": threading.gettrace(),
        "sys.getswitchinterval()": sys.getswitchinterval(),
        "sys.getrecursionlimit()": sys.getrecursionlimit(),
        "sys.argv": list(sys.argv),
        "sys.path": list(sys.path),
        "sys.modules['__main__']": sys.modules.get("__main__"),
        "sys.excepthook": sys.excepthook,
        "sys.displayhook": sys.displayhook,
        "sys.stdout": sys.stdout,
        "sys.stderr": sys.stderr,
        "threading.excepthook": threading.excepthook,
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "working folder": str(Path.cwd()),
        "builtins": dict(vars(builtins)).keys() - {"_"},
        "gc.callbacks": list(gc.callbacks),
        "gc.isenabled()": gc.isenabled(),
        "gc.get_threshold()": gc.get_threshold(),
        "tracemalloc": tracemalloc.is_tracing(),
    }
    return state | _signals() | _loops() | _monitoring()


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """One sentence for each thing that is not as it was; empty where all is."""
    return [
        f"{name}: was {before.get(name)!r}, is {after.get(name)!r}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


@contextmanager
def unchanged(*, ignore: tuple[str, ...] = ()) -> Iterator[None]:
    """Fail with AssertionError where the block leaves anything changed, also when it raises; `ignore` names what may."""
    before = guest_state()
    try:
        yield
    finally:
        after = guest_state()
        found = (
            [sentence for sentence in changes(before, after) if not sentence.startswith(ignore)]
            if ignore
            else changes(before, after)
        )
        assert not found, "not left as it was found:\n" + "\n".join(found)


def _signals() -> dict[str, Any]:
    state: dict[str, Any] = {f"handler of {number!r}": signal.getsignal(number) for number in signal.valid_signals()}
    if hasattr(signal, "getitimer"):
        for name in ("ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF"):
            # A running timer counts down by itself; whether one runs, and its period, must stay.
            left, period = signal.getitimer(getattr(signal, name))
            state[f"signal.{name}"] = (left > 0, period)
    state["signal.pause"] = getattr(signal, "pause", None)
    state["signal.set_wakeup_fd"] = signal.set_wakeup_fd
    if threading.current_thread() is threading.main_thread():
        state["wakeup file"] = signal.set_wakeup_fd(-1)
        signal.set_wakeup_fd(state["wakeup file"])
    if hasattr(signal, "pthread_sigmask"):
        state["blocked signals"] = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    return state


def _loops() -> dict[str, Any]:
    loop = asyncio._get_running_loop()
    return {
        "asyncio policy": getattr(asyncio.events, "_event_loop_policy", None),
        "asyncio.new_event_loop": asyncio.new_event_loop,
        "asyncio.run": asyncio.run,
        "asyncio.Task": asyncio.Task,
        "running loop": loop,
        "task factory": loop.get_task_factory() if loop else None,
        "loop debug": loop.get_debug() if loop else None,
    }


def _monitoring() -> dict[str, Any]:
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is None:
        return {}
    state: dict[str, Any] = {}
    for tool in range(6):
        name = monitoring.get_tool(tool)
        state[f"sys.monitoring tool {tool}"] = (name, monitoring.get_events(tool) if name else 0)
    return state
