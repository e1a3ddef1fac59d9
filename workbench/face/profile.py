"""The object a person holds: one recording with its tables, its picture and its files."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import StillRunningError, UsageError
from workbench.model.facts import TargetKind

if TYPE_CHECKING:
    import os
    import pstats
    from collections.abc import Iterable

    import pandas as pd
    from matplotlib.axes import Axes

    from workbench.face.snakeviz import Icicle
    from workbench.model.facts import Cost, Environment, RunError, Target
    from workbench.model.recording import Recording


DIGEST = 2000
"""Tokens of the text whose rows a profile's plain values have."""


class Profile:
    """A recording, ready to be asked. It is empty while its run goes on; reading it then raises StillRunningError.

    `waiting` says what an empty one waits for, where that is not the end of a run.
    """

    def __init__(self, recording: Recording | None = None, result: Any = None, *, waiting: str = "") -> None:
        self._recording = recording
        self.result = result
        self._waiting = waiting

    @property
    def recording(self) -> Recording:
        """The raw facts."""
        if self._recording is None and self._waiting:
            raise StillRunningError(f"Nothing is recorded here yet; {self._waiting}.")
        if self._recording is None:
            raise StillRunningError(
                "The run has not ended, so there is no recording yet. Read it after the block or cell."
            )
        return self._recording

    def fill(self, recording: Recording, result: Any = None) -> None:
        """Take the recording of the run that this handle was given out for."""
        self._recording, self.result = recording, result

    def zoom(self, what: str, engine: str = "lines") -> Profile:
        """Look closer at a function, by its handle (`f2`, or `l3` for the function of that line) or its name.

        The newest statement or call of this session is run again at once, under `engine` (`lines` or `memory`), and its profile
        is returned. A cell or block is not run without you: the profile returned is empty until you record the same cell or
        block the next time. Raises UsageError for what is not there, is no code of yours, or is not run from here: then with the command.
        """
        from workbench.face.zoom import zoom

        return zoom(self, what, engine)

    def measure_cost(self, pairs: int = 5) -> Cost:
        """Run the target again with and without the engine, in turns, and keep what that says of the engine's cost.

        Each side of a pair lasts a fifth of a second at the least. For the newest statement or call of this session; raises UsageError
        for what is not run from here, and for `pairs` below 1.
        """
        from workbench.face.session import in_pairs

        if pairs < 1:
            raise UsageError(f"{pairs} pairs tell nothing; give 1 or more, 5 for a range.")
        measure = in_pairs(self)
        if measure is None:
            raise UsageError(
                f"How to run {self.target.name} again is not at hand here: only the newest statement or call of a session is. "
                "Record it again, with %profile STATEMENT or workbench.profile_call(f), and measure then."
            )
        self._recording = replace(self.recording, cost=measure(self.recording, pairs))
        return self.cost

    @property
    def engine(self) -> str:
        """Name of the engine that made it."""
        return self.recording.engine

    @property
    def target(self) -> Target:
        """What was run."""
        return self.recording.target

    @property
    def duration(self) -> float:
        """Wall seconds of the run."""
        return self.recording.duration

    @property
    def samples(self) -> int:
        """How many observations of the program's own thread it holds; 0 for exact engines."""
        return self.recording.cost.samples

    @property
    def cost(self) -> Cost:
        """What the measuring cost, and how that was found."""
        return self.recording.cost

    @property
    def passes(self) -> dict[str, Profile]:
        """By engine, each run of a recording of `all`, the sampling first; of any other, itself."""
        return {one.engine: Profile(replace(one, passes=())) for one in self.recording.all_passes}

    @property
    def environment(self) -> Environment:
        """Where it ran."""
        return self.recording.environment

    @property
    def error(self) -> RunError | None:
        """How the run ended where it did not end well."""
        return self.recording.error

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the reader: fall-backs taken, things not seen."""
        return self.recording.notes

    def functions(self) -> pd.DataFrame:
        """Functions: `function, file, line, owner, calls, self, total, python, native, waiting, share, plus_minus`."""
        from workbench.face.frames import functions_frame

        return functions_frame(self.recording)

    def lines(self) -> pd.DataFrame:
        """Lines: `file, line, source, function, owner, wall, python, native, waiting, self, here, share, plus_minus`; no rows for `cpu`.

        Engine `lines`: `file, line, source, function, owner, hits, wall, per_hit, share`. Engine `memory`: `file, line, source, function,
        owner, hits, increment, peak`.
        """
        from workbench.face.frames import lines_frame

        return lines_frame(self.recording)

    def calls(self) -> pd.DataFrame:
        """The call graph: `caller, callee, calls, total, caller_file, callee_file`."""
        from workbench.face.frames import calls_frame

        return calls_frame(self.recording)

    def timeline(self) -> pd.DataFrame:
        """Memory over the run: `time, rss`."""
        from workbench.face.frames import timeline_frame

        return timeline_frame(self.recording)

    def tasks(self) -> pd.DataFrame:
        """Own asyncio tasks: `task, function, file, line, start, end, outcome, error, running, ready, waiting, longest_ready`."""
        from workbench.face.frames_tasks import tasks_frame

        return tasks_frame(self.recording)

    def waits(self) -> pd.DataFrame:
        """Lines at which tasks waited: `file, line, source, function, owner, on, tasks, count, waiting, longest, ready`."""
        from workbench.face.frames_tasks import waits_frame

        return waits_frame(self.recording)

    def blocked(self) -> pd.DataFrame:
        """What blocked the event loop: `start, seconds, name, file, line, source, function`, the longest first."""
        from workbench.face.frames_tasks import blocked_frame

        return blocked_frame(self.recording)

    def between(self, start: float, end: float, *, thread: str | None = None) -> Profile:
        """What was seen from `start` to `end`, in seconds since the run began, of all threads or of the one named; as the view does.

        Raises WrongEngineError for an engine that does not keep when things happened, UsageError for an empty stretch or an unknown thread.
        """
        from workbench.analysis.window import window

        return Profile(window(self.recording, start, end, thread))

    def pstats(self) -> pstats.Stats:
        """The standard library's form of an exact recording. Raises WrongEngineError for a sampled one."""
        from workbench.formats.pstats_file import to_stats

        return to_stats(self.recording)

    def text(self, *, top: int = 10, width: int = 100) -> str:
        """The answer as text."""
        from workbench.render.text import text

        return text(self.recording, top=top, width=width)

    def json(self) -> dict[str, Any]:
        """The hotspots as plain values, as many as the text of an agent's answer has, not every row: `workbench show --json` has all."""
        from workbench.render.digest import hotspots_json

        for tokens in (DIGEST, 10 * DIGEST):
            with suppress(UsageError):
                return hotspots_json(self.recording, tokens=tokens)
        return hotspots_json(self.recording)

    def plot(self, *, ax: Axes | None = None, top: int = 10) -> Axes:
        """The functions with the most time (or memory) as bars, drawn on `ax` or on axes made now; returns the axes."""
        from workbench.render.figures import plot

        return plot(self.recording, ax=ax, top=top)

    def plot_memory(self, *, ax: Axes | None = None) -> Axes:
        """Memory over the run, its peak marked, drawn on `ax` or on axes made now; returns the axes. UsageError where it was not read."""
        from workbench.render.figures import plot_memory

        return plot_memory(self.recording, ax=ax)

    def plot_tasks(self, *, ax: Axes | None = None, most: int = 40) -> Axes:
        """asyncio tasks as lanes over time, drawn on `ax` or on axes made now; returns the axes. WrongEngineError for other engines."""
        from workbench.render.figures import plot_tasks

        return plot_tasks(self.recording, ax=ax, most=most)

    def snakeviz(self) -> Icicle:
        """SnakeViz's own icicle and sunburst of a recording of engine `cpu`, shown inline. Raises WrongEngineError for other engines."""
        from workbench.face.snakeviz import Icicle

        return Icicle(self.recording)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write a `.wbp` file and return its path. Raises SaveFailedError; the recording stays in the session."""
        from workbench.formats.native import write

        target = Path(path)
        write(self.recording, target)
        return target

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        title: str = "",
        notes: str | Path = "",
        redact: bool | str | Iterable[str] = False,
    ) -> Path:
        """Write one HTML file that opens anywhere, offline, with this recording in it, and return its path.

        `notes` are Markdown, or the path of a file of it; `redact` is what to take out first: `paths`, `arguments`, `source`,
        `source=PATTERN`, `names`, `all`. `workbench.face.report.report` puts several recordings on one page. Raises SaveFailedError, and
        UsageError for what cannot be redacted.
        """
        from workbench.face.report import report

        return report(path, self, title=title, notes=notes, redact=redact)

    def view(self) -> Any:
        """The same view as a live widget: what is chosen in it is in its `selected`, and the other way round."""
        from workbench.widgets.view import RecordingView

        kind = self.recording.target.kind
        return RecordingView(self.recording, self.zoom if kind in (TargetKind.CELL, TargetKind.BLOCK) else None)

    def __repr__(self) -> str:
        if self._recording is None:
            return f"<workbench profile, {self._waiting or 'still running'}>"
        return self.text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        if self._recording is None:
            return {"text/plain": repr(self)}
        from workbench.render.html import fragment
        from workbench.render.twins import twins

        shown = {"text/plain": self.text(), "text/html": fragment(self.recording)}
        return shown | twins(self.json(), include, exclude)
