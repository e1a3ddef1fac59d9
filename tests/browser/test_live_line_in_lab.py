"""JupyterLab and the live line: seen while a cell runs, gone when the view is there, and nowhere in the saved notebook."""

from __future__ import annotations

import json

import pytest
from chrome import ARTEFACTS
from lab import jupyterlab

pytestmark = [pytest.mark.browser, pytest.mark.kernel, pytest.mark.xdist_group("jupyterlab")]

WORK = """\
%%profile
import os

def simulate(turns):
    total = 0
    for turn in range(turns):
        total += turn * turn % 7
    return total

print("it begins")
while not os.path.exists("go"):
    simulate(20_000)
print("it ends")
"""
MARK = "data-workbench-live"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_the_line_is_seen_and_gives_way(chromium, tmp_path, theme):
    """A long cell has one line, with the hot line's text, the function and the memory, which goes on counting; then the view is there
    instead, live where the line stood, and the saved notebook has the view alone."""
    from playwright.sync_api import expect

    errors: list[str] = []
    with jupyterlab(tmp_path, theme) as lab:
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.set_default_timeout(90_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(lab.notebook("main.ipynb", "%load_ext workbench", WORK))
        page.locator(".jp-Notebook").wait_for()
        expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=90_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        line = page.locator(f"[{MARK}]")
        expect(line).to_have_count(1, timeout=90_000)
        expect(line).to_contain_text("total += turn * turn % 7", timeout=90_000)
        expect(line).to_contain_text("simulate", timeout=90_000)
        expect(line).to_contain_text("MiB", timeout=90_000)
        first = line.inner_text()
        expect(line).not_to_have_text(first, timeout=90_000)
        expect(line).to_have_count(1, timeout=90_000)
        ARTEFACTS.mkdir(exist_ok=True)
        page.screenshot(path=str(ARTEFACTS / f"live-line-{theme.split()[-1].lower()}.png"))
        box = line.bounding_box()
        assert box is not None
        assert box["height"] < 40
        (lab.folder / "go").touch()
        expect(page.locator("[data-workbench=ready]")).to_have_count(1, timeout=120_000)
        expect(line).to_have_count(0, timeout=90_000)
        page.locator(".jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Control+s")
        expect(page.locator(".jp-mod-dirty")).to_have_count(0, timeout=90_000)
        saved = (lab.folder / "main.ipynb").read_text("utf-8")
        assert MARK not in saved
        outputs = json.loads(saved)["cells"][1]["outputs"]
        kinds = [output["output_type"] for output in outputs]
        assert kinds == ["stream", "display_data", "stream"]
        assert "application/vnd.workbench+json" in outputs[1]["data"]
        assert "transient" not in outputs[1]
        page.screenshot(path=str(ARTEFACTS / f"live-line-after-{theme.split()[-1].lower()}.png"))
        context.close()
    assert errors == []
