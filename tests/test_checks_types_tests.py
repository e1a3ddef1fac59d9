"""The checklist's items "types strict" and "tests", on small real projects: known answers for each way they can end."""

from __future__ import annotations

import importlib
import importlib.util
import math
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from workbench.errors import UsageError
from workbench.model.benchmark import Verdict
from workbench.model.check import Check, Status
from workbench.model.comparison import Comparison, Sameness
from workbench.study import children
from workbench.study.checks import suite
from workbench.study.checks.base import Case, Item, Version
from workbench.study.checks.tests import Tests, lines_covered, regression_test
from workbench.study.checks.types import Types, silencers
from workbench.study.splice import source_of
from workbench.timing import pickling
from workbench.timing.processes import WorkerHungError

if TYPE_CHECKING:
    from collections.abc import Callable

COMPARISON = Comparison(
    old="old", new="new", verdict=Verdict.FASTER, code="", said="", next="",
    same=Sameness("same", "", "", 1, 0, 0, (), (), (), (), None), benchmark=None, memory=None, seconds=1.0, notes=(),
)  # fmt: skip
TYPED = "def total(xs: list[int]) -> int:\n    out = 0\n    for x in xs:\n        out += x\n    return out\n"
UNTYPED = TYPED.replace(": list[int]", "").replace(" -> int", "")


def nothing(*args: Any) -> Any:
    """Stands for a live function, where a check only reads sources."""


def project(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), "utf-8")
    return root


def case(
    root: Path | None, file: Path | None, old: str, new: str, name: str = "total", *, source: str = "",
    payloads: tuple[bytes, ...] = (), seconds: float = 100.0, module: str = "pkg.sums",
) -> Case:  # fmt: skip
    return Case(
        target=f"{module}:{name}", file=file, root=root,
        old=Version("old", nothing, "", old), new=Version("new", nothing, source, new),
        payloads=payloads, comparison=COMPARISON, seconds=seconds,
    )  # fmt: skip


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


@pytest.fixture
def types(cache: Path) -> Types:
    return Types(cache)


def typed(root: Path, types: Types, new: str, old: str = TYPED, config: str = "", **options: Any) -> Check:
    """The item's answer where `total` in a file with text `old` becomes what is in `new`."""
    project(root, {"pkg/__init__.py": "", "pkg/sums.py": old, **({"pyproject.toml": config} if config else {})})
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    answer = types.run(case(root, root / "pkg/sums.py", old, new, **options))
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert answer.item == "types strict"
    return answer


def test_types_pass(tmp_path: Path, types: Types) -> None:
    """A fully annotated change with nothing new to complain of passes; what mypy said before does not count, wherever it stands now."""
    old = "import re\n\n\ndef worse(x) -> int:\n    return re\n\n\n" + TYPED
    new = "import re\n\n\ndef worse(x) -> int:\n    # moved\n\n    return re\n\n\ndef total(xs: list[int]) -> int:\n    return sum(xs)\n"
    answer = typed(tmp_path, types, new, old)
    assert (answer.status, answer.code) == (Status.PASS, "")
    assert dict(answer.evidence)["diagnostics before"] == dict(answer.evidence)["diagnostics now"] == "2"


def test_a_new_diagnostic_fails(tmp_path: Path, types: Types) -> None:
    """What mypy says only of the new version is a fail, with its line in the changed file."""
    answer = typed(
        tmp_path,
        types,
        '"""Doc."""\nfrom __future__ import annotations\n\n\n' + TYPED.replace("return out", 'return "a"'),
    )
    assert (answer.status, answer.code) == (Status.FAIL, "T01")
    ((where, said),) = [one for one in answer.evidence if one[0].startswith("line")]
    assert where == "line 9"
    assert said.endswith("[return-value]")


def test_the_same_error_once_more_is_new(tmp_path: Path, types: Types) -> None:
    """A diagnostic that was there once and now comes twice counts once."""
    old = TYPED.replace("return out", 'return "a"')
    new = TYPED.replace("    return out", '    if out:\n        return "b"\n    return "a"')
    answer = typed(tmp_path, types, new, old)
    assert (answer.code, len([one for one in answer.evidence if one[0].startswith("line")])) == ("T01", 1)


