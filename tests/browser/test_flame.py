"""The flame graph in a real browser: its forms, moving in it, searching, colours, functions taken out; the numbers are Python's."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from samples import (
    PROJECT,
    drawn,
    exact_recording,
    finish,
    heap_recording,
    hostile_recording,
    random_recording,
    small_recording,
    tasks_recording,
)

from workbench import units
from workbench.analysis.functions import functions, whole
from workbench.analysis.lines import lines
from workbench.analysis.window import window
from workbench.model.builder import RecordingBuilder

pytestmark = pytest.mark.browser

ROW = 20
NARROW = """asked => document.querySelector("[data-workbench]")
    .dispatchEvent(new CustomEvent("workbench:narrow", { detail: asked }))"""


def status(opened):
    return opened.page.locator(".flame .status").inner_text()


def form(opened, name):
    opened.page.locator(f"[data-form={name}]").click()


def canvas(opened, at=0):
    return opened.page.locator(".flame canvas").nth(at)


def over(opened, share, row, at=0):
    """What is said of the box under a share of the width in a row of a canvas, from the top, 0 the first."""
    box = canvas(opened, at).bounding_box()
    opened.page.mouse.move(box["x"] + share * box["width"], box["y"] + (row + 0.5) * ROW)
    return status(opened)


def click(opened, share, row, at=0):
    box = canvas(opened, at).bounding_box()
    opened.page.mouse.click(box["x"] + share * box["width"], box["y"] + (row + 0.5) * ROW)


def act(opened, words):
    """Use an entry of the menu of the chosen function."""
    opened.page.locator(".acts summary").click()
    opened.page.locator(".menu").get_by_role("button", name=words, exact=True).click()


DEEP = drawn(
    """
    main:1 > load:2 > parse:3  x3 native
    main:1 > load:2  x1
    main:2 > work:9 > parse:3  x4
    main:2 > work:9 > helper@site/lib.py:2  x2 waiting
    """
)


def test_the_forms_are_two_ways_to_the_same_answer(show):
    """Bottom-up has each function's own time at its root, the sandwich its total on both sides, and both are the table's."""
    opened = show(DEEP)
    rows = {row.function: row for row in functions(DEEP)}
    form(opened, "up")
    assert over(opened, 0.2, 1).startswith(f"parse, app.py:1: {units.seconds(rows['parse'].self_time)} of own time")
    form(opened, "sandwich")
    opened.page.locator(".functions tr.one", has=opened.page.get_by_text("parse", exact=True)).click()
    said = opened.page.locator(".flame .middle").inner_text()
    assert units.seconds(rows["parse"].total_time) in said
    assert units.share(rows["parse"].share) in said
    assert "work, app.py:1" in over(opened, 0.2, 1)
    assert "load, app.py:1" in over(opened, 0.9, 1)


def test_callees_of_the_sandwich_are_those_of_every_call(show):
    """Below the chosen function stands what it calls, from wherever it was called, recursion counted once."""
    recording = drawn("a:1 > f:1 > g:1  x3\nb:1 > f:1 > g:1  x2\nb:1 > f:1 > f:2 > g:1  x1\na:2  x4")
    opened = show(recording)
    form(opened, "sandwich")
    opened.page.locator(".functions tr.one", has=opened.page.get_by_text("f", exact=True)).click()
    assert "total 6.00 s (60.0 % here)" in over(opened, 0.3, 0, at=1)
    assert over(opened, 0.3, 1, at=1).startswith("g, app.py:1: total 5.00 s")


def test_time_order_has_things_where_they_happened(show):
    """In time order calls of the same function at different times are boxes of their own, said with their time."""
    recording = drawn("main:1 > a:1  x2\nmain:1 > b:1  x3\nmain:1 > a:1  x1")
    opened = show(recording)
    form(opened, "heavy")
    assert over(opened, 0.1, 2).startswith("a, app.py:1: total 3.00 s")
    form(opened, "time")
    assert over(opened, 0.1, 2).startswith("a, app.py:1: total 2.00 s")
    assert over(opened, 0.5, 2).startswith("b, app.py:1: total 3.00 s")
    assert "from 2.00 s on" in status(opened)
    assert over(opened, 0.95, 2).startswith("a, app.py:1: total 1.00 s")


def test_search_says_how_much_matches(show):
    """The share of a search is that of all stacks with a match on them, each counted once; Escape ends it."""
    opened = show(small_recording())
    box = opened.page.locator(".flame input[type=search]")
    box.fill("JSON")
    recording = small_recording()
    loads = next(row for row in functions(recording) if row.function == "loads")
    assert opened.page.locator(".flame .matches").inner_text() == f"2 functions, {units.share(loads.share)}"
    assert opened.page.evaluate("performance.getEntriesByName('workbench:searched').length") > 0
    box.fill("no such thing")
    assert opened.page.locator(".flame .matches").inner_text() == "0 functions, 0.0 %"
    box.press("Escape")
    assert opened.page.locator(".flame .matches").inner_text() == ""
    canvas(opened).focus()
    opened.page.keyboard.press("/")
    opened.page.keyboard.type("parse")
    assert opened.page.locator(".flame .matches").inner_text().startswith("1 function, ")


def test_it_is_zoomed_by_box_wheel_and_keys(show):
    """A dragged box, Ctrl and the wheel, and plus and minus zoom; the way back is the button, Escape, or a name of the path."""
    opened = show(small_recording())
    page, reset = opened.page, opened.page.get_by_role("button", name="reset zoom")
    box = canvas(opened).bounding_box()
    page.mouse.move(box["x"] + 0.55 * box["width"], box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 34, steps=4)
    page.mouse.up()
    assert reset.is_enabled()
    assert over(opened, 0.5, 2).startswith("parse")
    assert over(opened, 0.02, 2).startswith("parse")
    reset.click()
    assert over(opened, 0.02, 2).startswith("build_index")
    page.mouse.move(box["x"] + 0.99 * box["width"], box["y"] + 30)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    expect(reset).to_be_enabled()
    canvas(opened).focus()
    page.keyboard.press("Escape")
    assert reset.is_disabled()
    page.keyboard.press("+")
    assert reset.is_enabled()
    page.keyboard.press("-")
    assert reset.is_disabled()
    click(opened, 0.6, 3)
    assert page.locator(".crumbs li").all_inner_texts() == ["<module>", "parse", "loads"]
    page.locator(".crumbs").get_by_role("button", name="parse").click()
    assert page.locator(".crumbs li").all_inner_texts() == ["<module>", "parse"]


def test_zooming_never_ends_in_an_empty_picture(show):
    """Zoomed to where the stacks are short while scrolled far down, the graph scrolls up to where there are boxes."""
    deep = " > ".join(f"f{depth}:1" for depth in range(60))
    opened = show(drawn(f"main:1 > {deep}  x50\nmain:2  x50"))
    stage = opened.page.locator(".flame .stage")
    stage.evaluate("node => { node.scrollTop = node.scrollHeight; }")
    box = canvas(opened).bounding_box()
    opened.page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 30)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 34, steps=4)
    opened.page.mouse.up()
    assert stage.evaluate("node => node.scrollTop") == 0
    assert over(opened, 0.5, 1).startswith("main, app.py:1")


def test_it_is_moved_by_dragging_once_zoomed(show):
    """Zoomed in, a drag moves the picture sideways by as much, and with Shift it zooms in further."""
    opened = show(small_recording())
    page, box = opened.page, canvas(opened).bounding_box()
    click(opened, 0.6, 2)
    assert over(opened, 0.02, 2).startswith("parse")
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 50, steps=5)
    page.mouse.up()
    assert over(opened, 0.45, 2).startswith("build_index")
    assert over(opened, 0.55, 2).startswith("parse")


def test_the_page_scrolls_over_it(show):
    """The plain wheel is the page's: it neither zooms nor is swallowed."""
    opened = show(small_recording())
    canvas(opened).hover()
    opened.page.mouse.wheel(0, 60)
    for _ in range(50):
        if opened.page.evaluate("scrollY") > 0:
            break
        opened.page.evaluate("() => new Promise(requestAnimationFrame)")
    assert opened.page.evaluate("scrollY") > 0
    assert opened.page.get_by_role("button", name="reset zoom").is_disabled()


