"""Recording the calls of a function, and choosing among them."""

from __future__ import annotations

import asyncio
import cProfile
import functools
import gc
import io
import itertools
import math
import os
import pickle
import random
import re
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import EngineBusyError, StillRunningError, UsageError
from workbench.model.calls import Call, RecordedCall, RecordedCalls
from workbench.recorder.calls_keeper import Entry, Keeper
from workbench.recorder.calls_recorder import CallRecorder, record_calls
from workbench.recorder.calls_target import NotRecordableError, function_behind
from workbench.study.choice import UnloadableCallError, as_calls, choose
from workbench.timing.pickling import Packer, TooLargeError, dumps, loads
from workbench.timing.unpicklable import why_not, why_not_call

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
NEW = sys.version_info >= (3, 12)


class Turned:
    """A clock that tests turn by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def wall(self) -> float:
        return self.now

    def cpu(self) -> float:
        return self.now


def plain(a, b=2, *rest, key=None, **more):
    return a


BLIND = "Threads from before the recording are not seen before Python 3.12."


def said(recorded: RecordedCalls) -> str:
    """What was said of the choice, but for threads that other tests left in this process."""
    return recorded.sampled.replace(BLIND, "").strip()


def given_to(recorded: RecordedCalls) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    return [(call.args, call.kwargs) for call in as_calls(recorded.calls)]


def guest() -> tuple[Any, ...]:
    """What a polite guest leaves as it was."""
    tools = tuple(sys.monitoring.get_tool(one) for one in range(6)) if NEW else ()
    events = tuple(sys.monitoring.get_events(one) for one in range(6) if tools[one]) if NEW else ()
    return (
        sys.getprofile(),
        sys.gettrace(),
        threading.getprofile(),
        threading.gettrace(),
        tools,
        events,
        random.getstate(),
    )


@pytest.fixture(autouse=True)
def _polite() -> Iterator[None]:
    """After every test here, hooks and the random state are as before."""
    before = guest()
    yield
    assert guest() == before


# --- kinds of functions


def test_arguments_of_a_plain_function() -> None:
    """Positional, keyword-only, extra arguments and defaults come back as the body saw them, in order."""

    def work() -> None:
        plain(1)
        plain(1, "x", 3.5, None, key=[1], other=2)
        plain(b=1, a=0)

    recorded = record_calls(plain, work)
    assert recorded.function == f"{__name__}:plain"
    assert given_to(recorded) == [
        ((1, 2), {"key": None}),
        ((1, "x", 3.5, None), {"key": [1], "other": 2}),
        ((0, 1), {"key": None}),
    ]
    assert [call.types for call in recorded.calls][1] == (
        "int",
        "str",
        "float",
        "NoneType",
        "key=list",
        "other=int",
    )
    assert (recorded.seen, recorded.lost, said(recorded)) == (3, {}, "")
    assert [call.number for call in recorded.calls] == [0, 1, 2]
    assert all(call.size == len(call.payload) and call.seconds >= 0 for call in recorded.calls)
    lines = [call.caller for call in recorded.calls]
    start = work.__code__.co_firstlineno
    assert lines == [f"{__file__}:{start + step}" for step in (1, 2, 3)]


def test_replay_gives_the_same_results() -> None:
    """What was recorded, given to the function again, gives what it gave."""

    def total(first, /, *others, scale=1, **named):
        return scale * (first + sum(others) + sum(named.values()))

    results = []
    recorded = record_calls(
        total,
        lambda: results.extend([total(1), total(1, 2, 3, scale=2), total(5, x=1, y=2), total(0, *range(9))]),
    )
    assert [total(*call.args, **call.kwargs) for call in as_calls(recorded.calls)] == results


class Account:
    """Methods of all kinds."""

    made = 0

    def __init__(self, money: int) -> None:
        self.money = money

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Account) and other.money == self.money

    __hash__ = None  # type: ignore[assignment]

    def pay(self, much: int, log: list[int] | None = None) -> int:
        self.money -= much
        if log is not None:
            log.append(much)
        return self.money

    @classmethod
    def poor(cls, much: int = 0) -> Account:
        return cls(much)

    @staticmethod
    def tax(much: int) -> int:
        return much // 5

    @property
    def rich(self) -> bool:
        return self.money > 100

    @functools.lru_cache  # noqa: B019
    def __call__(self) -> None: ...

    @functools.cached_property
    def half(self) -> int:
        return self.money // 2


@pytest.mark.parametrize("which", ["function", "bound", "partial"])
def test_methods_come_with_self_as_it_was(which: str) -> None:
    """A method is recorded for all instances, however it was named, with `self` as it was before the call."""
    one = Account(10)
    named = {"function": Account.pay, "bound": one.pay, "partial": functools.partial(one.pay, 3)}[which]

    def work() -> None:
        one.pay(3)
        one.pay(4)
        Account(7).pay(1)

    recorder = CallRecorder(named)
    with recorder:
        work()
    assert recorder.target is Account.pay
    assert given_to(recorder.recorded) == [
        ((Account(10), 3, None), {}),
        ((Account(7), 4, None), {}),
        ((Account(7), 1, None), {}),
    ]


def test_class_and_static_methods() -> None:
    """A classmethod has its class first, a staticmethod has what was given; both also when taken from the class's dictionary."""
    for named in (Account.poor, Account.__dict__["poor"]):
        assert given_to(record_calls(named, lambda: Account.poor(3))) == [((Account, 3), {})]
    for named in (Account.tax, Account.__dict__["tax"]):
        assert given_to(record_calls(named, lambda: Account.tax(3))) == [((3,), {})]


def test_properties() -> None:
    """A property's getter and a cached property are functions of `self`."""
    assert given_to(record_calls(Account.__dict__["rich"], lambda: Account(3).rich)) == [((Account(3),), {})]
    assert given_to(record_calls(Account.__dict__["half"], lambda: Account(3).half)) == [((Account(3),), {})]


