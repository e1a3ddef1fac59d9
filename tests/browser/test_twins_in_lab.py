"""JupyterLab and the twins of an answer: the HTML is what a person sees, not the values beside it."""

from __future__ import annotations

import pytest
from lab import jupyterlab

from workbench.render.twins import JSON, TWIN

pytestmark = [pytest.mark.browser, pytest.mark.kernel, pytest.mark.xdist_group("jupyterlab")]

SHOW = f"""\
from IPython.display import display
display({{"text/plain": "text", "text/html": "<b>seen</b>", {TWIN!r}: {{"value": 1}}}}, raw=True)
display({{"text/plain": "text alone", {TWIN!r}: {{"value": 1}}}}, raw=True)
display({{"text/plain": "text", "text/html": "<b>seen</b>", {JSON!r}: {{"value": 1}}}}, raw=True)
"the end"
"""
SPECIALIST = """\
%load_ext workbench
import workbench, words
study = workbench.Study("study", target=words.index, workload=words.main)
%specialist
"""


def run_all(page) -> None:
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def test_html_wins_over_the_values_beside_it(chromium, tmp_path):
    """With our own type HTML is shown, or the text where there is none; with application/json a tree would stand in its place. The card
    of %specialist has its buttons, and copying works without a network."""
    from playwright.sync_api import expect
    from small_project import MODULE

    with jupyterlab(tmp_path) as lab:
        (lab.folder / "words.py").write_text(MODULE)
        context = chromium.new_context(viewport={"width": 1280, "height": 1100})
        page = context.new_page()
        page.set_default_timeout(90_000)
        page.goto(lab.notebook("main.ipynb", SHOW, SPECIALIST))
        page.locator(".jp-Notebook").wait_for()
        expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=90_000)
        run_all(page)
        expect(page.get_by_text("'the end'", exact=True)).to_be_visible()
        outputs = page.locator(".jp-CodeCell").first.locator(".jp-OutputArea-output")
        expect(outputs.nth(0)).to_have_text("seen")
        expect(outputs.nth(1)).to_have_text("text alone")
        expect(outputs.nth(2)).to_contain_text("root")
        card = page.locator("[data-workbench-handover]")
        expect(card.locator("pre")).to_have_count(2)
        card.get_by_role("button", name="Copy all").click()
        expect(card.get_by_role("button", name="Copied")).to_be_visible()
        context.close()
