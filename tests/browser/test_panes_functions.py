"""The pane Functions in a real browser: what it finds, who calls whom, the closer looks, and what it says of a part of the run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from samples import drawn, exact_recording, lines_recording, random_recording, small_recording, tasks_recording
from test_report import CONTRASTS

from workbench import units
from workbench.analysis.functions import functions, whole
from workbench.analysis.ownership import Owner
from workbench.assets.embed import script_json
from workbench.render.html import fragment
from workbench.render.html_words import view_payload
from workbench.widgets.view import RecordingView

CHOSEN = '.functions tr[aria-selected="true"] td.name code'
MODEL = """{
    values: { payload: GIVEN, selected: -1 }, get(name) { return this.values[name]; },
    set() {}, save_changes() {}, on() {}, off() {}, send(told) { globalThis.told = told; },
}"""
NAMES = ".functions tr.one td.name code"
browser = pytest.mark.browser


def panel(opened, kind):
    """The names in one list beside the table."""
    return opened.page.locator(f".chosen-function .{kind} code").all_inner_texts()


def focused(opened):
    """The text of what has the focus in the view."""
    return opened.page.evaluate("document.activeElement.shadowRoot.activeElement.textContent")


@browser
def test_a_search_finds_by_name_file_and_owner(show):
    """Typing leaves the functions that fit, own ones first, groups open, and says how many and what part they are; Escape takes it back."""
    recording = small_recording()
    opened = show(recording)
    find, hint, names = (opened.page.locator(f".functions {one}") for one in (".find", ".hint", "tr.one td.name code"))
    rows = functions(recording)
    find.fill("json")
    assert names.all_inner_texts() == ["JSONDecoder.decode", "loads"]
    assert opened.page.locator(".functions tr.group").get_attribute("aria-expanded") == "true"
    part = sum(row.self_time for row in rows if "json" in row.file) / whole(recording)
    assert hint.inner_text() == f"2 of {len(rows)} functions, {units.share(part)} self"
    assert opened.page.locator(".functions tr.group td.self .number").inner_text() == "200 ms"
    find.fill("STORE")
    assert names.all_inner_texts() == ["flush"]
    find.fill("your code IN")
    assert set(names.all_inner_texts()) == {"build_index", "parse", "<module>"}
    find.fill("nothing like it")
    assert "No function fits" in opened.page.locator(".functions tbody").inner_text()
    find.press("Escape")
    assert find.input_value() == ""
    assert names.all_inner_texts() == ["build_index", "parse", "flush", "<module>"]
    assert opened.page.locator('.functions tr[data-group="stdlib"]').get_attribute("aria-expanded") == "false"
    find.fill("find")
    find.press("ArrowDown")
    opened.page.keyboard.press("ArrowDown")
    assert opened.page.locator(CHOSEN).inner_text() == "findall"
    assert opened.page.evaluate(CONTRASTS) == []


@browser
def test_many_functions_are_shown_some_at_a_time(show):
    """Of a thousand functions the first ones stand in the document; sought ones are found among all; a chosen one far down is shown."""
    recording = random_recording(1, 1_000, 10_000)
    opened = show(fragment_page(recording))
    find = opened.page.locator(".functions .find")
    wanted = [row for row in functions(recording) if "function_9" in row.function]
    find.fill("function_9")
    assert opened.page.locator(".functions .hint b").inner_text() == f"{len(wanted)} of {len(functions(recording)):,}"
    assert opened.page.locator(NAMES).count() <= 3 * 40
    find.fill("")
    own = [row for row in functions(recording) if row.owner is Owner.OWN]
    last = own[-1]
    assert opened.page.locator(f'.functions tr.own[title^="{last.function}"]').count() == 0
    tell(opened, "choose", last.frame)
    assert opened.page.locator(CHOSEN).inner_text() == last.function
    assert opened.page.locator(".functions tr.one.own").count() == 101


def fragment_page(recording):
    """A page of one fragment with all that is in a recording."""
    return "<!DOCTYPE html><meta charset=utf-8><link rel=icon href='data:,'>" + fragment(recording, limit=20_000_000)


def tell(opened, event, detail):
    """Send the view an event."""
    opened.page.evaluate(
        """([event, detail]) => {
            document.querySelector("[data-workbench]").dispatchEvent(new CustomEvent(`workbench:${event}`, { detail }));
        }""",
        [event, detail],
    )


@browser
def test_callers_and_callees_are_followed_and_walked_back(show):
    """Beside the table stand who calls the chosen function and whom it calls; following them can be taken back and forward again."""
    opened = show(small_recording())
    assert (panel(opened, "callers"), panel(opened, "callees")) == (["<module>"], ["[gc]", "findall"])
    opened.page.locator(".chosen-function .callees").get_by_role("button", name="findall").click()
    assert opened.page.locator(CHOSEN).inner_text() == "findall"
    assert (panel(opened, "callers"), panel(opened, "callees")) == (["build_index"], [])
    assert "No function that was seen" in opened.page.locator(".chosen-function .callees").inner_text()
    opened.page.get_by_role("button", name="Back to build_index").click()
    assert opened.page.locator(CHOSEN).inner_text() == "build_index"
    opened.page.get_by_role("button", name="Forward to findall").click()
    assert opened.page.locator(CHOSEN).inner_text() == "findall"
    opened.page.get_by_role("button", name="Back to build_index").click()
    opened.page.locator(".functions tr.one", has=opened.page.get_by_text("parse", exact=True)).click()
    assert opened.page.get_by_role("button", name="Forward", exact=True).is_disabled()
    assert opened.page.get_by_role("button", name="Back to build_index").is_enabled()


@browser
def test_the_lists_are_one_stop_for_tab_each(show):
    """Tab reaches a list once, the arrow keys walk it, Enter follows and stays in the list."""
    opened = show(small_recording())
    opened.page.locator(".chosen-function .callees button").first.focus()
    opened.page.keyboard.press("ArrowDown")
    assert focused(opened).startswith("findall")
    opened.page.keyboard.press("Home")
    assert focused(opened).startswith("[gc]")
    opened.page.locator(".chosen-function .callers button").focus()
    opened.page.keyboard.press("Tab")
    assert focused(opened).startswith("[gc]")
    opened.page.keyboard.press("Shift+Tab")
    opened.page.keyboard.press("Enter")
    assert opened.page.locator(CHOSEN).inner_text() == "<module>"
    assert focused(opened) == "‹"


@browser
def test_closer_looks_say_their_command_and_ask_for_it(show):
    """Each engine's button gives its command and tells the function and the engine to the page; code of others has none."""
    closers = [
        {"engine": "lines", "label": "time its lines", "command": "%%profile lines -f {name}"},
        {"engine": "memory", "label": "read its memory", "command": "%%profile memory -f {name}"},
    ]
    sent = view_payload(small_recording())
    sent["meta"]["closers"] = closers
    code = RecordingView._esm.replace("export default", "const widget =")
    model = MODEL.replace("GIVEN", script_json(sent))
    page = "<!DOCTYPE html><meta charset=utf-8><link rel=icon href='data:,'><div id=cell></div>"
    opened = show(
        f'{page}<script type="module">{code}widget.render({{ model: {model}, el: document.getElementById("cell") }});</script>'
    )
    opened.page.get_by_role("button", name="read its memory").click()
    assert "%%profile memory -f build_index" in opened.page.locator(".functions .closer").inner_text()
    frame = next(at for at in range(100) if small_recording().frame_name(at) == "build_index")
    assert opened.page.evaluate("told") == {"closer": {"frame": frame, "engine": "memory"}}
    opened.page.locator(".chosen-function .callees").get_by_role("button", name="findall").click()
    assert opened.page.get_by_role("button", name="time its lines").is_disabled()
    assert opened.page.locator(".functions .closer").inner_text() == ""