def maker(step: int) -> Any:
    def add(number: int) -> int:
        return number + step

    return add


def test_closures_of_the_same_code_are_told_apart() -> None:
    """Of two closures made by one function only the one that was named is recorded; the other's calls are said."""
    one, two = maker(1), maker(2000)

    def work() -> None:
        one(5)
        two(6)
        one(7)

    recorded = record_calls(one, work)
    assert given_to(recorded) == [((5,), {}), ((7,), {})]
    assert recorded.seen == 2
    assert "1 call of other closures of the same code" in recorded.sampled


def test_arguments_that_are_cells() -> None:
    """An argument that an inner function uses is recorded as any other; so is what a method with `super()` gets."""

    def outer(a, b):
        return lambda: a + b

    class Child(Account):
        def pay(self, much, log=None):
            return super().pay(sum(much for _ in range(2)))

    assert given_to(record_calls(outer, lambda: outer(1, b=2))) == [((1, 2), {})]
    child = Child(9)
    (call,) = as_calls(record_calls(Child.pay, lambda: child.pay(2)).calls)
    assert call.args[1:] == (2, None)
    assert (type(call.args[0]), call.args[0].money, child.money) == (Child, 9, 5)


def test_cached_function() -> None:
    """Of a cached function the calls that reach it are recorded, and those that the cache answers are said."""

    @functools.lru_cache
    def square(x: int) -> int:
        return x * x

    recorded = record_calls(square, lambda: [square(number % 3) for number in range(10)])
    assert given_to(recorded) == [((0,), {}), ((1,), {}), ((2,), {})]
    assert "7 calls were answered by the function's cache and not seen." in recorded.sampled


