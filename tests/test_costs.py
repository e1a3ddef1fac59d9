"""What an engine costs here is known from outside: by a price for each thing it does, from a short program with and without it."""

from __future__ import annotations

import statistics
import sys
import time
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pytest
from guest import unchanged
from IPython.core.interactiveshell import InteractiveShell

import workbench
from workbench.engines import calibration
from workbench.engines.base import Findings
from workbench.engines.calibration import TRIALS, priced
from workbench.engines.table import ENGINES
from workbench.errors import UsageError
from workbench.magics.words import parse
from workbench.model.facts import Cost, Evidence
from workbench.recorder.run import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable

UNKNOWN = Cost(float("nan"), 0, float("nan"), "not measured")


@pytest.fixture(autouse=True)
def _forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "_prices", {})


def findings(events: int, own: float = float("nan")) -> Findings:
    return Findings("something", Cost(0.005, 10, own, "own clock"), Evidence.CALLS, events, "call")


@pytest.mark.parametrize("engine", TRIALS)
def test_every_trial_finds_a_price_and_leaves_nothing_behind(engine: str) -> None:
    """Each engine that has a trial gets a price above zero by it, in a process that is afterwards as it was."""
    with unchanged(ignore=("asyncio policy",)):
        cost = priced(engine, findings(1000), 100.0)
    assert cost.own > 0
    assert cost.method.startswith(("1,000 calls at ", "at least: 1,000 calls at "))
    assert calibration._prices[engine, True] * 1000 == pytest.approx(cost.own)


def test_a_price_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trial of an engine runs once in a process, however many recordings there are."""
    priced("cpu", findings(10), 100.0)
    monkeypatch.setattr(calibration, "_looked_at", None)
    assert priced("cpu", findings(20), 100.0).own > 0


def test_short_runs_and_unknown_engines_are_not_priced() -> None:
    """A trial longer than the run itself is not worth it; engines without a trial, and runs without events, keep their own word."""
    for engine, found, duration in (
        ("cpu", findings(10), 0.001),
        ("somebody's", findings(10), 100.0),
        ("heap", findings(10), 100.0),
        ("cpu", findings(0), 100.0),
    ):
        assert priced(engine, found, duration) == found.cost
    assert set(TRIALS) < set(ENGINES)


def test_an_engine_that_is_not_to_be_had_has_no_price() -> None:
    """Where somebody else holds the hook when the price is to be found, the recording says what the engine says."""
    sys.setprofile(lambda *_: None)
    try:
        assert priced("cpu", findings(10), 100.0) == findings(10).cost
    finally:
        sys.setprofile(None)


def test_the_engines_own_clock_is_a_lower_bound() -> None:
    """A price that gives less than the engine's own clock saw is not believed."""
    assert priced("cpu", findings(1, own=50.0), 100.0).own == 50.0


def test_a_price_never_takes_the_whole_run() -> None:
    """However many events there were, something of the run was the program's."""
    assert priced("cpu", findings(10**12), 2.0).own == pytest.approx(0.97 * 2.0)


def test_a_process_that_is_about_to_end_runs_no_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recorder in a hurry (a signal ends the process, a child sums up) asks for no price."""
    from workbench.engines.base import Boundary
    from workbench.model.facts import Target, TargetKind

    monkeypatch.setattr("workbench.recorder.run.priced", None)
    recorder = Recorder("cpu")
    recorder.hurried = True
    recorder.start(Boundary())
    recorder.stop()
    assert recorder.recording(Target(TargetKind.BLOCK, "here")).cost.method.startswith("not measured")


def tiny(value: int) -> int:
    return value + 1


def calls() -> None:
    for number in range(500_000):
        tiny(number)


def few_calls() -> None:
    for number in range(30_000):
        tiny(number)


PROGRAMS: dict[str, Callable[[], None]] = {"cpu": calls, "lines": calls, "memory": few_calls}


@pytest.mark.timing
@pytest.mark.parametrize("engine", PROGRAMS)
def test_the_cost_is_what_pairs_of_runs_say(engine: str) -> None:
    """The time that a price gives is that by which runs under the engine are longer than those without; before 3.12 no more than it."""
    program, options = PROGRAMS[engine], dict[str, Any]()
    if engine != "cpu":
        options["functions"] = [program, tiny]
    bare, under, said = [], [], []
    for _ in range(9):
        begin = perf_counter()
        program()
        bare.append(perf_counter() - begin)
        with workbench.profile(engine, **options) as rec:
            program()
        under.append(rec.duration)
        said.append(rec.cost.own)
    ratio = statistics.median(said) / (min(under) - min(bare))
    if sys.version_info >= (3, 12):
        assert 0.65 < ratio < 1.5
    else:
        assert 0.3 < ratio < 1.5
        assert rec.cost.method.startswith("at least")


def test_pairs_run_the_target_with_and_without_the_engine_in_turns() -> None:
    """Each pair has as many runs under the engine as without it, and the first of the two is now the one and now the other."""
    seen: list[bool] = []

    def call() -> None:
        seen.append(sys.getprofile() is not None or profiled())
        end = perf_counter() + 0.3
        while perf_counter() < end:
            pass

    profile = workbench.profile_call(call, engine="cpu")
    seen.clear()
    cost = profile.measure_cost(3)
    assert seen == [False, True, False, False, True, True, False]
    assert "by 3 pairs of runs here" in cost.method
    assert cost == profile.cost == profile.recording.cost
    assert 0 <= cost.own < profile.duration


def profiled() -> bool:
    """Whether cProfile counts here, on Pythons where it is no profile function."""
    return sys.version_info >= (3, 12) and sys.monitoring.get_tool(sys.monitoring.PROFILER_ID) is not None


def test_pairs_are_refused_where_the_target_is_not_at_hand() -> None:
    """A block, an older call, and no pairs at all are refused with what to do."""
    old = workbench.profile_call(few_calls)
    with workbench.profile() as block:
        few_calls()
    workbench.profile_call(few_calls)
    for profile, pairs, said in ((old, 3, "not at hand"), (block, 3, "not at hand"), (workbench.last(), 0, "give 1")):
        with pytest.raises(UsageError, match=said):
            profile.measure_cost(pairs)
    with pytest.raises(UsageError, match="STATEMENT"):
        parse("--pairs 3", cell=True)


def test_a_statement_may_ask_for_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    """`%profile --pairs N statement` shows the cost that its pairs tell."""
    shell = InteractiveShell.instance()
    try:
        shell.run_line_magic("load_ext", "workbench")
        shell.run_cell("%profile cpu --pairs 2 sum(range(1000))")
        assert "by 2 pairs of runs here" in " ".join(capsys.readouterr().out.split())
        shell.run_line_magic("unload_ext", "workbench")
    finally:
        InteractiveShell.clear_instance()


@pytest.mark.timing
def test_pairs_find_what_an_engine_costs() -> None:
    """Calls that do nothing take longer under cProfile, and pairs say so; a program that only waits takes as long under any engine."""
    workbench.profile_call(calls, engine="cpu")
    assert float(workbench.last().measure_cost(5).method.split(" times")[0]) > 1.2
    workbench.profile_call(time.sleep, 0.25, engine="cpu")
    assert 0.97 < float(workbench.last().measure_cost(5).method.split(" times")[0]) < 1.03
