"""gather_with_concurrency, run_with_graceful_shutdown and retry_async: order, limits, cancellation and signals, in many interleavings."""

from __future__ import annotations

import asyncio
import gc
import inspect
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Awaitable, Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuffled import run_shuffled, turns
from typed_snippets import lines_refused

from workbench.errors import UsageError
from workbench.patterns.concurrency import gather_with_concurrency, retry_async, run_with_graceful_shutdown

SEEDS = st.integers(0, 2**32)


class Odd(Exception):
    """An error of a test."""


class Crowd:
    """Workers that count how many of them are inside at once, and which have begun and ended."""

    def __init__(self) -> None:
        self.inside = self.most = 0
        self.begun: list[int] = []
        self.ended: list[int] = []

    async def work(self, number: int, steps: int = 2, error: BaseException | None = None, last: int = 0) -> int:
        """Stay for some steps, then return the number or raise; `last` steps of clean-up."""
        self.begun.append(number)
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await turns(steps)
            if error is not None:
                raise error
            return number
        finally:
            try:
                await turns(last)
            finally:
                self.inside -= 1
                self.ended.append(number)


@given(SEEDS, st.integers(1, 8), st.lists(st.integers(0, 5), max_size=12))
def test_results_in_order_and_never_more_than_n(seed: int, n: int, steps: list[int]) -> None:
    """In any interleaving the results have the order given, and exactly as many as may run at once do."""
    crowd = Crowd()

    async def main() -> list[int]:
        return await gather_with_concurrency(n, *(crowd.work(i, count) for i, count in enumerate(steps)))

    assert run_shuffled(seed, main()) == list(range(len(steps)))
    assert crowd.most <= n
    assert all(steps) is False or crowd.most == min(n, len(steps))


@given(SEEDS, st.integers(1, 5), st.integers(0, 7), st.integers(0, 3))
def test_a_failure_ends_all_others_before_it_comes_out(seed: int, n: int, bad: int, last: int) -> None:
    """When one fails, all that had begun have ended, clean-up included, when the error comes out, and no task is left."""
    crowd, error = Crowd(), Odd("bad")

    async def main() -> None:
        works = [crowd.work(i, 9, last=last) if i != bad else crowd.work(i, 1, error) for i in range(8)]
        with pytest.raises(Odd) as caught:
            await gather_with_concurrency(n, *works)
        assert caught.value is error
        assert crowd.inside == 0
        assert all(inspect.getcoroutinestate(work) == inspect.CORO_CLOSED for work in works)
        assert sorted(crowd.begun) == sorted(crowd.ended)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run_shuffled(seed, main())
    gc.collect()


