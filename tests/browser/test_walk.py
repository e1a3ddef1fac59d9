"""The whole of the view, walked through: in the report from its file, and in JupyterLab with what belongs to a session."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from chrome import ARTEFACTS
from lab import jupyterlab
from samples import small_recording
from walking import walk

from workbench.face.run import load

pytestmark = [pytest.mark.browser]

FIRST = """\
%%profile --as before --save before.wbp
def spin(turns):
    total = 0
    for turn in range(turns):
        total += turn * turn
    return total


def order(size):
    return sorted(range(size), key=lambda number: -number)


spin(8_000_000)
for _ in range(4):
    order(200_000)
"""
AGAINST = FIRST.replace("--as before --save before.wbp", "--against before").replace("8_000_000", "100_000")
FIGURES = "ax = before.plot()\nax = before.plot_memory()"
SNAKEVIZ = "%profile cpu --snakeviz order(100_000)"


def test_the_report_is_walked_through(show):
    """From its file, with no request and no error, every part of the view does what it says with the analysis's numbers."""
    recording = small_recording()
    opened = show(recording)
    walk(opened.page.locator("[data-workbench]"), recording)
    opened.shot("walk-report")


@pytest.mark.kernel
@pytest.mark.xdist_group("jupyterlab")
def test_a_session_is_walked_through_in_jupyterlab(chromium, tmp_path):
    """A profiled cell, what changed since, figures and SnakeViz stand in one notebook, alive; nothing leaves the machine, nothing fails."""
    from playwright.sync_api import expect

    requests, errors = [], []
    with jupyterlab(tmp_path) as lab:
        context = chromium.new_context(viewport={"width": 1400, "height": 1100})
        page = context.new_page()
        page.set_default_timeout(90_000)
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(lab.notebook("walk.ipynb", "%load_ext workbench", FIRST, AGAINST, FIGURES, SNAKEVIZ))
        expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=90_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        views = page.locator("[data-workbench=ready]")
        expect(views).to_have_count(4, timeout=120_000)
        walk(views.first, load(lab.folder / "before.wbp").recording)
        changed = page.locator("[data-workbench=ready]", has=page.locator("article.diff"))
        expect(changed.locator(".functions tbody")).to_contain_text("spin")
        expect(page.locator(".jp-CodeCell").nth(3).locator("img")).to_have_count(2)
        frame = page.frame_locator("iframe[srcdoc]")
        expect(frame.locator("svg rect, svg path").first).to_be_visible(timeout=60_000)
        changed.scroll_into_view_if_needed()
        ARTEFACTS.mkdir(exist_ok=True)
        page.screenshot(path=str(ARTEFACTS / "walk-jupyterlab.png"))
        context.close()
    assert errors == []
    own = {urlsplit(lab.address).netloc}
    assert {urlsplit(url).netloc for url in requests if url.startswith(("http", "ws"))} == own