def test_functions_and_modules_are_hidden_and_looked_at_alone(show):
    """What is hidden gives its own time to its callers; what is looked at alone is all that is left; chips put them back."""
    opened = show(DEEP)
    page = opened.page
    page.locator(".functions tr.one", has=page.get_by_text("parse", exact=True)).click()
    act(opened, "hide")
    assert over(opened, 0.2, 2).startswith("work, app.py:1: total 6.00 s (60.0 % here), self 4.00 s")
    page.get_by_role("button", name="without parse ×").click()
    assert over(opened, 0.2, 2).startswith("work, app.py:1: total 6.00 s (60.0 % here), self 0 s")
    page.locator(".functions tr.one", has=page.get_by_text("parse", exact=True)).click()
    act(opened, "only this")
    assert over(opened, 0.5, 0) == "all of it: 7.00 s"
    page.get_by_role("button", name="only parse ×").click()
    page.locator(".functions tr[data-group=library]").click()
    page.locator(".functions tr.one", has=page.get_by_text("helper", exact=True)).click()
    act(opened, "hide lib")
    assert over(opened, 0.01, 2).startswith("work, app.py:1: total 6.00 s (60.0 % here), self 2.00 s")
    assert over(opened, 0.5, 0) == "all of it: 10.0 s"


def test_recursion_is_collapsed_on_demand(show):
    """A function within itself is one box when recursion is collapsed, by way of others too; sums stay."""
    opened = show(drawn("f:1 > f:2 > f:3  x2\nf:1 > g:1 > f:2 > h:1  x3"))
    opened.page.locator(".functions tr.one", has=opened.page.get_by_text("f", exact=True)).click()
    act(opened, "collapse recursion")
    assert over(opened, 0.2, 1).startswith("f, app.py:1: total 5.00 s (100.0 % here), self 2.00 s")
    assert over(opened, 0.2, 2).startswith("h, app.py:1: total 3.00 s")
    opened.page.get_by_role("button", name="recursion collapsed ×").click()
    assert over(opened, 0.2, 2).startswith("g, app.py:1: total 3.00 s")


