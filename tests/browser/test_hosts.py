"""The widget and the stored HTML wherever else notebooks are looked at: Notebook 7, marimo, nbconvert, GitHub, VS Code and Colab."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from chrome import ARTEFACTS
from hosts import as_on_github, marimo_app, notebook7, page_of
from lab import TOKEN
from samples import (
    HOSTILE_NAMES,
    exact_recording,
    heap_recording,
    hostile_recording,
    lines_recording,
    passes_recording,
    small_recording,
    tasks_recording,
)

from workbench.analysis.hotspots import hotspots
from workbench.assets.embed import script_json
from workbench.formats.native import write
from workbench.render.html import fragment
from workbench.render.html_static import static_twin
from workbench.render.html_words import view_payload
from workbench.render.text import text
from workbench.widgets.view import RecordingView

pytestmark = pytest.mark.browser

WORK = """\
%%profile
def spin(turns):
    total = 0
    for turn in range(turns):
        total += turn * turn
    return total


spin(6_000_000)
"""
WIDGET = "import workbench\nview = workbench.last().view()\nview"
CHOSEN = '.functions tr[aria-selected="true"] td.name code'
APP = """\
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    import workbench
    return mo, workbench


@app.cell
def _(workbench):
    profile = workbench.load("small.wbp")
    profile
    return (profile,)


@app.cell
def _(mo, profile):
    view = mo.ui.anywidget(profile.view())
    view
    return (view,)


@app.cell
def _(mo, view):
    told = view.value["selected"]
    mo.md(f"chosen in Python: {view.widget.function if told >= 0 else 'nothing'}")
    return


if __name__ == "__main__":
    app.run()
"""


def choose(view, name):
    view.locator("tr.one td.name code", has_text=re.compile(rf"^{re.escape(name)}$")).click()


def shot(page, name):
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=str(ARTEFACTS / f"{name}.png"))


def watched(chromium, **options):
    """A page that notes uncaught errors and the machines it talks to."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1100}, **options)
    page = context.new_page()
    page.set_default_timeout(90_000)
    errors, requests = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    return page, errors, requests


def talked_to(requests):
    return {urlsplit(url).netloc for url in requests if url.startswith(("http", "ws"))}


def connected(server, page):
    """Wait until the notebook's kernel is idle and the page has its connection to it; Notebook 7 drops what is run before."""
    import json
    from urllib.request import urlopen

    for _ in range(450):
        with urlopen(f"{server.address}/api/kernels?token={TOKEN}", timeout=30) as answer:
            kernels = json.load(answer)
        if any(kernel["connections"] and kernel["execution_state"] == "idle" for kernel in kernels):
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"no kernel was connected in 90 s: {kernels}")


def run_all(page):
    """Run all cells, once more where the page did not take it."""
    from playwright.sync_api import expect

    begun = page.locator(".jp-CodeCell .jp-InputPrompt").first
    for patience in (15_000, 15_000, 60_000):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        try:
            expect(begun).to_have_text(re.compile(r"\[(\*|\d+)\]"), timeout=patience)
            return
        except AssertionError:
            if patience == 60_000:
                raise


@pytest.mark.kernel
@pytest.mark.xdist_group("jupyterlab")
def test_a_profiled_cell_in_notebook_7(chromium, tmp_path):
    """The stored view and the widget are live, what is clicked reaches Python, nothing leaves the machine, and a reload keeps the view.

    An error that Notebook 7 itself tells while it starts, with nothing of ours in the page, is left to it.
    """
    from playwright.sync_api import expect

    page, errors, requests = watched(chromium)
    with notebook7(tmp_path) as server:
        page.goto(page_of(server, "main.ipynb", "%load_ext workbench", WORK, WIDGET, "view.function"))
        page.locator(".jp-Notebook").wait_for()
        connected(server, page)
        theirs = set(errors)
        run_all(page)
        views = page.locator("[data-workbench=ready]")
        expect(views).to_have_count(2, timeout=120_000)
        for view in (views.nth(0), views.nth(1)):
            choose(view, "spin")
            expect(view.locator(CHOSEN)).to_have_text("spin")
        asking = page.locator(".jp-CodeCell").nth(3)
        asking.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        expect(asking.locator(".jp-OutputArea-output")).to_have_text("'spin'")
        views.nth(0).scroll_into_view_if_needed()
        shot(page, "notebook-7")
        with page.expect_response(lambda one: one.request.method == "PUT" and "/api/contents/main.ipynb" in one.url):
            page.keyboard.press("Control+s")
        page.reload()
        expect(page.locator("[data-workbench=ready]").first).to_be_visible(timeout=90_000)
        choose(page.locator("[data-workbench=ready]").first, "spin")
        page.context.close()
        assert set(errors) <= theirs
        assert talked_to(requests) == {urlsplit(server.address).netloc}


