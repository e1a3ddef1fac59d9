"""The panel that records in a real JupyterLab: a whole session, from choosing a function to deleting its recording."""

from __future__ import annotations

import re
from typing import Any

import pytest
from chrome import ARTEFACTS
from lab import jupyterlab

from workbench import load

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
    print("texts are indexed")
    found = sum(len(index(" ".join(f"w{(number * 7 + at) % 40}" for number in range(200)))) for at in range(40))
    while Path("endless").exists():
        index("a b c d " * 40)
    return found


def fail():
    return index(None)
'''
PANEL = "import texts\nimport workbench\n\nworkbench.panel()\n"


def open_panel(lab: Any, page: Any) -> Any:
    """Run a notebook with the panel; the panel."""
    from playwright.sync_api import expect

    (lab.folder / "texts.py").write_text(MODULE, encoding="utf-8")
    page.set_default_timeout(PATIENCE)
    page.goto(lab.notebook("session.ipynb", PANEL, "(texts.THREADS, len(workbench.history()))"))
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    found = page.locator(".workbench-run")
    expect(found).to_be_visible(timeout=PATIENCE)
    return found


def press(found: Any, name: str) -> None:
    """Press a button of the panel."""
    found.get_by_role("button", name=name, exact=True).click()


def listed(found: Any) -> Any:
    """The rows of the list."""
    return found.get_by_label("Recordings", exact=True).locator("option")


def choose(found: Any, *numbers: int) -> None:
    """Choose recordings in the list by their numbers."""
    listing = found.get_by_label("Recordings", exact=True)
    labels = [one for one in listing.locator("option").all_inner_texts() if int(one.split()[0]) in numbers]
    assert len(labels) == len(numbers)
    listing.select_option(label=labels)


def take(function: Any, name: str) -> None:
    """Choose a function by its name."""
    labels = function.locator("option").all_inner_texts()
    function.select_option(index=[label.partition("(")[0] for label in labels].index(name))


def picture(page: Any, name: str) -> None:
    """Keep a screenshot."""
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=str(ARTEFACTS / f"run-panel-{name}.png"))


def choose_a_function(found: Any) -> None:
    """By the list of functions: what is proposed, and what is said of a gap in it."""
    from playwright.sync_api import expect

    expect(found).to_contain_text("Nothing is recorded in this session yet.", timeout=PATIENCE)
    function, statement = found.get_by_label("Function", exact=True), found.get_by_label("Statement", exact=True)
    expect(function.locator("option", has_text="texts.main() · runs as it is")).to_have_count(1, timeout=PATIENCE)
    take(function, "texts.index")
    expect(statement).to_have_value("texts.index(text=...)", timeout=PATIENCE)
    expect(found.locator(".fault")).to_have_text("Write a value in the place of ... for text.", timeout=PATIENCE)
    take(function, "texts.main")
    expect(statement).to_have_value("texts.main()", timeout=PATIENCE)
    expect(found.locator(".fault")).to_have_count(0, timeout=PATIENCE)


def run_and_cancel(page: Any, found: Any, shade: str) -> None:
    """By keyboard: what is told while it runs, and what is kept."""
    from playwright.sync_api import expect

    found.get_by_role("button", name="Run", exact=True).focus()
    page.keyboard.press("Enter")
    expect(found.get_by_role("timer")).to_have_text(
        re.compile(r"[\d.]+ s · [\d,]+ samples · most so far in index.* · now at texts\.py:\d+ · memory [\d.]+ MiB"),
        timeout=PATIENCE,
    )
    expect(found.get_by_role("button", name="Running")).to_be_focused()
    expect(found.locator(".wb-printed")).to_contain_text("texts are indexed", timeout=PATIENCE)
    picture(page, f"running-{shade}")
    page.keyboard.press("Tab")
    expect(found.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(found.locator(".said")).to_have_text(re.compile("Interrupted.*kept as recording 1"), timeout=PATIENCE)
    expect(listed(found)).to_have_text([re.compile(r"1\s+texts\.main\(\)\s+sample.*interrupted")], timeout=PATIENCE)
    expect(found.locator(".wb-view")).to_contain_text("The run did not end well", timeout=PATIENCE)


def run_to_the_end_and_fail(page: Any, found: Any, shade: str) -> None:
    """One run that ends well, and one under another engine that does not."""
    from playwright.sync_api import expect

    press(found, "Run")
    expect(found.locator(".said")).to_have_text("Done: recording 2.", timeout=PATIENCE)
    expect(found.locator(".wb-view [data-workbench=ready]")).to_have_count(1, timeout=PATIENCE)
    picture(page, f"done-{shade}")
    found.get_by_label("Engine", exact=True).select_option("lines")
    tags = found.locator(".jupyter-widget-tagsinput input")
    tags.fill("texts.index")
    tags.press("Enter")
    found.get_by_label("Statement", exact=True).fill("texts.fail()")
    press(found, "Run")
    expect(found.get_by_role("alert")).to_contain_text("AttributeError", timeout=PATIENCE)
    expect(found.locator(".trace")).to_contain_text("in fail", timeout=PATIENCE)
    picture(page, f"failed-{shade}")


def name_and_write(lab: Any, page: Any, found: Any, shade: str) -> None:
    """Renamed, saved, not overwritten and overwritten, reported."""
    from playwright.sync_api import expect

    said = found.locator(".wb-history .said")
    choose(found, 2)
    expect(found.locator(".about")).to_contain_text("2 texts.main()", timeout=PATIENCE)
    found.get_by_label("Name", exact=True).fill("first version")
    press(found, "Rename")
    expect(listed(found).nth(1)).to_contain_text("first version", timeout=PATIENCE)
    press(found, "Save")
    expect(said).to_contain_text("Recording 2 is written to", timeout=PATIENCE)
    (saved,) = lab.folder.glob("*.wbp")
    saved.write_bytes(b"precious")
    press(found, "Save")
    expect(said).to_contain_text("already. Overwrite it?", timeout=PATIENCE)
    picture(page, f"asked-{shade}")
    press(found, "No, keep it")
    expect(found.get_by_role("button", name="Yes, overwrite")).to_be_hidden(timeout=PATIENCE)
    assert saved.read_bytes() == b"precious"
    press(found, "Save")
    press(found, "Yes, overwrite")
    expect(said).to_contain_text("Recording 2 is written to", timeout=PATIENCE)
    assert load(saved).target.name == "texts.main()"
    press(found, "Report")
    expect(said).to_contain_text(".html", timeout=PATIENCE)
    (written,) = lab.folder.glob("*.html")
    assert "texts.main()" in written.read_text(encoding="utf-8")


def compare_delete_and_show(page: Any, found: Any, shade: str) -> None:
    """Two that do not compare, two that do; two deleted, and the last one shown."""
    from playwright.sync_api import expect

    said = found.locator(".wb-history .said")
    choose(found, 2, 3)
    press(found, "Compare")
    expect(said).to_have_attribute("role", "alert", timeout=PATIENCE)
    picture(page, f"refused-{shade}")
    choose(found, 1, 2)
    press(found, "Compare")
    expect(said).to_contain_text("Recording 2 (first version) against recording 1", timeout=PATIENCE)
    expect(found.locator("article.diff")).to_have_count(1, timeout=PATIENCE)
    picture(page, f"compared-{shade}")
    choose(found, 1, 3)
    press(found, "Delete")
    expect(said).to_contain_text("Delete 2 recordings from this session?", timeout=PATIENCE)
    press(found, "Yes, delete")
    expect(listed(found)).to_have_count(1, timeout=PATIENCE)
    choose(found, 2)
    press(found, "Show")
    expect(found.locator(".wb-view [data-workbench=ready]")).to_have_count(1, timeout=PATIENCE)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_a_whole_session(chromium, tmp_path, theme):
    """Choose, run, cancel, run again, fail, rename, save, report, compare, delete, show: each by its button, with what is said at each
    step; the statement ran in the main thread; nothing is wider than the panel, also where that is narrow."""
    from playwright.sync_api import expect

    errors = []
    shade = theme.rpartition(" ")[2].lower()
    with jupyterlab(tmp_path, theme) as lab:
        context = chromium.new_context(viewport={"width": 1280, "height": 1400})
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        found = open_panel(lab, page)
        choose_a_function(found)
        endless = lab.folder / "endless"
        endless.touch()
        run_and_cancel(page, found, shade)
        endless.unlink()
        run_to_the_end_and_fail(page, found, shade)
        name_and_write(lab, page, found, shade)
        compare_delete_and_show(page, found, shade)
        for width in (1280, 620):
            page.set_viewport_size({"width": width, "height": 1400})
            assert found.evaluate("node => node.scrollWidth <= node.clientWidth"), width
        picture(page, f"narrow-{shade}")
        page.set_viewport_size({"width": 1280, "height": 1400})
        asking = page.locator(".jp-CodeCell").nth(1)
        asking.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        expect(asking.locator(".jp-OutputArea-output")).to_have_text("({True}, 1)", timeout=PATIENCE)
        context.close()
    assert errors == []