def decorate(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function("given by the decorator", *args, **kwargs)

    return wrapper


def test_a_decorated_function_is_called_as_the_program_calls_it() -> None:
    """Of a function decorated in Python the calls from outside are recorded, not those of others with the same decorator."""

    @decorate
    def one(extra, a, b=0):
        return a

    @decorate
    def other(extra, a):
        return a

    def work() -> None:
        one(1, b=2)
        other(3)

    recorded = record_calls(one, work)
    assert given_to(recorded) == [((1,), {"b": 2})]
    assert recorded.calls[0].caller == f"{__file__}:{work.__code__.co_firstlineno + 1}"
    assert given_to(record_calls(one.__wrapped__, work)) == [(("given by the decorator", 1, 2), {})]


def test_callable_objects() -> None:
    """An object with `__call__` is its method."""

    class Adder:
        def __call__(self, a):
            return a

    adder = Adder()
    assert function_behind(adder) is Adder.__call__
    (call,) = as_calls(record_calls(adder, lambda: adder(4)).calls)
    assert call.args[1:] == (4,)


@pytest.mark.parametrize("what", [len, Account, 3, functools.partial(len), itertools.count()])
def test_what_has_no_python_function_is_refused(what: object) -> None:
    """Built-in functions, classes and plain values are refused with a sentence that says what to name instead."""
    with pytest.raises(NotRecordableError, match="name"):
        CallRecorder(what)


# --- generators and coroutines


def test_a_generator_is_one_call() -> None:
    """However often it is resumed, thrown into or closed; its time is that in which it ran, not its consumer's."""
    clock = Turned()

    def numbers(upto: int, taken: list[int]) -> Iterator[int]:
        for number in range(upto):
            clock.now += 1
            yield number

    def work() -> None:
        for _ in numbers(3, []):
            clock.now += 100
        next(numbers(9, [1]))
        list(zip(numbers(2, []), numbers(2, [])))

    recorded = record_calls(numbers, work, clock=clock)
    assert given_to(recorded) == [((3, []), {}), ((9, [1]), {}), ((2, []), {}), ((2, []), {})]
    assert recorded.seen == 4
    assert [recorded.calls[at].seconds for at in (0, 2)] == [3, 2]
    assert said(recorded) == ""


def test_a_recursive_generator_keeps_the_outermost() -> None:
    """Inner generators of a walk are counted and said."""

    def walk(tree: Any) -> Iterator[int]:
        for part in tree:
            if isinstance(part, list):
                yield from walk(part)
            else:
                yield part

    recorded = record_calls(walk, lambda: [list(walk([1, [2, [3]]])), list(walk([4]))])
    assert given_to(recorded) == [(([1, [2, [3]]],), {}), (([4],), {})]
    assert recorded.seen == 4
    assert "2 calls within another call of the function were counted, not kept." in recorded.sampled


def test_thrown_into_generators() -> None:
    """An exception thrown into a generator, caught or not, makes no second call and breaks nothing."""

    def stubborn(a: int) -> Iterator[int | None]:
        while True:
            try:
                yield None
            except ValueError:
                continue

    def work() -> None:
        one = stubborn(1)
        next(one)
        one.throw(ValueError)
        one.throw(ValueError())
        with pytest.raises(KeyError):
            one.throw(KeyError("x"))
        unstarted = stubborn(2)
        with pytest.raises(KeyError):
            unstarted.throw(KeyError("x"))

    recorded = record_calls(stubborn, work)
    assert [args for args, _ in given_to(recorded)] == [(1,)]
    assert recorded.lost == {}


def test_time_after_a_throw() -> None:
    """A generator's own time goes on when an exception is thrown into it, and its consumer's does not count."""
    clock = Turned()

    def patient() -> Iterator[int]:
        try:
            yield 1
        except ValueError:
            clock.now += 5
        yield 2

    def work() -> None:
        one = patient()
        next(one)
        clock.now += 100
        assert one.throw(ValueError()) == 2
        clock.now += 100
        assert list(one) == []

    assert [call.seconds for call in record_calls(patient, work, clock=clock).calls] == [5]


def test_coroutines_interleaved() -> None:
    """Tasks of one function that take turns are calls of their own; the seconds of each contain its waiting."""
    clock = Turned()

    async def fetch(name: str) -> str:
        await asyncio.sleep(0)
        clock.now += 1
        await asyncio.sleep(0)
        return name

    async def main() -> list[str]:
        await fetch("alone")
        return await asyncio.gather(fetch("a"), fetch("b"), fetch("c"))

    recorded = record_calls(fetch, lambda: asyncio.run(main()), clock=clock)
    assert [args for args, _ in given_to(recorded)] == [("alone",), ("a",), ("b",), ("c",)]
    assert [call.seconds for call in recorded.calls] == [1, 3, 3, 3]
    assert said(recorded) == ""
    assert [bool(call.caller) for call in recorded.calls] == [True, False, False, False]


def test_async_generators() -> None:
    """An async generator is one call, also when its consumer leaves early."""

    async def ticks(upto: int) -> Any:
        for number in range(upto):
            await asyncio.sleep(0)
            yield number

    async def main() -> None:
        async for _ in ticks(3):
            pass
        source = ticks(5)
        async for _ in source:
            break
        await source.aclose()

    recorded = record_calls(ticks, lambda: asyncio.run(main()))
    assert [args for args, _ in given_to(recorded)] == [(3,), (5,)]


def test_cancelled_coroutines() -> None:
    """A task that is cancelled while it waits has ended: its time is known, and what follows is no recursion."""
    clock = Turned()

    async def forever(who: int) -> None:
        if who == 3:
            await forever(4)
        clock.now += 1
        await asyncio.Event().wait()

    async def main() -> None:
        for who in (1, 2, 3):
            task = asyncio.create_task(forever(who))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    recorded = record_calls(forever, lambda: asyncio.run(main()), clock=clock)
    assert [args for args, _ in given_to(recorded)] == [(1,), (2,), (3,)]
    assert (recorded.seen, said(recorded)) == (
        4,
        "1 call within another call of the function was counted, not kept.",
    )
    assert all(call.seconds == 1 or (math.isnan(call.seconds) and not NEW) for call in recorded.calls)


# --- when, where, how long


def test_the_snapshot_is_from_before() -> None:
    """What a function does to its arguments is not in the record; what the program did before is."""

    def drain(items: list[int]) -> None:
        items.clear()

    items = [1]

    def work() -> None:
        drain(items)
        items.extend([2, 3])
        drain(items)

    assert [args for args, _ in given_to(record_calls(drain, work))] == [([1],), ([2, 3],)]


def test_shared_objects_stay_shared() -> None:
    """Arguments that are the same object, or hold the same object, still do after loading."""
    shared = [1]

    (call,) = as_calls(record_calls(plain, lambda: plain(shared, {"x": shared}, key=shared)).calls)
    assert call.args[0] is call.args[1]["x"] is call.kwargs["key"]


def test_seconds_are_the_calls_own() -> None:
    """The time from the start of the body to its end, also where it raises."""
    clock = Turned()

    def wait(long: float) -> None:
        clock.now += long
        if long > 2:
            raise ValueError("too long")

    def work() -> None:
        wait(1)
        with pytest.raises(ValueError, match="too long"):
            wait(5)

    assert [call.seconds for call in record_calls(wait, work, clock=clock).calls] == [1, 5]


def test_recursion_keeps_the_outermost_call() -> None:
    """Calls within a call are counted as seen, and said; after an exception in the depth the next one is outermost again."""

    def down(n: int) -> int:
        if n == -1:
            raise ValueError("too deep")
        return 0 if n == 0 else down(n - 1 if n < 10 else -1)

    def work() -> None:
        down(3)
        with pytest.raises(ValueError, match="too deep"):
            down(10)
        down(2)

    recorded = record_calls(down, work)
    assert [args for args, _ in given_to(recorded)] == [(3,), (10,), (2,)]
    assert recorded.seen == 9
    assert "6 calls within another call" in recorded.sampled


def test_threads_are_all_seen() -> None:
    """Calls from several threads at once, which stand in each other's way, are none of them recursion."""
    meet = threading.Barrier(4, timeout=30)

    def together(who: int) -> int:
        meet.wait()
        return who

    def work() -> None:
        threads = [threading.Thread(target=together, args=(who,)) for who in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    recorded = record_calls(together, work)
    assert sorted(args for args, _ in given_to(recorded)) == [(0,), (1,), (2,), (3,)]
    assert recorded.seen == 4


def test_threads_from_before() -> None:
    """Where Python can tell of them, their calls are recorded; where not, the record says so."""
    begin = threading.Event()

    def late(a: int) -> int:
        return a

    thread = threading.Thread(target=lambda: (begin.wait(30), late(1)))
    thread.start()
    with CallRecorder(late) as recorder:
        begin.set()
        thread.join()
    said = "Threads from before the recording are not seen before Python 3.12."
    assert (recorder.recorded.seen, recorder.recorded.sampled) == ((1, "") if NEW else (0, said))


@pytest.mark.skipif(NEW, reason="before Python 3.12 the profile hook is what is needed")
def test_a_program_that_takes_the_hook_keeps_it() -> None:
    """A profile function that the program sets in the run stays, and the record says what that cost."""

    def hook(*_: object) -> None: ...

    def work() -> None:
        plain(1)
        sys.setprofile(hook)
        plain(2)

    try:
        recorded = record_calls(plain, work)
        assert sys.getprofile() is hook
    finally:
        sys.setprofile(None)
    assert [args[0] for args, _ in given_to(recorded)] == [1]
    assert recorded.sampled.startswith("The program set a profile function of its own during the run")


def test_a_thread_that_outlives_the_recording() -> None:
    """It runs on unharmed and is rid of the hook; its open call has no time."""
    entered, go = threading.Event(), threading.Event()
    profiles = []

    def slow(a: int) -> None:
        entered.set()
        go.wait(30)

    def run() -> None:
        slow(1)
        slow(2)
        profiles.append(sys.getprofile())

    thread = threading.Thread(target=run)
    with CallRecorder(slow) as recorder:
        thread.start()
        entered.wait(30)
    go.set()
    thread.join()
    (call,) = recorder.recorded.calls
    assert math.isnan(call.seconds)
    assert profiles == [None]


def test_nothing_is_lost_when_the_program_raises() -> None:
    """The exception comes out as it was, and the calls up to there are kept, the raising one too."""

    def work() -> None:
        plain(1)
        plain(2)
        raise KeyError("the program's own")

    recorder = CallRecorder(plain)
    with pytest.raises(KeyError, match="the program's own"), recorder:
        work()
    assert [args for args, _ in given_to(recorder.recorded)] == [(1, 2), (2, 2)]
    with pytest.raises(KeyError, match="the program's own"):
        record_calls(plain, work)


def test_reading_too_early_is_refused() -> None:
    """The recording cannot be read, nor begun again, before it has ended; afterwards the recorder can be used anew."""
    recorder = CallRecorder(plain)
    with recorder:
        plain(1)
        with pytest.raises(StillRunningError):
            _ = recorder.recorded
        with pytest.raises(StillRunningError):
            recorder.__enter__()
    with recorder:
        plain(2)
    assert [args for args, _ in given_to(recorder.recorded)] == [(2, 2)]


def test_a_call_under_way_at_the_start_is_not_seen() -> None:
    """Neither its return nor what it calls upsets the books."""
    recorder = CallRecorder(plain_in_the_middle)

    assert plain_in_the_middle(1, recorder) == 1
    recorder.__exit__(None, None, None)
    assert [args for args, _ in given_to(recorder.recorded)] == [(2, None)]


def plain_in_the_middle(a: int, recorder: CallRecorder | None) -> int:
    if recorder is not None:
        recorder.__enter__()
        plain_in_the_middle(2, None)
    return a


# --- what cannot be copied


class Stubborn:
    def __reduce__(self) -> Any:
        raise RuntimeError("not me")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: [1, {"conn": threading.Lock()}], r"argument 1 \[1\] \['conn'\] is a lock, which cannot be copied"),
        (lambda: (number for number in [1]), "argument 1 is a generator, which cannot be copied"),
        (
            lambda: Path(__file__).open(),  # noqa: SIM115
            "argument 1 is an open file, which cannot be copied",
        ),
        (
            lambda: Path(__file__).open("rb"),  # noqa: SIM115
            "argument 1 is an open file, which cannot be copied",
        ),
        (lambda: memoryview(b"abc"), "argument 1 is a memoryview, which cannot be copied"),
        (Stubborn, "argument 1 is a Stubborn, which raises RuntimeError when it is copied: not me"),
        (lambda: Account(Stubborn()), r"argument 1.money is a Stubborn, which raises"),
        (lambda: maker(threading.Lock()), r"argument 1 \(its variable step\) is a lock"),
        (lambda: {1: map(str, (number for number in [1]))}, r"argument 1 \[1\] is a map, which cannot be copied"),
        (lambda: functools.reduce(lambda inner, _: [inner], range(100_000), []), "nested too deeply"),
    ],
)
def test_what_cannot_be_copied_is_counted(make: Any, reason: str) -> None:
    """Such calls are seen, lost for a reason that names the part, and do not keep others from being recorded."""
    value = make()

    def work() -> None:
        plain(value)
        plain(1)

    recorded = record_calls(plain, work)
    assert [args for args, _ in given_to(recorded)] == [(1, 2)]
    assert recorded.seen == 2
    assert list(recorded.lost.values()) == [1]
    assert re.search(reason, next(iter(recorded.lost)))
    if hasattr(value, "close"):
        value.close()


