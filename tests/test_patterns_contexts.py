"""managed_connection and TransactionManager: closed once, joined or rolled back whole, whatever fails or is cancelled, and when."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuffled import run_shuffled, turns
from typed_snippets import lines_refused

from workbench.errors import UsageError, WorkbenchError
from workbench.patterns.contexts import RolledBackError, TransactionManager, managed_connection

SEEDS = st.integers(0, 2**32)


class Odd(Exception):
    """An error of a test."""


class Server:
    """Opens connections, numbered from 1, and knows which are open; opening and closing take some turns and may fail."""

    def __init__(self, opening: int = 0, closing: int = 0, error: BaseException | None = None) -> None:
        self.opening, self.closing, self.error = opening, closing, error
        self.made = 0
        self.open_now: list[int] = []
        self.closed: list[int] = []

    async def open(self) -> int:
        """The next connection."""
        await turns(self.opening)
        self.made += 1
        self.open_now.append(self.made)
        return self.made

    async def close(self, connection: int) -> None:
        """End it."""
        await turns(self.closing)
        self.open_now.remove(connection)
        self.closed.append(connection)
        if self.error is not None:
            raise self.error


def test_closed_once_at_the_normal_end_and_on_an_error() -> None:
    """The connection is open inside and closed once after it, and an error of the block comes out as it is."""

    async def main() -> None:
        server, error = Server(), Odd("block")
        async with managed_connection(server.open, server.close) as one:
            assert (one, server.open_now) == (1, [1])
        assert (server.open_now, server.closed) == ([], [1])
        with pytest.raises(Odd) as caught:
            async with managed_connection(server.open, server.close):
                raise error
        assert caught.value is error
        assert (server.open_now, server.closed) == ([], [1, 2])

    asyncio.run(main())


@given(SEEDS, st.integers(0, 14), st.integers(0, 3), st.booleans())
def test_nothing_is_left_open_whenever_it_is_cancelled(seed: int, when: int, gap: int, twice: bool) -> None:
    """Cancelled at any step of opening, block and closing, once or twice, it leaves nothing open, and the cancellation comes out."""

    async def main() -> None:
        server = Server(opening=3, closing=3)

        async def use() -> None:
            async with managed_connection(server.open, server.close):
                await turns(3)

        task = asyncio.create_task(use())
        await turns(when)
        asked = task.cancel()
        if twice:
            await turns(gap)
            task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert task.cancelled() is asked
        assert server.open_now == []
        assert len(server.closed) == server.made
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run_shuffled(seed, main())


def test_cancelled_in_the_moment_a_future_brings_the_connection() -> None:
    """A connection that a future brings in the same turn in which the task is cancelled is closed."""

    async def main() -> None:
        server = Server()
        ready = asyncio.get_running_loop().create_future()

        async def use() -> None:
            async with managed_connection(lambda: ready, server.close):
                raise AssertionError("never")

        task = asyncio.create_task(use())
        await turns(1)
        ready.set_result(await server.open())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (server.open_now, server.closed) == ([], [1])

    asyncio.run(main())


def test_an_open_that_goes_on_in_spite_of_a_cancellation_is_closed() -> None:
    """Where `open` returns a connection although it was cancelled, that is closed, and the cancellation is not swallowed."""

    async def main() -> None:
        server = Server()

        async def stubborn() -> int:
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            return await server.open()

        async def use() -> None:
            async with managed_connection(stubborn, server.close):
                raise AssertionError("never")

        task = asyncio.create_task(use())
        await turns(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError, match="while the connection was being opened"):
            await task
        assert (server.open_now, server.closed) == ([], [1])

    asyncio.run(main())


def test_a_time_limit_on_opening_holds() -> None:
    """`asyncio.timeout` around it ends an `open` that hangs, as TimeoutError."""

    async def hangs() -> int:
        await asyncio.Event().wait()
        return 1

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0), managed_connection(hangs, Server().close):
                raise AssertionError("never")

    asyncio.run(main())


def test_an_error_of_open_comes_out_and_nothing_is_closed() -> None:
    """Where there is no connection, `close` is not called."""

    async def fails() -> int:
        raise Odd("no server")

    async def main() -> None:
        server = Server()
        with pytest.raises(Odd, match="no server"):
            async with managed_connection(fails, server.close):
                raise AssertionError("never")
        assert server.closed == []

    asyncio.run(main())


def test_an_error_of_close_comes_out_or_is_a_note() -> None:
    """An error in closing comes out where there was none, and is a note on the block's error or cancellation where there was one."""

    async def main() -> None:
        failing = Odd("close")
        server = Server(error=failing)
        with pytest.raises(Odd) as caught:
            async with managed_connection(server.open, server.close):
                pass
        assert caught.value is failing
        for first in (ValueError("block"), asyncio.CancelledError(), KeyboardInterrupt()):
            with pytest.raises(type(first)) as kept:
                async with managed_connection(server.open, server.close):
                    raise first
            assert kept.value is first
            assert first.__notes__ == ["closing failed too: Odd: close"]
            assert first.__cause__ is None
        assert server.closed == [1, 2, 3, 4]

    asyncio.run(main())


