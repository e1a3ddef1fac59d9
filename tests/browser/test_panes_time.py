"""The pane of time in a real browser: what happened when, and a range drawn over it that every pane follows."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from samples import (
    CELL_FILE,
    Sketch,
    drawn,
    empty_recording,
    exact_recording,
    finish,
    heap_recording,
    hostile_recording,
    random_recording,
    small_recording,
    tasks_recording,
)

from workbench import units
from workbench.assets import bundle
from workbench.assets.embed import script_json
from workbench.model.tables import Outcome, TaskState
from workbench.render.html_words import view_payload

pytestmark = pytest.mark.browser

KINDS = ("python", "native", "waiting")
SAID = re.compile(r"([\d.]+) (m?s) to ([\d.]+) m?s, ([\d,]+) samples?, ([\d.]+) % of the time")


def said(opened):
    return opened.page.locator("section.time .range").inner_text()


def status(opened):
    return opened.page.locator("section.time .status").inner_text()


def button(opened, name):
    return opened.page.locator("section.time").get_by_role("button", name=name, exact=True)


def expect(locator):
    """Waits for what is expected of a locator."""
    from playwright.sync_api import expect

    return expect(locator)


def plot(opened):
    """The box of the first picture, whose width is the axis'."""
    opened.page.locator("section.time").scroll_into_view_if_needed()
    return opened.page.locator("section.time canvas, section.time .memory svg").first.bounding_box()


def drag(opened, start, end, *, release=True):
    """Drag over the first track between two shares of its width, in a few moves."""
    box, mouse = plot(opened), opened.page.mouse
    y = box["y"] + box["height"] / 2
    mouse.move(box["x"] + start * box["width"], y)
    mouse.down()
    for step in range(1, 5):
        mouse.move(box["x"] + (start + (end - start) * step / 4) * box["width"], y)
    if release:
        mouse.up()


def summed(recording, start, end, thread=None):
    """How many samples begin from `start` on and before `end`, and their share of all time, in per cent as it is written."""
    samples = recording.samples
    time = sum(getattr(samples, name) for name in KINDS)
    begin = np.rint(samples.start * 1e6) / 1e6
    inside = (begin >= start) & (begin < end)
    if thread is not None:
        inside &= samples.thread == list(recording.threads).index(thread)
    return int(inside.sum()), f"{100 * time[inside].sum() / time.sum():.1f}"


def held(opened, recording):
    """The range that is said, after it was held against Python's own sum over the samples: (from, to)."""
    start, unit, end, count, share = SAID.search(said(opened)).groups()
    scale = {"s": 1, "ms": 1000}[unit]
    assert (int(count.replace(",", "")), share) == summed(recording, float(start) / scale, float(end) / scale)
    return float(start) / scale, float(end) / scale


def own_names(opened):
    return opened.page.locator(".functions tr.one.own code").all_inner_texts()


def test_a_range_drawn_with_the_pointer_narrows_every_pane(show):
    """What is said of the range is what Python sums up from the recording; functions that were not on a stack then are gone."""
    recording = small_recording()
    opened = show(recording)
    assert "flush" in own_names(opened)
    drag(opened, 0.3, 0.5)
    start, end = held(opened, recording)
    assert 0.34 < start < 0.38
    assert 0.58 < end < 0.62
    expect(opened.page.locator(".functions tr.one.own code", has_text="flush")).to_have_count(0)
    assert "build_index" in own_names(opened)
    module = opened.page.locator(".functions tr.one", has=opened.page.get_by_text("<module>", exact=True))
    expect(module.locator("td.total .number")).to_have_text(units.seconds(summed(recording, start, end)[0] * 0.001))
    opened.shot("time-range")


def test_the_range_is_moved_by_its_inside_and_by_its_ends(show):
    """Dragging inside shifts it and keeps its length, dragging an end moves that end alone; a new drag outside begins anew."""
    recording = small_recording()
    opened = show(recording)
    drag(opened, 0.2, 0.4)
    start, end = held(opened, recording)
    drag(opened, 0.3, 0.5)
    shifted = held(opened, recording)
    assert shifted[0] - start == pytest.approx(0.24, abs=0.01)
    assert shifted[1] - shifted[0] == pytest.approx(end - start, abs=0.003)
    drag(opened, 0.6, 0.8)
    longer = held(opened, recording)
    assert longer[0] == pytest.approx(shifted[0], abs=0.003)
    assert longer[1] == pytest.approx(0.96, abs=0.01)
    drag(opened, 0.1, 0.3)
    assert held(opened, recording) == (pytest.approx(0.12, abs=0.01), pytest.approx(0.36, abs=0.01))


