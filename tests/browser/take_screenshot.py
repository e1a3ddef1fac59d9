"""The README's picture: `python tests/browser/take_screenshot.py [FILE]` profiles the demo's program in a real JupyterLab."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from chrome import FLAGS, find_chromium
from lab import jupyterlab

ROOT = Path(__file__).parent.parent.parent
CELL = """\
%%profile
records = package_index.parse(text)
index = package_index.build_index(records)
wanted = package_index.closure(index, package_index.USUAL)
package_index.rank_by_weight(index, wanted)[:3]"""
READ = 'from pathlib import Path\n\nimport package_index\n\ntext = Path("packages.txt").read_text(encoding="utf-8")\n%load_ext workbench'


def main() -> int:
    """Take the picture; returns an exit code."""
    from playwright.sync_api import expect, sync_playwright

    chromium = find_chromium()
    if chromium is None:
        print(
            "No Chromium or Chrome is installed, so there is no picture. Install one and run this again.",
            file=sys.stderr,
        )
        return 1
    picture = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "notebooks" / "images" / "workbench.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright, jupyterlab(Path(folder)) as lab:
        for file in (ROOT / "notebooks" / "package_index.py", ROOT / "data" / "packages.txt"):
            shutil.copy(file, lab.folder)
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1400, "height": 1640}, device_scale_factor=1.5)
        page.goto(lab.notebook("find_the_hot_line.ipynb", READ, CELL))
        expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=90_000)
        page.keyboard.press("Control+b")
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        view = page.locator("[data-workbench=ready]")
        expect(view).to_have_count(1, timeout=180_000)
        view.evaluate("node => node.closest('.jp-Cell').scrollIntoView()")
        page.mouse.move(5, 5)
        expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=90_000)
        page.screenshot(path=str(picture))
        browser.close()
    print(f"The picture is in {picture}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
