"""`workbench.bench` and `%bench`: what is measured and in how many processes, what is said beside it, and what is refused."""

from __future__ import annotations

import asyncio
import json
import math
import signal
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from IPython.core.error import UsageError as IPythonUsageError
from IPython.core.interactiveshell import InteractiveShell

from workbench.errors import UsageError
from workbench.face.bench import Measured, bench
from workbench.magics.bench import as_function, install, parse_bench, usage
from workbench.model.one import One
from workbench.model.samples import SAMPLE_COLUMNS, Samples
from workbench.study.held import Held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def by_value() -> tuple[Any, Any, Any]:
    """A function, a coroutine function and a generator function that travel by value, so that no worker imports this file."""

    def work(times: int) -> int:
        total = 0
        for at in range(times):
            total += at & 3
        return total

    async def awaited(times: int) -> int:
        await asyncio.sleep(0)
        return work(times)

    def items(times: int) -> Iterator[int]:
        for at in range(20):
            yield work(times) + at

    return work, awaited, items


work, awaited, items = by_value()


def raising(value: int) -> int:
    if value:
        raise ValueError(f"no {value}s here")
    return value


def sorting(values: list[int]) -> None:
    values.sort()


def nothing() -> None:
    return None


def made(walls: list[list[float]], **others: Any) -> One:
    """A record of processes whose samples took these seconds."""
    rows = [
        {"process": process, "round": at, "calls": 10, "first": False, "wall": wall, "cpu": wall}
        for process, found in enumerate(walls)
        for at, wall in enumerate(found)
    ]
    blank: dict[str, Any] = {"name": "f", "noun": "call", "inputs": 1, "empty": math.nan, "seconds": 1.0, "planned": 8}
    blank |= {"here": False, "mutates": False, "raised": {}, "returned": 1, "notes": ()}
    rank = (1, 0.03) if len(walls) >= 6 else (0, 0.0)
    return One.of(Samples.of(rows), [0.5] * len(walls), rank, **(blank | others))


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    running = InteractiveShell.instance()
    install(running)
    try:
        yield running
    finally:
        InteractiveShell.clear_instance()


@pytest.mark.timing
def test_four_times_the_work_takes_four_times_as_long() -> None:
    """A known answer: the same loop, four times as often, measured for itself each time. A process has one of two speeds on some machines,
    1.4 times apart, whichever memory it is given."""
    short, long = in_turns(
        lambda: bench(work, inputs=[(2_000,)], budget="2s"), lambda: bench(work, inputs=[(8_000,)], budget="2s")
    )
    assert 2.7 < least(long) / least(short) < 6
    for one in (*short, *long):
        assert one.median == pytest.approx(one.points.groupby("process")["wall"].median().median())


def in_turns(*measures: Callable[[], Measured]) -> list[list[Measured]]:
    """Three measurements of each, in turns, so that a slow while of the machine meets them all."""
    rounds = [[measure() for measure in measures] for _ in range(3)]
    return [list(one) for one in zip(*rounds, strict=True)]


def least(found: list[Measured]) -> float:
    """Processor seconds of a call in the process that was disturbed least: what the call costs, whatever else the machine does."""
    return min(float(one.points.groupby("process")["cpu"].median().min()) for one in found)


@pytest.mark.timing
def test_a_coroutine_and_a_generator_are_carried_through() -> None:
    """What is awaited or consumed costs its work: a coroutine as much as a function, 20 items 20 times that."""
    plain, other, many = in_turns(
        *(partial(bench, one, inputs=[(3_000,)], budget="1s") for one in (work, awaited, items))
    )
    assert 0.6 < least(other) / least(plain) < 3
    assert 10 < least(many) / least(plain) < 40


