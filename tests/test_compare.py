"""Comparing two versions of a function: wrong candidates are refused with the right code and a counter-example, honest ones are not."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))

import adversaries

import workbench
from workbench.errors import NothingRecordedError, UsageError
from workbench.study.codes import CODES


@pytest.mark.parametrize("name", adversaries.REFUSED)
def test_a_wrong_candidate_is_refused(name: str) -> None:
    """Each seeded mistake is refused by a code that is right for it, with the call it differs on, and never timed."""
    old, new, inputs, codes = adversaries.REFUSED[name]
    answer = workbench.compare(old, new, inputs=inputs, budget="8s")
    assert answer.verdict == "refused", answer.text()
    assert answer.code in codes, answer.text()
    assert answer.record.benchmark is None
    if answer.code != "B11":
        found = answer.counterexample
        assert found is not None
        assert found.call.startswith(old.__name__ + "(")
        assert found.said
    assert CODES[answer.code]
    assert f"refused: {answer.code}" in answer.text()


def test_the_counterexample_is_small() -> None:
    """What is shown is not the recorded input, but the smallest one found on which the two differ."""
    old, new, inputs, _ = adversaries.REFUSED["swallowed exception"]
    found = workbench.compare(old, new, inputs=inputs, budget="8s").counterexample
    assert found is not None
    assert found.call == "parsed('')"
    assert (found.old, found.new) == ("raises ValueError: empty text", "returns 0")
    assert found.source is not None


def test_declared_relaxations_let_pass_and_are_printed(replayed: None) -> None:
    """With order and types allowed, a Counter passes for a dict, and the answer says what was allowed beforehand."""
    old, new, inputs, _ = adversaries.REFUSED["dict turned Counter"]
    answer = workbench.compare(old, new, inputs=inputs, budget="1s", allow=["types", "order"])
    assert answer.same is True
    assert "allowed beforehand: items may come in another order" in answer.text()
    assert "allowed beforehand: equal values may be of other types (1 and 1.0)" in answer.text()


def test_a_baseline_that_differs_from_itself_decides_nothing() -> None:
    """Where the old code gives two answers to one input there is nothing to compare with, and nobody is refused."""
    import time

    def now(value: int) -> float:
        return value + time.perf_counter()

    answer = workbench.compare(now, now, inputs=[(1,), (2,)], budget="3s")
    assert (answer.verdict, answer.code, answer.same) == ("cannot decide", "U03", None)


def test_one_place_that_differs_by_itself_is_masked_and_said(replayed: None) -> None:
    """A field with the time in it is left out of the comparison, the rest is still compared, and the answer names the field."""
    import time

    def stamped(value: int) -> dict[str, float]:
        return {"value": value, "at": time.perf_counter()}

    def stamped_wrong(value: int) -> dict[str, float]:
        return {"value": value + (value == 7), "at": time.perf_counter()}

    inputs = [(value,) for value in range(20)]
    right = workbench.compare(stamped, stamped, inputs=inputs, budget="1s", generated=20)
    assert right.same is True
    assert any("['at']" in place for place in right.record.same.masked)
    wrong = workbench.compare(stamped, stamped_wrong, inputs=inputs, budget="1s", generated=20)
    assert (wrong.verdict, wrong.code) == ("refused", "B01")


def test_a_difference_on_kinds_never_seen_is_a_note(replayed: None) -> None:
    """Looking up in a set instead of the list is honest where all items seen can be hashed; unhashable ones are told of, not refused."""

    def known(value: Any, among: list[Any]) -> bool:
        return any(value == one for one in among)

    def known_by_set(value: Any, among: list[Any]) -> bool:
        return value in set(among)

    inputs = [(at, list(range(at, at + 30))) for at in range(30)]
    answer = workbench.compare(known, known_by_set, inputs=inputs, budget="1.4s")
    assert answer.same is True, answer.text()


def test_inputs_that_cannot_be_copied_are_counted(replayed: None) -> None:
    """A generator cannot be handed to two versions: such inputs are counted and named, the others compared."""

    def total(values: Any) -> int:
        return sum(values)

    inputs: list[Any] = [([1, 2],), ((value for value in (1, 2)),), ([3],)]
    answer = workbench.compare(total, total, inputs=inputs, budget="1s", generated=0)
    assert answer.record.same.given == 2
    assert any("1 of the inputs could not be copied" in note and "generator" in note for note in answer.record.notes)
    with pytest.raises(UsageError, match="There are no inputs to compare on"):
        workbench.compare(total, total, inputs=[((value for value in (1, 2)),)])


def test_recorded_calls_are_the_inputs(replayed: None) -> None:
    """With inputs="recorded" the calls that a program made are compared on; without any, the message says how to record some."""
    with pytest.raises(NothingRecordedError, match="record_calls"):
        workbench.compare(adversaries.total, adversaries.total)
    recorded = workbench.record_calls(adversaries.unique, lambda: [adversaries.unique([at, at, 1]) for at in range(30)])
    assert (recorded.record.seen, len(recorded)) == (30, 30)
    answer = workbench.compare(adversaries.unique, adversaries.unique_by_dict, budget="1s", generated=0)
    assert answer.record.same.given == 30
    assert answer.same is True


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"inputs": [5]}, "An input is a tuple of arguments"),
        ({"inputs": "recorde"}, "is not known"),
        ({"inputs": []}, "There are no inputs"),
        ({"inputs": [([1],)], "budget": "soon"}, "is no length of time"),
        ({"inputs": [([1],)], "allow": ["flots"]}, "did you mean 'float'"),
        ({"inputs": [([1],)], "allow": ["float:much"]}, "a number is expected after the colon"),
    ],
)
def test_wrong_words_are_refused_before_anything_runs(options: dict[str, Any], said: str) -> None:
    """Inputs, budgets and relaxations that are off say what would have been right."""
    with pytest.raises(UsageError, match=said):
        workbench.compare(adversaries.total, adversaries.total, **options)


@pytest.mark.parametrize("name", adversaries.HONEST)
def test_an_honest_improvement_is_shown(name: str) -> None:
    """A real improvement comes out as faster, with the same results, an interval above one, and time saved."""
    old, new, inputs = adversaries.HONEST[name]
    answer = workbench.compare(old, new, inputs=inputs, budget="20s")
    assert answer.verdict == "faster", answer.text()
    assert 1 < answer.interval[0] <= answer.ratio <= answer.interval[1]
    assert answer.saved > 0
    assert answer.same is True


@pytest.mark.timing
def test_results_kept_from_call_to_call_are_no_speed_up() -> None:
    """A memo is fast on inputs it has seen and not on others: refused, unless keeping results was declared."""
    kept: dict[tuple[int, ...], list[int]] = {}

    def slow(values: list[int]) -> list[int]:
        return sorted(value * value % 97 for value in values)

    def remembering(values: list[int]) -> list[int]:
        key = tuple(values)
        if key not in kept:
            kept[key] = slow(values)
        return list(kept[key])

    inputs = [(list(range(at, at + 200)),) for at in range(60)]
    answer = workbench.compare(slow, remembering, inputs=inputs, budget="12s")
    assert answer.verdict == "refused", answer.text()
    assert answer.code in {"P07", "M02"}


def test_more_memory_is_refused_unless_declared() -> None:
    """Ten times the memory for less time is refused with both figures; declared, it passes."""

    def lean(count: int) -> int:
        total = 0
        for value in range(count):
            total += value * value % 7
        return total

    def greedy(count: int) -> int:
        room = bytearray(8 << 20)
        weeks, rest = divmod(count, len(room[:7]))
        return weeks * sum(value * value % 7 for value in range(7)) + sum(value * value % 7 for value in range(rest))

    inputs = [(count,) for count in range(60_000, 60_030)]
    answer = workbench.compare(lean, greedy, inputs=inputs, budget="15s", generated=0)
    assert (answer.verdict, answer.code) == ("refused", "M01"), answer.text()
    assert answer.memory is not None
    assert answer.memory.new_peak > answer.memory.old_peak + (8 << 20)
    declared = workbench.compare(lean, greedy, inputs=inputs, budget="15s", generated=0, allow=["memory:9MiB"])
    assert declared.verdict == "faster", declared.text()
    assert "memory:9MiB" in answer.text()


@pytest.mark.timing
def test_a_path_for_the_recorded_sizes_is_no_speed_up() -> None:
    """A candidate that is fast where the length is one of those recorded, and right but slow elsewhere, is refused."""

    def unique(values: list[int]) -> list[int]:
        found: list[int] = []
        for value in values:
            if value not in found:
                found.append(value)
        return found

    def fitted(values: list[int]) -> list[int]:
        if len(values) in (300, 320, 340, 360):
            return list(dict.fromkeys(values))
        found: list[int] = []
        for value in values:
            if value not in found:
                found.append(value)
        return found

    inputs = [(list(range(at)) * 2,) for at in (150, 160, 170, 180)]
    answer = workbench.compare(unique, fitted, inputs=inputs, budget="15s")
    assert (answer.verdict, answer.code) == ("refused", "P08"), answer.text()


@pytest.mark.timing
def test_identical_code_is_never_faster() -> None:
    """A function against itself: no difference shown, or this machine cannot decide; the raw points are there to be drawn."""
    inputs = [(list(range(at)),) for at in range(100, 140)]
    answer = workbench.compare(adversaries.squares, adversaries.squares, inputs=inputs, budget="6s")
    assert answer.verdict in {"no difference shown", "cannot decide"}, answer.text()
    assert answer.same is True
    assert set(answer.points["arm"]) == {"old", "new", "again"}
    assert math.isfinite(answer.ratio)
    assert answer.plot().axes
    assert "<svg" in answer._repr_html_()


def test_speed_is_a_fixture(tmp_path: Path) -> None:
    """With `pytest_plugins = ["workbench.testing"]` a test passes where the new code is faster, and fails where it is wrong."""
    import subprocess

    (tmp_path / "conftest.py").write_text('pytest_plugins = ["workbench.testing"]\n')
    (tmp_path / "test_it.py").write_text(
        "def old(n):\n    return sum([value * value for value in range(n)][:])\n"
        "def new(n):\n    return (n - 1) * n * (2 * n - 1) // 6\n"
        "def wrong(n):\n    return float(new(n))\n"
        "INPUTS = [(n,) for n in range(500, 540)]\n"
        "def test_good(speed):\n    assert speed.faster(old, new, INPUTS, least=2, budget='15s', generated=0).ratio > 2\n"
        "def test_bad(speed):\n    speed.faster(old, wrong, INPUTS, budget='8s')\n"
    )
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "refused: B02" in done.stdout


def test_an_interrupt_before_the_timing_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while results are compared: nothing is known, and the answer says so instead of a traceback; a study's verify ends."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.study.compare.sameness", interrupted)
    found = workbench.compare(abs, abs, inputs=[(1,)], progress=False)
    assert (found.verdict, found.code, found.same) == ("cannot decide", "U05", None)
    assert "interrupted after" in found.text()
    assert "Compare again" in found.text()
