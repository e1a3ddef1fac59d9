"""What a hand does in a flame graph, measured for `explorer.py`: zooming by the wheel, panning by dragging, searching."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import Any

MOVES = 90
PAUSE = 0.004
"""Seconds between two events: with what sending one takes, a hand's some 60 a second."""
_COUNT = """
() => {
    const counted = (globalThis.counted = { frames: 0, longest: 0, from: performance.now(), last: performance.now(), on: true });
    const tick = (now) => {
        if (!counted.on) return;
        counted.frames += 1;
        counted.longest = Math.max(counted.longest, now - counted.last);
        counted.last = now;
        requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
}
"""
_STOP = "() => { counted.on = false; return [counted.frames, counted.longest, performance.now() - counted.from]; }"


@dataclass(frozen=True)
class Motion:
    """Frames per second while the hand moved, the longest wait for one in milliseconds, and whether the picture changed at all."""

    rate: float
    longest: float
    moved: bool

    def __str__(self) -> str:
        return f"{self.rate:.0f}/s, longest {self.longest:.0f} ms" if self.moved else "not moved by it"


def zoomed(page: Any, canvas: Any) -> Motion:
    """Zoom in and half out again by the wheel at a third of the width, Control held, as both tools have it."""
    return _motion(page, canvas, lambda box: _wheel(page, box))


def panned(page: Any, canvas: Any) -> Motion:
    """Drag to and fro within the graph, zoomed in before."""
    return _motion(page, canvas, lambda box: _drag(page, box))


def searched(page: Any, term: str) -> float | None:
    """Milliseconds from typing `term` at once to the mark after its matches were painted; None where there is no search."""
    field = page.locator(".flame input[type=search]")
    if not field.count():
        return None
    return page.evaluate(
        """([field, term]) => new Promise((done) => {
            const before = performance.getEntriesByName("workbench:searched").length;
            const start = performance.now();
            field.value = term;
            field.dispatchEvent(new Event("input", { bubbles: true }));
            const look = () => {
                const found = performance.getEntriesByName("workbench:searched");
                if (found.length > before) done(found.at(-1).startTime - start);
                else if (performance.now() - start > 10000) done(null);
                else setTimeout(look, 1);
            };
            look();
        })""",
        [field.element_handle(), term],
    )


def _motion(page: Any, canvas: Any, hand: Any) -> Motion:
    box = canvas.bounding_box()
    before = _picture(canvas)
    page.evaluate(_COUNT)
    hand(box)
    frames, longest, took = page.evaluate(_STOP)
    return Motion(1000 * frames / took, longest, _picture(canvas) != before)


def _picture(canvas: Any) -> str:
    return hashlib.sha256(canvas.screenshot(animations="allow")).hexdigest()


def _wheel(page: Any, box: dict[str, float]) -> None:
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + min(60, box["height"] / 2))
    page.keyboard.down("Control")
    for turn in range(MOVES):
        page.mouse.wheel(0, -40 if turn < MOVES * 2 / 3 else 40)
        time.sleep(PAUSE)
    page.keyboard.up("Control")


def _drag(page: Any, box: dict[str, float]) -> None:
    left, top = box["x"] + box["width"] / 2, box["y"] + min(60, box["height"] / 2)
    page.mouse.move(left, top)
    page.mouse.down()
    for turn in range(MOVES):
        page.mouse.move(left + (-1) ** (turn // 30) * 8 * (turn % 30) - 0.4 * turn, top)
        time.sleep(PAUSE)
    page.mouse.up()
