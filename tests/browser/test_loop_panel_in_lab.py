"""A study's panel in a real JupyterLab: press Baseline, and read the figure."""

from __future__ import annotations

import re
from typing import Any

import pytest
from chrome import ARTEFACTS
from lab import jupyterlab

pytestmark = [pytest.mark.browser, pytest.mark.kernel, pytest.mark.xdist_group("jupyterlab")]

PATIENCE = 90_000
MODULE = '''\
import threading
from pathlib import Path

THREADS = set()


def index(text):
    """Where each word is."""
    words = text.split()
    return {word: [at for at, other in enumerate(words) if other == word] for word in words}


def main():
    THREADS.add(threading.current_thread() is threading.main_thread())
    while Path("endless").exists():
        pass
    return sum(len(index(" ".join(f"w{(number * 7 + at) % 40}" for number in range(200)))) for at in range(40))
'''
PANEL = """\
import texts
import workbench
from workbench.widgets.loop_panel import panel

study = workbench.Study("index", target=texts.index, workload=texts.main)
panel(study)
"""


def open_panel(lab: Any, page: Any) -> Any:
    """Run a notebook with the panel; the panel."""
    from playwright.sync_api import expect

    (lab.folder / "texts.py").write_text(MODULE, encoding="utf-8")
    page.set_default_timeout(PATIENCE)
    page.goto(lab.notebook("study.ipynb", PANEL, "texts.THREADS"))
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    found = page.locator(".workbench-loop")
    expect(found).to_be_visible(timeout=PATIENCE)
    return found


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_pressing_baseline_shows_its_figure(chromium, tmp_path, theme):
    """Baseline is pressed by keyboard; its figure appears, Profile comes next, an error is said; the step ran in the main thread; nothing
    is wider than the panel, also where that is narrow."""
    from playwright.sync_api import expect

    errors = []
    with jupyterlab(tmp_path, theme) as lab:
        context = chromium.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        found = open_panel(lab, page)
        steps = found.locator(".steps li")
        expect(steps).to_have_count(8, timeout=PATIENCE)
        expect(found.locator('[aria-current="step"]')).to_contain_text("Baseline", timeout=PATIENCE)
        found.get_by_role("button", name="Baseline").focus()
        page.keyboard.press("Enter")
        expect(steps.first).to_contain_text(re.compile(r"done\s*[\d.]+ m?s a run"), timeout=PATIENCE)
        expect(found.locator('[aria-current="step"]')).to_contain_text("Profile", timeout=PATIENCE)
        found.get_by_role("button", name="Add hypothesis").click()
        expect(found.get_by_role("alert")).to_contain_text("There is no text", timeout=PATIENCE)
        asking = page.locator(".jp-CodeCell").nth(1)
        asking.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        expect(asking.locator(".jp-OutputArea-output")).to_have_text("{True}", timeout=PATIENCE)
        ARTEFACTS.mkdir(exist_ok=True)
        page.screenshot(path=str(ARTEFACTS / f"loop-panel-{theme.lower().replace(' ', '-')}.png"))
        for width in (1280, 620):
            page.set_viewport_size({"width": width, "height": 800})
            assert found.evaluate("node => node.scrollWidth <= node.clientWidth"), width
        context.close()
    assert errors == []


def test_a_step_is_interrupted_and_the_panel_stays_usable(chromium, tmp_path):
    """A baseline that does not end says that it measures; interrupting the kernel ends it, the panel says so, and the next one is done."""
    from playwright.sync_api import expect

    with jupyterlab(tmp_path) as lab:
        page = chromium.new_page(viewport={"width": 1280, "height": 800})
        found = open_panel(lab, page)
        endless = lab.folder / "endless"
        endless.touch()
        found.get_by_role("button", name="Baseline").click()
        expect(found.get_by_role("button", name="measuring ...")).to_be_disabled(timeout=PATIENCE)
        expect(found.get_by_role("status")).to_contain_text("Interrupt the kernel to stop it", timeout=PATIENCE)
        page.get_by_role("menuitem", name="Kernel", exact=True).click()
        page.get_by_role("menuitem", name="Interrupt Kernel").click()
        expect(found.get_by_role("alert")).to_contain_text("Baseline was interrupted", timeout=PATIENCE)
        endless.unlink()
        found.get_by_role("button", name="Baseline").click()
        expect(found.locator(".steps li").first).to_contain_text("a run", timeout=PATIENCE)
        page.close()
