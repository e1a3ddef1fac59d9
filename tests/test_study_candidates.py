"""Where a study's candidates come from, and what it gives away: versions of git, patches and files; repro scripts and regression tests."""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from small_project import FASTER, MODULE, OLD, WRONG, Project, small_project

import workbench
from workbench.errors import UsageError
from workbench.model.comparison import Counterexample
from workbench.study.checks.base import Version
from workbench.study.keepsakes import pair_of
from workbench.study.loop import StudyStepError
from workbench.study.repro import Pair, repro_script
from workbench.study.revisions import RevisionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    with small_project(tmp_path, monkeypatch) as found:
        yield found


def git(root: Path, *words: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True, text=True).stdout


def committed(project: Project) -> workbench.Study:
    """The project in git as it is, and a study of its function."""
    git(project.root, "init", "-q")
    git(project.root, "add", "-A")
    git(project.root, "commit", "-qm", "as it is")
    return workbench.Study(project.root / "study", target=project.words.index, workload=project.words.main)


def on_a_branch(project: Project, name: str, text: str, other: str = "") -> None:
    """A branch whose module has that text, and another file where that is given; the work tree stays as it is."""
    git(project.root, "checkout", "-qb", name)
    project.file.write_text(text)
    if other:
        (project.file.parent / "other.py").write_text(other)
        git(project.root, "add", str(project.file.parent))
    git(project.root, "commit", "-qam", name)
    git(project.root, "checkout", "-q", "-")


def test_a_candidate_is_the_function_as_a_revision_has_it(project: Project) -> None:
    """`git:REVISION` gives the target's def there, with the rest of the project as it is here."""
    study = committed(project)
    on_a_branch(project, "one-pass", MODULE.replace(OLD, FASTER))
    assert study.candidate("git:one-pass", note="one pass").source == FASTER
    assert project.file.read_text() == MODULE


def test_a_candidate_is_the_function_as_a_patch_makes_it(project: Project) -> None:
    """`patch:FILE` gives the target's def with the patch applied."""
    study = committed(project)
    project.file.write_text(MODULE.replace(OLD, FASTER))
    patch = project.root / "one-pass.patch"
    patch.write_text(git(project.root, "diff"))
    project.file.write_text(MODULE)
    assert study.candidate(f"patch:{patch}").source == FASTER


COUNTED = """\
from collections import Counter, deque
from functools import lru_cache
import json as unused


@lru_cache(maxsize=None)
def length(word: str) -> int:
    return len(word)


def index(text: str) -> dict[str, int]:
    return dict(Counter(text.split()))
"""


def test_a_candidate_brings_the_imports_it_needs(project: Project) -> None:
    """What the target's module lacks, and the candidate's file imports, comes before the def, and goes into the module
    with it; no other import does."""
    study = workbench.Study(project.root / "study", target=project.words.index, workload=project.words.main)
    (project.root / "counted.py").write_text(COUNTED)
    for given in (project.root / "counted.py", f"{project.root / 'counted.py'}:index"):
        kept = study.candidate(given)
        assert kept.source.startswith("from collections import Counter\n\n\ndef index(")
        assert kept.module_text.count("import Counter") == 1
        assert "deque" not in kept.module_text
        exec(compile(kept.module_text, "words", "exec"), {"__name__": "words"})


def test_a_candidate_that_cannot_be_made_is_said(project: Project) -> None:
    """A decorator that nothing provides is a sentence with the name and the remedy, not a traceback of ours."""
    study = workbench.Study(project.root / "study", target=project.words.index, workload=project.words.main)
    with pytest.raises(UsageError, match=r"NameError: name 'cached'.*imported in the candidate's text"):
        study.candidate("@cached\n" + FASTER)


def test_a_version_that_changes_more_than_the_function_is_no_candidate(project: Project) -> None:
    """Another line of the module, or another file, would go unmeasured: the message says which, and what measures the whole."""
    study = committed(project)
    on_a_branch(project, "more", MODULE.replace(OLD, FASTER) + "\n\nLIMIT = 7\n")
    with pytest.raises(UsageError, match=r"words\.py outside of index.*workbench verify"):
        study.candidate("git:more")
    on_a_branch(project, "elsewhere", MODULE.replace(OLD, FASTER), other="X = 1\n")
    with pytest.raises(UsageError, match=r"other\.py"):
        study.candidate("git:elsewhere")
    with pytest.raises(RevisionError, match="There is no revision 'nowhere'"):
        study.candidate("git:nowhere")
    assert study.standing().candidates == ()