def test_the_projects_own_configuration_counts(tmp_path: Path, types: Types) -> None:
    """The project's [tool.mypy] is used: a diagnostic that it switches off is none."""
    new = TYPED.replace("return out", 'return "a"')
    config = '[tool.mypy]\n[[tool.mypy.overrides]]\nmodule = "pkg.*"\ndisable_error_code = ["return-value"]\n'
    answer = typed(tmp_path, types, new, config=config)
    assert (answer.status, dict(answer.evidence)["configuration"]) == (Status.PASS, "pyproject.toml")


def test_a_configuration_that_hides_everything_proves_nothing(tmp_path: Path, types: Types) -> None:
    """Where the configuration hides a file's errors, no new one is no pass."""
    config = '[tool.mypy]\n[[tool.mypy.overrides]]\nmodule = "pkg.*"\nignore_errors = true\n'
    answer = typed(tmp_path, types, TYPED.replace("return out", 'return "a"'), config=config)
    assert (answer.status, answer.code) == (Status.UNKNOWN, "T04")
    assert "hides" in answer.said


def test_a_target_without_all_annotations_fails(tmp_path: Path, types: Types) -> None:
    """Annotations that the old version had and the new one has not are named, even where the configuration does not ask for them."""
    config = '[tool.mypy]\n[[tool.mypy.overrides]]\nmodule = "pkg.*"\ndisallow_untyped_defs = false\ndisallow_incomplete_defs = false\n'
    answer = typed(tmp_path, types, "def total(xs, *, key=None) -> int:\n    return 0\n", config=config)
    assert (answer.status, answer.code) == (Status.FAIL, "T02")
    assert dict(answer.evidence)["not annotated"] == "xs, key"


def test_what_silences_the_checker_counts_against_the_change(tmp_path: Path, types: Types) -> None:
    """`type: ignore`, `cast` and `Any` that the change adds fail it, also where mypy has nothing to say then."""
    head = "from typing import Any, cast\n\nKEPT: Any = cast(Any, 3)\n\n\n"
    body = "    out: 'list[Any]' = [sum(xs)]\n    some = cast('int', out[0])\n    return str(some)  # type: ignore[return-value]\n"
    answer = typed(tmp_path, types, head + "def total(xs: list[int]) -> int:\n" + body, head + TYPED)
    assert (answer.status, answer.code) == (Status.FAIL, "T03")
    assert {one for one in answer.evidence if one[0].startswith("added")} == {
        ("added Any", "1"),
        ("added cast", "1"),
        ("added type: ignore", "1"),
    }


def test_a_change_may_not_hide_its_file(tmp_path: Path, types: Types) -> None:
    """A comment that hides all of the file's errors is seen, as a comment and by what mypy no longer says."""
    answer = typed(tmp_path, types, "# mypy: ignore-errors\n" + TYPED.replace("return out", 'return "a"'))
    assert (answer.status, answer.code) == (Status.FAIL, "T03")
    assert "hidden" in dict(answer.evidence)


def test_silencers_are_not_text() -> None:
    """Words in strings, comments, own functions of that name and imports are none; aliases of typing are."""
    text = (
        'import typing as t\nfrom typing import Any as Whatever\n"""# type: ignore cast(Any)"""  # cast Any\nx = "Any"\n'
        "def cast(a: t.Any, b: 'Whatever') -> None: ...\ncast(1, 2)\nt.cast(int, 3)\n"
    )
    assert sorted(silencers(text)) == ["Any", "Any", "cast"]


def test_code_that_never_had_annotations(tmp_path: Path, types: Types) -> None:
    """Types are not asked for where neither version has any; they are as soon as one has."""
    plain = "def total(xs):\n    return sum(xs)\n"
    answer = typed(tmp_path, types, plain, UNTYPED)
    assert (answer.status, answer.said) == (Status.NOT_APPLICABLE, "the old code has no annotations either")
    assert typed(tmp_path, types, plain.replace("xs)", "xs: list[int])", 1), UNTYPED).status is Status.FAIL
    assert typed(tmp_path, types, plain.replace("\n", "  # type: ignore\n", 1), UNTYPED).code == "T02"


