"""The worker that replays inputs on both versions: each one alone, twice in a row, in other orders, in threads.

It runs in a process of its own, since what it runs may hang, print, or end the process. Where it stands is written down
before each call, so that whoever waits for it knows which input it was.
"""

from __future__ import annotations

import base64
import math
import os
import random
import sys
import threading
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from workbench.model.calls import Call
from workbench.study.contrast import contrast
from workbench.study.limits import TooLongError, cap_memory, deadline
from workbench.study.observe import Items, Observation, act, observe
from workbench.study.strict.compare import Difference, Rules, difference, register
from workbench.study.strict.sharing import held_again
from workbench.timing import pickling
from workbench.timing.serving import end_in_a_child_of, serve
from workbench.timing.worker import loaded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from workbench.timing.carrier import Carrier

LEAST, TIMES = 2.0, 50.0
"""Seconds that a call has in any case, and how many times the old code's time it may take beyond that."""
FEW = 40
"""Inputs that are also run twice in a row, in other orders, and in threads."""
THREADS_WAIT = 10.0


@dataclass(frozen=True, slots=True)
class ReplayJob:
    """`inputs` are payloads of (args, kwargs), in the order of their worth; what is not reached in `seconds` is not compared, and counted.

    `place` is the file in which the worker writes where it stands; `orders` also runs some inputs twice in a row, in other orders and in
    threads; after `most` differences there is no need for more; `shrink` looks for a smaller input that shows the first one.
    `made` are the inputs that nobody recorded: the old code may take too long for them. `alone` says that the process is for this job
    only, so that calls can be given a deadline. `comparisons` are those that a user registered, (type, comparison) each, pickled.
    """

    old: Carrier | Callable[..., Any]
    new: Carrier | Callable[..., Any]
    inputs: tuple[bytes, ...]
    rules: Rules
    seconds: float
    place: str
    orders: bool = True
    most: int = 12
    shrink: bool = True
    allowed_kinds: bool = False
    allowed_output: bool = False
    made: frozenset[int] = frozenset()
    alone: bool = False
    comparisons: bytes = b""


@dataclass(frozen=True, slots=True)
class Found:
    """A difference on the input `at`; `way` is how the input was run."""

    at: int
    way: str
    difference: Difference


def main(job_file: Path, result_file: Path) -> None:
    """Do the job in a file, and leave its result, or what went wrong, in another one."""
    serve(job_file, result_file, _replayed)


def _replayed(job: ReplayJob) -> dict[str, Any]:
    cap_memory()
    return replay(replace(job, alone=True))


