"""The specialist's loop, driven without a model: from "it is slow" to a verified report, or to the reason why it is not worth it."""

from __future__ import annotations

from pathlib import Path

import pytest
from specialist_cases import TASKS, Task, with_function
from specialist_driver import as_it_has_to, hottest, interval, solved

ARTEFACTS = Path(__file__).parent / "artefacts"


@pytest.mark.timing
@pytest.mark.timeout(900)
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
    """A caller has as much in all, and comes after what it calls; a function of others does not come at all."""

    def row(name: str, total: float, owner: str = "own") -> dict[str, object]:
        return {
            "function": name,
            "file": "a.py",
            "owner": owner,
            "total": total,
            "share": total,
            "plus_minus": 0.1,
            "self_share": 0.0,
        }

    def line(name: str, here: float) -> dict[str, object]:
        return {"function": name, "file": "a.py", "where": f"a.py:{name}", "here": here}

    functions = [
        row("main", 1.0),
        row("compress", 0.8, "stdlib"),
        row("ask", 0.8),
        row("all", 0.8),
        row("read", 0.15),
        row("few", 0.05),
    ]
    lines = [line("main", 0.0), line("ask", 0.5), line("ask", 0.3), line("read", 0.15), line("few", 0.05)]
    found = hottest({"functions": functions, "lines": lines, "whole": 1.0})
    assert [one.name for one in found] == ["ask", "all", "main", "read"]
    assert found[0].line == "a.py:ask"


def test_the_interval_is_read_from_the_evidence() -> None:
    """As it is written there; nothing is known where nothing was timed."""
    assert interval({"checks": [{"item": "performance", "evidence": {"ratio": "5.2x (4.9 to 5.5)"}}]}) == (4.9, 5.5)
    assert interval({"checks": [{"item": "performance", "evidence": {}}]}) == (0.0, float("inf"))
