"""What notebook 05 measures: the same work without and with a pattern of workbench.patterns, with the same result both ways."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from workbench.patterns.arguments import Validated, validate_args
from workbench.patterns.concurrency import gather_with_concurrency, retry_async, run_with_graceful_shutdown
from workbench.patterns.contexts import RolledBackError, TransactionManager, managed_connection
from workbench.patterns.plugins import PluginRegistry, is_plugin
from workbench.patterns.protocols import SortedList


@contextmanager
def serving(entries: dict[str, str], wait: float):
    """A server on this machine that answers a name with its entry, after `wait` seconds; gives its port. It lives in a thread."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    thread = threading.Thread(target=loop.run_forever)

    async def answer(reader, writer):
        name = (await reader.readline()).decode().strip()
        await asyncio.sleep(wait)
        writer.write(entries[name].encode())
        await writer.drain()
        writer.close()

    thread.start()
    loop.call_soon_threadsafe(ready.set)
    ready.wait()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(answer, "127.0.0.1", 0), loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def fetch(port: int, name: str) -> int:
    """How many bytes the entry of a package has, as the server says."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"{name}\n".encode())
        return len(await reader.read())
    finally:
        writer.close()


async def fetch_in_turn(port: int, names: list[str]) -> list[int]:
    """One after the other."""
    return [await fetch(port, name) for name in names]


async def fetch_eight_at_a_time(port: int, names: list[str]) -> list[int]:
    """Eight at a time."""
    return await gather_with_concurrency(8, *[fetch(port, name) for name in names])


async def nothing(number: int) -> int:
    """A coroutine that is done at once: what remains is the price of what runs it."""
    return number


async def gather_all(numbers: list[int]) -> list[int]:
    """By asyncio's own gather, all at once."""
    return await asyncio.gather(*[nothing(number) for number in numbers])


async def gather_limited(numbers: list[int]) -> list[int]:
    """The same, eight at a time."""
    return await gather_with_concurrency(8, *[nothing(number) for number in numbers])


async def awaited(numbers: list[int]) -> list[int]:
    """Each awaited as it is."""
    return [await nothing(number) for number in numbers]


async def awaited_with_retry(numbers: list[int]) -> list[int]:
    """Each awaited by retry_async; none fails."""
    return [await retry_async(partial(nothing, number), on=OSError) for number in numbers]


def run_plain() -> int:
    """A program of one coroutine, by asyncio.run."""
    return asyncio.run(nothing(1))


def run_graceful() -> int:
    """The same, with the handlers for SIGTERM and SIGINT put in and taken out."""
    return run_with_graceful_shutdown(partial(nothing, 1))


class Door:
    """Something that is opened and closed."""

    async def aclose(self) -> None:
        """Close it."""


async def open_door() -> Door:
    """Open one."""
    return Door()


async def doors_by_hand(numbers: list[int]) -> int:
    """Opened, used and closed by try and finally."""
    for _ in numbers:
        door = await open_door()
        try:
            await nothing(1)
        finally:
            await door.aclose()
    return len(numbers)


async def doors_managed(numbers: list[int]) -> int:
    """The same by managed_connection."""
    for _ in numbers:
        async with managed_connection(open_door):
            await nothing(1)
    return len(numbers)


def is_size(value: int) -> bool:
    """Whether it is a whole number from 0 on."""
    return isinstance(value, int) and value >= 0


def mib(size: int) -> float:
    """KiB as MiB."""
    return size / 1024


mib_checked = validate_args(is_size)(mib)


def total(sizes: list[int]) -> float:
    """The sum of sizes, by a plain function."""
    return sum(mib(size) for size in sizes)


def total_checked(sizes: list[int]) -> float:
    """The sum of sizes, by a function whose argument is checked at each call."""
    return sum(mib_checked(size) for size in sizes)


class Package:
    """A package with a plain attribute."""

    def __init__(self, size: int) -> None:
        self.size = size


class CheckedPackage:
    """A package whose size is checked where it is set."""

    size = Validated(is_size)

    def __init__(self, size: int) -> None:
        self.size = size


def largest(sizes: list[int]) -> int:
    """Packages made and asked, with plain attributes."""
    return max(package.size for package in [Package(size) for size in sizes])


def largest_checked(sizes: list[int]) -> int:
    """The same with checked attributes."""
    return max(package.size for package in [CheckedPackage(size) for size in sizes])


@dataclass(frozen=True, slots=True)
class Section:
    """A plug-in for one section of the index."""

    name: str


KNOWN = [Section(name) for name in ("libs", "python", "perl", "java", "fonts", "utils", "doc", "admin", "net", "math")]
TABLE = {section.name: section for section in KNOWN}
REGISTRY = PluginRegistry(is_plugin)
for known in KNOWN:
    REGISTRY.register(known)


def known_by_dict(sections: list[str]) -> int:
    """How many of the sections have a plug-in, asked of a dict."""
    return sum(TABLE[name].name == name for name in sections)


def known_by_registry(sections: list[str]) -> int:
    """The same, asked of a PluginRegistry."""
    return sum(REGISTRY[name].name == name for name in sections)


def ranks_by_sorting(names: list[str]) -> list[int]:
    """At which place each name comes among those before it; the list is sorted anew each time."""
    kept: list[str] = []
    ranks = []
    for name in names:
        kept.append(name)
        kept.sort()
        ranks.append(kept.index(name))
    return ranks