def test_the_median_is_over_processes_and_the_interval_between_their_ranks() -> None:
    """One process that is off and single outliers move neither the median nor count as an interval's middle; the bare mean is moved."""
    one = Measured(made([[1.0, 1.0, 7.0], [1.1] * 3, [1.0] * 3, [1.2] * 3, [1.1] * 3, [9.0] * 3, [1.05] * 3]))
    assert one.median == pytest.approx(1.1)
    assert one.interval == (1.0, 9.0)
    assert one.spread == pytest.approx(9.0)
    assert (one.cold, one.loops) == (0.5, 10)
    assert one.timeit.mean == pytest.approx(3.0)
    assert one.timeit.deviation == pytest.approx(np.std([1, 1, 7]))
    assert "3.00 s ± 2.83 s" in one.text().splitlines()[-1]
    assert "as %timeit would say it (one process, mean)" in one.text()


def test_too_few_processes_have_no_interval() -> None:
    """With five processes the interval is not known, and the text says how many there was room for."""
    one = Measured(made([[1.0, 1.1]] * 5))
    assert all(map(math.isnan, one.interval))
    assert "95 %" not in one.text()
    assert "room for 5 of 8 processes, too few for an interval" in one.text()


def test_text_json_and_html_agree() -> None:
    """All three give the same headline; the JSON is strict and has null for what is not known; hostile names are escaped."""
    one = Measured(made([[1.0, 1.1]] * 3, name="<script>f", raised={"ValueError: <b>": 2}, notes=("lost & found",)))
    found = json.loads(json.dumps(one.json(), allow_nan=False))
    assert found["headline"] in one.text()
    assert found["headline"] in one._repr_html_()
    assert (found["kind"], found["low"], found["median"]) == ("bench", None, pytest.approx(1.05))
    assert "samples" not in found
    assert "raises ValueError: <b> (2 of 3 inputs)" in one.text()
    html = one._repr_html_()
    assert "<script>" not in html
    assert "<b>" not in html
    assert html.count("process 3") == 1
    assert "<svg" in html
    assert repr(one) == one.text()
    assert max(map(len, one.text(width=72).splitlines())) <= 72


def test_a_short_budget_has_fewer_processes_and_the_points_of_each() -> None:
    """Every sample is there with its process, rounds counted from 0 in each; how many processes there were is said."""
    seen: list[tuple[int, int, float]] = []
    one = bench(work, inputs=[(500,), (600,)], budget="1.2s", progress=lambda *moved: seen.append(moved))
    points = one.points
    assert list(points.columns) == list(SAMPLE_COLUMNS)
    assert 1 <= one.record.processes < 8
    assert [moved[0] for moved in seen] == list(range(1, one.record.processes + 1))
    assert all(list(rows["round"]) == list(range(len(rows))) for _, rows in points.groupby("process"))
    assert "the budget had room for" in one.text()
    assert one.median > 0
    assert one.cold > 0


def test_exceptions_are_said() -> None:
    """Calls that raise are timed like others, and the answer has the exception and on how many inputs."""
    one = bench(raising, inputs=[(0,), (1,), (2,)], budget="0.5s")
    assert one.record.raised == {"ValueError: no 1s here": 1, "ValueError: no 2s here": 1}
    assert "raises ValueError: no 2s here (1 of 3 inputs)" in one.text()
    assert one.median > 0


def test_an_input_that_cannot_be_copied_is_counted() -> None:
    """The others are measured, and how many were left out is said with the reason."""
    one = bench(bool, inputs=[(threading.Lock(),), (3,)], budget="0.5s")
    assert "1 of the inputs could not be copied: argument 1 is a lock" in one.text()
    assert one.record.inputs == 1


def test_changed_arguments_are_given_anew() -> None:
    """A call that sorts its argument in place gets an unsorted one each time, and the answer says so."""
    assert "calls change their arguments" in bench(sorting, inputs=[([3, 1, 2],)], budget="0.5s").text()
    assert "calls change their arguments" not in bench(len, inputs=[([3, 1, 2],)], budget="0.5s").text()


