"""axe-core finds no serious or critical violation in the report or in the widget: every kind of recording, light and dark, three widths."""

from __future__ import annotations

import pytest
from accessible import violations
from samples import (
    CELL_FILE,
    cell_source,
    drawn,
    empty_recording,
    exact_recording,
    failed_recording,
    finish,
    heap_recording,
    hostile_recording,
    lines_recording,
    passes_recording,
    small_recording,
    tasks_recording,
)

from workbench.assets.embed import script_json
from workbench.model.builder import RecordingBuilder
from workbench.render.html_words import view_payload
from workbench.widgets.view import RecordingView

pytestmark = pytest.mark.browser

WIDTHS = (1280, 600, 1800)


def growth_recording():
    """What an engine of line memory saw of two functions of a cell."""
    builder = RecordingBuilder()
    builder.source(cell_source())
    parse, index = builder.frame("parse", CELL_FILE, 5), builder.frame("build_index", CELL_FILE, 12)
    for frame, line, hits, grown in (
        (parse, 8, 1_000, 40 << 20),
        (index, 17, 300, 9 << 20),
        (index, 19, 900, -(2 << 20)),
    ):
        builder.growth(frame, line, hits, grown, grown, (140 << 20) + grown)
    for turn in range(30):
        builder.memory(turn * 0.04, (90 << 20) + turn * (2 << 20))
    return finish(builder, engine="memory", mechanism="sys.monitoring")


RECORDINGS = {
    "samples": small_recording,
    "calls": exact_recording,
    "lines": lines_recording,
    "memory": growth_recording,
    "heap": heap_recording,
    "tasks": tasks_recording,
    "passes": passes_recording,
    "raised": failed_recording,
    "empty": empty_recording,
    "hostile": hostile_recording,
}
MODEL = """
const model = { get: (name) => ({ payload: given, selected: -1 })[name], set() {}, save_changes() {}, on() {}, off() {}, send() {} };
widget.render({ model, el: document.getElementById("cell") });
"""
JUPYTER_DARK = "--jp-layout-color0: #111; --jp-ui-font-color0: #fff; --jp-ui-font-family: sans-serif;"
VSCODE_DARK = "--vscode-editor-background: #1e1e1e; --vscode-editor-foreground: #d4d4d4;"
VSCODE_LIGHT = "--vscode-editor-background: #ffffff; --vscode-editor-foreground: #3b3b3b;"


def widget_page(recording, variables=""):
    """A page with nothing but the widget, its host's colour variables set."""
    code = RecordingView._esm.replace("export default", "const widget =")
    return (
        f'<!DOCTYPE html><html lang="en" style="{variables}"><meta charset="utf-8"><link rel="icon" href="data:,"><title>Widget</title>'
        f'<main><h1>A notebook</h1><div id="cell"></div></main>'
        f'<script type="module">const given = {script_json(view_payload(recording))};\n{code}{MODEL}</script>'
    )


def settled(page):
    """Wait for the change of colours that tells the view about its theme, and for the frame after it."""
    page.evaluate(
        "() => new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 30))"
    )


def open_all(page):
    """Open every folded group and every folded part, and choose the last function of the table."""
    for _ in range(9):
        folded = page.locator('.functions tr[aria-expanded="false"]')
        if not folded.count():
            break
        folded.first.click()
    page.evaluate(
        """() => {
            const root = document.querySelector("[data-workbench]").shadowRoot;
            for (const one of [...root.querySelectorAll("details"), ...document.querySelectorAll("details")]) one.open = true;
        }"""
    )
    if page.locator(".functions tr.one").count():
        page.locator(".functions tr.one").last.click()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("kind", RECORDINGS)
def test_the_report_has_no_serious_violation(show, kind, dark):
    """As it opens, and at each width with all groups and folded parts open and another function chosen."""
    opened = show(RECORDINGS[kind](), dark=dark)
    settled(opened.page)
    found = set(violations(opened.page))
    open_all(opened.page)
    for width in WIDTHS:
        opened.page.set_viewport_size({"width": width, "height": 900})
        settled(opened.page)
        found.update(f"at {width} px: {one}" for one in violations(opened.page))
    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize(
    ("variables", "dark"),
    [("", False), ("", True), (JUPYTER_DARK, False), (VSCODE_DARK, False), (VSCODE_LIGHT, True)],
    ids=["light", "dark", "jupyter-dark", "vscode-dark", "vscode-light-in-a-dark-system"],
)
def test_the_widget_has_no_serious_violation(show, variables, dark):
    """Under the colours of its host: the browser's, a dark JupyterLab's, VS Code's light and dark."""
    opened = show(widget_page(small_recording(), variables), dark=dark)
    open_all(opened.page)
    found = set()
    for width in WIDTHS:
        opened.page.set_viewport_size({"width": width, "height": 900})
        settled(opened.page)
        found.update(f"at {width} px: {one}" for one in violations(opened.page))
    assert not found, "\n".join(sorted(found))


def test_another_measure_of_the_heap_has_no_serious_violation(show):
    """Each measure of a recording of allocations is looked at, and each of several passes."""
    opened = show(passes_recording())
    found = []
    for at in range(opened.page.locator("[data-pass]").count()):
        opened.page.locator("[data-pass]").nth(at).click()
        for measure in range(opened.page.locator("[data-measure]").count()):
            opened.page.locator("[data-measure]").nth(measure).click()
            settled(opened.page)
            found += violations(opened.page)
    assert not found, "\n".join(found)


def test_a_violation_would_be_found(show):
    """A button without a name, pale words, and both within a shadow root, are each told of: the looking works under the report's policy."""
    opened = show(drawn("main:1 > work:2  x3"))
    opened.page.evaluate(
        """() => {
            const root = document.querySelector("[data-workbench]").shadowRoot;
            const bad = root.querySelector("article").appendChild(document.createElement("p"));
            bad.style.cssText = "color: #ddd; background: #fff";
            bad.textContent = "pale words";
            bad.appendChild(document.createElement("button"));
        }"""
    )
    found = " ".join(violations(opened.page))
    assert "color-contrast" in found
    assert "button-name" in found
