"""One cProfile.Profile for each thread of a run, so that no thread's calls land on the stack of another.

From Python 3.12 on cProfile hears of the calls of all threads, by `sys.monitoring`, and takes them for one stack. As long as only the
recorded thread runs, that is right, and costs nothing. Just before another one starts (a second tool hears of `Thread.start`), cProfile's
callbacks are replaced by ones that find, in C, the same callback of the calling thread's own profile; they cost three times as much, and
stay until the last of the new threads has been waited for. Threads that were there before are kept from raising events meanwhile, or,
where somebody else wants these, have callbacks that do nothing.

Before Python 3.12 cProfile hears of one thread. Each new one enables a profile of its own when it starts.
"""

from __future__ import annotations

import cProfile
import sys
import threading
import weakref
from collections import deque
from functools import cache, partial
from operator import attrgetter, call
from typing import TYPE_CHECKING, Any

from workbench.engines import thread_states
from workbench.engines.threads import frames_of_others

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType

    Calls = tuple[Callable[[], object], ...]


class Profiles:
    """The profiles of a run: `first` is the recorded thread's, others are taken by the threads themselves as they are met.

    The profile of a thread that has ended serves the next one: all numbers are added up in the end.
    """

    def __init__(self) -> None:
        self.first = cProfile.Profile()
        self.all = [self.first]
        self.names: dict[str, None] = {}
        """Of the threads that took a profile, in order, each once."""
        self.started = self.strange = 0
        """How many of these `threading` had started, and how many something else."""
        self._taken: dict[int, _Taken] = {}
        self._free: list[_Taken] = []

    def take(self) -> tuple[cProfile.Profile, object]:
        """A profile for the calling thread, and what that thread is to keep as long as it lives."""
        thread = _own_thread()
        self.names[thread.name if thread is not None else f"thread {threading.get_ident()}"] = None
        self.started += thread is not None
        self.strange += thread is None
        try:
            profile = self._free.pop().profile
        except IndexError:
            profile = cProfile.Profile()
            self.all.append(profile)
        life = _Life()
        taken = _Taken(life, self._free.append)
        taken.profile = profile
        self._taken[id(profile)] = taken
        return profile, life

    def running(self) -> list[cProfile.Profile]:
        """Those of threads that go on, beside the recorded one."""
        return [taken.profile for taken in list(self._taken.values()) if taken() is not None]


class _Life:
    __slots__ = ("__weakref__",)


class _Taken(weakref.ref[_Life]):
    """Calls back when its thread has ended; in C, for Python code would raise events there."""

    __slots__ = ("profile",)
    profile: cProfile.Profile


def _own_thread() -> threading.Thread | None:
    """The calling thread, which `threading` may not know yet; None where something else started it."""
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
    thread = frame.f_locals.get("self") if frame.f_code.co_name == "_bootstrap" else None
    return thread if isinstance(thread, threading.Thread) else None