def keeping() -> dict[str, Any]:
    """Functions that keep something from call to call, and one that does not, in a module of their own that no worker can import."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(KEEPING, names)
    return names


KEEPING = """
import re, threading
SEEN, TABLE, COUNT, LIMIT = [], {1: 2}, 0, 10 ** 6
LOCK = threading.Lock
WORD = re.compile("a")

class Counter:
    total = []
    def __init__(self):
        self.many = 0
    def count(self):
        self.many += 1

def slower():
    SEEN.append(len(SEEN))
    return sum(SEEN)

def through_another():
    return slower()

def step():
    SEEN.append(0)
    return sum(range(500 if len(SEEN) < 2000 else 2500))

def counting():
    global COUNT
    COUNT += 1

def of_a_class():
    Counter.total.append(1)

def default(found=[]):
    found.append(1)

def cell():
    found = {}
    def put():
        found[len(found)] = 1
    return put

def steady(found=()):
    return LIMIT + len(SEEN) + TABLE[1] + len(WORD.findall("banana")) + len([one for one in range(20)])

put, count = cell(), Counter().count
"""


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("slower", ("SEEN",)),
        ("through_another", ("SEEN",)),
        ("counting", ("COUNT",)),
        ("of_a_class", ("Counter.total",)),
        ("default", ("default 1 of default",)),
        ("put", ("found",)),
        ("count", ("self",)),
        ("steady", ()),
    ],
)
def test_what_calls_change_is_named(name: str, changes: tuple[str, ...]) -> None:
    """Globals, also of functions that it calls, class attributes, defaults, closed-over names and its object, where calls change them."""
    one = bench(keeping()[name], budget="0.5s")
    assert not one.record.here
    assert one.record.changes == changes
    assert bool(changes) == (f"note: the function changes {''.join(changes)}: later calls " in one.text())
    assert one.json()["changes"] == list(changes)


def test_what_is_held_is_looked_at_without_touching_it() -> None:
    """An iterator goes on where the calls left it; a list too large for a copy is told by its length; a lock stays a lock."""
    numbers, many, lock = iter(range(9)), list(range(200_000)), threading.Lock()

    def draws() -> int:
        with lock:
            many.append(1)
            return next(numbers)

    held = Held(draws)
    assert held.changed() == []
    assert draws() == 0
    assert held.changed() == ["many", "numbers"]
    assert draws() == 1


@pytest.mark.timing
def test_calls_that_become_slower_are_told() -> None:
    """A function that does more once it has seen enough calls is slower at the end of each process, which the answer says; a steady one
    is not."""
    one = bench(keeping()["step"], budget="4s")
    assert one.record.growth > 1.25
    said = "the function changes SEEN: later calls are not the same work as the first, they take"
    assert said in " ".join(one.text().split())
    assert math.isnan(bench(keeping()["steady"], budget="2s").record.growth)


@pytest.mark.parametrize(
    ("walls", "growth"),
    [
        ([[1.0, 1.0, 1.5, 1.5, 1.5, 1.5, 2.0, 2.0]] * 2, math.nan),
        ([[1.0, 1.0, 1.5, 1.5, 1.5, 1.5, 2.0, 2.0]] * 3, 2.0),
        ([[1.0, 1.0, 1.1, 1.1, 1.1, 1.1, 1.2, 1.2]] * 8, math.nan),
        ([[1.0, 1.0, 1.5, 1.5, 1.5, 1.5, 2.0, 2.0]] * 6 + [[1.0] * 8] * 2, 2.0),
        ([[1.0, 1.0, 1.5, 1.5, 1.5, 1.5, 2.0, 2.0]] * 5 + [[1.0] * 8] * 3, math.nan),
        ([[2.0, 2.0, 1.5, 1.5, 1.5, 1.5, 1.0, 1.0]] * 3, math.nan),
        ([[1.0, 2.0]] * 8, math.nan),
    ],
)
def test_growth_is_told_where_three_of_four_processes_show_it(walls: list[list[float]], growth: float) -> None:
    """The last quarter's mean over the first one's; none where it is a fifth only, where fewer processes show it, or there are fewer than
    three, where calls become faster, or where there are too few samples to say."""
    assert made(walls).growth == pytest.approx(growth, nan_ok=True)
    said = any("later calls are not the same work as the first" in said for said in made(walls).remarks)
    assert said == math.isfinite(growth)


def test_growth_needs_all_inputs_at_both_ends() -> None:
    """Where a quarter of the samples has not seen each input often enough, its mean may be that of the slow ones, and nothing is said."""
    walls = [[1.0, 1.0, 1.5, 1.5, 1.5, 1.5, 2.0, 2.0]] * 8
    assert made(walls, inputs=4).growth == pytest.approx(2.0)
    assert math.isnan(made(walls, inputs=5).growth)


def test_what_cannot_travel_is_measured_here() -> None:
    """A function that holds a lock stays in this process: it is measured, without an interval or a cold call, and that is said."""
    lock = threading.Lock()

    def held() -> None:
        with lock:
            print("nobody sees this")

    one = bench(held, budget="0.4s")
    assert one.record.here
    assert "this process only" in one.text()
    assert "lock" in one.text()
    assert math.isnan(one.cold)
    assert one.median > 0


@pytest.mark.parametrize(
    ("function", "options", "said"),
    [
        (work, {}, "work cannot be called without arguments: missing a required argument: 'times'"),
        (work, {"inputs": []}, "There are no inputs to call work with"),
        (work, {"inputs": [3]}, "An input is a tuple of arguments, and this is a int"),
        (work, {"inputs": [(1,)], "budget": "soon"}, "is no length of time"),
        (work, {"inputs": "recorded"}, "There are no recorded inputs of work"),
        (nothing(), {}, "bench needs a function, and this is a NoneType"),  # type: ignore[func-returns-value]
    ],
)
def test_what_is_off_is_refused_with_what_would_be_right(function: Any, options: Any, said: str) -> None:
    """Nothing runs where the function, the inputs or the budget are off."""
    with pytest.raises(UsageError, match=said.replace("(", r"\(")):
        bench(function, **options)


def test_a_call_too_long_for_the_budget_is_told_at_once() -> None:
    """Where five calls would take far more than the budget, the answer names a budget that would do."""
    with pytest.raises(UsageError, match=r"One call of work takes .* Give budget='\d+s' or more"):
        bench(work, inputs=[(3_000_000,)], budget="0.02s")


def test_an_interrupt_keeps_what_is_there() -> None:
    """Ctrl-C after the first process of several ends the measurement, which then has that one and says so."""
    seen: list[int] = []

    def moved(done: int, planned: int, left: float) -> None:
        seen.append(planned)
        signal.raise_signal(signal.SIGINT)

    one = bench(work, inputs=[(500,)], budget="8s", progress=moved)
    assert len(seen) == 1
    assert seen[0] > 1
    assert one.record.processes == 1
    assert one.median > 0
    assert f"interrupted after 1 of {seen[0]} processes" in one.text()
    assert "room for" not in one.text()


def test_an_interrupt_before_anything_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C before the first process is done gives an answer without figures, in all three forms."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.study.bench.run_job", interrupted)
    one = bench(work, inputs=[(500,)])
    assert math.isnan(one.median)
    assert "nothing was measured" in one.text()
    assert "interrupted before anything was measured" in one._repr_html_()
    assert one.json()["median"] is None
    assert not len(one.points)


@pytest.mark.parametrize(
    ("source", "awaits"),
    [
        ("await f()", True),
        ("[x async for x in f()]", True),
        ("async def g():\n    await f()\nlater = g", False),
        ("for at in range(3):\n    pass\nlater = lambda: 1", False),
    ],
)
def test_a_statement_becomes_the_body_of_a_function(source: str, awaits: bool) -> None:
    """Of a coroutine function where it awaits by itself, of a plain one otherwise; the names it sets are its own."""
    names: dict[str, Any] = {}
    function = as_function(source, names)
    assert bool(function.__code__.co_flags & 0x80) == awaits
    assert function.__globals__ is names
    if not awaits:
        function()
        assert set(names) <= {"__builtins__"}


def test_a_line_and_a_cell_are_measured(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    """%bench takes the notebook's names and its setup's, which do not stay; %%bench takes several lines, with await."""
    shell.run_cell("def double(value):\n    return [value] * 2\n").raise_error()
    shell.run_cell("%bench --budget 0.5s --setup 'more = 3' --as found double(more)").raise_error()
    found = shell.user_ns["found"]
    assert isinstance(found, Measured)
    assert not found.record.here
    assert found.median > 0
    assert "more" not in shell.user_ns
    assert "bench double(more)" in capsys.readouterr().out
    shell.run_cell(
        "%%bench --budget 0.5s --as cell\nimport asyncio\nawait asyncio.sleep(0)\nhere = double(4)\n"
    ).raise_error()
    assert shell.user_ns["cell"].record.name == "import asyncio …"
    assert not shell.user_ns["cell"].record.raised
    assert "here" not in shell.user_ns
    assert "a run" in capsys.readouterr().out


def test_a_statement_that_cannot_travel_is_measured_here(shell: InteractiveShell) -> None:
    """A notebook's lock keeps it in this process, which the answer says."""
    shell.run_cell("import threading\nlock = threading.Lock()").raise_error()
    shell.run_cell("%bench --budget 0.4s --as found lock.locked()").raise_error()
    assert shell.user_ns["found"].record.here
    assert "this process only" in shell.user_ns["found"].text()