def test_where_types_cannot_be_checked(tmp_path: Path, types: Types, monkeypatch: pytest.MonkeyPatch) -> None:
    """No time, a mypy that ends in a fatal error, and no mypy are unknown, with the reason."""
    new = TYPED.replace("out = 0", "out = 1 - 1")
    answer = typed(tmp_path, types, new, seconds=0.01)
    assert (answer.status, answer.code) == (Status.UNKNOWN, "T04")
    assert "not done" in answer.said
    answer = typed(tmp_path, types, new, config="[tool.mypy]\nplugins = ['not_there']\n")
    assert (answer.status, answer.code) == (Status.UNKNOWN, "T04")
    assert "status 2" in answer.said
    (tmp_path / "pyproject.toml").unlink()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    answer = typed(tmp_path, types, new)
    assert (answer.status, answer.said) == (Status.UNKNOWN, "mypy is not installed: types are not checked")


def test_a_source_is_spliced_where_the_new_text_is_not_known(tmp_path: Path, types: Types) -> None:
    """With the candidate's source alone, the file as it will be is made from the file as it is."""
    answer = typed(tmp_path, types, "", source="def mine(xs: list[int]) -> int:\n    return str(xs)\n")
    assert answer.code == "T01"
    answer = typed(tmp_path, types, "", name="absent", source="def mine() -> None: ...\n")
    assert (answer.status, answer.code) == (Status.UNKNOWN, "T04")


def cell(text: str, **names: Any) -> Callable[..., Any]:
    """A function as typed into a notebook."""
    import linecache

    name = f"<ipython-input-{abs(hash(text))}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    made: dict[str, Any] = {"__name__": "__main__", **names}
    exec(compile(text, name, "exec", dont_inherit=True), made)
    return next(one for one in reversed(made.values()) if callable(one) and one.__module__ == "__main__")


def from_notebook(types: Types, old: Callable[..., Any], new: Callable[..., Any]) -> Check:
    versions = [Version(label, one, source_of(one), "") for label, one in (("old", old), ("new", new))]
    return types.run(Case("__main__:total", None, None, versions[0], versions[1], (), 100.0, COMPARISON))


def test_types_of_a_notebooks_functions(types: Types) -> None:
    """A notebook's function is checked as a module of its own, with the imports, constants and functions that it uses."""
    helper = cell("def helper(x: int) -> int:\n    return x + SIZE\n", SIZE=3)
    names = {"helper": helper, "m": math, "Path": Path}
    old = cell("def total(xs: list[int]) -> float:\n    return m.fsum(map(helper, xs))\n", **names)
    good = cell("def faster(xs: list[int]) -> float:\n    return m.fsum(helper(x) for x in xs)\n", **names)
    wrong = cell("def faster(xs: list[int]) -> float:\n\n    return Path(str(xs[0]))\n", **names)
    assert from_notebook(types, old, good).status is Status.PASS
    answer = from_notebook(types, old, wrong)
    assert (answer.code, answer.evidence[0][0]) == ("T01", "line 3")


def test_a_notebooks_function_that_cannot_stand_alone(types: Types) -> None:
    """A name that another process could not have is said; without annotations nothing is asked."""
    new = cell("def faster(xs: list[int]) -> float:\n    return data[0]\n", data=[1.0])
    answer = from_notebook(types, new, new)
    assert (answer.status, answer.code) == (Status.UNKNOWN, "T04")
    assert "data" in answer.said
    plain = cell("def plain(xs):\n    return xs\n")
    assert from_notebook(types, plain, plain).status is Status.NOT_APPLICABLE


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No plugins of this environment in the projects' own pytest."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


