"""From a finding's rewrite to a verdict: the recorded program is run again, and the rewrite is a candidate in a study."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.analysis.hotspots import hotspots
from workbench.errors import UsageError, WorkbenchError
from workbench.face.calls import record_calls
from workbench.face.study import Study, import_from
from workbench.model.advice import Advice, Proof
from workbench.model.facts import SourceKind, TargetKind
from workbench.study.targets import target_of
from workbench.study.workloads import command_workload

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.face.calls import Recorded
    from workbench.face.study import Verified
    from workbench.model.recording import Recording

MOST = 3
"""Functions whose calls are recorded, each in a run of its own."""


@dataclass(frozen=True, slots=True)
class Proving:
    """Rewrites of one recording's findings, sent through `verify`: the program is run in the folder it was recorded in."""

    recording: Recording
    program: tuple[str, ...]
    folder: Path
    kept: bool
    budget: str | float
    progress: Callable[[str], None] | None

    def prove(self, handle: str, one: Advice) -> Proof:
        """One finding's rewrite, in the study of its function."""
        if changed := changed_files(self.recording, (one,)):
            return self._made(handle, one, "not tried", "", changed[0])
        if self.progress:
            self.progress(f"{handle} ({one.rule}): {one.function}")
        study = self._study(one)
        assert one.rewrite is not None
        text = "\n".join([*one.rewrite.imports, *([""] if one.rewrite.imports else []), one.rewrite.text])
        candidate = study.candidate(text, f"{one.rule}: {one.rewrite.how}")
        found = study.verify(candidate.label, budget=self.budget, progress=self.progress)
        return self._made(handle, one, found.verdict, found.code, found.record.said, _ratio(found))

    def _study(self, one: Advice) -> Study:
        place = Path(self.recording.environment.directory)
        folder = self._where(one)
        study = Study(folder, f"{one.file}:{one.function}", command=self.program, place=place)
        standing = study.standing()
        if not standing.profiled:
            study.profile()
        if not standing.kept:
            study.record()
        return study

    def _where(self, one: Advice) -> Path:
        named = one.function.replace(".", "-")
        return self.folder / f"{named}-{sha256(one.file.encode()).hexdigest()[:6]}"

    def _made(self, handle: str, one: Advice, verdict: str, code: str, said: str, ratio: str = "") -> Proof:
        study = str(self._where(one)) if self.kept and verdict != "not tried" else ""
        return Proof(handle, one.rule, one.function, verdict, code, said, ratio, study)


def _ratio(found: Verified) -> str:
    check = next((one for one in found.record.checks if one.item == "performance"), None)
    return dict(check.evidence).get("ratio", "") if check else ""


def program_of(recording: Recording) -> tuple[str, ...]:
    """The recorded command as words. Raises UsageError where it was none, or cannot be told any more."""
    target = recording.target
    if target.kind not in (TargetKind.SCRIPT, TargetKind.MODULE):
        raise UsageError(
            f"What was recorded is a {target.kind}, which cannot be run again from here. Name a program that calls the function: "
            "workbench advise FILE --prove -- script.py ARGS."
        )
    words = target.words()
    begin = words[1] if words[0] == "-m" else words[0]
    if target.name.endswith("…") or not begin or (words[0] != "-m" and not _there(recording, begin)):
        raise UsageError(
            f"The recorded command, {target.name}, cannot be run again from here. Give it once more: "
            "workbench advise FILE --prove -- script.py ARGS."
        )
    return words


def _there(recording: Recording, script: str) -> bool:
    return Path(recording.environment.directory, script).is_file()


def changed_files(recording: Recording, findings: Sequence[Advice]) -> tuple[str, ...]:
    """A sentence for each file with findings that is not on disk as it was recorded; cells are not asked."""
    said = []
    for file in dict.fromkeys(one.file for one in findings):
        source = recording.source(file)
        if source is None or source.kind is SourceKind.CELL:
            continue
        try:
            now = Path(file).read_bytes().decode("utf-8", "replace")
        except OSError as error:
            said.append(f"{source.label} cannot be read now ({error.strerror}); the lines are those of the recording.")
            continue
        if now.split() != source.text.split():
            said.append(f"{source.label} has changed since the recording, whose lines these are. Record it again.")
    return tuple(said)


def repeated_calls(recording: Recording, program: Sequence[str] = (), most: int = MOST) -> list[Recorded]:
    """The calls of the hottest functions of one's own, each recorded in a run of the program. A function that cannot be had by its
    name, such as an inner one, is passed over. Raises UsageError where no program can be run again."""
    words, place = tuple(program) or program_of(recording), Path(recording.environment.directory)
    import_from(place)
    rows = [row for row in hotspots(recording).functions if "<" not in row.function and row.self_time > 0]
    found = []
    for row in rows[:most]:
        try:
            function = target_of(f"{row.file}:{row.function}", place).function
        except WorkbenchError:
            continue
        found.append(record_calls(function, command_workload(words, place)))
    return found