def test_a_statement_that_changes_the_notebooks_names_is_told(shell: InteractiveShell) -> None:
    """What it puts into a notebook's list stays there from run to run, which the answer says; the notebook's own list stays as it is."""
    shell.run_cell("found = []").raise_error()
    shell.run_cell("%bench --budget 0.4s --as answer found.append(1)").raise_error()
    assert (
        "the statement changes found: later runs may not be the same work as the first"
        in shell.user_ns["answer"].text()
    )
    assert shell.user_ns["found"] == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--budgt 3s f()", "did you mean '--budget'"),
        ("--budget soon f()", "is no length of time"),
        ("--setup 'x =' f()", "Option --setup does not take 'x ='"),
        ("--as 1x f()", "it must be a Python name"),
        ("--budget", "Option --budget needs a value"),
        ("", "%bench needs a statement"),
        ("--setup '1/0' f()", "--setup raised ZeroDivisionError"),
        ("unheard_of()", "The statement raises NameError: name 'unheard_of' is not defined"),
    ],
)
def test_wrong_words_are_refused(shell: InteractiveShell, line: str, said: str) -> None:
    """A line that is off says what would have been right, and nothing is measured."""
    with pytest.raises(IPythonUsageError) as refused:
        shell.run_line_magic("bench", line)
    assert said in str(refused.value)


def test_the_words_of_a_line() -> None:
    """Options come first, in quotes or after =; what follows is the statement as it stands, also where it has dashes and quotes."""
    words = parse_bench("""--setup="x = 'a b'" --budget 2min f(x, "--as")""", cell=False)
    assert words.statement == """f(x, "--as")"""
    assert words.values == {"--setup": "x = 'a b'", "--budget": 120.0}
    with pytest.raises(UsageError, match="takes no code on its own line"):
        parse_bench("f()", cell=True)


def test_help_names_all_options(shell: InteractiveShell) -> None:
    """%bench? has each option."""
    shown = shell.find_line_magic("bench").__doc__
    assert shown == usage()
    assert all(option in usage() for option in ("--budget", "--setup", "--as", "%%bench"))
