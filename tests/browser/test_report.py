"""The report in a real browser, opened from its file: one linked view, by mouse and by keyboard, that asks the network for nothing."""

from __future__ import annotations

import pytest
from samples import (
    HOSTILE_NAMES,
    drawn,
    empty_recording,
    exact_recording,
    failed_recording,
    heap_recording,
    hostile_recording,
    passes_recording,
    random_recording,
    small_recording,
    tasks_recording,
)

from workbench import units
from workbench.analysis.functions import functions
from workbench.analysis.hotspots import hotspots
from workbench.assets import bundle
from workbench.render.html import fragment

pytestmark = pytest.mark.browser

ROW = 20
CHOSEN = '.functions tr[aria-selected="true"]'


def row_of(opened, name):
    return opened.page.locator(".functions tr.one", has=opened.page.get_by_text(name, exact=True))


def chosen(opened):
    return opened.page.locator(f"{CHOSEN} td.name code").inner_text()


def status(opened):
    return opened.page.locator(".flame .status").inner_text()


def chosen_line(opened):
    return opened.page.locator(".source .line.chosen .no").inner_text()


def in_sight(opened, selector, box):
    """Whether an element lies within its scrolling box."""
    inner, outer = opened.page.locator(selector).bounding_box(), opened.page.locator(box).bounding_box()
    return outer["y"] <= inner["y"] and inner["y"] + inner["height"] <= outer["y"] + outer["height"] + 1


def click_box(opened, share, depth):
    """Click the flame graph at a share of its width, in the row of a depth (1 is a root)."""
    box = opened.page.locator(".flame canvas").bounding_box()
    opened.page.mouse.click(box["x"] + share * box["width"], box["y"] + (depth + 0.5) * ROW)


def outlined(opened, share, depth):
    """Whether the box whose left edge is at a share of the width is outlined in the colour of the choice."""
    return opened.page.evaluate(
        """([share, depth, row]) => {
            const canvas = document.querySelector("[data-workbench]").shadowRoot.querySelector(".flame canvas");
            const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
            pen.fillStyle = getComputedStyle(canvas).getPropertyValue("--chosen").trim();
            pen.fillRect(0, 0, 1, 1);
            const ratio = canvas.width / canvas.clientWidth;
            const at = [Math.round((share * canvas.clientWidth + 20) * ratio), Math.round((depth * row + 1) * ratio)];
            pen.drawImage(canvas, ...at, 1, 1, 1, 0, 1, 1);
            const [wanted, found] = [pen.getImageData(0, 0, 1, 1).data, pen.getImageData(1, 0, 1, 1).data];
            return [0, 1, 2].every((n) => Math.abs(found[n] - wanted[n]) < 24);
        }""",
        [share, depth, ROW],
    )


def test_a_function_chosen_in_the_table_is_chosen_everywhere(show):
    """A click on a function shows its hottest source line and outlines its boxes in the flame graph."""
    opened = show(small_recording())
    assert (chosen(opened), chosen_line(opened)) == ("build_index", "18")
    row_of(opened, "parse").click()
    assert (chosen(opened), chosen_line(opened)) == ("parse", "8")
    assert in_sight(opened, ".source .line.chosen", ".source .code")
    assert outlined(opened, 640 / 1200, 2)
    assert not outlined(opened, 0, 2)
    assert status(opened).startswith("parse, In [3]:5: total 260 ms (21.7 % here), self 60.0 ms")


def test_a_box_of_the_flame_graph_chooses_in_the_table(show):
    """A click on a box chooses its row, unfolding the group it is in, and zooms; Escape and the button zoom out."""
    opened = show(small_recording())
    click_box(opened, 700 / 1200, 3)
    assert chosen(opened) == "loads"
    assert in_sight(opened, CHOSEN, ".functions .scroll")
    assert (
        "The source of loads (json/__init__.py:299) is not in the recording"
        in opened.page.locator(".source").inner_text()
    )
    reset = opened.page.get_by_role("button", name="reset zoom")
    assert reset.is_enabled()
    assert outlined(opened, 0, 3)
    reset.click()
    assert reset.is_disabled()
    click_box(opened, 1100 / 1200, 1)
    assert (chosen(opened), chosen_line(opened)) == ("flush", "5")
    opened.page.keyboard.press("Escape")
    assert reset.is_disabled()


def test_a_line_of_the_source_chooses_its_function(show):
    """A click on a hot line chooses the function that it is in, and stays on that line."""
    opened = show(small_recording())
    opened.page.locator('.source .line[data-line="8"]').click()
    assert (chosen(opened), chosen_line(opened)) == ("parse", "8")
    opened.page.locator('.source .line[data-line="16"]').click()
    assert (chosen(opened), chosen_line(opened)) == ("build_index", "16")


