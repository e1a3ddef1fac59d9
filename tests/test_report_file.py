"""Reports as files: what goes in comes out again, what is in them can be searched, and what is no report is told so."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from samples import (
    HOSTILE_NAMES,
    drawn,
    empty_recording,
    environment,
    exact_recording,
    failed_recording,
    heap_recording,
    hostile_recording,
    lines_recording,
    passes_recording,
    random_recording,
    recordings,
    small_recording,
    tasks_recording,
)
from test_html import Page

import workbench
from workbench.cli.main import main
from workbench.errors import (
    DamagedFileError,
    FileFormatError,
    ForeignFileError,
    NewerFileError,
    SaveFailedError,
    TargetNotFoundError,
    UsageError,
)
from workbench.face.profile import Profile
from workbench.face.report import LARGEST_NOTES, load_all, report
from workbench.formats import detect, html_file, native
from workbench.model.facts import Target, TargetKind
from workbench.render import report as pages
from workbench.render.report import MOST
from workbench.render.report import report as page
from workbench.render.report_notes import notes_html
from workbench.render.text import text

ALL = (
    small_recording,
    exact_recording,
    lines_recording,
    heap_recording,
    tasks_recording,
    passes_recording,
    empty_recording,
    failed_recording,
    hostile_recording,
)
CARRIED = re.compile(r'<script type="application/octet-stream;base64"[^>]*>[^<]*</script>')


def plain(path: Path, *given: object, **options: object) -> str:
    """The text of a report without figures, which take most of the time."""
    return report(path, *given, figures=False, **options).read_text("utf-8")  # type: ignore[arg-type]


@pytest.mark.parametrize("make", ALL)
def test_a_report_opens_as_the_recording_that_went_in(make, tmp_path):
    """`workbench.load` reads the recording out of a report, equal in every column, for each kind of evidence."""
    recording = make()
    plain(tmp_path / "a.html", recording)
    assert workbench.load(tmp_path / "a.html").recording == recording


@settings(max_examples=40, deadline=None)
@given(recordings())
def test_any_recording_comes_back_from_a_page(recording):
    """Whatever text and numbers a recording holds, it comes back from the bytes of its page."""
    assert html_file.loads(page([recording]).encode(), "a.html") == recording


def test_a_report_of_many_tells_them_by_number(tmp_path):
    """`report.html` is its first recording, `report.html#2` its second; `load_all` gives all, and a report may be reported again."""
    first, second, third = small_recording(), exact_recording(), tasks_recording()
    native.write(second, tmp_path / "b.wbp")
    path = tmp_path / "many.html"
    plain(path, Profile(first), tmp_path / "b.wbp", third)
    assert workbench.load(path).recording == first
    assert workbench.load(f"{path}#2").recording == second
    assert [one.recording for one in load_all(path)] == [first, second, third]
    plain(tmp_path / "again.html", path, f"{path}#3")
    assert [one.recording for one in load_all(tmp_path / "again.html")] == [first, second, third, third]
    assert detect.contents(path) == ("cell In [3]", "call of main", "cell In [3]")
    assert detect.contents(tmp_path / "b.wbp") == ()


def test_a_number_that_is_not_there_is_refused(tmp_path):
    """A number beyond the recordings, or behind a file that is no report, is refused; a file of that name comes first."""
    plain(tmp_path / "a.html", small_recording())
    with pytest.raises(ForeignFileError, match="holds one recording, so there is no #2"):
        workbench.load(tmp_path / "a.html#2")
    native.write(exact_recording(), tmp_path / "b.wbp")
    with pytest.raises(ForeignFileError, match="no report, so it has no #2"):
        workbench.load(tmp_path / "b.wbp#2")
    native.write(exact_recording(), tmp_path / "c.wbp#2")
    assert workbench.load(tmp_path / "c.wbp#2").engine == "cpu"
    with pytest.raises(TargetNotFoundError):
        workbench.load(tmp_path / "gone.html#2")


def test_the_twin_in_a_report_is_found_by_grep(tmp_path):
    """Each line that names a function is short, the whole text form is there, and so is the source."""
    recording = small_recording()
    html = plain(tmp_path / "a.html", recording)
    assert text(recording, width=120, top=20).strip() in "".join(Page(html).texts["pre"])
    found = [line for line in html.splitlines() if "build_index" in line]
    assert any(line.startswith("f1 ") for line in found)
    assert max(map(len, found)) < 1_000
    assert any("index[word].append" in line for line in html.splitlines())


def test_a_page_carries_title_notes_and_environment(tmp_path):
    """The title, the notes as HTML, and the environment with packages are on the page; one recording is not titled twice."""
    (tmp_path / "why.md").write_text("Why it is **slow**: see [T-1](https://example.org/1).\n\n# Plan\n", "utf-8")
    page_ = Page(plain(tmp_path / "a.html", small_recording(), title="A slow <index>", notes=tmp_path / "why.md"))
    assert page_.texts["h1"] == ["A slow <index>"]
    assert page_.texts["strong"] == ["slow"]
    assert page_.texts["h2"] == ["Plan"]
    said = " ".join(" ".join(texts) for texts in page_.texts.values())
    for fact in ("CPython 3.12.4", "x86_64", "2026-11-24 09:30 UTC", "numpy", "2.1.0", "2 packages were imported"):
        assert fact in said
    plainly = Page(plain(tmp_path / "b.html", small_recording()))
    assert ("h1", {"class": "unseen"}) in plainly.tags
    assert "nav" not in plainly.names()


def test_environments_that_differ_are_told_apart(tmp_path):
    """Where recordings come from different Pythons or packages, the card has a column for each, and says which packages differ."""
    newer = small_recording(
        environment=environment(python="3.13.1", packages=(("numpy", "2.2.0"), ("pandas", "2.2.3")))
    )
    html = plain(tmp_path / "a.html", small_recording(), newer)
    page_ = Page(html)
    assert "2 different machines or Pythons" in html
    cells = page_.texts["td"]
    assert cells.count("differs") == 1
    assert {"CPython 3.12.4", "CPython 3.13.1", "2.1.0", "2.2.0"} <= set(cells)
    assert cells.count("2.2.3") == 1


@pytest.mark.parametrize(
    ("notes", "kept", "gone"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;", "<script"),
        ("a <img src=x onerror=alert(1)> b", "&lt;img", "<img"),
        ("[x](javascript:alert(1))", "x", "javascript"),
        ("[x](JaVa\tScript:alert(1))", "x", "href"),
        ("[x](&#106;avascript:alert(1))", "x", "href"),
        ("[x](data:text/html,hello)", "x", "href"),
        ("[x](//evil.example/a)", "x", "href"),
        ("<javascript:alert(1)>", "javascript", "href"),
        ("![y](https://evil.example/y.png)", "y", "img"),
        ("![y](data:image/svg+xml;base64,AAAA)", "y", "img"),
        ('[x](https://a.example/ "t\\" onclick=alert(1)")', 'href="https://a.example/"', " onclick=alert(1)>"),
        ("```\n</pre><script>alert(1)</script>\n```", "&lt;/pre&gt;", "<script"),
        ("[x]: javascript:alert(1)\n\n[x]", "x", "href"),
        ("| a |\n|---|\n| <b onclick=x> |", "&lt;b", "<b "),
    ],
)
def test_nothing_in_notes_is_markup_but_markdown(notes, kept, gone):
    """HTML in notes is text; links lead to http, https or mail alone; pictures that are not in the page are their words."""
    html = notes_html(notes)
    assert kept in html
    assert gone not in html


def test_notes_keep_what_is_harmless():
    """A link to the web or to mail, and a picture that is in the page, stay."""
    picture = "data:image/png;base64,iVBORw0KGgo="
    html = notes_html(f"[a](https://a.example/?b=1&c=2) <me@example.org> ![p]({picture})")
    assert 'href="https://a.example/?b=1&amp;c=2"' in html
    assert 'href="mailto:me@example.org"' in html
    assert f'<img src="{picture}" alt="p">' in html
    assert notes_html(" \n ") == ""


@pytest.mark.parametrize("make", [hostile_recording, passes_recording, tasks_recording])
def test_the_whole_page_holds_only_our_own_tags(make, tmp_path):
    """With title, notes and figures, of any recording: one script runs, no attribute is a handler, pictures are within the page."""
    one = report(tmp_path / "a.html", make(), title=HOSTILE_NAMES[0], notes=HOSTILE_NAMES[6])
    page_ = Page(one.read_text("utf-8"))
    kinds = [attributes.get("type") for tag, attributes in page_.tags if tag == "script"]
    assert kinds.count("module") == 1
    assert set(kinds) == {"module", "application/json", "application/octet-stream;base64"}
    for tag, attributes in page_.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "srcdoc"]
        for name in ("src", "srcset", "href"):
            assert attributes.get(name, "data:").startswith(("data:", "#"))
        assert tag not in {"iframe", "object", "embed", "form", "base"}


def test_a_report_cut_off_is_damaged(tmp_path):
    """Wherever a report is cut off before its recordings' end, one sentence says so; nothing else is raised."""
    data = plain(tmp_path / "a.html", small_recording(), exact_recording()).encode()
    end = data.rindex(b"</script>", 0, data.rindex(b'<script type="module">'))
    for cut in (300, end // 4, end // 2, end - 1_000, end - 1):
        with pytest.raises(FileFormatError, match=r"cut off|web page"):
            html_file.loads(data[:cut], "a.html")
    with pytest.raises(DamagedFileError, match="cut off or altered"):
        html_file.loads(data[:end], "a.html")


def test_a_report_altered_is_damaged(tmp_path):
    """A changed letter within a recording breaks its seal."""
    html = plain(tmp_path / "a.html", small_recording())
    carried = CARRIED.search(html)
    assert carried is not None
    at = carried.start() + len(carried[0]) // 2
    altered = html[:at] + ("A" if html[at] != "A" else "B") + html[at + 1 :]
    with pytest.raises(DamagedFileError):
        html_file.loads(altered.encode(), "a.html")


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        ("<!DOCTYPE html><html><body>hello</body></html>", ForeignFileError, "a web page, but not a report"),
        ("\ufeff\n<!-- saved from -->\n<HTML lang=en>", ForeignFileError, "a web page, but not a report"),
        (
            '<!DOCTYPE html><main id="workbench"></main><script type="application/json" id="recording">{}</script>',
            FileFormatError,
            "a report of an older workbench",
        ),
        (
            '<!DOCTYPE html><meta name="workbench-report" content="version=2 recordings=1">',
            NewerFileError,
            "newer workbench",
        ),
        ("hello", ForeignFileError, "neither a workbench recording"),
    ],
)
def test_what_is_no_report_is_told_so(content, error, said, tmp_path):
    """A web page, a report that holds no recording, and one of a newer workbench each get their own sentence."""
    (tmp_path / "a.html").write_text(content, "utf-8")
    with pytest.raises(error, match=said):
        workbench.load(tmp_path / "a.html")