def test_a_recording_in_marimo(chromium, tmp_path):
    """A recording is shown as its plain tables, the widget is live there, and a choice in it runs the cells that use it."""
    from playwright.sync_api import expect

    write(small_recording(), tmp_path / "small.wbp")
    page, errors, requests = watched(chromium)
    with marimo_app(tmp_path, APP) as address:
        page.goto(address)
        expect(page.locator("[data-workbench=ready]")).to_have_count(1)
        expect(page.get_by_text("peak 150 MiB").first).to_be_visible()
        expect(page.get_by_text("chosen in Python: build_index")).to_be_visible()
        choose(page.locator("[data-workbench=ready]"), "parse")
        expect(page.get_by_text("chosen in Python: parse")).to_be_visible()
        page.locator("[data-workbench=ready]").scroll_into_view_if_needed()
        shot(page, "marimo")
        page.context.close()
        assert errors == []
        assert talked_to(requests) == {urlsplit(address).netloc}


def book_of(*recordings):
    """A notebook with one stored output for each recording."""
    import nbformat

    cells = []
    for number, recording in enumerate(recordings, 1):
        output = nbformat.v4.new_output("display_data", {"text/html": fragment(recording), "text/plain": "text twin"})
        cells.append(nbformat.v4.new_code_cell(f"secret_{number} = {number}", outputs=[output], execution_count=number))
    return nbformat.v4.new_notebook(cells=cells)


@pytest.mark.parametrize("template", ["lab", "classic", "basic"])
@pytest.mark.parametrize("code", [True, False], ids=["with-code", "no-input"])
def test_nbconvert_pages_keep_the_view(chromium, tmp_path, template, code):
    """Each of nbconvert's page templates, with and without the cells' code: every output is a live view, offline."""
    import nbconvert
    from playwright.sync_api import expect

    exporter = nbconvert.HTMLExporter(template_name=template, exclude_input=not code)
    html, _ = exporter.from_notebook_node(book_of(small_recording(), exact_recording()))
    file = tmp_path / "page.html"
    file.write_text(html, encoding="utf-8")
    page, errors, _ = watched(chromium, offline=True)
    page.goto(file.as_uri(), wait_until="commit")
    views = page.locator("[data-workbench=ready]")
    expect(views).to_have_count(2)
    choose(views.nth(0), "parse")
    expect(views.nth(0).locator(CHOSEN)).to_have_text("parse")
    choose(views.nth(1), "fib")
    expect(views.nth(1).locator(CHOSEN)).to_have_text("fib")
    assert ("secret_1" in page.locator("body").inner_text()) is code
    if template == "lab" and code:
        shot(page, "nbconvert-lab")
    page.context.close()
    assert [error for error in errors if "require" not in error and "MathJax" not in error] == []


def test_a_sanitised_nbconvert_page_keeps_the_twin(chromium, tmp_path):
    """Where nbconvert takes scripts out, the plain tables are read, and no script's text."""
    import nbconvert
    from playwright.sync_api import expect

    html, _ = nbconvert.HTMLExporter(sanitize_html=True).from_notebook_node(book_of(small_recording()))
    file = tmp_path / "page.html"
    file.write_text(html, encoding="utf-8")
    page, _, _ = watched(chromium, offline=True)
    page.goto(file.as_uri(), wait_until="commit")
    expect(page.get_by_text("peak 150 MiB")).to_be_visible()
    assert page.locator("[data-workbench=ready]").count() == 0
    shot(page, "nbconvert-sanitised")
    page.context.close()


class _Tables(HTMLParser):
    """The rows of all tables as lists of words."""

    def __init__(self):
        super().__init__()
        self.rows = []

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


KINDS = [
    small_recording,
    exact_recording,
    lines_recording,
    heap_recording,
    tasks_recording,
    passes_recording,
    hostile_recording,
]


@pytest.mark.parametrize("make", KINDS)
def test_github_leaves_what_is_to_be_read(make):
    """By GitHub's rules an output keeps the twin's words and its tables' shape; of scripts nothing is left; there is plain text."""
    recording = make()
    left = as_on_github(fragment(recording))
    told, whole = _Tables(), _Tables()
    told.feed(left)
    whole.feed(static_twin(recording))
    assert told.rows == whole.rows
    assert len(told.rows) > 1
    assert not any(word in left for word in ("<script", "style=", "class=", "addEventListener", "const payload"))
    assert len(left) < 40_000
    assert recording.target.name[:10].strip("<'\"&>") in text(recording) or recording.target.name in HOSTILE_NAMES


