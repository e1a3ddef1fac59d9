"""Big profiles as pictures: ours beside SnakeViz and speedscope, in the same browser, the same page size, turn by turn.

    python tests/benchmarks/explorer.py [--quick] [--turns 5] [--only 100k] [--without speedscope,SnakeViz]

For each size: how long from the payload's arrival to the first whole picture, and from a page's address to its picture, for all three
(SnakeViz's includes what its server does, as for whoever waits for it); how big the payload is against speedscope's own file. At 100k
stack nodes: frames per second while zooming and panning, and how long a search takes. The last table is what a notebook stores.
Medians; prints aims and whether they were met; asserts nothing.

speedscope comes from npm into a temporary folder; where it cannot be had it is left out. The browser has no graphics processor here, so
that speedscope's WebGL is done by the processor, as is our canvas.
"""

from __future__ import annotations

import argparse
import gzip
import math
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "browser"))

from chrome import FLAGS, find_chromium
from explorer_moves import Motion, panned, searched, zoomed
from explorer_pages import Opening, get_speedscope, opened, snakeviz, write_ours, write_speedscope
from explorer_profiles import SHAPES, Profile, made, speedscope_json

from workbench.assets.embed import script_json, stored_size
from workbench.render.html import fragment
from workbench.render.html_words import view_payload

FIRST_PAINT = {"100k": 300.0, "1M": 1_500.0}
RATE, SEARCH, SMALLER = 50.0, 100.0, 5.0
GIVEN_UP = 2
"""Turns without a picture after which a tool is not asked again."""
LARGEST_FOREIGN = {"SnakeViz": "100k", "speedscope": "100k"}
"""The biggest size that is given to the others: beyond, speedscope's file has some 400 MB."""
_BROWSER = (
    "--allow-file-access-from-files",
    "--enable-unsafe-swiftshader",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def main() -> None:
    """Measure and print."""
    told = _arguments()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*FLAGS, *_BROWSER])
        left_out = set(told.without.split(","))
        release = None if "speedscope" in left_out else get_speedscope(Path(scratch))
        if release is None:
            left_out.add("speedscope")
            print(
                "speedscope is left out, as asked"
                if "speedscope" in told.without
                else "speedscope is left out: npm gave none"
            )
        print(f"Chromium {browser.version}, 1280x900, medians of {told.turns} turns, interleaved\n")
        for name in told.sizes:
            folder = Path(scratch) / name
            folder.mkdir()
            _size(browser, name, folder, release, told.turns, left_out)
        if not told.only:
            _notebook(browser, Path(scratch), told.turns)
        browser.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="1k and 10k only")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--only", default="", help=f"sizes, of {', '.join(SHAPES)}")
    parser.add_argument("--without", default="", help="tools that are left out: SnakeViz, speedscope")
    told = parser.parse_args()
    told.sizes = told.only.split(",") if told.only else ["1k", "10k"] if told.quick else list(SHAPES)
    return told


def _size(browser: Any, name: str, folder: Path, release: Path | None, turns: int, left_out: set[str]) -> None:
    """All that is measured of one size of profile."""
    profile = made(SHAPES[name])
    start = time.perf_counter()
    payload = view_payload(profile.recording)
    took = time.perf_counter() - start
    shape, functions, deep = SHAPES[name], len(set(profile.frame)), profile.depth
    print(
        f"== {name}: {shape.nodes:,} stack nodes, {functions:,} functions, {shape.samples:,} samples, {deep:.0f} deep"
    )
    print(f"   payload made in {took:.2f} s")
    _sizes(profile, payload)
    pages = {"workbench": write_ours(folder, payload)}
    if release is not None and _asked("speedscope", name, left_out):
        pages["speedscope"] = write_speedscope(folder, release, speedscope_json(profile))
    if _asked("SnakeViz", name, left_out):
        with snakeviz(folder, profile) as address:
            _race(browser, name, pages | {"SnakeViz": address}, turns)
    else:
        _race(browser, name, pages, turns)
    if name == "100k":
        _moves(browser, pages, turns)
    print()


def _asked(tool: str, size: str, left_out: set[str]) -> bool:
    sizes = list(SHAPES)
    return tool not in left_out and sizes.index(size) <= sizes.index(LARGEST_FOREIGN[tool])


def _sizes(profile: Profile, payload: Any) -> None:
    """Bytes beside speedscope's file; for a million nodes that file is reckoned from its first 100,000 samples."""
    most = 300_000
    text = speedscope_json(profile, most)
    scale = max(1.0, len(profile.leaves) / most)
    theirs, ours = len(text.encode()) * scale, len(script_json(payload).encode())
    bare = len(
        script_json({key: value for key, value in payload.items() if key not in ("sources", "timeline")}).encode()
    )
    zipped = len(gzip.compress(script_json(payload).encode(), 6)), len(gzip.compress(text.encode(), 6)) * scale
    about = "about " if scale > 1 else ""
    print(
        f"   payload {_mega(ours)}, without sources and memory {_mega(bare)}; speedscope's file {about}{_mega(theirs)}: ",
        end="",
    )
    print(f"{theirs / ours:.1f}x and {theirs / bare:.1f}x ours {_met(theirs / bare >= SMALLER, f'>= {SMALLER:.0f}x')}")
    print(f"   gzipped: {_mega(zipped[0])} and {about}{_mega(zipped[1])}")


