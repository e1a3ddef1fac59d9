"""A study: steps that are remembered, a checklist that refuses, and a change that is written back only when it is verified."""

from __future__ import annotations

import html
import importlib
import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from small_project import FASTER, MODULE, WRONG, Project, small_project

import workbench
from workbench.errors import UsageError
from workbench.face.study import Verified
from workbench.model.check import Check, Judgement, Status, Verification, judged
from workbench.model.standing import Tried
from workbench.render.text_study import ceiling, worth
from workbench.study.checks.performance import saved_of_whole
from workbench.study.codes import CODES
from workbench.study.loop import StudyStepError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    with small_project(tmp_path, monkeypatch) as found:
        yield found


def test_a_study_goes_on_where_it_stopped(project: Project) -> None:
    """Each step is kept: whoever opens the folder again, without target or workload, finds the baseline, the calls and the candidates."""
    words = project.words
    study = workbench.Study(project.root / "study", target=words.index, workload=words.main)
    assert "next: study.baseline()" in study.status()
    assert study.baseline() > 0
    study.profile()
    assert "study.record()" in study.status()
    assert len(study.record()) == 20
    study.hypothesis("each word looks at all words", target="f1", predicts=(2, 50))
    study.candidate(FASTER, note="one pass")
    again = workbench.Study(project.root / "study")
    assert again.status() == study.status()
    standing = again.standing()
    assert (standing.seen, standing.kept, standing.hypotheses) == (20, 20, ("each word looks at all words",))
    assert standing.candidates == (Tried("c1", "", "", "one pass", stale=False),)
    assert 0.5 < standing.share <= 1
    assert list(again.hotspots()["handle"][:2]) == ["f1", "f2"]


def test_steps_out_of_turn_say_what_comes_first(project: Project) -> None:
    """Verifying without a candidate or calls, applying what is not verified, steps without a workload: each says what to do."""
    study = workbench.Study(project.root / "study", target=project.words.index)
    with pytest.raises(StudyStepError, match="There is no candidate yet"):
        study.verify()
    with pytest.raises(StudyStepError, match="this study has none"):
        study.baseline()
    with pytest.raises(StudyStepError, match="not been profiled"):
        study.hotspots()
    study.candidate(FASTER)
    with pytest.raises(StudyStepError, match="no recorded calls"):
        study.verify()
    with pytest.raises(StudyStepError, match="c1 has not been verified"):
        study.apply()
    with pytest.raises(UsageError, match="did you mean 'c1'"):
        study.verify("c2")
    with pytest.raises(UsageError, match="is no range"):
        study.hypothesis("x", predicts=(4, 2))
    with pytest.raises(UsageError, match="is of"):
        workbench.Study(project.root / "study", target=project.words.main)
    with pytest.raises(UsageError, match="give the target"):
        workbench.Study(project.root / "no study")
    with pytest.raises(StudyStepError, match="no verified candidate"):
        study.check()
    with pytest.raises(UsageError, match="There is no code 'B99'"):
        study.why("B99")


def test_a_workload_that_never_calls_the_target_is_said(project: Project) -> None:
    """Recording a program that does not call the function says so, and how that can come about."""
    study = workbench.Study(project.root / "study", target=project.words.index, workload=lambda: None)
    with pytest.raises(StudyStepError, match="never called"):
        study.record()


@pytest.mark.timing
def test_a_wrong_candidate_is_refused_a_right_one_verified_and_applied(project: Project) -> None:
    """The whole loop: a candidate that differs on an edge is refused; another one passes all six items, is stale while the file is
    another one, and is written into the file when that is as it was."""
    words = project.words
    study = workbench.Study(project.root / "study", target=words.index, workload=words.main)
    study.profile()
    study.record()
    study.candidate(WRONG, note="split at spaces")
    refused = study.verify(budget="6s")
    assert (refused.verdict, refused.code) == ("refused", "B14"), refused.text()
    assert dict(refused.record.checks[4].evidence)["call"] == "index('')"
    with pytest.raises(StudyStepError, match="refused"):
        study.apply()
    study.candidate(FASTER, note="one pass")
    found = study.verify(budget="12s")
    assert found.verdict == "verified", found.text()
    states = {check.item: check.status for check in found.record.checks}
    assert states["performance"] is states["tests"] is states["types strict"] is Status.PASS
    assert list(found.checks["item"]) == ["performance", "memory", "race-free", "types strict", "edge cases", "tests"]
    project.file.write_text(MODULE + "\n\nOTHER = 1\n")
    assert "stale" in study.status()
    with pytest.raises(StudyStepError, match="has changed since"):
        study.apply()
    project.file.write_text(MODULE)
    assert study.apply() == str(project.file)
    text = project.file.read_text()
    assert "setdefault" in text
    assert "def main() -> int:" in text
    assert "applied" in study.status()
    importlib.reload(words)
    gate = workbench.Study(project.root / "study").check(budget="10s", max_slowdown=0.5)
    assert gate.status is Status.PASS, gate.said
    project.file.write_text(MODULE)
    importlib.reload(words)
    gone = workbench.Study(project.root / "study").check(budget="10s")
    assert (gone.status, gone.code) == (Status.FAIL, "P05"), gone.said
    page = study.report(project.root / "study.html").read_text()
    assert "c2" in page
    assert "verified" in page