def test_the_twin_reads_well_on_github(show):
    """Without style sheets and scripts: headings over tables whose columns line up, numbers, bars, source, each in its own cell."""
    recording = small_recording()
    page = f'<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,">{as_on_github(fragment(recording))}'
    opened = show(page, scripts=False)
    first = opened.page.locator("table").first
    assert first.locator("th").all_inner_texts() == ["self", "total", "share", "", "function", "where"]
    rows = hotspots(recording).functions
    assert [row.locator("code").inner_text() for row in first.locator("tbody tr").all()] == [
        row.function for row in rows
    ]
    assert first.locator("tbody tr").first.inner_text().split("\t")[:2] == ["560 ms", "640 ms"]
    assert opened.page.locator("body").evaluate("body => body.scrollWidth <= innerWidth")
    opened.shot("github")


FRAME = """<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,"><title>host</title>
<style>html { %s }</style><iframe sandbox="allow-scripts" style="width:100%%;height:1200px;border:0" srcdoc="%s"></iframe>"""
INSIDE = """<!DOCTYPE html><html style="%(colours)s"><meta charset=utf-8><div id=host></div><script type=module>
globalThis.before = Object.getOwnPropertyNames(globalThis);
globalThis.calls = [];
for (const name of ["setTimeout", "setInterval", "requestAnimationFrame", "fetch", "addEventListener"]) {
    const real = globalThis[name];
    globalThis[name] = (...rest) => (calls.push(name), real.apply(globalThis, rest));
}
const code = %(code)s;
const module = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
const [keys, entries] = [Object.keys(module), Object.keys(module.default)];
globalThis.atImport = { keys, entries, calls: [...calls], drawn: document.body.children.length };
const given = %(given)s;
globalThis.make = () => {
    const values = { payload: given, selected: -1 };
    const heard = new Map();
    return {
        values, heard, sent: [], get: (name) => values[name], set: (name, value) => { values[name] = value; }, save_changes() {},
        on: (event, listener) => heard.set(event, (heard.get(event) ?? new Set()).add(listener)),
        off: (event, listener) => heard.get(event)?.delete(listener), send(content) { this.sent.push(content); },
    };
};
const shadow = document.getElementById("host").attachShadow({ mode: "open" });
globalThis.el = shadow.appendChild(document.createElement("div"));
globalThis.model = make();
globalThis.cleanup = await module.default.render({ model, el, experimental: {} });
globalThis.widget = module.default;
</script></html>"""
VSCODE = "--vscode-editor-background: #1e1e1e; --vscode-editor-foreground: #d4d4d4; background: #1e1e1e;"


def framed(show, colours=""):
    """The widget as VS Code and Colab show it: the module imported from a blob, in a sandboxed frame of no origin, in a shadow root."""
    inside = INSIDE % {
        "code": script_json(RecordingView._esm),
        "given": script_json(view_payload(small_recording())),
        "colours": colours,
    }
    escaped = inside.replace("&", "&amp;").replace('"', "&quot;")
    opened = show(FRAME % (colours, escaped), scripts=True, views=0)
    inner = opened.page.frames[1]
    inner.locator("[data-workbench=ready]").wait_for(timeout=60_000)
    return opened, inner


@pytest.fixture
def sandboxed(show):
    opened, inner = framed(show)
    yield inner
    opened.requests[:] = [url for url in opened.requests if not url.startswith(("blob:", "about:"))]


def test_the_module_does_nothing_until_it_is_asked(sandboxed):
    """Imported as a blob: one default export with `render`, no timer, request or listener, no new global name, nothing drawn."""
    assert sandboxed.evaluate("atImport") == {"keys": ["default"], "entries": ["render"], "calls": [], "drawn": 2}
    new = sandboxed.evaluate("Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name))")
    ours = {"before", "calls", "atImport", "make", "el", "model", "cleanup", "widget", "addEventListener"}
    assert set(new) <= ours | {"setTimeout", "setInterval", "requestAnimationFrame", "fetch"}


