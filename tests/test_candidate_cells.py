"""`%%candidate` in a real kernel: the cell runs natively, then what it defines is a candidate of a study, and verified where asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kernel import Kernel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.kernel, pytest.mark.xdist_group("kernel")]

OLD = """
%load_ext workbench
import workbench
def unique(values):
    found = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
def main():
    return [unique([number % 50 for number in range(at, at + 200)]) for at in range(10)]
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    running = Kernel()
    folder: Path = tmp_path_factory.mktemp("studies")
    try:
        assert running.run(OLD).status == "ok"
        assert running.run(f"%cd -q {folder}").status == "ok"
        assert (
            running.run("%%candidate\ndef f(x): return x")
            .stderr.strip()
            .startswith("workbench: Which study? Here there is none")
        )
        assert running.run("study = workbench.Study('one', target=unique, workload=main)").error is None
        assert running.run("recorded = study.record()").error is None
        yield running
    finally:
        running.stop()


def test_a_cell_is_run_as_it_is_and_then_kept(kernel: Kernel) -> None:
    """Top-level await and line numbers are as without the magic; the cell's last function is kept, by its own text."""
    ran = kernel.run(
        "%%candidate --note 'a dict keeps the order'\nimport asyncio\nawait asyncio.sleep(0)\n"
        "def unique_new(values):\n    return list(dict.fromkeys(values))\n"
    )
    assert ran.error is None, ran
    assert any("c1          not verified yet; a dict keeps the order" in data["text/plain"] for data in ran.shown), ran
    assert kernel.run("unique_new.__code__.co_firstlineno").result == "4"
    sources = kernel.run("[path.read_text() for path in study.path.rglob('*candidate.py')]").result
    assert sources == repr(["def unique_new(values):\n    return list(dict.fromkeys(values))\n"])


def test_a_candidate_is_verified_where_that_is_asked_for(kernel: Kernel) -> None:
    """With `--verify` the cell shows the checklist, as text and as a card."""
    ran = kernel.run(
        "%%candidate study --verify --budget 3s --new lossy\ndef lossy(values):\n    return sorted(set(values))\ndef other():\n    pass\n"
    )
    assert ran.error is None, ran
    (shown,) = [data for data in ran.shown if "refused" in data.get("text/html", "")]
    assert "B03" in shown["text/plain"]
    assert "edge cases" in shown["text/html"]
    assert kernel.run("study.standing().candidates[-1].judgement").result == "'refused'"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%%candidate --nte x", "did you mean '--note'"),
        ("%%candidate one two", "takes the name of one study"),
        ("%%candidate study --budget 3s", "Add --verify"),
        ("%%candidate study --verify --budget soon", "is no length of time"),
        ("%%candidate 'no name'", "is not the name of a study"),
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
        ("%%candidate studdy\ndef f(x): return x", "There is no study named studdy: did you mean 'study'"),
        ("%%candidate study\n1 + 1", "The cell defines no function"),
        ("%%candidate study --new g\ndef f(x): return x", "--new g: there is no function of that name"),
        ("%%candidate study\nf = lambda x: x", "is a lambda"),
    ],
)
def test_what_is_missing_is_said(kernel: Kernel, cell: str, said: str) -> None:
    """No such study, nothing defined, no such function, a lambda: a sentence each, and nothing is kept."""
    before = kernel.run("len(study.standing().candidates)").result
    ran = kernel.run(cell)
    assert said in ran.stderr + str(ran.error), ran
    assert kernel.run("len(study.standing().candidates)").result == before