def test_a_socket_among_keywords() -> None:
    """A keyword argument is named by its name."""
    with socket.socket() as one:
        recorded = record_calls(plain, lambda: plain(1, conn=one))
    assert recorded.lost == {"argument 'conn' is a socket, which cannot be copied": 1}


def test_nothing_is_consumed() -> None:
    """Iterators, generators and open files are where they were, recorded or not."""
    with Path(__file__).open() as file:
        file.readline()
        place = file.tell()
        numbers, squares, text = iter([1, 2, 3]), (x * x for x in range(3)), io.StringIO("abc")
        next(numbers)
        recorded = record_calls(
            plain, lambda: [plain(numbers), plain(squares), plain(text), plain(file), plain(map(str, numbers))]
        )
        assert file.tell() == place
    (rest,), (_,), (mapped,) = (args[:1] for args, _ in given_to(recorded))
    assert (list(rest), list(mapped)) == ([2, 3], ["2", "3"])
    assert (list(numbers), list(squares), text.read()) == ([2, 3], [0, 1, 4], "abc")
    assert sum(recorded.lost.values()) == 2


def test_lambdas_and_local_classes_are_copied() -> None:
    """What only a notebook or function knows is copied by value; in its own process a class is the class itself, untouched."""

    class Local:
        def method(self) -> int:
            return 1

    method = Local.method
    recorded = record_calls(plain, lambda: [plain(lambda x: x + 1), plain(Local())])
    (one, _), (two, _) = (args for args, _ in given_to(recorded))
    assert one(1) == 2
    assert type(two) is Local
    assert Local.method is method


def test_large_arguments_are_not_copied() -> None:
    """An argument that is known to be too large is lost with its size, alone or within others, without being copied."""
    huge = np.broadcast_to(np.zeros(1), (1 << 28,))
    nested = {"x": bytes(3 << 20)}
    recorded = record_calls(plain, lambda: [plain(huge), plain(nested), plain(b"x" * 100)], most_bytes=4 << 20)
    assert set(recorded.lost) == {
        "argument 1 is an ndarray of 2.00 GiB, and no call may need more than 2.00 MiB",
        "the arguments need 3.00 MiB or more, and no call may need more than 2.00 MiB",
    }
    assert len(recorded.calls) == 1