def colour_at(opened, share, row):
    return opened.page.evaluate(
        """([share, row]) => {
            const canvas = document.querySelector("[data-workbench]").shadowRoot.querySelector(".flame canvas");
            const ratio = canvas.width / canvas.clientWidth;
            const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
            pen.drawImage(canvas, Math.round(share * canvas.width), Math.round((row * 20 + 3) * ratio), 1, 1, 0, 0, 1, 1);
            const pixel = pen.getImageData(0, 0, 1, 1).data;
            return "#" + [...pixel.slice(0, 3)].map((value) => value.toString(16).padStart(2, "0")).join("");
        }""",
        [share, row],
    )


def variable(opened, name):
    return opened.page.evaluate(
        """name => getComputedStyle(document.querySelector("[data-workbench]").shadowRoot.querySelector("article"))
            .getPropertyValue(name).trim()""",
        name,
    )


def test_boxes_are_coloured_by_owner_kind_or_module(show):
    """The colour of a box is of whose code it is, of what most of its time was, or of its module, and the legend says so."""
    opened = show(DEEP)
    legend = opened.page.locator(".flame .key")
    assert colour_at(opened, 0.99, 1) == variable(opened, "--of-own")
    opened.page.get_by_label("Colour of the boxes").select_option("kind")
    assert colour_at(opened, 0.62, 3) == variable(opened, "--box-native")
    assert legend.inner_text().split("\n") == ["Python", "native", "waiting"]
    opened.page.get_by_label("Colour of the boxes").select_option("module")
    assert legend.inner_text().split("\n") == ["app", "lib"]
    assert colour_at(opened, 0.99, 1) == variable(opened, "--module-0")


