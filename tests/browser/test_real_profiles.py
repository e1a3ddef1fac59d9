"""Profiles of real tools, of recursion, of threads and of odd names, each opened as a report: what the screen says is what Python says."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

import pytest
from real_profiles import LONG_NAME, MAKERS, available

from workbench.analysis.functions import functions, whole
from workbench.formats.detect import read
from workbench.render.html_words import view_payload

pytestmark = pytest.mark.browser

FIRST = 20
UNITS = {"min": 60.0, "s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}
REPORT_LIMIT = 8_000_000
CELLS = """
(owner) => {
    const root = document.querySelector("[data-workbench]").shadowRoot;
    const rows = [...root.querySelectorAll(`.functions tr.one.${owner}`)];
    const cells = ["td.name code", "td.self .number", "td.total .number", "td.calls"];
    return rows.map((row) => cells.map((cell) => row.querySelector(cell)?.textContent ?? null));
}
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """`recorded(kind)`: the recording in a profile of that kind, made once."""
    made = {}

    def get(kind):
        if kind not in made:
            if not available(kind):
                pytest.skip(f"{kind} is not installed")
            made[kind] = read(MAKERS[kind](tmp_path_factory.mktemp(kind)))
        return made[kind]

    return get


def open_groups(opened):
    """Unfold everybody else's functions."""
    for _ in range(9):
        folded = opened.page.locator('.functions tr[aria-expanded="false"]')
        if not folded.count():
            return
        folded.first.click()


@dataclass(frozen=True)
class Reading:
    """How near what is read off the screen can be to a time: half its last digit, and half the tick in which times are sent."""

    tick: float

    def near(self, words, seconds):
        """Whether a time as it is written is this one."""
        number, unit = words.split()
        digits = len(number.partition(".")[2])
        apart = abs(float(number) * UNITS[unit] - seconds)
        return apart <= (UNITS[unit] * 10**-digits + self.tick) / 2 * 1.001

    def is_row(self, cells, row):
        """Whether own and total time and calls are this function's."""
        own, total, calls = cells
        return calls == f"{row.calls:,}" and self.near(own, row.self_time) and self.near(total, row.total_time)


@pytest.mark.parametrize("kind", MAKERS)
def test_numbers_on_screen_are_pythons(show, recorded, kind):
    """Own and total time and calls of the first 20 functions of each owner are Python's, the greatest first; no pane is blank."""
    recording = recorded(kind)
    reading = Reading(view_payload(recording, limit=REPORT_LIMIT)["meta"]["tick"])
    assert reading.tick <= 1e-6 * whole(recording) * 1.001
    opened = show(recording)
    open_groups(opened)
    rows = functions(recording)
    compared = 0
    for owner in sorted({row.owner for row in rows}):
        ours = sorted((row for row in rows if row.owner is owner), key=lambda row: -row.self_time)
        shown = opened.page.evaluate(CELLS, owner.value)[:FIRST]
        assert len(shown) == min(FIRST, len(ours))
        left = list(ours)
        for (name, *cells), row in zip(shown, ours):
            assert reading.near(cells[0], row.self_time), (name, cells, row)
            found = next((one for one in left if reading.is_row(cells, one)), None)
            assert found is not None, (name, cells)
            left.remove(found)
        compared += len(shown)
    assert compared >= min(FIRST, len(rows)) > 0
    assert_nothing_blank(opened)
    opened.shot(f"real-{kind}")


def assert_nothing_blank(opened):
    """Every pane says something or has something drawn on its canvas."""
    blank = opened.page.evaluate(
        """() => {
            const root = document.querySelector("[data-workbench]").shadowRoot;
            const drawn = (canvas) => {
                const pen = Object.assign(document.createElement("canvas"), { width: 50, height: 50 }).getContext("2d");
                if (!canvas.width || !canvas.height) return false;
                pen.drawImage(canvas, 0, 0, 50, 50);
                return new Set(new Uint32Array(pen.getImageData(0, 0, 50, 50).data.buffer)).size > 1;
            };
            return [...root.querySelectorAll("section.pane")].filter((pane) => {
                const canvases = [...pane.querySelectorAll("canvas")].filter((canvas) => canvas.clientHeight > 0);
                const words = pane.querySelector(".body").textContent.trim();
                return canvases.length ? !canvases.some(drawn) : words.length < 10;
            }).map((pane) => pane.className);
        }"""
    )
    assert blank == []


def test_recursion_counts_once(recorded):
    """Of functions that call themselves or each other none has more than the whole run, and the recursive calls are counted."""
    own = {row.function: row for row in functions(recorded("recursion")) if row.file == "/project/app.py"}
    for name in ("fib", "even", "odd", "walk"):
        assert own[name].self_time <= own[name].total_time <= own["<module>"].total_time * 1.001
        assert own[name].calls > 1
    assert own["fib"].calls == 5167


def test_threads_on_one_stack_do_no_harm(recorded):
    """What cProfile counts of several threads, wrong totals and callers included, is read as it is: calls exact, nothing below 0."""
    own = {row.function: row for row in functions(recorded("threads")) if row.file == "/project/app.py"}
    heard = 2 if sys.version_info >= (3, 12) else 0
    assert own["spin"].calls == 1 + heard
    assert own.get("worker") is None or own["worker"].calls == heard
    assert all(row.self_time >= 0 and row.total_time >= 0 for row in own.values())


def test_names_stay_names(show, recorded):
    """Quotes, markup, emoji, letters from right to left and ten thousand of them in a row are text, and the page keeps its width."""
    opened = show(recorded("names"))
    open_groups(opened)
    shown = " ".join(opened.page.locator(".functions td.name code").all_text_contents())
    for name in (
        'say_"hello"',
        "it's",
        "<b onmouseover=alert(1)>bold</b>",
        "&amp;&lt;",
        "🐍🔥 emoji 👩‍💻",
        "שלום_עולם",
        "名前",
    ):
        assert name in shown
    assert LONG_NAME[:200] in shown
    assert not re.search("[\u202a-\u202e\t]", shown)
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    opened.page.set_viewport_size({"width": 600, "height": 900})
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
