"""SnakeViz's picture inline: its own numbers, one closed page, no more than a notebook can carry, and names that stay names."""

from __future__ import annotations

import base64
import hashlib
import html
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from kernel import Kernel
from samples import (
    HOSTILE_NAMES,
    empty_recording,
    exact_recording,
    finish,
    lines_recording,
    passes_recording,
    small_recording,
    tasks_recording,
)
from snakeviz.stats import json_stats, table_rows

from workbench.errors import EngineUnavailableError, SaveFailedError, WrongEngineError
from workbench.face.profile import Profile
from workbench.face.snakeviz import Icicle
from workbench.formats.pstats_file import COUNTS_ONLY, fill, to_stats
from workbench.magics import icicle as magic
from workbench.model.builder import RecordingBuilder
from workbench.model.facts import Evidence
from workbench.render import snakeviz_page
from workbench.render.snakeviz_calls import cut_calls
from workbench.render.snakeviz_page import INLINE, page

if TYPE_CHECKING:
    from workbench.model.recording import Recording

SCRIPT = re.compile(r"<script([^>]*)>(.*?)</script>", re.DOTALL)


def calls_recording(stats: dict[Any, Any], **changes: Any) -> Recording:
    """A recording of calls from a pstats dictionary."""
    builder = RecordingBuilder()
    fill(builder, stats)
    return finish(builder, **({"engine": "cpu", "mechanism": "cProfile", "evidence": Evidence.CALLS} | changes))


def big_recording(functions: int) -> Recording:
    """A tree of calls: each function but the first is called by one before it, the times fall off steeply."""
    rng = random.Random(3)
    keys = [(f"/project/module_{at // 40}.py", at + 1, f"function_{at}") for at in range(functions)]
    own = [1.0 / (at + 1) ** 1.2 for at in range(functions)]
    parent = [0, *(rng.randrange(max(0, at - 50), at) for at in range(1, functions))]
    total = own[:]
    for at in range(functions - 1, 0, -1):
        total[parent[at]] += total[at]
    return calls_recording(
        {
            key: (1, 1, own[at], total[at], {keys[parent[at]]: (1, 1, own[at], total[at])} if at else {})
            for at, key in enumerate(keys)
        }
    )


def test_the_data_is_snakevizs_own() -> None:
    """Table and call graph are what SnakeViz's own code makes of the same profile, to the letter, but for the parts that it leaves out."""
    recording = exact_recording()
    found, stats = cut_calls(recording, 1_000), to_stats(recording)
    assert sorted(found.rows, key=str) == sorted(([list(row[0]), *row[1:]] for row in table_rows(stats)), key=str)
    theirs = json_stats(stats)
    assert {name: found.callees[name] for name in theirs} == theirs
    assert all(not row["children"] and not row["callers"] for name, row in found.callees.items() if name not in theirs)
    assert found.said == ()


def test_every_row_of_the_table_can_be_drawn() -> None:
    """The name behind each row is one of the graph's, so that a click on any row draws something."""
    for recording in (exact_recording(), big_recording(300)):
        found = cut_calls(recording, 100)
        assert {row[6] for row in found.rows} == set(found.callees)


def test_the_others_are_one_function() -> None:
    """What is left out is merged: calls into it and out of it stay, calls within it go, and own times add up to the same."""
    main, small, tiny, hot = (("a.py", at, name) for at, name in enumerate(("main", "small", "tiny", "hot"), 1))
    stats = {
        main: (1, 1, 5.0, 10.0, {}),
        small: (2, 2, 0.5, 1.6, {main: (2, 2, 0.5, 1.6)}),
        tiny: (4, 4, 0.1, 1.1, {small: (3, 3, 0.1, 1.0), main: (1, 1, 0.0, 0.1)}),
        hot: (9, 9, 4.4, 4.4, {tiny: (3, 3, 1.0, 1.0), main: (6, 6, 3.4, 3.4)}),
    }
    found = cut_calls(calls_recording(stats), 2)
    assert set(found.callees) == {"a.py:1(main)", "a.py:4(hot)", "left out:0(2 functions)"}
    merged = found.callees["left out:0(2 functions)"]
    assert merged["stats"] == [6, 6, pytest.approx(0.6), pytest.approx(1.7)]
    assert merged["callers"] == {"a.py:1(main)": [3, 3, 0.5, pytest.approx(1.7)]}
    assert merged["children"] == {"a.py:4(hot)": [3, 3, 1.0, 1.0]}
    assert found.callees["a.py:1(main)"]["children"]["a.py:4(hot)"] == [6, 6, 3.4, 3.4]
    assert found.said == (
        "Shown are the 2 functions with the most time. 2 others, none of them above 1.60 s with all it calls, "
        "stand as one, 'left out'.",
    )