def test_the_tip_tells_self_total_calls_and_how_sure(show):
    """Under the pointer stands what the box has, and what its function has everywhere with its plus-minus, or its exact calls."""
    recording = small_recording()
    row = next(row for row in functions(recording) if row.function == "parse")
    opened = show(recording)
    over(opened, 0.6, 2)
    tip = opened.page.locator(".tip")
    assert tip.locator("strong").inner_text() == "parse"
    assert (
        f"{units.seconds(row.total_time)}, {units.share(row.share)} {units.plus_minus(row.plus_minus)}"
        in tip.inner_text()
    )
    box, pane = tip.bounding_box(), opened.page.locator(".flame").bounding_box()
    assert pane["x"] <= box["x"]
    assert box["x"] + box["width"] <= pane["x"] + pane["width"] + 1
    opened.page.mouse.move(5, 5)
    assert not tip.is_visible()
    exact = show(exact_recording())
    over(exact, 0.5, 1)
    assert re.search(r"calls\s+[\d,]+ call", exact.page.locator(".tip").inner_text())


def test_a_stack_is_copied_as_text(show):
    """The stack of a box is text, the outermost first, with places and amounts."""
    opened = show(small_recording())
    opened.page.evaluate("navigator.clipboard.writeText = async (text) => { globalThis.copied = text; }")
    click(opened, 0.6, 3)
    canvas(opened).focus()
    opened.page.keyboard.press("c")
    lines = opened.page.evaluate("globalThis.copied").split("\n")
    assert [line.split("  ")[0] for line in lines] == ["<module>", "parse", "loads"]
    assert lines[1] == "parse  In [3]:5  260 ms"


def test_a_call_graph_is_drawn_as_an_estimate(show):
    """For cProfile the tree is labelled as estimated, and its roots have the recording's whole time; callers and callees stay exact."""
    recording = exact_recording()
    opened = show(recording)
    assert opened.page.locator(".flame .estimate").inner_text().startswith("Estimated. cProfile records no stacks")
    assert opened.page.locator("[data-form=time]").is_disabled()
    main = next(row for row in functions(recording) if row.function == "main")
    assert units.seconds(main.total_time) in over(opened, 0.3, 1)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_stretch_of_time_narrows_every_number(show, seed):
    """What the browser sums up for a stretch of time and a thread is what Python's analysis says of the same samples."""
    recording = random_recording(seed, 30, 120, 2_000)
    opened = show(recording)
    for change in ({"start": 0.3, "end": 1.1}, {"start": 0.5, "end": 0.9, "thread": "worker-1"}):
        cut = window(recording, **change)
        asked = {
            "from": change["start"],
            "to": change["end"],
            "thread": recording.threads.index(change["thread"]) if "thread" in change else -1,
        }
        opened.page.evaluate(
            "asked => document.querySelector('[data-workbench]').dispatchEvent(new CustomEvent('workbench:narrow', { detail: asked }))",
            asked,
        )
        assert units.seconds(whole(cut)) in opened.page.locator(".narrowed").inner_text()
        wanted = [row for row in functions(cut) if row.total_time > 0 and row.owner == "own"]
        rows = opened.page.locator(".functions tr.one.own")
        columns = ("code", "td.self .number", "td.total .number", ".percent")
        seen = list(zip(*(rows.locator(column).all_inner_texts() for column in columns), strict=True))
        assert {row[:3] for row in seen} == {
            (row.function, units.seconds(row.self_time), units.seconds(row.total_time)) for row in wanted
        }
        by_name = {row.function: row for row in wanted}
        for name, _, _, percent in seen:
            share, sure = (float(number) for number in re.findall(r"[\d.]+", percent))
            assert share == pytest.approx(100 * by_name[name].share, abs=0.0501)
            assert sure == pytest.approx(100 * by_name[name].plus_minus, abs=0.0501)
    opened.page.get_by_role("button", name="show the whole run").click()
    assert not opened.page.locator(".narrowed").is_visible()


