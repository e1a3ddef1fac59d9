"""The figures of a recording for a report: each an SVG picture within the page, for light and for dark surroundings, with words for it."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.model.facts import Evidence
from workbench.render import summary
from workbench.render.text_width import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from workbench.model.recording import Recording

TOP, MOST_TASKS = 10, 30
_SHAPE, _DIGITS = re.compile(r' d="[^"]*"'), re.compile(r"(\.\d\d)\d+")
_ROW, _AROUND, _WIDTH = 0.27, 1.1, 8.4


@dataclass(frozen=True, slots=True)
class Figure:
    """One picture: its caption, the words for who does not see it, and the addresses (`data:`) of its light and dark forms."""

    caption: str
    words: str
    light: str
    dark: str


def figures(recording: Recording) -> list[Figure]:
    """What can be drawn of a recording and of each of its passes: the busiest functions, memory over the run, tasks as lanes."""
    from workbench.render import figure_bars
    from workbench.render import figures as drawn

    found = []
    for one in recording.all_passes:
        of = f", engine {one.engine}" if recording.passes else ""
        bars = f"{_BARS.get(one.evidence, 'The busiest functions')}{of}"
        found.append(_figure(one, bars, len(figure_bars.bars(one, TOP).rows), _on(drawn.plot, one, top=TOP)))
        if one.evidence is Evidence.TASKS:
            rows = min(len(one.tasks), MOST_TASKS)
            found.append(_figure(one, f"Tasks over time{of}", rows, _on(drawn.plot_tasks, one, most=MOST_TASKS)))
    if len(recording.timeline) > 1:
        found.append(_figure(recording, "Memory over the run", 8, _on(drawn.plot_memory, recording)))
    return found


_BARS = {
    Evidence.LINES: "The costliest lines",
    Evidence.MEMORY: "Where memory grew",
    Evidence.HEAP: "What held the memory",
    Evidence.TASKS: "The functions that tasks spent their time in",
}


def _on(plot: Callable[..., object], recording: Recording, **options: int) -> Callable[[Axes], object]:
    return lambda ax: plot(recording, ax=ax, **options)


def _figure(recording: Recording, caption: str, rows: int, draw: Callable[[Axes], object]) -> Figure:
    from workbench.render.figure_svg import svg

    words = f"{caption} of {visible(summary.title(recording), 200)}; the numbers are in the text form below"
    height = _AROUND + _ROW * max(rows, 2)
    light, dark = (svg(draw, width=_WIDTH, height=height, title=words, dark=dark) for dark in (False, True))
    return Figure(caption, words, _address(light), _address(dark))


def _address(text: str) -> str:
    """A picture as an address, its shapes to a hundredth of a point."""
    short = _SHAPE.sub(lambda shape: _DIGITS.sub(r"\1", shape[0]), text)
    return "data:image/svg+xml;base64," + base64.b64encode(short.encode("utf-8", "backslashreplace")).decode("ascii")
