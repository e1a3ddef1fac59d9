"""One measured function as a card of plain HTML: the time, the samples drawn, the figures. It needs neither scripts nor style sheets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from workbench import units
from workbench.render.html_card import DIM, framed, two_columns
from workbench.render.html_parts import html_text
from workbench.render.text_bench import as_timeit, beyond, figures_of_one, headline_of_one, scale_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.model.one import One

WIDE, ROW, LEFT, RIGHT, TOP, FOOT = 640, 24, 90, 84, 24, 18
_DOT, _MIDDLE, _WARN = "#3b82c4", "#c77400", "#c0392b"
_MOST = 400
"""Dots in a row at most; where there are more, a fair draw of them."""


def card_of_one(one: One) -> str:
    """The whole answer as one HTML element."""
    color = _WARN if one.raised else "#8a8a8a"
    parts = [
        f'<div style="{DIM}">bench {html_text(one.name, 120)}</div>',
        f'<div style="font-size:16px;font-weight:600;margin:2px 0 4px">{html_text(headline_of_one(one), 600)}</div>',
        *(f'<div style="color:{_WARN}">{html_text(said, 400)}</div>' for said in one.exceptions),
    ]
    if one.known:
        parts += [f'<div style="margin:10px 0 2px">{svg_of_one(one)}</div>', two_columns(figures_of_one(one))]
    parts += [f'<div style="{DIM}">note: {html_text(note, 400)}</div>' for note in one.remarks]
    if one.known:
        parts.append(f'<div style="margin-top:8px;{DIM};font-size:12px">{html_text(as_timeit(one), 300)}</div>')
    return framed(parts, color)


def svg_of_one(one: One) -> str:
    """A row for each process: its samples as dots on a scale of seconds, its median as a line; the interval as a band over all."""
    low, high = scale_of(one)
    medians = one.samples.medians()
    tall = TOP + ROW * len(medians) + FOOT

    def across(value: float) -> float:
        return LEFT + (WIDE - LEFT - RIGHT) * min(max((value - low) / (high - low), 0.0), 1.0)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {tall}" width="100%" style="max-width:{WIDE}px" role="img" '
        f'font-family="system-ui, sans-serif" font-size="11" aria-label="Each sample as a dot, a row for each process">',
        *_scale(low, high, across, tall),
    ]
    if np.isfinite(one.low):
        begin, end = across(one.low), across(one.high)
        parts.append(
            f'<rect x="{begin:.1f}" y="{TOP}" width="{max(end - begin, 1.5):.1f}" height="{tall - TOP - FOOT}" fill="{_MIDDLE}" '
            'fill-opacity="0.10"/>'
        )
    for at, (process, median) in enumerate(medians.items()):
        parts += _row(one, process, median, TOP + ROW * at + ROW / 2, across)
    if more := beyond(one):
        parts.append(
            f'<text x="{WIDE - RIGHT}" y="{tall - 4}" text-anchor="end" fill="currentColor" fill-opacity="0.6">{more}</text>'
        )
    return "".join([*parts, "</svg>"])


def _row(one: One, process: int, median: float, middle: float, across: Callable[[float], float]) -> Iterator[str]:
    rng = np.random.default_rng(process)
    walls = one.samples.wall[one.samples.counted & (one.samples.process == process)]
    shown = walls if len(walls) <= _MOST else rng.choice(walls, _MOST, replace=False)
    heights = middle + (rng.random(len(shown)) - 0.5) * (ROW - 12)
    name = "this process" if one.here else f"process {process + 1}"
    yield f'<text x="{LEFT - 10}" y="{middle + 4:.0f}" text-anchor="end" fill="currentColor" fill-opacity="0.7">{name}</text>'
    for value, height in zip(shown.tolist(), heights.tolist(), strict=True):
        yield f'<circle cx="{across(value):.1f}" cy="{height:.1f}" r="1.6" fill="{_DOT}" fill-opacity="0.35"/>'
    x = across(median)
    yield f'<rect x="{x - 1:.1f}" y="{middle - 8:.1f}" width="2" height="16" fill="{_MIDDLE}"/>'
    yield f'<text x="{WIDE - RIGHT + 10}" y="{middle + 4:.0f}" fill="currentColor">{units.seconds(median)}</text>'


def _scale(low: float, high: float, across: Callable[[float], float], tall: int) -> Iterator[str]:
    for value in round_steps(low, high):
        x = across(value)
        yield f'<line x1="{x:.1f}" y1="{TOP - 4}" x2="{x:.1f}" y2="{tall - FOOT}" stroke="currentColor" stroke-opacity="0.12"/>'
        yield (
            f'<text x="{x:.1f}" y="{TOP - 9}" text-anchor="middle" fill="currentColor" fill-opacity="0.7">{units.seconds(value)}</text>'
        )


def round_steps(low: float, high: float) -> list[float]:
    """Round numbers between two others, at most seven: multiples of one, two or five times a power of ten."""
    power = 10.0 ** math.floor(math.log10((high - low) / 7))
    step = next(power * factor for factor in (1, 2, 5, 10) if (high - low) / (power * factor) <= 7)
    return [at * step for at in range(math.ceil(low / step), math.floor(high / step) + 1)]