def test_many_reasons_stay_few() -> None:
    """A reason that differs from call to call does not fill the record."""

    class Talking:
        def __reduce__(self) -> Any:
            raise RuntimeError(str(time.perf_counter_ns()))

    one = Talking()
    recorded = record_calls(plain, lambda: [plain(one) for _ in range(300)])
    assert sum(recorded.lost.values()) == 300
    assert len(recorded.lost) <= 51


def test_the_programs_own_signal_comes_out() -> None:
    """What a handler of a signal raises while a copy is made is not taken for a failure to copy."""

    class Slow:
        def __reduce__(self) -> Any:
            os.kill(os.getpid(), signal.SIGUSR1)
            return int, ()

    def handler(*_: object) -> None:
        raise TimeoutError("too long")

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        with pytest.raises(TimeoutError, match="too long"):
            record_calls(plain, lambda: plain(Slow()))
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_an_interrupt_comes_out_and_is_counted() -> None:
    """Ctrl-C while a copy is made ends the program as always; the call it hit is counted."""

    class Interrupted:
        def __reduce__(self) -> Any:
            raise KeyboardInterrupt

    recorder = CallRecorder(plain)
    with pytest.raises(KeyboardInterrupt), recorder:
        plain(Interrupted())
    assert recorder.recorded.lost == {"interrupted while the arguments were copied": 1}


def test_an_error_of_the_recorder_stays_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the recorder itself breaks, the program does not notice, and the record says so."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(Keeper, "offer", broken)
    results = []
    recorded = record_calls(plain, lambda: results.append(plain(7)))
    assert results == [7]
    assert recorded.lost == {"the recorder itself failed: ZeroDivisionError: ours": 1}


# --- a polite guest


def test_other_tools_go_on() -> None:
    """A profile function of the program's is called as before during the recording, and is there afterwards."""
    heard = []

    def hook(frame: Any, event: str, _argument: Any) -> None:
        if frame.f_code is plain.__code__:
            heard.append(event)

    sys.setprofile(hook)
    try:
        recorded = record_calls(plain, lambda: plain(1))
        after = sys.getprofile()
    finally:
        sys.setprofile(None)
    assert heard == ["call", "return"]
    assert after is hook
    assert len(recorded.calls) == 1


@pytest.mark.skipif(NEW, reason="before Python 3.12 the profile hook is what is needed")
def test_a_profiler_in_c_is_named() -> None:
    """Where cProfile holds the hook, the recording is refused and says so."""
    profiler = cProfile.Profile()
    profiler.enable()
    try:
        with pytest.raises(EngineBusyError, match=r"Profiler? holds it|Profile holds it"):
            CallRecorder(plain).__enter__()
    finally:
        profiler.disable()


@pytest.mark.skipif(not NEW, reason="sys.monitoring came with Python 3.12")
def test_no_free_tool_id() -> None:
    """Four recorders may watch at once; the next one is refused with the holders' names, and the four are unharmed."""
    free = [one for one in (4, 3, 2, 5) if sys.monitoring.get_tool(one) is None]
    for one in free:
        sys.monitoring.use_tool_id(one, f"tool{one}")
    try:
        with pytest.raises(EngineBusyError, match="tool3"):
            CallRecorder(plain).__enter__()
    finally:
        for one in free:
            sys.monitoring.free_tool_id(one)


@pytest.mark.skipif(not NEW, reason="sys.monitoring came with Python 3.12")
def test_no_event_stays_behind() -> None:
    """Who takes the tool id next hears nothing that was not asked for."""
    heard = []
    record_calls(plain, lambda: plain(1))
    events = sys.monitoring.events
    sys.monitoring.use_tool_id(4, "next")
    try:
        for event in (events.PY_START, events.PY_RETURN, events.PY_UNWIND):
            assert sys.monitoring.register_callback(4, event, lambda *_: heard.append(1)) is None
        plain(2)
        with pytest.raises(KeyError):
            {}["x"]
        for event in (events.PY_START, events.PY_RETURN, events.PY_UNWIND):
            sys.monitoring.register_callback(4, event, None)
        assert (sys.monitoring.get_events(4), sys.monitoring.get_local_events(4, plain.__code__)) == (0, 0)
    finally:
        sys.monitoring.free_tool_id(4)
    assert heard == []


def test_recorders_within_each_other() -> None:
    """Two recorders of one function each see the calls made inside them."""
    with CallRecorder(plain) as outer:
        plain(1)
        with CallRecorder(plain) as inner:
            plain(2)
        plain(3)
    assert [args[0] for args, _ in given_to(outer.recorded)] == [1, 2, 3]
    assert [args[0] for args, _ in given_to(inner.recorded)] == [2]


def test_no_argument_lives_longer() -> None:
    """The recording keeps copies only: an argument dies when the program lets go of it."""
    one = Account(1)
    gone = weakref.ref(one)
    with CallRecorder(Account.pay) as recorder:
        one.pay(1)
        del one
        gc.collect()
        assert gone() is None
    assert len(recorder.recorded.calls) == 1


def test_calls_made_by_copying_are_not_calls() -> None:
    """What `__reduce__` calls is not a call of the program."""

    class Busy:
        def __reduce__(self) -> Any:
            plain("from within")
            return int, ()

    assert [args[0] for args, _ in given_to(record_calls(plain, lambda: plain(Busy())))] == [0]


