"""The panel that records, driven by its buttons and fields: what it offers, what it says, and what becomes of the session's recordings."""

from __future__ import annotations

import asyncio
import functools
import html
import math
import re
import signal
import threading
from collections import deque
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from kernel import Kernel

import workbench
from workbench.errors import NothingRecordedError, UsageError
from workbench.face import session
from workbench.face.panel import NotebookSession
from workbench.face.statement import Stoppable, compiled
from workbench.recorder.pulse import Reading
from workbench.widgets.panel import RunPanel
from workbench.widgets.panel_options import engine_choices, fitting
from workbench.widgets.panel_progress import Teller, progress_line, progress_words
from workbench.widgets.panel_session import Callee

if TYPE_CHECKING:
    from collections.abc import Callable

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
CELL = "/somewhere/ipykernel_1/2.py"
SOURCE = """
def main():
    return sum(number * number for number in range(2000))

def index(text, least=1):
    return len(text) >= least

def every(*parts, **named):
    return parts, named

def _private():
    pass

async def awaited():
    pass

class Kind:
    def method(self):
        pass
"""


class Cells:
    """One cell, In [3], under the name it was compiled as."""

    def label(self, file: str) -> str | None:
        return "In [3]" if file == CELL else None


class Bench:
    """A namespace as a notebook's, and a panel over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, Any] = {"__name__": "__main__"}
        exec(compile(SOURCE, CELL, "exec"), self.names)
        self.session = NotebookSession(self.names, Cells())
        self.panel = RunPanel(self.session)
        self.panel.fields["engine"].value = "cpu"

    def run(self, statement: str, engine: str = "cpu") -> str:
        """Write a statement, choose an engine, press Run; what the panel then says."""
        self.panel.fields["statement"].value, self.panel.fields["engine"].value = statement, engine
        return self.press("run")

    def press(self, key: str) -> str:
        """Press a button; what is then said, beside it or below the list."""
        self.panel.buttons[key].click()
        return words(self.panel.shown["said"] if key in ("run", "cancel") else self.panel.acts.told)

    def choose(self, *numbers: int) -> None:
        self.panel.history.rows.value = numbers

    @property
    def rows(self) -> list[str]:
        """The list of recordings, as it is read."""
        return [" ".join(label.split()) for label, _ in self.panel.history.rows.options]

    @property
    def numbers(self) -> list[int]:
        return [number for _, number in self.panel.history.rows.options]

    @property
    def offered(self) -> dict[str, str]:
        """The functions that may be chosen: name and label."""
        return {name: label for label, name in self.panel.fields["callee"].options if name}


def words(widget: Any) -> str:
    """A widget's HTML as its words."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", widget.value)).split())


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(session, "_history", deque(maxlen=50))
    monkeypatch.setattr(session, "_counted", 0)
    monkeypatch.chdir(tmp_path)
    return Bench(tmp_path)


def test_own_functions_are_offered_and_those_that_need_nothing_are_marked(bench: Bench) -> None:
    """Functions of cells and of own modules, with what they need; no privates, classes, coroutines, libraries, built-ins or workbench."""
    own = ModuleType("words_of_mine")
    exec(compile(SOURCE, str(bench.folder / "words_of_mine.py"), "exec"), own.__dict__)
    bench.names |= {
        "words": own,
        "math": math,
        "workbench": workbench,
        "load": workbench.load,
        "dumps": pytest.raises,
        "cached": functools.lru_cache(bench.names["main"]),
        "half": functools.partial(bench.names["index"], "text"),
        "bound": bench.names["Kind"]().method,
        "number": 3,
    }
    bench.press("refresh")
    assert bench.offered == {
        "bound": "bound()  ·  runs as it is",
        "cached": "cached()  ·  runs as it is",
        "every": "every(...)  ·  runs as it is",
        "half": "half(...)  ·  runs as it is",
        "index": "index(text, ...)",
        "main": "main()  ·  runs as it is",
        "words.every": "words.every(...)  ·  runs as it is",
        "words.index": "words.index(text, ...)",
        "words.main": "words.main()  ·  runs as it is",
    }


