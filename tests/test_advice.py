"""Advice: what counts as hot, what the rules see, and what is told; the rules themselves are held by `test_advice_rules.py`."""

from __future__ import annotations

import ast
import json
import math
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from advising import ALL, FILE, WARM, heated
from hypothesis import given
from samples import exact_recording, heap_recording, recordings, small_recording

import workbench
from workbench.advice.advise import advise as advised
from workbench.advice.base import Edit
from workbench.advice.edits import changed
from workbench.advice.place import Module, Place
from workbench.analysis.functions import functions
from workbench.analysis.lines import lines
from workbench.analysis.regions import Counts, Regions
from workbench.errors import UsageError, WrongEngineError
from workbench.face.advise import Advised, advise, schema_text
from workbench.face.profile import Profile
from workbench.model.facts import Source, SourceKind

ROOT = Path(__file__).resolve().parent.parent
SHARED = '''\
"""Names that are in two lists."""
import sys


def shared(left: list[str], right: list[str]) -> list[str]:
    found = []
    for word in left:
        if word in right:  # hot native
            found.append(word)
    return found


def main() -> None:
    names = [f"name{n}" for n in range(2_000)]
    some = [f"name{n * 3}" for n in range(1_500)]
    print(sum(len(shared(some[n * 50 : n * 50 + 300], names)) for n in range(30)))


if __name__ == "__main__":
    main()
'''


def place(text: str, name: str = "f") -> Place:
    """The place of a def in a text."""
    module = Module(FILE, text, ast.parse(text))
    return next(one for one in module.places(Regions(heated(text))) if one.name == name)


@given(recordings())
def test_a_line_is_as_hot_as_the_line_table_says(recording: Any) -> None:
    """Two ways, same answer: a region of one line has the wall time of that line in the table of lines, and its own time."""
    regions = Regions(recording)
    for row in lines(recording) if recording.stacked else []:
        every = regions.heat(row.file, row.line, row.line, Counts.REGION)
        alone = regions.heat(row.file, row.line, row.line, Counts.LINES)
        assert every is not None
        assert alone is not None
        assert every.seconds == pytest.approx(row.wall)
        assert alone.seconds == pytest.approx(row.self_time)


def test_a_function_is_as_hot_as_the_function_table_says() -> None:
    """A region of all lines of a function has its total, recursion and all."""
    recording = small_recording()
    row = next(one for one in functions(recording) if one.function == "build_index")
    heat = Regions(recording).heat(row.file, 12, 20, Counts.REGION)
    assert heat is not None
    assert heat.seconds == pytest.approx(row.total_time)
    assert heat.share == pytest.approx(row.share)
    assert heat.plus_minus == pytest.approx(row.plus_minus)


def test_callees_are_told_by_name() -> None:
    """Of a line's time, what it spends in functions of certain names is had apart; of other names nothing."""
    recording, file = small_recording(), small_recording().sources[0].file
    regions = Regions(recording)
    found = regions.heat(file, 8, 8, Counts.CALLEES, {"loads"})
    none = regions.heat(file, 8, 8, Counts.CALLEES, {"dumps"})
    assert found is not None
    assert none is not None
    assert found.seconds == pytest.approx(0.2)
    assert none.seconds == 0


def test_what_a_recording_cannot_tell_is_none() -> None:
    """Without allocations nothing is known of held memory, and without tasks nothing of waits."""
    regions = Regions(small_recording())
    assert regions.heat("x", 1, 9, Counts.HELD) is None
    assert regions.heat("x", 1, 9, Counts.WAITS) is None
    held = Regions(heap_recording()).heat(heap_recording().sources[0].file, 17, 17, Counts.HELD)
    assert held is not None
    assert held.size == 20 << 20


LOOPS = """\
def f(rows, other):
    for row in sorted(rows):
        a(row)
        total = [b(x) for x in c(row) if d(x)]
        pairs = {(x, y): e(x) for x in other for y in g(x)}
    else:
        h()
    while k():
        m()
    n()
"""


@pytest.mark.parametrize(
    ("name", "depth"),
    [("sorted", 0), ("a", 1), ("b", 2), ("c", 1), ("d", 2), ("e", 2), ("g", 2), ("h", 0), ("k", 1), ("m", 1), ("n", 0)],
)
def test_what_a_loop_repeats(name: str, depth: int) -> None:
    """What a loop goes over is made once, and its else runs once: neither is in the loop; conditions and later `for`s are."""
    where = place(LOOPS)
    call = next(one for one in where.nodes if isinstance(one, ast.Call) and where.called(one) == name)
    assert len(where.loops(call)) == depth


