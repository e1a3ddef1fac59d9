"""How figures look: colours that hold on light, dark and grey paper, rows with names, and axes made for them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.font_manager import FontProperties

from workbench import units
from workbench.render.figure_words import label, room_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.text import Text

    from workbench.model.recording import Recording

    Rgb = tuple[float, float, float]

_LIGHT = ("#1f5a99", "#e8962e", "#d3d8de", "#6d7681")
_DARK = ("#2f6fb3", "#e0953a", "#3c434c", "#99a3af")
HATCHES = ("", "////", "---")
"""The patterns of the first, second and third kind, so that none is told by its colour alone."""

_WEIGHTS: tuple[Literal["normal", "bold"], ...] = ("normal", "bold")
_SMALLEST = 0.7
_LINE = 1.25


@dataclass(frozen=True, slots=True)
class Palette:
    """Three colours far apart in hue and in lightness, the lines on the third, the ink of text, and the paper they stand on."""

    kinds: tuple[str, str, str]
    lines: str
    ink: str
    paper: str

    @classmethod
    def of(cls, ax: Axes) -> Palette:
        """Those that suit the axes' background and the style in force; greys where the style has only greys."""
        ink = to_rgb(mpl.rcParams["text.color"])
        paper = _paper(ax, ink)
        kinds: tuple[str, ...] = _LIGHT if _luminance(paper) > 0.4 else _DARK
        cycle = [to_rgb(color) for color in mpl.rcParams["axes.prop_cycle"].by_key().get("color", [])]
        if cycle and all(max(color) - min(color) < 0.01 for color in cycle):
            kinds = tuple(map(_grey, kinds))
        return cls((kinds[0], kinds[1], kinds[2]), kinds[3], to_hex(ink), to_hex(paper))

    def look(self, kind: int) -> dict[str, Any]:
        """How a patch or a collection of the first, second or third kind is filled."""
        line, width = (self.lines, 0.5 * mpl.rcParams["axes.linewidth"]) if kind == 2 else (self.paper, 0.0)
        return {"facecolor": self.kinds[kind], "edgecolor": line, "linewidth": width, "hatch": HATCHES[kind]}


def made_now(recording: Recording, rows: int) -> Axes:
    """Axes of a new figure of pyplot's, which shows and keeps it as any other, high enough for so many rows with names."""
    from matplotlib import pyplot as plt

    width, height = mpl.rcParams["figure.figsize"]
    needed = (rows + 5) * 1.5 * tick_points("y") / 72
    figure, ax = plt.subplots(figsize=(width, max(height if rows > 5 else 0.6 * height, needed)), layout="constrained")
    points = FontProperties(size=mpl.rcParams["figure.titlesize"]).get_size_in_points()
    name = label(recording.target.name or recording.engine, room_for(points, 72 * width, 0.75))
    untexed(figure.suptitle(f"{name}, {units.seconds(recording.duration)}"))
    return ax


def say(ax: Axes, sentence: str) -> Axes:
    """A sentence in the middle of axes that have nothing to show."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set(xlim=(0, 1), ylim=(0, 1))
    points = FontProperties(size=mpl.rcParams["font.size"]).get_size_in_points()
    ax.text(0.5, 0.5, _folded(sentence, room_for(points, _width(ax), 0.9)), ha="center", va="center")
    return ax


def name_rows(
    ax: Axes, names: Sequence[str], facts: Sequence[str], *, bold: Iterable[int] = (), code: bool = False
) -> None:
    """Rows 0, 1, ... from the top down, each with its name on the left and its facts on the right.

    Names may be any text. Axes that are too narrow for the facts go without. Where rows are lower than the style's letters, letters get
    a little smaller, and then only some rows are named.
    """
    points, step = _fitting(ax, len(names))
    fonts = [FontProperties(family="monospace" if code else None, weight=weight, size=points) for weight in _WEIGHTS]
    room = room_for(points, _width(ax), 0.65 if code else 0.5)
    at = list(range(0, len(names), step))
    ax.set_yticks(at, [label(names[row], room, fonts) for row in at], fontsize=points)
    chosen = set(bold)
    for row, shown in zip(at, ax.get_yticklabels(), strict=True):
        shown.set_fontproperties(fonts[row in chosen])
        untexed(shown)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    if any(facts) and max(map(len, facts)) <= room_for(points, _width(ax), 0.3):
        right = ax.secondary_yaxis("right")
        right.set_yticks(at, [label(facts[row], 60) for row in at], fontsize=points)
        untexed(*right.get_yticklabels())
        right.tick_params(axis="y", length=0)
        right.spines["right"].set_visible(False)
    ax.spines[["top", "right"]].set_visible(False)


def inner_legend(ax: Axes) -> None:
    """The kinds shown, where the bars leave most room, so that a title has its place above."""
    handles, labels = ax.get_legend_handles_labels()
    if handles:
        shown = ax.legend(handles, labels, loc="best", framealpha=0.85, edgecolor="none", handlelength=1.4)
        untexed(*shown.get_texts())


def legend(ax: Axes) -> None:
    """The kinds shown, above the axes, in one row where they have room."""
    handles, labels = ax.get_legend_handles_labels()
    if handles:
        points = FontProperties(size=mpl.rcParams["legend.fontsize"]).get_size_in_points()
        room, needed = int(1.1 * _width(ax) / (0.6 * points)), [len(one) + 4 for one in labels]
        columns = len(labels) if sum(needed) <= room else max(1, room // max(needed))
        shown = ax.legend(
            handles, labels, loc="lower right", bbox_to_anchor=(1, 1), ncols=columns, frameon=False,
            borderaxespad=0.2, borderpad=0.2, handlelength=1.4, columnspacing=1.2, handletextpad=0.5,
        )  # fmt: skip
        untexed(*shown.get_texts())


def untexed(*texts: Text) -> None:
    """Keep TeX away from texts, where the style in force sends all text through it: a name may hold anything, and `%` is in ours."""
    for text in texts:
        text.set_usetex(False)


def tick_points(axis: str) -> float:
    """The size of tick labels of the style in force, in points."""
    return float(
        FontProperties(size=mpl.rcParams["xtick.labelsize" if axis == "x" else "ytick.labelsize"]).get_size_in_points()
    )


def _width(ax: Axes) -> float:
    """The axes' width in points."""
    return ax.bbox.width * 72 / ax.figure.dpi


def _fitting(ax: Axes, rows: int) -> tuple[float, int]:
    """The size of letters for so many rows, and every how many rows one has a name."""
    usual = tick_points("y")
    height = ax.bbox.height * 72 / ax.figure.dpi / max(rows, 1)
    points = min(usual, max(_SMALLEST * usual, height / _LINE))
    return points, max(1, math.ceil(_LINE * points / height - 0.01))


def _folded(sentence: str, room: int) -> str:
    lines = [""]
    for word in sentence.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def _paper(ax: Axes, ink: Rgb) -> Rgb:
    for color in (ax.get_facecolor(), ax.figure.get_facecolor()):
        *rgb, alpha = to_rgba(color)
        if alpha > 0.5:
            return rgb[0], rgb[1], rgb[2]
    return (1.0, 1.0, 1.0) if _luminance(ink) < 0.4 else (0.0, 0.0, 0.0)


def _luminance(color: Rgb) -> float:
    return 0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2]


def _grey(color: str) -> str:
    level = _luminance(to_rgb(color))
    return to_hex((level, level, level))
