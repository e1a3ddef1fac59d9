"""What changed between two recordings as matplotlib bars, for papers and slides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.render.diff_words import Wording, hushed, loud
from workbench.render.text_width import cut, visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from workbench.analysis.diff_rows import Change, RecordingDiff

_BEFORE, _AFTER = "#9aa5b1", "#c25b00"
"""Grey and orange: told apart by lightness too, in print and by colour-blind readers; the older bar is hatched besides."""
_NAME = 40


def plot_diff(record: RecordingDiff, ax: Axes | None = None, *, top: int = 10) -> Axes:
    """The functions that changed most, a bar before and one after for each, the largest change on top, its change beside it in words.

    Drawn on `ax`, or on axes made now, without a backend. Functions within the noise are drawn only where no other changed.
    """
    wording, rows = Wording.of(record), record.ranked()
    chosen = loud(rows)[: max(top, 1)] or hushed(rows)[: max(top, 1)]
    axes = ax if ax is not None else _axes(len(chosen))
    scale, unit = _unit(record, chosen)
    for at, row in enumerate(chosen):
        axes.barh(at - 0.2, row.old / scale, height=0.36, color=_BEFORE, hatch="///", edgecolor="white", linewidth=0)
        axes.barh(at + 0.2, row.new / scale, height=0.36, color=_AFTER, linewidth=0)
        end = max(row.old, row.new, 0.0) / scale
        axes.annotate(
            _said(wording, row), (end, at), xytext=(4, 0), textcoords="offset points", va="center", fontsize="small"
        )
    axes.set_yticks(
        range(len(chosen)),
        [cut(visible(row.here.function, 200), _NAME) or "(no name)" for row in chosen],
        parse_math=False,
    )
    axes.set_ylim(max(len(chosen), 1) - 0.4, -0.6)
    axes.margins(x=0.2)
    axes.set_xlabel(f"{record.measure.label} ({unit}){' of one run' if record.per_run else ''}")
    axes.spines[["top", "right"]].set_visible(False)
    _legend(axes, record, bool(chosen))
    return axes


def _axes(rows: int) -> Axes:
    from workbench.render.figure_compare import Drawn

    return Drawn(figsize=(7.0, max(1.8, 0.9 + 0.42 * rows)), layout="constrained").subplots()


def _legend(axes: Axes, record: RecordingDiff, any_row: bool) -> None:
    from matplotlib.patches import Patch

    if not any_row:
        axes.text(0.5, 0.5, "nothing changed", transform=axes.transAxes, ha="center", va="center")
        return
    names = (
        [] if record.labels == ("before", "after") else [f" ({cut(visible(one, 200), _NAME)})" for one in record.labels]
    )
    before, after = (f"{side}{name}".replace("$", r"\$") for side, name in zip(("before", "after"), names or ("", "")))
    patches = [
        Patch(facecolor=_BEFORE, hatch="///", edgecolor="white", label=before),
        Patch(facecolor=_AFTER, label=after),
    ]
    axes.legend(handles=patches, loc="lower right", frameon=False)


def _said(wording: Wording, row: Change) -> str:
    return wording.signed(row.change) + (" (within the noise)" if row.within_noise else "")


def _unit(record: RecordingDiff, rows: list[Change]) -> tuple[float, str]:
    """What one step of the axis stands for, and its name."""
    most = max((max(abs(row.old), abs(row.new)) for row in rows), default=0.0)
    steps = (
        ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))
        if record.measure.unit == "s"
        else ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))
    )
    return next(((scale, unit) for scale, unit in steps if most >= scale), steps[-1] if most else steps[0])
