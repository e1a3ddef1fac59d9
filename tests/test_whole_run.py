"""The program as a whole, run with the target and with a candidate in its place: the same result, and what of the time it saves."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import math
import subprocess
import sys
from dataclasses import replace
from types import FunctionType
from typing import TYPE_CHECKING, Any

import pytest
from small_project import FASTER, MODULE, OLD, Project, small_project

import workbench
from workbench.model.check import Status
from workbench.model.whole import WholeRun
from workbench.study.checks.edges import Edges
from workbench.study.checks.performance import Performance, measured
from workbench.study.making import function_from
from workbench.study.strict.compare import Rules
from workbench.study.whole import reached, standing_in, whole_run, whole_run_in_place
from workbench.study.workloads import command_workload

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

SCALE = 2
CALLS: list[str] = []


def target(x: int, more: int = 1) -> int:
    CALLS.append("old")
    return x * SCALE + more


def same(x: int, more: int = 1) -> int:
    CALLS.append("new")
    return more + SCALE * x


def other(x: int, more: int = 2) -> int:
    return x * SCALE + more


def raises(x: int, more: int = 1) -> int:
    raise KeyError(x)


def again(x: int, more: int = 1) -> int:
    return again(x - 1, more) if x else more


def program() -> list[int]:
    return [target(at) for at in range(5)]


def run(new: Callable[..., Any], workload: Callable[[], object] = program, budget: float = 5.0) -> WholeRun:
    return whole_run_in_place(workload, target, new, Rules(), budget)


def test_runs_go_in_pairs_which_first_by_turns() -> None:
    """Whoever holds the target calls the candidate during its runs, with its own defaults, and the target before and after."""
    CALLS.clear()
    found = run(same)
    assert (len(found.old), len(found.new), found.differs, found.said) == (5, 5, "", "")
    assert CALLS[::5] == ["old", "new", "new", "old", "old", "new", "new", "old", "old", "new"]
    assert target(1) == 3
    assert CALLS[-1] == "old"


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (other, "result is another one: 1 became 2"),
        (raises, "ends with KeyError: 0"),
        (again, "calls itself under another"),
    ],
)
def test_another_result_or_an_exception_is_said(new: Callable[..., Any], said: str) -> None:
    """The program's own result, or its end by an exception, is held against that with the old code."""
    found = run(new)
    assert said in found.differs + found.said
    assert target(1) == 3


def test_a_program_that_differs_from_itself_says_nothing() -> None:
    """Where two runs of the old code differ, a difference of the new one refuses nothing."""
    runs = iter(range(100))
    for new in (same, other):
        found = run(new, lambda: (program(), next(runs)))
        assert (found.differs, "from run to run" in found.said) == ("", True)


def test_what_the_old_code_raises_is_raised() -> None:
    """A program that cannot be run at all is not a finding about the candidate; the target is as it was afterwards."""

    def broken() -> None:
        program()
        raise OSError("no such file")

    before = target.__code__
    with pytest.raises(OSError, match="no such file"):
        run(same, broken)
    assert target.__code__ is before


def test_a_run_that_is_too_long_is_not_timed() -> None:
    """With time for one pair only nothing is said of the time, and why; the result was compared all the same."""
    assert "was not timed: two runs take" in run(same, budget=0.0).said
    assert "another one" in run(other, budget=0.0).differs


def test_a_program_that_never_comes_by_is_said() -> None:
    """A program that calls another copy of the function, or none, is not taken for one that gives the same."""
    copy = FunctionType(target.__code__, target.__globals__, "copy", target.__defaults__)
    found = run(same, lambda: [copy(at) for at in range(5)])
    assert "another copy of the function" in found.said
    assert found.old == ()


def plain_items(first: int, *rest: int, last: int = 9) -> list[int]:
    return [first, *rest, last]


def items(first: int, *rest: int, last: int = 9) -> Iterator[int]:
    yield first
    yield from rest
    yield last


async def awaited_items(first: int, *rest: int, last: int = 9) -> list[int]:
    await asyncio.sleep(0)
    return [first, *rest, last]


async def async_items(first: int, *rest: int, last: int = 9) -> AsyncIterator[int]:
    for item in (first, *rest, last):
        yield item


def carried_through(value: Any) -> list[int]:
    """A function's items, however they come."""
    if hasattr(value, "__await__"):
        return asyncio.run(value)  # type: ignore[no-any-return]
    if not hasattr(value, "__anext__"):
        return list(value)

    async def drained() -> list[int]:
        return [item async for item in value]

    return asyncio.run(drained())


@pytest.mark.parametrize("function", [plain_items, items, awaited_items, async_items])
def test_the_first_call_is_noticed_and_goes_on(function: Any) -> None:
    """The probe changes nothing but that it is noticed: arguments, defaults, the kind of function, and the code afterwards."""
    before, kinds = function.__code__, inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
    with reached(function) as seen:
        assert seen == []
        assert function.__code__.co_flags & kinds == before.co_flags & kinds
        assert carried_through(function(1, 2, 3)) == [1, 2, 3, 9]
        assert function.__code__ is before
    assert seen == [True]


