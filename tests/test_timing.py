"""The paired benchmark: what a process does, when a verdict may fall, what the statistics say, and what they refuse to say."""

from __future__ import annotations

import asyncio
import gc
import itertools
import math
import os
import subprocess
import sys
import textwrap
import types
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import TargetNotFoundError, UsageError
from workbench.model.benchmark import COLUMNS, UNKNOWN, Arm, Cold, Estimate, Points, Verdict
from workbench.timing import paired, pickling, series
from workbench.timing.carrier import Carrier, CarryError, carry, carry_reference, copy_of, fingerprint
from workbench.timing.decide import decide, margin_of, only_seen_before, slow_start
from workbench.timing.driving import Driver, Kind, first_call
from workbench.timing.looks import ERROR, best_rank, looks
from workbench.timing.paired import Plan, benchmark
from workbench.timing.processes import WorkerFailedError, WorkerHungError, run_job
from workbench.timing.statistics import estimate, pairs, warm_pairs
from workbench.timing.worker import Job, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def payloads(*arguments: tuple[Any, ...]) -> tuple[bytes, ...]:
    return tuple(pickling.dumps((args, {})) for args in arguments)


def job(*functions: Callable[..., Any], calls: tuple[bytes, ...], seconds: float = 0.05, **others: Any) -> Job:
    collector = (gc.isenabled(), gc.get_threshold())
    return Job(0, functions, calls, seconds, 1, others.pop("fresh", False), collector, alone=False, **others)


def made_points(ratios: list[list[float]], *, again: float = 1.0) -> Points:
    """Points of processes whose pairs have these ratios of old to new."""
    rows = []
    for process, found in enumerate(ratios):
        for at, ratio in enumerate(found):
            for arm, wall in ((Arm.OLD, 1.0), (Arm.NEW, 1.0 / ratio), (Arm.AGAIN, again)):
                blank = dict.fromkeys(COLUMNS, 0)
                rows.append(
                    blank | {"process": process, "round": at, "arm": int(arm), "calls": 1, "wall": wall, "cpu": wall}
                )
    return Points.of(rows)


@pytest.mark.parametrize("most", range(33))
def test_the_error_of_all_looks_together_is_five_per_cent_at_most(most: int) -> None:
    """The chances that each look's interval misses add up to at most 5 %; with fewer than six processes there is no look."""
    found = looks(most)
    assert sum(look.error for look in found) <= ERROR
    assert bool(found) == (most >= 6)
    assert [look.processes for look in found] == sorted({look.processes for look in found})
    if most == 32:
        assert [(look.processes, look.rank) for look in found] == [(8, 1), (16, 4), (32, 10)]