def test_the_verdict_is_that_of_the_worst_item() -> None:
    """One failure refuses, one unknown makes it inconclusive, and what is not applicable does not count; nothing is rounded up."""

    def made(*states: Status) -> tuple[Check, ...]:
        return tuple(Check(f"item {at}", state, f"C{at}", "said") for at, state in enumerate(states))

    assert judged(made(Status.PASS, Status.NOT_APPLICABLE))[0] is Judgement.VERIFIED
    assert judged(made(Status.PASS, Status.UNKNOWN))[:2] == (Judgement.INCONCLUSIVE, "C1")
    assert judged(made(Status.UNKNOWN, Status.FAIL))[:2] == (Judgement.REFUSED, "C1")
    assert judged(())[0] is Judgement.INCONCLUSIVE


def test_amdahl_says_what_there_is_to_be_won() -> None:
    """A function with half of the time, ten times as fast, saves 45 % of the run; with 1 %, it is not worth it."""
    assert saved_of_whole(0.5, 10) == pytest.approx(0.45)
    assert ceiling(0.5) == 2
    assert "not worth it" in worth(0.01)
    assert "not worth it" not in worth(0.5)
    assert "not known" in worth(float("nan"))


def workbench_command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "workbench", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=200)


def test_the_same_in_a_shell(project: Project) -> None:
    """init, baseline, record, candidate, status, why and report as commands, with JSON where it is asked for."""
    root = project.root

    def run(*words: str) -> str:
        done = workbench_command(root, "study", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "next: workbench study baseline st" in run(
        "init", "st", "--target", f"{project.name}.words:index", "--", "run.py"
    )
    assert json.loads(run("baseline", "st", "--json"))["seconds"] > 0
    assert json.loads(run("record", "st", "--json")) == {"seen": 20, "recorded": 20, "kept": 20, "lost": {}}
    run("candidate", "st", "faster.py:index", "--note", "one pass")
    status = json.loads(run("status", "st", "--json"))
    first = {"label": "c1", "judgement": "", "code": "", "note": "one pass", "stale": False}
    assert (status["candidates"], status["next"]) == ([first], "workbench study verify st c1")
    assert json.loads(run("why", "B04", "--json")) == {"code": "B04", "meaning": CODES["B04"]}
    run("report", "st", "st.html")
    assert "one pass" in (root / "st.html").read_text()
    wrong = workbench_command(root, "study", "verify", "no-such-study")
    assert wrong.returncode == 2
    assert "give the target to begin one" in wrong.stderr


@pytest.mark.timing
def test_comparing_files_in_a_shell_has_exit_codes(tmp_path: Path) -> None:
    """Two files, one function each, inputs in JSON: 0 and a card where it is faster, 1 where it is refused, 2 for wrong words."""
    (tmp_path / "old.py").write_text(textwrap.dedent(MODULE))
    (tmp_path / "new.py").write_text(FASTER)
    (tmp_path / "wrong.py").write_text(WRONG)
    calls: list[Any] = [[" ".join(f"w{number % 60}" for number in range(at))] for at in range(100, 120)]
    (tmp_path / "calls.json").write_text(json.dumps(calls))
    good = workbench_command(
        tmp_path, "compare", "old.py:index", "new.py:index", "--inputs", "calls.json", "--budget", "12s", "--json"
    )
    assert good.returncode == 0, good.stdout + good.stderr
    found = json.loads(good.stdout)
    assert (found["verdict"], found["same"]["state"]) == ("faster", "same")
    bad = workbench_command(
        tmp_path, "compare", "old.py:index", "wrong.py:index", "--inputs", "calls.json", "--html", "card.html"
    )
    assert bad.returncode == 1, bad.stdout
    assert "refused: B14" in bad.stdout
    assert "refused: B14" in (tmp_path / "card.html").read_text()
    (tmp_path / "broken.json").write_text("{")
    for inputs, said in (
        ("broken.json", "is not JSON"),
        ("none.json", "cannot be read"),
        ("old.py:main", "a list of tuples"),
    ):
        done = workbench_command(tmp_path, "compare", "old.py:index", "new.py:index", "--inputs", inputs)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize(
    ("code", "python", "shell"),
    [
        ("", "study.apply('c1')", "workbench study apply st c1"),
        ("B04", "study.repro('c1') is a script", "workbench study repro st c1 -o why.py"),
        ("U02", "study.verify('c1', budget='2min')", "workbench study verify st c1 --budget 2min"),
        ("T02", "study.why('T02')", "workbench study why T02"),
    ],
)
def test_a_verdict_says_what_to_do_next(code: str, python: str, shell: str) -> None:
    """Apply what is verified, run the script of what differs, give more time to what needs it, look up the rest."""
    judgement = Judgement.VERIFIED if not code else Judgement.INCONCLUSIVE if code == "U02" else Judgement.REFUSED
    record = Verification("c1", judgement, code, "said", (), (), 1.0)
    assert f"next: {python}" in Verified(record).text()
    assert f"<b>Next</b> {html.escape(python)}" in Verified(record)._repr_html_()
    assert f"next: {shell}" in Verified(record).text(shell="st")
    assert "study." not in Verified(record, of_study=False).text()