def test_what_never_began_is_closed_before_the_error_comes_out() -> None:
    """Also while somebody still holds the whole: those whose turn never came are closed when the failure or cancellation comes out."""

    async def main() -> None:
        works = [Crowd().work(0, 1, Odd("bad")), Crowd().work(1), Crowd().work(2)]
        whole = gather_with_concurrency(1, *works)
        with pytest.raises(Odd):
            await whole
        assert [inspect.getcoroutinestate(work) for work in works] == [inspect.CORO_CLOSED] * 3
        works = [Crowd().work(0, 9), Crowd().work(1)]
        whole = gather_with_concurrency(1, *works)
        task = asyncio.ensure_future(whole)
        await turns(2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [inspect.getcoroutinestate(work) for work in works] == [inspect.CORO_CLOSED] * 2

    asyncio.run(main())


def test_an_end_that_is_not_awaited_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interleavings see what they are for: where the rest is cancelled and not awaited, they fail."""

    async def careless(left: list[asyncio.Future[Any]], *_: object) -> None:
        for future in left:
            future.cancel()

    monkeypatch.setattr("workbench.patterns.concurrency._end", careless)
    failure: Any = test_a_failure_ends_all_others_before_it_comes_out
    with pytest.raises(AssertionError):
        failure.hypothesis.inner_test(1, 3, 1, 3)
    cancelled: Any = test_a_cancelled_caller_ends_all_others_first
    with pytest.raises(AssertionError):
        cancelled.hypothesis.inner_test(1, 3, 5, False)


@given(SEEDS, st.integers(1, 5), st.integers(0, 20), st.booleans())
def test_a_cancelled_caller_ends_all_others_first(seed: int, n: int, when: int, twice: bool) -> None:
    """Whenever the caller is cancelled, once or twice, CancelledError comes out of it after all that had begun have ended."""
    crowd = Crowd()

    async def main() -> None:
        task = asyncio.ensure_future(gather_with_concurrency(n, *(crowd.work(i, 30, last=4) for i in range(6))))
        await turns(when)
        task.cancel()
        if twice:
            await turns(2)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert crowd.inside == 0
        assert sorted(crowd.begun) == sorted(crowd.ended)

    run_shuffled(seed, main())
    gc.collect()


def test_the_first_error_comes_out_with_the_others_as_notes() -> None:
    """Errors that others raise while they are ended are notes on the first one; of many, twelve are told and the rest counted."""

    async def grumbles(number: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise Odd(f"number {number}")

    async def main() -> None:
        with pytest.raises(ValueError, match="first") as caught:
            await gather_with_concurrency(
                20, Crowd().work(0, 1, ValueError("first")), *(grumbles(i) for i in range(14))
            )
        assert caught.value.__notes__ == [*(f"also failed: Odd: number {i}" for i in range(12)), "and 2 more"]

    asyncio.run(main())


def test_a_cancellation_after_a_failure_is_not_swallowed() -> None:
    """Where the caller is cancelled while the rest is being ended after a failure, it is cancelled, with the failure as the cause."""

    async def main() -> None:
        error, ending = Odd("bad"), asyncio.Event()

        async def slow() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ending.set()
                await turns(5)

        task = asyncio.ensure_future(gather_with_concurrency(2, slow(), Crowd().work(0, 1, error)))
        await ending.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        chain: BaseException = caught.value
        while chain.__cause__ is None and chain.__context__ is not None:
            chain = chain.__context__
        assert chain.__cause__ is error
        assert chain.__notes__ == ["cancelled while the rest was being ended after Odd: bad"]

    asyncio.run(main())


def test_a_time_limit_around_it_holds() -> None:
    """`asyncio.timeout` around it raises TimeoutError, not something that swallowed the cancellation."""

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await gather_with_concurrency(2, *(Crowd().work(i, 1000) for i in range(3)))

    asyncio.run(main())


class Later:
    """An awaitable that is neither coroutine nor future."""

    def __await__(self) -> Generator[Any, None, str]:
        yield from turns(1).__await__()
        return "later"


def test_any_awaitable_is_taken() -> None:
    """Coroutines, tasks, futures and objects with `__await__` are taken; the same object twice is awaited once; none gives []."""

    async def main() -> None:
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_result, "future")
        task, once = asyncio.create_task(asyncio.sleep(0, "task")), asyncio.sleep(0, "once")
        answer = await gather_with_concurrency(2, future, once, Later(), task, once)
        assert answer == ["future", "once", "later", "task", "once"]
        assert await gather_with_concurrency(1) == []

    asyncio.run(main())


def test_a_task_that_still_waited_for_its_turn_is_ended_too() -> None:
    """A running task given as a later argument is cancelled and awaited when an earlier one fails."""

    async def main() -> None:
        crowd = Crowd()
        task = asyncio.create_task(crowd.work(1, 99, last=3))
        with pytest.raises(Odd):
            await gather_with_concurrency(1, crowd.work(0, 2, Odd()), task)
        assert task.cancelled()
        assert crowd.ended == [0, 1]

    asyncio.run(main())


def test_what_is_inside_each_is_its_own_task() -> None:
    """One that cancels its own task ends as cancelled; it does not take along a worker that others share, but the rest is ended."""

    async def main() -> None:
        async def gives_up() -> None:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await asyncio.sleep(0)

        crowd = Crowd()
        with pytest.raises(asyncio.CancelledError):
            await gather_with_concurrency(2, gives_up(), crowd.work(1, 50))
        me = asyncio.current_task()
        assert me is not None
        assert me.cancelling() == 0
        assert crowd.inside == 0

    asyncio.run(main())


@pytest.mark.parametrize("n", [0, -1, 1.5, float("nan")])
def test_a_limit_below_one_is_refused(n: Any) -> None:
    """With n < 1 or no whole number a sentence says so at the call, and the coroutines are closed."""
    work = Crowd().work(0)
    with pytest.raises(
        ValueError, match=r"with n = .* nothing would ever run; give a whole number from 1 on"
    ) as caught:
        gather_with_concurrency(n, work)
    assert isinstance(caught.value, UsageError)
    with pytest.raises(RuntimeError, match="cannot reuse"):
        work.send(None)


def test_what_cannot_be_awaited_is_refused() -> None:
    """A function that was not called and a future of another loop are refused by their place, before anything starts."""
    work: Any = Crowd().work
    with pytest.raises(TypeError, match="argument 2 is method and cannot be awaited; call the async function"):
        gather_with_concurrency(1, work(1), work)
    other = asyncio.new_event_loop()

    async def main() -> None:
        with pytest.raises(
            TypeError, match="argument 1 belongs to another event loop; make it in the loop that runs here"
        ):
            gather_with_concurrency(1, other.create_future())

    asyncio.run(main())
    other.close()


def test_dropped_or_cancelled_before_the_first_step_leaves_no_warning() -> None:
    """What never began is closed also where the whole is cancelled before its first step (warnings are errors here)."""

    async def main() -> None:
        task = asyncio.ensure_future(gather_with_concurrency(2, Crowd().work(0), Crowd().work(1)))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    gc.collect()


# --- signals


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Each test leaves the handlers of both signals as they were."""
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    yield
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


class NoHandlers(asyncio.SelectorEventLoop):
    """A loop that cannot take signal handlers, as on Windows."""

    def add_signal_handler(self, *_: Any) -> None:
        raise NotImplementedError


def hit(number: int, log: list[str], clean: int = 3) -> Callable[[], Awaitable[str]]:
    """A main that raises the signal in itself, waits, and cleans up."""

    async def main() -> str:
        signal.raise_signal(number)
        try:
            await asyncio.Event().wait()
        finally:
            log.append("cleaning")
            await turns(clean)
            log.append("clean")
        return "never"

    return main


@pytest.mark.parametrize("factory", [None, NoHandlers, asyncio.SelectorEventLoop])
@pytest.mark.parametrize(("number", "kind"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)])
def test_a_signal_cancels_main_which_cleans_up(number: int, kind: type[BaseException], factory: Any) -> None:
    """SIGINT becomes KeyboardInterrupt and SIGTERM SystemExit(143) after the whole clean-up, also where loops take no handlers."""
    log: list[str] = []
    with pytest.raises(kind) as caught:
        run_with_graceful_shutdown(hit(number, log), loop_factory=factory)
    assert log == ["cleaning", "clean"]
    assert kind is KeyboardInterrupt or caught.value.code == 143  # type: ignore[attr-defined]