SUMS = (
    "def total(xs):\n    out = 0\n    for x in xs:\n        out += x\n    return out\n\n\ndef other(x):\n    return x\n"
)
FASTER = SUMS.replace(
    "    out = 0\n    for x in xs:\n        out += x\n    return out\n",
    "    if not xs:\n        return 0\n    return sum(xs)\n",
)
WRONG = SUMS.replace("return out", "return out or None")
SUITE = {
    "pyproject.toml": "[tool.pytest.ini_options]\ntestpaths = ['tests']\naddopts = '-x'\n",
    "src/pkg/__init__.py": "from pkg.sums import total\n",
    "src/pkg/sums.py": SUMS,
    "data/big.bin": "",
    "tests/conftest.py": """
        import pytest

        @pytest.fixture(scope="module")
        def made():
            from pkg import total
            return total([1, 2])
        """,
    "tests/test_a.py": """
        import threading
        import pytest
        from pkg.sums import other, total

        def test_direct(): assert total([1, 2]) == 3
        def test_empty(): assert total([]) == 0
        def test_elsewhere(): assert other(1) == 1
        def test_first(made): assert other(made)
        def test_second(made): assert made == 3
        def test_wrong_already(): assert total([1]) == 2
        def test_skipped():
            total([1])
            pytest.skip("later")
        @pytest.mark.xfail
        def test_expected(): assert total([1]) == 2
        @pytest.mark.parametrize("n", [1, 2])
        def test_thread(n):
            found = []
            thread = threading.Thread(target=lambda: found.append(total([n])))
            thread.start(); thread.join()
            assert found == [n]
        """,
    "tests/test_b.py": "from pkg import total\nVALUE = total([3])\ndef test_value(): assert VALUE == 3\n",
    "tests/test_c.py": "import not_there\n",
}
TOUCHING = {
    "tests/test_a.py::test_direct", "tests/test_a.py::test_empty", "tests/test_a.py::test_first", "tests/test_a.py::test_second",
    "tests/test_a.py::test_thread[1]", "tests/test_a.py::test_thread[2]", "tests/test_b.py::test_value",
}  # fmt: skip


def payload(*args: Any) -> bytes:
    return pickling.dumps((args, {}))


def checked(root: Path, new: str, **options: Any) -> Check:
    """The item's answer for the project in `root`, which is as it was afterwards, and has left nothing behind."""
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file() and ".git" not in path.parts}
    left = set(Path(tempfile.gettempdir()).glob("workbench-*"))
    answer = Tests().run(case(root, root / "src/pkg/sums.py", SUMS, new, **options))
    assert {
        path: path.read_bytes() for path in root.rglob("*") if path.is_file() and ".git" not in path.parts
    } == before
    assert set(Path(tempfile.gettempdir()).glob("workbench-*")) <= left
    assert answer.item == "tests"
    return answer


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left behind by these tests is theirs, not another process's."""
    folder = str(tmp_path_factory.mktemp("temporary"))
    monkeypatch.setenv("TMPDIR", folder)
    monkeypatch.setattr(tempfile, "tempdir", folder)


def test_the_tests_that_touch_the_target(tmp_path: Path, quick: None) -> None:
    """Found are tests that call it, in threads, by a shared fixture and on import; those that fail before, or are skipped, are said."""
    answer = checked(project(tmp_path, SUITE), FASTER)
    assert (answer.status, answer.code) == (Status.PASS, ""), answer
    found = dict(answer.evidence)
    assert set(found["touching"].split(", ")) == TOUCHING
    assert found["tests"] == "11"
    assert found["failing with the old version, left out"] == "tests/test_a.py::test_wrong_already"
    assert found["skipped, left out"] == "tests/test_a.py::test_skipped, tests/test_a.py::test_expected"
    assert found["not importable with the old version"] == "tests/test_c.py"
    assert found["changed lines run by tests"] == "100.0 %"


def test_a_test_that_fails_with_the_new_version(tmp_path: Path, quick: None) -> None:
    """It is named, with what it said; the other tests do not count."""
    answer = checked(project(tmp_path, SUITE), WRONG)
    assert (answer.status, answer.code) == (Status.FAIL, "S01")
    assert dict(answer.evidence)["tests/test_a.py::test_empty"].startswith("assert None == 0")
    assert "1 of 7 tests" in answer.said


