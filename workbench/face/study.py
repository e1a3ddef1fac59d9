"""`workbench.Study`: one optimisation that remembers, in a folder that goes into git."""

from __future__ import annotations

import inspect
import math
import os
import platform
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from workbench.analysis.bias import ENOUGH
from workbench.analysis.functions import functions
from workbench.errors import UsageError
from workbench.face.brief import TOKENS, json_of, text_of, top_of
from workbench.face.calls import Recorded, record_calls
from workbench.face.compare import seconds_of
from workbench.face.current import now_current
from workbench.face.run import profile_call
from workbench.files import write_whole
from workbench.render.html_study import study_page
from workbench.render.html_verification import verification_card
from workbench.render.json_study import json_of_standing
from workbench.render.text_study import next_of_verification, rows_of, text_of_standing, text_of_verification
from workbench.render.twins import Twinned
from workbench.study.candidates import is_text, is_version, text_of_file, text_of_version
from workbench.study.chapters import chapters_of
from workbench.study.codes import CODES
from workbench.study.folder.errors import NotAStudyError
from workbench.study.folder.store import Folder
from workbench.study.gate import SLOWDOWN, Gate, check_gate
from workbench.study.keepsakes import regression, repro
from workbench.study.loop import Loop, StudyStepError
from workbench.study.making import function_from
from workbench.study.standing import standing_of
from workbench.study.targets import target_of
from workbench.study.workloads import command_workload
from workbench.timing.sources import load_function

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd

    from workbench.face.profile import Profile
    from workbench.model.check import Check, Verification
    from workbench.model.standing import Standing
    from workbench.study.loop import Candidate


class Verified(Twinned):
    """A candidate's checklist. It shows itself; `verdict` is `verified`, `refused` or `inconclusive`."""

    def __init__(self, record: Verification, *, of_study: bool = True) -> None:
        self.record, self._of_study = record, of_study

    @property
    def verdict(self) -> str:
        """`verified`, `refused` or `inconclusive`."""
        return str(self.record.judgement)

    @property
    def code(self) -> str:
        """Why, where it is not verified; else empty."""
        return self.record.code

    @property
    def checks(self) -> pd.DataFrame:
        """A row for each item: item, status, code, said, evidence, seconds."""
        import pandas as pd

        return pd.DataFrame(rows_of(self.record.checks))

    def text(self, *, width: int = 100, color: bool = False, shell: str = "") -> str:
        """The checklist in words; what to do next as commands where `shell` names the study's folder."""
        return text_of_verification(self.record, width=width, color=color, coming=self._coming(shell))

    def json(self) -> dict[str, Any]:
        """The checklist as plain values."""
        record = self.record
        head = {
            "kind": "verification",
            "candidate": record.candidate,
            "verdict": self.verdict,
            "code": record.code,
            "said": record.said,
        }
        return head | {"checks": rows_of(record.checks), "inputs": dict(record.inputs)}

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return verification_card(self.record, self._coming())

    def _coming(self, shell: str = "") -> str:
        if self._of_study:
            return next_of_verification(self.record, shell)
        code = self.record.code
        return f"workbench study why {code} says what {code} is" if code else ""