def test_the_view_opens_at_the_line_that_the_time_goes_to(show):
    """The first choice is the hottest line, not the line that calls everything; the button comes back to it from anywhere."""
    text = "setup()\nmain()\n" + "".join(f"line_{at}()\n" for at in range(3, 900))
    picture = "main:2 > work:700 > lib@site/lib.py:9  x6 native\nmain:2 > work:701  x3\nmain:1  x1"
    opened = show(drawn(picture, text=text))
    assert (chosen(opened), chosen_line(opened)) == ("work", "700")
    assert in_sight(opened, ".source .line.chosen", ".source .code")
    row_of(opened, "main").click()
    assert chosen_line(opened) == "2"
    opened.page.get_by_role("button", name="hottest line").click()
    assert chosen_line(opened) == "700"
    assert in_sight(opened, ".source .line.chosen", ".source .code")
    title = opened.page.locator('.source .line[data-line="700"]').get_attribute("title")
    assert title.startswith("line 700: 6.00 s with all it calls, 60.0 %")


def test_groups_are_folded_and_unfold(show):
    """Others' code is one row for each owner until it is opened; opening shows its functions, once more folds them."""
    opened = show(small_recording())
    group = opened.page.locator('.functions tr[data-group="stdlib"]')
    assert group.get_attribute("aria-expanded") == "false"
    assert opened.page.locator(".functions tr.one.stdlib").count() == 0
    group.click()
    assert opened.page.locator(".functions tr.one.stdlib code").all_inner_texts() == [
        "Queue.get",
        "JSONDecoder.decode",
        "loads",
        "findall",
    ]
    opened.page.locator('.functions tr[data-group="stdlib"]').click()
    assert opened.page.locator(".functions tr.one.stdlib").count() == 0


def test_columns_sort(show):
    """The heads sort by name, self and total, and turn round at the second click."""
    opened = show(small_recording())
    names = opened.page.locator(".functions tr.own code")
    assert names.all_inner_texts() == ["build_index", "parse", "flush", "<module>"]
    opened.page.get_by_role("button", name="total").click()
    assert names.all_inner_texts() == ["<module>", "build_index", "parse", "flush"]
    opened.page.get_by_role("button", name="total").click()
    assert names.all_inner_texts() == ["flush", "parse", "build_index", "<module>"]
    assert opened.page.locator("th.total").get_attribute("aria-sort") == "ascending"
    opened.page.get_by_role("button", name="function").click()
    assert names.all_inner_texts() == ["<module>", "build_index", "flush", "parse"]


def test_the_browser_writes_the_numbers_that_python_writes(show):
    """Times and shares in the table and the source are the analysis's, written as Python writes them."""
    recording = small_recording()
    opened = show(recording)
    for row in hotspots(recording).functions:
        found = row_of(opened, row.function)
        assert found.locator("td.self .number").inner_text() == units.seconds(row.self_time)
        assert found.locator("td.total .number").inner_text() == units.seconds(row.total_time)
        assert found.locator(".percent").inner_text() == f"{units.share(row.share)} {units.plus_minus(row.plus_minus)}"
    for line in (line for line in hotspots(recording).lines if line.file.startswith("<")):
        node = opened.page.locator(f'.source .line[data-line="{line.line}"]')
        assert node.locator(".time").inner_text() == units.seconds(line.wall)
        assert units.share(line.share) in node.get_attribute("title")


def test_numbers_are_written_alike_at_every_size(show):
    """The browser's way of writing seconds and bytes agrees with Python's from nanoseconds to hours and bytes to terabytes."""
    values = [0, 3.2e-9, 4.5e-7, 1e-6, 9.994e-6, 0.00123, 0.01, 0.0999, 0.9994, 1, 12.34, 119.9, 120, 7199, 7200, 1e6]
    blank = show("<!DOCTYPE html><meta charset=utf-8><link rel=icon href='data:,'>", views=0).page
    code = bundle.script()
    start = code.index("const $format = ")
    blank.add_script_tag(content="globalThis." + code[start + 6 : code.index("})();\n", start)] + "})();")
    assert blank.evaluate("values => values.map($format.seconds)", values) == [units.seconds(value) for value in values]
    sizes = [0, 1, 1023, 1024, 10_000, 5 << 20, 312 << 20, 3 << 30, 7 << 40]
    assert blank.evaluate("values => values.map($format.bytes)", sizes) == [units.size(value) for value in sizes]