SMALL = {
    "src/pkg/__init__.py": "",
    "src/pkg/sums.py": SUMS,
    "tests/test_a.py": "from pkg.sums import total\n\ndef test_a(): assert total([1, 2]) == 3\n",
}


def test_changed_lines_have_to_be_run(tmp_path: Path, quick: None) -> None:
    """Lines that neither the tests nor the inputs run fail the item and are named; an input that runs them is enough."""
    root = project(tmp_path, SMALL)
    answer = checked(root, FASTER, payloads=(payload([1]),))
    assert (answer.status, answer.code) == (Status.FAIL, "S02")
    assert (dict(answer.evidence)["changed lines not run"], dict(answer.evidence)["changed lines run by inputs"]) == (
        "3",
        "66.7 %",
    )
    answer = checked(root, FASTER, payloads=(payload([1]), payload([])))
    assert answer.status is Status.PASS
    assert dict(answer.evidence)["changed lines run by tests"] == "66.7 %"


def test_the_share_of_changed_lines_that_inputs_run(tmp_path: Path) -> None:
    """By the inputs alone: all, two of three, none of them; of no change, all."""
    root = project(tmp_path, SMALL)
    for payloads, new, covered in (
        ((payload([1]), payload([])), FASTER, 1.0),
        ((payload([1]),), FASTER, 2 / 3),
        ((), FASTER, 0.0),
        ((), SUMS + "# more\n", 1.0),
    ):
        assert lines_covered(case(root, root / "src/pkg/sums.py", SUMS, new, payloads=payloads)) == pytest.approx(
            covered
        )


METHOD = """class Stack:
    def __init__(self, items):
        self.items = items

    @property
    def size(self):
        return len(self.items)

    @classmethod
    def of(cls, *items):
        return cls(list(items))

    async def drain(self):
        while self.items:
            yield self.items.pop()
"""


