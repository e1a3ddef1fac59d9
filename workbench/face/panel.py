"""`workbench.panel()`: choose, run, watch, compare and keep by clicking, in the notebook's own kernel."""

from __future__ import annotations

import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engines.table import ALL
from workbench.errors import NothingRecordedError
from workbench.face.callees import callees
from workbench.face.notebook import CellLabels, kernel_shell
from workbench.face.session import forget, history, named, number, rename
from workbench.face.statement import Statement, Stoppable, compiled, fault_of, profile_statement
from workbench.recorder.run import running
from workbench.widgets.panel_session import Callee, Entry, Ran

if TYPE_CHECKING:
    from workbench.face.profile import Profile
    from workbench.recorder.pulse import Pulse, Reading
    from workbench.recorder.run import Recorder
    from workbench.recorder.sources import Cells
    from workbench.widgets.panel import RunPanel
    from workbench.widgets.panel_session import Wanted

FRAMES = 6
"""Frames of a statement's own traceback that are shown at the most, the innermost ones."""

_OURS = str(Path(__file__).parent.parent)


def panel() -> RunPanel:
    """A panel for this notebook, as a widget: its functions or a statement, engine and options, a run that can be cancelled, and the
    session's recordings to name, compare, save, report and delete. Raises UsageError outside a notebook."""
    from workbench.widgets.panel import RunPanel

    shell = kernel_shell("workbench.panel()")
    # The view is loaded now: loaded between two recordings, its packages would count as a change of what they ran with.
    import_module("workbench.widgets.view")
    return RunPanel(NotebookSession(shell.user_ns, CellLabels(shell)))


@dataclass(slots=True)
class NotebookSession:
    """This session for a panel: a namespace and its cells to run statements among, and the history of recordings."""

    names: dict[str, Any] = field(repr=False)
    cells: Cells
    _call: Stoppable | None = None
    _pulse: tuple[Recorder, Pulse] | None = None

    def callees(self) -> tuple[Callee, ...]:
        """The functions of the notebook that may be chosen."""
        return callees(self.names, self.cells)

    def fault(self, statement: str) -> str:
        """Why a statement cannot be run now; "" where nothing is seen to be wrong with it."""
        return fault_of(statement, self.names)

    def run(self, wanted: Wanted) -> Ran:
        """Run and record it; see `face.statement.profile_statement` for what that raises."""
        text = wanted.statement.strip()
        self._call = compiled(text, self.names)
        about = Statement(text, self.names, self.cells, wanted.engine, wanted.options, wanted.once)
        try:
            found, error = profile_statement(about, self._call)
        finally:
            self._call = self._pulse = None
        if error is None:
            return Ran(number(found))
        said = traceback.format_exception_only(error)[-1].strip()
        return Ran(number(found), said, _own_frames(error, self.cells), isinstance(error, KeyboardInterrupt))

    def cancel(self) -> None:
        """Interrupt the statement that runs."""
        if (call := self._call) is not None:
            call.stop()

    def reading(self) -> Reading | None:
        """How far the run is; None where nothing is recorded at the moment."""
        from workbench.recorder.pulse import Pulse

        recorder = running()
        if recorder is None:
            self._pulse = None
            return None
        if self._pulse is None or self._pulse[0] is not recorder:
            self._pulse = (recorder, Pulse(recorder, self.cells))
        return self._pulse[1].read()

    def entries(self) -> tuple[Entry, ...]:
        """The history, oldest first."""
        return tuple(map(_entry, history()))

    def view(self, number: int) -> Any:
        """A recording's live view."""
        return _found(number).view()

    def compare(self, before: int, after: int) -> Any:
        """The live view of what changed between two recordings. Raises UsageError, with the reason, where they do not compare."""
        from workbench.face.diff import diff

        return diff(_found(before), _found(after)).view()

    def save(self, number: int, path: Path) -> Path:
        """Write a recording as a `.wbp` file. Raises SaveFailedError."""
        return _found(number).save(path)

    def report(self, number: int, path: Path) -> Path:
        """Write a recording as an HTML page. Raises SaveFailedError."""
        return _found(number).report(path)

    def rename(self, number: int, name: str) -> None:
        """Give a recording a name. Raises UsageError where another one has it."""
        rename(_found(number), name)

    def forget(self, number: int) -> None:
        """Take a recording out of the history."""
        forget(_found(number))


def _found(wanted: int) -> Profile:
    for one in history():
        if number(one) == wanted:
            return one
    raise NothingRecordedError(f"Recording {wanted} is not in the session's history any more. Press Refresh.")


def _entry(profile: Profile) -> Entry:
    recording = profile.recording
    error = recording.error
    ended = "" if error is None else "interrupted" if error.interrupted else error.type
    when = recording.started
    with suppress(ValueError):
        when = datetime.fromisoformat(recording.started).astimezone().strftime("%H:%M:%S")
    engine = ALL if recording.passes else recording.engine
    return Entry(number(profile), named(profile), engine, recording.target.name, recording.duration, when, ended)


def _near(file: str) -> str:
    """A file as it is called from the working folder."""
    with suppress(OSError, ValueError):
        return str(Path(file).relative_to(Path.cwd()))
    return file


def _own_frames(error: BaseException, cells: Cells) -> str:
    """Where an exception came from, a line for each of the statement's own frames, the innermost last."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if not one.filename.startswith(_OURS)]
    lines = []
    for one in frames[-FRAMES:]:
        label = cells.label(one.filename) or _near(one.filename)
        lines.append(f"{label}, line {one.lineno}, in {one.name}" + (f"\n    {one.line}" if one.line else ""))
    return "\n".join(lines)