def test_everything_is_reached_by_keyboard(show):
    """Tab and the arrows alone choose functions, open groups, walk hot lines, and move, zoom and choose in the flame graph."""
    opened = show(small_recording())
    page, press = opened.page, opened.page.keyboard.press
    page.locator(CHOSEN).focus()
    press("ArrowDown")
    assert (chosen(opened), chosen_line(opened)) == ("parse", "8")
    press("End")
    press("ArrowUp")
    press("ArrowUp")
    press("ArrowRight")
    assert page.locator('.functions tr[data-group="stdlib"]').get_attribute("aria-expanded") == "true"
    press("ArrowLeft")
    assert page.locator('.functions tr[data-group="stdlib"]').get_attribute("aria-expanded") == "false"
    walked = []
    while "line hot chosen" not in walked and len(walked) < 20:
        press("Tab")
        walked.append(
            page.evaluate(
                "(found => found.className || found.textContent)(document.activeElement.shadowRoot.activeElement)"
            )
        )
    assert walked[-1] == "line hot chosen"
    assert "time its lines" in walked
    press("ArrowDown")
    press("ArrowDown")
    press("Enter")
    assert (chosen(opened), chosen_line(opened)) == ("build_index", "16")
    for _ in range(14):
        press("Tab")
        if page.evaluate("document.activeElement.shadowRoot.activeElement.matches('.flame canvas')"):
            break
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.matches('.flame canvas')")
    press("Home")
    press("ArrowDown")
    press("ArrowRight")
    assert status(opened).startswith("flush, store.py:4")
    press("Enter")
    assert chosen(opened) == "flush"
    assert page.get_by_role("button", name="reset zoom").is_enabled()
    press("Escape")
    assert page.get_by_role("button", name="reset zoom").is_disabled()
    press("ArrowUp")
    press("ArrowDown")
    press("Space")
    assert chosen(opened) == "<module>"


def test_hostile_names_are_shown_as_text(show):
    """Names that are markup, directions or controls appear as text in every pane; nothing of them runs."""
    opened = show(hostile_recording())
    assert row_of(opened, HOSTILE_NAMES[0]).count() == 2
    row_of(opened, HOSTILE_NAMES[0]).first.click()
    assert status(opened).startswith(HOSTILE_NAMES[0])
    assert opened.page.locator(".source .line.chosen code").inner_text() == HOSTILE_NAMES[0]
    assert opened.page.locator("h2").inner_text() == HOSTILE_NAMES[0]
    assert opened.page.locator("img").count() == 0
    assert (
        opened.page.evaluate(
            "document.querySelector('[data-workbench]').shadowRoot.querySelectorAll('img, script').length"
        )
        == 0
    )
    assert row_of(opened, "__proto__").count() == 2
    opened.shot("report-hostile")


def test_an_exact_recording_shows_callers_and_callees(show):
    """Callers and callees of the chosen function stand beside the table with their exact calls, and can be followed."""
    opened = show(exact_recording())
    row_of(opened, "main").click()
    callees = opened.page.locator(".functions .lists > div").nth(1)
    assert set(callees.locator("code").all_inner_texts()) >= {"fib"}
    callees.get_by_role("button", name="fib").click()
    assert chosen(opened) == "fib"
    callers = opened.page.locator(".functions .lists > div").nth(0)
    assert set(callers.locator("code").all_inner_texts()) == {"main", "fib"}
    calls = {row.function: f"{row.calls:,}" for row in functions(exact_recording())}
    assert row_of(opened, "fib").locator("td.calls").inner_text() == calls["fib"]
    opened.shot("report-exact")


def test_panes_without_anything_to_show_say_so(show):
    """A run too short for a sample: every pane says what is the matter."""
    opened = show(empty_recording())
    said = {name: opened.page.locator(f".{name}").inner_text() for name in ("functions", "source", "flame", "memory")}
    assert "No function was seen" in said["functions"]
    assert "No source was captured" in said["source"]
    assert "no flame graph" in said["flame"]
    assert "not read" in said["memory"]
    assert "Too short to sample: 0 samples" in opened.page.locator(".head").inner_text()
    opened.shot("report-empty")


def test_a_run_that_raised_says_so(show):
    """The header tells how the run ended, and the profile is there all the same."""
    opened = show(failed_recording())
    assert "raised ValueError: Expecting value" in opened.page.locator(".alert").inner_text()
    assert chosen(opened) == "build_index"


