"""The books of a recording of calls: what begins, goes on and ends in every thread, and the copies of arguments.

Nothing here may reach the program: what fails is counted, with its reason. Only what is the program's own comes out, an interrupt or what
a handler of a signal raised while a copy was made.
"""

from __future__ import annotations

import inspect
import os
import sys
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.recorder.calls_keeper import Entry, Keeper
from workbench.recorder.calls_target import Arguments, is_own
from workbench.timing.pickling import Packer, TooLargeError, raised_by_signal
from workbench.timing.unpicklable import known_size, too_large, type_words, why_not_call

if TYPE_CHECKING:
    from types import FrameType, FunctionType

    from workbench.clock import Clock

_REASONS, _PROBES = 50, 20
_OTHER = "other reasons"
_SNAPSHOT = (3, 12) <= sys.version_info < (3, 13)
"""Where a look at a frame's variables leaves references to them behind in the frame."""


class CallBooks:
    """Told of one function's frames by a hook: `start`, `suspend`, `resume`, `end`, each in the thread that runs the frame.

    `inner` counts calls within a call of the function in the same thread, `strangers` calls of other closures of the same code.
    Frames are known by identity and never kept, so that no variable of the program lives longer.
    """

    def __init__(self, function: FunctionType, keeper: Keeper, clock: Clock) -> None:
        flags = function.__code__.co_flags
        self.awaited = bool(flags & inspect.CO_COROUTINE)
        self.resumable = self.awaited or bool(flags & (inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR))
        self.keeper = keeper
        self.seen = self.inner = self.strangers = 0
        self.lost: Counter[str] = Counter()
        self._function = function
        self._closure = bool(function.__closure__)
        self._arguments = Arguments(function)
        self._clock = clock
        self._packer = Packer()
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._open: dict[int, Entry | None] = {}
        self._running: dict[int, list[int]] = {}
        self._probed: dict[tuple[object, ...], tuple[int, str]] = {}
        self._names: dict[type, str] = {}

    @property
    def idle(self) -> bool:
        """Whether no more is wanted, and no call that was counted is under way."""
        return self.keeper.full and not self._open

    def start(self, frame: FrameType) -> None:
        """A frame of the function begins; its variables are the arguments."""
        if self.keeper.full or os.getpid() != self._process:
            return
        key = id(frame)
        try:
            values = frame.f_locals
            own = not self._closure or is_own(self._function, values)
            taken = self._arguments.of(values) if own else None
            if _SNAPSHOT:
                values.clear()
            if taken is None:
                self._count_stranger()
                return
            self._begin(frame, key, *taken)
        except Exception as error:
            if raised_by_signal(error):
                raise
            self._fail(error)
        except BaseException:
            self._lose("interrupted while the arguments were copied")
            raise

    def suspend(self, frame: FrameType) -> None:
        """A generator or coroutine yields."""
        key = id(frame)
        entry = self._open.get(key)
        if entry is not None and not self.awaited:
            entry.ran += self._clock.wall() - entry.begun
        self._leave(key)

    def resume(self, frame: FrameType) -> None:
        """A generator or coroutine goes on."""
        key = id(frame)
        if key in self._open:
            self._running.setdefault(threading.get_ident(), []).append(key)
            entry = self._open[key]
            if entry is not None and not self.awaited:
                entry.begun = self._clock.wall()

    def end(self, frame: FrameType, *, measured: bool = True) -> None:
        """A frame returns or is left by an exception; its time is known unless it is said not to be `measured`."""
        now = self._clock.wall()
        key = id(frame)
        if key not in self._open:
            return
        entry = self._open.pop(key)
        self._leave(key)
        if entry is None:
            return
        try:
            if measured:
                entry.seconds = entry.ran + now - entry.begun
            with self._lock:
                self.keeper.finish(entry)
        except Exception as error:
            if raised_by_signal(error):
                raise
            self._fail(error)

    def close(self) -> None:
        """The recording has ended: what is still under way stays without a time."""
        self._open.clear()
        self._running.clear()

    def _begin(self, frame: FrameType, key: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        stack = self._running.setdefault(threading.get_ident(), [])
        inner = bool(stack)
        stack.append(key)
        self._open[key] = None
        with self._lock:
            number = self.seen
            self.seen += 1
            self.inner += inner
        if inner:
            return
        types = self._types(args, kwargs)
        payload = self._copy(args, kwargs, types)
        if payload is None:
            return
        entry = Entry(number, payload, self._caller(frame), types)
        with self._lock:
            self.keeper.offer(entry)
        self._open[key] = entry
        entry.begun = self._clock.wall()

    def _copy(self, args: tuple[Any, ...], kwargs: dict[str, Any], types: tuple[str, ...]) -> bytes | None:
        most = self.keeper.most_of_one
        try:
            for value in (*args, *kwargs.values()):
                if known_size(value) > most:
                    self._lose(self._large(args, kwargs, most))
                    return None
            return self._packer.dumps((args, kwargs), most)
        except TooLargeError as error:
            self._lose(
                f"the arguments need {units.size(error.size)} or more, and no call may need more than {units.size(most)}"
            )
        except Exception as error:
            if raised_by_signal(error):
                raise
            self._lose(self._reason(args, kwargs, (types, type(error)), error))
        return None

    @staticmethod
    def _large(args: tuple[Any, ...], kwargs: dict[str, Any], most: int) -> str:
        """The reason for the first argument that is known to be too large."""
        for name, value in (*enumerate(args, 1), *kwargs.items()):
            size = known_size(value)
            if size > most:
                return f"argument {name!r} is {too_large(type_words(value), size, most)}"
        return "the arguments are too large"

    def _reason(self, args: tuple[Any, ...], kwargs: dict[str, Any], kind: tuple[object, ...], error: Exception) -> str:
        """Why a call could not be copied. Looked for the first few times it happens with arguments of these types, as that takes long."""
        times, reason = self._probed.get(kind, (0, ""))
        if times < _PROBES:
            reason = (
                why_not_call(args, kwargs) or f"the arguments cannot be copied: {type(error).__name__}: {error!s:.120}"
            )
            self._probed[kind] = (times + 1, reason)
        return reason

    def _caller(self, frame: FrameType) -> str:
        """The calling line. A coroutine that an event loop of asyncio starts as a task has none."""
        back = frame.f_back
        if back is None or (self.resumable and str(back.f_globals.get("__name__")).startswith("asyncio.")):
            return ""
        return f"{back.f_code.co_filename}:{back.f_lineno}"

    def _types(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str, ...]:
        names = self._names
        words = [names.get(type(value)) or self._name(type(value)) for value in args]
        if kwargs:
            words += [f"{key}={names.get(type(value)) or self._name(type(value))}" for key, value in kwargs.items()]
        return tuple(words)

    def _name(self, kind: type) -> str:
        own = kind.__module__ in {"builtins", "__main__"}
        name = self._names[kind] = kind.__qualname__ if own else f"{kind.__module__}.{kind.__qualname__}"
        return name

    def _leave(self, key: int) -> None:
        stack = self._running.get(threading.get_ident())
        if stack and key in stack:
            stack.remove(key)

    def _count_stranger(self) -> None:
        with self._lock:
            self.strangers += 1

    def _lose(self, reason: str) -> None:
        with self._lock:
            self.lost[reason if reason in self.lost or len(self.lost) < _REASONS else _OTHER] += 1

    def _fail(self, error: Exception) -> None:
        self._lose(f"the recorder itself failed: {type(error).__name__}: {error!s:.120}")