class Monitored:
    """See the module: Python 3.12 and later."""

    def __init__(self) -> None:
        self.profiles = Profiles()
        self.entries: list[list[Any]] = []
        """After the run: what each profile counted."""
        self.strangers = 0
        """Threads whose start was not heard of, and whose calls may have been taken for the recorded thread's."""
        self._suspended: thread_states.Suspended | None = None
        self._listening: tuple[int, dict[int, CodeType]] | None = None
        self._apart = False
        self._ways: tuple[Calls, Calls] = ((), ())
        """What makes each thread's calls its own, and what takes all for the recorded thread's."""
        self._started = 0
        self._mark: int | None = None
        self._starter = (
            "_start_joinable_thread" if hasattr(threading, "_start_joinable_thread") else "_start_new_thread"
        )
        self._start_thread: Any = getattr(threading, self._starter)

    def start(self) -> None:
        """Enable cProfile, for the calling thread."""
        self._mark = thread_states.next_number()
        old = frozenset(frames_of_others())
        if old and not _somebody_listens():
            self._suspended = thread_states.suspend_others()
        own = _Own(self.profiles, threading.get_ident(), old, self._mark)
        names = _callback_names()
        each = {name: _PerThread(own, name) for name in names.values()}
        self._ways = (
            _registering({event: each[name] for event, name in names.items()}),
            _registering({event: getattr(self.profiles.first, name) for event, name in names.items()}),
        )
        if (old and self._suspended is None) or not self._listen():
            self._apart = True
            _at_once((self.profiles.first.enable, *self._ways[0]))
        else:
            self._stand_in()
            self.profiles.first.enable()

    def stop(self) -> None:
        """Disable it for all. Calls that other threads are in end here."""
        try:
            self.profiles.first.disable()
            _at_once(end for profile in self.profiles.running() for end in (profile.enable, profile.disable))
        finally:
            if self._suspended is not None:
                self._suspended.resume()
            if self._listening is not None:
                self._stand_back()
                self._give_back(*self._listening)
                known = max(self._started, self.profiles.started) + self.profiles.strange
                self.strangers = max(_made_since(self._mark) - known, 0)
        self._ways = ((), ())
        self.entries = [profile.getstats() for profile in self.profiles.all]

    def _listen(self) -> bool:
        """Hear of it when a thread is about to start, or has been waited for; whether that can be done."""
        monitoring = _monitoring()
        tool = next((one for one in (4, 3, monitoring.OPTIMIZER_ID) if monitoring.get_tool(one) is None), None)
        heard = (threading.Thread.start, threading.Thread.join)
        codes: list[Any] = [getattr(function, "__code__", None) for function in heard]
        if tool is None or None in codes:
            return False
        monitoring.use_tool_id(tool, "workbench: threads")
        events = (monitoring.events.PY_START, monitoring.events.PY_RETURN)
        self._listening = tool, dict(zip(events, codes, strict=True))
        for event, code, callback in zip(events, codes, (self._before_start, self._after_join), strict=True):
            monitoring.register_callback(tool, event, callback)
            monitoring.set_local_events(tool, code, event)
        return True

    def _before_start(self, *_event: object) -> None:
        self._started += 1
        if not self._apart:
            _at_once(self._ways[0])
            self._apart = True
            self._stand_back()

    def _after_join(self, *_event: object) -> None:
        if self._apart and self.profiles.started >= self._started and not self.profiles.running():
            self._stand_in()
            _at_once(self._ways[1])
            self._apart = False

    def _stand_in(self) -> None:
        """Hear also of threads that suspended ones start: these raise no event, but call this function of `threading`."""
        if self._suspended is not None:
            setattr(threading, self._starter, self._start_for_suspended)

    def _stand_back(self) -> None:
        if getattr(threading, self._starter) == self._start_for_suspended:
            setattr(threading, self._starter, self._start_thread)

    def _start_for_suspended(self, *args: Any, **kwargs: Any) -> Any:
        self._before_start()
        return self._start_thread(*args, **kwargs)

    @staticmethod
    def _give_back(tool: int, codes: dict[int, CodeType]) -> None:
        monitoring = _monitoring()
        for event, code in codes.items():
            monitoring.set_local_events(tool, code, 0)
            monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)


class _Own(threading.local):
    """The calling thread's profile; None in threads that were there before the run."""

    def __init__(self, profiles: Profiles, recorded: int, old: frozenset[int], mark: int | None) -> None:
        self.profile: cProfile.Profile | None = None
        number, ident = thread_states.own_number(), threading.get_ident()
        if ident == recorded:
            self.profile = profiles.first
        elif (ident not in old) if number is None or mark is None else (number >= mark):
            self.profile, self._life = profiles.take()


class _PerThread(threading.local):
    """Called, it is the method of the calling thread's profile. All of it happens in C: no signal comes between, no event is raised."""

    __call__ = property(attrgetter("_method"))

    def __init__(self, own: _Own, name: str) -> None:
        self._method = "".format if own.profile is None else getattr(own.profile, name)


