"""A figure as SVG text, the same on every machine and in every run."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib import style
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from workbench.assets.embed import utf8

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes


def svg(
    draw: Callable[[Axes], object], *, width: float = 7.0, height: float = 4.0, title: str = "", dark: bool = False
) -> str:
    """What `draw` draws on axes, as an `<svg>` element `width` by `height` inches (of 72 points), to stand in a page or in a file.

    In matplotlib's own style, on transparent paper, for light or `dark` surroundings; letters are shapes, so that it needs no fonts.
    No script, no date, no reference to anything outside it. pyplot's figures and the style in force stay as they are.
    """
    with (
        style.context(["default", *(["dark_background"] if dark else [])]),
        mpl.rc_context({"svg.hashsalt": "workbench", "svg.fonttype": "path"}),
    ):
        figure = Figure(figsize=(width, height), layout="constrained")
        figure.patch.set_alpha(0.0)
        FigureCanvasSVG(figure)
        ax = figure.subplots()
        ax.patch.set_alpha(0.0)
        draw(ax)
        stream = io.StringIO()
        figure.savefig(
            stream, format="svg", metadata={"Date": None, "Creator": None} | ({"Title": utf8(title)} if title else {})
        )
    text = stream.getvalue()
    return text[text.index("<svg") :]
