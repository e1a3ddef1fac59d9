"""SnakeViz's picture in a real browser: in a notebook's frame and as a page of its own, without a request, whatever the names."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from samples import HOSTILE_NAMES, exact_recording, finish

from workbench.face.snakeviz import Icicle
from workbench.formats.pstats_file import fill, to_dict
from workbench.model.builder import RecordingBuilder
from workbench.model.facts import Evidence
from workbench.model.recording import Recording

pytestmark = pytest.mark.browser

HOST = "<!doctype html><meta charset='utf-8'><title>notebook</title><p>Before</p>{}<p>After</p>"
WAIT = 20_000


@pytest.fixture
def opened(show: Any) -> Any:
    """`opened(recording, framed=False)`: the page, and the frame SnakeViz is in, with its first picture drawn.

    The worker that builds the tree is made of the page's own text; that is no request to anywhere, and any other is one too many.
    """
    pages = []

    def open_it(recording: Recording, *, framed: bool = False, **how: Any) -> Any:
        shown = Icicle(recording)
        page = show(HOST.format(shown._repr_html_()) if framed else shown.html(), views=0, **how)
        pages.append(page)
        frame = page.page.frames[-1]
        expect(frame.locator("#chart rect").first).to_be_visible(timeout=WAIT)
        expect(frame.locator("#working-spinner")).to_be_hidden(timeout=WAIT)
        return page, frame

    yield open_it
    for page in pages:
        page.requests[:] = [address for address in page.requests if not address.startswith("blob:")]


def calls_recording(stats: dict[Any, Any]) -> Recording:
    """A recording of calls from a pstats dictionary."""
    builder = RecordingBuilder()
    fill(builder, stats)
    return finish(builder, engine="cpu", mechanism="cProfile", evidence=Evidence.CALLS)


def tangle(size: int) -> Recording:
    """Functions that all call each other, each for as long, under one that calls them all."""
    keys = [("a.py", at, f"f{at}") for at in range(size)]
    main = ("a.py", 99, "main")
    stats: dict[Any, Any] = {main: (1, 1, 0.0, float(size), {})}
    for key in keys:
        callers = {other: (9, 9, 0.5, 1.0) for other in keys if other != key}
        stats[key] = (9, 99, 1.0, float(size), {main: (1, 1, 1.0, 1.0), **callers})
    return calls_recording(stats)


def boxes(frame: Any) -> list[dict[str, Any]]:
    """The icicle's boxes, root first: name and width."""
    return frame.evaluate(
        "d3.selectAll('#chart rect')[0].map((box) => ({ name: box.__data__.display_name, width: +box.getAttribute('width') }))"
    )


@pytest.mark.parametrize("framed", [False, True], ids=["page", "frame"])
def test_the_icicle_is_drawn_and_becomes_a_sunburst(opened: Any, framed: bool) -> None:
    """The first picture is an icicle from the root down, with its label; the sunburst is one choice away, and back."""
    page, frame = opened(exact_recording(), framed=framed)
    drawn = boxes(frame)
    assert drawn[0]["name"] == "app.py:7(main)"
    assert len(drawn) > 10
    assert all(0 < box["width"] <= drawn[0]["width"] + 1e-6 for box in drawn)
    expect(frame.locator("#chart text").first).to_contain_text("app.py:7(main)")
    expect(frame.locator(".wb-note")).to_contain_text("this picture's tree is SnakeViz's estimate")
    page.shot(f"snakeviz-icicle-{'frame' if framed else 'page'}")
    frame.locator("#sv-style-select").select_option("sunburst")
    expect(frame.locator("#chart path").first).to_be_visible(timeout=WAIT)
    assert frame.locator("#chart path").count() > 10
    assert frame.locator("#chart rect").count() == 0
    page.shot(f"snakeviz-sunburst-{'frame' if framed else 'page'}")
    frame.locator("#sv-style-select").select_option("icicle")
    expect(frame.locator("#chart rect").first).to_be_visible(timeout=WAIT)


def test_the_table_has_pythons_numbers(opened: Any) -> None:
    """Each row of the table shows the calls and times that Python counted, most own time first."""
    recording = exact_recording()
    _, frame = opened(recording)
    rows = frame.evaluate(
        "[...document.querySelectorAll('#pstats-table tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    told = {
        f"{file.rsplit('/', 1)[-1]}:{line}({name})": (
            str(count) if count == primitive else f"{count}/{primitive}",
            f"{own:.4g}",
            f"{total:.4g}",
        )
        for (file, line, name), (primitive, count, own, total, _) in to_dict(recording).items()
    }
    assert {row[5]: (row[0], row[1], row[3]) for row in rows} == told
    own = [float(row[1]) for row in rows]
    assert own == sorted(own, reverse=True)