def test_a_candidate_is_the_function_in_a_file(project: Project) -> None:
    """A file with a def of the target's name, or with one def only, is a candidate; others say what they lack."""
    study = workbench.Study(project.root / "study", target=project.words.index)
    assert study.candidate(project.root / "faster.py").source == FASTER
    (project.root / "renamed.py").write_text("import re\n\n\n" + FASTER.replace("def index", "def quick"))
    assert "def quick" in study.candidate(str(project.root / "renamed.py")).source
    (project.root / "two.py").write_text("def a(x):\n    return x\n\n\ndef b(x):\n    return x\n")
    with pytest.raises(UsageError, match="has no index, and 2 other functions"):
        study.candidate(project.root / "two.py")
    with pytest.raises(UsageError, match="cannot be read"):
        study.candidate(project.root / "none.py")
    with pytest.raises(UsageError, match="A candidate is a function, and this is a int"):
        study.candidate(7)  # type: ignore[arg-type]


def test_a_study_moves_with_its_project(project: Project) -> None:
    """The folder of a project, study within, is moved: a study begun in a shell finds its program where it is now. The
    target may be in a module of the program, or in the script itself, under either name."""
    home = project.root / "home"
    home.mkdir()
    (home / "lone.py").write_text(MODULE)
    (home / "go.py").write_text("from lone import main\nprint(main())\n")

    def run(where: Path, *words: str) -> Any:
        command = [sys.executable, "-m", "workbench", "study", *words, "--json"]
        done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False, timeout=200)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    run(home, "init", "studies/one", "--target", "lone.py:index", "go.py")
    moved = project.root / "elsewhere" / "deep"
    moved.parent.mkdir()
    shutil.move(home, moved)
    assert run(project.root, "baseline", str(moved / "studies" / "one"))["seconds"] > 0
    assert run(project.root, "record", str(moved / "studies" / "one"))["kept"] == 20
    assert str(project.root) not in (moved / "studies" / "one" / "study.json").read_text()
    (moved / "alone.py").write_text(MODULE + '\n\nif __name__ == "__main__":\n    main()\n')
    for name, target in (("two", "alone.py:index"), ("three", "alone:index")):
        run(moved, "init", f"studies/{name}", "--target", target, "alone.py")
        assert run(project.root, "record", str(moved / "studies" / name))["kept"] == 20


