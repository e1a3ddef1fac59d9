"""A study's panel, driven by its buttons: what it says after each step, and what it says when a step goes wrong."""

from __future__ import annotations

import asyncio
import html
import json
import re
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from small_project import FASTER, MODULE, WRONG, Project, small_project

import workbench
from workbench.errors import UsageError
from workbench.model.standing import Standing, Tried
from workbench.render.text_study import measured_words
from workbench.widgets.loop_cards import card, strip
from workbench.widgets.loop_panel import LoopPanel, panel
from workbench.widgets.loop_thread import interrupts
from workbench.widgets.loop_words import Seen, comes_next, next_words, steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Bench:
    """A small package in a folder of its own, a study of its function, and the study's panel; `work` is what the workload does first."""

    def __init__(self, project: Project) -> None:
        self.root, self.file, self.words = project.root, project.file, project.words
        self.work: Callable[[], object] = lambda: None
        self.study = workbench.Study(self.root / "study", target=self.words.index, workload=self._main)
        self.panel = panel(self.study)

    def _main(self) -> object:
        self.work()
        return self.words.main()

    def press(self, key: str) -> str:
        """Press a button; what the panel then says."""
        self.panel.buttons[key].click()
        return said(self.panel)

    def candidate(self, source: str, note: str = "") -> str:
        """Fill the fields of a candidate, and add it."""
        self.panel.fields["source"].value, self.panel.fields["note"].value = source, note
        return self.press("candidate")

    def step(self, name: str) -> tuple[str, str]:
        """State and figure of a step of the strip, as shown."""
        found = re.search(
            rf'<b>{name}</b><span class="state">(.*?)</span><span class="figure">(.*?)</span>',
            self.panel.shown["strip"].value,
        )
        assert found is not None, self.panel.shown["strip"].value
        return found[1], html.unescape(found[2])

    @property
    def cards(self) -> list[str]:
        """The text of each card, as it is shown."""
        return [plain(one.value) for one in self.panel.shown["cards"].children]


def plain(text: str) -> str:
    """HTML as its words."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def said(found: LoopPanel) -> str:
    """The panel's message in words."""
    return plain(found.shown["said"].value)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.chdir(tmp_path)
    with small_project(tmp_path, monkeypatch) as project:
        yield Bench(project)


def test_a_new_study_begins_with_the_baseline(bench: Bench) -> None:
    """Nothing is measured: the baseline is next and its button marked, the others are not yet, and there is nothing to verify or apply."""
    assert bench.step("Baseline") == ("next", "")
    assert {bench.step(name) for name in ("Profile", "Record", "Verify", "Apply", "Report")} == {("not yet", "")}
    assert 'aria-current="step"><b>Baseline' in bench.panel.shown["strip"].value
    assert [key for key, one in bench.panel.buttons.items() if one.button_style == "primary"] == ["baseline"]
    assert [key for key, one in bench.panel.buttons.items() if one.disabled] == ["verify", "apply"]
    assert "Baseline times the whole workload" in plain(bench.panel.shown["strip"].value)


def test_each_button_does_its_step_and_the_strip_says_what_came_of_it(bench: Bench) -> None:
    """Baseline, profile, record, hypothesis and candidate by their buttons: each has its figure, and the next one is said."""
    assert bench.press("baseline") == ""
    state, figure = bench.step("Baseline")
    assert (state, figure.endswith("s a run")) == ("done", True)
    assert bench.step("Profile")[0] == "next"
    bench.press("profile")
    assert re.fullmatch(r"[\d.]+ % of the time|too few samples", bench.step("Profile")[1])
    assert bench.step("Record")[0] == "next"
    assert "20 calls of" in bench.press("record")
    assert bench.step("Record") == ("done", "20 calls")
    bench.panel.fields["hypothesis"].value = "each word <looks> at all words"
    bench.press("hypothesis")
    assert bench.step("Hypothesis") == ("done", "1 written")
    assert plain(bench.panel.shown["thoughts"].value) == "Hypothesis each word <looks> at all words"
    assert bench.panel.fields["hypothesis"].value == ""
    assert bench.step("Candidate")[0] == "next"
    assert bench.candidate(FASTER, "one pass") == ""
    assert bench.step("Candidate") == ("done", "c1")
    assert bench.step("Verify")[0] == "next"
    assert bench.panel.buttons["verify"].description == "Verify c1"
    assert "c1 not verified yet one pass Source def index" in bench.cards[0]