@pytest.mark.parametrize("way", ["Escape", "double click", "button"])
def test_the_whole_run_comes_back(show, way):
    """Escape right after the drag, a double click and the button each take the range away, in the words and in the panes."""
    opened = show(small_recording())
    names = own_names(opened)
    drag(opened, 0.4, 0.5)
    button(opened, "whole run").wait_for()
    if way == "Escape":
        opened.page.keyboard.press("Escape")
    elif way == "button":
        button(opened, "whole run").click()
    else:
        box = plot(opened)
        opened.page.mouse.dblclick(box["x"] + 0.9 * box["width"], box["y"] + 20)
    assert said(opened).startswith("Drag over a track")
    assert own_names(opened) == names
    assert button(opened, "whole run").is_disabled()


def test_the_range_is_moved_by_the_keyboard(show):
    """Each end is a slider: arrows move it, Shift the whole range, Home and End to the limits; its value is said in words."""
    recording = small_recording()
    opened = show(recording)
    press = opened.page.keyboard.press
    first, last = (opened.page.get_by_role("slider").nth(at) for at in (0, 1))
    first.focus()
    for _ in range(10):
        press("ArrowRight")
    assert held(opened, recording) == (pytest.approx(0.12, abs=0.002), pytest.approx(1.2))
    last.focus()
    press("PageDown")
    press("PageDown")
    press("ArrowRight")
    start, end = held(opened, recording)
    assert end == pytest.approx(0.972, abs=0.003)
    assert last.get_attribute("aria-valuetext") == f"{end:.3f} s"
    press("Shift+ArrowLeft")
    assert held(opened, recording) == (pytest.approx(start - 0.012, abs=0.002), pytest.approx(end - 0.012, abs=0.002))
    press("Home")
    start, end = held(opened, recording)
    assert end - start == pytest.approx(0.001, abs=0.0011)
    press("End")
    first.focus()
    press("Home")
    assert said(opened).startswith("Drag over a track")


def test_the_axis_zooms_to_the_range_and_out(show):
    """Zoomed in, a drag over the same pixels is a finer range; zooming out keeps it, the whole run takes both away."""
    recording = small_recording()
    opened = show(recording)
    labels = opened.page.locator("section.time .grid text")
    assert labels.first.text_content() == "0 s"
    drag(opened, 0.4, 0.6)
    button(opened, "zoom in").click()
    assert labels.first.text_content() not in {"0 s", "0.0 s"}
    drag(opened, 0.25, 0.75)
    start, end = held(opened, recording)
    assert (start, end) == (pytest.approx(0.54, abs=0.005), pytest.approx(0.66, abs=0.005))
    button(opened, "zoom out").click()
    assert labels.first.text_content() == "0 s"
    assert held(opened, recording) == (start, end)
    button(opened, "zoom in").click()
    button(opened, "whole run").click()
    assert button(opened, "zoom out").is_disabled()


def test_a_thread_is_looked_at_alone(show):
    """Threads stand by their share; a click on one narrows to it, a second click or the button widens again; a range narrows within it."""
    recording = small_recording()
    opened = show(recording)
    rows = opened.page.locator("section.time .thread")
    assert [text.split("\n") for text in rows.all_inner_texts()] == [["MainThread", "83.3 %"], ["writer", "16.7 %"]]
    rows.nth(1).click()
    assert rows.nth(1).get_attribute("aria-pressed") == "true"
    assert said(opened) == "thread writer, 200 samples, 16.7 % of the time"
    assert own_names(opened) == ["flush"]
    drag(opened, 0.05, 0.1)
    count, share = re.search(r"thread writer, (\d+) samples, ([\d.]+) %", said(opened)).groups()
    start, end = map(float, re.match(r"([\d.]+) s to ([\d.]+) s", said(opened)).groups())
    assert (int(count), share) == summed(recording, start, end, "writer")
    rows.nth(1).click()
    held(opened, recording)
    rows.nth(0).focus()
    opened.page.keyboard.press("Enter")
    assert "thread MainThread" in said(opened)
    button(opened, "all threads").click()
    held(opened, recording)
    assert rows.nth(0).get_attribute("aria-pressed") == "false"


