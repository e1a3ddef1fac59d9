"""`%%compare` and `%record_calls` in a real kernel: the cell runs natively, then what it defines is compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kernel import Kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.kernel, pytest.mark.xdist_group("kernel")]

OLD = """
%load_ext workbench
def unique(values):
    found = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    running = Kernel()
    try:
        assert running.run(OLD).status == "ok"
        assert running.run("def never_recorded(x): return x").status == "ok"
        yield running
    finally:
        running.stop()


def test_a_cell_is_run_as_it_is_and_then_compared(kernel: Kernel) -> None:
    """Top-level await, strings over several lines and line numbers are as without the magic; below stands one card, also as text."""
    assert kernel.run("%record_calls unique [unique([1, 2, 1, at]) for at in range(12)]").error is None
    ran = kernel.run(
        "%%compare --base unique --inputs recorded --budget 3s --generated 20 --as answer\n"
        "import asyncio\n"
        "await asyncio.sleep(0)\n"
        "text = '''one\n  two'''\n"
        "def unique_new(values):\n"
        "    return list(dict.fromkeys(values))\n"
    )
    assert ran.error is None, ran
    (shown,) = [data for data in ran.shown if "unique_new" in data.get("text/html", "")]
    assert "compare unique -> unique_new" in shown["text/plain"]
    assert "same results on 12 given" in shown["text/plain"]
    assert "<svg" in shown["text/html"]
    assert kernel.run("text, unique_new.__code__.co_firstlineno").result == "('one\\n  two', 6)"
    assert kernel.run("answer.same, answer.record.same.given").result == "(True, 12)"


def test_a_wrong_candidate_is_refused_in_the_cell(kernel: Kernel) -> None:
    """A set loses the order: the card says so with the call; the function of the cell is there all the same."""
    ran = kernel.run(
        "%%compare --base unique --inputs [([3,1,2,1],)] --budget 3s\ndef unique_set(values):\n    return list(set(values))\n"
    )
    assert ran.error is None, ran
    assert any("refused: B03" in data["text/plain"] for data in ran.shown), ran
    assert kernel.run("callable(unique_set)").result == "True"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%%compare", "needs the name of the function to compare with"),
        ("%%compare --bas unique", "did you mean '--base'"),
        ("%%compare --base unique --budget soon", "is no length of time"),
        ("%%compare --base unique --allow flots", "did you mean 'float'"),
        ("%%compare --base unique --generated few", "Option --generated does not take"),
    ],
)
def test_wrong_words_are_refused_and_the_cell_does_not_run(kernel: Kernel, line: str, said: str) -> None:
    """A line that is off says what would have been right, before anything below it runs."""
    ran = kernel.run(f"{line}\nnever = 1\n")
    assert said in ran.stderr + str(ran.error), ran
    assert kernel.run("'never' in globals()").result == "False"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%%compare --base unike --inputs [(1,)]\ndef f(x): return x", "did you mean 'unique'"),
        ("%%compare --base unique --inputs nowhere\ndef f(x): return x", "--inputs nowhere raised NameError"),
        ("%%compare --base unique --inputs [(1,)]\n1 + 1", "The cell defines no function to compare"),
        (
            "%%compare --base never_recorded --inputs recorded\ndef f(x): return x",
            "%record_calls never_recorded main()",
        ),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_line(kernel: Kernel, cell: str, said: str) -> None:
    """Names that lead nowhere, inputs that raise and cells without a function are told without a traceback; the cell has run."""
    ran = kernel.run(cell)
    assert ran.error is None, ran
    assert said in ran.stderr, ran


def test_a_cell_that_raises_is_not_compared(kernel: Kernel) -> None:
    """The traceback is the cell's own, with its line, and nothing is compared."""
    ran = kernel.run("%%compare --base unique --inputs [([1],)]\ndef f(values): return values\n1 / 0")
    assert ran.error is not None
    assert ran.error[0] == "ZeroDivisionError"
    assert "line 3" in ran.error[2] or "----> 3" in ran.error[2]
    assert not ran.shown


def test_an_unloaded_extension_leaves_no_magic(kernel: Kernel) -> None:
    """After %unload_ext neither magic is there, and loaded again both are."""
    kernel.run("%unload_ext workbench")
    gone = kernel.run("%record_calls unique unique([])")
    assert "not found" in gone.stderr, gone
    kernel.run("%load_ext workbench")
    assert kernel.run("%record_calls unique unique([1])").error is None


HIDDEN = """
import _thread
class Handle:
    # a type that hides its state behind a lock, which cannot be copied or looked into
    __slots__ = ("_lock", "number")
    def __init__(self, number):
        self._lock, self.number = _thread.allocate_lock(), number
def opened(values):
    return [Handle(value) for value in values]
def opened_quick(values):
    return list(map(Handle, values))
def opened_wrong(values):
    return [Handle(value + (value > 2)) for value in values]
"""


def test_a_type_that_hides_its_state_is_compared_as_it_is_registered(kernel: Kernel) -> None:
    """Without a comparison nothing can be said (B15); with one, given in the notebook, the worker process compares by it."""
    assert kernel.run(HIDDEN).error is None
    asked = "workbench.compare(opened, {}, inputs=[([1, 2, 3],)], budget=2, generated=0, progress=False)"
    assert kernel.run("import workbench").error is None
    assert kernel.run(f"{asked.format('opened_quick')}.code").result == "'B15'"
    told = "workbench.register_comparison(Handle, lambda a, b: '' if a.number == b.number else f'{a.number} became {b.number}')"
    assert kernel.run(told).error is None
    assert kernel.run(f"{asked.format('opened_quick')}.same").result == "True"
    ran = kernel.run(f"found = {asked.format('opened_wrong')}; found.code, found.record.said")
    assert "'B01'" in str(ran.result), ran
    assert "3 became 4" in str(ran.result)
    refused = kernel.run("workbench.register_comparison(3, None)")
    assert "takes a class and a function" in str(refused.error)