@pytest.mark.parametrize("make", [heap_recording, tasks_recording])
def test_allocations_and_tasks_have_forms_too(show, make):
    """Bottom-up and sandwich are there for allocations and tasks; time order is not, and is idle."""
    opened = show(make())
    assert opened.page.locator("[data-form=time]").is_disabled()
    form(opened, "up")
    assert "of own time" in over(opened, 0.05, 1)
    form(opened, "sandwich")
    assert opened.page.locator(".flame canvas").count() == 2


def test_lines_are_narrowed_with_everything_else(show):
    """In a stretch of time each source line has what Python's analysis says of the same samples, and others have nothing."""
    recording = small_recording()
    opened = show(recording)
    cut = window(recording, 0.1, 0.7)
    detail = {"from": 0.1, "to": 0.7, "thread": -1}
    opened.page.evaluate(NARROW, detail)
    wanted = {
        str(row.line): units.seconds(row.wall) for row in lines(cut) if row.wall > 0 and row.file.startswith("<ipython")
    }
    nodes = opened.page.locator(".source .line.hot")
    found = {node.get_attribute("data-line"): node.locator(".cell").first.inner_text() for node in nodes.all()}
    assert found == wanted


def test_a_part_of_the_run_with_nothing_in_it_says_so(show):
    """Where a range or a thread has no samples, or what is chosen is not in it, every form says so in place of a blank."""
    opened = show(small_recording())
    opened.page.evaluate(NARROW, {"from": 1.15, "to": 1.19, "thread": -1})
    for name in ("heavy", "time", "up"):
        form(opened, name)
        assert "Nothing was seen in this part of the run" in opened.page.locator(".flame .board").inner_text()
    form(opened, "sandwich")
    assert "build_index was not seen in this part of the run" in opened.page.locator(".flame .board").inner_text()
    opened.page.get_by_role("button", name="show the whole run").click()
    assert opened.page.locator(".flame canvas").count() == 2


def test_the_menu_is_closed_by_escape(show):
    """Escape closes the menu of the chosen function and leaves the keyboard on its button."""
    opened = show(small_recording())
    opened.page.locator(".acts summary").click()
    opened.page.locator(".menu button").first.focus()
    opened.page.keyboard.press("Escape")
    assert opened.page.locator(".acts").get_attribute("open") is None
    assert opened.page.evaluate("document.activeElement.shadowRoot.activeElement.tagName") == "SUMMARY"


SPYING = """() => {
    globalThis.spilled = [];
    globalThis.written = 0;
    const kind = CanvasRenderingContext2D.prototype;
    const [rect, text] = [kind.fillRect, kind.fillText];
    let box = null;
    kind.fillRect = function (x, y, w, h) { box = [x, y, w, h]; rect.call(this, x, y, w, h); };
    kind.fillText = function (words, x, y) {
        text.call(this, words, x, y);
        if (!this.canvas.closest(".flame")) return;
        const wide = this.measureText(words).width;
        globalThis.written += 1;
        if (x < box[0] || x + wide > box[0] + box[2] || y < box[1] || y > box[1] + box[3]) globalThis.spilled.push([words, x, wide, box]);
    };
}"""


@pytest.mark.parametrize("make", [hostile_recording, lambda: random_recording(4, 60, 400, 3_000), heap_recording])
def test_no_name_spills_over_its_box(show, make):
    """In every form, zoomed or not, what is written of a name lies within its box, whatever letters it has."""
    opened = show(make(), width=700)
    opened.page.evaluate(SPYING)
    for name in ("up", "sandwich", "heavy"):
        form(opened, name)
    canvas(opened).focus()
    for key in ("Home", "ArrowDown", "Enter", "ArrowDown", "Enter", "Escape", "+", "+", "Escape"):
        opened.page.keyboard.press(key)
    assert opened.page.evaluate("globalThis.written") > 20
    assert opened.page.evaluate("globalThis.spilled") == []