def test_looking_for_functions_runs_no_code_of_the_notebook(bench: Bench) -> None:
    """An object that answers every question with an error, and one that says it is a function, do no harm."""

    class Lazy:
        def __getattribute__(self, name: str) -> Any:
            raise RuntimeError(name)

    bench.names["lazy"] = Lazy()
    bench.press("refresh")
    assert "lazy" not in bench.offered
    assert "main" in bench.offered


def test_choosing_a_function_proposes_a_statement_with_gaps_to_fill(bench: Bench) -> None:
    """A function without parameters is proposed as it is run; one that needs a value has a gap, which is named and not run."""
    bench.panel.fields["callee"].value = "main"
    assert bench.panel.fields["statement"].value == "main()"
    assert words(bench.panel.shown["fault"]) == ""
    bench.panel.fields["callee"].value = "index"
    assert bench.panel.fields["statement"].value == "index(text=...)"
    assert words(bench.panel.shown["fault"]) == "Write a value in the place of ... for text."
    assert bench.press("run") == "Write a value in the place of ... for text."
    assert bench.rows == []


def test_a_function_that_is_gone_is_no_longer_offered(bench: Bench) -> None:
    """After Refresh the functions are those of the notebook now; one that was chosen and is still there stays chosen."""
    bench.panel.fields["callee"].value = "main"
    del bench.names["index"]
    bench.press("refresh")
    assert "index" not in bench.offered
    assert bench.panel.fields["callee"].value == "main"
    del bench.names["main"]
    bench.press("refresh")
    assert bench.panel.fields["callee"].value == ""
    assert words(bench.panel.shown["fault"]).startswith("There is no 'main' in the notebook now.")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("  ", "There is no statement. Choose a function"),
        ("# main()", "There is only a comment."),
        ("main(", "This is no Python yet: '(' was never closed"),
        ("x = 'a\0'", "This is no Python yet"),
        ("await awaited()", "A statement with await runs in a cell of its own: write %%profile over it."),
        ("[x async for x in main()]", "A statement with await runs in a cell"),
        pytest.param("(" * 5000, "This is no Python yet: too many nested parentheses", id="deep"),
        pytest.param("1" + "+1" * 20000, "This is no Python yet: ", id="long"),
        ("return 3", "This is no Python yet: 'return' outside function"),
        ("mian()", "There is no 'mian' in the notebook now. Run the cell that makes it"),
        ("print(gone.there)", "There is no 'gone' in the notebook now."),
    ],
)
def test_what_cannot_be_run_is_said_as_it_is_written_and_not_run(bench: Bench, statement: str, said: str) -> None:
    """An empty statement, no Python, an await, a name that is not there: said, and nothing is recorded."""
    bench.panel.fields["statement"].value = statement
    assert not statement.strip() or words(bench.panel.shown["fault"]).startswith(said)
    assert bench.press("run").startswith(said)
    assert session.history() == ()


@pytest.mark.parametrize(
    "statement",
    [
        "x = 3; x",
        "[main() for _ in range(2)]",
        "(lambda text: index(text))('a')",
        "for each in (1, 2): main()",
        "index(text='...')",
        "import math; math.sqrt(2)",
        "main() if __name__ else None",
    ],
)
def test_what_is_python_is_not_complained_of(bench: Bench, statement: str) -> None:
    """Assignments, comprehensions, lambdas, loops, imports and built-in names are no faults."""
    assert bench.session.fault(statement) == ""