@pytest.mark.parametrize(
    ("name", "source", "arguments"),
    [
        ("Stack.size", "@property\ndef s(self):\n    n = len(self.items)\n    return n\n", "Stack([1]),"),
        (
            "Stack.of",
            "@classmethod\ndef s(cls, *items):\n    items = list(items)\n    return cls(items)\n",
            "Stack, 1, 2",
        ),
        (
            "Stack.drain",
            "async def s(self):\n    while True:\n        if not self.items: return\n        yield self.items.pop()\n",
            "Stack([1]),",
        ),
    ],
)
def test_methods_are_replayed_on_the_new_version(
    tmp_path: Path, name: str, source: str, arguments: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recorded calls of properties, class methods and generators, whose first argument is the object, run the new code of their class."""
    root = project(tmp_path, {"stacks_of_mine.py": METHOD})
    monkeypatch.syspath_prepend(root)
    monkeypatch.delitem(sys.modules, "stacks_of_mine", raising=False)
    module = importlib.import_module("stacks_of_mine")
    one = payload(*eval(f"({arguments})", vars(module)))
    monkeypatch.delitem(sys.modules, "stacks_of_mine")
    file = root / "stacks_of_mine.py"
    assert (
        lines_covered(case(root, file, METHOD, "", name, source=source, payloads=(one,), module="stacks_of_mine"))
        == 1.0
    )


def test_no_test_touches_the_target(tmp_path: Path, quick: None) -> None:
    """That the tests pass says nothing then."""
    root = project(tmp_path, SMALL | {"tests/test_a.py": "import pkg.sums\ndef test_a(): assert pkg.sums.other(1)\n"})
    answer = checked(root, FASTER)
    assert (answer.status, answer.code, answer.said) == (Status.UNKNOWN, "S03", "none of 1 test calls the target")


def test_a_new_version_that_ends_the_process(tmp_path: Path, quick: None) -> None:
    """The test that was running is the one that fails."""
    answer = checked(project(tmp_path, SMALL), SUMS.replace("return out", "import os; os._exit(3)"))
    assert (answer.status, answer.code) == (Status.FAIL, "S01")
    assert "the process ended during this test" in answer.said


def test_a_new_version_that_breaks_the_import(tmp_path: Path, quick: None) -> None:
    """A test file that can no longer be imported has failed."""
    answer = checked(project(tmp_path, SMALL), SUMS.replace("def total(xs)", "def total(xs=nope)"))
    assert (answer.status, answer.code) == (Status.FAIL, "S01")
    assert "nope" in answer.said


def test_a_new_version_that_hangs(tmp_path: Path, quick: None) -> None:
    """Its tests are ended with all they started, and nothing is claimed."""
    sleeping = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(1000)'])"
    answer = checked(project(tmp_path, SMALL), SUMS.replace("return out", sleeping), seconds=6.0)
    assert (answer.status, answer.code) == (Status.UNKNOWN, "S04")
    assert "not done" in answer.said


def test_where_tests_cannot_be_run(tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook, no project, options that pytest does not know, and no pytest: each with its reason."""
    root = project(tmp_path, SMALL | {"pytest.ini": "[pytest]\naddopts = --no-such-option\n"})
    answer = checked(root, FASTER)
    assert (answer.status, answer.code) == (Status.UNKNOWN, "S04")
    assert "no-such-option" in answer.said
    assert Tests().run(case(root, None, SUMS, FASTER)).status is Status.NOT_APPLICABLE
    assert Tests().run(case(None, root / "src/pkg/sums.py", SUMS, FASTER)).code == "S04"
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert (
        Tests()
        .run(case(root, root / "src/pkg/sums.py", SUMS, FASTER))
        .said.endswith("pytest is not installed: no tests were run")
    )


@pytest.mark.skipif(shutil.which("git") is None, reason="git")
def test_changed_tests_are_flagged(tmp_path: Path, quick: None) -> None:
    """Test files that differ from the last commit are named; others, and changed files that are no tests, are not."""
    other = "from pkg.sums import total\ndef test_b(): assert total([]) == 0\n"
    root = project(tmp_path, SMALL | {"tests/test_b.py": other, "note.txt": "a"})
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(root)]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *words], check=True)
    project(root, {"tests/test_b.py": other + "# changed\n", "note.txt": "b", "tests/test_c.py": other})
    answer = checked(root, FASTER)
    assert (answer.status, dict(answer.evidence)["changed tests"]) == (Status.PASS, "tests/test_b.py, tests/test_c.py")


def test_a_regression_test_is_written(tmp_path: Path, quick: None) -> None:
    """The file runs green on the old version and red on another one; what cannot be written down is counted."""
    root = project(tmp_path, SMALL)
    inputs = (
        payload([1, 2]),
        payload([1, 2]),
        payload([]),
        payload([0.5]),
        payload([float("nan")]),
        payload([object()]),
        payload("a"),
    )
    one = case(root, root / "src/pkg/sums.py", SUMS, WRONG, payloads=inputs)
    text = regression_test(one)
    assert "3 of 7 recorded inputs (3 cannot be written down)" in text
    assert regression_test(one, limit=1).count("def test_") == 1
    project(root, {"tests/test_regression.py": text})
    for content, failed in (
        (SUMS, "3 passed"),
        (WRONG, "1 failed, 2 passed"),
        (SUMS.replace("out = 0", "out = 0.0"), "2 failed, 1 passed"),
    ):
        project(root, {"src/pkg/sums.py": content})
        shutil.rmtree(root / "src/pkg/__pycache__", ignore_errors=True)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_regression.py"]
        ended = children.run(command, cwd=root, seconds=60, environment={"PYTHONPATH": str(root / "src")})
        assert failed in ended.out
    with pytest.raises(UsageError, match="by name"):
        regression_test(case(root, None, SUMS, WRONG, payloads=inputs))
    with pytest.raises(UsageError, match="None of 1 input"):
        regression_test(case(root, root / "src/pkg/sums.py", SUMS, WRONG, payloads=(payload([object()]),)))


