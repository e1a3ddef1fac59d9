"""The items of the checklist that read a comparison, and the race check on seeded programs: each status with its reason."""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from workbench.model.benchmark import UNKNOWN, Benchmark, Cold, Estimate, Points, Verdict
from workbench.model.check import Check, Status
from workbench.model.comparison import Comparison, Counterexample, Memory, Sameness
from workbench.study.checks.base import Case, Version
from workbench.study.checks.edges import Edges
from workbench.study.checks.memory import Memory as MemoryItem
from workbench.study.checks.performance import Performance
from workbench.study.checks.races import Races
from workbench.study.compare import too_much
from workbench.study.memory import _growth, _least_growth
from workbench.study.memory import memory as measured_memory
from workbench.study.relaxations import understood
from workbench.study.verify import items
from workbench.timing import pickling
from workbench.timing.carrier import carry

if TYPE_CHECKING:
    from collections.abc import Callable

SAME = Sameness("same", "", "", 10, 40, 5, (), (), (), (), None)
RATIO = Estimate(2.0, 1.9, 2.1, 0.98, 8, 100, "ranks")
TIMED = Benchmark(
    Verdict.FASTER,
    "",
    "",
    RATIO,
    UNKNOWN,
    UNKNOWN,
    UNKNOWN,
    Cold(0.1, 0.1, UNKNOWN, False),
    2.0,
    1.0,
    0.03,
    (8,),
    3.0,
    (),
    Points.of([]),
)
LEAN = Memory(1e6, 1e6, 0.0, 0.0, 50, ())


def old(value: int) -> int:
    return value


def case(new: Callable[..., Any] = old, **parts: Any) -> Case:
    """A case of two versions whose comparison is made up; `share` and `required` are the case's."""
    own = {
        name: parts.pop(name)
        for name in ("share", "required", "allowed", "payloads", "seconds", "whole")
        if name in parts
    }
    whole = Comparison("old", "new", Verdict.FASTER, "", "", "", SAME, TIMED, LEAN, 1.0, ())
    compared = dataclasses.replace(whole, **parts)
    payloads = own.pop("payloads", (pickling.dumps(((1,), {})),))
    return Case(
        "m:f",
        None,
        None,
        Version("old", old, "", ""),
        Version("c1", new, "", ""),
        payloads,
        own.pop("seconds", 8.0),
        compared,
        **own,
    )


def timed(**parts: Any) -> dict[str, Any]:
    return {"benchmark": dataclasses.replace(TIMED, **parts)}


@pytest.mark.parametrize(
    ("parts", "status", "code"),
    [
        ({}, Status.PASS, ""),
        ({"share": 0.5}, Status.PASS, ""),
        ({"share": 0.015}, Status.FAIL, "P06"),
        ({"required": 1.8}, Status.PASS, ""),
        ({"required": 2.0}, Status.UNKNOWN, "P03"),
        ({"required": 3.0}, Status.FAIL, "P03"),
        ({"benchmark": None, "code": "B01"}, Status.UNKNOWN, "B01"),
        (timed(verdict=Verdict.NO_DIFFERENCE, code="P01"), Status.UNKNOWN, "P01"),
        (timed(verdict=Verdict.SLOWER, code="P02"), Status.FAIL, "P02"),
        (
            timed(verdict=Verdict.REFUSED, code="P07") | {"verdict": Verdict.REFUSED, "code": "P07", "said": "a memo"},
            Status.FAIL,
            "P07",
        ),
        ({"verdict": Verdict.REFUSED, "code": "P08", "said": "fitted"}, Status.FAIL, "P08"),
        (timed(verdict=Verdict.CANNOT_DECIDE, code="U01", said="noisy"), Status.UNKNOWN, "U01"),
    ],
)
def test_performance(parts: dict[str, Any], status: Status, code: str) -> None:
    """Passes where what is required is surely met and the run as a whole gains; a gain that moves nothing fails; unrest is unknown."""
    found = Performance().run(case(**parts))
    assert (found.status, found.code) == (status, code)
    assert found.said


@pytest.mark.parametrize(
    ("memory", "allowed", "status", "code"),
    [
        (LEAN, (), Status.PASS, ""),
        (dataclasses.replace(LEAN, new_peak=20e6), (), Status.FAIL, "M01"),
        (dataclasses.replace(LEAN, new_peak=20e6), ("memory:2000%",), Status.PASS, ""),
        (dataclasses.replace(LEAN, new_kept=5000.0), (), Status.FAIL, "M02"),
        (dataclasses.replace(LEAN, new_kept=5000.0), ("cache",), Status.PASS, ""),
        (dataclasses.replace(LEAN, new_peak=1.5e6), (), Status.PASS, ""),
        (None, (), Status.UNKNOWN, "U06"),
    ],
)
def test_memory(memory: Memory | None, allowed: tuple[str, ...], status: Status, code: str) -> None:
    """Ten per cent or a mebibyte more passes; more at once or kept by each call fails, whatever speed says, unless it was declared."""
    for verdict in (Verdict.FASTER, Verdict.NO_DIFFERENCE):
        found = MemoryItem().run(case(memory=memory, allowed=allowed, verdict=verdict))
        assert (found.status, found.code) == (status, code)


@pytest.mark.parametrize(
    ("same", "status", "code"),
    [
        (SAME, Status.PASS, ""),
        (dataclasses.replace(SAME, generated=0, annotated=1), Status.UNKNOWN, "U04"),
        (dataclasses.replace(SAME, state="unknown", code="U03"), Status.UNKNOWN, "U03"),
        (
            dataclasses.replace(
                SAME, state="different", code="B04", counterexample=Counterexample("f([])", "", "1", "2", "", None, "x")
            ),
            Status.FAIL,
            "B04",
        ),
    ],
)
def test_edge_cases(same: Sameness, status: Status, code: str) -> None:
    """The same on recorded and made inputs passes; recorded ones alone say nothing of edges; a difference fails with its call."""
    found = Edges().run(case(same=same))
    assert (found.status, found.code) == (status, code)
    assert (("call", "f([])") in found.evidence) == (status is Status.FAIL)