def test_callers_and_callees_count_once_in_mutual_recursion(show):
    """Where two functions call each other again and again, each sample counts once for a caller and once for a callee."""
    opened = show(drawn("f:1 > g:1 > f:1 > g:1  x3\nf:1 > h:1  x1"))
    opened.page.locator(".functions tr.one", has=opened.page.get_by_text("f", exact=True)).click()
    calls = opened.page.locator(".functions .lists > div").nth(1)
    assert calls.locator("code").all_inner_texts() == ["g", "h"]
    assert [said.split("\n")[0] for said in calls.locator(".number").all_inner_texts()] == ["3.00 s", "1.00 s"]


def threaded(*samples):
    """A recording of samples of a second's tenth: (thread, start, function)."""
    builder = RecordingBuilder()
    for thread, start, function in samples:
        frame = builder.frame(function, f"{PROJECT}/app.py", 1)
        builder.sample(builder.stack(-1, frame, 1), builder.thread(thread), start, 0.1, 0.0, 0.0)
    return finish(builder, duration=1.0, cpu=1.0)


def test_time_order_keeps_gaps_and_threads_apart(show):
    """A function seen before and after a gap is two boxes; the thread with most samples is shown, or the one that is chosen."""
    opened = show(threaded(("a", 0.0, "f"), ("a", 0.5, "f"), ("a", 0.6, "f"), ("b", 0.2, "g")))
    form(opened, "time")
    assert over(opened, 0.05, 1).startswith("f, app.py:1: total 100 ms")
    over(opened, 0.5, 1)
    assert not opened.page.locator(".tip").is_visible()
    assert over(opened, 0.9, 1).startswith("f, app.py:1: total 200 ms")
    opened.page.evaluate(NARROW, {"thread": 1})
    assert over(opened, 0.5, 1).startswith("g, app.py:1: total 100 ms")


def test_what_is_taken_out_is_not_said_of_time_order(show):
    """Hidden functions stand in time order all the same, and no chip says otherwise."""
    opened = show(DEEP)
    opened.page.locator(".functions tr.one", has=opened.page.get_by_text("parse", exact=True)).click()
    act(opened, "hide")
    assert opened.page.locator(".chip").count() == 1
    form(opened, "time")
    assert opened.page.locator(".chip").count() == 0
    form(opened, "heavy")
    assert opened.page.locator(".chip").count() == 1


def test_the_keyboard_stays_where_it_was(show):
    """Choosing by keys in the sandwich, and resetting the zoom, leave the focus in the graph though it is drawn anew."""
    opened = show(DEEP)
    form(opened, "sandwich")
    canvas(opened, 1).focus()
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("Space")
    focused = "document.activeElement.shadowRoot.activeElement?.tagName"
    assert opened.page.evaluate(focused) == "CANVAS"
    form(opened, "heavy")
    canvas(opened).focus()
    for key in ("Home", "ArrowDown", "ArrowDown", "Enter"):
        opened.page.keyboard.press(key)
    opened.page.get_by_role("button", name="reset zoom").press("Enter")
    assert opened.page.evaluate(focused) == "CANVAS"


def test_the_tip_is_of_the_form_that_is_shown(show):
    """After a change of form the tip tells of the box that is there now, also where the boxes bear the same number."""
    opened = show(DEEP)
    over(opened, 0.01, 1)
    before = opened.page.locator(".tip").inner_text()
    form(opened, "up")
    over(opened, 0.01, 1)
    assert opened.page.locator(".tip strong").inner_text() == "parse"
    assert opened.page.locator(".tip").inner_text() != before