def test_a_run_is_recorded_shown_and_chosen_in_the_list(bench: Bench) -> None:
    """After Run the recording is the session's newest, stands in the list, is chosen, and its view is below."""
    assert bench.run("main()") == "Done: recording 1."
    found = workbench.last()
    assert (found.engine, found.target.name) == ("cpu", "main()")
    assert bench.rows[0].startswith("1 main() cpu ")
    assert bench.panel.history.rows.value == (1,)
    (view,) = bench.panel.shown["view"].children
    assert view.payload["meta"]["title"] == "main()"
    assert bench.panel.shown["progress"].value == ""
    assert bench.panel.buttons["run"].description == "Run"


def test_a_statement_has_the_names_and_leaves_them_in_the_notebook(bench: Bench) -> None:
    """It reads what the notebook has, what it assigns is there afterwards, and the last value is the profile's result."""
    bench.run("found = main(); found + 1")
    assert bench.names["found"] == bench.names["main"]()
    assert workbench.last().result == bench.names["found"] + 1


def test_each_recording_has_the_text_of_its_own_statement(bench: Bench) -> None:
    """Two statements one after the other: the second's source is the second's."""
    for statement in ("main()", "index('a'); main()"):
        bench.run(statement, "sample")
        sources = {source.file: source.text for source in workbench.last().recording.sources}
        assert sources["<profile>"].strip() == statement


def test_all_engines_can_be_chosen_and_say_what_they_measure(bench: Bench) -> None:
    """Each engine has a line on what it measures, and shows those options that fit it, and no others."""
    shown = {}
    for engine in engine_choices():
        bench.panel.fields["engine"].value = engine
        assert words(bench.panel.shown["measures"]) != ""
        tags, *others = bench.panel._options.children
        names = [name for name in bench.panel.options if name != "functions"]
        shown[engine] = ["functions"] * (tags.layout.display != "none")
        shown[engine] += [name for name, one in zip(names, others, strict=True) if one.layout.display != "none"]
        assert set(shown[engine]) == set(fitting(engine))
    assert shown["sample"] == ["interval", "budget", "once"]
    assert shown["cpu"] == []
    assert shown["lines"] == ["functions"]
    assert shown["memory"] == ["functions", "backend"]
    assert shown["heap"] == ["backend", "native", "objects"]
    assert shown["all"] == ["functions", "once"]


def test_functions_and_interval_reach_the_engine(bench: Bench) -> None:
    """Engine lines looks at the functions that are named; the sampler takes the interval and runs once where that is asked for."""
    bench.panel.options["functions"].value = ["index"]
    bench.run("index('a'); main()", "lines")
    frame = workbench.last().lines()
    assert set(frame["function"]) == {"index"}
    bench.panel.options["interval"].value, bench.panel.options["once"].value = "0.002", True
    bench.run("main()", "sample")
    assert workbench.last().target.repeats == 1


@pytest.mark.parametrize(
    ("engine", "option", "value", "said"),
    [
        ("sample", "interval", "soon", "Interval must be a number above 0, and this is 'soon'."),
        ("sample", "interval", "-1", "Interval must be a number above 0"),
        ("sample", "interval", "inf", "Interval must be a number above 0"),
        ("sample", "budget", "1.5", "Budget must be a number between 0 and 1"),
        ("sample", "budget", "nan", "Budget must be a number between 0 and 1"),
        ("lines", "functions", ["main()"], "A function is named without a call: main."),
        ("lines", "functions", ["no name"], "'no name' is not the name of a function"),
        ("lines", "functions", ["mian"], "There is no function 'mian'"),
    ],
)
def test_an_option_that_is_off_is_said_and_nothing_is_run(
    bench: Bench, engine: str, option: str, value: object, said: str
) -> None:
    """Values out of range and functions that are not there: said calmly, nothing is recorded, and the panel stays usable."""
    bench.panel.options[option].value = value
    found = bench.run("main()", engine)
    assert said in found
    assert session.history() == ()
    assert bench.run("main()", "cpu") == "Done: recording 1."


def test_an_option_of_another_engine_does_not_get_in_the_way(bench: Bench) -> None:
    """What was written for the sampler is not asked of cProfile, where its field is not shown."""
    bench.panel.options["interval"].value = "soon"
    assert bench.run("main()", "cpu") == "Done: recording 1."