def _race(browser: Any, name: str, pages: dict[str, str], turns: int) -> None:
    """Open each tool's page turn by turn; print the medians."""
    found: dict[str, list[Opening]] = {tool: [] for tool in pages}
    failed = dict.fromkeys(pages, 0)
    for turn in range(turns):
        for tool in sorted(pages, reverse=turn % 2 == 1):
            if failed[tool] >= GIVEN_UP:
                continue
            page, times = opened(browser, tool, pages[tool])
            page.context.close()
            if times is None:
                failed[tool] += 1
            else:
                found[tool].append(times)
    for tool, times in found.items():
        if not times:
            print(f"   {tool:12}no picture")
            continue
        line = f"   {tool:12}address to picture {_of(times, lambda one: one.drawn)}"
        if tool == "workbench":
            first = median(one.arrived for one in times)
            aim = FIRST_PAINT.get(name, math.inf)
            line += (
                f"; payload to picture {first:,.0f} ms, {_of(times, lambda one: one.mounted)} of it after it was read"
            )
            line += f" {_met(first <= aim, f'<= {aim:,.0f} ms')}" if aim < math.inf else ""
        elif tool == "speedscope":
            line += f", {_of(times, lambda one: one.imported)} of it for reading the file, by its own clock"
        print(line)


def _moves(browser: Any, pages: dict[str, str], turns: int) -> None:
    """Zoom, pan and search in ours; zoom and pan in speedscope."""
    motions: dict[tuple[str, str], list[Motion]] = {}
    searches: list[float] = []
    for _ in range(turns):
        for tool in ("workbench", "speedscope"):
            if tool not in pages:
                continue
            page, times = opened(browser, tool, pages[tool])
            if times is not None:
                canvas = page.locator(".flame canvas" if tool == "workbench" else "canvas").last
                canvas.scroll_into_view_if_needed()
                motions.setdefault((tool, "zoom"), []).append(zoomed(page, canvas))
                motions.setdefault((tool, "pan"), []).append(panned(page, canvas))
            if tool == "workbench" and times is not None:
                searches += [
                    took for term in ("function_12", "module_7", "Class3", "no such") if (took := searched(page, term))
                ]
            page.context.close()
    for (tool, move), ran in motions.items():
        rate, longest, moved = (
            median(one.rate for one in ran),
            median(one.longest for one in ran),
            all(one.moved for one in ran),
        )
        verdict = _met(moved and rate >= RATE, f">= {RATE:.0f}/s") if tool == "workbench" else ""
        print(f"   {tool:12}{move:5} {Motion(rate, longest, moved)} {verdict}")
    if searches:
        took = median(searches)
        print(
            f"   workbench   search {took:.0f} ms, the slowest {max(searches):.0f} ms {_met(took <= SEARCH, f'<= {SEARCH:.0f} ms')}"
        )
    else:
        print("   workbench   search: there is no search field, or no mark after a search")


def _notebook(browser: Any, folder: Path, turns: int) -> None:
    """What a notebook stores, folded to its limit: made in, bytes, first picture."""
    from samples import small_recording

    print(f"{'what a notebook stores':28}{'made in':>10}{'stored':>10}{'payload to picture':>20}")
    cases = [("a typical cell", small_recording())]
    cases += [(f"{name} stack nodes", made(SHAPES[name]).recording) for name in ("1k", "10k", "100k")]
    for name, recording in cases:
        start = time.perf_counter()
        html = fragment(recording)
        took = 1000 * (time.perf_counter() - start)
        file = folder / "fragment.html"
        begin = '<script type="module">'
        marked = html.replace(begin, f"{begin}performance.mark('arrived'); performance.mark('parsed');", 1)
        file.write_text(f"<!DOCTYPE html><meta charset=utf-8>{marked}", encoding="utf-8")
        times = []
        for _ in range(turns):
            page, one = opened(browser, "workbench", file.as_uri())
            page.context.close()
            times += [one] if one else []
        print(f"{name:28}{took:7,.0f} ms{stored_size(html) / 1000:7,.0f} kB{_of(times, lambda one: one.arrived):>20}")


def _of(times: list[Opening], part: Callable[[Opening], float]) -> str:
    return f"{median(map(part, times)):,.0f} ms" if times else "no picture"


def _met(good: bool, aim: str) -> str:
    return f"[{'met' if good else 'NOT met'}: {aim}]"


def _mega(size: float) -> str:
    return f"{size / 1e6:,.2f} MB"


if __name__ == "__main__":
    main()
