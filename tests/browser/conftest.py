"""A real Chromium for the tests that need one. Where there is none they are skipped in plain sight; with CI=true that is a failure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from chrome import ARTEFACTS, FLAGS, find_chromium

from workbench.model.recording import Recording
from workbench.render.html import report


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser, one for all tests of this process."""
    path = find_chromium()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI=true, but no Chromium or Chrome is installed: the browser tests cannot run.")
        pytest.skip("no Chromium or Chrome is installed: install one to run the browser tests")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page with what went wrong on it: console errors, uncaught exceptions, dialogs, and every request but the page itself."""

    page: Any
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Begin to listen."""
        self.page.on("console", lambda said: said.type in ("error", "warning") and self.errors.append(said.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("dialog", self.dialog)

    def dialog(self, dialog: Any) -> None:
        """A dialog is an error; it is closed so that the test can end."""
        self.errors.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def ready(self, views: int = 1) -> None:
        """Wait until that many views were painted whole."""
        from playwright.sync_api import expect

        expect(self.page.locator("[data-workbench=ready]")).to_have_count(views, timeout=60_000)

    def shot(self, name: str) -> None:
        """Keep a screenshot of the whole page."""
        ARTEFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=str(ARTEFACTS / f"{name}.png"), full_page=True)


@pytest.fixture
def show(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    """`show(recording or HTML, width=1280, dark=False) -> Opened`: opened from its file, the network shut; nothing may go wrong."""
    opened: list[tuple[Opened, str, Any]] = []

    def open_page(
        what: Recording | str, *, width: int = 1280, dark: bool = False, views: int = 1, scripts: bool = True
    ) -> Opened:
        file = tmp_path / f"page{len(opened)}.html"
        file.write_text(report(what) if isinstance(what, Recording) else what, encoding="utf-8")
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            java_script_enabled=scripts,
            offline=True,
        )
        page = Opened(context.new_page())
        page.watch()
        opened.append((page, file.as_uri(), context))
        page.page.goto(file.as_uri())
        if scripts:
            page.ready(views)
        return page

    yield open_page
    for page, address, context in opened:
        context.close()
        assert page.errors == []
        assert page.requests == [address]
