"""Records the calls that a program makes of one function, each with a copy of its arguments from before the function ran.

Calls of the function are heard by `calls_hooks.py`, booked by `calls_books.py`, and chosen among by `calls_keeper.py`. Child processes are
not seen. The hook's own call needs one level of Python's recursion limit while a call of the function begins and ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.clock import SYSTEM, Clock
from workbench.errors import StillRunningError, UsageError
from workbench.model.calls import RecordedCalls
from workbench.recorder.calls_books import CallBooks
from workbench.recorder.calls_hooks import CallHook, call_hook
from workbench.recorder.calls_keeper import Keeper
from workbench.recorder.calls_target import cache_hits, function_behind, name_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

MOST_CALLS, MOST_BYTES = 20_000, 256 << 20


class CallRecorder:
    """A context manager around the program; afterwards, also where the program raised, `recorded` is what was seen.

    `function` may be wrapped (functools, bound, static and class methods, partial); `target` is the Python function found behind it, whose
    arguments the recorded ones are: `self` or `cls` included, and what a partial adds. Of a coroutine or generator the call is its first
    step, as arguments are what its body sees; its seconds are those until it ends, waiting included, and of a generator those it ran.
    A generator that is not run to its end may be left without a time.

    Beyond the limits, calls are chosen among as `recorded.sampled` says; with `first_only`, recording ends there, and costs nothing more.
    A single call may need half of `most_bytes`.

    Raises NotRecordableError, and on entering EngineBusyError where another tool holds what is needed.
    """

    def __init__(
        self,
        function: object,
        *,
        most_calls: int = MOST_CALLS,
        most_bytes: int = MOST_BYTES,
        first_only: bool = False,
        clock: Clock = SYSTEM,
    ) -> None:
        if most_calls < 1 or most_bytes < 1:
            raise UsageError(f"At least one call and one byte must be allowed, not {most_calls} and {most_bytes}.")
        self.target = function_behind(function)
        self._given = function
        self._limits = (most_calls, most_bytes)
        self._first_only = first_only
        self._clock = clock
        self._books: CallBooks | None = None
        self._hook: CallHook | None = None
        self._hits = -1
        self._recorded: RecordedCalls | None = None

    def __enter__(self) -> CallRecorder:
        if self._hook is not None:
            raise StillRunningError(f"Calls of {name_of(self.target)} are being recorded already by this recorder.")
        self._recorded = None
        self._books = CallBooks(self.target, Keeper(*self._limits, first_only=self._first_only), self._clock)
        hook = call_hook(self.target.__code__, self._books)
        self._hits = cache_hits(self._given)
        hook.take()
        self._hook = hook
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        hook, books = self._hook, self._books
        if hook is None or books is None:
            return
        unseen = hook.give_back()
        self._hook = None
        books.close()
        self._recorded = self._record(books, unseen)

    @property
    def recorded(self) -> RecordedCalls:
        """What was recorded. Raises StillRunningError before the end."""
        if self._recorded is None:
            raise StillRunningError(
                f"The recording of {name_of(self.target)} has not ended: read it after the `with` block."
            )
        return self._recorded

    def _record(self, books: CallBooks, unseen: str) -> RecordedCalls:
        words = [books.keeper.words()]
        if books.inner:
            words.append(
                f"{units.count(books.inner, 'call')} within another call of the function {_were(books.inner)} counted, not kept."
            )
        if books.strangers:
            words.append(
                f"{units.count(books.strangers, 'call')} of other closures of the same code {_were(books.strangers)} left out."
            )
        hits = cache_hits(self._given) - self._hits if self._hits >= 0 else 0
        if hits:
            words.append(
                f"{units.count(hits, 'call')} {_were(hits)} answered by the function's cache and not seen."
                if hits > 0
                else "Calls that the function's cache answered were not seen; it was cleared, so their number is not known."
            )
        words.append(unseen)
        return RecordedCalls(
            name_of(self.target), books.keeper.calls(), books.seen, dict(books.lost), " ".join(filter(None, words))
        )


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def record_calls(function: object, workload: Callable[[], object], **limits: Any) -> RecordedCalls:
    """Run `workload()` and return the calls of `function` it made; `limits` as for CallRecorder.

    What the workload raises comes out, and its calls are then lost: who wants them uses CallRecorder.
    """
    with CallRecorder(function, **limits) as recorder:
        workload()
    return recorder.recorded