def test_a_child_process_is_left_alone() -> None:
    """A forked child runs the function unrecorded, and can end."""
    with CallRecorder(plain) as recorder:
        plain(1)
        copied: list[int] = []

        class Telling:
            def __reduce__(self) -> Any:
                copied.append(1)
                return int, ()

        child = os.fork()
        if child == 0:
            plain(Telling())
            os._exit(len(copied))
        assert os.waitpid(child, 0)[1] == 0
    assert [args[0] for args, _ in given_to(recorder.recorded)] == [1]


# --- limits


def test_a_hundred_thousand_calls_stay_within_the_limits() -> None:
    """The limits hold, all are counted, the extremes are there, and the middle has its fair share."""
    slow = CallRecorder(shift, most_calls=1000, most_bytes=100_000)
    with slow:
        for number in range(100_000):
            shift(number, b"x" * 2000 if number == 77_777 else b"")
    recorded = slow.recorded
    assert recorded.seen == 100_000
    assert len(recorded.calls) <= 1000
    assert sum(call.size for call in recorded.calls) <= 100_000
    numbers = np.array([call.number for call in recorded.calls])
    assert len(set(numbers)) == len(numbers) > 800
    assert {0, 77_777} <= set(numbers)
    assert "1,000" in recorded.sampled
    assert "100,000 calls are kept" in recorded.sampled
    shares = np.histogram(numbers, bins=10, range=(0, 100_000))[0]
    assert shares.min() > 0.5 * len(numbers) / 10


def shift(a: int, b: bytes) -> int:
    return a


def entries(count: int, size: Any = lambda number: 10, kind: Any = lambda number: "a") -> Iterator[Entry]:
    for number in range(count):
        yield Entry(number, bytes(size(number)), kind(number), ("int",))


def run(keeper: Keeper, every: Iterator[Entry], seconds: Any = lambda number: 1.0) -> list[int]:
    for entry in every:
        keeper.offer(entry)
        entry.seconds = seconds(entry.number)
        keeper.finish(entry)
    return [call.number for call in keeper.calls()]


def test_each_call_has_the_same_chance() -> None:
    """Over many draws early, middle and late calls are kept equally often."""
    hits = np.zeros(200)
    for seed in range(200):
        keeper = Keeper(40, 1 << 20, first_only=False, seed=seed)
        hits[run(keeper, entries(200), lambda number: 0.0)] += 1
    usual = hits[20:]
    assert abs(usual[:90].mean() / usual[90:].mean() - 1) < 0.1
    assert usual.min() > 0


def test_extremes_and_firsts_are_always_kept() -> None:
    """The slowest, the largest and the first of a rare kind stay, wherever they come."""
    keeper = Keeper(20, 1 << 20, first_only=False)
    kept = run(
        keeper,
        entries(5000, lambda n: 500 if n == 2500 else 10, lambda n: "rare" if n == 4000 else "a"),
        lambda n: 9.0 if n == 1234 else 1.0,
    )
    assert {0, 1234, 2500, 4000} <= set(kept)
    assert len(kept) <= 20


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from("abcdefgh"), st.floats(0, 10)), max_size=80),
    st.integers(1, 30),
    st.integers(120, 600),
)
def test_a_keeper_never_exceeds_its_limits(
    calls: list[tuple[int, str, float]], most_calls: int, most_bytes: int
) -> None:
    """Whatever comes in whatever order, limits hold, nothing is kept twice, and where all fits all is kept."""
    keeper = Keeper(most_calls, most_bytes, first_only=False)
    every = entries(len(calls), lambda n: calls[n][0], lambda n: calls[n][1])
    kept = run(keeper, every, lambda n: calls[n][2])
    sizes = [one[0] for one in calls]
    assert len(kept) <= most_calls
    assert sum(sizes[number] for number in kept) <= most_bytes
    assert sorted(set(kept)) == kept
    if len(calls) <= most_calls and sum(sizes) <= most_bytes:
        assert kept == list(range(len(calls)))
        assert keeper.words() == ""
    elif calls and most_calls > 1:
        assert max(range(len(calls)), key=lambda n: (calls[n][2], -n)) in kept
        assert max(range(len(calls)), key=lambda n: (sizes[n], -n)) in kept


def test_open_calls_are_not_forgotten() -> None:
    """Calls that overlap are kept or let go as they end, in whatever order."""
    keeper = Keeper(4, 1 << 20, first_only=False)
    every = list(entries(50))
    for entry in every:
        keeper.offer(entry)
    for entry in reversed(every):
        entry.seconds = float(entry.number == 25)
        keeper.finish(entry)
    kept = [call.number for call in keeper.calls()]
    assert 25 in kept
    assert len(kept) <= 4


def test_the_sample_is_the_calls_with_the_lowest_lots() -> None:
    """Room that is left when a large call is let go goes to no call that drew a higher lot than one let go before."""
    sizes = [200 if number % 5 == 0 else 10 for number in range(403)]
    for seed in range(40):
        keeper = Keeper(80, 4000, first_only=False, seed=seed)
        every = list(entries(403, lambda n: sizes[n]))
        kept = set(run(keeper, iter(every), lambda number: 0.0))
        pinned = set(range(10)) | set(range(0, 50, 5))
        assert pinned <= kept
        assert len(kept) > 20
        assert max(every[number].lot for number in kept - pinned) < min(
            one.lot for one in every if one.number not in kept
        )


def test_calls_under_way_at_once_are_bounded() -> None:
    """Payloads of calls that may yet be the slowest wait within the limit of bytes; what had no room is said."""
    keeper = Keeper(10, 1000, first_only=False)
    every = list(entries(500))
    for entry in every:
        keeper.offer(entry)
    assert sum(len(entry.payload) for entry in every) <= 2000
    for entry in every:
        entry.seconds = float(entry.number)
        keeper.finish(entry)
    assert all(len(call.payload) == 10 for call in keeper.calls())
    assert "390 calls under way at once were let go before their time was known." in keeper.words()