@given(st.integers(6, 64), st.floats(0.001, 0.2))
def test_the_rank_is_that_of_the_sign_test(count: int, error: float) -> None:
    """The interval between two order statistics misses the median with the binomial probability, and is no narrower than allowed."""
    rank, missed = best_rank(count, error)
    tail = [2 * sum(math.comb(count, at) for at in range(upto)) / 2**count for upto in range(count // 2 + 1)]
    assert missed <= error * (1 + 1e-6)
    assert missed == pytest.approx(tail[rank])
    assert rank == count // 2 or tail[rank + 1] > error * (1 - 1e-6)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """On processes whose ratios scatter with heavy tails to one side, the last look's interval holds the true median in 95 % of runs."""
    rng = np.random.default_rng(4)
    look, held = looks(32)[-1], 0
    for _ in range(400):
        medians = np.log(1.2) + 0.02 * (rng.pareto(1.5, 32) - (2 ** (1 / 1.5) - 1))
        found = estimate([np.array([value]) for value in medians], look)
        held += found.low <= 1.2 <= found.high
    assert held >= 0.95 * 400


def test_looking_three_times_does_not_call_identical_code_faster() -> None:
    """Whole sequences of looks on identical code end in faster or slower in at most 2 % of runs, also where processes differ much."""
    rng = np.random.default_rng(5)
    wrong = 0
    for _ in range(300):
        medians = 0.05 * rng.standard_normal(32)
        again = 0.05 * rng.standard_normal(32)
        wanted = looks(32)
        for look in wanted:
            ratio = estimate([np.array([value] * 2) for value in medians[: look.processes]], look)
            other = estimate([np.array([value] * 2) for value in again[: look.processes]], look)
            decision = decide(ratio, other, 0.03, last=look is wanted[-1])
            if decision.final:
                break
        wrong += decision.verdict in (Verdict.FASTER, Verdict.SLOWER)
    assert wrong <= 6


def test_the_ratio_is_the_median_over_processes_of_their_medians() -> None:
    """Outliers within a process and a process that is off do not move the ratio; all pairs are kept."""
    points = made_points(
        [[2.0, 2.0, 9.0], [2.0, 2.1, 1.9], [2.0, 2.0, 2.0], [2.0] * 3, [2.0] * 3, [2.0] * 3, [50.0] * 3]
    )
    found = estimate(pairs(points, Arm.NEW))
    assert found.ratio == pytest.approx(2.0)
    assert (found.processes, found.pairs) == (7, 21)
    assert estimate(pairs(points, Arm.AGAIN)).ratio == pytest.approx(1.0)
    assert Points.of(points.rows()).rows() == points.rows()


def test_few_pairs_have_no_interval() -> None:
    """Five pairs or fewer decide nothing; one process with many pairs has an interval, wider than the bootstrap's own."""
    few = estimate(pairs(made_points([[2.0, 2.0], [2.0, 2.0]]), Arm.NEW))
    assert (few.low, few.high) == (0.0, math.inf)
    assert decide(few, UNKNOWN, 0.03, last=True).code == "U02"
    ratios = np.random.default_rng(1).normal(2.0, 0.1, 40).tolist()
    alone = estimate(pairs(made_points([ratios]), Arm.NEW))
    assert alone.method == "one process only, widened"
    assert alone.low < 2.0 < alone.high < 2.2


def test_a_look_whose_processes_gave_too_few_medians_has_no_interval() -> None:
    """Where only six of eight processes had pairs, the first look's share of the error allows no ranks: no interval, not a narrower one."""
    found = estimate(pairs(made_points([[2.0, 2.0]] * 6), Arm.NEW), looks(32)[0])
    assert (found.low, found.high) == (0.0, math.inf)
    assert estimate(pairs(made_points([[2.0, 2.0]] * 8), Arm.NEW), looks(32)[0]).low == pytest.approx(2.0)


def known(ratio: float, low: float, high: float) -> Estimate:
    return Estimate(ratio, low, high, 0.95, 8, 80, "made up")


@pytest.mark.parametrize(
    ("ratio", "again", "verdict", "code"),
    [
        (known(1.5, 1.4, 1.6), known(1, 0.99, 1.01), Verdict.FASTER, ""),
        (known(0.5, 0.45, 0.55), known(1, 0.99, 1.01), Verdict.SLOWER, "P02"),
        (known(1.02, 1.01, 1.029), known(1, 0.99, 1.01), Verdict.NO_DIFFERENCE, "P01"),
        (known(1.05, 1.02, 1.08), known(1, 0.99, 1.01), Verdict.NO_DIFFERENCE, "P01"),
        (known(1.2, 1.1, 1.3), known(1, 0.85, 1.15), Verdict.NO_DIFFERENCE, "P01"),
        (known(1.12, 1.1, 1.15), known(1.06, 1.03, 1.09), Verdict.CANNOT_DECIDE, "U01"),
        (known(1.5, 1.4, 1.6), known(1.06, 1.03, 1.09), Verdict.FASTER, ""),
        (known(1.5, 1.4, 1.6), known(1.006, 1.004, 1.008), Verdict.FASTER, ""),
    ],
)
def test_a_verdict_needs_the_bound_to_beat_the_margin(
    ratio: Estimate, again: Estimate, verdict: Verdict, code: str
) -> None:
    """Faster and slower need the interval's end beyond the margin, or beyond the old code's own scatter where that is wider."""
    decision = decide(ratio, again, 0.03, last=True)
    assert (decision.verdict, decision.code) == (verdict, code)
    assert margin_of(0.03, again) >= 0.03


def test_gains_on_seen_inputs_only_are_told_apart() -> None:
    """Much faster on inputs seen before and not on others is a memo; as fast on both, or slightly less on others, is not."""
    assert only_seen_before(known(50, 40, 60), known(0.9, 0.8, 1.1))
    assert only_seen_before(known(50, 40, 60), known(2.0, 1.9, 2.1))
    assert not only_seen_before(known(2.0, 1.9, 2.1), known(1.9, 1.6, 2.2))
    assert not only_seen_before(known(2.0, 1.9, 2.1), UNKNOWN)


def test_a_slow_start_counts_only_where_a_run_does_not_make_up_for_it() -> None:
    """A first call that takes 10 ms longer is made up for by 1,000 calls that save 0.1 ms each, and not by ten."""
    cold = Cold(0.001, 0.011, known(0.09, 0.08, 0.1), False)
    assert slow_start(cold, 0.0001, 10, 0.03)
    assert not slow_start(cold, 0.0001, 1000, 0.03)
    assert not slow_start(Cold(0.001, 0.011, known(0.9, 0.08, 1.1), False), 0.0001, 10, 0.03)
    assert slow_start(Cold(0.001, 0.011, UNKNOWN, True), 0.0001, 10, 0.03)


def numbers(count: int) -> Iterator[int]:
    for value in range(count):
        SEEN.append(value)
        yield value


async def later(value: int) -> int:
    await asyncio.sleep(0)
    SEEN.append(value)
    return value


async def many(count: int) -> Any:
    for value in range(count):
        await asyncio.sleep(0)
        SEEN.append(value)
        yield value


def failing(value: int) -> int:
    SEEN.append(value)
    raise ValueError(value)


SEEN: list[int] = []


@pytest.mark.parametrize(
    ("function", "kind", "seen"),
    [(numbers, Kind.CONSUME, 3), (later, Kind.AWAIT, 1), (many, Kind.CONSUME_ASYNC, 3), (failing, Kind.PLAIN, 1)],
)
def test_a_call_is_carried_through(function: Callable[..., Any], kind: Kind, seen: int) -> None:
    """Generators are consumed, coroutines awaited, async generators run to their end, and exceptions counted, in every timed call."""
    SEEN.clear()
    with asyncio.Runner() as runner:
        found, seconds = first_call(function, ((3,), {}), runner)
        assert (found, len(SEEN)) == (kind, seen)
        driver = Driver(function, found, runner)
        wall, cpu = driver.run([((3,), {})] * 4)
    assert len(SEEN) == 5 * seen
    assert wall > 0 <= cpu
    assert seconds > 0
    assert driver.raised == (4 if function is failing else 0)


def test_every_input_comes_before_any_comes_again() -> None:
    """A process goes through all inputs once, in an order of its own, and marks these samples; the cold call's input is not among them."""
    order: list[int] = []

    def old(value: int) -> int:
        order.append(value)
        return sum(range(200))

    result = measure(job(old, old, calls=payloads(*((at,) for at in range(30))), seconds=0.0, least_rounds=8))
    first = [point for point in result["points"] if point["first"]]
    assert sum(point["calls"] for point in first if point["arm"] == 0) == 29
    warm = order.count(0)
    rest = [value for value in order if value != 0]
    assert Counter(rest[: 3 * 29]) == dict.fromkeys(range(1, 30), 3)
    assert warm > 1
    assert list(dict.fromkeys(rest)) != sorted(set(rest))


def test_the_same_input_never_comes_twice_running() -> None:
    """Inputs rotate: within a sample no call has the input of the call before it, as long as there is more than one."""
    order: list[int] = []

    def old(value: int) -> None:
        order.append(value)

    measure(job(old, lambda value: value, calls=payloads((1,), (2,), (3,)), seconds=0.0, least_rounds=12))
    timed = order[-500:]
    assert len(timed) == 500
    assert all(one != other for one, other in itertools.pairwise(timed))


def test_arguments_that_are_changed_are_copied_for_each_call() -> None:
    """With `fresh`, a function that empties its argument sees it full in every call."""
    sizes: set[int] = set()

    def empties(values: list[int]) -> None:
        sizes.add(len(values))
        values.clear()

    measure(job(empties, empties, calls=payloads(([1, 2, 3],), ([4, 5, 6],)), fresh=True, seconds=0.0, least_rounds=5))
    assert sizes == {3}


def test_the_second_copy_has_code_of_its_own() -> None:
    """The old code's copy gives the same results from another code object, which the interpreter specialises for itself."""

    def function(value: int, *, more: int = 2) -> int:
        return value + more

    twin = copy_of(function)
    assert twin.__code__ is not function.__code__
    assert twin(1) == function(1) == 3
    assert fingerprint(twin) == fingerprint(function)
    assert copy_of(len) is len


def test_a_changed_file_is_not_compared_in_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function whose module's file was changed after it was imported is refused where it is loaded anew, with what to do."""
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "module_that_changes.py"
    file.write_text("def f(x):\n    return x + 1\n")
    import module_that_changes  # type: ignore[import-not-found]

    carried = carry(module_that_changes.f)
    assert carried.load()(1) == 2
    file.write_text("def f(x):\n    return x + 1000\n")
    plan = Plan((carried, carried), payloads((1,)), budget=0.5)
    with pytest.raises(WorkerFailedError, match="Reload the module"):
        benchmark(plan)


def test_a_notebook_function_travels_by_value() -> None:
    """A function of `__main__`, with the globals it uses and one it closes over, gives the same in another process."""
    module = types.ModuleType("__main__")
    exec(
        "BASE = 40\ndef outer(y):\n    def f(x):\n        return x + y + BASE\n    return f\ng = outer(2)\n",
        vars(module),
    )
    carried = carry(module.g)
    code = "import sys, pickle; sys.path[:] = {!r}; print(pickle.loads(bytes.fromhex(sys.argv[1])).load()(0))"
    words = [sys.executable, "-c", code.format(sys.path), pickling.dumps(carried).hex()]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip() == "42"


def test_a_cached_function_travels_with_an_empty_cache() -> None:
    """A function behind lru_cache that was made here is made anew elsewhere, with the same bound and nothing in it."""
    import functools

    @functools.lru_cache(maxsize=7)
    def doubled(value: int) -> int:
        return 2 * value

    assert doubled(2) == 4
    twin: Any = carry(doubled).load()
    assert twin is not doubled
    assert (twin(2), twin.cache_parameters()["maxsize"], twin.cache_info().hits) == (4, 7, 0)


def test_what_cannot_travel_is_told() -> None:
    """A function that closes over a lock cannot be carried, and the message names the lock."""
    import threading

    lock = threading.Lock()

    def locked(value: int) -> int:
        with lock:
            return value

    with pytest.raises(CarryError, match="lock"):
        carry(locked)


@pytest.mark.parametrize(
    ("reference", "error", "said"),
    [
        ("nothing", UsageError, "file.py:name, package.module:name or folder::package"),
        ("there/is/no.py:f", TargetNotFoundError, "There is no file"),
        ("no_such_module_here:f", TargetNotFoundError, "There is no module no_such_module_here"),
        ("json:lods", TargetNotFoundError, "did you mean 'loads'"),
        ("json:__name__", TargetNotFoundError, "is a str, not a function"),
    ],
)
def test_references_that_are_off_say_what_is_right(reference: str, error: type[Exception], said: str) -> None:
    """`file.py:name` and `package.module:name` that name nothing are refused, with near names where there are any."""
    with pytest.raises(error, match=said):
        carry_reference(reference)


def test_two_files_of_one_name_stand_side_by_side(tmp_path: Path) -> None:
    """Functions of two files called the same are two functions, in this process and in another."""
    for name, value in (("a", 1), ("b", 2)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "same.py").write_text(f"def f():\n    return {value}\n")
    found = [carry_reference(f"{tmp_path / name / 'same.py'}:f") for name in ("a", "b")]
    assert [function() for function, _ in found] == [1, 2]
    assert [carrier.load()() for _, carrier in found] == [1, 2]


def worker_module(folder: Path, body: str) -> str:
    name = f"worker_{folder.name.replace('-', '_')}"
    (folder / f"{name}.py").write_text(textwrap.dedent(body))
    return name


def test_a_worker_that_hangs_is_ended_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is not done in time is killed, and so is what it started."""
    monkeypatch.syspath_prepend(tmp_path)
    name = worker_module(
        tmp_path,
        """
        import subprocess, sys, time
        def main(job, result):
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            open(PLACE, "w").write(str(child.pid))
            time.sleep(600)
        """.replace("PLACE", repr(str(tmp_path / "pid"))),
    )
    with pytest.raises(WorkerHungError, match="was ended"):
        run_job(name, None, seconds=3, seed=0)
    child = int((tmp_path / "pid").read_text())
    for _ in range(200):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            break
        if Path(f"/proc/{child}/stat").read_text().split()[2] == "Z":
            break
        subprocess.run(["true"], check=True)
    else:
        pytest.fail("the child of the worker is still there")


def test_a_worker_that_dies_says_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that ends without a result is reported with its status or signal, and the last line it said."""
    monkeypatch.syspath_prepend(tmp_path)
    name = worker_module(
        tmp_path,
        """
        import os, sys
        def main(job, result):
            print("a last word", file=sys.stderr, flush=True)
            os.kill(os.getpid(), 9)
        """,
    )
    with pytest.raises(WorkerFailedError, match=r"by signal 9 .*a last word"):
        run_job(name, None, seconds=30, seed=0)


def test_each_process_has_an_environment_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash seed and the size of the environment differ from process to process, and are the same again for the same seed."""
    monkeypatch.syspath_prepend(tmp_path)
    name = worker_module(
        tmp_path,
        """
        import json, os
        def main(job, result):
            found = [os.environ["PYTHONHASHSEED"], len(os.environ["WORKBENCH_PADDING"])]
            result.write_text(json.dumps({"found": found}))
        """,
    )
    first, second, again = (run_job(name, None, seconds=30, seed=seed)["found"] for seed in (1, 2, 1))
    assert first == again != second


def double(value: int) -> int:
    return 2 * value


def test_an_interrupt_keeps_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C after three processes gives an answer from three, and says that it was interrupted; before the first, none."""
    calls: list[int] = []

    def interrupted(after: int) -> Callable[..., Any]:
        def run(_module: str, one: Job, **_others: Any) -> dict[str, Any]:
            calls.append(one.process)
            if one.process >= after:
                raise KeyboardInterrupt
            points = made_points([[2.0] * 4]).rows()
            return {
                "points": [row | {"process": one.process} for row in points],
                "cold": [0.1, None],
                "raised": [0, 0, 0],
            }

        return run

    plan = Plan((carry(double), carry(double)), payloads((1,), (2,)), budget=20.0)
    monkeypatch.setattr(paired, "_affordable", lambda *_: 32)
    monkeypatch.setattr(series, "run_job", interrupted(3))
    found = benchmark(plan)
    assert (found.ratio.processes, len(found.points)) == (3, 36)
    assert "interrupted after 3 of 32 processes" in found.notes
    monkeypatch.setattr(series, "run_job", interrupted(0))
    nothing = benchmark(plan)
    assert (nothing.verdict, nothing.code, len(nothing.points)) == (Verdict.CANNOT_DECIDE, "U05", 0)


def test_the_benchmark_stops_at_the_first_look_that_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as fast is shown after eight processes; a difference too small to show takes all thirty-two."""

    def ran(*ratios: float) -> Callable[..., Any]:
        def run(_module: str, one: Job, **_others: Any) -> dict[str, Any]:
            points = made_points([[ratios[one.process % len(ratios)]] * 4]).rows()
            cold = [0.1, None] if one.process % 2 == 0 else [None, 0.1]
            return {"points": [row | {"process": one.process} for row in points], "cold": cold, "raised": [0, 0, 0]}

        return run

    plan = Plan((carry(double), carry(double)), payloads((1,), (2,)), budget=20.0)
    monkeypatch.setattr(paired, "_affordable", lambda *_: 32)
    seen: list[tuple[int, int]] = []
    monkeypatch.setattr(series, "run_job", ran(2.0))
    found = benchmark(plan, lambda done, planned, _left: seen.append((done, planned)))
    assert (found.verdict, found.ratio.processes, found.looks) == (Verdict.FASTER, 8, (8, 16, 32))
    assert seen[-1] == (8, 32)
    monkeypatch.setattr(series, "run_job", ran(1.0, 1.06))
    assert benchmark(plan).ratio.processes == 32


def test_functions_that_cannot_travel_are_timed_here_and_it_is_said() -> None:
    """Live functions are timed in this process alone; the answer says so, and the collector is left as it was."""
    before = (gc.isenabled(), gc.get_threshold())
    found = benchmark(Plan((double, double), payloads((1,), (2,)), budget=0.4))
    assert found.ratio.processes == 1
    assert any("this process only" in note for note in found.notes)
    assert (gc.isenabled(), gc.get_threshold()) == before


def test_one_input_is_timed_and_it_is_said() -> None:
    """With a single input there is nothing to rotate: it is timed, and the answer says what that cannot tell apart."""
    found = benchmark(Plan((carry(double), carry(double)), payloads((1,)), budget=0.5))
    assert len(found.points) > 0
    assert any("one input only" in note for note in found.notes)


@pytest.mark.timing
def test_a_function_that_does_half_the_work_is_twice_as_fast() -> None:
    """On real processes the interval holds the true ratio of two functions, and the verdict is faster."""

    def whole(count: int) -> int:
        return sum(value * value for value in range(2 * count))

    def half(count: int) -> int:
        return sum(value * value for value in range(count))

    found = benchmark(Plan((carry(whole), carry(half)), payloads(*((at,) for at in range(3000, 3020))), budget=10.0))
    assert found.verdict is Verdict.FASTER
    assert found.ratio.low < 2.1
    assert found.ratio.high > 1.9
    assert isinstance(carry(whole), Carrier)


@pytest.mark.timing
def test_work_moved_to_the_import_is_seen(tmp_path: Path) -> None:
    """A candidate that computes its table at import is faster warm, and refused where a run is too short to make up for it."""
    body = "def f(x):\n    return sum(value % 7 for value in range(3000)) + x\n"
    moved = (
        "import time\nTABLE = sum(value % 7 for value in range(3_000_000))\ndef f(x):\n    return 1285 * 7 // 7 + x\n"
    )
    (tmp_path / "before.py").write_text(body)
    (tmp_path / "after.py").write_text(moved)
    carriers = [carry_reference(f"{tmp_path / name}.py:f")[1] for name in ("before", "after")]
    plan = Plan((carriers[0], carriers[1]), payloads(*((at,) for at in range(12))), budget=12.0, run_calls=12)
    found = benchmark(plan)
    assert found.cold.new > found.cold.old
    assert (found.verdict, found.code) == (Verdict.REFUSED, "P04"), found


def test_a_fork_in_the_timed_code_does_not_time_twice() -> None:
    """A function that forks and lets its child go on leaves one result, of one process."""

    def forks(value: int) -> int:
        pid = os.fork()
        if pid:
            os.waitpid(pid, 0)
        return value

    plan = Plan((carry(forks), carry(forks)), payloads((1,), (2,)), budget=1.0)
    found = benchmark(plan)
    places = [(row["process"], row["round"], row["arm"]) for row in found.points.rows()]
    assert len(places) == len(set(places)) > 0


def test_warm_pairs_fall_back_to_all() -> None:
    """Where no process had time to see an input again, the pairs on new inputs count."""
    rows = [row | {"first": True} for row in made_points([[2.0] * 4] * 6).rows()]
    assert estimate(warm_pairs(Points.of(rows), Arm.NEW)).pairs == 24