class Study(Twinned):
    """A study in the folder `path`, begun where there is none.

    `target` is the function (or `file.py:name`, `module:name`), `workload` a call that runs the whole program. Opened again,
    it goes on where it stopped; the target then is the one it was begun with. `command` is the program as words, run in the folder
    `place`, for a study that is begun from a shell; it is kept.

    Raises UsageError for a new study without a target, and where another target is given than the study's; what `Folder.open` raises.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        target: Callable[..., Any] | str | None = None,
        workload: Callable[[], object] | None = None,
        *,
        command: Sequence[str] = (),
        place: Path | None = None,
    ) -> None:
        folder = _opened(path)
        if folder is None and target is None:
            raise UsageError(
                f"There is no study in {path}: give the target to begin one, as in Study({str(path)!r}, target=parse)."
            )
        home = place or (_place_of(folder) if folder is not None else None)
        import_from(home)
        about = target_of(target or folder.header.target, home)  # type: ignore[union-attr]
        if folder is None:
            root = Path(os.path.relpath((place or Path.cwd()).resolve(), Path(path).resolve())).as_posix()
            began = _environment() | ({"command": list(command)} if command else {}) | {"place": root}
            folder = Folder.create(path, target=about.reference, environment=began)
        elif folder.header.target != about.reference:
            raise UsageError(
                f"The study in {path} is of {folder.header.target}, not of {about.reference}. Use another folder."
            )
        kept = folder.header.environment
        if workload is None and kept.get("command"):
            workload = command_workload(kept["command"], _place_of(folder))
        self.workload = workload
        self._loop = Loop(folder, about)
        now_current(self)

    @property
    def path(self) -> Path:
        """The study's folder."""
        return self._loop.folder.root

    def baseline(self) -> float:
        """Run the workload a few times, and keep how long it takes: the median, in seconds."""
        return float(median(self._loop.baseline(self._workload("baseline")).data["seconds"]))

    def profile(self) -> Profile:
        """Sample the workload, and keep the recording and the share of its time that the target takes."""
        found = profile_call(self._workload("profile"))
        with tempfile.TemporaryDirectory() as folder:
            data = Path(found.save(Path(folder, "profile.wbp"))).read_bytes()
        self._loop.profiled(data, share_of_run(found, self._loop.target.function), top_of(found.recording))
        return found

    def hotspots(self) -> pd.DataFrame:
        """What took the time when the workload was profiled: handle, function, share. Raises StudyStepError where it was not."""
        import pandas as pd

        event = self._loop.folder.last("profile")
        if event is None:
            raise StudyStepError("The workload has not been profiled yet. Run study.profile() first.")
        return pd.DataFrame([dict(row) for row in event.data["hotspots"]])

    def record(self) -> Recorded:
        """Run the workload, and keep calls of the target for candidates to be compared on."""
        found = record_calls(self._loop.target.function, self._workload("record"))
        self._loop.recorded(found.record)
        return found

    def hypothesis(self, text: str, target: str = "", predicts: tuple[float, float] | None = None) -> None:
        """Write down what is thought to cost the time; `predicts` are the least and the most times as fast it is thought to become."""
        if predicts is not None and not 0 < predicts[0] <= predicts[1]:
            raise UsageError(
                f"predicts={predicts!r} is no range: give the least and the most times as fast, as in (2, 4)."
            )
        self._loop.hypothesis(text, target, predicts)

    def candidate(self, given: Callable[..., Any] | str | os.PathLike[str], note: str = "") -> Candidate:
        """Keep a changed version: a function; `file.py:name` or `package.module:name`; a `Path` of a file that has it; the text of one;
        or the target as it is in a version of the project, `git:REVISION` or `patch:FILE`.

        Raises UsageError for anything else, and where a version of the project changes more than the target.
        """
        target = self._loop.target
        if isinstance(given, str) and given.endswith(".py") and ":" not in given:
            given = Path(given)
        if isinstance(given, os.PathLike):
            given = text_of_file(Path(given), target)
        elif isinstance(given, str) and is_version(given):
            given = text_of_version(given, target)
        elif isinstance(given, str) and not is_text(given):
            given = load_function(given)
        if isinstance(given, str):
            function_from(given, target.function)
        elif not callable(given):
            raise UsageError(f"A candidate is a function, and this is a {type(given).__name__}.")
        return self._loop.candidate(given, note)

    def verify(
        self,
        candidate: str = "",
        *,
        budget: str | float = "30s",
        allow: Iterable[str] = (),
        required: float = 0.0,
        progress: Callable[[str], None] | None = None,
    ) -> Verified:
        """Run the six items of the checklist on a candidate, the newest without a label.

        `required` is how many times as fast it has to be, 0 for any gain beyond the margin. `progress` hears in words what is being done.
        """
        say = progress or _unheard

        def timed(done: int, planned: int, left: float) -> None:
            say(f"timing: {done} of {planned} processes, at most {left:.0f} s left")

        def answered(check: Check) -> None:
            say(f"{check.item}: {check.status}")

        say("comparing results")
        return Verified(
            self._loop.verify(
                candidate,
                budget=seconds_of(budget),
                allow=tuple(allow),
                required=required,
                progress=answered,
                timing=timed,
                workload=self.workload,
            )
        )

    def apply(self, candidate: str = "") -> str:
        """Write a verified candidate into its source file; the path. Raises StudyStepError where it is not verified, or that is stale."""
        return self._loop.apply(candidate)

    def check(self, max_slowdown: float = SLOWDOWN, *, budget: str | float = "30s") -> Gate:
        """Whether the target, as it is now, is still as fast as the newest verified candidate was, less `max_slowdown`, a share of it."""
        return check_gate(self._loop, max_slowdown, seconds_of(budget))

    @property
    def target(self) -> str:
        """What the study is about, as `module:name` or `file.py:name`."""
        return self._loop.target.reference

    def status(self) -> str:
        """Where the study stands, and what to do next."""
        return text_of_standing(self.standing())

    def standing(self) -> Standing:
        """The same as a record."""
        return standing_of(self._loop)

    def repro(self, candidate: str = "") -> str:
        """A script, plain Python, that shows how a candidate differs from the target on the smallest input found; the newest without a
        label. Raises StudyStepError where nothing is held against it, UsageError where no input can be written down."""
        return repro(self._loop, candidate)

    def regression_test(self, limit: int = 20) -> str:
        """A pytest file that holds the target to its results before it was changed, on up to `limit` recorded calls. Raises
        UsageError where none can be written as Python, or the target cannot be imported by name."""
        return regression(self._loop, limit)

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Write the study as one HTML page that opens anywhere. Raises UsageError where there is no such folder."""
        file = Path(path)
        if not file.parent.is_dir():
            raise UsageError(
                f"There is no folder {file.parent} to write {file.name} into. Make it, or write elsewhere."
            )
        header = self._loop.folder.header
        facts = [("begun", f"{header.created:%Y-%m-%d}")]
        facts += [
            (name, str(header.environment[name])) for name in ("python", "platform") if name in header.environment
        ]
        standing = self.standing()
        write_whole(file, study_page(standing, chapters_of(self._loop, standing), facts).encode())
        return file

    def brief(self, tokens: int = TOKENS) -> str:
        """What the folder keeps, for an agent that goes on with the study, in at most `tokens` tokens of a language model; ends in the
        commands that come next. Raises UsageError where they are too few."""
        return text_of(self._loop, tokens)

    def brief_json(self) -> dict[str, Any]:
        """The facts of the brief as plain values, whole."""
        return json_of(self._loop)

    def json(self) -> dict[str, Any]:
        """Where the study stands, as plain values."""
        return json_of_standing(self.standing())

    def panel(self) -> Any:
        """The study as a panel of buttons in Jupyter: its steps, and a card for each candidate."""
        from workbench.widgets.loop_panel import panel

        return panel(self)

    def why(self, code: str) -> str:
        """What a code stands for. Raises UsageError where there is none such."""
        return f"{code}: {meaning_of(code)}"

    def __repr__(self) -> str:
        return self.status()

    def _workload(self, step: str) -> Callable[[], object]:
        if self.workload is None:
            raise StudyStepError(
                f"{step} runs the program, and this study has none: Study(path, target, workload=lambda: main(path))."
            )
        return self.workload


def _place_of(folder: Folder) -> Path:
    """Where the study was begun, as seen from its folder, so that both can be moved together."""
    return (folder.root / str(folder.header.environment.get("place", "."))).resolve()


def _unheard(_said: str) -> None:
    """Where nobody asked to hear."""


def _opened(path: str | os.PathLike[str]) -> Folder | None:
    try:
        return Folder.open(path)
    except NotAStudyError:
        if Path(path).exists() and any(Path(path).iterdir()):
            raise
        return None


def meaning_of(code: str) -> str:
    """What a code stands for. Raises UsageError where there is none such."""
    if code not in CODES:
        raise UsageError(f"There is no code {code!r}. They are: {', '.join(sorted(CODES))}.")
    return CODES[code]


def share_of_run(found: Profile, function: Callable[..., Any]) -> float:
    """A function's part of the time, by file and first line; 0 where enough samples never saw it, NaN where too few did not."""
    code = inspect.unwrap(function).__code__
    rows = functions(found.recording)
    mine = [row.share for row in rows if row.line == code.co_firstlineno and row.file == code.co_filename]
    unseen = 0.0 if found.recording.cost.samples >= ENOUGH else math.nan
    return min(max(mine), 1.0) if mine else unseen


def import_from(place: Path | None) -> None:
    """Have modules in the program's folder found, as when it is run from there."""
    if place is not None and str(place) not in sys.path:
        sys.path.insert(0, str(place))


def _environment() -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "implementation": sys.implementation.name,
    }
