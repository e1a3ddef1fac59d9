"""JupyterLab in a real browser: run a profiled cell, read the view, choose a function, reload, and find the view again."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from chrome import ARTEFACTS
from lab import jupyterlab
from samples import hostile_recording, small_recording

from workbench.assets.embed import stored_size
from workbench.render.html import fragment

pytestmark = [pytest.mark.browser, pytest.mark.kernel, pytest.mark.xdist_group("jupyterlab")]

WORK = """\
%%profile
def spin(turns):
    total = 0
    for turn in range(turns):
        total += turn * turn
    return total


def order(size):
    return sorted(range(size), key=lambda number: -number)


spin(6_000_000)
for _ in range(4):
    order(300_000)
"the end"
"""
WIDGET = """\
import workbench
view = workbench.last().view()
view
"""
TOLD = "view.function"
CHOSEN = '.functions tr[aria-selected="true"] td.name code'


def run_all(page: Any) -> None:
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def choose(view: Any, name: str) -> None:
    row = view.locator("tr.one", has=view.page.get_by_text(name, exact=True))
    row.locator("td.name").click()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_a_profiled_cell_in_jupyterlab(chromium, tmp_path, theme):
    """The cell's value stands above one live view; a click leads to the source line; nothing leaves the machine; a reload keeps it."""
    from playwright.sync_api import expect

    requests, errors = [], []
    with jupyterlab(tmp_path, theme) as lab:
        context = chromium.new_context(viewport={"width": 1280, "height": 1100})
        page = context.new_page()
        page.set_default_timeout(90_000)
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(lab.notebook("main.ipynb", "%load_ext workbench", WORK, WIDGET, TOLD))
        page.locator(".jp-Notebook").wait_for()
        expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=90_000)
        run_all(page)
        views = page.locator("[data-workbench=ready]")
        expect(views).to_have_count(2, timeout=120_000)
        stored, live = views.nth(0), views.nth(1)
        output = page.locator(".jp-CodeCell", has=stored).first.locator(".jp-OutputArea-output")
        assert "the end" in output.first.inner_text() or "the end" in output.last.inner_text()
        choose(stored, "order")
        assert stored.locator(".source .line.chosen code").inner_text().strip().startswith("return sorted")
        expect(stored.locator("article")).to_have_attribute("data-theme", "dark" if theme.endswith("Dark") else "light")
        stored.scroll_into_view_if_needed()
        ARTEFACTS.mkdir(exist_ok=True)
        page.screenshot(path=str(ARTEFACTS / f"{theme.lower().replace(' ', '-')}.png"))
        choose(live, "order")
        expect(live.locator(CHOSEN)).to_have_text("order")
        asking = page.locator(".jp-CodeCell").nth(3)
        asking.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        expect(asking.locator(".jp-OutputArea-output")).to_have_text("'order'")
        page.keyboard.press("Control+s")
        expect(page.locator(".jp-mod-dirty")).to_have_count(0)
        page.reload()
        expect(page.locator("[data-workbench=ready]").first).to_be_visible(timeout=90_000)
        choose(page.locator("[data-workbench=ready]").first, "order")
        context.close()
        _check_stored(lab.folder / "main.ipynb")
    assert errors == []
    assert {urlsplit(url).netloc for url in requests if url.startswith(("http", "ws"))} == {
        urlsplit(lab.address).netloc
    }


def _check_stored(path):
    """The notebook keeps a text twin and an HTML twin, within their size."""
    import nbformat

    book = nbformat.read(path, as_version=4)
    shown = next(output["data"] for output in book.cells[1].outputs if output.output_type == "display_data")
    assert "spin" in shown["text/plain"]
    assert stored_size(shown["text/html"]) <= 300_000


def _stored(folder, name, recording):
    """A notebook with one stored output that nobody on this server has trusted."""
    import nbformat

    output = nbformat.v4.new_output("display_data", {"text/html": fragment(recording), "text/plain": "text twin"})
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=[output], execution_count=1)])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, folder / name)
    return book


def test_an_untrusted_notebook_shows_the_static_twin(chromium, tmp_path):
    """Where JupyterLab takes scripts away, the plain tables are read: functions, lines with their source, the peak; nothing runs."""
    from playwright.sync_api import expect

    dialogs = []
    with jupyterlab(tmp_path) as lab:
        for name, recording in (("plain.ipynb", small_recording()), ("hostile.ipynb", hostile_recording())):
            address = lab.notebook(name)
            context = chromium.new_context(viewport={"width": 1280, "height": 900})
            page = context.new_page()
            page.set_default_timeout(90_000)
            page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
            _stored(lab.folder, name, recording)
            page.goto(address)
            output = page.locator(".jp-OutputArea-output").first
            output.wait_for()
            expect(output.locator("table").first).to_be_visible()
            assert page.locator("[data-workbench=ready]").count() == 0
            assert output.locator("script, img").count() == 0
            if name == "plain.ipynb":
                said = output.inner_text()
                assert all(
                    word in said for word in ("build_index", 'if record["id"] not in index[word]:', "peak 150 MiB")
                )
                page.screenshot(path=str(ARTEFACTS / "jupyterlab-untrusted.png"))
            context.close()
    assert dialogs == []


def test_nbconvert_keeps_the_view(chromium, tmp_path):
    """The page that nbconvert makes of a notebook has the live view, offline."""
    import nbconvert
    from playwright.sync_api import expect

    book = _stored(tmp_path, "plain.ipynb", small_recording())
    html, _ = nbconvert.HTMLExporter().from_notebook_node(book)
    (tmp_path / "plain.html").write_text(html, encoding="utf-8")
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.goto((tmp_path / "plain.html").as_uri(), wait_until="commit")
    expect(page.locator("[data-workbench=ready]")).to_have_count(1, timeout=60_000)
    choose(page.locator("[data-workbench=ready]"), "parse")
    assert page.locator(".source .line.chosen .no").inner_text() == "8"
    page.screenshot(path=str(ARTEFACTS / "nbconvert.png"))
    context.close()
