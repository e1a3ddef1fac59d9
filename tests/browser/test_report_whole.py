"""A whole report in a real browser: several live views, notes, figures and the recordings in it, and nothing that acts by itself."""

from __future__ import annotations

import pytest
from samples import (
    HOSTILE_NAMES,
    exact_recording,
    hostile_recording,
    lines_recording,
    small_recording,
    tasks_recording,
)

from workbench.analysis.diff import diff
from workbench.analysis.redact import redact, redaction_of
from workbench.formats.native import dumps
from workbench.render.report import change_of
from workbench.render.report import report as page

pytestmark = pytest.mark.browser

NOTES = "Why it is **slow**: see [T-1](https://example.org/1).\n\n## Plan\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
ATTACKS = (
    "<script>alert(1)</script> <img src=x onerror=alert(2)>\n\n"
    "[one](javascript:alert(3)) [two](data:text/html,<script>alert(4)</script>) ![three](https://evil.example/x.png)\n\n"
    "<svg onload=alert(5)></svg>\n\n<iframe srcdoc='<script>alert(6)</script>'></iframe>\n\n</script><script>alert(7)</script>\n"
)


def view(opened, number):
    return opened.page.locator(f"#r{number} .view")


def chosen(opened, number):
    return view(opened, number).locator('.functions tr[aria-selected="true"] td.name code').inner_text()


def test_every_view_of_a_report_lives_by_itself(show):
    """Each recording has its own view; a choice in one leaves the others; the contents lead to each, and text and card unfold."""
    opened = show(
        page([small_recording(), exact_recording(), small_recording()], title="Three runs", notes=NOTES), views=3
    )
    view(opened, 1).locator(".functions tr.one", has=opened.page.get_by_text("parse", exact=True)).first.click()
    assert chosen(opened, 1) == "parse"
    assert chosen(opened, 3) == "build_index"
    assert opened.page.locator("h1").inner_text() == "Three runs"
    assert opened.page.locator(".notes h3").inner_text() == "Plan"
    opened.page.get_by_role("link", name="call of main").click()
    opened.page.wait_for_function("scrollY > 300")
    opened.page.locator("#r2 details.twin summary").click()
    assert "fib" in opened.page.locator("#r2 details.twin pre").inner_text()
    opened.page.locator("details.card > summary").click()
    assert "CPython 3.12.4" in opened.page.locator("details.card").inner_text()
    opened.shot("whole-three")


@pytest.mark.parametrize("make", [small_recording, lines_recording, tasks_recording])
def test_a_diff_lives_above_the_recordings(show, make):
    """What changed has its own live view, first on the page, for each kind of evidence; the contents lead to it; its text unfolds."""
    made = page(
        [make(), make()], title="Before and after", changes=[change_of(diff(make(), make(), labels=("old", "new")))]
    )
    opened = show(made, views=3)
    assert opened.page.locator("main > section").first.get_attribute("class") == "change"
    assert opened.page.locator("#change-1 .view article").get_attribute("aria-label").startswith("What changed")
    assert not opened.page.locator("#change-1 .static").is_visible()
    assert opened.page.get_by_role("link", name="What changed").get_attribute("href") == "#change-1"
    opened.page.locator("#change-1 details.twin summary").click()
    assert "diff of" in opened.page.locator("#change-1 pre").inner_text()
    opened.shot(f"whole-diff-{make.__name__}")


def test_the_recording_is_saved_from_the_page(show):
    """The button hands out the very file that the recording would be saved as, under a name of its own."""
    recording = small_recording()
    opened = show(page([recording]))
    with opened.page.expect_download() as found:
        opened.page.get_by_role("button", name="Save the recording").click()
    assert found.value.suggested_filename == "cell-In-3.wbp"
    assert found.value.path().read_bytes() == dumps(recording)


def test_hostile_notes_and_names_stay_text(show):
    """Scripts, handlers, addresses that act and foreign pictures in title, notes, sources and names are text; nothing is asked for."""
    opened = show(
        page([hostile_recording(), hostile_recording()], title=HOSTILE_NAMES[0], notes=ATTACKS + HOSTILE_NAMES[6]),
        views=2,
    )
    notes = opened.page.locator(".notes")
    assert "<script>alert(1)</script> <img src=x onerror=alert(2)>" in notes.inner_text()
    assert notes.locator("a, img, svg, iframe, script, [onload], [onerror]").count() == 0
    assert opened.page.locator("h1").inner_text() == HOSTILE_NAMES[0]
    opened.page.locator("details").evaluate_all("all => all.forEach((one) => (one.open = true))")
    opened.shot("whole-hostile")


