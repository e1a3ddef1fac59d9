"""The race check: what it finds in seeded programs, what it leaves alone, and that it says how far it came."""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import math
import os
import subprocess
import sys
import threading
import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from race_programs import RACES, TWINS, Counter, LockedCounter, Page, Prices, Program, Shared

from workbench.model.calls import Call
from workbench.study.races import systematic
from workbench.study.races.baton import Run
from workbench.study.races.equal import same
from workbench.study.races.explore import CODES, Explored, explore, explore_function, shared_state
from workbench.study.races.points import Places
from workbench.study.races.records import Decision, Outcome, Ran
from workbench.study.races.search import Search

HERE = Path(__file__).parent


def explored(program: Program, seconds: float, seed: int = 0) -> Explored:
    return explore(program.setup, program.calls, observe=program.observe, seconds=seconds, seed=seed)


def in_child(lines: str) -> list[str]:
    """What a program in a process of its own writes, line by line; it may leave threads that wait for ever."""
    head = "from race_programs import *\nfrom workbench.study.races.explore import *\n"
    path = os.pathsep.join([str(HERE), str(HERE.parent)])
    ended = subprocess.run(
        [sys.executable, "-c", head + lines],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return ended.stdout.splitlines()


class DefaultCounter:
    """One step."""

    def __init__(self) -> None:
        self.count: dict[str, int] = {}

    def add(self) -> int:
        return self.count.setdefault("x", 1)


# What is found, and what is left alone


@pytest.mark.parametrize("name", RACES)
def test_a_seeded_race_is_found_with_its_interleaving(name: str) -> None:
    """Each racy program gives one finding, with its code, the line that races, and steps of two threads or tasks."""
    program = RACES[name]
    found = explored(program, 20)
    assert found.state == "race"
    assert [one.code for one in found.findings] == [program.code]
    finding = found.findings[0]
    assert any(program.line in step for step in finding.interleaving)
    assert len({step.partition(":")[0] for step in finding.interleaving if ":" in step}) >= 2
    assert CODES[program.code] in finding.said
    assert "seed 0" in finding.how


WAITING = ("queue", "condition")
"""Twins some of whose serial orders wait for ever, and leave threads that do."""


@pytest.mark.parametrize("name", WAITING)
def test_the_twin_that_waits_is_clean(name: str) -> None:
    """A consumer that waits for its producers has no finding; orders in which it comes first wait for ever, in a process of its own."""
    state, findings, *ways = in_child(
        f"one = TWINS[{name!r}]\n"
        "found = explore(one.setup, one.calls, observe=one.observe, seconds=one.seconds)\n"
        "print(found.state, len(found.findings), *found.ways, sep='\\n')\n"
    )
    assert (state, findings) == ("clean", "0")
    assert any("interleavings run" in way for way in ways)


@pytest.mark.parametrize("name", [name for name in TWINS if name not in WAITING])
def test_the_twin_of_a_race_is_clean(name: str) -> None:
    """The same with a lock, one step or a thread's own state has no finding, and each way says how far it came."""
    found = explored(TWINS[name], TWINS[name].seconds)
    assert (found.state, found.findings) == ("clean", ())
    assert any("interleavings run" in way for way in found.ways)


def test_locks_in_opposite_orders_are_a_deadlock_that_says_who_waits_where() -> None:
    """Of two calls that take two locks crosswise, the finding names both threads and the lines at which they wait."""
    said = in_child(
        "found = explore(Accounts, [lambda one: one.move(0, 1), lambda one: one.move(1, 0)], observe=lambda one: one.money)\n"
        "print(found.state, [one.code for one in found.findings], 'left behind' in ' '.join(found.ways))\n"
        "print(*found.findings[0].interleaving, sep='\\n')\n"
    )
    assert said[0] == "race ['R02'] True"
    waiting = [line for line in said if " waits at " in line]
    assert {line[:8] for line in waiting} == {"thread A", "thread B"}
    assert all("with self.locks[target]:" in line for line in waiting)


def test_a_wait_that_never_ends_in_each_order_is_unknown() -> None:
    """Two consumers without a producer: no serial order ends, so nothing is claimed, and the reason says where they wait."""
    said = in_child(
        "found = explore(Mailbox, [Mailbox.take] * 2, observe=lambda _: None, seconds=2)\n"
        "print(found.state, len(found.findings))\nprint(*found.ways, sep='\\n')\n"
    )
    assert said[0] == "unknown 0"
    assert any("no serial order" in line and "self.queue.get()" in line for line in said)


def test_a_serial_order_that_never_ends_does_not_count() -> None:
    """A consumer before its producer waits for ever; the other order is what an interleaving is held against."""
    state, *ways = in_child(
        "found = explore(Mailbox, [Mailbox.put, Mailbox.take], observe=lambda _: None, seconds=1.5)\n"
        "print(found.state, *found.ways, sep='\\n')\n"
    )
    assert state == "clean"
    assert any("1 of them never end by themselves" in way for way in ways)


def test_what_every_serial_order_raises_is_a_result_like_others() -> None:
    """A call that always raises the same is clean."""

    def fails(one: Counter) -> None:
        raise KeyError("k")

    assert explored(Program(Counter, [fails] * 2), 1.5).state == "clean"


def test_a_function_that_is_never_the_same_twice_is_unknown() -> None:
    """Where one serial order gives two results, nothing can be held against it, and the two are shown."""
    found = explored(Program(Counter, [lambda _: time.perf_counter_ns()] * 2), 2)
    assert found.state == "unknown"
    assert any("do not give the same twice: call A gave" in way for way in found.ways)


def test_results_that_cannot_be_compared_are_unknown() -> None:
    """Generators are equal to nothing: two runs of one order differ, and that is said."""
    assert explored(Program(Shared, [lambda one: one.numbers] * 2), 2).state == "unknown"


def test_no_call_and_one_call_say_what_was_not_explored() -> None:
    """Without a call the answer is unknown; with one, that only its own threads were interleaved."""
    assert explored(Program(Counter, []), 1).state == "unknown"
    assert any(way.startswith("one call only") for way in explored(Program(Counter, [Counter.add]), 1).ways)


@pytest.mark.parametrize(("kind", "states"), [(Counter, {"race"}), (DefaultCounter, {"clean", "unknown"})])
def test_more_calls_than_orders_can_be_tried(kind: type[Any], states: set[str]) -> None:
    """Of six calls some of the 720 orders are run first, all before a result is told to be none of theirs, and that is said."""
    found = explored(Program(kind, [kind.add] * 6, lambda one: one.count), 20 if kind is Counter else 1.5)
    assert found.state in states
    assert any("orders of the 6 calls" in way for way in found.ways)


def test_the_time_is_kept_and_too_little_of_it_is_unknown() -> None:
    """A call of many instructions in almost no time is not called clean."""

    def long(one: Counter) -> int:
        return sum(one.count for _ in range(2_000))

    found = explored(Program(Counter, [long] * 2), 0.2)
    assert found.state == "unknown"
    assert any("the time was over" in way for way in found.ways)


def test_calls_without_python_code_are_unknown() -> None:
    """Where no instruction was seen there was nowhere to switch, and that is not called clean."""
    found = explored(Program(lambda: [3, 1], [len, len]), 1)
    assert found.state == "unknown"
    assert any("not Python code" in way for way in found.ways)


def test_the_equality_is_a_parameter() -> None:
    """What `same` takes for equal is no race."""
    program = RACES["counter"]
    found = explore(program.setup, program.calls, observe=program.observe, seconds=1.5, same=lambda old, new: True)
    assert found.state == "clean"


# The ways


@pytest.mark.parametrize("name", ["prices", "shared generator"])
def test_without_frontrun_the_rest_still_answers(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The races are found by our own scheduler; where frontrun is missing, a clean answer says so."""
    monkeypatch.setattr(systematic, "find_spec", lambda _: None)
    assert explored(RACES[name], 20).state == "race"
    clean = explored(TWINS[name], 1)
    assert clean.state == "clean"
    assert any("frontrun: not installed" in way for way in clean.ways)


@pytest.mark.skipif(importlib.util.find_spec("frontrun") is None, reason="frontrun is not installed")
def test_frontrun_is_asked_where_nothing_was_found() -> None:
    """Its answer stands beside ours with its version and its number of interleavings."""
    ways = explored(TWINS["rows"], 1.5).ways
    assert any(way.startswith("frontrun 0") and "interleavings" in way for way in ways)


@pytest.mark.skipif(importlib.util.find_spec("frontrun") is None, reason="frontrun is not installed")
@pytest.mark.parametrize("name", ["cache", "counter"])
def test_a_finding_of_frontrun_alone_is_told_the_same_way(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With our own search switched off and no luck in the stress run, its finding has the code, the result and both threads' steps."""
    from workbench.study.races import threads

    monkeypatch.setattr(threads, "_baton", lambda *_: None)
    monkeypatch.setattr(threads, "_stress", lambda *_: None)
    found = explored(RACES[name], 10)
    assert [one.code for one in found.findings] == ["R01"]
    assert {step[:8] for step in found.findings[0].interleaving} == {"thread A", "thread B"}
    assert "frontrun" in found.findings[0].how


def test_the_same_seed_finds_the_same_interleaving() -> None:
    """Two explorations with one seed give the same finding, step by step."""
    one, two = (explored(RACES["three counters"], 20, seed=7).findings for _ in range(2))
    assert one == two


def test_a_schedule_that_was_found_can_be_run_again() -> None:
    """The schedule told in a finding gives the lost update each time."""
    program = RACES["counter"]
    how = explored(program, 20).findings[0].how
    turns = dict(eval(how.partition("schedule ")[2].partition(", seed")[0]))
    for _ in range(20):
        ran = Run(Places(), turns).run(Counter(), program.calls, lambda one: one.count, 5)
        assert ran.outcome is not None
        assert ran.outcome.seen == 1


@pytest.mark.parametrize("steps", [(1, 1), (2, 3), (3, 3), (2, 2, 2)])
def test_the_search_runs_every_interleaving_once(steps: tuple[int, ...]) -> None:
    """With no bound, threads of n and m steps give each of the (n + m choose n) orders, and none twice."""

    def run(turns: dict[int, int]) -> Ran:
        left, order, decisions, current = list(steps), [], [], None
        while any(left):
            enabled = [number for number, count in enumerate(left) if count]
            able = current in enabled
            chosen = current if able else enabled[0]
            if len(enabled) > 1:
                chosen = turns.get(len(decisions), chosen)
                decisions.append(Decision(tuple(enabled), chosen, int(able), 1))
            left[chosen] -= 1
            order.append(chosen)
            current = chosen
        return Ran(Outcome((), tuple(order)), tuple(decisions), tuple)

    search = Search(run, 0, bound=20)
    orders = [ran.outcome.seen for _, ran in search.rounds(60) if ran.outcome]
    assert len(orders) == len(set(orders)) == math.factorial(sum(steps)) // math.prod(map(math.factorial, steps))
    assert "exhaustive" in search.told("steps", "")


def test_everything_is_as_it_was() -> None:
    """After a race, a clean run and a task run: no hook, switch interval, variable, monitoring tool or thread is left."""

    def state() -> list[Any]:
        tools = [sys.monitoring.get_tool(number) for number in range(6)] if sys.version_info >= (3, 12) else []
        hooks = [sys.gettrace(), sys.getprofile(), threading.gettrace(), threading.getprofile()]
        patched = [threading.Lock, threading.RLock, threading.Thread, time.sleep, time.time]
        return [
            *tools,
            *hooks,
            *patched,
            sys.getswitchinterval(),
            os.environ.get("FRONTRUN_ACTIVE"),
            set(threading.enumerate()),
        ]

    before = state()
    for program in (RACES["counter"], RACES["stack"], TWINS["rows"], RACES["page"], TWINS["asyncio lock"]):
        explored(program, 1)
    assert state() == before


# Tasks


def test_tasks_are_explored_under_a_loop_that_already_runs() -> None:
    """Called from within a coroutine, as in a notebook, the answer is the same, and the loop goes on."""

    async def cell() -> tuple[str, str]:
        found = explored(RACES["page"], 10)
        await asyncio.sleep(0)
        return found.state, found.findings[0].code

    assert asyncio.run(cell()) == ("race", "R04")


def test_sleeping_costs_no_time() -> None:
    """A task that sleeps for an hour is explored at once, on a clock that jumps; who sleeps less comes first."""

    async def sleeps(one: Counter) -> float:
        loop = asyncio.get_running_loop()
        begin = loop.time()
        await asyncio.sleep(3600)
        return loop.time() - begin

    found = explored(Program(Counter, [sleeps, Counter.add]), 5)
    assert found.state == "clean"
    assert any("exhaustive" in way for way in found.ways)


def test_what_asyncios_debug_mode_says_is_told() -> None:
    """A coroutine that is made and never awaited is a complaint in the ways."""

    async def forgets(one: Page) -> None:
        one.hit()
        await asyncio.sleep(0)

    ways = explored(Program(Page, [forgets] * 2, lambda one: one.count), 3).ways
    assert any("debug mode" in way and "never awaited" in way for way in ways)


# A function with state of its own

STORE: dict[int, list[int]] = {}
HITS = 0
GATE = threading.Lock()


def hit(key: int) -> list[int]:
    global HITS
    if key not in STORE:
        HITS += 1
        STORE[key] = [key]
    return STORE[key]


def locked_hit(key: int) -> list[int]:
    with GATE:
        return hit(key)


def remembering(number: int, seen: list[int] = []) -> int:  # noqa: B006
    seen.append(number)
    return len(seen)


@functools.lru_cache
def doubled(number: int) -> int:
    return 2 * number


def words(text: str) -> str:
    found = []
    for word in text.split():
        found.append(word.upper())
    return " ".join(sorted(found))


def tally() -> Any:
    count = 0

    def add() -> int:
        nonlocal count
        count += 1
        return count

    return add


class Box:
    total = 0

    def __init__(self) -> None:
        self.items: list[int] = []

    def add(self, number: int) -> None:
        self.items = [*self.items, number]

    def note(self, number: int) -> None:
        Box.total += number


async def fetched(key: int) -> str:
    if key in STORE:
        return "kept"
    await asyncio.sleep(0.1)
    STORE[key] = [key]
    return "fetched"


BOX = Box()


def own_state() -> list[Any]:
    return [id(STORE), dict(STORE), HITS, id(BOX), list(BOX.items), Box.total, deepcopy(remembering.__defaults__)]


@pytest.mark.parametrize(
    ("function", "calls", "state"),
    [
        (hit, [Call((1,))] * 2, "race"),
        (locked_hit, [Call((1,))] * 2, "clean"),
        (hit, [Call((1,)), Call((2,))], "race"),
        (remembering, [Call((1,))] * 2, "race"),
        (tally(), [Call()] * 2, "race"),
        (BOX.add, [Call((1,)), Call((2,))], "race"),
        (Box.add, [Call((BOX, 1)), Call((BOX, 2))], "race"),
        (Box.add, [Call((Box(), 1)), Call((Box(), 2))], "clean"),
        (BOX.note, [Call((1,)), Call((2,))], "race"),
        (doubled, [Call((4,))] * 2, "clean"),
        (words, [Call(("b a",)), Call(("d c",))], "clean"),
        (fetched, [Call((1,))] * 2, "race"),
    ],
)
def test_a_functions_own_state_is_shared_by_its_calls_and_put_back(
    function: Any, calls: list[Call], state: str
) -> None:
    """Globals, defaults, closures, class attributes and a common `self` are made anew for each run; afterwards they are what they were."""
    STORE[9] = [9]
    before = own_state()
    kept = STORE[9], BOX.items, remembering.__defaults__
    found = explore_function(function, calls, seconds=20 if state == "race" else 1, seed=0)
    assert found.state == state, found
    assert own_state() == before
    assert all(old is new for old, new in zip(kept, (STORE[9], BOX.items, remembering.__defaults__)))


def test_a_closures_state_is_put_back() -> None:
    """The count of a closure is what it was before the exploration."""
    add = tally()
    add()
    explore_function(add, [Call()] * 2, seconds=5)
    assert add() == 2


def test_arguments_that_cannot_be_copied_are_unknown() -> None:
    """A generator among the arguments cannot be made anew for each run; the answer says which call's."""
    found = explore_function(words, [Call(("a",)), Call((iter("b"),)), Call(((c for c in "c"),))], seconds=2)
    assert found.state == "unknown"
    assert "the arguments of call 3 cannot be copied" in found.ways[0]


# What is shared, from the code alone


@pytest.mark.parametrize(
    ("function", "words_of_it"),
    [
        (words, []),
        (hit, ["global `STORE`, a dict", "assigns the global `HITS`", "changes an item of `STORE`"]),
        (locked_hit, ["global `GATE`", "hit: assigns the global `HITS`"]),
        (remembering, ["a default that calls share, a list", "may change `seen` by .append()"]),
        (tally(), ["assigns `count` of the enclosing function"]),
        (Box.add, ["changes the attribute items of `self`"]),
        (Box.note, ["changes the attribute total of `Box`"]),
        (doubled, ["cached by functools"]),
        (Prices.total, []),
        (functools.partial(hit, 1), ["assigns the global `HITS`"]),
        (lambda key, make: make(key), ["calls `make`, which is not known"]),
        (len, ["is no Python function"]),
        (fetched, ["changes an item of `STORE`"]),
        (in_child, ["calls `subprocess.run`, which was not looked into"]),
        (TWINS["inner threads"].setup.sum, ["starts threads or tasks"]),
    ],
)
def test_what_a_function_may_share_is_said(function: Any, words_of_it: list[str]) -> None:
    """A sentence for each thing shared or not looked into; none for code that makes all that it changes."""
    said = shared_state(function)
    for words_expected in words_of_it:
        assert any(words_expected in sentence for sentence in said), said
    if not words_of_it:
        assert said == ()


# The default equality

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3) | st.tuples(inner)
    ),
    max_leaves=8,
)


