"""`workbench.diff`: what changed between two recordings, as a value that shows itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from workbench.analysis.diff import diff as differences
from workbench.errors import UsageError
from workbench.face.profile import Profile
from workbench.model.recording import Recording
from workbench.render.html_diff import diff_live
from workbench.render.json_diff import json_of_diff
from workbench.render.text_diff import text_of_diff
from workbench.render.twins import twins

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes

    from workbench.analysis.diff_rows import RecordingDiff
    from workbench.widgets.diff_view import DiffView

    Recorded = Profile | Recording | str | os.PathLike[str]


class Diff:
    """What changed between two recordings. It shows itself in a notebook; `text()` is the same in words, `record` has every figure."""

    def __init__(self, record: RecordingDiff, passes: tuple[RecordingDiff, ...] = ()) -> None:
        self.record = record
        self._passes = passes or (record,)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences on what else differs (Python, machine, packages, ...), those first that were overruled by `force`."""
        return (*self.record.forced, *self.record.warnings)

    @property
    def passes(self) -> dict[str, Diff]:
        """By engine, the diff of each pass that both recordings have."""
        return {one.before.engine: Diff(one) for one in self._passes}

    def functions(self) -> pd.DataFrame:
        """Functions by |change|: `function, status, edited, before, after, change, ratio, plus_minus, within_noise, total_before,
        total_after, count_before, count_after, owner, file_before, line_before, file_after, line_after, function_before`."""
        from workbench.face.frames_diff import changes_frame

        return changes_frame(self.record, lines=False)

    def lines(self) -> pd.DataFrame:
        """Lines by |change|: as `functions()`, with `source` and `source_before`."""
        from workbench.face.frames_diff import changes_frame

        return changes_frame(self.record, lines=True)

    def text(self, *, top: int = 10, width: int = 100, color: bool = False) -> str:
        """The answer in words."""
        return text_of_diff(self.record, top=top, width=width, color=color)

    def json(self, *, top: int | None = 50) -> dict[str, Any]:
        """The answer as plain values, `top` rows of each table (None: all)."""
        return json_of_diff(self.record, top=top)

    def plot(self, *, ax: Axes | None = None, top: int = 10) -> Axes:
        """The functions that changed most as bars, before and after, on `ax` or on axes made now; returns the axes."""
        from workbench.render.figure_diff import plot_diff

        return plot_diff(self.record, ax=ax, top=top)

    def view(self) -> DiffView:
        """The same as a live widget."""
        from workbench.widgets.diff_view import DiffView

        return DiffView(self.record)

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Write both recordings and what changed into one HTML file that opens anywhere, offline; its path. Raises SaveFailedError."""
        from workbench.face.report import report

        return report(path, self.record.before, self.record.after, diff=True, force=True)

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        shown = {"text/plain": self.text(), "text/html": diff_live(self.record)}
        return shown | twins(self.json(), include, exclude)


def diff(before: Recorded, after: Recorded, *, force: bool = False, names: tuple[str, str] | None = None) -> Diff:
    """What changed from one recording to another: functions and lines, aligned across edits, ranked by seconds (or bytes).

    Each is a profile, a recording, or the path of a `.wbp` or `.prof` file; `names` are what the answer calls them (the files' names
    where they are files). Nothing in them is run. Raises UsageError, with the reason, for what does not compare: another engine or way
    of measuring, another target (`force=True` makes these warnings, all but another engine); FileFormatError, TargetNotFoundError.
    """
    old, new = _recording(before), _recording(after)
    labels = names or (_name(before, "before"), _name(after, "after"))
    first = differences(old, new, force=force, labels=labels)
    if len(old.all_passes) == 1 or len(new.all_passes) == 1:
        return Diff(first)
    passes = [first]
    for one in old.all_passes:
        other = next((other for other in new.all_passes if other.engine == one.engine), None)
        if other is not None and one is not first.before:
            passes.append(differences(_alone(one), _alone(other), force=force, labels=labels))
    return Diff(first, tuple(passes))


def _alone(recording: Recording) -> Recording:
    from dataclasses import replace

    return replace(recording, passes=())


def _recording(given: Recorded) -> Recording:
    if isinstance(given, Profile):
        return given.recording
    if isinstance(given, Recording):
        return given
    if isinstance(given, str | os.PathLike):
        from workbench.face.run import load

        return load(given).recording
    raise UsageError(
        f"workbench.diff takes two profiles, recordings or paths of .wbp files, not a {type(given).__name__}."
    )


def _name(given: Recorded, otherwise: str) -> str:
    return str(given) if isinstance(given, str | os.PathLike) else otherwise