def test_a_click_beside_the_name_chooses_the_thread_and_a_drag_does_not(show):
    """On a thread's row a click narrows to it; a drag that begins there draws a range and leaves the threads alone."""
    opened = show(small_recording())
    opened.page.locator("section.time").scroll_into_view_if_needed()
    canvas, mouse = opened.page.locator("section.time .threads canvas"), opened.page.mouse
    canvas.click(position={"x": 30, "y": 33})
    assert said(opened).startswith("thread writer")
    canvas.click(position={"x": 30, "y": 33})
    box = canvas.bounding_box()
    mouse.move(box["x"] + 30, box["y"] + 33)
    mouse.down()
    mouse.move(box["x"] + 130, box["y"] + 33)
    mouse.move(box["x"] + 230, box["y"] + 33)
    mouse.up()
    assert SAID.match(said(opened))
    assert opened.page.locator('section.time .thread[aria-pressed="true"]').count() == 0


def test_what_was_there_is_said_under_the_pointer(show):
    """One line says the time, the kinds of it, the memory, and over a thread's row what that thread did."""
    opened = show(small_recording())
    box = plot(opened)
    opened.page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 30)
    assert re.fullmatch(r"at 0\.(600|601|599) s: native 100 %; 130 MiB of memory", status(opened))
    assert opened.page.locator("section.time .cross").is_visible()
    rows = opened.page.locator("section.time .threads canvas").bounding_box()
    opened.page.mouse.move(rows["x"] + 0.02 * rows["width"], rows["y"] + 33)
    assert status(opened).startswith("writer: waiting; at 0.02")
    opened.page.mouse.move(5, 5)
    assert not opened.page.locator("section.time .cross").is_visible()
    assert status(opened) == "Point at a track to see what was there"


def test_tasks_share_the_axis_and_the_range_zooms_it(show):
    """Lanes, memory's sentence and what blocked the loop are in one pane; a range zooms there, and the reason is said."""
    opened = show(tasks_recording())
    assert status(opened) == "5 tasks; 1 task of the kernel or of libraries not shown"
    assert opened.page.locator("section.time .lanes .names div").all_inner_texts()[:5] == [
        f"Task-{n}" for n in range(1, 6)
    ]
    assert "summed up over the run" in said(opened)
    drag(opened, 0.5, 0.75)
    assert re.match(r"Shown: (200|199|201)\.\d+ ms to (300|299|301)\.\d+ ms\. What each await took", said(opened))
    box = opened.page.locator(".lanes canvas").bounding_box()
    opened.page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 54 + 15 + 7)
    assert "Task-4, fetch: done" in status(opened)
    assert "here at work for 80.0 ms" in status(opened)
    assert "on average" in status(opened)
    opened.page.keyboard.press("Escape")
    assert said(opened).startswith("Drag over a track to look closer")
    opened.shot("time-tasks")


def many_tasks():
    """60 tasks one after the other on a run of 6 s, the fifth of which blocks the loop."""
    sketch = Sketch()
    builder = sketch.builder
    frame, thread = builder.frame("job", CELL_FILE, 4), builder.thread("MainThread")
    node = sketch.path(("job", CELL_FILE, 4, 6))
    for number in range(60):
        task = builder.task(f"Task-{number}", frame, thread, number * 0.1, number * 0.1 + 0.1, Outcome.DONE)
        builder.wait(task, TaskState.RUNNING, node, "", 1, 0.1, 0.1)
        builder.span(task, TaskState.RUNNING, number * 0.1, 0.1)
    builder.slice(4, "Task-4", node, 0.4, 0.1)
    return finish(builder, engine="tasks", mechanism="asyncio steps", duration=6.0, cpu=6.0)


