"""`workbench diff` and `--against`, as a person or an agent uses them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from samples import cell_source, exact_recording, random_recording, small_recording, tasks_recording
from test_cli import run

from workbench.errors import FileFormatError, StillRunningError, TargetNotFoundError, UsageError
from workbench.face.diff import Diff
from workbench.face.profile import Profile
from workbench.formats.native import write
from workbench.formats.pstats_file import to_stats
from workbench.magics import against as magic
from workbench.render.budget import tokens
from workbench.render.digest_form import schema

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with two samplings of one cell, one of calls, one of tasks, and a file of cProfile's."""
    write(small_recording(), tmp_path / "old.wbp")
    write(small_recording(duration=0.6), tmp_path / "new.wbp")
    write(exact_recording(), tmp_path / "calls.wbp")
    write(tasks_recording(), tmp_path / "tasks.wbp")
    to_stats(exact_recording()).dump_stats(tmp_path / "old.prof")
    return tmp_path


def test_two_files_make_an_answer(place: Path) -> None:
    """The text names both files, and goes to stdout; the exit code is 0, whatever changed."""
    done = run("diff", "old.wbp", "new.wbp", folder=place)
    assert (done.returncode, done.stderr) == (0, "")
    assert "old.wbp -> new.wbp" in done.stdout
    assert "run 1.20 s -> 600 ms" in done.stdout


def test_json_is_as_its_schema_says(place: Path) -> None:
    """`--json` prints one line under the schema that `--schema` prints; `--top` cuts rows and says how many."""
    done = run("diff", "old.wbp", "new.wbp", "--json", "--top", 1, folder=place)
    found = json.loads(done.stdout)
    jsonschema.validate(found, json.loads(run("diff", "--schema", folder=place).stdout))
    assert json.loads(schema("diff"))["properties"]["schema"]["const"] == found["schema"]
    assert done.stdout.count("\n") == 1


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_tokens_decide_how_many_rows(tmp_path: Path, form: tuple[str, ...]) -> None:
    """With `--tokens` there are as many rows as fit: more with more of them."""
    for seed, name in enumerate(("old.wbp", "new.wbp")):
        write(random_recording(seed, frames=90, nodes=900, samples=3_000), tmp_path / name)
    sizes = [2_000, 6_000] if form else [600, 1_500]
    texts = [run("diff", "old.wbp", "new.wbp", "--tokens", size, *form, folder=tmp_path).stdout for size in sizes]
    assert all(0 < tokens(text) <= size for text, size in zip(texts, sizes, strict=True))
    assert len(texts[1]) > 1.5 * len(texts[0])


def test_a_report_is_one_file_without_network(place: Path) -> None:
    """`--report` writes a page that loads nothing, and says where."""
    done = run("diff", "old.wbp", "new.wbp", "--report", "d.html", folder=place)
    page = (place / "d.html").read_text("utf-8")
    assert done.stderr == "workbench: wrote d.html\n"
    assert "default-src 'none'" in page
    assert re.findall(r"""(?:src|href|url)[=(]["']?https?:""", page) == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("old.wbp", "calls.wbp"), 2, "counted calls (engine cpu)"),
        (("old.wbp", "tasks.wbp"), 2, "the steps of tasks"),
        (("old.wbp", "missing.wbp"), 2, "missing.wbp"),
        (("old.wbp", "new.wbp", "--tokens", "20"), 2, "20 tokens are too few"),
        (("old.wbp",), 2, "workbench diff old.wbp new.wbp"),
        (("old.wbp", "new.wbp", "--report", "no/d.html"), 1, "no/d.html"),
    ],
)
def test_what_cannot_be_done_is_said(place: Path, words: tuple[str, ...], code: int, said: str) -> None:
    """What does not compare, cannot be read or written is one message with the reason, and its exit code."""
    done = run("diff", *words, folder=place)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_files_of_cprofile_compare_with_a_warning(place: Path) -> None:
    """A .prof file compares with a recording of engine cpu, and the answer says what such a file does not know."""
    done = run("diff", "old.prof", "calls.wbp", folder=place)
    assert done.returncode == 0
    assert "a cProfile file says neither what ran nor by which clock" in done.stdout


def test_another_target_needs_force(place: Path) -> None:
    """Another cell is refused with the way to overrule it, and compared with `--force`."""
    other = replace(small_recording(), sources=(cell_source("import math\nmath.pi\n"),))
    write(other, place / "other.wbp")
    refused, forced = (run("diff", "old.wbp", "other.wbp", *more, folder=place) for more in ((), ("--force",)))
    assert (refused.returncode, forced.returncode) == (2, 0)
    assert "--force" in refused.stderr
    assert "overruled: In [3] and In [3] are different cells" in forced.stdout


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the magic displays."""
    found: list[Any] = []
    monkeypatch.setattr(magic, "display", found.append)
    return found


def test_against_a_name_shows_the_diff(shown: list[Any]) -> None:
    """A variable that holds a profile is the older side, under its own name."""
    shell = SimpleNamespace(user_ns={"before": Profile(small_recording())})
    magic.refuse(shell, "before")
    magic.against(shell, Profile(small_recording(duration=0.6)), "before")
    (found,) = shown
    assert isinstance(found, Diff)
    assert "before -> this run" in found.text()


def test_against_a_file_reads_it(place: Path, shown: list[Any]) -> None:
    """A .wbp path is read."""
    magic.against(SimpleNamespace(user_ns={}), Profile(small_recording()), str(place / "old.wbp"))
    assert isinstance(shown[0], Diff)


def test_against_what_does_not_compare_is_one_sentence(shown: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is displayed, and the reason stands on stderr; the profile itself was shown before."""
    shell = SimpleNamespace(user_ns={"calls": Profile(exact_recording())})
    magic.against(shell, Profile(small_recording()), "calls")
    assert shown == []
    assert capsys.readouterr().err.startswith("workbench: These two do not compare: one has counted calls")


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("befor", UsageError, "did you mean 'before'"),
        ("number", UsageError, "it is a int"),
        ("pending", StillRunningError, "not ended"),
        ("missing.wbp", TargetNotFoundError, "missing.wbp"),
        (__file__, FileFormatError, "test_diff_cli.py"),
    ],
)
def test_a_name_that_means_no_recording_is_refused_beforehand(name: str, error: type[Exception], said: str) -> None:
    """Before the run: a wrong name with the nearest one, another kind of value, an empty profile, a file that is not there or not ours."""
    names = {"before": Profile(small_recording()), "number": 3, "pending": Profile()}
    with pytest.raises(error, match=said):
        magic.refuse(SimpleNamespace(user_ns=names), name)