@settings(max_examples=30, deadline=None)
@given(PLAIN)
def test_a_copy_is_the_same(value: object) -> None:
    """Plain values equal their deep copies, NaN as well."""
    assert same(value, deepcopy(value))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (1, 1.0),
        (1, True),
        ([1], (1,)),
        ({"a": 1}, {"a": 1.0}),
        ([1, 2], [2, 1]),
        (Counter(), LockedCounter()),
        (iter([1]), iter([1])),
    ],
)
def test_other_types_and_values_are_not_the_same(old: object, new: object) -> None:
    """Type counts at each depth; what cannot be looked into equals only itself."""
    assert not same(old, new)


def frame(**more: Any) -> pd.DataFrame:
    return pd.DataFrame({"a": [1, 2], "b": [0.5, float("nan")], "c": ["x", None]} | more)


TABLES: dict[str, Any] = {
    "frame": frame(),
    "frame of no rows": frame().iloc[:0],
    "series with a gap": frame()["b"],
    "categories": pd.Series(["x", "y"], dtype="category"),
    "index": pd.Index(["x", "y"]),
    "moment": pd.Timestamp("2024-02-29", tz="Europe/Berlin"),
    "matrix": np.array([[1.0, float("nan")], [3.0, 4.0]]),
    "masked": np.ma.masked_array([[1, 2], [3, 4]], mask=[[0, 1], [0, 0]]),
    "no number": np.float32("nan"),
    "in a dict": {"t": [frame(), np.eye(2)]},
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_and_arrays_equal_their_copies(name: str) -> None:
    """Frames, series, indexes, arrays of any dimension and their scalars are compared whole, gaps included."""
    assert same(TABLES[name], deepcopy(TABLES[name]))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (frame(), frame(a=[1, 3])),
        (frame(), frame(a=[1.0, 2.0])),
        (frame(), frame(d=1)),
        (frame(), frame().iloc[::-1]),
        (frame(), frame().iloc[:1]),
        (frame(), frame().set_axis(["a", "b", "d"], axis=1)),
        (frame()["a"], frame()["a"].rename("other")),
        (np.eye(2), np.eye(3)),
        (np.eye(2), np.eye(2, dtype=np.float32)),
        (np.ma.masked_array([1], mask=[0]), np.ma.masked_array([1], mask=[1])),
    ],
)
def test_other_tables_and_arrays_are_not_the_same(old: object, new: object) -> None:
    """Values, dtypes, labels, their order and shapes count; tables with other labels, of which `==` raises, only differ."""
    assert not same(old, new)


class Ambiguous:
    """Its `==` has no one answer."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: object) -> Any:
        return np.array([True, False])

    __hash__ = None  # type: ignore[assignment]


def test_objects_without_one_answer_are_compared_by_what_they_hold() -> None:
    """Where the answer of a class's `==` is neither true nor false, what its objects hold decides."""
    assert same(Ambiguous(1), Ambiguous(1))
    assert not same(Ambiguous(1), Ambiguous(2))


def counted(table: pd.DataFrame) -> pd.DataFrame:
    with GATE:
        return pd.DataFrame({"a": [len(table)]})


def test_calls_that_return_tables_can_be_held_against_serial_ones() -> None:
    """Serial runs of calls that take and return tables give the same twice, so that there is something to compare with."""
    found = explore_function(counted, [Call((frame(),)), Call((frame(),))], seconds=1)
    assert found.state != "race"
    assert not any("do not give the same twice" in way for way in found.ways), found.ways


def test_locks_do_not_count_and_circles_end() -> None:
    """Objects are compared by what they hold, but for locks; a structure that holds itself is compared once around."""
    one, two = TWINS["cache"].setup(), TWINS["cache"].setup()
    one.me, two.me = one, two
    assert same(one, two)
    two.made = 1
    assert not same(one, two)
