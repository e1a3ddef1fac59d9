"""The specialist's loop, driven without a model: from "it is slow" to a verified report, or to the reason why it is not worth it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from specialist_cases import TASKS, Task, with_function
from specialist_driver import Solved, Tried, as_it_has_to, ratio_of, solved
from specialist_look import Hot, callers, look

ARTEFACTS = Path(__file__).parent / "artefacts"


@pytest.mark.timing
@pytest.mark.timeout(600)
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_is_solved(task: Task, tmp_path: Path) -> None:
    """By commands and prepared edits alone the hot function is found, the first edit refused, the next verified and applied, and the
    program's output is the same, byte for byte; where a change is not worth it, no candidate is written."""
    found, transcript = solved(task, tmp_path)
    said = as_it_has_to(task, found)
    if said:
        ARTEFACTS.mkdir(exist_ok=True)
        kept = ARTEFACTS / f"specialist-{task.name}.txt"
        kept.write_text(transcript, "utf-8")
        pytest.fail(f"{said}. The transcript is in {kept}.")
    if found is not None and found.verdict == "undecided":
        pytest.skip(f"{found.why}: {[one.code for one in found.tried]}")


def test_there_are_decoys() -> None:
    """Each task has edits of functions that are not hot, and each but that which is not worth it two edits of one that is."""
    for task in TASKS:
        edits = task.edits()
        assert set(edits) - set(task.hot), task.name
        assert task.outcome != "verified" or max(len(edits.get(name, [])) for name in task.hot) > 1, task.name


def test_one_function_is_replaced() -> None:
    """The edit stands where the function was, with its decorators, and all else is as it was."""
    program = "a = 1\n\n\n@one\ndef f():\n    return 1\n\n\ndef g():\n    return 2\n"
    assert with_function(program, "def f():\n    return 3\n\n") == program.replace("@one\n", "").replace(
        "1\n\n\ndef g", "3\n\n\ndef g"
    )
    with pytest.raises(LookupError, match="no function h"):
        with_function(program, "def h(): ...")


def test_the_hot_function_is_where_own_lines_are_innermost() -> None:
    """A caller has as much in all, and comes after what it calls; a comprehension counts as lines of its function; others' code does not
    come at all."""

    def row(name: str, share: float, itself: float, owner: str = "own") -> dict[str, object]:
        place = {"function": name, "file": "a.py", "owner": owner, "handle": f"f-{name}"}
        return place | {"share": share, "plus_minus": 0.1, "self_share": itself, "ceiling": None}

    def line(name: str, here: float) -> dict[str, object]:
        return {"function": name, "file": "a.py", "where": f"a.py:{name}", "here_share": here}

    inner = "ask.<locals>.<listcomp>"
    functions = [row("main", 1.0, 0.0), row("compress", 0.8, 0.5, "stdlib"), row("ask", 0.8, 0.1), row(inner, 0.2, 0.2)]
    lines = [line("main", 0.5), line("ask", 0.4), line(inner, 0.2), line("main", 0.05)]
    seen = look({"functions": functions, "lines": lines})
    assert [one.name for one in seen.hot] == ["ask", "main"]
    top = seen.hot[0]
    assert (top.line, top.handle, top.ceiling) == ("a.py:ask", "f-ask", float("inf"))
    assert top.own == pytest.approx(0.3)
    assert top.most == pytest.approx(1 / 0.7)
    calls = [{"function": "main", "file": "a.py", "amount": 1.0}, {"function": "run", "file": "b.py", "amount": 2.0}]
    assert list(callers({"callers": calls}, seen)) == [seen.hot[1]]


def test_what_ends_otherwise_is_told() -> None:
    """A decoy changed, a wrong edit verified, and a task given up differ from what has to come; a machine that cannot decide does not."""
    task = next(one for one in TASKS if one.name == "source_words")
    hot = Hot("words", "a.py", "f1", 0.9, 0.1, 0.9, 0.9, 10.0, "a.py:1")
    refused, right = Tried("words", "B01", None), Tried("words", "", (5.0, 4.0, 6.0))
    found = Solved(task.name, hot, "verified", "", (refused, right), report=1, same_output=True)
    assert as_it_has_to(task, found) == ""
    assert as_it_has_to(task, replace(found, verdict="undecided", tried=(refused, Tried("words", "U01", None)))) == ""
    assert "a wrong edit was verified" in as_it_has_to(task, replace(found, tried=(right,)))
    assert "changed ['row']" in as_it_has_to(task, replace(found, tried=(Tried("row", "B01", None), right)))
    assert "given up in place" in as_it_has_to(task, replace(found, verdict="given up", tried=(refused, refused)))
    assert "not to one of" in as_it_has_to(task, replace(found, tried=(Tried("words", "P01", None), right)))
    assert "the output has changed" in as_it_has_to(task, replace(found, same_output=False))


def test_the_ratio_is_among_the_numbers() -> None:
    """Its interval too; there is none where nothing was timed."""
    numbers = {"ratio": 5.2, "low": 4.9, "high": 5.5, "pairs": 8.0}
    assert ratio_of({"checks": [{"item": "performance", "numbers": numbers}]}) == (5.2, 4.9, 5.5)
    assert ratio_of({"checks": [{"item": "performance", "numbers": {}}]}) is None