def test_the_widget_lives_in_a_sandboxed_frame(sandboxed):
    """Where storage and cookies throw and the page has no origin, within a shadow root: a click chooses, and tells the model."""
    from playwright.sync_api import expect

    choose(sandboxed.locator("[data-workbench=ready]"), "parse")
    expect(sandboxed.locator(CHOSEN)).to_have_text("parse")
    assert sandboxed.evaluate("model.get('selected')") >= 0


def test_two_views_do_not_disturb_each_other(sandboxed):
    """A second view of the same module in the same frame has a choice of its own."""
    from playwright.sync_api import expect

    sandboxed.evaluate(
        """async () => {
            globalThis.other = make();
            const place = el.parentNode.appendChild(document.createElement("div"));
            globalThis.end = await widget.render({ model: other, el: place });
        }"""
    )
    views = sandboxed.locator("[data-workbench=ready]")
    expect(views).to_have_count(2)
    choose(views.nth(0), "parse")
    choose(views.nth(1), "flush")
    expect(views.nth(0).locator(CHOSEN)).to_have_text("parse")
    expect(views.nth(1).locator(CHOSEN)).to_have_text("flush")
    sandboxed.evaluate("end()")
    expect(views).to_have_count(1)
    choose(views.nth(0), "build_index")
    expect(views.nth(0).locator(CHOSEN)).to_have_text("build_index")


def test_cleanup_leaves_nothing(sandboxed):
    """The function that `render` returns takes away what was drawn, the model's listeners, and those on the window and the document."""
    kept = sandboxed.evaluate(
        """async () => {
            const open = new Map();
            const targets = [window, document, document.documentElement, document.body];
            for (const target of targets) {
                const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
                target.addEventListener = (type, listener, options) => {
                    open.set(listener, type);
                    options?.signal?.addEventListener("abort", () => open.delete(listener));
                    add.call(target, type, listener, options);
                };
                target.removeEventListener = (type, listener, options) => {
                    open.delete(listener);
                    remove.call(target, type, listener, options);
                };
            }
            const observers = new Set();
            for (const name of ["ResizeObserver", "MutationObserver", "IntersectionObserver"]) {
                const Real = globalThis[name];
                globalThis[name] = class extends Real {
                    observe(...rest) { observers.add(this); super.observe(...rest); }
                    disconnect() { observers.delete(this); super.disconnect(); }
                };
            }
            const other = make();
            const place = el.parentNode.appendChild(document.createElement("div"));
            const end = await widget.render({ model: other, el: place });
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            const during = { observers: observers.size, heard: [...other.heard.values()].reduce((sum, one) => sum + one.size, 0) };
            place.shadowRoot.querySelector("tr.one td.name").click();
            place.dispatchEvent(new CustomEvent("workbench:choose", { detail: 1 }));
            end();
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            const left = [...other.heard.values()].reduce((sum, one) => sum + one.size, 0);
            return {
                during, left, open: [...open.values()], observers: observers.size, drawn: place.shadowRoot.childElementCount,
                body: document.body.childElementCount, attributes: place.getAttributeNames(), adopted: document.adoptedStyleSheets.length,
            };
        }"""
    )
    assert kept.pop("during")["observers"] >= 1
    assert kept == {"left": 0, "open": [], "observers": 0, "drawn": 0, "body": 2, "attributes": [], "adopted": 0}


def test_what_was_taken_away_is_garbage(sandboxed):
    """After cleanup nothing holds on to the view: the browser's collector takes it."""
    sandboxed.evaluate(
        """async () => {
            const place = el.parentNode.appendChild(document.createElement("div"));
            const end = await widget.render({ model: make(), el: place });
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            globalThis.held = new WeakRef(place.shadowRoot.querySelector("article"));
            end();
            place.remove();
        }"""
    )
    session = sandboxed.page.context.new_cdp_session(sandboxed)
    for _ in range(5):
        session.send("HeapProfiler.collectGarbage")
        if sandboxed.evaluate("held.deref() === undefined"):
            break
    assert sandboxed.evaluate("held.deref() === undefined")


def test_vscode_colours_are_taken(show):
    """Where VS Code's variables are there, the view has its colours, and knows that they are dark."""
    opened, inner = framed(show, VSCODE)
    article = inner.locator("[data-workbench=ready] article")
    assert article.get_attribute("data-theme") == "dark"
    assert article.evaluate("view => getComputedStyle(view).backgroundColor") == "rgb(30, 30, 30)"
    assert article.evaluate("view => getComputedStyle(view).color") == "rgb(212, 212, 212)"
    opened.shot("vscode")
    opened.requests[:] = [url for url in opened.requests if not url.startswith(("blob:", "about:"))]