KINDS = """\
import numpy as np
from collections import deque
TABLE = {}
MANY = [1]
MANY = {2}
class A:
    def __init__(self):
        self.items = []
        self.twice = []
        self.twice = {}
    def f(self, text: str, rows: "list[str]", odd, both: list[int]):
        parts = text.split(",")
        line = rows[0]
        queue = deque()
        grid = np.zeros(3)
        mixed = [] if odd else {}
        both = {}
        for part in parts:
            pass
        s = ""
        s += "x"
"""


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("text", "str"),
        ("rows", "list"),
        ("line", "str"),
        ("parts", "list"),
        ("part", "str"),
        ("queue", "deque"),
        ("grid", "ndarray"),
        ("s", "str"),
        ("self.items", "list"),
        ("self.twice", ""),
        ("TABLE", "dict"),
        ("MANY", ""),
        ("mixed", ""),
        ("both", ""),
        ("odd", ""),
        ("rows[1:]", "list"),
        ("'a' + text", "str"),
        ("odd + text", ""),
    ],
)
def test_kinds_are_known_only_where_all_agree(expression: str, kind: str) -> None:
    """A name has a kind where every place that binds it says the same, else none."""
    assert place(KINDS, "A.f").kinds.kind(ast.parse(expression, mode="eval").body) == kind


def test_edits_keep_the_rest() -> None:
    """An edit changes its node and nothing else, also behind letters of several bytes and on lines that end as on Windows."""
    text = 'def f():\r\n    x = "ä€" + g(1)  # ü\r\n    return x\r\n'
    module = Module(FILE, text, ast.parse(text))
    call = next(node for node in ast.walk(module.tree) if isinstance(node, ast.Call))
    assert changed(module, [Edit(call, "h(2)")]) == text.replace("g(1)", "h(2)")


def test_edits_that_overlap_are_refused() -> None:
    """Two edits of the same text are a fault of the rule, and raise."""
    module = Module(FILE, "a + b\n", ast.parse("a + b\n"))
    with pytest.raises(ValueError, match="overlap"):
        changed(module, [Edit(module.tree.body[0], "x"), Edit(module.tree.body[0].value.left, "y")])  # type: ignore[attr-defined]


def test_the_ceiling_is_amdahls_bound() -> None:
    """At most 1 / (1 - upper end of the share)."""
    (found,) = advised(heated(SHARED))
    assert found.share == WARM / ALL
    assert found.ceiling == pytest.approx(1 / (1 - (found.share + found.plus_minus)))
    assert (found.first, found.function, found.handle) == (8, "shared", "l1")


def test_the_floor_decides() -> None:
    """What is below the floor is not told, and a floor that is no share is refused."""
    assert advised(heated(SHARED), floor=0.7) == ()
    assert len(advised(heated(SHARED, cold=True), floor=0.0)) == 1
    with pytest.raises(UsageError, match="from 0 to 1"):
        advised(heated(SHARED), floor=5)


def test_an_engine_without_lines_is_refused() -> None:
    """cProfile knows no lines: the message says which engines do."""
    with pytest.raises(WrongEngineError, match="Record with sample"):
        advised(exact_recording())


def test_source_that_does_not_parse_is_said() -> None:
    """A captured source that is no Python is left out, with a note that says so."""
    recording = heated("def f(:\n    pass  # hot\n")
    found = advise(Profile(recording))
    assert found.findings == ()
    assert any("program.py cannot be read as Python" in note for note in found.notes)
    assert "cannot be read as Python" in found.text()


def test_text_and_values_tell_the_same(tmp_path: Path) -> None:
    """The JSON holds to its schema and has the rule, place and share that the text has; the text fits its budget."""
    found = advise(Profile(heated(SHARED)))
    values = found.json()
    jsonschema.validate(values, json.loads(schema_text()))
    json.dumps(values, allow_nan=False)
    (row,) = values["advice"]
    text = found.text()
    assert f"a1  {row['rule']}  l1 {row['where']} in shared" in text
    assert f"{row['share']:.1%}".replace("%", " %") in text
    assert row["rewrite"]["how"] in text
    with pytest.raises(UsageError, match="tokens are too few"):
        found.text(tokens=20)


def test_a_rewrite_is_shown_as_a_diff() -> None:
    """The diff has the line that changes; other handles are refused in words."""
    found = advise(Profile(heated(SHARED)))
    assert "-        if word in right:" in found.diff("a1")
    assert "+    known_right = set(right)" in found.diff("a1")
    with pytest.raises(UsageError, match="there are: a1"):
        found.diff("a7")


def test_what_comes_next_can_be_done() -> None:
    """Advice on a file ends in commands on it, advice on a profile in what can be asked of the two in Python."""
    found = advise(Profile(heated(SHARED)))
    assert '.diff("a1") shows the rewrite' in found.text()
    assert "workbench advise" not in found.text()
    found.file = "my run.wbp"
    assert "workbench advise 'my run.wbp' --diff a1" in found.text()


def test_nothing_to_say_is_said() -> None:
    """A recording whose hot lines are right gives a sentence, not an empty page."""
    found = advise(Profile(heated("def f(x):\n    return x + 1  # hot\n")))
    assert found.findings == ()
    assert "No rule has anything to say" in found.text()


def run(*words: str, at: Path) -> subprocess.CompletedProcess[str]:
    """`workbench WORDS` in a folder."""
    command = [sys.executable, "-m", "workbench", *words]
    return subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)