@pytest.mark.parametrize(
    ("body", "said", "ended"),
    [
        ("raise ValueError('no <such> file')", "ValueError: no <such> file What was recorded", "ValueError"),
        ("raise SystemExit(3)", "SystemExit: 3 What was recorded", "SystemExit"),
        (
            "raise KeyboardInterrupt",
            "Interrupted. What was recorded up to there is kept as recording 1.",
            "interrupted",
        ),
    ],
)
@pytest.mark.parametrize("engine", ["cpu", "all"])
def test_whatever_a_statement_raises_is_said_and_its_recording_kept(
    bench: Bench, body: str, said: str, ended: str, engine: str
) -> None:
    """An exception, an exit, an interrupt: shown with the statement's own lines, none comes out; the recording is in the list.

    Under `all` the first run is without an engine: what ends the program there leaves nothing to keep, and that is said.
    """
    exec(compile(f"def bad():\n    {body}\n", CELL, "exec"), bench.names)
    found = bench.run("bad()", engine)
    if engine == "all" and ended != "ValueError":
        assert re.match(r"SystemExit: 3|Interrupted", found)
        assert bench.panel.buttons["run"].description == "Run"
        return
    assert found.startswith(said)
    assert bench.rows[0].endswith(ended)
    assert workbench.last().error is not None
    if ended != "interrupted":
        assert "In [3], line 2, in bad" in found
        assert "workbench" not in found


def test_a_second_click_does_nothing_while_it_runs(bench: Bench) -> None:
    """During a run the button says Running, another click begins no second one, and the list cannot be changed."""
    during: list[Any] = []
    bench.run("main()")

    def work() -> None:
        bench.panel.buttons["run"].click()
        bench.panel.buttons["delete"].click()
        buttons = bench.panel.buttons
        during.append((buttons["run"].description, buttons["cancel"].disabled, buttons["delete"].disabled))

    bench.names["work"] = work
    bench.run("work()")
    assert during == [("Running", False, True)]
    assert bench.numbers == [2, 1]
    assert bench.panel.buttons["cancel"].disabled


def test_where_a_recording_runs_already_the_panel_says_so(bench: Bench) -> None:
    """Inside a block that is recorded nothing is run; afterwards it can be."""
    with workbench.profile("cpu"):
        found = bench.run("main()")
    assert found.startswith("A recording with engine 'cpu' is running already")
    assert len(session.history()) == 1
    assert bench.run("main()") == "Done: recording 2."


def clicks(work: Callable[[], None]) -> threading.Thread:
    """A thread in which buttons are pressed, as a kernel hears them."""
    found = threading.Thread(target=work)
    found.start()
    return found


def test_cancel_interrupts_the_statement_and_keeps_what_was_recorded(bench: Bench) -> None:
    """Run and Cancel heard in another thread: the statement runs in the main one, is interrupted there, its recording says so, and
    Ctrl-C means afterwards what it did before."""
    begun, threads = threading.Event(), []

    def endless() -> None:
        threads.append(threading.current_thread())
        begun.set()
        while True:
            pass

    before = signal.getsignal(signal.SIGINT)

    async def kernel() -> None:
        panel = RunPanel(bench.session)
        bench.panel = panel
        panel.fields["statement"].value = "endless()"

        def person() -> None:
            panel.buttons["run"].click()
            assert begun.wait(30)
            panel.buttons["cancel"].click()

        hearing = clicks(person)
        while panel.buttons["run"].description != "Running":
            await asyncio.sleep(0)
        while panel.buttons["run"].description == "Running":
            await asyncio.sleep(0)
        hearing.join()

    bench.names["endless"] = endless
    asyncio.run(kernel())
    assert threads == [threading.main_thread()]
    assert words(bench.panel.shown["said"]) == "Interrupted. What was recorded up to there is kept as recording 1."
    error = workbench.last().error
    assert error is not None
    assert error.interrupted
    assert bench.rows[0].endswith("interrupted")
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("ended", ["cancelled", "closed"])
def test_a_run_that_waits_for_a_cell_can_be_taken_back(bench: Bench, ended: str) -> None:
    """While a cell runs, Run waits for it; cancelled, or closed, before that, nothing is run."""
    ran: list[int] = []
    bench.names["work"] = lambda: ran.append(1)

    async def kernel() -> None:
        panel = bench.panel = RunPanel(bench.session)
        panel.fields["statement"].value = "work()"
        clicks(panel.buttons["run"].click).join()
        assert words(panel.shown["progress"]) == "waits until the running cell is done"
        if ended == "cancelled":
            clicks(panel.buttons["cancel"].click).join()
        else:
            panel.close()
        while panel.buttons["run"].description == "Running":
            await asyncio.sleep(0)

    asyncio.run(kernel())
    assert ran == []
    assert session.history() == ()
    assert words(bench.panel.shown["said"]) == "Cancelled before it began; nothing was run."