def test_functions_of_two_kinds_do_not_stand_in_for_each_other() -> None:
    """A generator's code in a plain function's place is not tried, as Python is about to forbid it."""
    found = whole_run_in_place(lambda: list(items(1)), items, plain_items, Rules(), 0.2)
    assert "one of the two gives its items one by one" in found.said
    assert carried_through(items(1)) == [1, 9]


def test_names_that_the_module_has_not_are_said() -> None:
    """A candidate made elsewhere, with names of its own, cannot stand in the target's place."""
    lone = function_from("def f(x, more=1):\n    return math.floor(x * 2) + more\n", same)
    assert "same" not in run(lone).said
    assert "another one" not in run(lone).differs
    made: dict[str, Any] = {"SCALE": 3}
    exec("def f(x, more=1):\n    return x * SCALE + MORE\n", made)
    assert "uses MORE, which neither the target's module has nor the candidate's" in run(made["f"]).said
    made["MORE"] = 1
    exec("def g(x, more=1):\n    return x * SCALE\n", made)
    assert "its SCALE is another one" in run(made["g"]).said
    assert math.isnan(WholeRun((), ()).ratio)


def test_standing_in_ends_with_an_exception_too() -> None:
    """However the block ends, the target is itself again."""
    with pytest.raises(KeyError), standing_in(target, raises):
        target(1)
    assert target(1) == 3


def test_what_the_items_make_of_it() -> None:
    """Five pairs in which the whole was slower refuse; fewer, or one faster one, do not; another result refuses by itself."""
    from test_checks import case

    def answers(whole: WholeRun) -> tuple[Status, Status]:
        one = case(whole=whole)
        return Performance().run(one).status, Edges().run(one).status

    assert answers(WholeRun((1.0,) * 5, (1.1,) * 5)) == (Status.FAIL, Status.PASS)
    assert answers(WholeRun((1.0,) * 5, (1.1,) * 4 + (0.9,))) == (Status.PASS, Status.PASS)
    assert answers(WholeRun((1.0,) * 4, (1.1,) * 4)) == (Status.PASS, Status.PASS)
    assert answers(WholeRun((), (), differs="1 became 2")) == (Status.PASS, Status.FAIL)
    assert (
        measured(WholeRun((2.0, 4.0), (1.0, 1.0)))[0][1] == "3x by the median of 2 pairs (2 to 4): 3.00 s became 1.00 s"
    )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    with small_project(tmp_path, monkeypatch) as found:
        yield found


def test_what_a_script_prints_is_its_result(project: Project) -> None:
    """A program begun from a shell is held to what it prints."""
    index, program = project.words.index, command_workload(["run.py"], project.root)
    quick = function_from(FASTER, index)
    found = whole_run_in_place(program, index, quick, Rules(), 20.0)
    assert (found.differs, found.said, len(found.old)) == ("", "", 5)
    wrong = function_from(FASTER.replace("append(at)", "append(at)\n        found['x'] = []"), index)
    assert "another one" in whole_run_in_place(program, index, wrong, Rules(), 20.0).differs


def test_declared_output_is_not_compared(project: Project) -> None:
    """Where other output was declared, a program from a shell is timed, and what it prints is held against nothing."""
    index, program = project.words.index, command_workload(["run.py"], project.root)
    wrong = function_from(FASTER.replace("append(at)", "append(at)\n        found['x'] = []"), index)
    found = whole_run_in_place(replace(program, quiet=True), index, wrong, Rules(), 20.0)
    assert (found.differs, len(found.old)) == ("", 5)


def test_a_script_that_is_its_own_module_runs_with_the_candidate_in_its_text(project: Project) -> None:
    """The target is in the script itself: the script's text with the candidate is run; the function as it was imported is not called."""
    text = MODULE + "\n\nif __name__ == '__main__':\n    print(main())\n"
    (project.root / "own.py").write_text(text)
    own = importlib.import_module("own")
    program = command_workload(["own.py"], project.root)
    found = whole_run_in_place(program, own.index, function_from(FASTER, own.index), Rules(), 20.0)
    assert "another copy" in found.said
    found = whole_run(program, replace(program, text=text.replace(OLD, FASTER)), Rules(), 20.0)
    assert (found.differs, found.said, len(found.old)) == ("", "", 5)
    other = text.replace(OLD, FASTER).replace("total = 0", "total = 1")
    assert "another one" in whole_run(program, replace(program, text=other), Rules(), 20.0).differs
    del sys.modules["own"]


@pytest.mark.timing
def test_a_study_measures_the_whole_run(project: Project) -> None:
    """What the run as a whole gains stands beside what Amdahl's law foresees, and its result is an edge case of its own."""
    study = workbench.Study(project.root / "study", target=project.words.index, workload=project.words.main)
    study.profile()
    study.record()
    study.candidate(FASTER)
    found = study.verify(budget="12s")
    performance, edges = found.record.checks[0], found.record.checks[4]
    assert "by the median of 5 pairs" in dict(performance.evidence)["whole run, measured"], found.text()
    assert dict(edges.evidence)["the program's result"] == "the same in 5 runs"
    assert subprocess.run([sys.executable, "run.py"], cwd=project.root, check=False).returncode == 0