def test_what_main_returns_or_raises_comes_out() -> None:
    """The result, and main's own error, come out as they are, also where the error or result follows a signal."""

    async def fails_after_signal() -> None:
        signal.raise_signal(signal.SIGTERM)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise Odd("in cleaning up") from None

    async def returns_after_signal() -> str:
        signal.raise_signal(signal.SIGTERM)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "saved"
        return "never"

    assert run_with_graceful_shutdown(lambda: asyncio.sleep(0, "result")) == "result"
    with pytest.raises(Odd, match="in cleaning up"):
        run_with_graceful_shutdown(fails_after_signal)
    assert run_with_graceful_shutdown(returns_after_signal) == "saved"


def test_a_cancellation_of_its_own_is_no_signal() -> None:
    """A main that ends cancelled without a signal raises CancelledError, as with asyncio.run."""

    async def main() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        run_with_graceful_shutdown(main)


def test_a_second_signal_breaks_off_the_clean_up() -> None:
    """The second signal cancels main again, in the middle of its clean-up; the first decides what comes out."""
    log: list[str] = []

    async def main() -> None:
        signal.raise_signal(signal.SIGTERM)
        try:
            await asyncio.Event().wait()
        finally:
            signal.raise_signal(signal.SIGINT)
            log.append("cleaning")
            await asyncio.Event().wait()
            log.append("never")

    with pytest.raises(SystemExit) as caught:
        run_with_graceful_shutdown(main)
    assert (caught.value.code, log) == (143, ["cleaning"])