def made(folder: Path) -> Path:
    """A program, a test of it, and a recording of it."""
    (folder / "slow.py").write_text(SHARED, encoding="utf-8")
    (folder / "test_slow.py").write_text(
        'import slow\n\n\ndef test_shared():\n    assert slow.shared(["a", "b"], ["b"]) == ["b"]\n', encoding="utf-8"
    )
    done = run("profile", "--save", "run.wbp", "slow.py", at=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recorded program that nobody changes."""
    return made(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A recorded program of the test's own."""
    return made(tmp_path)


@pytest.mark.timing
def test_a_rewrite_is_proven(recorded: Path) -> None:
    """`--prove` runs the program again and has the rewrite verified: the same results, faster, all six items."""
    done = run("advise", "run.wbp", "--prove", "--budget", "6s", "--keep", "kept", "--json", at=recorded)
    (proof,) = json.loads(done.stdout)["proofs"]
    if proof["code"] == "U01":
        pytest.skip(f"this machine cannot decide now: {proof['said']}")
    assert (done.returncode, proof["verdict"]) == (0, "verified"), proof
    assert float(proof["ratio"].partition("x")[0]) > 1.5
    told = run("brief", proof["study"], at=recorded)
    assert "verified" in told.stdout, told.stderr


def test_a_file_that_changed_is_not_proven(recorded: Path) -> None:
    """Where the source is another than the recorded one, advice says so, and nothing is tried."""
    text = (recorded / "slow.py").read_text(encoding="utf-8")
    (recorded / "slow.py").write_text("A = 1\n" + text, encoding="utf-8")
    done = run("advise", "run.wbp", "--prove", "--json", at=recorded)
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert [proof["verdict"] for proof in found["proofs"]] == ["not tried"]
    assert any("has changed since the recording" in note for note in found["notes"])


def test_a_program_that_cannot_be_run_again_is_said(recorded: Path) -> None:
    """A moved script, and a recording of a cell, are refused with the words that would do."""
    shutil.move(recorded / "slow.py", recorded / "other.py")
    done = run("advise", "run.wbp", "--prove", at=recorded)
    assert done.returncode == 2
    assert "--prove -- script.py ARGS" in done.stderr
    with pytest.raises(UsageError, match="is a cell"):
        advise(Profile(small_recording())).prove()


def test_a_program_without_a_guard_is_said(recorded: Path) -> None:
    """A script whose import fails, as it is a program down to its end, is refused with the line and the remedy."""
    text = (recorded / "slow.py").read_text(encoding="utf-8").partition("\nif __name__")[0] + "\nmain()\nsys.exit(3)\n"
    (recorded / "slow.py").write_text(text, encoding="utf-8")
    run("profile", "--save", "run.wbp", "slow.py", at=recorded)
    done = run("advise", "run.wbp", "--prove", at=recorded)
    assert done.returncode == 2
    assert "SystemExit" in done.stderr
    assert "__main__" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.wbp"], "nowhere.wbp"),
        ([], "needs the file"),
        (["run.wbp", "--floor", "500"], "--floor"),
        (["run.wbp", "--tokens", "0"], "--tokens"),
        (["run.wbp", "--diff", "a9"], "no finding a9"),
        (["run.wbp", "--", "slow.py"], "--calls or --prove"),
        (["run.wbp", "--keep", "here"], "Add --prove"),
    ],
)
def test_wrong_words(whole: Path, words: list[str], said: str) -> None:
    """Exit code 2 and a sentence for each."""
    done = run("advise", *words, at=whole)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


REPEATED = """\
def weight(word: str) -> int:
    total = 0
    for letter in word:
        total += ord(letter) * 7 % 13
    return total


def main() -> None:
    print(sum(weight(f"word{n % 20}" * 40) for n in range(20_000)))


if __name__ == "__main__":
    main()
"""


def test_repeated_calls_are_seen_where_they_are_recorded(tmp_path: Path) -> None:
    """`--calls` runs the program again, which then prints nothing, and only with it is it told that calls repeat, and how many."""
    (tmp_path / "again.py").write_text(REPEATED, encoding="utf-8")
    assert run("profile", "--save", "run.wbp", "again.py", at=tmp_path).returncode == 0
    found = {}
    for words in ((), ("--calls",)):
        rows = json.loads(run("advise", "run.wbp", *words, "--json", at=tmp_path).stdout)["advice"]
        found[words] = [row["says"] for row in rows if row["rule"] == "repeated-call"]
    assert found[()] == []
    assert len(found["--calls",]) == 1
    assert "`weight` was called 20,000 times" in found["--calls",][0]
    assert "20 different arguments" in found["--calls",][0]


def test_python_reaches_the_same() -> None:
    """`workbench.advise` is the command's function, and shows itself in both forms."""
    found = workbench.advise(Profile(heated(SHARED)))
    assert isinstance(found, Advised)
    assert repr(found) == found.text()
    assert math.isfinite(found.json()["advice"][0]["ceiling"])


def test_cells_are_read_too() -> None:
    """A notebook's cell is own code as any file's, and named as the notebook names it."""
    recording = heated(SHARED)
    cell = Source(FILE, "In [3]", SourceKind.CELL, SHARED)
    found = advise(Profile(replace(recording, sources=(cell,))))
    assert "In [3]:8 in shared" in found.text()