def test_a_recording_too_large_to_be_carried_is_left_out_and_said(tmp_path, monkeypatch):
    """Beyond the limit the page shows the recording, says that it is not in it, and re-opening says so too."""
    monkeypatch.setattr(html_file, "LARGEST_CARRIED", 1_000)
    html = plain(tmp_path / "a.html", small_recording())
    assert "too large to be in this page" in html
    assert "button" not in Page(html).names()
    with pytest.raises(FileFormatError, match=r"shows recording 1 but does not hold it.*\.wbp"):
        workbench.load(tmp_path / "a.html")


def test_the_views_of_a_report_share_its_room(monkeypatch):
    """Two big recordings on a page have half of the limit each for their views; what they hold stays whole."""
    big = [random_recording(seed, 400, 2_000, 2_000) for seed in (1, 2)]
    sizes = []
    for limit in (8_000_000, 120_000):
        monkeypatch.setattr(pages, "REPORT_LIMIT", limit)
        html = page(big)
        sizes.append([len(data) for data in re.findall(r'id="payload-\d">(.*?)</script>', html, re.DOTALL)])
        assert html_file.loads(html.encode(), "a.html", 2) == big[1]
    assert max(sizes[1]) <= 70_000 < min(sizes[0])


def test_a_page_is_titled_by_its_recordings():
    """Without a title a page is called by what ran, each once, and how many recordings there are."""
    heads = [
        Page(page(given)).texts["h1"]
        for given in ([small_recording()], [small_recording()] * 2, [small_recording(), exact_recording()])
    ]
    assert heads == [["cell In [3]"], ["cell In [3]: 2 recordings"], ["cell In [3], call of main: 2 recordings"]]