def test_closing_the_panel_in_the_middle_keeps_the_recording(bench: Bench) -> None:
    """A statement whose panel is closed runs to its end; the recording is the session's newest."""
    bench.names["work"] = lambda: (bench.panel.close(), 7)[1]
    bench.run("work()")
    assert workbench.last().result == 7
    assert workbench.last().error is None


def test_cancel_after_the_end_does_nothing(bench: Bench) -> None:
    """Cancel heard only when the run is over leaves its recording as it is, and the next run is not stopped by it."""
    bench.run("main()")
    bench.press("cancel")
    assert workbench.last().error is None
    assert bench.run("main()") == "Done: recording 2."


def test_between_its_runs_an_interrupt_waits(bench: Bench) -> None:
    """Ctrl-C while the recording is put together loses nothing: it is heard, and stops the next run before it begins."""
    ran: list[int] = []
    call = Stoppable(lambda: ran.append(1))
    with call.listening():
        call()
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            call()
    assert ran == [1]


def test_recordings_are_renamed(bench: Bench) -> None:
    """A name stands in the list in the place of the statement; one that is taken is refused; an empty one takes it away."""
    bench.run("main()")
    bench.run("index('a')")
    bench.choose(1)
    bench.panel.history.fields["name"].value = f"before {HOSTILE[:20]}"
    assert bench.press("rename") == f"Recording 1 is named 'before {HOSTILE[:20]}'."
    assert bench.rows[1].startswith("1 before <script>")
    assert f"1 before {HOSTILE[:20]} main() cpu" in words(bench.panel.history.about)
    assert "<script" not in bench.panel.history.about.value
    bench.choose(2)
    assert bench.panel.history.fields["name"].value == ""
    bench.panel.history.fields["name"].value = f"before {HOSTILE[:20]}"
    assert bench.press("rename").startswith("Rename Recording 1 is named")
    bench.choose(1)
    bench.panel.history.fields["name"].value = ""
    assert bench.press("rename") == "Recording 1 has no name now."
    assert bench.rows[1].startswith("1 main()")


def test_after_each_act_the_list_can_be_used_on(bench: Bench) -> None:
    """Renaming, saving and asking leave those buttons pressable that fit what is chosen."""
    bench.run("main()")
    for key in ("rename", "save", "save", "show", "delete"):
        bench.press(key)
        assert (bench.panel.buttons["run"].description, bench.panel.buttons["cancel"].disabled) == ("Run", True)
        pressable = {name for name, one in bench.panel.history.buttons.items() if not one.disabled}
        assert pressable == {"show", "delete", "rename", "save", "report"}, key


