"""Progressive depth: from a finding to a closer look is one step, and no cell runs without its person."""

from __future__ import annotations

from typing import Any

import pytest
import samples
from IPython.core.interactiveshell import InteractiveShell

import workbench
from workbench.errors import StillRunningError, UsageError
from workbench.face.profile import Profile
from workbench.face.session import remember
from workbench.face.zoom import name_of

CELL = """\
def busy(n):
    total = 0
    for number in range(n):
        total += number % 7
    return total
busy(3_000_000)
"""


def spin(n: int) -> int:
    total = 0
    for number in range(n):
        total += number % 7
    return total


def test_a_call_is_run_again_under_the_closer_engine() -> None:
    """Zooming into the newest call runs it again at once, with its arguments, and counts each line of the function."""
    rec = workbench.profile_call(spin, 200_000)
    closer = rec.zoom("spin")
    assert closer.engine == "lines"
    assert closer.result == spin(200_000)
    counts = closer.lines().set_index("line")["hits"]
    assert counts.max() == pytest.approx(200_000, abs=2)


def test_a_handle_names_the_same_function_as_its_row() -> None:
    """`f1` is the function of the first row, `l1` that of the hottest line, and a name is itself."""
    recording = samples.small_recording()
    assert name_of(recording, "f1") == name_of(recording, "l1") == name_of(recording, "build_index") == "build_index"


@pytest.mark.parametrize(
    ("what", "said"), [("biuld_index", "build_index"), ("f99", "Handles"), ("loads", "not code of yours")]
)
def test_what_is_not_there_is_explained(what: str, said: str) -> None:
    """A name or handle that leads nowhere, and code of others, are refused with what would be right."""
    with pytest.raises(UsageError, match=said):
        Profile(samples.small_recording()).zoom(what)


def test_an_engine_without_names_is_refused() -> None:
    """Only engines that look at chosen functions can be zoomed with."""
    with pytest.raises(UsageError, match="lines or memory"):
        Profile(samples.small_recording()).zoom("f1", engine="cpu")


def test_a_script_is_zoomed_by_its_command() -> None:
    """What was run from a shell is not run from here: the command is said instead."""
    recording = samples.small_recording(target=samples.Target(samples.TargetKind.SCRIPT, "app.py 3"))
    with pytest.raises(UsageError, match=r"workbench profile lines -f parse app\.py 3"):
        Profile(recording).zoom("parse")


def test_an_older_call_is_no_longer_at_hand() -> None:
    """Only the newest call keeps its arguments alive; an older one says how to run it again."""
    old = workbench.profile_call(spin, 200_000)
    workbench.profile_call(spin, 100_000)
    with pytest.raises(UsageError, match="not at hand"):
        old.zoom("spin")


@pytest.fixture
def shell() -> Any:
    """An IPython shell with the extension loaded."""
    found = InteractiveShell.instance()
    found.run_line_magic("load_ext", "workbench")
    yield found
    found.run_line_magic("unload_ext", "workbench")
    InteractiveShell.clear_instance()


def test_a_cell_is_armed_and_runs_when_its_person_runs_it(shell: Any) -> None:
    """Zooming into a cell runs nothing: the next plain `%%profile` of that very cell fills the profile, which says so until then."""
    shell.run_cell("%%profile --quiet\n" + CELL)
    first = workbench.last()
    closer = first.zoom("busy")
    assert "armed" in repr(closer)
    with pytest.raises(StillRunningError, match="recorded again"):
        closer.lines()
    shell.run_cell("%%profile --quiet\nsum(range(100_000))")
    assert workbench.last().engine == "sample"
    shell.run_cell("%%profile --quiet\n" + CELL)
    assert closer.engine == workbench.last().engine == "lines"
    assert set(closer.lines()["function"]) == {"busy"}
    shell.run_cell("%%profile --quiet\n" + CELL)
    assert workbench.last().engine == "sample"


def test_a_named_engine_is_not_overruled(shell: Any) -> None:
    """A cell whose magic names an engine is recorded with that one, armed or not."""
    shell.run_cell("%%profile --quiet\n" + CELL)
    workbench.last().zoom("busy")
    shell.run_cell("%%profile cpu --quiet\n" + CELL)
    assert workbench.last().engine == "cpu"


def test_a_statement_is_run_again_at_once(shell: Any) -> None:
    """Zooming into `%profile statement` records the statement again."""
    shell.run_cell(CELL)
    shell.run_cell("%profile --quiet busy(200_000)")
    closer = workbench.last().zoom("busy")
    assert closer.engine == "lines"
    assert closer.target.name == "busy(200_000)"


def test_all_engines_pass_over_a_statement_and_one_zooms(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """`%profile all statement` runs four engines over it and gives the statement's value; a zoom from there runs it once more."""
    shell.run_cell(CELL)
    shell.run_cell("value = %profile all --as found busy(200_000)")
    assert capsys.readouterr().out.count("One pass under each engine by itself") >= 1
    found = shell.user_ns["found"]
    assert list(found.passes) == ["sample", "cpu", "lines", "memory"]
    assert shell.user_ns["value"] == shell.user_ns["busy"](200_000)
    assert set(found.passes["lines"].lines()["function"]) == {"busy"}
    assert found.zoom("busy").engine == "lines"
    shell.run_cell("%%profile all\nbusy(10)")
    assert "nine times" in capsys.readouterr().err


def test_a_block_is_armed_for_its_next_pass() -> None:
    """A block that is passed again is recorded closer, once, after it was zoomed into."""
    engines = []
    closer = None
    for _ in range(3):
        with workbench.profile() as rec:
            spin(400_000)
        engines.append(rec.engine)
        closer = rec.zoom("spin") if closer is None else closer
    assert engines == ["sample", "lines", "sample"]
    assert closer is not None
    assert closer.engine == "lines"


def test_the_view_says_the_command() -> None:
    """What the browser reads has the command for a closer look, with a place for the function's name; one of lines has none."""
    from workbench.render.html_words import words

    assert words(samples.small_recording()).closer == "%%profile lines -f {name}"
    assert words(samples.lines_recording()).closer == ""


def test_the_live_view_asks_for_it() -> None:
    """Pressing the button in the widget arms the cell."""
    rec = remember(Profile(samples.small_recording()))
    view = rec.view()
    frame = next(at for at, name in enumerate(view._names) if name == "build_index")
    view._handle_msg({"content": {"data": {"method": "custom", "content": {"closer": frame}}}, "buffers": []})
    from workbench.face.zoom import take

    armed = take(lambda old: old is rec.recording)
    assert armed is not None
    assert armed.functions == ("build_index",)