def test_names_follow_the_lanes_that_are_scrolled_to(show):
    """Of many lanes 24 are in sight; the names beside them are theirs, also after scrolling and at the end of the keyboard's way."""
    opened = show(many_tasks())
    names = opened.page.locator("section.time .lanes .names div")
    assert names.first.inner_text() == "Task-0"
    opened.page.locator(".lanes canvas").focus()
    opened.page.keyboard.press("End")
    expect(names.first).to_have_text("Task-35")
    assert status(opened).startswith("Task-59, job: done")


def test_zoomed_in_only_the_tasks_that_lived_then_have_lanes(show):
    """The lanes of a stretch are those of its tasks, and a click on one chooses its coroutine; zoomed out all are back."""
    opened = show(many_tasks())
    names = opened.page.locator("section.time .lanes .names div")
    drag(opened, 0.505, 0.545)
    expect(names.first).to_have_text("Task-30")
    assert [name for name in names.all_inner_texts() if name] == ["Task-30", "Task-31", "Task-32"]
    canvas = opened.page.locator(".lanes canvas")
    canvas.hover(position={"x": 400, "y": 54 + 15 + 7})
    assert status(opened).startswith("Task-31, job: done")
    button(opened, "whole run").click()
    expect(names.first).to_have_text("Task-0")


def test_the_axis_says_the_time_in_sensible_steps_and_no_labels_touch(show):
    """From microseconds to hours the marks are round, begin at 0, and leave room between each other, narrow and wide."""
    for length, width in ((3e-6, 1280), (1.2, 600), (300.0, 1280), (9_000.0, 1800)):
        opened = show(drawn("main:3 > work:10  x10", step=length / 10), width=width)
        boxes = opened.page.locator("section.time .grid text").evaluate_all(
            "nodes => nodes.map((node) => { const box = node.getBoundingClientRect(); return [box.left, box.right, node.textContent]; })"
        )
        assert len(boxes) >= 3, boxes
        assert boxes[0][2] in {"0 s", "0 ms", "0 µs", "0:00", "0:00:00"}
        assert all(one[1] + 4 < other[0] for one, other in pairwise(boxes)), boxes


def test_a_long_run_is_narrowed_to_the_same_sums(show):
    """20,000 samples of three threads: what the pane says of a range is Python's sum."""
    recording = random_recording(2, 60, 300, 20_000)
    opened = show(recording)
    drag(opened, 0.25, 0.55)
    held(opened, recording)
    shares = [text.split("\n")[1] for text in opened.page.locator("section.time .thread").all_inner_texts()]
    start, end = held(opened, recording)
    counts = {name: summed(recording, start, end, name)[0] for name in recording.threads}
    whole = sum(counts.values())
    assert shares == [f"{100 * count / whole:.1f} %" for count in sorted(counts.values(), reverse=True)]


def test_recordings_without_a_course_of_time_say_so(show):
    """Exact counts and a run without samples get a sentence; allocations show their memory and say why no range narrows them."""
    exact = show(exact_recording()).page.locator("section.time").inner_text()
    assert "does not read the memory" in exact
    assert "shown as a whole" in exact
    assert "not read during this run" in show(empty_recording()).page.locator("section.time").inner_text()
    heap = show(heap_recording())
    assert "kept by the clock" in said(heap)
    assert heap.page.locator("section.time path.curve.heap").count() == 1


def test_the_smallest_recordings_are_drawn_without_nonsense(show):
    """One sample, one reading of memory, hostile names: nothing that is not a number is said or drawn."""
    for recording in (drawn("main:3 > work:10  x1"), hostile_recording()):
        opened = show(recording)
        text = opened.page.locator("section.time").inner_html()
        assert "NaN" not in text
        assert "Infinity" not in text
        assert "undefined" not in text
    assert "read once only" in opened.page.locator("section.time .memory").inner_text()


@pytest.mark.parametrize(("width", "dark"), [(600, False), (600, True), (1800, False)])
def test_it_fits_narrow_and_wide(show, width, dark):
    """Nothing spills over, tracks are as wide as the axis, and the range is drawn over all of them."""
    opened = show(small_recording(), width=width, dark=dark)
    drag(opened, 0.3, 0.6)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    pictures = opened.page.locator("section.time canvas, section.time .memory svg, section.time .grid")
    boxes = [pictures.nth(at).bounding_box() for at in range(pictures.count())]
    assert len({(round(box["x"]), round(box["width"])) for box in boxes}) == 1
    tracks, handle = (
        opened.page.locator(f"section.time {name}").bounding_box() for name in (".tracks", ".handle.start")
    )
    assert handle["height"] == pytest.approx(tracks["height"], abs=3)
    opened.shot(f"time-{width}-{'dark' if dark else 'light'}")


