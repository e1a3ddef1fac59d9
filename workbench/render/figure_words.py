"""Words and numbers in figures: names that matplotlib draws as they are, and axes in units that people read."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ticker import FuncFormatter, MaxNLocator

from workbench.render.text_width import ELLIPSIS, cells, cut, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axis import Axis

_JOINERS = dict.fromkeys(map(ord, "\u200d\ufe0e\ufe0f"))
LONGEST = 20_000
"""No name is read further than so many characters."""

_STAND_IN, _PLAIN_STAND_IN = "\u25a1", "?"
_TIME_UNITS = (
    (10_800.0, 3600.0, "h"),
    (300.0, 60.0, "min"),
    (0.999, 1.0, "s"),
    (0.999e-3, 1e-3, "ms"),
    (0.0, 1e-6, "µs"),
)
_BYTE_UNITS = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


class ScaledLocator(MaxNLocator):
    """Ticks at round numbers of a unit of `factor`: of MiB, say, on an axis of bytes."""

    def __init__(self, factor: float) -> None:
        super().__init__(nbins="auto", steps=[1, 2, 2.5, 5, 10])
        self._factor = factor

    def tick_values(self, vmin: float, vmax: float) -> Sequence[float]:
        """The ticks between two values of the axis."""
        return [self._factor * tick for tick in super().tick_values(vmin / self._factor, vmax / self._factor)]


def time_axis(axis: Axis, most: float) -> str:
    """Mark an axis of seconds in the unit that fits `most` of them; returns the unit."""
    factor, unit = next((factor, unit) for least, factor, unit in _TIME_UNITS if most >= least or not least)
    _mark(axis, factor)
    return unit


def byte_axis(axis: Axis, most: float) -> str:
    """Mark an axis of bytes in the unit that fits `most` of them; returns the unit."""
    factor, unit = next(((factor, unit) for factor, unit in _BYTE_UNITS if most >= factor), (1, "bytes"))
    _mark(axis, float(factor))
    return unit


def _mark(axis: Axis, factor: float) -> None:
    axis.set_major_locator(ScaledLocator(factor))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / factor:,.10g}"))


def label(text: str, room: int, fonts: Sequence[FontProperties] = ()) -> str:
    """`text` as a label of at most `room` characters' width, cut in the middle, that is drawn as it stands.

    Nothing in it acts: controls and turns of the writing direction are written out, a dollar begins no formula, and a character
    that one of `fonts` (by default the font in force) cannot draw is a box.
    """
    shown = middle(visible(text, LONGEST).translate(_JOINERS), room)
    shown = _drawable(shown, fonts or (FontProperties(),))
    return shown.replace("$", r"\$")


def middle(text: str, room: int) -> str:
    """`text` in at most `room` cells; what is too much gives way to an ellipsis in the middle."""
    if cells(text) <= room:
        return text
    if room <= 1:
        return ELLIPSIS[: max(room, 0)]
    tail = (room - 1) // 2
    head = room - 1 - tail
    return cut(text, head + 1)[:-1] + ELLIPSIS + cut(text, tail + 1, keep="end")[1:]


def room_for(points: float, width: float, share: float) -> int:
    """How many characters of a size in points go into a share of a width in points: 12 at the least, 60 at the most."""
    return min(60, max(12, math.floor(width * share / (0.6 * points))))


def _drawable(text: str, fonts: Iterable[FontProperties]) -> str:
    if text.isascii():
        return text
    sets = [_known(font) for font in fonts]
    stand_in = _STAND_IN if all(ord(_STAND_IN) in known for known in sets) else _PLAIN_STAND_IN
    shown: list[str] = []
    for character in text:
        if all(ord(character) in known for known in sets):
            shown.append(character)
        elif shown[-1:] != [stand_in]:
            shown.append(stand_in)
    return "".join(shown)


def _known(font: FontProperties) -> frozenset[int]:
    """The characters that the font files behind a font can draw, those of its further families too."""
    found: frozenset[int] = frozenset()
    for family in font.get_family():
        one = font.copy()
        one.set_family([family])
        try:
            found |= _characters(str(findfont(one, fallback_to_default=False)))
        except ValueError:
            continue
    return found or _characters(str(findfont(font)))


@lru_cache(maxsize=32)
def _characters(path: str) -> frozenset[int]:
    return frozenset(get_font(path).get_charmap())