def test_a_third_signal_reaches_code_that_never_returns_to_the_loop() -> None:
    """In a busy main the third signal raises where it stands."""
    reached = []

    async def main() -> None:
        for number in range(5):
            reached.append(number)
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(SystemExit) as caught:
        run_with_graceful_shutdown(main)
    assert (caught.value.code, reached) == (143, [0, 1, 2])


def test_signals_before_and_after_main_are_not_lost() -> None:
    """One that comes before main began keeps it from beginning; one while the loop is being closed ends the program after that."""
    begun = []

    async def main() -> None:
        begun.append(True)

    def early() -> asyncio.AbstractEventLoop:
        signal.raise_signal(signal.SIGTERM)
        return asyncio.new_event_loop()

    class Late(asyncio.SelectorEventLoop):
        def close(self) -> None:
            signal.raise_signal(signal.SIGTERM)
            super().close()

    with pytest.raises(SystemExit):
        run_with_graceful_shutdown(main, loop_factory=early)
    assert begun == []
    with pytest.raises(SystemExit):
        run_with_graceful_shutdown(main, loop_factory=Late)
    assert begun == [True]


def test_handlers_come_back_whatever_happens() -> None:
    """A handler from before comes back after a result, an error, a loop that cannot be made, and after main set its own."""

    def mine(number: int, frame: object) -> None:
        """A handler from before."""

    async def sets_its_own() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, lambda: None)

    def breaks() -> asyncio.AbstractEventLoop:
        raise Odd("no loop")

    before = [signal.signal(number, mine) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        run_with_graceful_shutdown(sets_its_own)
        assert signal.getsignal(signal.SIGINT) is signal.getsignal(signal.SIGTERM) is mine
        with pytest.raises(Odd):
            run_with_graceful_shutdown(sets_its_own, loop_factory=breaks)
        assert signal.getsignal(signal.SIGINT) is signal.getsignal(signal.SIGTERM) is mine
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(number, handler)


def test_an_ignored_signal_stays_ignored() -> None:
    """A program whose SIGINT is ignored, as behind nohup, is not ended by it."""

    async def main() -> str:
        signal.raise_signal(signal.SIGINT)
        await turns(3)
        return "went on"

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert run_with_graceful_shutdown(main) == "went on"
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_wrong_place_or_kind_is_refused() -> None:
    """Another thread, a running loop and a coroutine in place of its function are refused, each with what to do."""
    said: list[BaseException] = []

    async def main() -> None: ...

    def elsewhere() -> None:
        try:
            run_with_graceful_shutdown(main)
        except RuntimeError as error:
            said.append(error)

    thread = threading.Thread(target=elsewhere, name="side")
    thread.start()
    thread.join()
    assert "in thread 'side', but Python takes signals only in the main thread; call it there" in str(said[0])

    async def nested() -> None:
        with pytest.raises(RuntimeError, match="an event loop runs already; write `await main"):
            run_with_graceful_shutdown(main)

    asyncio.run(nested())
    wrong: Any = main()
    with pytest.raises(
        TypeError, match="was given a coroutine, which cannot be called; give the function that makes it"
    ):
        run_with_graceful_shutdown(wrong)


PROGRAM = """
import asyncio
from workbench.patterns.concurrency import run_with_graceful_shutdown

async def main():
    try:
        print("ready", flush=True)
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)
        print("clean", flush=True)

run_with_graceful_shutdown(main)
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, -signal.SIGINT)])
def test_a_whole_program_ends_with_the_status_of_its_signal(number: int, code: int) -> None:
    """A process that sleeps in its loop wakes up by a signal from outside, cleans up and has the status a shell expects."""
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=-1, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.read() == "clean\n"
    assert process.returncode == code


# --- trying again


class Tries:
    """An attempt that raises the given errors one after the other, then returns; and the waits in between."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.made = 0
        self.waits: list[float] = []

    async def __call__(self) -> str:
        self.made += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"

    async def sleep(self, seconds: float) -> None:
        """Note the wait."""
        self.waits.append(seconds)


def test_waits_grow_up_to_the_cap() -> None:
    """Without jitter the waits are first, first * factor, ... and never more than the cap; none follows the last attempt."""
    tries = Tries(*(Odd() for _ in range(5)))
    with pytest.raises(Odd):
        asyncio.run(retry_async(tries, on=Odd, attempts=5, first=1, factor=3, cap=20, jitter=0, sleep=tries.sleep))
    assert (tries.made, tries.waits) == (5, [1, 3, 9, 20])


@given(
    st.floats(0, 1e300), st.floats(1, 1e300), st.floats(0, 1e300), st.floats(0, 1),
    st.lists(st.floats(0, 1, exclude_max=True), min_size=8, max_size=8),
)  # fmt: skip
def test_waits_lie_between_nothing_and_the_cap(
    first: float, factor: float, cap: float, jitter: float, dice: list[float]
) -> None:
    """For any numbers, however large, each wait is finite and lies between its certain share and the cap."""
    tries, thrown = Tries(*(Odd() for _ in range(8))), iter(dice)
    answer = retry_async(
        tries,
        on=Odd,
        attempts=9,
        first=first,
        factor=factor,
        cap=cap,
        jitter=jitter,
        sleep=tries.sleep,
        random=lambda: next(thrown),
    )
    assert asyncio.run(answer) == "done"
    assert len(tries.waits) == 8
    assert all(0 <= wait <= cap * (1 + 1e-9) for wait in tries.waits)
    if jitter == 1 and first == cap:
        assert tries.waits == [cap * share for share in dice]


def test_full_jitter_is_a_share_of_the_whole_wait() -> None:
    """With jitter 1 the wait is random() times the backoff; with 0.5 half of it is certain."""
    for jitter, wait in ((1, 2.0), (0.5, 5.0)):
        tries = Tries(Odd())
        asyncio.run(retry_async(tries, on=Odd, first=8, jitter=jitter, sleep=tries.sleep, random=lambda: 0.25))
        assert tries.waits == [wait]


def test_the_last_error_has_the_earlier_ones_as_notes() -> None:
    """The last error comes out, of those asked for or not, with those before it as notes and no long chain of contexts."""
    for last in (Odd("third"), KeyError("third"), SystemExit("third")):
        tries = Tries(Odd("one"), Odd(), last)
        with pytest.raises(type(last)) as caught:
            asyncio.run(retry_async(tries, on=Odd, attempts=3, sleep=tries.sleep))
        assert caught.value is last
        assert last.__notes__ == ["attempt 1 of 3 failed: Odd: one", "attempt 2 of 3 failed: Odd"]
        assert "During handling" not in "".join(traceback.format_exception(last))


@pytest.mark.parametrize("kind", [asyncio.CancelledError, KeyboardInterrupt, SystemExit])
def test_what_ends_a_program_is_never_retried(kind: type[BaseException]) -> None:
    """Cancellation, Ctrl-C and SystemExit come out of the first attempt, also where all errors are retried."""
    tries = Tries(kind())
    with pytest.raises(kind):
        asyncio.run(retry_async(tries, on=Exception, sleep=tries.sleep))
    assert tries.made == 1


def test_a_cancellation_turned_into_an_error_is_not_retried() -> None:
    """An attempt that answers a cancellation by an error of those retried is not begun again."""
    made = []

    async def attempt() -> None:
        made.append(True)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ConnectionError("broken off") from None

    async def main() -> None:
        task = asyncio.create_task(retry_async(attempt, on=OSError, first=0))
        await turns(2)
        task.cancel()
        with pytest.raises(ConnectionError):
            await task
        assert made == [True]

    asyncio.run(main())


def test_an_attempt_with_its_own_time_limit_is_retried() -> None:
    """A TimeoutError of a limit inside the attempt is an error like others: the next attempt is made."""
    made = []

    async def attempt() -> str:
        made.append(True)
        async with asyncio.timeout(0 if len(made) == 1 else None):
            await turns(10)
        return "done"

    assert asyncio.run(retry_async(attempt, on=TimeoutError, first=0)) == "done"
    assert len(made) == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"attempts": 0}, "attempts is 0; give a whole number from 1 on"),
        ({"attempts": -3}, "attempts is -3; give a whole number from 1 on"),
        ({"attempts": 1.5}, "attempts is 1.5; give a whole number from 1 on"),
        ({"first": -1}, "first is -1; give seconds from 0 on"),
        ({"cap": -0.5}, "cap is -0.5; give seconds from 0 on"),
        ({"cap": float("inf")}, "cap is inf; give seconds from 0 on"),
        ({"first": float("nan")}, "first is nan; give seconds from 0 on"),
        ({"factor": 0.5}, "factor is 0.5; give a number from 1 on"),
        ({"jitter": 2}, "jitter is 2; give a share from 0 to 1"),
        ({"on": BaseException}, "only subclasses of Exception can be retried"),
        ({"on": (OSError, asyncio.CancelledError)}, "only subclasses of Exception can be retried"),
        ({"on": "OSError"}, "only subclasses of Exception can be retried"),
    ],
)
def test_wrong_numbers_and_kinds_are_refused_before_the_first_attempt(wrong: dict[str, Any], said: str) -> None:
    """Each number that makes no sense, and each error that must not be retried, is named; nothing was tried."""
    tries = Tries()
    with pytest.raises(UsageError, match=said) as caught:
        asyncio.run(retry_async(tries, **({"on": Odd} | wrong)))
    assert isinstance(caught.value, TypeError if "on" in wrong else ValueError)
    assert tries.made == 0