def test_a_click_goes_into_a_function_and_back(opened: Any) -> None:
    """A box clicked becomes the root and stands on the call stack; the whole comes back; a row of the table is drawn as well."""
    _, frame = opened(exact_recording())
    frame.locator("#chart rect").nth(1).click()
    expect(frame.locator("#resetbutton-zoom")).to_be_enabled()
    expect(frame.locator("#sv-call-stack-list > div")).to_have_count(2)
    expect(frame.locator("#chart text").first).not_to_contain_text("(main)")
    frame.locator("#resetbutton-zoom").click()
    expect(frame.locator("#chart text").first).to_contain_text("(main)")
    frame.locator("#pstats-table tbody td", has_text="app.py:1(fib)").first.click()
    expect(frame.locator("#chart text").first).to_contain_text("app.py:1(fib)")
    frame.locator("#pstats-table_filter input").fill("words")
    expect(frame.locator("#pstats-table tbody tr")).to_have_count(1)


def test_hovering_says_what_a_box_is(opened: Any) -> None:
    """The box under the pointer is told of: name, time, share, file and line."""
    _, frame = opened(exact_recording())
    frame.locator("#chart rect").first.hover()
    said = frame.locator("#sv-info-div")
    expect(said).to_be_visible()
    assert [said.locator(".sv-info-item").nth(at).inner_text() for at in (0, 2, 3, 4)] == [
        "main",
        "app.py",
        "7",
        "/project/",
    ]
    expect(said).to_contain_text("(100.00 %)")


def test_functions_that_all_call_each_other_are_drawn(opened: Any) -> None:
    """Thirty functions that call each other are drawn at the greatest depth without a cutoff; boxes fill the row below the root."""
    _, frame = opened(tangle(30))
    frame.locator("#sv-depth-select").select_option("20")
    frame.locator("#sv-cutoff-select").select_option("0")
    expect(frame.locator("#working-spinner")).to_be_hidden(timeout=WAIT)
    expect(frame.locator("#sv-error-div")).to_be_hidden()
    drawn = boxes(frame)
    assert len([box for box in drawn if box["name"] != "a.py:99(main)"]) > 30
    below = [box["width"] for box in drawn[1:] if box["width"] == pytest.approx(drawn[0]["width"] / 30, rel=1e-3)]
    assert sum(below[:30]) == pytest.approx(drawn[0]["width"], rel=1e-3)


def test_hostile_names_do_nothing(opened: Any) -> None:
    """Markup, quotes, controls and emoji in names and files are text in boxes, table, call stack and box of facts; nothing runs."""
    keys = [(f"{name}/x" if at % 2 else name, at, name) for at, name in enumerate(HOSTILE_NAMES)]
    stats: dict[Any, Any] = {keys[0]: (1, 1, 0.1, 2.0, {})}
    for key in keys[1:]:
        stats[key] = (1, 1, 0.2, 0.2, {keys[0]: (1, 1, 0.2, 0.2)})
    page, frame = opened(calls_recording(stats), framed=True)
    assert frame.locator("#pstats-table tbody tr").count() == len(keys)
    for at in range(len(keys)):
        frame.locator("#chart rect").nth(at).hover()
        expect(frame.locator("#sv-info-div")).to_be_visible()
    frame.locator("#chart rect").nth(1).click()
    frame.locator("#sv-call-stack-btn").click()
    expect(frame.locator("#sv-call-stack-list > div")).to_have_count(2)
    frame.locator("#pstats-table tbody tr").nth(2).click()
    assert frame.locator("img, iframe, object, embed").count() == 0
    assert frame.locator("body > script, .wb-frame > script").count() == page.page.frames[-1].evaluate(
        "document.scripts.length"
    )
    page.shot("snakeviz-hostile")


def test_the_frame_reaches_nothing(opened: Any) -> None:
    """Code in the frame has an origin of its own: it sees neither the notebook's document nor any network."""
    page, frame = opened(exact_recording(), framed=True)
    assert frame.evaluate("self.origin") == "null"
    assert (
        frame.evaluate("(() => { try { return parent.document.title } catch (error) { return error.name } })()")
        == "SecurityError"
    )
    assert page.page.title() == "notebook"


@pytest.mark.parametrize(
    "stats",
    [
        {},
        {("a.py", 1, "f"): (1, 1, 0.0, 0.0, {})},
        {("a.py", 1, "f"): (1, 7, 1.0, 1.0, {("a.py", 1, "f"): (1, 6, 1.0, 1.0)})},
    ],
    ids=["nothing", "no time", "only itself"],
)
def test_odd_profiles_are_drawn(opened: Any, stats: dict[Any, Any]) -> None:
    """A profile without calls, without any time, or of one function that calls itself has one box and one row."""
    _, frame = opened(calls_recording(stats), dark=True)
    assert frame.locator("#pstats-table tbody tr").count() == 1
    expect(frame.locator("#sv-error-div")).to_be_hidden()