def ranks_by_sorted_list(names: list[str]) -> list[int]:
    """The same by a SortedList."""
    kept: SortedList[str] = SortedList()
    ranks = []
    for name in names:
        ranks.append(kept.bisect_left(name))
        kept.add(name)
    return ranks


def database() -> sqlite3.Connection:
    """An empty table in memory; transactions are begun by hand."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("create table package (name text)")
    return connection


def transactions(connection: sqlite3.Connection) -> TransactionManager[sqlite3.Connection]:
    """The manager of a database's transactions."""

    def begin() -> sqlite3.Connection:
        connection.execute("begin")
        return connection

    return TransactionManager(begin, sqlite3.Connection.commit, sqlite3.Connection.rollback)


def stored_by_hand(names: list[str]) -> int:
    """Each name written in a transaction of its own, begun and committed by hand."""
    connection = database()
    for name in names:
        connection.execute("begin")
        try:
            connection.execute("insert into package values (?)", (name,))
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
    return connection.execute("select count(*) from package").fetchone()[0]


def stored_by_manager(names: list[str]) -> int:
    """The same by a TransactionManager."""
    connection = database()
    manager = transactions(connection)
    for name in names:
        with manager.transaction() as handle:
            handle.execute("insert into package values (?)", (name,))
    return connection.execute("select count(*) from package").fetchone()[0]


@dataclass(frozen=True, slots=True)
class Price:
    """A pattern, the same work without it and with it, and over how many uses one call goes."""

    pattern: str
    instead_of: str
    plain: Callable[..., Any]
    priced: Callable[..., Any]
    of: str

    def given(self, real: dict[str, list[Any]]) -> tuple[tuple[Any, ...], int]:
        """The input, and how many uses of the pattern are in it."""
        if not self.of:
            return (), 1
        return (real[self.of],), len(real[self.of])


PRICES = (
    Price("gather_with_concurrency", "asyncio.gather", gather_all, gather_limited, "sizes"),
    Price("retry_async", "await, where nothing fails", awaited, awaited_with_retry, "sizes"),
    Price("run_with_graceful_shutdown", "asyncio.run", run_plain, run_graceful, ""),
    Price("managed_connection", "try, finally", doors_by_hand, doors_managed, "sizes"),
    Price("validate_args", "no check", total, total_checked, "sizes"),
    Price("Validated", "a plain attribute", largest, largest_checked, "sizes"),
    Price("PluginRegistry", "a dict", known_by_dict, known_by_registry, "sections"),
    Price("TransactionManager", "begin, commit by hand", stored_by_hand, stored_by_manager, "names"),
)


async def unsteady(names: list[str], attempts: int) -> dict[str, int]:
    """What comes of asking for each name, up to so many times, where every third attempt of all breaks off."""
    asked = answered = 0

    async def attempt(name: str) -> str:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        if asked % 3 == 0:
            raise ConnectionResetError(name)
        return name

    for name in names:
        try:
            await retry_async(partial(attempt, name), on=ConnectionError, attempts=attempts, first=0.001)
        except ConnectionError:
            continue
        answered += 1
    return {"asked for": len(names), "answered": answered, "attempts": asked}


STOPPED = """\
import asyncio
from workbench.patterns.concurrency import run_with_graceful_shutdown

async def main():
    try:
        print("begun", flush=True)
        await asyncio.sleep(60)
    finally:
        print("tidied up", flush=True)

{run}
"""


def stopped(by: str) -> dict[str, Any]:
    """What a program said that was sent SIGTERM once it had begun, and how it ended."""
    run = "asyncio.run(main())" if by == "asyncio.run" else "run_with_graceful_shutdown(main)"
    program = [sys.executable, "-c", STOPPED.format(run=run)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        begun = process.stdout.readline().strip()
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read().strip()
    return {"by": by, "said": begun, "then": rest or "nothing", "exit status": process.returncode}


def half_stored(way: str, names: list[str]) -> dict[str, Any]:
    """Two names in one transaction, of which the second fails in a block of its own, and that is caught; what is stored then."""
    connection = database()
    manager = transactions(connection)
    said = "committed"

    def second() -> None:
        connection.execute("insert into package values (?)", (names[1],))
        raise ValueError(f"{names[1]} is not wanted")

    if way == "by hand":
        connection.execute("begin")
        connection.execute("insert into package values (?)", (names[0],))
        with suppress(ValueError):
            second()
        connection.commit()
    else:
        try:
            with manager.transaction() as handle:
                handle.execute("insert into package values (?)", (names[0],))
                with suppress(ValueError), manager.transaction():
                    second()
        except RolledBackError as error:
            said = str(error).partition(":")[0]
    return {"way": way, "rows stored": connection.execute("select count(*) from package").fetchone()[0], "said": said}


def sentences() -> list[dict[str, str]]:
    """What is said of a wrong value, by each of the patterns that check, and without them."""
    trials: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
        ("validate_args", lambda: mib(-184), lambda: mib_checked(-184)),
        ("Validated", lambda: Package(-184).size, lambda: CheckedPackage(-184).size),
        ("PluginRegistry", lambda: TABLE["pyton"], lambda: REGISTRY["pyton"]),
    ]
    return [{"pattern": name, "without it": outcome(plain), "with it": outcome(checked)} for name, plain, checked in trials]


def outcome(call: Callable[[], object]) -> str:
    """What a call gives, or the error it raises, in a line."""
    try:
        return f"gives {call()!r}"
    except (ValueError, TypeError, LookupError) as error:
        return f"{type(error).__name__}: {error}"