@pytest.mark.timing
def test_a_wrong_candidate_is_refused_a_right_one_verified_applied_and_reported(bench: Bench) -> None:
    """The whole loop in the panel: refused with its code and meaning; verified with six items and a ratio; stale while the file is
    another one; applied; reported."""
    for key in ("baseline", "record"):
        bench.press(key)
    bench.candidate(WRONG, "split at spaces")
    bench.panel.fields["budget"].value = "6s"
    bench.press("verify")
    assert bench.step("Verify") == ("done", "c1 refused (B14)")
    assert bench.step("Candidate") == ("next", "c1")
    assert "c1 refused split at spaces B14 another shape, length or set of names" in bench.cards[0]
    assert "index('')" in bench.cards[0]
    assert bench.panel.buttons["apply"].disabled
    bench.candidate(FASTER, "one pass")
    bench.panel.fields["budget"].value = "12s"
    bench.press("verify")
    assert bench.step("Verify") == ("done", "c2 verified"), bench.cards[0]
    newest, oldest = bench.cards
    assert newest.startswith("c2 verified one pass")
    assert oldest.startswith("c1 refused")
    assert re.search(r"x faster \(95 %: [\d.]+ to [\d.]+\), saves", newest)
    for item in ("performance", "memory", "race-free", "types strict", "edge cases", "tests"):
        assert re.search(rf"{item} (pass|not applicable)", newest), newest
    bench.file.write_text(MODULE + "\n\nOTHER = 1\n")
    bench.press("refresh")
    assert bench.step("Verify") == ("stale", "c2 verified")
    assert "stale the source has changed since: verify it again" in bench.cards[0]
    assert bench.panel.buttons["apply"].disabled
    bench.file.write_text(MODULE)
    bench.press("refresh")
    assert bench.panel.buttons["apply"].description == "Apply c2"
    assert "c2 is written into" in bench.press("apply")
    assert "setdefault" in bench.file.read_text()
    assert bench.step("Apply") == ("done", "c2")
    assert bench.step("Baseline")[1].endswith("a run, before c2")
    assert bench.panel.buttons["apply"].disabled
    assert bench.cards[0].startswith("c2 verified applied")
    bench.panel.fields["report"].value = "page.html"
    assert "page.html" in bench.press("report")
    assert bench.step("Report") == ("done", "page.html")
    assert "c2" in Path("page.html").read_text()


def test_errors_are_said_in_their_own_words(bench: Bench) -> None:
    """A step out of turn, wrong words in a field, a text that is no function: each error stands in the panel, and all stays usable."""
    assert "Candidate" not in said(bench.panel)
    assert "There is no text" in bench.press("hypothesis")
    assert "is no function" in bench.candidate("x = 1")
    assert "SyntaxError" in bench.candidate("def index(:")
    bench.candidate(FASTER)
    assert "There are no recorded calls to compare on" in bench.press("verify")
    assert 'class="said error" role="alert"' in bench.panel.shown["said"].value
    bench.panel.fields["budget"].value = "soon"
    assert "is no length of time" in bench.press("verify")
    bench.panel.fields["report"].value = " "
    assert "There is no file name" in bench.press("report")
    bench.panel.fields["report"].value = str(bench.root / "nowhere" / "page.html")
    assert "There is no folder" in bench.press("report")
    assert "Traceback" not in bench.panel.shown["said"].value
    assert not bench.panel.buttons["baseline"].disabled


def test_a_candidate_that_changes_nothing_is_not_added(bench: Bench) -> None:
    """The target's text is offered to be changed; added as it is, or twice, it is refused and said; a text that was written stays."""
    bench.press("baseline")
    offered = bench.panel.fields["source"].value
    assert offered.startswith("def index")
    assert "the target's own text" in bench.press("candidate")
    bench.candidate(FASTER)
    assert "the text of c1" in bench.press("candidate")
    assert bench.panel.fields["source"].value == FASTER
    assert bench.step("Candidate") == ("done", "c1")