@pytest.mark.parametrize("most", [1, 10, 299])
def test_leaving_out_keeps_the_sum_and_the_tree(most: int) -> None:
    """However few functions are kept, own times add up to the whole, and each function is reached from one root."""
    recording = big_recording(300)
    found = cut_calls(recording, most)
    assert len(found.callees) == most + 1
    own = sum(row["stats"][2] for row in found.callees.values())
    assert own == pytest.approx(recording.functions.self_time.sum())
    reached, pending = set(), ["module_0.py:1(function_0)"]
    whole = {row["display_name"]: name for name, row in found.callees.items()}
    pending = [whole[pending[0]]]
    while pending:
        name = pending.pop()
        if name not in reached:
            reached.add(name)
            pending.extend(found.callees[name]["children"])
    assert reached == set(found.callees)


def test_a_notebook_gets_no_more_than_it_can_carry() -> None:
    """Of 10,000 functions a cell's output has 500, below 1.2 MB, and a page of its own is below 5 MB; both say what is left out."""
    shown = Icicle(big_recording(10_000))
    inline, whole = shown._repr_html_(), shown.html()
    assert len(inline) < 1_200_000
    assert "9,500 others" in html.unescape(inline)
    assert len(whole) < 5_000_000
    assert "5,000 others" in whole


