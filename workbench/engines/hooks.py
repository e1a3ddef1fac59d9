"""Hooks that have to be set in each thread by itself."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def thread_hook(enable: Callable[[], object]) -> Callable[[], None]:
    """Have `enable` called at the start of every thread that `threading` starts from now on; the result ends that.

    A hook of the program's own, set by `threading.settrace`, is called as before.
    """
    before = threading.gettrace()

    def begin(frame: Any, event: Any, argument: Any) -> Any:
        sys.settrace(None)
        enable()
        return before(frame, event, argument) if before is not None else None

    def undo() -> None:
        if threading.gettrace() is begin:
            threading.settrace(before)

    threading.settrace(begin)
    return undo