@pytest.mark.parametrize(
    ("raised", "shown"),
    [
        (ValueError("no <such> file"), "Baseline ValueError: no <such> file In a cell, study.baseline() shows where"),
        (UsageError("write it otherwise"), "Baseline write it otherwise"),
        (SystemExit(3), "Baseline SystemExit: 3"),
        (KeyboardInterrupt(), "Baseline was interrupted before it was done."),
    ],
)
def test_whatever_a_workload_raises_is_said(bench: Bench, raised: BaseException, shown: str) -> None:
    """An exception of the program, an exit, an interrupt: said by type and message, nothing comes out, and the step can be done again."""

    def work() -> None:
        raise raised

    bench.work = work
    found = bench.press("baseline")
    assert found.startswith(shown) or found == shown
    assert bench.step("Baseline") == ("next", "")
    bench.work = lambda: None
    assert bench.press("baseline") == ""
    assert bench.step("Baseline")[0] == "done"


def test_while_a_step_runs_its_button_says_so_and_none_can_be_pressed(bench: Bench) -> None:
    """During the baseline its button says measuring, all are disabled, and pressing another one does nothing."""
    during: list[Any] = []

    def work() -> None:
        bench.panel.buttons["record"].click()
        found = bench.panel.buttons
        during.append((found["baseline"].description, {one.disabled for one in found.values()}, said(bench.panel)))

    bench.work = work
    bench.press("baseline")
    assert during[0] == ("measuring ...", {True}, "Baseline Interrupt the kernel to stop it.")
    assert bench.panel.buttons["baseline"].description == "Baseline"
    assert bench.step("Record")[0] == "not yet"


def test_steps_of_another_process_appear_after_refresh(bench: Bench) -> None:
    """What another study object writes into the folder is shown when the panel is refreshed, and not before."""
    other = workbench.Study(bench.root / "study")
    other.candidate(FASTER, note="from elsewhere")
    assert bench.cards == []
    bench.press("refresh")
    assert "from elsewhere" in bench.cards[0]


def test_a_damaged_study_is_said_and_what_was_shown_stays(bench: Bench) -> None:
    """Where an event was changed by hand, refreshing says what is wrong, the strip stays as it was, and Refresh can be pressed again."""
    bench.press("baseline")
    before = bench.panel.shown["strip"].value
    event = next((bench.root / "study" / "events").rglob("*-baseline.json"))
    kept = event.read_text()
    event.write_text(kept.replace("seconds", "sekonds"))
    assert bench.press("refresh").startswith("The study cannot be read.")
    assert bench.panel.shown["strip"].value == before
    event.write_text(kept)
    assert bench.press("refresh") == ""


def test_stored_without_a_kernel_it_is_the_status(bench: Bench) -> None:
    """The displayed object has the widget and, as text, where the study stands."""
    bench.press("baseline")
    shown = bench.panel._repr_mimebundle_()
    assert shown is not None
    assert shown["text/plain"] == bench.study.status()
    assert "application/vnd.jupyter.widget-view+json" in shown


def test_a_button_heard_in_another_thread_works_in_the_main_one(bench: Bench) -> None:
    """JupyterLab's kernels hear widgets in a thread of their own: the step still runs in the main thread, once that is free."""
    seen: list[threading.Thread] = []
    bench.work = lambda: seen.append(threading.current_thread())

    async def kernel() -> str:
        found = panel(bench.study)
        heard = threading.Thread(target=found.buttons["baseline"].click)
        heard.start()
        heard.join()
        waiting = said(found)
        assert seen == []
        assert all(one.disabled for one in found.buttons.values())
        while not seen or found.buttons["baseline"].disabled:
            await asyncio.sleep(0)
        return waiting

    assert "waits until the running cell is done" in asyncio.run(kernel())
    assert set(seen) == {threading.main_thread()}