def long_recording():
    """60,000 samples of 1 ms at five stacks in turns of changing length, on two threads: too many to keep each in a notebook."""
    sketch = Sketch()
    nodes = [sketch.path(("main", CELL_FILE, 1, 3), ("work", CELL_FILE, 5, 6 + at)) for at in range(5)]
    for turn in range(60_000):
        sketch.sample(nodes[turn * turn % 97 % 5], KINDS[turn // 7_000 % 3], "MainThread" if turn % 3 else "worker")
    return finish(sketch.builder, duration=40.0, cpu=40.0)


def page_within(recording, limit):
    """A page with nothing but the view, of at most `limit` bytes of data."""
    given = [script_json(what) for what in (view_payload(recording, limit=limit), bundle.styles())]
    mounting = f"mount(document.getElementById('view'), {given[0]}, {{ styles: {given[1]} }});"
    head = "<!DOCTYPE html><meta charset=utf-8><link rel=icon href='data:,'>"
    return f"{head}<div id=view data-workbench></div><script type=module>{bundle.script()}\n{mounting}</script>"


def test_a_run_that_is_kept_in_stretches_is_narrowed_by_whole_stretches(show):
    """Where single samples are not kept, the ends of a range are ends of stretches, and the share is Python's sum all the same."""
    recording = long_recording()
    opened = show(page_within(recording, 30_000))
    drag(opened, 0.2135, 0.4345)
    share = re.search(r"in stretches of [\d.]+ ms, ([\d.]+) % of the time", said(opened))[1]
    start, end = (float(one.get_attribute("aria-valuenow")) for one in opened.page.get_by_role("slider").all())
    assert share == summed(recording, start, end)[1]


MOVES = """(box) => {
    const root = document.querySelector("[data-workbench]").shadowRoot;
    const surface = root.querySelector("section.time .tracks");
    const [strip, frame] = [root.querySelector(".narrowed"), () => new Promise((done) => requestAnimationFrame(done))];
    let told = 0;
    const observer = new MutationObserver((records) => (told += records.filter((one) => one.type === "childList").length));
    observer.observe(strip, { childList: true });
    for (let at = 1; at <= 40; at++) {
        const place = { clientX: box.x + 100 + 10 * at, clientY: box.y + 20, pointerId: 1, buttons: 1, bubbles: true };
        surface.dispatchEvent(new PointerEvent("pointermove", place));
    }
    const words = root.querySelector("section.time .range").textContent;
    return frame().then(frame).then(() => [told, words, root.querySelector("section.time .range").textContent]);
}"""


def test_many_moves_within_a_frame_narrow_the_panes_once(show):
    """However many moves of the pointer come within one frame, the words follow each and the other panes the last."""
    opened = show(small_recording())
    box = plot(opened)
    opened.page.mouse.move(box["x"] + 100, box["y"] + 20)
    opened.page.mouse.down()
    told, words, later = opened.page.evaluate(MOVES, box)
    assert told == 1
    assert words == later
    assert SAID.match(words)
    opened.page.mouse.up()


def test_the_pane_stays_under_the_pointer_while_others_shrink(show):
    """A range makes the table above shorter and puts a line above it; the page scrolls so that the tracks stay where they are."""
    opened = show(small_recording())
    drag(opened, 0.3, 0.35, release=False)
    begun = opened.page.locator("section.time .tracks").bounding_box()["y"]
    box = opened.page.locator("section.time .processor canvas").bounding_box()
    for share in (0.1, 0.5, 0.9, 0.32):
        opened.page.mouse.move(box["x"] + share * box["width"], box["y"] + 20)
        opened.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert opened.page.locator("section.time .tracks").bounding_box()["y"] == pytest.approx(begun, abs=2)
    opened.page.mouse.up()