class Hooked:
    """See the module: Python 3.11."""

    def __init__(self) -> None:
        self.profiles = Profiles()
        self.entries: list[list[Any]] = []
        """After the run: what each profile counted."""
        self.strangers = 0
        """Threads that were made during the run, and took no profile."""
        self.holder: Any = None
        """Who has the hook of new threads, so that it could not be had."""
        self._joining = _Joining(self.profiles)
        self._mark: int | None = None

    def start(self) -> None:
        """Enable cProfile in the calling thread, and in each that `threading` starts from now on."""
        self._mark = thread_states.next_number()
        self.holder = threading.getprofile()
        if self.holder is None:
            threading.setprofile(self._joining)
        self.profiles.first.enable()

    def stop(self) -> None:
        """Disable it here, and in each thread as soon as that makes or ends a call. Calls that threads are in end now."""
        self.profiles.first.disable()
        self._joining.close()
        if threading.getprofile() is self._joining:
            threading.setprofile(None)
        elif self.holder is None:
            self.holder = threading.getprofile()
        running = self.profiles.running()
        self.entries = [end_elsewhere(profile) for profile in running]
        self.entries += [profile.getstats() for profile in self.profiles.all if profile not in running]
        self.strangers = max(_made_since(self._mark) - self.profiles.started, 0)


class _Joining:
    """What `threading` has for a profile function. Each new thread asks whether there is one before it runs anything of the program:
    it gets its profile by that, and no for an answer. As a function set in the thread, that profile would miss the call of `run`."""

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles
        self._open = True
        self._lock = threading.Lock()
        self._thread = threading.local()

    def __bool__(self) -> bool:
        with self._lock:
            if self._open:
                profile, self._thread.life = self._profiles.take()
                profile.enable()
        return False

    def __call__(self, _frame: object, _event: str, _argument: object) -> None:
        """Never called, since the answer is no."""

    def close(self) -> None:
        """No thread joins from now on."""
        with self._lock:
            self._open = False


class _Leaving:
    """A timer for a profile that takes it from the thread that calls it. Only that thread can, before Python 3.12."""

    def __init__(self) -> None:
        self.left = False

    def __call__(self) -> int:
        sys.setprofile(None)
        self.left = True
        return 0


_leaving: dict[_Leaving, cProfile.Profile] = {}
"""Profiles that end at their thread's next event; kept until then, for cProfile still uses them when the timer returns."""


def end_elsewhere(profile: cProfile.Profile) -> list[Any]:
    """End a profile that another thread has enabled, now, and have that thread give its hook back; what the profile counted."""
    for leaving in [leaving for leaving in _leaving if leaving.left]:
        del _leaving[leaving]
    leaving = _Leaving()
    _leaving[leaving] = profile
    calls: tuple[Any, ...] = (profile.disable, profile.getstats, partial(type(profile).__init__, profile, leaving))
    results = list(map(call, calls))
    entries: list[Any] = results[1]
    return entries


def _made_since(mark: int | None) -> int:
    number = thread_states.next_number()
    return 0 if number is None or mark is None else number - mark - 1


def _registering(callbacks: dict[int, Any]) -> Calls:
    register, tool = _monitoring().register_callback, _monitoring().PROFILER_ID
    return tuple(partial(register, tool, event, callback) for event, callback in callbacks.items())


def _monitoring() -> Any:
    return sys.monitoring  # type: ignore[attr-defined,unused-ignore]


def _somebody_listens() -> bool:
    """Whether another tool may want the events of threads that are to raise none."""
    hooks = (sys.gettrace(), threading.gettrace(), sys.getprofile(), threading.getprofile())
    return any(hook is not None for hook in hooks) or any(map(_monitoring().get_tool, range(6)))


@cache
def _callback_names() -> dict[int, str]:
    """Event -> the method of a profile that cProfile has called for it; found by looking."""
    monitoring, found = _monitoring(), dict[int, str]()
    events = [event for name, event in vars(monitoring.events).items() if isinstance(event, int) and event]
    probe = cProfile.Profile()
    probe.enable()
    try:
        for event in events:
            if event & (event - 1) == 0:
                callback = monitoring.register_callback(monitoring.PROFILER_ID, event, None)
                if callback is not None:
                    found[event] = callback.__name__
    finally:
        probe.disable()
    return found


def _at_once(calls: Iterable[Callable[[], object]]) -> None:
    """Make these calls from C, with no bytecode between: no event is raised by them, and no other thread runs meanwhile."""
    deque(map(call, tuple(calls)), maxlen=0)