def test_what_cannot_be_reported_is_refused(tmp_path):
    """No recordings, too many, notes that are not there or no text, a diff of one, and a folder that is not there are each told."""
    with pytest.raises(UsageError, match="1 to 50 recordings"):
        report(tmp_path / "a.html")
    with pytest.raises(UsageError, match=f"was given {MOST + 1}"):
        report(tmp_path / "a.html", *[empty_recording()] * (MOST + 1))
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        report(tmp_path / "a.html", empty_recording(), notes=tmp_path / "gone.md")
    (tmp_path / "bad.md").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(UsageError, match="no text in UTF-8"):
        report(tmp_path / "a.html", empty_recording(), notes=tmp_path / "bad.md")
    (tmp_path / "big.md").write_bytes(b" " * (LARGEST_NOTES + 1))
    with pytest.raises(UsageError, match="larger than 4 MiB"):
        report(tmp_path / "a.html", empty_recording(), notes=tmp_path / "big.md")
    with pytest.raises(UsageError, match="needs two recordings"):
        report(tmp_path / "a.html", empty_recording(), diff=True)
    with pytest.raises(SaveFailedError, match="was not written"):
        plain(tmp_path / "gone" / "a.html", empty_recording())
    assert not (tmp_path / "a.html").exists()


def test_a_diff_is_on_the_page(tmp_path):
    """`diff=True` puts what changed from the first recording to the last above them, as a table and as text."""
    before = drawn("main:3 > work:10  x20\nmain:3 > rest:30  x5", step=0.01)
    after = drawn("main:3 > work:10  x5\nmain:3 > rest:30  x5", step=0.01)
    html = plain(tmp_path / "a.html", before, after, diff=True)
    page_ = Page(html)
    assert ("section", {"class": "change", "id": "change-1", "aria-label": "What changed"}) in page_.tags
    assert ("script", {"type": "application/json", "id": "change-1-payload"}) in page_.tags
    assert [one.recording for one in load_all(tmp_path / "a.html")] == [before, after]
    change = html[html.index('id="change-1"') : html.index('class="recording"')]
    assert "work" in change
    assert "script" not in Page(change).names()
    with pytest.raises(UsageError, match="force"):
        plain(tmp_path / "b.html", before, replace(after, target=Target(TargetKind.CALL, "other")), diff=True)
    other = replace(after, target=Target(TargetKind.CALL, "other"))
    assert "What changed" in plain(tmp_path / "b.html", before, other, diff=True, force=True)