def test_two_recordings_are_compared_and_what_does_not_compare_says_why(bench: Bench) -> None:
    """Two runs of one statement: what changed is shown below. Under two engines the reason is said, and the view stays."""
    bench.run("main()")
    bench.run("main()")
    bench.run("main()", "lines")
    bench.choose(1)
    assert bench.panel.buttons["compare"].disabled
    bench.choose(2, 1)
    assert bench.press("compare") == "Recording 2 (main()) against recording 1 (main()), below."
    (shown,) = bench.panel.shown["view"].children
    bench.choose(3, 1)
    refused = bench.press("compare")
    assert refused.startswith("Compare ")
    assert "engine" in refused or "lines" in refused
    assert bench.panel.shown["view"].children == (shown,)


def test_an_older_recording_is_shown_again(bench: Bench) -> None:
    """Show puts the chosen recording's view in the place of the one that was there."""
    bench.run("main()")
    bench.run("index('a')")
    (newest,) = bench.panel.shown["view"].children
    bench.choose(1)
    bench.press("show")
    (shown,) = bench.panel.shown["view"].children
    assert shown is not newest
    assert newest.comm is None


def test_a_recording_is_saved_and_reported_and_a_file_is_overwritten_only_when_asked(bench: Bench) -> None:
    """Save and Report write what can be read; a file that is there is asked about: No leaves it, Yes overwrites it."""
    bench.run("main()")
    assert bench.panel.history.fields["save"].value == "main.wbp"
    assert bench.press("save") == f"Recording 1 is written to {bench.folder / 'main.wbp'}."
    assert workbench.load("main.wbp").target.name == "main()"
    assert "main.html" in bench.press("report")
    assert "main()" in Path("main.html").read_text()
    Path("main.wbp").write_text("precious")
    assert bench.press("save") == "There is a file main.wbp already. Overwrite it?"
    assert bench.panel.acts.yes.description == "Yes, overwrite"
    assert bench.panel.acts.ask.layout.display is None
    bench.panel.acts.no.click()
    assert (words(bench.panel.acts.told), Path("main.wbp").read_text()) == ("", "precious")
    bench.panel.acts.yes.click()
    assert Path("main.wbp").read_text() == "precious"
    bench.press("save")
    bench.panel.acts.yes.click()
    assert bench.panel.acts.ask.layout.display == "none"
    assert workbench.load("main.wbp").target.name == "main()"


def test_a_question_is_about_what_was_chosen_when_it_was_asked(bench: Bench) -> None:
    """Choosing another recording takes the question back."""
    bench.run("main()")
    bench.run("index('a')")
    bench.press("delete")
    bench.choose(1)
    assert bench.panel.acts.ask.layout.display == "none"
    bench.panel.acts.yes.click()
    assert bench.numbers == [2, 1]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "There is no file name."),
        ("nowhere/found.wbp", "There is no folder nowhere."),
        (".", "is a folder. Write the name of a file."),
        ("file/inside.wbp", "There is no folder file."),
    ],
)
def test_a_path_that_cannot_be_written_is_said(bench: Bench, path: str, said: str) -> None:
    """No name, no folder, a folder, a path through a file: said, and the recording stays."""
    Path("file").write_text("")
    bench.run("main()")
    bench.panel.history.fields["save"].value = path
    assert said in bench.press("save")
    assert bench.numbers == [1]


def test_recordings_are_deleted_when_that_is_agreed_to(bench: Bench) -> None:
    """Delete asks; agreed to, the recordings are out of the session, numbers stay, and the last one leaves an empty list."""
    for _ in range(3):
        bench.run("main()")
    bench.choose(1, 3)
    assert bench.press("delete") == "Delete 2 recordings from this session? What was not saved is gone then."
    assert bench.numbers == [3, 2, 1]
    bench.panel.acts.yes.click()
    assert words(bench.panel.acts.told).startswith("2 recordings deleted")
    assert bench.numbers == [2]
    assert session.number(workbench.last()) == 2
    bench.choose(2)
    bench.press("delete")
    bench.panel.acts.yes.click()
    assert session.history() == ()
    assert words(bench.panel.history.head) == "Nothing is recorded in this session yet."


