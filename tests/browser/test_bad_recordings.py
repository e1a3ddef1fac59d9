"""Recordings that are hardly any, or strange: each opens as a view that says what is the matter, in every form, never a blank."""

from __future__ import annotations

import marshal

import pytest
from samples import drawn, finish

from workbench.errors import WorkbenchError
from workbench.formats.detect import read
from workbench.model.builder import RecordingBuilder

pytestmark = pytest.mark.browser

PLACE = ("app.py", 1)


def of_pstats(folder, table):
    """A recording of a cProfile file with these rows: name -> (calls, primitive, own, total, callers)."""
    file = folder / "made.prof"
    rows = {
        (*PLACE, name): (*row[:4], {(*PLACE, by): edge for by, edge in row[4].items()}) for name, row in table.items()
    }
    file.write_bytes(marshal.dumps(rows))
    return read(file)


def walk(opened):
    """Go through all forms of the graph, all colours, every row of the table and the time; nothing may be empty."""
    page = opened.page
    for form in ("up", "sandwich", "heavy"):
        button = page.locator(f"[data-form={form}]")
        if button.count():
            button.click()
            board = page.locator(".flame .board")
            assert board.locator("canvas").count() or board.inner_text().strip()
    for option in page.locator(".flame select option").all():
        page.locator(".flame select").select_option(option.get_attribute("value"))
    for row in page.locator(".functions tr.one").all():
        row.click()
    for section in ("functions", "source", "flame", "time"):
        assert (
            page.locator(f"section.{section} .body").inner_text().strip()
            or page.locator(f"section.{section} canvas").count()
        )


@pytest.mark.parametrize("picture", ["main:1  x1", "main:1 > work:2  x1", "f:1 > f:1 > f:1  x2"])
def test_one_sample_and_one_function(show, picture):
    """One sample, one function, and one that only calls itself are drawn, and it is said how little that is."""
    opened = show(drawn(picture))
    walk(opened)
    assert "Too short to sample" in opened.page.locator(".head").inner_text()
    assert opened.page.locator(".flame canvas").count() == 1


def test_a_call_graph_that_only_goes_round(show, tmp_path):
    """Functions that only call each other have a tree all the same, which ends, from the one with most time; beside what stands alone."""
    table = {
        "a": (3, 3, 0.5, 1.0, {"b": (3, 3, 0.5, 0.9)}),
        "b": (3, 3, 0.5, 0.9, {"a": (3, 3, 0.5, 0.9)}),
        "c": (1, 1, 0.2, 0.2, {"c": (1, 1, 0.2, 0.2)}),
    }
    opened = show(of_pstats(tmp_path, table))
    walk(opened)
    box = opened.page.locator(".flame canvas").bounding_box()
    opened.page.mouse.move(box["x"] + 20, box["y"] + 30)
    assert opened.page.locator(".flame .status").inner_text().startswith("a, app.py:1: total 1.00 s")


def test_nothing_that_took_time(show, tmp_path):
    """Functions that were called and took no time say that there is nothing to draw."""
    opened = show(of_pstats(tmp_path, {"a": (1, 1, 0.0, 0.0, {})}))
    assert "no flame graph" in opened.page.locator(".flame").inner_text()
    assert opened.page.locator(".functions tr.one").count() == 1


@pytest.mark.parametrize("row", [(1, 1, -0.5, 1.0, {}), (1, 1, float("nan"), 1.0, {}), (1, 1, 0.1, float("inf"), {})])
def test_weights_that_are_no_times_are_refused(tmp_path, row):
    """A foreign file with times below nothing, or that are no numbers, is refused with the row's name, and never drawn."""
    with pytest.raises(WorkbenchError, match=r"'a'\) makes no sense"):
        of_pstats(tmp_path, {"a": row})


def test_sources_that_were_not_captured(show):
    """Without any source the pane says so, and the others work."""
    builder = RecordingBuilder()
    frame = builder.frame("main", "/srv/app/main.py", 1)
    for turn in range(40):
        builder.sample(builder.stack(-1, frame, 3), builder.thread("MainThread"), turn * 0.01, 0.01, 0.0, 0.0)
    opened = show(finish(builder, duration=0.4, cpu=0.4))
    walk(opened)
    assert "No source was captured" in opened.page.locator(".source").inner_text()


def test_stacks_a_thousand_deep(show):
    """Recursion a thousand deep is drawn, walked by keys to its end, and collapsed to one box."""
    deep = " > ".join(f"f:{1 + depth % 3}" for depth in range(1_000))
    opened = show(drawn(f"main:1 > {deep}  x30"))
    canvas = opened.page.locator(".flame canvas")
    canvas.focus()
    for _ in range(60):
        opened.page.keyboard.press("ArrowDown")
    assert opened.page.locator(".flame .stage").evaluate("node => node.scrollTop") > 0
    opened.page.locator(".acts summary").click()
    opened.page.locator(".menu").get_by_role("button", name="collapse recursion").click()
    assert opened.page.locator(".flame .stage").evaluate("node => node.scrollHeight") < 200
