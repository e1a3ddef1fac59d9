"""The study that lies beside the notebooks: whole, of the source as it is, and with a report that says what the folder says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import workbench

PLACE = Path(__file__).resolve().parent.parent / "notebooks"
STUDY = PLACE / "studies" / "part-key"


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch) -> workbench.Study:
    monkeypatch.syspath_prepend(PLACE)
    return workbench.Study(STUDY)


def test_two_candidates_are_refused_and_one_is_verified(study: workbench.Study) -> None:
    """One gives another result, one is slower, one is verified; no verdict is stale, nothing in the folder is other than it was written."""
    standing = study.standing()
    assert [(one.judgement, one.code, one.stale) for one in standing.candidates] == [
        ("refused", "B14", False),
        ("refused", "P02", False),
        ("verified", "", False),
    ]
    assert standing.faults == ()


def test_the_report_is_of_this_study(study: workbench.Study, tmp_path: Path) -> None:
    """Written anew from the folder, the page is the one that is kept, byte for byte; neither names a machine's folders."""
    again = study.report(tmp_path / "part-key.html").read_text("utf-8")
    assert again == (PLACE / "studies" / "part-key.html").read_text("utf-8")
    kept = [path.read_text("utf-8", errors="replace") for path in STUDY.rglob("*") if path.is_file()]
    assert not any(re.search(r"/(?:tmp|work|root|home|Users)/", text) for text in (again, *kept))


def test_its_counter_example_can_be_run(study: workbench.Study, tmp_path: Path) -> None:
    """The script for the refused candidate shows the two results, and that they differ."""
    script = tmp_path / "repro.py"
    script.write_text(study.repro("c1"))
    done = subprocess.run(
        [sys.executable, script], env={"PYTHONPATH": str(PLACE)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "before  list [[97, 0], 0, [0], 0]" in done.stdout