def test_the_page_is_closed() -> None:
    """It loads nothing: no address in an attribute, no import; the policy names each script by its hash, and allows no other."""
    text = page(exact_recording())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)[1]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["connect-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert (rules["worker-src"], rules["img-src"], rules["style-src"]) == ("blob:", "data:", "'unsafe-inline'")
    run = [code for attributes, code in SCRIPT.findall(text) if "type=" not in attributes]
    hashes = {f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'" for code in run}
    assert set(rules["script-src"].split()) == hashes
    assert len(run) == 11
    outside = re.sub(SCRIPT, "", text)
    assert re.findall(r"""(?:src|href)\s*=\s*["'](?!data:,)""", outside) == []
    assert [link for link in re.findall(r"url\(([^)]*)\)", outside) if not link.startswith('"data:image/png')] == []
    assert "importScripts" not in text
    assert text.index("charset=") < 100


def test_the_frame_keeps_it_apart() -> None:
    """In a notebook the page is in a frame that may run scripts and nothing more: it cannot reach the notebook or open windows."""
    recording = exact_recording()
    frame = Icicle(recording)._repr_html_()
    found = re.fullmatch(r'<iframe title="SnakeViz" sandbox="([^"]*)" ([^>]*?)srcdoc="([^"]*)"></iframe>', frame)
    assert found[1] == "allow-scripts"
    assert html.unescape(found[3]) == page(recording, most=INLINE)


def test_it_says_what_the_picture_is() -> None:
    """One sentence above the picture says that its tree is an estimate."""
    text = page(exact_recording())
    note = text.index("this picture&#x27;s tree is SnakeViz&#x27;s estimate")
    assert text.index("<body>") < note < text.index('id="chart"')


def test_names_stay_names() -> None:
    """Hostile names and files end no script and open no tag, have the form SnakeViz reads, and two that look alike stay two."""
    keys = [(name, at, name) for at, name in enumerate(HOSTILE_NAMES)]
    alike = [("x" * 300 + end, 1, "y" * 300 + end) for end in "ab"]
    stats = {key: (1, 1, 0.1, 0.1 * (20 - at), {}) for at, key in enumerate([*keys, *alike])}
    recording = calls_recording(stats)
    found = cut_calls(recording, 1_000)
    assert len(found.callees) == len(stats)
    assert all(re.fullmatch(r"^(.*):(\d+)\((.*)\)$", name) and len(name) < 1_000 for name in found.callees)
    clean, text = page(exact_recording()), page(recording)
    for mark in ("<script", "</script", "<img", "<style", "<!--", "-->"):
        assert text.count(mark) == clean.count(mark)


def test_an_empty_profile_has_a_page() -> None:
    """With no calls at all the page says so, and has a row to draw."""
    found = cut_calls(calls_recording({}), 10)
    assert found.said == ("No calls were counted.",)
    assert [row[6] for row in found.rows] == list(found.callees) == [":0(nothing was counted)"]


def test_a_caller_that_was_not_counted_is_no_trouble() -> None:
    """A call from a function that has no counts of its own is left out of the graph; its own counts stay."""
    key = ("a.py", 1, "f")
    found = cut_calls(calls_recording({key: (2, 2, 1.0, 1.0, {("b.py", 1, "g"): (2, 2, 1.0, 1.0)})}), 10)
    assert found.callees["a.py:1(f)"] == {
        "children": {}, "stats": [2, 2, 1.0, 1.0], "callers": {}, "display_name": "a.py:1(f)"
    }  # fmt: skip


def test_of_several_runs_it_takes_the_one_of_calls() -> None:
    """A recording of `all` has a run of `cpu` in it, which is the one shown."""
    assert "app.py:7(main)" in Profile(passes_recording()).snakeviz().html()


@pytest.mark.parametrize(
    "recording",
    [small_recording(), lines_recording(), tasks_recording(), empty_recording()],
    ids=lambda one: one.engine,
)
def test_other_engines_are_refused_with_what_to_do(recording: Recording) -> None:
    """A recording without counted calls has no such picture, and the sentence says how to get one."""
    with pytest.raises(WrongEngineError, match="Record with %profile cpu"):
        Profile(recording).snakeviz()


def test_counts_without_times_are_refused() -> None:
    """What Python's `profile` module wrote does not hold the times of calls that the picture rests on."""
    recording = calls_recording({("a.py", 1, "f"): (1, 1, 1.0, 1.0, {})}, mechanism=COUNTS_ONLY)
    with pytest.raises(WrongEngineError, match="does not know how long"):
        Icicle(recording)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{% raw callees %}", "{% raw calls %}"),
        ("</title>", "{{more}}</title>"),
        ("/static/snakeviz.js", "/static/a b.js"),
    ],
)
def test_another_page_of_snakevizs_is_refused(monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> None:
    """Where an installed SnakeViz's page has other parts, it is refused with what to do, not shown broken."""
    template = snakeviz_page._template().replace(old, new)
    monkeypatch.setattr(snakeviz_page, "_template", lambda: template)
    with pytest.raises(EngineUnavailableError, match="Install snakeviz"):
        page(exact_recording())


def test_without_snakeviz_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where SnakeViz is not installed, the sentence says how to install it."""
    monkeypatch.setattr(snakeviz_page, "find_spec", lambda name: None)
    with pytest.raises(EngineUnavailableError, match="pip install snakeviz"):
        page(exact_recording())


def test_it_is_saved_whole(tmp_path: Path) -> None:
    """`save` writes the page and returns its path; where it cannot, the error says that the recording is kept."""
    shown = Icicle(exact_recording())
    assert shown.save(tmp_path / "calls.html").read_text("utf-8") == shown.html()
    with pytest.raises(SaveFailedError, match="kept in this session"):
        shown.save(tmp_path / "nowhere" / "calls.html")


def test_the_magic_shows_it_or_says_why_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The magic displays the frame with a line of text for other front ends; for another engine it prints one sentence and goes on."""
    shown: list[dict[str, str]] = []
    monkeypatch.setattr(magic, "display", lambda bundle, raw: shown.append(bundle))
    magic.icicle(Profile(exact_recording()))
    assert shown[0]["text/html"].startswith("<iframe")
    assert shown[0]["text/plain"].startswith("<SnakeViz's picture of ")
    magic.icicle(Profile(small_recording()))
    assert len(shown) == 1
    assert "Record with %profile cpu" in capsys.readouterr().err


@pytest.mark.kernel
def test_the_option_shows_it_below_the_view() -> None:
    """`%%profile cpu --snakeviz` shows the frame after the view; with another engine the cell is refused; figures show too."""
    kernel = Kernel()
    try:
        assert kernel.run("%load_ext workbench").status == "ok"
        ran = kernel.run("%%profile cpu --snakeviz\nsorted(str(n) for n in range(1000))[0]")
        assert (ran.status, ran.result) == ("ok", "'0'")
        frames = [data for data in ran.shown if data.get("text/html", "").startswith('<iframe title="SnakeViz"')]
        assert len(frames) == 1
        assert ran.shown.index(frames[0]) == len(ran.shown) - 1 > 0
        assert "sorted" in frames[0]["text/html"]
        other = kernel.run("%%profile sample --snakeviz\nsum(range(1000))")
        assert (other.status, other.result) == ("error", None)
        assert "write %%profile cpu --snakeviz" in other.stderr
        plotted = kernel.run("%matplotlib inline\nimport workbench\nax = workbench.last().plot()")
        assert [list(data) for data in plotted.shown if "image/png" in data] != []
    finally:
        kernel.stop()