def test_there_are_six_items_in_order() -> None:
    """The checklist has the six items of the prompt, each once."""
    assert [item.item for item in items()] == [
        "performance",
        "memory",
        "race-free",
        "types strict",
        "edge cases",
        "tests",
    ]


STORE: dict[int, list[int]] = {}


def kept_without_a_lock(key: int) -> list[int]:
    """A cache that looks and then stores: two threads may both store, and get two lists."""
    if key not in STORE:
        STORE[key] = [key]
    return STORE[key]


def races(function: Callable[..., Any], seconds: float = 15.0) -> Check:
    payloads = tuple(pickling.dumps(((7,), {})) for _ in range(2))
    return Races().run(case(new=function, payloads=payloads, seconds=seconds))


def test_a_race_in_the_candidate_fails_with_its_steps() -> None:
    """A cache without a lock is found in a process of its own, and the evidence has the steps; nothing of this process is changed."""
    found = races(kept_without_a_lock)
    assert found.status is Status.FAIL, found
    assert found.code == "R01"
    assert any(name == "step" and "STORE" in value for name, value in found.evidence)
    assert STORE == {}


def test_what_shares_nothing_has_no_races() -> None:
    """Where the candidate shares no state between calls, the item does not apply, and says why."""
    found = races(old)
    assert (found.status, found.code) == (Status.NOT_APPLICABLE, "")
    assert "shares no state" in found.said


# What calls leave behind

KEPT: list[bytes] = []
RESULTS: dict[int, dict[str, int]] = {}
LAST: dict[int, dict[str, int]] = {}
CALLS: list[None] = []


def by_rows(table: pd.DataFrame, least: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for _, row in table.iterrows():
        if row["size"] >= least:
            found[row["name"]] = found.get(row["name"], 0) + row["size"]
    return found


def by_groups(table: pd.DataFrame, least: int) -> dict[str, int]:
    return table[table["size"] >= least].groupby("name")["size"].sum().to_dict()


def leaking(table: pd.DataFrame, least: int) -> dict[str, int]:
    KEPT.append(bytes(39))
    return by_groups(table, least)


def remembering(table: pd.DataFrame, least: int) -> dict[str, int]:
    if least not in RESULTS:
        RESULTS[least] = by_groups(table, least)
    return RESULTS[least]


def remembering_the_last(table: pd.DataFrame, least: int) -> dict[str, int]:
    LAST.clear()
    LAST[least] = by_groups(table, least)
    return LAST[least]


def leaking_at_times(table: pd.DataFrame, least: int) -> dict[str, int]:
    CALLS.append(None)
    if len(CALLS) % 2:
        KEPT.append(bytes(1000))
    return {str(least): len(table)}


def tables(count: int) -> tuple[bytes, ...]:
    names = ["apt", "bash", "coreutils", "dash", "ed", "findutils", "grep"]
    frames = [
        pd.DataFrame({"name": [names[(row * at) % 7] for row in range(20 + at % 5)], "size": range(20 + at % 5)})
        for at in range(1, count + 1)
    ]
    return tuple(pickling.dumps(((frame, at), {})) for at, frame in enumerate(frames))


@pytest.mark.parametrize(
    ("new", "inputs", "code"),
    [
        (by_groups, 30, ""),
        (by_groups, 4, ""),
        (remembering_the_last, 30, ""),
        (leaking, 30, "M02"),
        (leaking, 4, "M02"),
        (remembering, 16, "M02"),
        (leaking_at_times, 60, "M02"),
    ],
)
def test_what_each_call_leaves_behind_is_told_from_what_python_keeps(
    new: Callable[..., Any], inputs: int, code: str
) -> None:
    """A version that uses pandas leaves nothing, whatever names Python keeps in its cache; a list or a cache that grows is refused."""
    needed = measured_memory(carry(by_rows), carry(new), tables(inputs), 60.0)
    refused = too_much(dataclasses.replace(needed, new_peak=needed.old_peak), understood(()))
    assert (refused or ("",))[0] == code, needed
    assert needed.old_kept == 0
    assert bool(needed.new_kept) == bool(code)


def series(*steps: int) -> list[int]:
    return list(itertools.accumulate(steps, initial=0))


@pytest.mark.parametrize(
    ("kept", "low", "high"),
    [
        (series(*[80] * 30), 80, 80),
        (series(*[72, 72, 72, 200] * 10), 72, 110),
        (series(*[-900, 1000, -400, 800, -700, 900, -600, 300] * 6), 0, 64),
        (series(*[0] * 20, 50_000, *[0] * 9), 0, 0),
        (series(*[700] * 40, *[0] * 20), 0, 0),
        (series(*[0, 1000] * 30), 200, 600),
        (series(5_000, 0), 0, 0),
        (series(5_000, 4_000), 4_000, 4_000),
    ],
)
def test_growth_is_no_more_than_what_is_sure(kept: list[int], low: float, high: float) -> None:
    """Steady growth is told in full; one jump, what comes to an end, and steps that only scatter, are none."""
    assert low <= _least_growth(kept) <= high


def test_nothing_is_known_of_one_call() -> None:
    """Of a single call there is no growth to be told."""
    assert math.isnan(_least_growth([100]))
    assert math.isnan(_growth([100]))