def test_the_widget_hears_of_engines_that_it_offers():
    """Python is asked for the engine whose button was pressed; what the view does not offer is not heard."""
    asked = []
    view = RecordingView(small_recording(), lambda name, engine: asked.append((name, engine)))
    view.payload = replace_closers(view.payload, [{"engine": "memory", "label": "read its memory", "command": ""}])
    frame = view._names.index("build_index")
    for engine in ("memory", "lines", ["memory"], None):
        view._handle_msg(
            {
                "content": {"data": {"method": "custom", "content": {"closer": {"frame": frame, "engine": engine}}}},
                "buffers": [],
            }
        )
    assert asked == [("build_index", "memory")]


def replace_closers(payload, closers):
    """The payload with other closer looks."""
    return {**payload, "meta": {**payload["meta"], "closers": closers}}


@browser
def test_a_part_of_the_run_has_its_own_table(show):
    """Narrowed to a stretch of time, functions and the sums of owners are what Python adds up of the samples in it."""
    recording = small_recording()
    opened = show(fragment_page(recording))
    tell(opened, "narrow", {"from": 0.1, "to": 0.4})
    samples = recording.samples
    kept = (samples.start >= 0.1) & (samples.start < 0.4)
    weight = (samples.python + samples.native + samples.waiting)[kept]
    leaf = recording.stacks.frame[samples.stack[kept]]
    own = {}
    for frame, seconds in zip(leaf.tolist(), weight.tolist(), strict=True):
        name = recording.frame_name(frame)
        own[name] = own.get(name, 0.0) + seconds
    rows = opened.page.locator(".functions tr.one").all()
    assert {row.locator("td.name code").inner_text() for row in rows} == {"build_index", "flush", "<module>", "parse"}
    for row in rows:
        name = row.locator("td.name code").inner_text()
        assert row.locator("td.self .number").inner_text() == units.seconds(own.get(name, 0.0))
    group = opened.page.locator('.functions tr[data-group="stdlib"]')
    library = sum(own.get(name, 0.0) for name in ("loads", "JSONDecoder.decode", "findall", "Queue.get"))
    assert group.locator("td.self .number").inner_text() == units.seconds(library)
    assert group.locator("td.total .number").inner_text() == units.seconds(library)
    assert opened.page.locator('.functions tr[data-group="library"]').count() == 0
    assert panel(opened, "callees") == []
    tell(opened, "narrow", {"from": None, "to": None})
    assert opened.page.locator('.functions tr[data-group="library"]').count() == 1


