"""Honest improvements of a small project on real data: the twins agree, and the loop verifies what is honest."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from workbench.study.strict.compare import difference
from workbench.timing import pickling

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

HERE = Path(__file__).parent
HONEST = HERE / "benchmarks" / "honest.py"
ENOUGH = 12
"""Improvements that there are at least, and distinct calls of each, so that what is verified rests on something."""


@pytest.fixture
def cases(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The project's table of improvements, imported from its folder, which is on the path for the while."""
    monkeypatch.syspath_prepend(HERE / "improvements")
    import cases as found

    yield found
    for name in [name for name in sys.modules if name.split(".")[0] in {"cases", "archive", "faster"}]:
        del sys.modules[name]


def honest(name: str, folder: Path) -> dict[str, Any]:
    """What studying one improvement in a process of its own came to."""
    out = folder / "found.json"
    command = [sys.executable, str(HONEST), "--only", name, "--budget", "30s", "--json", str(out)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    assert out.is_file(), ended.stderr
    (found,) = json.loads(out.read_text("utf-8"))
    assert (ended.returncode == 0) == (found["verdict"] == found["expected"]), ended.stdout
    return dict(found)


def test_the_twins_agree(cases: ModuleType) -> None:
    """Each function and its faster twin give the same, by the strict comparer, on all calls of the run, and leave the same arguments."""
    for one in cases.IMPROVEMENTS:
        for args in one.calls():
            mine, its = (pickling.loads(pickling.dumps(args)) for _ in range(2))
            old, new = cases.done(one.slow(), mine), cases.done(one.fast(), its)
            found = difference((old, mine), (new, its))
            assert found is None, f"{one.name}: {found.said if found else ''}"


def test_each_run_has_enough_calls(cases: ModuleType) -> None:
    """There are at least twelve improvements that are to be verified, no target twice, each called with twelve distinct inputs or more."""
    targets = Counter(one.target for one in cases.IMPROVEMENTS)
    assert max(targets.values()) == 1
    assert sum(one.expected == "verified" for one in cases.IMPROVEMENTS) >= ENOUGH
    for one in cases.IMPROVEMENTS:
        assert len({pickling.dumps(args) for args in one.calls()}) >= ENOUGH, one.name
        assert bool(one.why) == (one.expected != "verified"), one.name


@pytest.mark.timing
@pytest.mark.parametrize("name", ["graph walk: deque and dict", "string building: replace"])
def test_an_honest_improvement_is_verified(name: str, tmp_path: Path) -> None:
    """By the whole loop, in a fresh process: all six items pass or are not applicable, and the ratio's interval lies above one."""
    found = honest(name, tmp_path)
    assert found["verdict"] == "verified", found["said"]
    assert {status for _, status, _, _ in found["checks"]} <= {"pass", "not applicable"}
    assert found["measured"]["low"] > 1


def test_what_is_right_on_the_recorded_rows_only_is_refused(tmp_path: Path) -> None:
    """ISO dates read without the old way for others: faster, the same on every recorded row, and refused, as it fails in other words."""
    found = honest("dates: fromisoformat alone", tmp_path)
    assert (found["verdict"], found["code"]) == ("refused", "B06"), found["said"]