@pytest.mark.parametrize(("width", "dark"), [(600, False), (1280, False), (1280, True), (1800, False)])
def test_it_fits_narrow_and_wide_light_and_dark(show, width, dark):
    """From 600 to 1,800 pixels nothing spills over the page, and the text has contrast enough in both themes."""
    opened = show(small_recording(), width=width, dark=dark)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.page.locator("article").get_attribute("data-theme") == ("dark" if dark else "light")
    side_by_side = (
        opened.page.locator(".source").bounding_box()["x"] > opened.page.locator(".functions").bounding_box()["x"] + 100
    )
    assert side_by_side == (width > 1000)
    assert opened.page.evaluate(CONTRASTS) == []
    opened.shot(f"report-{width}-{'dark' if dark else 'light'}")


def test_the_theme_follows_the_page(show):
    """When the host's colours change (JupyterLab's theme), the view takes the other palette without being drawn anew."""
    opened = show(small_recording())
    opened.page.evaluate(
        "document.documentElement.style.cssText = '--jp-layout-color0: #111111; --jp-ui-font-color0: #ffffff'"
    )
    opened.page.locator('article[data-theme="dark"]').wait_for()
    assert outlined(opened, 0, 2)


def test_a_big_recording_is_drawn_whole(show):
    """10,000 stack nodes and 1,000 functions: the table shows the first hundred and more when asked, the graph scrolls and zooms."""
    opened = show(random_recording(1, 1_000, 10_000))
    assert opened.page.locator(".functions tr.one.own").count() == 100
    opened.page.locator(".functions tr.more").click()
    assert opened.page.locator(".functions tr.one.own").count() > 100
    stage = opened.page.locator(".flame .stage")
    assert stage.evaluate("node => node.scrollHeight > node.clientHeight + 400")
    opened.page.locator(".flame canvas").focus()
    for _ in range(40):
        opened.page.keyboard.press("ArrowDown")
    assert stage.evaluate("node => node.scrollTop") > 0
    opened.shot("report-big")


def test_fragments_live_side_by_side_and_again(show):
    """Three stored outputs in one page are three views; a script that is run again, as JupyterLab does, does not disturb its view."""
    page = "<!DOCTYPE html><meta charset=utf-8><link rel=icon href='data:,'>"
    page += fragment(small_recording()) + fragment(exact_recording()) + fragment(failed_recording())
    opened = show(page, views=3)
    assert opened.page.locator("h2").all_inner_texts() == ["cell In [3]", "call of main", "cell In [3]"]
    first = opened.page.locator("[data-workbench]").first
    first.locator(".functions tr.one", has=opened.page.get_by_text("parse", exact=True)).click()
    opened.page.evaluate(
        """() => new Promise((done) => {
            const old = document.querySelector("script[type=module]");
            const again = document.createElement("script");
            again.type = "module";
            again.textContent = old.textContent;
            again.addEventListener("load", done);
            old.replaceWith(again);
            requestAnimationFrame(() => requestAnimationFrame(done));
        })"""
    )
    assert first.locator(f"{CHOSEN} code").inner_text() == "parse"
    assert opened.page.locator("[data-workbench=ready]").count() == 3


def test_a_fragment_set_by_script_comes_alive(show):
    """Markup put into a page as JupyterLab puts it (inner HTML, then its scripts made anew) becomes a live view."""
    opened = show("<!DOCTYPE html><meta charset=utf-8><link rel=icon href='data:,'><div id=cell></div>", views=0)
    opened.page.evaluate(
        """(html) => {
            const cell = document.createElement("div");
            cell.innerHTML = html;
            for (const old of cell.querySelectorAll("script")) {
                const made = document.createElement("script");
                for (const { name, value } of old.attributes) made.setAttribute(name, value);
                made.textContent = old.textContent;
                old.replaceWith(made);
            }
            document.getElementById("cell").append(cell);
        }""",
        fragment(small_recording()),
    )
    opened.ready()
    assert chosen(opened) == "build_index"


def test_without_scripts_the_static_twin_is_read(show):
    """Where scripts do not run, report and fragment show the plain tables."""
    for page in (
        small_recording(),
        "<!DOCTYPE html><meta charset=utf-8><link rel=icon href='data:,'>" + fragment(small_recording()),
    ):
        opened = show(page, scripts=False)
        text = opened.page.locator("body").inner_text()
        assert "build_index" in text
        assert 'if record["id"] not in index[word]:' in text
    opened.shot("fragment-static")