def test_a_recording_that_was_taken_away_meanwhile_is_said(bench: Bench) -> None:
    """What the session no longer has, deleted in a cell, is told when it is asked for; Refresh takes it off the list."""
    bench.run("main()")
    session.forget(workbench.last())
    assert "is not in the session's history any more. Press Refresh." in bench.press("show")
    bench.press("refresh")
    assert bench.rows == []


def test_recordings_of_cells_appear_after_refresh(bench: Bench) -> None:
    """What a cell records stands in the list when it is read anew."""
    with workbench.profile("cpu"):
        pass
    assert bench.rows == []
    bench.press("refresh")
    assert re.match(r"1 block at test_panel\.py:\d+ cpu", bench.rows[0])


def test_names_and_numbers_of_the_session(bench: Bench) -> None:
    """A recording keeps its number; a forgotten one has no name, and can be neither named nor forgotten again."""
    bench.run("main()")
    found = workbench.last()
    session.rename(found, " fast ")
    assert (session.named(found), session.number(found)) == ("fast", 1)
    session.rename(found, "fast")
    for wrong in ("two\nlines", "x" * 81):
        with pytest.raises(UsageError, match="one line of at most 80"):
            session.rename(found, wrong)
    session.forget(found)
    assert session.named(found) == ""
    assert session.again(found) is None
    for act in (session.forget, functools.partial(session.rename, name="slow")):
        with pytest.raises(NothingRecordedError, match="not in the session's history"):
            act(found)
    with pytest.raises(NothingRecordedError):
        workbench.last()


def test_a_function_of_a_statement_can_be_looked_at_closer(bench: Bench) -> None:
    """The newest recording of the panel is zoomed into from Python, as one of %profile is: the statement is run again under `lines`."""
    bench.run("main()")
    closer = workbench.last().zoom("main")
    assert closer.engine == "lines"
    assert closer.target.name == "main()"
    assert "main" in set(closer.lines()["function"])


@pytest.mark.parametrize(
    ("reading", "line"),
    [
        (None, "beginning"),
        (Reading(), "beginning"),
        (Reading(elapsed=3.21), "3.2 s"),
        (
            Reading(12.0, 1204, "f.<locals>.g", "/here/texts.py", 9, "x = 1", 120 * 2**20),
            "12.0 s · 1,204 samples · most so far in f.g · now at texts.py:9 · memory 120 MiB",
        ),
    ],
)
def test_the_progress_line_says_what_is_known(reading: Reading | None, line: str) -> None:
    """Elapsed, samples, the hottest function, the line of now and memory; what an engine cannot tell is left out."""
    assert progress_words(reading) == line


def test_the_progress_line_is_text() -> None:
    """A function whose name is markup is shown as text."""
    line = progress_line(Reading(elapsed=1.0, function=HOSTILE))
    assert "<script" not in line
    assert "<img" not in line


