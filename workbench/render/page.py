"""One page of text: what its parts share, and how single cells are written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench import units
from workbench.render.text_width import visible

if TYPE_CHECKING:
    from workbench.analysis.hotspots import Hotspots
    from workbench.model.recording import Recording
    from workbench.render.places import Places

MIN_WIDTH = 72
ROOMY = 116
BOLD, DIM, RED, YELLOW = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[33m"
_PLAIN = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Page:
    """One recording being written: what the parts share."""

    recording: Recording
    found: Hotspots
    places: Places
    width: int
    top: int
    color: bool

    def paint(self, style: str, text: str) -> str:
        """`text` in a terminal's style, where colour is wanted."""
        return f"{style}{text}{_PLAIN}" if self.color and text else text

    @property
    def wide(self) -> bool:
        """Whether there is room for whole words in the headings."""
        return self.width >= 96

    def split(self, all_of_it: float, *parts: float) -> list[str]:
        """The three cells of a split: parts of `all_of_it`, empty where not known."""
        if not all_of_it or not all(math.isfinite(part) for part in parts):
            return ["", "", ""]
        unit = " %" if self.wide else ""
        return [f"{100 * part / all_of_it:.0f}{unit}" if part / all_of_it >= 0.005 else "·" for part in parts]

    def split_heads(self) -> tuple[str, str, str]:
        """The headings of the three columns of the split, short where there is little room."""
        return ("python", "native", "waiting") if self.wide else ("py %", "nat %", "wait %")

    def heat(self, line: str, share: float) -> str:
        """A line in the colour of its share of the whole."""
        style = RED if share >= 0.2 else YELLOW if share >= 0.05 else ""
        return self.paint(style, line) if style else line


def function_name(function: str) -> str:
    """A function's name, cut where nobody would read on."""
    return visible(function, 400) or "(no name)"


def plus_minus(value: float) -> str:
    """Half an interval in points; empty where it is not known."""
    return units.plus_minus(value) if math.isfinite(value) else ""
