"""Functions and inputs that are trouble: what raises, hangs, forks, prints, cannot travel or cannot be loaded is answered, in time."""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from typing import TYPE_CHECKING

import pytest

import workbench
from workbench.study.relaxations import understood
from workbench.study.sameness import Stimulus, sameness
from workbench.study.stimuli import MOST_BYTES, generated
from workbench.timing import pickling
from workbench.timing.carrier import carry

if TYPE_CHECKING:
    from pathlib import Path


def test_a_baseline_that_always_raises_is_compared_by_its_exceptions(replayed: None) -> None:
    """Two versions that raise the same do the same; one that raises other words does not."""

    def refuses(value: int) -> int:
        raise ValueError(f"no {value}")

    def refuses_too(value: int) -> int:
        raise ValueError("no " + str(value))

    def refuses_otherwise(value: int) -> int:
        raise ValueError(f"not {value}")

    inputs = [(1,), (2,), (3,)]
    same = workbench.compare(refuses, refuses_too, inputs=inputs, budget="1s", generated=10)
    assert same.same is True
    assert any("raise" in note for note in same.record.benchmark.notes) if same.record.benchmark else False
    assert workbench.compare(refuses, refuses_otherwise, inputs=inputs, budget="1s").code == "B06"


def test_a_baseline_that_hangs_decides_nothing() -> None:
    """Where the old code itself is never done, the answer comes all the same, and says which call it was."""

    def never(value: int) -> int:
        while value >= 0:
            time.sleep(0.001)
        return value

    answer = workbench.compare(never, never, inputs=[(1,)], budget="2s", generated=0)
    assert (answer.verdict, answer.code) == ("cannot decide", "U06"), answer.text()
    assert answer.counterexample is not None
    assert answer.counterexample.call == "never(1)"


def test_a_function_that_forks_is_compared_once(replayed: None) -> None:
    """A child process that the code under test starts by fork answers nothing of its own.

    One that goes on by itself is replayed only: timed in batches, each of its children would run the rest of the batch, and fork again.
    """

    def forks(value: int) -> int:
        if os.fork() == 0:
            os._exit(0)
        os.wait()
        return value

    def forks_and_goes_on(value: int) -> int:
        os.fork()
        return value

    assert workbench.compare(forks, forks, inputs=[(1,), (2,)], budget="1s", generated=0).same is True
    given = [Stimulus(pickling.dumps(((value,), {})), "given", True, "") for value in (1, 2)]
    found = sameness(carry(forks), carry(forks_and_goes_on), given, understood(()), 1.0, forks).same
    assert (found.state, found.given) == ("same", 2)


def test_output_is_compared_and_does_not_come_out(capfd: pytest.CaptureFixture[str], replayed: None) -> None:
    """What the functions print is held against each other and not shown; a declared relaxation lets other output pass."""

    def loud(value: int) -> int:
        print("value", value)
        return value

    def quiet(value: int) -> int:
        return value

    assert workbench.compare(loud, loud, inputs=[(1,), (2,)], budget="1s", generated=0).same is True
    assert workbench.compare(loud, quiet, inputs=[(1,), (2,)], budget="1s", generated=0).code == "B08"
    assert workbench.compare(loud, quiet, inputs=[(1,), (2,)], budget="1s", generated=0, allow=["output"]).same is True
    assert "value" not in capfd.readouterr().out


def test_what_cannot_travel_is_compared_here_and_it_is_said(replayed: None) -> None:
    """A function that closes over a lock is replayed and timed in this process, and the answer says so."""
    lock = threading.Lock()

    def locked(value: int) -> int:
        with lock:
            return value + 1

    answer = workbench.compare(locked, locked, inputs=[(1,), (2,)], budget="1s", generated=5)
    assert answer.same is True
    assert any("cannot be brought to another process" in note for note in answer.record.notes)


def test_a_candidate_that_cannot_be_loaded_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A candidate whose module is gone by the time it is loaded anew is refused with the reason; the old code is not blamed."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "soon_gone.py").write_text("def f(value):\n    return value\n")
    import soon_gone  # type: ignore[import-not-found]

    (tmp_path / "soon_gone.py").unlink()

    def old(value: int) -> int:
        return value

    answer = workbench.compare(old, soon_gone.f, inputs=[(1,)], budget="3s", generated=0)
    assert (answer.verdict, answer.code) == ("refused", "B17"), answer.text()
    assert "soon_gone" in answer.text()