def test_a_cancellation_while_closing_comes_out_with_the_error_as_its_cause() -> None:
    """A cancellation while closing after an error lets the closing finish; neither is lost."""

    async def main() -> None:
        server, error = Server(closing=4, error=OSError("reset")), Odd("block")
        caught: list[asyncio.CancelledError] = []

        async def use() -> None:
            try:
                async with managed_connection(server.open, server.close):
                    raise error
            except asyncio.CancelledError as cancelled:
                caught.append(cancelled)
                raise

        task = asyncio.create_task(use())
        await turns(2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert server.closed == [1]
        assert caught[0].__cause__ is error
        assert caught[0].__notes__ == ["closing failed too: OSError: reset"]

    asyncio.run(main())


@pytest.mark.parametrize("broken", [True, False])
def test_of_two_cancellations_the_first_comes_out(broken: bool) -> None:
    """Cancelled in the block and again while closing, the first cancellation comes out as it is, noted on only where closing failed."""

    async def main() -> None:
        server = Server(closing=4, error=OSError("reset") if broken else None)
        caught: list[asyncio.CancelledError] = []

        async def use() -> None:
            try:
                async with managed_connection(server.open, server.close):
                    await asyncio.Event().wait()
            except asyncio.CancelledError as cancelled:
                caught.append(cancelled)
                raise

        task = asyncio.create_task(use())
        await turns(2)
        task.cancel("first")
        await turns(2)
        task.cancel("second")
        with pytest.raises(asyncio.CancelledError):
            await task
        assert server.closed == [1]
        assert caught[0].args == ("first",)
        assert caught[0].__cause__ is None
        assert getattr(caught[0], "__notes__", []) == (["closing failed too: OSError: reset"] if broken else [])

    asyncio.run(main())


def test_a_cancellation_while_closing_that_goes_well_has_no_note() -> None:
    """Where closing goes well in spite of a cancellation, that comes out and says nothing of closing."""

    async def main() -> None:
        server = Server(closing=4)

        async def use() -> None:
            async with managed_connection(server.open, server.close):
                pass

        task = asyncio.create_task(use())
        await turns(2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert server.closed == [1]
        assert not hasattr(caught.value, "__notes__")

    asyncio.run(main())


def test_a_closing_that_is_cancelled_from_inside_is_an_error_like_others() -> None:
    """A `close` that ends cancelled by itself is a CancelledError where there was no error, and a note on one where there was."""

    async def main() -> None:
        server, error = Server(error=asyncio.CancelledError()), Odd("block")
        with pytest.raises(asyncio.CancelledError, match="closing was cancelled"):
            async with managed_connection(server.open, server.close):
                pass
        with pytest.raises(Odd) as caught:
            async with managed_connection(server.open, server.close):
                raise error
        assert caught.value is error
        assert error.__notes__ == ["closing failed too: CancelledError: closing was cancelled"]

    asyncio.run(main())


def test_a_task_that_cleans_up_after_its_cancellation_can_connect() -> None:
    """In the clean-up of a cancelled task a connection is opened and used as anywhere: only a cancellation while opening counts."""

    async def main() -> None:
        server, used = Server(opening=2), list[int]()

        async def work() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                async with managed_connection(server.open, server.close) as one:
                    used.append(one)

        task = asyncio.create_task(work())
        await turns(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (used, server.closed) == ([1], [1])

    asyncio.run(main())


@pytest.mark.parametrize("ending", ["pending", "cancelled", "failed"])
def test_cancelled_while_a_future_has_no_connection(ending: str) -> None:
    """Cancelled while the future that `open` gave is pending, cancelled or failed: CancelledError comes out, and nothing is closed."""

    async def main() -> None:
        server = Server()
        ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        entering: Any = managed_connection(lambda: ready, server.close).__aenter__()
        entering.send(None)
        if ending == "cancelled":
            ready.cancel()
        if ending == "failed":
            ready.set_exception(Odd("no server"))
            assert ready.exception() is not None
        with pytest.raises(asyncio.CancelledError):
            entering.throw(asyncio.CancelledError())
        assert server.closed == []

    asyncio.run(main())


def test_what_knows_how_to_close_itself_needs_no_close() -> None:
    """Without `close`, `aclose()` of the connection is called."""

    class Stream:
        closed = 0

        async def aclose(self) -> None:
            self.closed += 1

    async def main() -> None:
        async def connect() -> Stream:
            return Stream()

        async with managed_connection(connect) as stream:
            assert stream.closed == 0
        assert stream.closed == 1

    asyncio.run(main())


# --- transactions


class Bank:
    """A store whose transactions are numbered; `log` is what was called, in order."""

    def __init__(self, **errors: BaseException) -> None:
        self.errors = errors
        self.log: list[str] = []
        self.lock = threading.Lock()
        self.begun = 0
        self.manager = TransactionManager(self.begin, self.commit, self.rollback)

    def note(self, what: str, number: int) -> None:
        """Write it down, then fail if asked to."""
        self.log.append(f"{what} {number}")
        if what in self.errors:
            raise self.errors[what]

    def begin(self) -> int:
        """Number of a new transaction."""
        with self.lock:
            self.begun += 1
            number = self.begun
        self.note("begin", number)
        return number

    def commit(self, number: int) -> None:
        """Keep."""
        self.note("commit", number)

    def rollback(self, number: int) -> None:
        """Undo."""
        self.note("rollback", number)


def test_an_inner_block_joins_the_outer() -> None:
    """Blocks inside one another share a handle, begun and committed once by the outermost; the next block is a new transaction."""
    bank = Bank()
    with bank.manager.transaction() as outer:
        with bank.manager.transaction() as inner, bank.manager.transaction() as innermost:
            assert outer == inner == innermost == 1
        assert bank.log == ["begin 1"]
    with bank.manager.transaction() as other:
        assert other == 2
    assert bank.log == ["begin 1", "commit 1", "begin 2", "commit 2"]


def test_an_error_rolls_back_once_and_comes_out() -> None:
    """An error that passes through all blocks comes out as it is, after one rollback."""
    bank, error = Bank(), Odd("in the middle")
    with pytest.raises(Odd) as caught, bank.manager.transaction(), bank.manager.transaction():
        raise error
    assert caught.value is error
    assert bank.log == ["begin 1", "rollback 1"]


def test_an_inner_failure_caught_outside_dooms_the_whole() -> None:
    """The outermost block rolls back once and says so, with the inner failure as the cause; nothing stays behind for the next."""
    bank, error = Bank(), Odd("half done")

    def goes_on() -> None:
        with bank.manager.transaction():
            with suppress(Odd), bank.manager.transaction():
                raise error
            with bank.manager.transaction() as joined:
                assert joined == 1

    with pytest.raises(
        RolledBackError, match=r"was rolled back, not committed.*Odd: half done.*Catch it inside"
    ) as caught:
        goes_on()
    assert caught.value.__cause__ is error
    assert isinstance(caught.value, WorkbenchError)
    assert bank.log == ["begin 1", "rollback 1"]
    with bank.manager.transaction():
        pass
    assert bank.log[2:] == ["begin 2", "commit 2"]


TREES = st.recursive(st.booleans(), lambda inner: st.tuples(st.booleans(), st.lists(inner, max_size=3)), max_leaves=8)


@given(TREES)
def test_all_or_nothing_in_any_nesting(tree: Any) -> None:
    """For any nesting of blocks, of which some fail and are caught: one begin, and one commit if none failed, else one rollback."""
    bank, failed = Bank(), []

    def visit(node: Any) -> None:
        fails, inner = node if isinstance(node, tuple) else (node, [])
        with bank.manager.transaction():
            for one in inner:
                with suppress(Odd):
                    visit(one)
            if fails:
                failed.append(True)
                raise Odd

    with suppress(Odd, RolledBackError):
        visit(tree)
    assert bank.log == ["begin 1", "rollback 1" if failed else "commit 1"]


def test_errors_of_begin_commit_and_rollback_surface() -> None:
    """begin's error leaves nothing open; commit's error rolls back; rollback's is a note on the first error, or raised where none is."""
    bank = Bank(begin=Odd("begin"))
    with pytest.raises(Odd, match="begin"), bank.manager.transaction():
        raise AssertionError("never")
    bank.errors.clear()
    with bank.manager.transaction() as number:
        assert number == 2

    bank = Bank(commit=Odd("commit"), rollback=OSError("rollback"))
    with pytest.raises(Odd, match="commit") as caught, bank.manager.transaction():
        pass
    assert caught.value.__notes__ == ["rolling back failed too: OSError: rollback"]
    assert bank.log == ["begin 1", "commit 1", "rollback 1"]

    bank = Bank(rollback=OSError("rollback"))
    with pytest.raises(ValueError, match="block") as first, bank.manager.transaction():
        raise ValueError("block")
    assert first.value.__notes__ == ["rolling back failed too: OSError: rollback"]
    with (
        pytest.raises(OSError, match="rollback"),
        bank.manager.transaction(),
        suppress(Odd),
        bank.manager.transaction(),
    ):
        raise Odd
    assert bank.log == ["begin 1", "rollback 1", "begin 2", "rollback 2"]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_a_commit_that_is_broken_off_is_rolled_back(kind: type[BaseException]) -> None:
    """Ctrl-C, SystemExit and a cancellation in a commit roll back as any error does; in a rollback they come out themselves."""
    bank, stop = Bank(commit=kind()), kind()
    with pytest.raises(kind), bank.manager.transaction():
        pass
    assert bank.log == ["begin 1", "commit 1", "rollback 1"]
    bank, error = Bank(rollback=stop), Odd("block")
    with pytest.raises(kind) as caught, bank.manager.transaction():
        raise error
    assert caught.value is stop
    assert stop.__context__ is error


class Stepper:
    """A thread that enters and leaves nested blocks, one step at a time, each when it is told to, and waited for."""

    def __init__(self, bank: Bank, depth: int, fails: bool) -> None:
        self.bank, self.depth, self.fails = bank, depth, fails
        self.go, self.done = threading.Semaphore(0), threading.Semaphore(0)
        self.seen: set[int] = set()
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        """All blocks, from the first step to the last."""
        self.go.acquire()
        with suppress(Odd):
            self.block(self.depth)
        self.done.release()

    def block(self, depth: int) -> None:
        """One block with others in it; the innermost fails or not."""
        with self.bank.manager.transaction() as number:
            self.seen.add(number)
            self.pause()
            if depth:
                self.block(depth - 1)
            elif self.fails:
                raise Odd
            self.pause()

    def pause(self) -> None:
        """End this step and wait for the next."""
        self.done.release()
        self.go.acquire()

    @property
    def steps(self) -> int:
        """How many there are: a block has one before each pause, and the last goes to the end."""
        return (self.depth + 1) * (1 if self.fails else 2) + 1


def run_threads(seed: int, plans: list[tuple[int, bool]]) -> None:
    """Threads of nested blocks in the interleaving of this seed; each has to commit or roll back one transaction of its own."""
    bank = Bank()
    threads = [Stepper(bank, depth, fails) for depth, fails in plans]
    order = [one for one in threads for _ in range(one.steps)]
    random.Random(seed).shuffle(order)
    for one in threads:
        one.thread.start()
    for one in order:
        one.go.release()
        one.done.acquire()
    for one in threads:
        one.thread.join()
    assert all(len(one.seen) == 1 for one in threads)
    expected = [f"{'rollback' if one.fails else 'commit'} {number}" for one in threads for number in one.seen]
    assert sorted(line for line in bank.log if "begin" not in line) == sorted(expected)
    assert bank.begun == len(threads)


PLANS = st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=4)


@given(SEEDS, PLANS)
def test_threads_in_any_order_of_steps(seed: int, plans: list[tuple[int, bool]]) -> None:
    """In any interleaving of entering and leaving, threads with nested blocks have each a transaction of their own."""
    run_threads(seed, plans)


def test_a_shared_transaction_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interleavings see what they are for: with one owner for all threads and tasks, both tests of them fail."""
    monkeypatch.setattr("workbench.patterns.contexts._here", lambda: "everybody")
    with pytest.raises(AssertionError):
        run_threads(1, [(0, False), (1, False), (0, False)])
    with pytest.raises((AssertionError, RolledBackError)):
        run_tasks(1, [False, True, False])


def test_each_thread_has_its_own() -> None:
    """Two threads inside their blocks at the same time have two transactions: one is committed, the other rolled back."""
    bank, both = Bank(), threading.Barrier(2, timeout=60)
    seen: dict[str, int] = {}

    def work(name: str, fails: bool) -> None:
        with suppress(Odd), bank.manager.transaction() as number:
            seen[name] = number
            both.wait()
            if fails:
                raise Odd

    threads = [threading.Thread(target=work, args=("good", False)), threading.Thread(target=work, args=("bad", True))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(bank.log[:2]) == ["begin 1", "begin 2"]
    assert sorted(bank.log[2:]) == sorted([f"commit {seen['good']}", f"rollback {seen['bad']}"])


@given(SEEDS, st.lists(st.booleans(), min_size=1, max_size=5))
def test_each_task_has_its_own(seed: int, fails: list[bool]) -> None:
    """In any interleaving, tasks whose blocks overlap, nested over awaits, commit or roll back each its own transaction."""
    run_tasks(seed, fails)


def run_tasks(seed: int, fails: list[bool]) -> None:
    """Tasks of nested blocks in the interleaving of this seed."""
    bank = Bank()
    expected: list[str] = []

    async def work(bad: bool) -> None:
        with suppress(Odd), bank.manager.transaction() as outer:
            await turns(2)
            with bank.manager.transaction() as inner:
                assert inner == outer
                await turns(2)
                expected.append(f"{'rollback' if bad else 'commit'} {outer}")
                if bad:
                    raise Odd

    async def main() -> None:
        await asyncio.gather(*(work(bad) for bad in fails))

    run_shuffled(seed, main())
    assert sorted(line for line in bank.log if "begin" not in line) == sorted(expected)
    assert bank.begun == len(fails)


def test_a_task_or_thread_started_inside_does_not_join() -> None:
    """A child task and `asyncio.to_thread`, which inherit the context variables, begin transactions of their own."""
    bank = Bank()

    def other() -> int:
        with bank.manager.transaction() as number:
            return number

    async def child() -> int:
        return other()

    async def main() -> None:
        with bank.manager.transaction() as mine:
            assert (mine, other()) == (1, 1)
            assert await asyncio.create_task(child()) == 2
            assert await asyncio.to_thread(other) == 3

    asyncio.run(main())
    assert bank.log == ["begin 1", "begin 2", "commit 2", "begin 3", "commit 3", "commit 1"]


def test_a_block_closed_by_another_thread_ends_its_own() -> None:
    """A generator with a block in it that another thread closes rolls back its own transaction and leaves nothing behind."""
    bank = Bank()

    def rows() -> Iterator[int]:
        with bank.manager.transaction() as number:
            yield number

    generator: Any = rows()
    assert next(generator) == 1
    thread = threading.Thread(target=generator.close)
    thread.start()
    thread.join()
    assert bank.log == ["begin 1", "rollback 1"]
    with bank.manager.transaction() as number:
        assert number == 2


def test_a_block_is_for_one_with() -> None:
    """A block that is entered again is refused, inside itself and after its end; it is no decorator either."""
    bank = Bank()
    block: Any = bank.manager.transaction()
    with pytest.raises(UsageError, match="was entered before; write `with manager"), block, block:
        raise AssertionError("never")
    with pytest.raises(RuntimeError, match="was entered before"), block:
        raise AssertionError("never")
    assert not callable(block)
    assert bank.log == ["begin 1", "rollback 1"]


TYPED = """
from typing import assert_type
from workbench.patterns.contexts import TransactionManager, managed_connection

class Stream:
    async def aclose(self) -> None: ...

async def stream() -> Stream: return Stream()
async def number() -> int: return 1
async def close(number: int) -> None: ...
def commit(number: int) -> None: ...
def spell(word: str) -> None: ...

async def main() -> None:
    async with managed_connection(stream) as one, managed_connection(number, close) as two:
        assert_type(one, Stream)
        assert_type(two, int)
        c: str = two  # refused
    managed_connection(number)  # refused
    managed_connection(stream, close)  # refused
    managed_connection(number(), close)  # refused

manager = TransactionManager(lambda: 1, commit, commit)
with manager.transaction() as handle:
    assert_type(handle, int)
    e: str = handle  # refused
TransactionManager(lambda: 1, commit, spell)  # refused
@manager.transaction()  # refused
def decorated() -> None: ...
"""


def test_types_say_what_is_right_and_wrong(tmp_path: Path) -> None:
    """mypy --strict accepts the right uses and rejects each wrong one, at its line and nowhere else."""
    refused, marked = lines_refused(tmp_path, TYPED)
    assert refused == marked