@pytest.mark.parametrize("kind", ["function", "generator", "raising"])
def test_first_only_ends_by_itself(kind: str) -> None:
    """After the limit nothing is heard any more, also of exceptions and of resumed generators; a second recording hears again."""

    def generator(a: int) -> Iterator[int]:
        yield a
        yield a

    def raising(a: int) -> None:
        raise LookupError

    function: Any = {"function": lambda a: a, "generator": generator, "raising": raising}[kind]

    def work(upto: int) -> None:
        for number in range(upto):
            try:
                made = function(number)
                if kind == "generator":
                    list(made)
            except LookupError:
                pass

    recorder = CallRecorder(function, most_calls=3, first_only=True)
    for _ in range(2):
        with recorder:
            work(10)
            if NEW:
                tool = next(one for one in range(6) if sys.monitoring.get_tool(one) == "workbench calls")
                assert sys.monitoring.get_events(tool) == 0
            else:
                assert sys.getprofile() is None
        recorded = recorder.recorded
        assert [args for args, _ in given_to(recorded)] == [(0,), (1,), (2,)]
        assert not any(math.isnan(call.seconds) for call in recorded.calls)
        assert said(recorded) == "Recording ended after the first 3 calls; later ones were not counted."


@pytest.mark.parametrize("limits", [{"most_calls": 0}, {"most_bytes": 0}])
def test_limits_of_nothing_are_refused(limits: dict[str, int]) -> None:
    """A recording that could keep nothing is an error of use."""
    with pytest.raises(UsageError):
        CallRecorder(plain, **limits)


# --- programs of their own


def test_a_script_is_recorded_for_another_process(tmp_path: Path) -> None:
    """Classes, functions and enumerations of `__main__` travel: another process loads the payloads without the script."""
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            """
            import dataclasses, enum, pickle, sys
            from workbench.recorder.calls_recorder import record_calls

            class Colour(enum.Enum):
                RED = 1

            @dataclasses.dataclass
            class Point:
                x: int
                def double(self):
                    return helper(self.x)

            def helper(x):
                return 2 * x

            class Named(Point):
                pass

            def work(point, key, colour):
                point.x += 1
                return key(point.x)

            recorded = record_calls(work, lambda: [work(Point(1), lambda x: helper(x), Colour.RED), work(Named(2), helper, Colour.RED)])
            assert [type(pickle.loads(call.payload)[0][0]) for call in recorded.calls] == [Point, Named]
            assert pickle.loads(recorded.calls[0].payload)[0][2] is Colour.RED
            pickle.dump([call.payload for call in recorded.calls], open(sys.argv[1], "wb"))
            """
        )
    )
    loader = (
        "import pickle, sys; from workbench.timing.pickling import loads\n"
        "one, two = [loads(each)[0] for each in pickle.load(open(sys.argv[1], 'rb'))]\n"
        "print(one[0].double(), two[0].double(), one[1](5), two[1](5), one[2].name, one[2] is two[2], isinstance(two[0], type(one[0])))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    out = tmp_path / "payloads"
    subprocess.run([sys.executable, script, out], check=True, env=environment, cwd=tmp_path)
    script.unlink()
    result = subprocess.run(
        [sys.executable, "-c", loader, out], check=True, env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert result.stdout.split() == ["2", "4", "10", "10", "RED", "True", "True"]


# --- copies


def test_packing_says_what_is_too_large() -> None:
    """More than was allowed is refused with the size, for large pieces and for many small ones."""
    assert loads(dumps([1, 2], 100)) == [1, 2]
    with pytest.raises(TooLargeError) as caught:
        dumps([bytes(1 << 20)], 1000)
    assert caught.value.size >= 1 << 20
    with pytest.raises(TooLargeError):
        dumps(list(range(10_000)), 1000)
    with pytest.raises(TooLargeError):
        dumps([lambda: 0] * 100_000, 1000)


def test_a_class_is_packed_once() -> None:
    """Instances of a local class share one definition, as it was first."""

    class Local:
        value = 1

    packer = Packer()
    first, second = packer.dumps(Local()), packer.dumps([Local()])
    Local.value = 2
    assert type(loads(first)) is type(loads(second)[0]) is Local
    assert Local.value == 2


def test_why_not_names_the_part() -> None:
    """The way to the part is said for containers, attributes and closures; "" where all can be copied."""
    assert why_not({"a": [1, {2: threading.Lock()}]}) == "the value ['a'] [1] [2] is a lock, which cannot be copied"
    assert why_not([1, "x", {}]) == ""
    assert why_not_call((1, threading.Lock()), {}) == "argument 2 is a lock, which cannot be copied"
    assert why_not_call((1,), {"k": (threading.Lock(),)}) == "argument 'k' [0] is a lock, which cannot be copied"
    ring: list[Any] = [threading.Lock()]
    ring.insert(0, ring)
    assert why_not(ring) == "the value [1] is a lock, which cannot be copied"


@settings(max_examples=30)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
        lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    )
)
def test_copies_are_equal(value: Any) -> None:
    """Plain data comes back equal and of the same type, by either way."""
    for back in (loads(dumps(value)), loads(dumps((value, lambda: 0)))[0], loads(dumps(value, 1 << 30))):
        assert back == value
        assert type(back) is type(value)


# --- the choice


def recorded_of(calls: list[RecordedCall], **more: Any) -> RecordedCalls:
    return RecordedCalls("m:f", tuple(calls), len(calls), **{"lost": {}, **more})


def call_of(number: int, value: object = None, caller: str = "f.py:1", seconds: float = 1.0) -> RecordedCall:
    payload = pickle.dumps(((number if value is None else value,), {}), 5)
    kind = type(number if value is None else value).__name__
    return RecordedCall(number, payload, caller, (kind,), len(payload), seconds)