def test_mutated_numbers_do_not_hang_the_old_code(replayed: None) -> None:
    """A count that is changed to 2**63 is more than the old code can do: such inputs are left out, counted and said."""

    def counts(count: int) -> int:
        total = 0
        for value in range(count):
            total += value
        return total

    answer = workbench.compare(counts, counts, inputs=[(at,) for at in range(100, 110)], budget="4s", generated=30)
    assert answer.same is True, answer.text()
    assert "take the old code too long, and were left out" in answer.text()


def test_a_generator_and_a_coroutine_are_carried_through(replayed: None) -> None:
    """Items of generators and results of coroutines are compared, not the objects; a wrong item or result is found."""

    def pairs(values: list[int]):  # type: ignore[no-untyped-def]
        for at, value in enumerate(values[1:]):
            yield values[at], value

    def pairs_wrong(values: list[int]):  # type: ignore[no-untyped-def]
        yield from zip(values, values[2:], strict=False)

    async def later(value: int) -> int:
        return value + 1

    async def later_wrong(value: int) -> int:
        return value + 1.0  # type: ignore[return-value]

    lists = [([1, 2, 3],), ([4, 5, 6, 7],)]
    assert workbench.compare(pairs, pairs, inputs=lists, budget="1s", generated=5).same is True
    assert workbench.compare(pairs, pairs_wrong, inputs=lists, budget="1s").verdict == "refused"
    assert workbench.compare(later, later, inputs=[(1,), (2,)], budget="1s", generated=5).same is True
    assert workbench.compare(later, later_wrong, inputs=[(1,), (2,)], budget="1s").code == "B02"


def test_a_coroutine_that_cannot_travel_is_compared_within_a_running_loop() -> None:
    """In a notebook, whose loop runs, a coroutine function that has to stay here is awaited all the same: its results are compared."""
    lock = threading.Lock()

    async def later(value: int) -> int:
        with lock:
            return value + 1

    async def later_wrong(value: int) -> int:
        with lock:
            return value + 2

    async def both() -> list[str]:
        inputs = [(1,), (2,)]
        return [
            workbench.compare(later, other, inputs=inputs, budget="2s", generated=0).code
            for other in (later, later_wrong)
        ]

    right, wrong = asyncio.run(both())
    assert wrong == "B01"
    assert right[:1] != "B"


def test_what_is_compared_here_leaves_random_numbers_as_they_were() -> None:
    """Replaying in somebody's own process sets seeds for the calls, and puts the states back."""
    lock = threading.Lock()

    def drawn(value: int) -> float:
        with lock:
            return value + random.random()

    random.seed(5)
    before = random.getstate()
    assert workbench.compare(drawn, drawn, inputs=[(1,), (2,)], budget="2s", generated=0).same is True
    random.setstate(before)
    expected = random.random()
    random.setstate(before)
    same = sameness(
        drawn, drawn, [Stimulus(pickling.dumps(((1,), {})), "given", True, "")], understood(()), 1.0, drawn
    ).same
    assert same.state == "same"
    assert random.random() == expected


def test_a_difference_comes_before_what_cannot_be_compared() -> None:
    """Where one input gives objects that cannot be compared and another gives another value, the verdict is the difference."""

    def opened(value: int) -> object:
        return threading.Lock() if value == 1 else value

    def opened_wrong(value: int) -> object:
        return threading.Lock() if value == 1 else value + 1

    answer = workbench.compare(opened, opened_wrong, inputs=[(1,), (2,), (3,)], budget="3s", generated=0)
    assert (answer.verdict, answer.code) == ("refused", "B01"), answer.text()


def test_inputs_made_from_a_large_one_stay_within_bounds() -> None:
    """A text of megabytes is not copied hundreds of times: what is made stays within a limit, and what was left out is counted."""
    notes: list[str] = []
    made = generated(len, [pickling.dumps((("word " * 1_000_000,), {}))], 100, notes)
    assert 0 < sum(len(one.payload) for one in made) <= MOST_BYTES
    assert any("were left out" in note for note in notes)