@pytest.mark.parametrize(("width", "dark"), [(600, False), (1280, True), (1800, False)])
def test_figures_are_pictures_in_the_page(show, width, dark):
    """The figures unfold, have words, are drawn for the surroundings, and stay within the page, as all of it does at any width."""
    opened = show(page([tasks_recording()], title="A gate that is too narrow", figures=True), width=width, dark=dark)
    opened.page.locator("details.figures summary").click()
    pictures = opened.page.locator("figure img")
    opened.page.wait_for_function(
        "[...document.querySelectorAll('figure img')].every((one) => one.complete && one.naturalWidth > 0)"
    )
    assert pictures.count() == 2
    for at in range(2):
        assert pictures.nth(at).get_attribute("alt").endswith("the numbers are in the text form below")
        used, light = pictures.nth(at).evaluate("one => [one.currentSrc, one.getAttribute('src')]")
        assert (used != light) == dark
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    opened.page.locator("details.card > summary").click()
    opened.shot(f"whole-{width}-{'dark' if dark else 'light'}")


def test_print_shows_the_tables(show):
    """On paper the plain tables stand in place of the views, with notes and figures; text, buttons and contents are left out."""
    opened = show(page([small_recording(), exact_recording()], notes=NOTES, figures=True), views=2)
    opened.page.emulate_media(media="print")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for selector, seen in (
        (".static", True),
        (".view", False),
        ("button.save", False),
        ("nav", False),
        ("figure", True),
    ):
        assert opened.page.locator(selector).first.is_visible() == seen, selector
    assert opened.page.locator("figcaption").first.is_visible()
    opened.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not opened.page.locator("details.figures").first.evaluate("one => one.open")


def test_where_scripts_do_not_run_the_tables_are_read(show):
    """Without scripts, notes and the plain tables of every recording are on the page, and no button that would do nothing."""
    opened = show(page([small_recording(), exact_recording()], notes=NOTES), scripts=False)
    said = opened.page.locator("body").inner_text()
    assert "build_index" in said
    assert "Why it is slow" in said
    assert "fib" in said
    assert not opened.page.get_by_role("button", name="Save the recording").first.is_visible()


def test_a_view_that_fails_leaves_the_tables(show):
    """Where one view's data cannot be read, its tables are shown, the fault is told in the console, and the other view lives."""
    html = page([small_recording(), exact_recording()])
    at = html.index('id="payload-1">') + len('id="payload-1">')
    opened = show(html[:at] + "no data " + html[at:])
    assert len(opened.errors) == 1
    opened.errors.clear()
    assert "build_index" in opened.page.locator("#r1 .static").inner_text()
    assert chosen(opened, 2)


def test_a_redacted_report_is_alive(show):
    """With all taken out that can be, the view shows functions under numbers and says what was taken out."""
    done = redact([small_recording()], redaction_of(["all", "names"]))
    opened = show(page(done.recordings, redacted=redaction_of(["all", "names"]).said))
    assert chosen(opened, 1).startswith("function ")
    assert "Taken out before this was written" in opened.page.locator("header").first.inner_text()
    assert "record in records" not in opened.page.locator("main").inner_text()


CONTRAST = """() => {
    const parts = (color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number);
    const light = (color) => {
        const [r, g, b] = parts(color).map((value) => value / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const paper = (node) => {
        for (; node; node = node.parentElement) {
            const color = getComputedStyle(node).backgroundColor;
            if (!/, 0\\)$/.test(color)) return color;
        }
        return "rgb(255, 255, 255)";
    };
    const texts = "h1, .notes *, .redacted, nav a, nav span, summary, summary *, pre, .card *, figcaption, footer, button";
    return [...document.querySelectorAll(texts)]
        .filter((node) => node.checkVisibility() && [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
        .map((node) => {
            const [a, b] = [light(getComputedStyle(node).color), light(paper(node))].sort((x, y) => y - x);
            return [node.textContent.trim().slice(0, 40), (a + 0.05) / (b + 0.05), parseFloat(getComputedStyle(node).fontSize)];
        });
}"""


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_is_legible(show, dark):
    """Every text of the page around the views has a contrast of 4.5 at the least and is 12 px high or more, in both themes."""
    change = change_of(diff(small_recording(), small_recording(), labels=("old", "new")))
    opened = show(
        page(
            [small_recording(), exact_recording()],
            title="T",
            notes=NOTES + "\n> said `x`\n",
            changes=[change],
            redacted=("x",),
        ),
        views=3,
        dark=dark,
    )
    opened.page.locator("details").evaluate_all("all => all.forEach((one) => (one.open = true))")
    found = opened.page.evaluate(CONTRAST)
    assert len(found) > 40
    assert [one for one in found if one[1] < 4.5 or one[2] < 12] == []


def test_the_page_is_reached_by_keyboard(show):
    """Tab goes through contents, links, unfolding parts and buttons of the page, each with a visible outline."""
    opened = show(page([small_recording(), exact_recording()], notes=NOTES), views=2)
    opened.page.locator("#r2 details.twin summary").focus()
    opened.page.keyboard.press("Enter")
    assert opened.page.locator("#r2 details.twin pre").is_visible()
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.matches('button.save, pre')")
    assert opened.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