@browser
def test_owners_of_a_part_have_all_that_they_call(show):
    """Narrowed, the row of an owner has its own time, and the time of all stacks that it is on, each once."""
    picture = (
        "main:1 > apply@site/lib.py:9 > each@site/lib.py:3 > work:5  x4\nmain:1 > apply@site/lib.py:9  x2\nmain:2  x4"
    )
    opened = show(fragment_page(drawn(picture)))
    tell(opened, "narrow", {"from": 0, "to": 5})
    group = opened.page.locator('.functions tr[data-group="library"]')
    assert group.locator("td .number").all_inner_texts() == ["1.00 s", "5.00 s"]
    assert group.locator(".where").inner_text() == "2 functions"


@browser
@pytest.mark.parametrize(("make", "kinds"), [(exact_recording, 2), (tasks_recording, 2), (lines_recording, 0)])
def test_every_kind_of_recording_has_its_table(show, make, kinds):
    """Callers and callees stand beside the table where the recording knows them, and nowhere else; the search is always there."""
    opened = show(make())
    assert opened.page.locator(".chosen-function .lists > div").count() == kinds
    name = opened.page.locator(CHOSEN).inner_text()
    opened.page.locator(".functions .find").fill(name)
    assert name in opened.page.locator(NAMES).all_inner_texts()


@browser
@pytest.mark.parametrize(("width", "beside"), [(600, False), (1800, True)])
def test_the_chosen_function_stands_beside_or_below(show, width, beside):
    """Where there is room callers and callees are a column beside the table, otherwise they are below it; nothing spills over."""
    opened = show(small_recording(), width=width, dark=beside)
    table, chosen = (opened.page.locator(f".functions {one}").bounding_box() for one in (".scroll", ".chosen-function"))
    assert (chosen["x"] >= table["x"] + table["width"]) == beside
    assert (chosen["y"] >= table["y"] + table["height"]) == (not beside)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.page.evaluate(CONTRASTS) == []


@browser
def test_functions_that_were_left_out_are_said_not_to_be_searched(show):
    """Where a view was made small, a search says that it does not know the functions that were left out."""
    recording = replace(drawn("main:1 > work:2  x9"), notes=())
    sent = view_payload(recording)
    own = next(one for one in sent["meta"]["owners"] if one["owner"] == "own")
    own["count"] += 7
    code = RecordingView._esm.split("const styles")[0]
    page = "<!DOCTYPE html><meta charset=utf-8><link rel=icon href='data:,'><div id=cell></div>"
    opened = show(
        f'{page}<script type="module">{code}mount(document.getElementById("cell"), {script_json(sent)});</script>'
    )
    assert "and 7 functions with little time, left out" in opened.page.locator(".functions tbody").inner_text()
    opened.page.locator(".functions .find").fill("work")
    said = opened.page.locator(".functions tbody").inner_text()
    assert "7 functions with little time, left out to keep this small, could not be searched" in said
