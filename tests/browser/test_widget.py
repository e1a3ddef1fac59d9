"""The anywidget in a real browser, with a stand-in for the kernel's side of the model."""

from __future__ import annotations

import pytest
from samples import empty_recording, exact_recording, small_recording

import workbench
from workbench.assets.embed import script_json
from workbench.render.html_words import view_payload
from workbench.widgets.diff_view import DiffView
from workbench.widgets.view import RecordingView

MODEL = """
globalThis.model = {
    values: { payload: globalThis.given, selected: -1 }, saved: 0, listeners: {},
    get(name) { return this.values[name]; },
    set(name, value) {
        if (this.values[name] === value) return;
        this.values[name] = value;
        for (const listener of this.listeners[`change:${name}`] ?? []) listener();
    },
    save_changes() { this.saved += 1; },
    on(event, listener) { (this.listeners[event] ??= new Set()).add(listener); },
    off(event, listener) { this.listeners[event]?.delete(listener); },
    change(name, value) { this.set(name, value); },
};
globalThis.el = document.getElementById("cell");
globalThis.cleanup = widget.render({ model, el });
"""


def frame_of(recording, name):
    return next(at for at in range(len(recording.frames)) if recording.frame_name(at) == name)


@pytest.fixture
def live(show):
    recording = small_recording()
    code = RecordingView._esm.replace("export default", "const widget =")
    page = "<!DOCTYPE html><meta charset=utf-8><link rel=icon href='data:,'><div id=cell></div>"
    given = f"globalThis.given = {script_json(view_payload(recording))};"
    return show(f'{page}<script type="module">{given}{code}{MODEL}</script>'), recording


def chosen(opened):
    return opened.page.locator('.functions tr[aria-selected="true"] td.name code').inner_text()


@pytest.mark.browser
def test_a_choice_in_the_browser_reaches_the_model(live):
    """Choosing a row sets `selected` to the recording's own frame index and saves it, once."""
    opened, recording = live
    saved = opened.page.evaluate("model.saved")
    opened.page.locator(".functions tr.one", has=opened.page.get_by_text("parse", exact=True)).click()
    assert opened.page.evaluate("[model.get('selected'), model.saved]") == [frame_of(recording, "parse"), saved + 1]


@pytest.mark.browser
def test_a_choice_in_python_moves_the_view(live):
    """Setting `selected` chooses in the table and shows the source line."""
    opened, recording = live
    opened.page.evaluate("frame => model.change('selected', frame)", frame_of(recording, "flush"))
    assert chosen(opened) == "flush"
    assert opened.page.locator(".source .line.chosen .no").inner_text() == "5"
    opened.page.evaluate("model.change('selected', 987654)")
    assert opened.page.locator('.functions tr[aria-selected="true"]').count() == 0


@pytest.mark.browser
def test_another_payload_is_drawn_in_the_same_place(live):
    """A new payload replaces the view."""
    opened, _ = live
    opened.page.evaluate("given => model.change('payload', given)", view_payload(exact_recording()))
    opened.page.locator(".flame .estimate").wait_for()
    assert opened.page.locator("article").count() == 1


@pytest.mark.browser
def test_cleaning_up_leaves_nothing(live):
    """After cleanup the place is empty, the model has no listeners, and messages that come late do no harm."""
    opened, _ = live
    opened.page.evaluate("cleanup()")
    assert opened.page.locator("article").count() == 0
    assert opened.page.evaluate("Object.values(model.listeners).reduce((sum, one) => sum + one.size, 0)") == 0
    opened.page.evaluate("el.dispatchEvent(new CustomEvent('workbench:choose', { detail: 1 }))")


@pytest.mark.browser
def test_a_diff_is_a_widget_too(show):
    """What changed between two recordings is drawn by a widget of its own, anew for another payload, and leaves nothing behind."""
    view = workbench.diff(small_recording(), small_recording(duration=1.3)).view()
    code = DiffView._esm.replace("export default", "const widget =")
    page = "<!DOCTYPE html><meta charset=utf-8><link rel=icon href='data:,'><div id=cell></div>"
    opened = show(f'{page}<script type="module">globalThis.given = {script_json(view.payload)};{code}{MODEL}</script>')
    assert opened.page.locator("article.diff").count() == 1
    opened.page.evaluate("model.change('payload', { ...given })")
    assert opened.page.locator("article.diff").count() == 1
    opened.page.evaluate("cleanup()")
    assert opened.page.locator("article").count() == 0
    assert opened.page.evaluate("Object.values(model.listeners).reduce((sum, one) => sum + one.size, 0)") == 0


def test_the_widget_knows_the_function_it_selects():
    """In Python `selected` is a frame of the recording, and `function` its name."""
    recording = small_recording()
    view = RecordingView(recording)
    assert view.function is None
    view.selected = frame_of(recording, "build_index")
    assert view.function == "build_index"
    view.selected = 10_000
    assert view.function is None
    assert RecordingView(empty_recording()).payload["meta"]["samples"] == 0
