"""What changed between two recordings, in a real browser: the tables and the red and blue flame graph, with the numbers of the diff."""

from __future__ import annotations

from dataclasses import replace

import pytest
from samples import HOSTILE_NAMES, drawn, exact_recording, hostile_recording, small_recording

from workbench import units
from workbench.analysis.diff import diff
from workbench.assets.bundle import script, styles
from workbench.assets.embed import script_json
from workbench.assets.payload_diff import DiffWords, payload_diff

pytestmark = pytest.mark.browser

OLD = """
main:1 > load:2 > parse:3  x300 native
main:1 > load:2  x100
main:2 > work:9 > helper@site/lib.py:2  x400 waiting
main:3 > old:3  x80
"""
NEW = """
main:1 > load:2 > parse:3  x50 native
main:1 > load:2  x101
main:2 > work:9 > helper@site/lib.py:2  x520 waiting
main:2 > work:9 > fresh:2  x60
"""


def page_of(before, after, title="what ran"):
    found = diff(before, after, labels=("base.wbp", "now.wbp"), force=True)
    data = payload_diff(found, words=DiffWords(title=title, next="One run each tells what moved."))
    mounting = (
        f"mountDiff(document.getElementById('view'), {script_json(data)}, {{ styles: {script_json(styles())} }});"
    )
    page = (
        "<!DOCTYPE html><meta charset=utf-8><meta name=color-scheme content='light dark'><link rel=icon href='data:,'>"
    )
    return f'{page}<div id="view"></div><script type="module">{script(view=False, diff=True)}{mounting}</script>', found


def cells(opened, section):
    return [row.locator("td").all_inner_texts() for row in opened.page.locator(f".{section} tbody tr[title]").all()]


def over(opened, share, row):
    box = opened.page.locator(".flame canvas").bounding_box()
    opened.page.mouse.move(box["x"] + share * box["width"], box["y"] + (row + 0.5) * 20)
    return opened.page.locator(".flame .status").inner_text()


def signed(value):
    return f"{'+' if value > 0 else '−'}{units.seconds(abs(value))}"


def test_the_tables_have_the_numbers_of_the_diff(show):
    """Functions beyond the noise stand ranked by change, with what was before and after; those within it come when asked for."""
    page, found = page_of(drawn(OLD), drawn(NEW))
    opened = show(page)
    wanted = [row for row in found.ranked() if row.change and not row.within_noise]
    rows = cells(opened, "functions")
    assert [row[0].split("\n")[0] for row in rows] == [row.here.function for row in wanted]
    for row, change in zip(rows, wanted, strict=True):
        assert row[1].split("\n")[0] == ("–" if change.before is None else units.seconds(change.old))
        assert row[2].split("\n")[0] == ("–" if change.after is None else units.seconds(change.new))
        assert row[3].startswith(signed(change.change))
    hushed = [row for row in found.ranked() if row.change and row.within_noise]
    assert hushed
    opened.page.locator(".functions").get_by_role("button", name="within the noise").click()
    assert len(cells(opened, "functions")) == len(wanted) + len(hushed)


def test_boxes_say_more_and_less_with_a_sign(show):
    """A box has its amounts before and after and their difference, as wide as the larger, the older or the newer."""
    page, _ = page_of(drawn(OLD), drawn(NEW))
    opened = show(page)
    assert over(opened, 0.5, 0) == "all of it: 14.7 min before, 12.2 min after"
    said = over(opened, 0.01, 2)
    assert said.startswith("work, app.py:1: 6.7 min before, 9.7 min after, +3.0 min (+45.0 %)")
    opened.page.get_by_label("What a box is as wide as").select_option("after")
    assert over(opened, 0.99, 2).startswith("load, app.py:1: 6.7 min before, 2.5 min after, −4.2 min (−62.3 %)")


def test_a_choice_is_the_same_in_table_and_graph(show):
    """A function chosen in the table is spoken of in the graph; a box chosen in the graph marks its row."""
    page, _ = page_of(drawn(OLD), drawn(NEW))
    opened = show(page)
    opened.page.locator(".functions tr", has=opened.page.get_by_text("helper", exact=True)).click()
    assert opened.page.locator(".flame .status").inner_text().startswith("helper, ")
    box = opened.page.locator(".flame canvas").bounding_box()
    opened.page.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + 3.5 * 20)
    chosen = opened.page.locator('.functions tr[aria-selected="true"] code')
    assert chosen.inner_text() == "parse"
    opened.page.locator('.functions tr[aria-selected="true"]').focus()
    opened.page.keyboard.press("Home")
    assert opened.page.locator(".flame .status").inner_text().startswith("parse, ")


def test_what_was_overruled_and_what_differs_is_said(show):
    """Warnings stand at the top; recordings without stacks say that there is no graph."""
    same = exact_recording()
    page, found = page_of(same, replace(same, mechanism="something else"))
    opened = show(page)
    assert "no stacks, so there is no flame graph" in opened.page.locator(".flame").inner_text()
    assert "No function changed" in opened.page.locator(".functions").inner_text()
    assert found.forced
    assert len(opened.page.locator(".alert").all()) == len(found.warnings) + len(found.forced)


@pytest.mark.parametrize(("width", "dark"), [(600, False), (1280, True), (1800, False)])
def test_it_fits_and_names_are_text(show, width, dark):
    """Hostile names are text, nothing spills over the page, in light and dark, narrow and wide."""
    page, _ = page_of(small_recording(), hostile_recording(), title=HOSTILE_NAMES[0])
    opened = show(page, width=width, dark=dark)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.page.locator("article").get_attribute("data-theme") == ("dark" if dark else "light")
    assert opened.page.locator("img").count() == 0
    assert HOSTILE_NAMES[0] in opened.page.locator("h2").inner_text()
    opened.shot(f"diff-{width}-{'dark' if dark else 'light'}")