def test_the_command_writes_what_python_writes(tmp_path, capsys, monkeypatch):
    """`workbench report A B` with its options writes one page, and `show` opens its recordings, telling of others."""
    monkeypatch.chdir(tmp_path)
    native.write(small_recording(), tmp_path / "a.wbp")
    native.write(exact_recording(), tmp_path / "b.wbp")
    (tmp_path / "n.md").write_text("*why*", "utf-8")
    words = [
        "report",
        "a.wbp",
        "b.wbp",
        "-o",
        "x.html",
        "--title",
        "Two",
        "--notes",
        "n.md",
        "--redact",
        "source",
        "--no-figures",
    ]
    assert main(words) == 0
    assert capsys.readouterr().err == "workbench: wrote x.html\n"
    page_ = Page(Path("x.html").read_text("utf-8"))
    assert page_.texts["h1"] == ["Two"]
    assert page_.texts["em"] == ["why"]
    assert workbench.load("x.html").recording.sources == ()
    assert main(["show", "x.html"]) == 0
    said = capsys.readouterr()
    assert "engine sample" in said.out
    assert "x.html holds 2 recordings; this is the first, cell In [3]. x.html#2 is call of main." in said.err
    assert main(["show", "x.html#2"]) == 0
    said = capsys.readouterr()
    assert "engine cpu" in said.out
    assert said.err == ""
    assert main(["report", "x.html#2", "--no-figures"]) == 0
    assert capsys.readouterr().err == "workbench: wrote x-report.html\n"
    assert main(["report", "x.html", "--redact", "hats"]) == 2
    assert "'hats' cannot be redacted" in capsys.readouterr().err


def test_a_profile_writes_the_same_page(tmp_path):
    """`rec.report(path, title=, notes=, redact=)` and the function give the same file."""
    recording = small_recording(target=Target(TargetKind.SCRIPT, "app.py --secret"))
    options = {"title": "T", "notes": "*n*", "redact": ["arguments"]}
    mine = Profile(recording).report(tmp_path / "a.html", **options).read_text("utf-8")
    assert mine == report(tmp_path / "b.html", recording, **options).read_text("utf-8")
    assert "--secret" not in mine
    assert mine.count("data:image/svg+xml;base64,") == 4