@st.composite
def recordings(draw: Any) -> RecordedCalls:
    facts = draw(
        st.lists(
            st.tuples(
                st.one_of(st.integers(0, 30), st.text("ab", max_size=40)),
                st.floats(0, 10) | st.just(math.nan),
            ),
            max_size=60,
        )
    )
    return recorded_of(
        [
            call_of(number, value, ("a.py:1", "a.py:2", "")[len(repr(value)) % 3], seconds)
            for number, (value, seconds) in enumerate(facts)
        ]
    )


def stratum(call: RecordedCall) -> tuple[Any, ...]:
    return call.caller, call.types, call.size.bit_length()


@settings(max_examples=60)
@given(recordings(), st.integers(1, 80), st.floats(0, 0.9), st.integers(0, 3))
def test_choices(recorded: RecordedCalls, most: int, share: float, seed: int) -> None:
    """Within the limit, disjoint by payload, without twins, the slowest and largest in, weights that add up, the same for the same seed."""
    choice = choose(recorded, most, share, seed)
    assert repr(choose(recorded, most, share, seed)) == repr(choice)
    payloads = [call.payload for call in (*choice.used, *choice.held_out)]
    different = {call.payload for call in recorded.calls}
    assert len(payloads) == len(set(payloads)) == min(most, len(different))
    assert bool(choice.used) == bool(recorded.calls)
    if recorded.calls and most > 1:
        assert max(call.size for call in recorded.calls) == max(call.size for call in choice.used)
    assert choice.weights == tuple(sum(call.payload == one.payload for call in recorded.calls) for one in choice.used)
    assert [call.number for call in choice.used] == sorted(call.number for call in choice.used)
    if share == 0:
        assert choice.held_out == ()
    strata: dict[tuple[Any, ...], dict[bytes, None]] = {}
    for call in recorded.calls:
        strata.setdefault(stratum(call), {})[call.payload] = None
    used, held = {stratum(call) for call in choice.used}, {stratum(call) for call in choice.held_out}
    if most >= len(different) and share > 0:
        assert used == set(strata)
        assert held == {kind for kind, members in strata.items() if len(members) >= 4}
    assert held <= {kind for kind, members in strata.items() if len(members) >= 4} & used


def test_rare_strata_are_not_drowned() -> None:
    """A line that called twice is there beside one that called ten thousand times; and the slowest call, wherever it is."""
    calls = [call_of(number, seconds=50.0 if number == 4321 else 1.0) for number in range(10_000)]
    calls += [call_of(20_000 + step, f"text{step}", "rare.py:9") for step in range(2)]
    choice = choose(recorded_of(calls), most=40)
    assert [call.number for call in choice.used if call.caller == "rare.py:9"] == [20_000, 20_001]
    assert 4321 in {call.number for call in choice.used}
    assert len(choice.used) + len(choice.held_out) == 40
    numbers = [call.number for call in choice.used if call.caller != "rare.py:9"]
    assert max(numbers) > 5000
    assert 8 <= len(choice.held_out) <= 12
    assert any("rare.py:9 with (str)" in sentence and "2 calls" in sentence for sentence in choice.why)


def test_seeds_differ() -> None:
    """Another seed draws other calls, so that no choice is fixed by their order."""
    recorded = recorded_of([call_of(number, 1000 + number) for number in range(300)])
    drawn = [{call.number for call in choose(recorded, 20, seed=seed).used} for seed in range(2)]
    assert len(drawn[0] & drawn[1]) < 7


def test_calls_are_spread_over_times() -> None:
    """Within a stratum quick and slow calls are taken alike, though quick ones are a hundred times as many."""
    calls = [call_of(number, 1000 + number, seconds=float(number)) for number in range(1000)]
    choice = choose(recorded_of(calls), most=20, held_out=0)
    times = sorted(call.seconds for call in choice.used)
    assert all(sum(low <= one < low + 200 for one in times) >= 3 for low in range(0, 1000, 200))


def test_repeated_calls_weigh_but_count_once() -> None:
    """A call that was made a thousand times is used once, with its weight."""
    calls = [call_of(number, "same") for number in range(1000)] + [call_of(1000, "else")]
    choice = choose(recorded_of(calls))
    assert sorted(choice.weights) == [1, 1000]
    assert len(choice.used) == 2


def test_one_payload_from_two_lines() -> None:
    """Is one input, used once, with the weight of both."""
    calls = [call_of(0, "same", "a.py:1"), call_of(1, "same", "b.py:2"), call_of(2, "same", "b.py:2")]
    choice = choose(recorded_of(calls))
    assert (len(choice.used), choice.held_out, choice.weights) == (1, (), (3,))


def test_why_says_what_is_missing() -> None:
    """Lost calls, sampling, and strata left out for the limit are said."""
    calls = [call_of(number, caller=f"f.py:{number}") for number in range(10)]
    choice = choose(recorded_of(calls, lost={"argument 1 is a lock": 3}, sampled="Only some."), most=4)
    assert "Not recorded, 3 calls: argument 1 is a lock." in choice.why
    assert "Only some." in choice.why
    assert "6 strata, the rarest, gave none: the limit of calls is too low for them." in choice.why
    assert choose(recorded_of([])).why == ("No call of m:f was recorded.",)


@pytest.mark.parametrize("limits", [{"most": 0}, {"held_out": 1.0}, {"held_out": -0.1}, {"held_out": math.nan}])
def test_senseless_choices_are_refused(limits: dict[str, Any]) -> None:
    """Limits that leave nothing are an error of use."""
    with pytest.raises(UsageError):
        choose(recorded_of([call_of(1)]), **limits)


def test_loading() -> None:
    """Payloads become calls, new objects each time; one that cannot be loaded is named with its number."""
    calls = [call_of(3, "x")]
    assert as_calls(calls) == [Call(("x",), {})]
    with pytest.raises(UnloadableCallError, match="Call 9 cannot be loaded"):
        as_calls([RecordedCall(9, b"cnothing.there\nname\n.", "", ("a",), 3, 1.0)])