def test_a_report_that_was_cut_off() -> None:
    """Of a crashed run what was written counts, the test that was running has failed, and repeated attempts are no outcome."""
    lines = [
        '{"kind": "item", "node": "a", "path": "", "shared": []}',
        '{"kind": "start", "node": "a"}',
        '{"kind": "ran", "phase": "call", "node": "a", "lines": [3], "target": true, "elsewhere": false}',
        '{"kind": "report", "node": "a", "outcome": "rerun", "said": ""}',
        '{"kind": "rep',
    ]
    session, status = suite._read(lines)
    assert (session.outcomes, session.touching, session.lines, session.ended, status) == (
        {"a": "failed"},
        ["a"],
        {3},
        False,
        None,
    )


def test_plugins_that_would_stand_in_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parallel runs are switched off where that plugin is loaded, and only there, since pytest refuses options that it does not know."""
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if name == "xdist" else None)
    assert ("-n0" in suite._command(), "--no-cov" in suite._command()) == (True, False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    assert "-n0" not in suite._command()


def test_the_items_are_items() -> None:
    """Both are what the checklist asks for."""
    items: list[Item] = [Types(), Tests()]
    assert [one.item for one in items] == ["types strict", "tests"]


def test_a_child_ends_with_all_it_started(tmp_path: Path) -> None:
    """A program that is over its time takes its children with it, and what it wrote before is not waited for."""
    code = (
        "import subprocess, sys, pathlib, time\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)'])\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(inner.pid))\ntime.sleep(1000)\n"
    )
    with pytest.raises(WorkerHungError, match="was not done"):
        children.run([sys.executable, "-c", code], cwd=tmp_path, seconds=3.0)
    pid = int((tmp_path / "pid").read_text())
    for _ in range(300):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            break
        if state in "ZX":
            break
        subprocess.run(["true"], check=True)
    else:
        pytest.fail("the child of the child is still there")


def test_an_interrupt_ends_the_child_and_removes_the_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the tests run comes through, and leaves neither a process nor a folder."""
    started: list[int] = []

    def interrupted(child: subprocess.Popen[bytes], seconds: float) -> None:
        started.append(child.pid)
        raise KeyboardInterrupt

    monkeypatch.setattr(children, "_wait", interrupted)
    root = project(tmp_path, SMALL)
    with pytest.raises(KeyboardInterrupt):
        Tests().run(case(root, root / "src/pkg/sums.py", SUMS, FASTER))
    assert list(Path(tempfile.gettempdir()).glob("workbench-*")) == []
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)


def test_a_projects_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Repositories, environments and caches stay out; big files and links lead to what they are; the project is not written to."""
    monkeypatch.setattr(children, "BIG", 10)
    root = project(
        tmp_path / "root",
        {"a.py": "x = 1\n", ".git/x": "", "venv/pyvenv.cfg": "", "b/__pycache__/c": "", "b/big": "0123456789"},
    )
    outside = project(tmp_path / "outside", {"far.txt": "far"})
    (root / "in").symlink_to(root / "b")
    (root / "out").symlink_to(outside)
    os.mkfifo(root / "pipe")
    with children.copied(root, 10.0) as copy:
        here = copy.root
        assert sorted(path.relative_to(here).as_posix() for path in here.rglob("*")) == [
            "a.py",
            "b",
            "b/big",
            "in",
            "out",
        ]
        assert (copy.linked, copy.skipped) == (("b/big",), ("pipe",))
        assert (here / "in").resolve() == here / "b"
        assert (here / "out/far.txt").read_text() == "far"
        copy.put(root / "b/big", b"new")
        copy.put(root / "a.py", b"y = 1")
        assert ((here / "b/big").read_bytes(), (here / "a.py").read_bytes()) == (b"new", b"y = 1")
        assert (copy.of(root / "a.py"), copy.of(outside)) == (here / "a.py", outside)
    assert not copy.folder.exists()
    assert ((root / "b/big").read_text(), (root / "a.py").read_text()) == ("0123456789", "x = 1\n")
    with pytest.raises(children.CannotCopyProjectError, match="too large"), children.copied(root, 0.0):
        pass