def replay(job: ReplayJob) -> dict[str, Any]:
    """Differences found, how many inputs were compared, where the old code differs from itself, and what was left out."""
    place = os.open(job.place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        return _Replay(job, place).run()
    finally:
        os.close(place)


class _Replay:
    def __init__(self, job: ReplayJob, place: int) -> None:
        self._job, self._place = job, place
        for kind, compare in pickling.loads(job.comparisons) if job.comparisons else ():
            register(kind, compare)
        self._who = ""
        self._pid = os.getpid()
        self._at("load", "old", 0)
        self._old = loaded(job.old)
        self._at("load", "new", 0)
        self._new = loaded(job.new)
        self._begin = perf_counter()
        self._rules = job.rules
        self._masked: dict[str, int] = {}
        self._skipped: list[str] = []
        self._mutates = False
        self._took: dict[int, float] = {}
        self._too_long: set[int] = set()

    def run(self) -> dict[str, Any]:
        """See `replay`."""
        unsteady = self._against_itself()
        found, compared = [], 0
        if not unsteady:
            for one in self._alone():
                compared += 1
                if one is not None:
                    found.append(one)
                if len(found) >= self._job.most:
                    break
            if not found and self._job.orders:
                found = list(self._in_other_ways(min(compared, FEW)))
        found.sort(key=lambda one: one.difference.code == "B15")
        return {
            "compared": compared,
            "mutates": self._mutates,
            "too long": sorted(self._too_long),
            "smallest": self._smallest(found[0]) if found and self._job.shrink else None,
            "found": [asdict(one) for one in found],
            "unsteady": [asdict(one) for one in unsteady],
            "masked": list(self._masked),
            "skipped": self._skipped,
        }

    def _at(self, way: str, who: str, at: int) -> None:
        self._who = who
        os.pwrite(self._place, f"{way}\t{who}\t{at}\n".ljust(80).encode(), 0)

    def _observed(self, who: str, at: int, way: str = "alone") -> Observation:
        self._at(way, who, at)
        function = self._old if who == "old" else self._new
        args, kwargs = pickling.loads(self._job.inputs[at], function)
        begin = perf_counter()
        with deadline(self._allowed(who, at)) if self._job.alone else nullcontext():
            seen = observe(function, args, kwargs, seed=at)
        end_in_a_child_of(self._pid)
        if who == "old":
            if at in self._job.made and isinstance(seen.error, MemoryError):
                raise TooLongError
            self._took[at] = max(self._took.get(at, 0.0), perf_counter() - begin)
        return seen

    def _allowed(self, who: str, at: int) -> float:
        """Seconds for one call: many times what the old code took for this input; for one that nobody recorded, many times the slowest."""
        if who == "new":
            return max(LEAST, TIMES * self._took.get(at, 0.0))
        if at not in self._job.made:
            return math.inf
        return max(LEAST, 2 * max((self._took[one] for one in self._took if one not in self._job.made), default=0.0))

    def _contrast(self, old: Observation, new: Observation) -> Difference | None:
        if self._job.allowed_output:
            new = replace(new, output=old.output, warned=old.warned)
        return contrast(old, new, self._rules, kinds=not self._job.allowed_kinds)

    def _smallest(self, found: Found) -> dict[str, Any] | None:
        """A smaller input on which the two differ by the same code: its payload, in base64, and the difference; or None."""
        from workbench.study.inputs.domain import seen
        from workbench.study.inputs.shrink import smallest

        if found.way != "alone" or found.difference.code == "B18":
            return None
        domain = seen([Call(*pickling.loads(payload, self._old)) for payload in self._job.inputs[:500]], self._old)
        args, kwargs = pickling.loads(self._job.inputs[found.at], self._old)
        end = perf_counter() + max(self._job.seconds, 2.0)

        def differ(payload: bytes) -> Difference | None:
            with deadline(LEAST) if self._job.alone else nullcontext():
                old, new = (_seen(one, payload, found.at) for one in (self._old, self._new))
            different = self._contrast(old, new)
            return different if different is not None and different.code == found.difference.code else None

        def fails(call: Call) -> bool:
            try:
                return perf_counter() < end and differ(pickling.dumps((call.args, call.kwargs))) is not None
            except TooLongError:
                return False

        self._at("alone", "new", found.at)
        small = smallest(Call(args, kwargs), fails, domain=domain)
        payload = pickling.dumps((small.args, small.kwargs))
        different = differ(payload)
        if different is None:
            return None
        return {"payload": base64.b64encode(payload).decode(), "difference": asdict(different)}

    def _over(self, share: float = 1.0) -> bool:
        return perf_counter() - self._begin > share * self._job.seconds

    def _against_itself(self) -> list[Found]:
        """The old code against itself: places that differ are masked; where all of the result does, it is unsteady."""
        for at in range(len(self._job.inputs)):
            try:
                found = self._contrast(self._observed("old", at), self._observed("old", at))
            except TooLongError:
                self._too_long.add(at)
                continue
            while found is not None and found.code != "B15":
                if not found.where or found.code not in {"B01", "B13"} or len(self._masked) > 8:
                    return [Found(at, "the old code against itself", found)]
                self._masked[found.where] = at
                self._rules = replace(self._rules, ignore=(*self._rules.ignore, found.where))
                found = self._contrast(self._observed("old", at), self._observed("old", at))
            if self._over(0.25):
                break
        return []

    def _alone(self) -> Iterator[Found | None]:
        for at in range(len(self._job.inputs)):
            if at and self._over(0.8):
                return
            try:
                if at in self._too_long or (old := self._observed_or_none(at)) is None:
                    yield None
                    continue
                new = self._observed("new", at)
            except TooLongError:
                yield Found(at, "alone", self._never_done(at))
                continue
            found = self._contrast(old, new)
            if at < FEW and not self._mutates:
                before = pickling.loads(self._job.inputs[at], self._old)
                self._mutates = any(difference(before, (one.args, one.kwargs)) for one in (old, new))
            yield Found(at, "alone", found) if found else None

    def _observed_or_none(self, at: int) -> Observation | None:
        """What the old code does with an input; None where it is one that nobody recorded, and the old code is not done in time."""
        try:
            return self._observed("old", at)
        except TooLongError:
            self._too_long.add(at)
            return None

    def _never_done(self, at: int) -> Difference:
        old, new = f"done in {self._took[at]:.3g} s", f"not done in {self._allowed('new', at):.3g} s"
        return Difference("B18", "", old, new, f"The old code is {old}, the candidate {new}.")

    def _in_other_ways(self, few: int) -> Iterator[Found]:
        rng = random.Random(0)
        shuffled = list(range(few))
        rng.shuffle(shuffled)
        ways: list[tuple[str, Callable[[], Iterator[Found]]]] = [
            ("twice in a row", lambda: self._twice(few)),
            ("in reversed order", lambda: self._in_order("in reversed order", range(few - 1, -1, -1))),
            ("in shuffled order", lambda: self._in_order("in shuffled order", shuffled)),
            ("from two threads", lambda: self._threads(few)),
        ]
        for name, way in ways:
            if self._over():
                self._skipped.append(name)
                continue
            try:
                found = next(way(), None)
            except TooLongError:
                if self._who == "new":
                    raise
                found = None
                self._skipped.append(name)
            if found is not None:
                yield found
                return

    def _usable(self, order: Iterable[int]) -> list[int]:
        return [at for at in order if at not in self._too_long]

    def _twice(self, few: int) -> Iterator[Found]:
        """Each input twice in a row: the second result is as the old code's second, and no object of the first anew."""
        for at in self._usable(range(few)):
            olds, news = [], []
            for turn in range(2):
                olds.append(self._observed("old", at, "twice in a row"))
                news.append(self._observed("new", at, "twice in a row"))
                found = self._contrast(olds[turn], news[turn])
                if found:
                    yield Found(at, "twice in a row", replace(found, code="B10"))
            again = _held(news) and not _held(olds)
            if again:
                said = "Two calls give the same object, which the old code makes anew: whoever changes one result changes the other."
                yield Found(
                    at,
                    "twice in a row",
                    Difference("B05", "", "a new object each time", "the object of the call before", said),
                )
            if self._over():
                return

    def _in_order(self, way: str, order: Any) -> Iterator[Found]:
        for at in self._usable(order):
            found = self._contrast(self._observed("old", at, way), self._observed("new", at, way))
            if found:
                yield Found(at, way, replace(found, code="B10"))
            if self._over():
                return

    def _threads(self, few: int) -> Iterator[Found]:
        """Two inputs at once, from a barrier, with threads that change places as often as they can; results only."""
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            usable = self._usable(range(few))
            for first, second in zip(usable[::2], usable[1::2], strict=False):
                yield from self._two_at_once(first, second)
                if self._over():
                    return
        finally:
            sys.setswitchinterval(interval)

    def _two_at_once(self, *pair: int) -> Iterator[Found]:
        found = self._beside("new", self._new, pair)
        if found is None:
            return
        if self._beside("old", self._old, pair) is None:
            yield found
        elif "from two threads" not in self._skipped:
            self._skipped.append("from two threads")

    def _beside(self, who: str, function: Callable[..., Any], pair: tuple[int, ...]) -> Found | None:
        """How two calls at once differ from the old code's calls alone; calls that draw random numbers are left out."""
        way = "from two threads"
        self._at(way, who, pair[0])
        barrier, ends = threading.Barrier(len(pair)), dict[int, Any]()
        arguments = {at: pickling.loads(self._job.inputs[at], function) for at in pair}

        def one(at: int) -> None:
            barrier.wait()
            ends[at] = act(function, *arguments[at])
            end_in_a_child_of(self._pid)

        threads = [threading.Thread(target=one, args=(at,), daemon=True) for at in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(THREADS_WAIT)
        for at in pair:
            alone = self._observed("old", at, way)
            if at not in ends:
                said = f"The call was not done after {THREADS_WAIT:.0f} s beside another one: the two may wait for each other."
                return Found(at, way, Difference("B10", "", "done", "waits", said))
            kind, result, error = ends[at]
            args, kwargs = arguments[at]
            seen = replace(alone, kind=kind, result=result, error=error, args=args, kwargs=kwargs)
            found = None if alone.drew else self._contrast(alone, seen)
            if found:
                return Found(at, way, replace(found, code="B10"))
        return None


def _seen(function: Callable[..., Any], payload: bytes, seed: int) -> Observation:
    args, kwargs = pickling.loads(payload, function)
    worker = os.getpid()
    found = observe(function, args, kwargs, seed)
    end_in_a_child_of(worker)
    return found


def _held(seen: list[Observation]) -> bool:
    first, second = (one.result.items if isinstance(one.result, Items) else one.result for one in seen)
    return bool(held_again(second, [first]))