CONTRASTS = """() => {
    const root = document.querySelector("[data-workbench]").shadowRoot;
    const parts = (color) => (color.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    const light = (color) => {
        const [r, g, b] = color.map((value) => value / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const over = ([r, g, b, a = 1], under) => [r, g, b].map((value, n) => value * a + under[n] * (1 - a));
    const behind = (node) => {
        if (!node || node === root) return [255, 255, 255];
        return over(parts(getComputedStyle(node).backgroundColor), behind(node.parentNode));
    };
    const bad = [];
    for (const node of root.querySelectorAll("article *")) {
        const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
        if (!own || !node.offsetParent || node.disabled) continue;
        const back = behind(node);
        const [one, two] = [light(over(parts(getComputedStyle(node).color), back)), light(back)].sort((a, b) => b - a);
        const ratio = (one + 0.05) / (two + 0.05);
        if (ratio < 4.5) bad.push(`${node.className} ${node.textContent.slice(0, 20)} ${ratio.toFixed(2)}`);
    }
    return bad;
}"""


def test_allocations_are_shown_by_the_measure_that_is_chosen(show):
    """The view begins with what was held at the peak; another measure redraws it all, and keeps the choice."""
    opened = show(heap_recording())
    page = opened.page
    pressed = page.locator('.measures button[aria-pressed="true"]')
    assert pressed.inner_text().split("\n") == ["held at the peak", "90.0 MiB"]
    assert (chosen(opened), chosen_line(opened)) == ("build_index", "17")
    row_of(opened, "parse").click()
    page.get_by_role("button", name="allocated in all").click()
    assert pressed.inner_text().split("\n") == ["allocated in all", "200 MiB"]
    assert chosen(opened) == "parse"
    assert row_of(opened, "parse").locator("td.total .number").inner_text() == "130 MiB"
    assert "parse, In [3]:5: total 130 MiB (65.0 % here)" in status(opened)
    page.get_by_role("button", name="held at the end").focus()
    page.keyboard.press("Enter")
    assert pressed.inner_text().split("\n") == ["held at the end", "60.0 MiB"]
    assert page.locator(".memory path.curve.heap").count() == 1
    assert not opened.errors


def test_tasks_are_lanes_that_choose(show):
    """Each task is a lane: its state is said under the pointer, a click chooses its coroutine; what blocked the loop has a line."""
    opened = show(tasks_recording())
    page = opened.page
    said = page.locator("section.time .status")
    assert said.inner_text() == "5 tasks; 1 task of the kernel or of libraries not shown"
    box = page.locator(".lanes canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.24 / 0.4, box["y"] + 54 + 15 * 4 + 7)
    assert said.inner_text().startswith(
        "Task-5, fetch: failed (ValueError: no such number), 1.00 ms to 285 ms; here ready"
    )
    page.mouse.click(box["x"] + 50, box["y"] + 54 + 7)
    assert chosen(opened) == "<module>"
    page.get_by_role("button", name="return sum(range(number))").click()
    assert chosen_line(opened) == "11"
    page.locator(".lanes canvas").focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    assert chosen(opened) == "fetch"
    assert not opened.errors


def test_a_closer_look_is_one_step(show):
    """The button gives the command that times every line of the chosen function, and is idle for code of others."""
    opened = show(small_recording())
    button = opened.page.get_by_role("button", name="time its lines")
    button.click()
    assert "%%profile lines -f build_index" in opened.page.locator(".functions .closer").inner_text()
    click_box(opened, 700 / 1200, 3)
    assert chosen(opened) == "loads"
    assert button.is_disabled()


def test_passes_are_chosen_by_a_button(show):
    """A recording of several runs shows the first; a button shows another one with its own panes, and the function that was chosen."""
    opened = show(passes_recording())
    buttons = opened.page.locator("[data-pass]")
    assert [text.split("\n")[0] for text in buttons.all_inner_texts()] == ["sample", "cpu", "heap"]
    row_of(opened, "parse").click()
    assert chosen(opened) == "parse"
    buttons.nth(1).focus()
    opened.page.keyboard.press("Enter")
    opened.ready()
    assert opened.page.evaluate("document.activeElement.shadowRoot.activeElement.dataset.pass") == "cpu"
    assert "cProfile records no stacks" in opened.page.locator(".flame").inner_text()
    assert buttons.nth(1).get_attribute("aria-pressed") == "true"
    buttons.nth(2).click()
    opened.ready()
    assert opened.page.locator("[data-measure]").count() == 4
    opened.page.locator('[data-measure="held"]').click()
    assert opened.page.locator('[data-measure="held"]').get_attribute("aria-pressed") == "true"
    assert buttons.nth(2).get_attribute("aria-pressed") == "true"
    buttons.nth(0).click()
    opened.ready()
    row_of(opened, "parse").click()
    buttons.nth(0).click()
    opened.ready()
    assert chosen(opened) == "parse"
    opened.shot("report-passes")
