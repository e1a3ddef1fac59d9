"""A walk through every part of a recording's view, the same in a report and in JupyterLab; its numbers are held against the analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from workbench import units
from workbench.analysis.functions import functions, whole
from workbench.analysis.lines import lines
from workbench.analysis.ownership import Owner
from workbench.analysis.window import window

if TYPE_CHECKING:
    from workbench.model.recording import Recording


def walk(view: Any, recording: Recording) -> None:
    """Go through functions, source, graph and time of a sampled recording with own code; `view` is the locator of its root."""
    table_and_source(view, recording)
    graph(view, recording)
    stretch(view, recording)


def table_and_source(view: Any, recording: Recording) -> None:
    """Find, sort and choose functions; columns, the next hot line and back in the source."""
    own = [row for row in functions(recording) if row.owner is Owner.OWN and row.total_time > 0]
    rows = view.locator(".functions tr.one.own")
    expect(rows).to_have_count(len(own))
    shown = {(node.locator("code").inner_text(), node.locator("td.self .number").inner_text()) for node in rows.all()}
    assert shown == {(row.function, units.seconds(row.self_time)) for row in own}
    field = view.locator(".functions input[type=search]")
    field.fill(own[0].function)
    expect(rows.first.locator("code")).to_have_text(own[0].function)
    field.press("Escape")
    view.locator(".functions th.total button").click()
    by_total = max(own, key=lambda row: row.total_time)
    assert units.seconds(by_total.total_time) == rows.first.locator("td.total .number").inner_text()
    rows.first.click()
    expect(view.locator('.functions tr[aria-selected="true"]')).to_have_count(1)
    view.locator(".source").get_by_role("button", name="hottest line").click()
    hottest = max((row for row in lines(recording) if row.owner is Owner.OWN), key=lambda row: row.here)
    chosen = view.locator(".source .line.chosen")
    assert units.seconds(hottest.wall) in chosen.inner_text()


def graph(view: Any, recording: Recording) -> None:
    """All forms, colours, search, zoom and what can be taken out."""
    flame = view.locator("section.flame")
    canvas = flame.locator("canvas").first
    for form in ("time", "up", "sandwich", "heavy"):
        flame.locator(f"[data-form={form}]").click()
        expect(flame.locator(f"[data-form={form}]")).to_have_attribute("aria-pressed", "true")
        expect(canvas).to_be_visible()
    for option in ("kind", "module", "owner"):
        flame.get_by_label("Colour of the boxes").select_option(option)
    busiest = max(functions(recording), key=lambda row: row.total_time)
    flame.locator("input[type=search]").fill(busiest.function)
    expect(flame.locator(".matches")).to_contain_text(units.share(busiest.share))
    flame.locator("input[type=search]").press("Escape")
    canvas.focus()
    for key in ("Home", "ArrowDown", "Enter"):
        canvas.press(key)
    expect(flame.locator(".crumbs li")).to_have_count(1)
    canvas.press("Escape")
    flame.locator(".acts summary").click()
    flame.locator(".menu").get_by_role("button", name="hide", exact=True).click()
    flame.locator(".chip").click()
    expect(flame.locator(".chip")).to_have_count(0)


def stretch(view: Any, recording: Recording) -> None:
    """Half of the run, by the range's own handles: every pane has the numbers of those samples, and all come back."""
    handles = view.locator("section.time [role=slider]")
    handles.last.focus()
    middle = recording.duration / 2
    for _ in range(200):
        if float(handles.last.get_attribute("aria-valuenow") or 0) <= middle:
            break
        handles.last.press("PageDown")
    end = float(handles.last.get_attribute("aria-valuenow"))
    cut = window(recording, end=end)
    strip = view.locator(".narrowed")
    expect(strip).to_contain_text(units.seconds(whole(cut)))
    expect(strip).to_contain_text(units.count(len(cut.samples), "sample"))
    own = [row for row in functions(cut) if row.owner is Owner.OWN and row.total_time > 0]
    rows = view.locator(".functions tr.one.own")
    expect(rows).to_have_count(len(own))
    shown = {(row.locator("code").inner_text(), row.locator("td.total .number").inner_text()) for row in rows.all()}
    assert shown == {(row.function, units.seconds(row.total_time)) for row in own}
    strip.get_by_role("button", name="show the whole run").click()
    expect(strip).to_be_hidden()