def test_progress_is_told_while_the_statement_runs(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """From another thread than the statement's, again and again, and never after its end; the thread is not among the program's."""
    told, twice = [], threading.Event()
    before = set(threading.enumerate())

    def tell() -> None:
        told.append(threading.get_ident())
        if len(told) >= 2:
            twice.set()

    teller = Teller(tell, period=0.001)
    teller.start()
    assert twice.wait(30)
    assert set(threading.enumerate()) == before
    teller.stop()
    count = len(told)
    teller.stop()
    assert threading.get_ident() not in told
    assert len(told) == count


def test_the_panel_reads_the_run_that_goes_on(bench: Bench) -> None:
    """In the middle of a run there is a reading with its time and memory; before and after there is none."""
    found: list[Reading | None] = []
    bench.names["look"] = lambda: found.append(bench.session.reading())
    assert bench.session.reading() is None
    bench.run("look()")
    assert bench.session.reading() is None
    (reading,) = found
    assert reading is not None
    assert reading.elapsed > 0
    assert reading.rss > 0


def test_what_is_hostile_is_shown_as_text(bench: Bench) -> None:
    """A statement, an exception and a name full of markup are text everywhere in the panel."""
    exec(compile(f"def bad():\n    raise ValueError({HOSTILE!r})\n", CELL, "exec"), bench.names)
    bench.run(f"bad() # {HOSTILE}")
    parts = [*bench.panel.shown.values(), bench.panel.history.about, bench.panel.history.head, bench.panel.acts.told]
    shown = "".join(one.value for one in parts if hasattr(one, "value"))
    assert "alert(1)" in shown
    assert "<script" not in shown
    assert "<img" not in shown


def test_all_fields_and_buttons_have_names(bench: Bench) -> None:
    """Each field is named beside it, each button has a word on it, and all say what they are for."""
    fields = {**bench.panel.fields, **bench.panel.options, **bench.panel.history.fields}
    for name, one in fields.items():
        assert one.tooltip
        assert name == "functions" or one.description
    assert bench.panel.history.rows.description == "Recordings"
    assert all(one.description and one.tooltip for one in bench.panel.buttons.values())


def test_stored_without_a_kernel_it_says_how_to_get_it_back(bench: Bench) -> None:
    """The displayed object has the widget and, as text, what it is; showing it reads the session anew."""
    with workbench.profile("cpu"):
        pass
    shown = bench.panel._repr_mimebundle_()
    assert shown is not None
    assert "workbench.panel() shows it anew" in shown["text/plain"]
    assert bench.numbers == [1]


def test_outside_a_notebook_there_is_no_panel() -> None:
    """Plain Python is told what to do instead."""
    with pytest.raises(UsageError, match=r"needs a notebook.*profile_call"):
        workbench.panel()


def test_labels_of_functions() -> None:
    """A function's label has its parameters, and says where it can be run as it is; its proposal has a gap for each that is needed."""
    found = Callee("f", ("a", "b"), takes_more=True)
    assert (found.label, found.proposal) == ("f(a, b, ...)", "f(a=..., b=...)")


def test_a_statement_of_several_parts_gives_its_last_value() -> None:
    """The value is that of the last expression, None where there is none."""
    names: dict[str, Any] = {}
    assert compiled("x = 2; x * 3", names)() == 6
    assert compiled("y = 4", names)() is None
    assert names["y"] == 4


@pytest.mark.kernel
def test_in_a_kernel_the_panel_knows_the_notebook() -> None:
    """In a real kernel a function of a cell is offered, run by the button, and its source is the cell's; printing goes on as it did, and
    telling how far a run is adds no thread to its recording."""
    kernel = Kernel()
    try:
        made = kernel.run(
            "import workbench\ndef work():\n    return sum(n * n for n in range(20000))\npanel = workbench.panel()"
        )
        assert made.error is None, made.error
        assert kernel.value("[name for _, name in panel.fields['callee'].options]") == ["", "work"]
        ran = kernel.run(
            "panel.fields['callee'].value = 'work'\npanel.fields['engine'].value = 'cpu'\npanel.buttons['run'].click()\nprint('on')"
        )
        assert ran.error is None, ran.error
        assert ran.stdout == "on\n"
        assert kernel.value("panel.shown['said'].value").startswith('<div class="said done"')
        labels = kernel.value("sorted(source.label for source in workbench.last().recording.sources)")
        assert any(re.fullmatch(r"In \[\d+\]", label) for label in labels), labels
        spun = kernel.run(
            "import time\ndef spin(end):\n    while time.perf_counter() < end:\n        pass\n"
            "panel.fields['engine'].value = 'sample'\n"
            "panel.fields['statement'].value = 'spin(time.perf_counter() + 1.2)'\npanel.buttons['run'].click()"
        )
        assert spun.error is None, spun.error
        assert len(kernel.value("list(workbench.last().recording.threads)")) == 1
    finally:
        kernel.stop()
