"""What a task waits for, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType

WORDS = {
    "to_thread": "thread",
    "TaskGroup.__aexit__": "TaskGroup",
    "_wait": "wait",
    "StreamReader._wait_for_data": "data to read",
    "StreamWriter.drain": "room to write",
    "FlowControlMixin._drain_helper": "room to write",
    "BaseSelectorEventLoop.sock_connect": "a connection",
    "_wait_for_one": "as_completed",
    "_AsCompletedIterator._wait_for_one": "as_completed",
    "as_completed.<locals>._wait_for_one": "as_completed",
}
"""The functions of asyncio that are known by another name."""


def in_words(waiter: Any, codes: Sequence[CodeType]) -> str:
    """`sleep`, `Lock.acquire`, `Task 'fetch'`, `gather of 3`, `thread`: by the innermost function of asyncio in the chain of awaits, else
    by the future itself."""
    children = getattr(waiter, "_children", None)
    if children is not None:
        return f"gather of {len(children)}"
    for code in reversed(codes):
        if "asyncio" in code.co_filename.replace("\\", "/").split("/")[-2:-1]:
            return WORDS.get(code.co_qualname, code.co_qualname)
    if hasattr(waiter, "get_coro"):
        return f"Task {waiter.get_name()!r}"
    return "Future"