def test_between_cells_an_interrupt_is_heard() -> None:
    """Where the kernel ignores Ctrl-C between its cells, a step hears it, and afterwards it is ignored again."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with pytest.raises(KeyboardInterrupt), interrupts():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_all_fields_have_labels(bench: Bench) -> None:
    """Every field is named beside it, and every button has a word on it."""
    assert all(field.description for field in bench.panel.fields.values())
    assert all(button.description for button in bench.panel.buttons.values())


def seen_with(note: str = "", source: str = "", target: str = "m:f", **changed: Any) -> Seen:
    row = changed.get("row", Tried("c1", "refused", "B14", note, False))
    standing = Standing(target, "st", 2.7, True, 0.41, 212, 200, (), (row,), "", ())
    return Seen(standing, changed.get("verdicts", {}), {"c1": source}, {}, "")


def test_hostile_names_do_no_harm() -> None:
    """A note, a source and a finding full of markup are shown as text."""
    bad = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    check = {"item": bad, "status": "fail", "code": bad, "said": bad, "evidence": [[bad, bad]]}
    seen = seen_with(bad, bad, bad, verdicts={"c1": {"checks": [check]}})
    text = card(seen, seen.standing.candidates[0]) + strip(seen)
    assert "<script" not in text
    assert "<img" not in text
    assert bad in plain(text)


def test_figures_are_short() -> None:
    """A run, a share and calls as they stand in the strip."""
    figures = {step.name: step.figure for step in steps(seen_with())}
    assert figures["Baseline"] == "2.70 s a run"
    assert figures["Profile"] == "41.0 % of the time"
    assert figures["Record"] == "200 of 212 calls"


@pytest.mark.parametrize(
    ("comparison", "numbers", "words"),
    [
        (
            "faster",
            (3.42, 3.31, 3.55, 1.9e-3, 2.7e-3),
            "3.42x faster (95 %: 3.31 to 3.55), saves 1.90 ms of 2.70 ms a call",
        ),
        (
            "slower",
            (0.5, 0.4, 0.8, -2e-3, 2e-3),
            "2x slower (95 %: 1.25 to 2.5), costs 2.00 ms more than 2.00 ms a call",
        ),
        ("no difference shown", (1.01, 1.005, 1.02, 0.0, 2e-3), "no difference shown: 1.01x (95 %: 1 to 1.02)"),
        ("cannot decide", (42.0, 0.0, float("inf"), 1e-3, 2e-3), "measured 42x, with too few pairs for an interval"),
    ],
)
def test_the_ratio_comes_with_its_interval(comparison: str, numbers: tuple[float, ...], words: str) -> None:
    """The ratio never stands alone, and nothing is called faster that was not shown to be."""
    names = ("ratio", "low", "high", "saved", "old")
    assert measured_words({"measured": dict(zip(names, numbers)), "comparison": comparison}) == words
    assert measured_words({}) == ""


@pytest.mark.parametrize(
    ("judgement", "code", "stale", "coming", "words"),
    [
        ("refused", "B14", False, "Candidate", "mend c1, which is refused (B14)"),
        ("inconclusive", "S03", False, "Candidate", "mend c1, which is inconclusive (S03)"),
        ("inconclusive", "U02", False, "Verify", "verify c1 again with a larger budget"),
        ("verified", "", True, "Verify", "verify c1 again, since the source has changed"),
        ("verified", "", False, "Apply", "Apply writes c1 into its file"),
        ("", "", False, "Verify", "Verify runs the six items"),
    ],
)
def test_what_comes_next_follows_from_the_verdict(
    judgement: str, code: str, stale: bool, coming: str, words: str
) -> None:
    """A refused candidate is mended, one that needed more time is verified again, as is a stale one; a verified one is applied."""
    seen = seen_with(row=Tried("c1", judgement, code, "", stale))
    assert comes_next(seen) == coming
    assert words in next_words(seen)


def test_the_widgets_state_is_plain(bench: Bench) -> None:
    """What is sent to the browser can be written as JSON."""
    for widget in (bench.panel, *bench.panel.buttons.values(), *bench.panel.fields.values()):
        assert json.dumps(widget.get_state(), default=lambda value: f"model {value.model_id}")
