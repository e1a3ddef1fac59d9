"""Where an asyncio program waits: the chain of awaits of a suspended task, which no thread's stack shows."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from types import CodeType

    Path = list[tuple[CodeType, int]]

_LIMIT = 200


class Awaiting:
    """Finds the await chain of the program's main task while its loop idles.

    The main task is the one that was running when the recording began (a notebook cell), else the loop's oldest.
    asyncio is never imported here: a program that has not imported it awaits nothing.
    """

    def __init__(self) -> None:
        self._task = _current_task()

    def path(self) -> Path:
        """(code, lasti) from the innermost awaiting frame to the task's coroutine; empty where nothing awaits, or a task runs."""
        if _current_task() is not None:
            return []
        task = self._task
        if task is None or task.done():
            task = self._task = _oldest_task()
        return list(reversed(_chain(task))) if task is not None else []


def _chain(task: asyncio.Task[Any]) -> Path:
    path: Path = []
    following: asyncio.Task[Any] | None = task
    seen: set[int] = set()
    while following is not None and id(following) not in seen and len(path) < _LIMIT:
        seen.add(id(following))
        awaited: Any = following.get_coro()
        while awaited is not None and len(path) < _LIMIT:
            frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "gi_frame", None)
            if frame is None:
                break
            path.append((frame.f_code, frame.f_lasti))
            awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "gi_yieldfrom", None)
        following = _waited_for(following)
    return path


def _waited_for(task: asyncio.Task[Any]) -> asyncio.Task[Any] | None:
    future = getattr(task, "_fut_waiter", None)
    while future is not None:
        if hasattr(future, "get_coro"):
            found: asyncio.Task[Any] = future
            return found
        children = getattr(future, "_children", None)
        future = next((child for child in children if not child.done()), None) if children else None
    return None


def _current_task() -> asyncio.Task[Any] | None:
    library = sys.modules.get("asyncio")
    if library is None or library._get_running_loop() is None:
        return None
    task: asyncio.Task[Any] | None = library.current_task()
    return task


def _oldest_task() -> asyncio.Task[Any] | None:
    library = sys.modules.get("asyncio")
    loop = library._get_running_loop() if library is not None else None
    if library is None or loop is None:
        return None
    oldest: asyncio.Task[Any] | None = min(library.all_tasks(loop), key=_age, default=None)
    return oldest


def _age(task: asyncio.Task[Any]) -> int:
    digits = re.search(r"\d+$", task.get_name())
    return int(digits.group()) if digits else 1 << 62
