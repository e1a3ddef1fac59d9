"""The interpreter's threads by its C API: their numbers, which count up and never come again, and how to have no events from them.

A walk along them is one chain of C iterators, in which no bytecode runs: nobody else gets the GIL meanwhile, so no thread ends under it.
"""

from __future__ import annotations

import ctypes
import sys
from collections import deque
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, chain, repeat, takewhile, tee
from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class _Api:
    """Functions of CPython's C API on thread states, which are addresses here."""

    interpreter: Any
    current: Any
    first: Any
    next: Any
    number: Any
    new: Any
    clear: Any
    delete: Any
    suspend: Any
    resume: Any


class Suspended:
    """Threads that raise no events, neither `sys.monitoring`'s nor those of trace and profile functions, until `resume`."""

    def __init__(self, api: _Api) -> None:
        self._api = api
        one, two, three = tee(_states(api), 3)
        known = frozenset(zip(one, map(api.number, two), map(api.suspend, three), strict=True))
        own = api.current()
        api.resume(own)
        self._known = known - {(own, api.number(own), None)}

    def resume(self) -> None:
        """Let those of them that are still there go on as before."""
        one, two = tee(_states(self._api))
        still = filter(self._known.__contains__, zip(one, map(self._api.number, two), repeat(None), strict=False))
        deque(map(self._api.resume, map(itemgetter(0), still)), maxlen=0)
        self._known = frozenset()


def suspend_others() -> Suspended | None:
    """Have all threads but the calling one raise no events; None where that cannot be done.

    Before Python 3.12 a garbage collection, and with it Python code, may run within the walk; without a GIL, anything may.
    """
    api = _api()
    alone: bool = sys.version_info >= (3, 12) and getattr(sys, "_is_gil_enabled", lambda: True)()
    return Suspended(api) if api is not None and alone else None


def next_number() -> int | None:
    """The number of the next thread of this interpreter, counting also those of C code that call Python; None where it does not tell.

    To find it, one number is used up.
    """
    api = _api()
    if api is None:
        return None
    state = api.new(api.interpreter())
    number: int = api.number(state)
    api.clear(state)
    api.delete(state)
    return number + 1


def own_number() -> int | None:
    """The number of the calling thread."""
    api = _api()
    return None if api is None else int(api.number(api.current()))


def _states(api: _Api) -> Iterator[int]:
    heads = map(api.first, (api.interpreter(),))
    return takewhile(bool, accumulate(chain(heads, repeat(0)), api.next))


@cache
def _api() -> _Api | None:
    address, nothing, number = ctypes.c_void_p, None, ctypes.c_uint64

    def function(name: str, result: Any, *arguments: Any) -> Any:
        return ctypes.PYFUNCTYPE(result, *arguments)((name, ctypes.pythonapi))

    try:
        return _Api(
            interpreter=function("PyInterpreterState_Get", address),
            current=function("PyThreadState_Get", address),
            first=function("PyInterpreterState_ThreadHead", address, address),
            next=function("PyThreadState_Next", address, address),
            number=function("PyThreadState_GetID", number, address),
            new=function("PyThreadState_New", address, address),
            clear=function("PyThreadState_Clear", nothing, address),
            delete=function("PyThreadState_Delete", nothing, address),
            suspend=function("PyThreadState_EnterTracing", nothing, address),
            resume=function("PyThreadState_LeaveTracing", nothing, address),
        )
    except AttributeError:
        return None
