"""How fast a recording becomes a picture: `python tests/browser/measure_view.py`. Prints milliseconds and kilobytes; asserts nothing."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from chrome import FLAGS, find_chromium

from workbench.assets.embed import stored_size
from workbench.render.html import fragment
from workbench.render.html_words import view_payload

TURNS = 5
SIZES = ((100, 1_000), (1_000, 10_000), (10_000, 100_000))


def timed(work):
    """Milliseconds of one call, and what it returned."""
    start = time.perf_counter()
    result = work()
    return 1000 * (time.perf_counter() - start), result


def first_paint(browser, html, folder):
    """Milliseconds from the start of the view's script to the first whole picture."""
    file = Path(folder) / "page.html"
    file.write_text(
        "<!DOCTYPE html><meta charset=utf-8>"
        + html.replace("const payload", "performance.mark('begin');\nconst payload", 1)
    )
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(file.as_uri())
    page.wait_for_function(
        "performance.getEntriesByName('workbench:ready').length && performance.getEntriesByName('begin').length"
    )
    found = page.evaluate("['workbench:ready', 'begin'].map((name) => performance.getEntriesByName(name)[0].startTime)")
    page.close()
    return found[0] - found[1]


def main() -> None:
    """One line for each size of recording."""
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from playwright.sync_api import sync_playwright
    from samples import random_recording, small_recording

    cases = [("a typical cell", small_recording())]
    cases += [(f"{frames:,} functions, {nodes:,} nodes", random_recording(1, frames, nodes)) for frames, nodes in SIZES]
    print(f"{'recording':36}{'whole payload':>15}{'fragment':>12}{'stored':>10}{'first paint':>13}{'all of it':>12}")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        for name, recording in cases:
            sent = median(timed(lambda made=recording: view_payload(made))[0] for _ in range(3))
            took, html = min((timed(lambda made=recording: fragment(made)) for _ in range(3)), key=lambda pair: pair[0])
            whole = fragment(recording, limit=20_000_000)
            painted = median(first_paint(browser, html, folder) for _ in range(TURNS))
            everything = median(first_paint(browser, whole, folder) for _ in range(TURNS))
            size = f"{stored_size(html) / 1000:,.0f} kB"
            print(f"{name:36}{sent:12,.0f} ms{took:9,.0f} ms{size:>10}{painted:10,.0f} ms{everything:9,.0f} ms")
        browser.close()


if __name__ == "__main__":
    main()