def test_a_coroutine_in_place_of_its_function_is_refused() -> None:
    """A coroutine could run only once: a sentence says to give the function, and the coroutine is closed."""
    wrong: Any = Tries()()
    with pytest.raises(
        TypeError, match="retry_async was given a coroutine, which cannot be called; give the function that makes it"
    ):
        asyncio.run(retry_async(wrong, on=Odd))


TYPED = """
import asyncio
from typing import assert_type
from workbench.patterns.concurrency import gather_with_concurrency, retry_async, run_with_graceful_shutdown

async def number() -> int: return 1

async def main() -> str:
    numbers = await gather_with_concurrency(2, number(), number())
    one = await retry_async(number, on=(OSError, TimeoutError), attempts=3)
    assert_type(numbers, list[int])
    assert_type(one, int)
    words: list[str] = await gather_with_concurrency(2, number())  # refused
    await gather_with_concurrency(2, number)  # refused
    await retry_async(number(), on=OSError)  # refused
    await retry_async(number, on=asyncio.CancelledError)  # refused
    await retry_async(number)  # refused
    return f"{numbers}{one}{words}"

assert_type(run_with_graceful_shutdown(main), str)
status: int = run_with_graceful_shutdown(main)  # refused
run_with_graceful_shutdown(main())  # refused
"""


def test_types_say_what_is_right_and_wrong(tmp_path: Path) -> None:
    """mypy --strict accepts the right uses and rejects each wrong one, at its line and nowhere else."""
    refused, marked = lines_refused(tmp_path, TYPED)
    assert refused == marked
