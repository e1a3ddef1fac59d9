"""A recording as HTML: a page that opens anywhere, a fragment that a notebook keeps, and a twin for where no script runs."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from samples import (
    HOSTILE_NAMES,
    empty_recording,
    exact_recording,
    failed_recording,
    hostile_recording,
    random_recording,
    small_recording,
)

from workbench.analysis.hotspots import hotspots
from workbench.assets.embed import stored_size
from workbench.errors import UsageError
from workbench.render.html import SMALLEST, fragment, report
from workbench.render.html_static import static_twin
from workbench.render.text import text
from workbench.units import seconds

ATTACK = HOSTILE_NAMES[0]
REPORT_TAGS = {
    "html",
    "head",
    "meta",
    "link",
    "title",
    "style",
    "body",
    "header",
    "h1",
    "main",
    "section",
    "noscript",
    "ul",
    "li",
    "button",
    "details",
    "summary",
    "pre",
    "footer",
    "script",
}
TWIN_TAGS = {"div", "p", "b", "table", "thead", "tbody", "tr", "th", "td", "code", "span"}


class Page(HTMLParser):
    """What a browser would make of a page: its tags with attributes, and the text in each kind of tag."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.texts, self.open = [], {}, []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)

    def names(self):
        return {tag for tag, _ in self.tags}


@pytest.mark.parametrize(
    "make", [small_recording, exact_recording, empty_recording, hostile_recording, failed_recording]
)
def test_a_report_holds_only_our_own_tags(make):
    """Whatever a recording holds, the page has one script that runs, its data and the recording, no handler and only our own tags."""
    page = Page(report(make()))
    assert page.names() <= REPORT_TAGS | TWIN_TAGS
    assert [attributes.get("type") for tag, attributes in page.tags if tag == "script"] == [
        "application/json",
        "application/octet-stream;base64",
        "module",
    ]
    assert not [
        name for _, attributes in page.tags for name in attributes if name.startswith("on") or name in ("src", "srcdoc")
    ]


def test_a_report_runs_its_own_script_and_asks_for_nothing():
    """The policy forbids every connection and names the script by its hash, which is the hash of the script that is there."""
    html = report(small_recording())
    page = Page(html)
    policy = next(attributes["content"] for tag, attributes in page.tags if attributes.get("http-equiv"))
    code = re.search(r'<script type="module">(.*?)</script>', html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}'" in policy
    assert not re.search(r"(connect|frame|object|worker)-src|unsafe-eval|https?:", policy)
    assert set(re.findall(r"https?://[^\s\"')]+", html)) <= {"http://www.w3.org/2000/svg"}


def test_a_report_carries_its_text_twin():
    """The whole text form stands in the page, for search and for readers without scripts."""
    recording = small_recording()
    assert text(recording, width=120, top=20).strip() in "".join(Page(report(recording)).texts["pre"])


def test_a_report_can_be_stored():
    """Names that are no text do not stop a page or a fragment from being encoded."""
    report(hostile_recording()).encode("utf-8")
    fragment(hostile_recording()).encode("utf-8")


@pytest.mark.parametrize("make", [small_recording, exact_recording, empty_recording, hostile_recording])
def test_a_fragment_is_a_twin_and_one_script(make):
    """A fragment is plain HTML with one module script at its end; nothing of a recording becomes a tag."""
    page = Page(fragment(make()))
    assert page.names() <= TWIN_TAGS | {"script"}
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert page.tags[-1] == ("script", {"type": "module"})


def test_the_static_twin_needs_nothing():
    """Without its script a fragment still says what ran, how it ended, the functions, the lines with their source, and the peak."""
    recording = failed_recording()
    page = Page(static_twin(recording))
    assert page.names() <= TWIN_TAGS
    assert {name for _, attributes in page.tags for name in attributes} <= {"style", "class"}
    said = " ".join(" ".join(texts) for texts in page.texts.values())
    found = hotspots(recording)
    for expected in (
        "In [3]",
        "raised ValueError: Expecting value",
        "build_index",
        'if record["id"] not in index[word]:',
        "peak 150 MiB",
    ):
        assert expected in said
    assert seconds(found.functions[0].self_time) in said
    assert seconds(found.lines[0].wall) in said


def test_hostile_names_stay_text_in_the_twin():
    """A name made to be a tag is there as that text."""
    page = Page(static_twin(hostile_recording()))
    assert any(ATTACK in said for said in page.texts["code"])
    assert "img" not in page.names()


@pytest.mark.parametrize("limit", [SMALLEST, 200_000, 300_000])
@pytest.mark.parametrize("make", [lambda: random_recording(5, 3_000, 20_000, 20_000), hostile_recording])
def test_a_fragment_keeps_its_limit(make, limit):
    """However big the recording, what the notebook stores stays within the limit."""
    assert stored_size(fragment(make(), limit=limit)) <= limit


def test_a_fragment_refuses_room_it_cannot_fit_in():
    """A limit in which no view has room is refused with what is needed."""
    with pytest.raises(UsageError, match=f"{SMALLEST:,}"):
        fragment(small_recording(), limit=10_000)


def test_fragments_share_a_page():
    """Each fragment finds its own root: no two have one id, even of one recording."""
    ids = [re.search(r'data-workbench-id="(\w+)"', fragment(small_recording()))[1] for _ in range(3)]
    assert len(set(ids)) == 3


def test_an_exact_recording_says_why_it_has_no_lines():
    """The twin of an exact recording has calls and no line table."""
    said = " ".join(Page(static_twin(exact_recording())).texts["th"])
    assert "calls" in said
    assert "wall" not in said