@pytest.mark.timing
def test_a_refused_candidate_has_a_script_that_shows_why(project: Project) -> None:
    """The script is plain Python: it names what differs and fails while the two differ, in a process without the workbench."""
    study = workbench.Study(project.root / "study", target=project.words.index, workload=project.words.main)
    study.record()
    with pytest.raises(StudyStepError, match="There is no candidate"):
        study.repro()
    study.candidate(WRONG)
    with pytest.raises(StudyStepError, match="c1 has not been verified"):
        study.repro()
    assert study.verify(budget="6s").verdict == "refused"
    script = project.root / "why.py"
    script.write_text(study.repro())
    assert "workbench" not in script.read_text()
    done = subprocess.run([sys.executable, script], cwd=project.root, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "first call\n  before  dict {}\n  now     dict {'': [0]}" in done.stdout
    assert "B14" in script.read_text()
    page = study.report(project.root / "study.html").read_text()
    assert "index(&#x27;&#x27;)" in page
    with pytest.raises(UsageError, match=r"There is no folder .*nowhere"):
        study.report(project.root / "nowhere" / "study.html")


def example(source: str | None, payload: str = "") -> Counterexample:
    return Counterexample("f(...)", "", "", "", "They differ.", source, "an input given", payload)


def outcome(tmp_path: Path, old: str, new: str, source: str) -> tuple[int, str]:
    """Exit status and output of the script for two versions of `f`."""
    script = tmp_path / "repro.py"
    script.write_text(repro_script(Pair(old, "f", new, "f", ""), example(source), 'B01 "another" \\value'))
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


KINDS = {
    "another exception": (
        "def f(x):\n    return 1 / x\n",
        "def f(x):\n    return x and 1 / x\n",
        "(0,)",
        "ZeroDivisionError",
    ),
    "a changed argument": (
        "def f(x):\n    return len(x)\n",
        "def f(x):\n    x.sort()\n    return len(x)\n",
        "([2, 1],)",
        "arguments afterwards",
    ),
    "the same object twice": (
        "def f(x):\n    return [x]\n",
        "KEPT = {}\n\n\ndef f(x):\n    return KEPT.setdefault(x, [x])\n",
        "(1,)",
        "both calls give the same object",
    ),
    "its own argument": (
        "def f(x):\n    return list(x)\n",
        "def f(x):\n    return x\n",
        "([1],)",
        "one of its arguments",
    ),
    "a list for a generator": ("def f(x):\n    yield from x\n", "def f(x):\n    return list(x)\n", "([1],)", "kind"),
    "awaited": ("async def f(x):\n    return x\n", "async def f(x):\n    return x + 1\n", "(1,)", "now     int 2"),
    "printed": ("def f(x):\n    print(x)\n", "def f(x):\n    pass\n", "('a',)", "output"),
    "warned": (
        "import warnings\n\n\ndef f(x):\n    warnings.warn('old')\n",
        "def f(x):\n    pass\n",
        "(1,)",
        "UserWarning: old",
    ),
    "a text with quotes": (
        'def f(x):\n    return \'"""\\n\'\n',
        "def f(x):\n    return \"'''\"\n",
        "(1,)",
        "now     str",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_script_shows_each_kind_of_difference(kind: str, tmp_path: Path) -> None:
    """Two small versions that differ in one way: the script says that way and fails; with the same version twice it ends well."""
    old, new, args, said = KINDS[kind]
    source = f"args = {args}\nkwargs = {{}}\n"
    status, printed = outcome(tmp_path, old, new, source)
    assert (status, said in printed) == (1, True), printed
    assert outcome(tmp_path, old, old, source)[0] == 0


def test_an_input_that_is_no_python_travels_as_a_pickle(tmp_path: Path) -> None:
    """Where an input cannot be written down its pickle is in the script; where that is too large too, the message says so."""
    import base64
    import pickle

    payload = base64.b64encode(pickle.dumps(((range(3),), {}))).decode()
    pair = Pair("def f(x):\n    return list(x)\n", "f", "def f(x):\n    return x\n", "f", "")
    script = tmp_path / "repro.py"
    script.write_text(repro_script(pair, example(None, payload), "B02"))
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert "before  list [0, 1, 2]" in done.stdout
    with pytest.raises(UsageError, match="too large"):
        repro_script(pair, example(None), "B02")
    with pytest.raises(UsageError, match="There is no counter-example to write down: P01 no difference"):
        repro_script(pair, None, "P01 no difference")


LIMIT = 3


def limited(items: list[int]) -> list[int]:
    return items[:LIMIT]


def test_functions_of_a_notebook_stand_alone_in_a_script() -> None:
    """What they use of their module is written with them."""

    def version(function: Callable[..., Any]) -> Version:
        from workbench.study.splice import source_of

        return Version("v", function, source_of(function), "")

    pair = pair_of("__main__:limited", version(limited), version(limited), in_file=False)
    assert "LIMIT: int = 3" in pair.old
    assert pair.module == ""


def test_results_before_the_change_become_a_test(project: Project) -> None:
    """The pytest file passes on the function it was written from, fails on one that differs, and still says what the old code gave when
    the change has been applied."""
    study = workbench.Study(project.root / "study", target=project.words.index, workload=project.words.main)
    study.baseline()
    study.record()
    kept = project.root / "tests" / "test_kept.py"
    kept.write_text(study.regression_test(limit=3))

    def status() -> int:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(kept)]
        return subprocess.run(command, cwd=project.root, capture_output=True, check=False).returncode

    assert kept.read_text().count("def test_index_") == 3
    assert status() == 0
    broken = MODULE.replace("found[word] = [", "found[word] = [-1] + [")
    project.file.write_text(broken)
    assert status() == 1
    importlib.reload(project.words)
    again = workbench.Study(project.root / "study").regression_test(limit=3)
    assert again == kept.read_text()
    with pytest.raises(StudyStepError, match="no recorded calls"):
        workbench.Study(project.root / "empty", target=project.words.index).regression_test()


def test_a_study_names_no_folder_of_the_machine(project: Project) -> None:
    """Recorded calls name their callers as seen from the project."""
    study = workbench.Study(project.root / "study", target=project.words.index, workload=project.words.main)
    study.record()
    texts = [path.read_text(errors="replace") for path in study.path.rglob("*.json")]
    assert any(f"{project.name}/words.py:" in text for text in texts)
    assert not any(str(project.root) in text for text in texts)


@pytest.mark.parametrize("name", ["alone.py", "a-lone.py"])
def test_a_function_of_a_script_is_compared_in_fresh_processes(name: str, project: Project) -> None:
    """The target is in the script that is run, whether or not that can be imported under its name: both versions are loaded elsewhere."""
    (project.root / name).write_text(MODULE + '\n\nif __name__ == "__main__":\n    print(main())\n')
    command = ["-m", "workbench", "study"]

    def run(*words: str) -> Any:
        done = subprocess.run(
            [sys.executable, *command, *words, "--json"], cwd=project.root, capture_output=True, text=True, check=False
        )
        assert done.returncode != 2, done.stderr
        return json.loads(done.stdout)

    run("init", "st", "--target", f"{name}:index", name)
    run("record", "st")
    run("candidate", "st", "faster.py")
    found = run("verify", "st", "--budget", "12s")
    assert found["checks"][4]["status"] == "pass", found
    assert found["checks"][4]["evidence"]["recorded inputs"] == "20"
    assert found["checks"][0]["code"] != "U06"
