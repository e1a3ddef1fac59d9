"""One optimisation, step by step, each step an event in the study's folder: what was measured, thought, tried and found.

The folder is the memory: whoever opens it goes on where the last one stopped, in another process or another session.
"""

from __future__ import annotations

import base64
import json
import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from workbench.errors import UsageError, WorkbenchError, near
from workbench.files import write_whole
from workbench.model.benchmark import Verdict
from workbench.model.calls import RecordedCall, RecordedCalls
from workbench.model.check import Judgement
from workbench.study.candidates import text_of_function
from workbench.study.checks.base import Case, Version
from workbench.study.choice import choose
from workbench.study.compare import Request, compare
from workbench.study.making import function_from
from workbench.study.relaxations import understood
from workbench.study.splice import SpliceError, missing_names, source_of, spliced
from workbench.study.verify import digest, verification
from workbench.study.whole import whole_run, whole_run_in_place
from workbench.study.workloads import CommandWorkload

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workbench.model.check import Verification
    from workbench.model.comparison import Comparison
    from workbench.model.whole import WholeRun
    from workbench.study.folder.schema import Event
    from workbench.study.folder.store import Folder
    from workbench.study.relaxations import Allowed
    from workbench.study.targets import StudyTarget
    from workbench.study.verify import Progress
    from workbench.timing.series import Progress as Timing

RUNS, LONGEST = 5, 20.0
"""Runs of the workload for the baseline, and seconds after which no other one is begun."""


class StudyStepError(WorkbenchError):
    """A step of a study that cannot be done yet, or no longer."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One changed version: `label` c1, c2, ...; its own source, and the module's with it where the target has a file."""

    label: str
    source: str
    module_text: str
    note: str
    function: Callable[..., Any] | None


class Loop:
    """The steps of the study in `folder` on `target`."""

    def __init__(self, folder: Folder, target: StudyTarget) -> None:
        self.folder, self.target = folder, target
        self._live: dict[str, Callable[..., Any]] = {}

    def baseline(self, workload: Callable[[], object]) -> Event:
        """Time the whole workload, five times or as often as twenty seconds allow, and keep the source as it is."""
        seconds: list[float] = []
        begin = perf_counter()
        while len(seconds) < RUNS and (not seconds or perf_counter() - begin + seconds[-1] < LONGEST):
            started = perf_counter()
            workload()
            seconds.append(perf_counter() - started)
        with self.folder.transaction() as step:
            step.attach("target.py", self.source().encode())
            return step.append("baseline", {"seconds": seconds, "module": digest(self.target.module_text)})

    def profiled(self, file: bytes, share: float, hotspots: list[dict[str, Any]]) -> Event:
        """Keep a recording of the workload, a .wbp file, with the share of the run's time that the target took."""
        with self.folder.transaction() as step:
            step.attach("profile.wbp", file)
            return step.append("profile", {"share": share, "hotspots": hotspots})

    def recorded(self, calls: RecordedCalls) -> Event:
        """Keep the calls that candidates are compared on: a choice of them, with a part held out. Raises StudyStepError without any."""
        if not calls.seen:
            raise StudyStepError(
                f"The workload never called {self.target.reference}. Where the function is in the script that is run itself, "
                "move it into a module that the script imports."
            )
        chosen = choose(replace(calls, calls=tuple(self._placed(one) for one in calls.calls)))
        kept = [_call_to_plain(one) for one in (*chosen.used, *chosen.held_out)]
        with self.folder.transaction() as step:
            step.attach("calls.json", _plain(kept))
            return step.append(
                "record",
                {
                    "function": calls.function,
                    "seen": calls.seen,
                    "kept": len(kept),
                    "lost": calls.lost,
                    "why": list(chosen.why),
                },
            )

    def _placed(self, call: RecordedCall) -> RecordedCall:
        """A call whose caller is named as seen from the project, so that a study says nothing of the machine it was made on."""
        file, colon, line = call.caller.rpartition(":")
        if not colon:
            return call
        path, root = Path(file), self.target.root
        inside = root is not None and path.is_relative_to(root)
        name = path.relative_to(root) if inside and root is not None else Path(*path.parts[-2:])
        return replace(call, caller=f"{name.as_posix()}:{line}")

    def hypothesis(self, text: str, target: str, predicts: tuple[float, float] | None) -> Event:
        """Write down what is thought to cost the time, before it is tried."""
        return self._append(
            "hypothesis", {"text": text, "target": target, "predicts": list(predicts) if predicts else None}
        )

    def candidate(self, given: Callable[..., Any] | str, note: str = "") -> Candidate:
        """Keep a changed version: a function, or the text of one. Raises SpliceError where it does not fit into the module."""
        source = given if isinstance(given, str) else text_of_function(given, self.target)
        module_text = ""
        if self.target.file is not None:
            module_text = spliced(self.target.module_text, self.target.qualname, source)
        label = f"c{len(self.folder.events('candidate')) + 1}"
        before = self._tried(source)
        with self.folder.transaction() as step:
            step.attach("candidate.py", source.encode())
            step.append("candidate", {"label": label, "note": note, "source": digest(source), "as": before})
        if not isinstance(given, str):
            self._live[label] = given
        return Candidate(label, source, module_text, note, None if isinstance(given, str) else given)

    def candidates(self) -> tuple[Candidate, ...]:
        """All kept, oldest first."""
        return tuple(self._restored(event) for event in self.folder.events("candidate"))

    def verify(
        self,
        label: str = "",
        *,
        budget: float = 30.0,
        allow: tuple[str, ...] = (),
        required: float = 0.0,
        progress: Progress | None = None,
        timing: Timing | None = None,
        workload: Callable[[], object] | None = None,
    ) -> Verification:
        """Run the checklist on a candidate, the newest one without a label, and keep the answer.

        `progress` hears of each item that is answered, `timing` of the comparison before. Where the candidate is faster, the `workload`
        is run with both versions, for about `budget` seconds more.
        Raises StudyStepError where there is no candidate, or nothing to compare on; KeyboardInterrupt, and keeps nothing, where the
        comparison was interrupted before there was anything to decide from.
        """
        chosen = self.chosen(label)
        payloads, run_calls = self.inputs()
        function = chosen.function or self.made(chosen)
        request = Request(self.target.function, function, payloads, understood(allow), budget, run_calls=run_calls)
        comparison = compare(request, timing)
        if comparison.code == "U05":
            raise KeyboardInterrupt(comparison.said)
        whole = None
        if workload is not None and comparison.verdict is Verdict.FASTER:
            whole = self._whole(workload, chosen, function, request.allowed, budget)
        case = Case(
            target=self.target.reference,
            file=self.target.file,
            root=self.target.root,
            old=self.old(),
            new=Version(chosen.label, function, chosen.source, chosen.module_text),
            payloads=payloads,
            comparison=comparison,
            seconds=max(budget, 20.0),
            share=self.share(),
            required=required,
            allowed=allow,
            whole=whole,
        )
        found = verification(case, chosen.label, progress)
        self._keep(found, comparison)
        return found

    def _whole(
        self,
        workload: Callable[[], object],
        chosen: Candidate,
        function: Callable[..., Any],
        allowed: Allowed,
        budget: float,
    ) -> WholeRun:
        if isinstance(workload, CommandWorkload):
            workload = replace(workload, quiet=allowed.output)
        if isinstance(workload, CommandWorkload) and workload.script == self.target.file:
            return whole_run(workload, replace(workload, text=chosen.module_text), allowed.rules, budget)
        return whole_run_in_place(workload, self.target.function, function, allowed.rules, budget)

    def apply(self, label: str = "") -> str:
        """Write a verified candidate into the target's file. Raises StudyStepError where it is not verified, or the file has changed."""
        chosen = self.chosen(label)
        event = self.verdicts().get(chosen.label)
        if self.target.file is None:
            raise StudyStepError(
                "The target is a function of a notebook: there is no file to write to. Paste the candidate into its cell."
            )
        if event is None or event.data["judgement"] != Judgement.VERIFIED:
            how = "not been verified" if event is None else f"been {event.data['judgement']} ({event.data['code']})"
            raise StudyStepError(
                f"{chosen.label} has {how}, and only what is verified is applied. Run verify, or mend it."
            )
        if self.stale(event):
            raise StudyStepError(
                f"{self.target.file.name} has changed since {chosen.label} was verified. Verify it again."
            )
        missing = missing_names(self.target.module_text, self.target.qualname, chosen.source)
        if missing:
            raise StudyStepError(
                f"{self.target.file.name} has no {', '.join(missing)}, which {chosen.label} uses. Add it there first."
            )
        write_whole(self.target.file, chosen.module_text.encode())
        self._append("apply", {"candidate": chosen.label, "module": digest(chosen.module_text)})
        return str(self.target.file)

    def old(self) -> Version:
        """The target as it is now."""
        return Version("old", self.target.function, self.source(), self.target.module_text)

    def share(self) -> float:
        """The part of the workload's time that the target took when it was profiled; NaN where it was not."""
        event = self.folder.last("profile")
        return float(event.data["share"]) if event is not None else math.nan

    def source(self) -> str:
        """The target's own text; "" where it cannot be read."""
        try:
            return source_of(self.target.function)
        except SpliceError:
            return ""

    def stale(self, event: Event) -> bool:
        """Whether what a verdict rests on has changed since."""
        rests: Mapping[str, str] = dict(event.data["inputs"])
        file = self.target.file
        applied = self.folder.last("apply")
        if applied is not None and applied.data["candidate"] == event.data["candidate"]:
            return bool(applied.data["module"] != digest(self.target.module_text))
        return file is not None and rests.get(file.name) != digest(self.target.module_text)

    def verdicts(self) -> dict[str, Event]:
        """The newest verdict of each candidate, by its label."""
        return {event.data["candidate"]: event for event in self.folder.events("verify")}

    def _append(self, kind: str, data: Mapping[str, object]) -> Event:
        with self.folder.transaction() as step:
            return step.append(kind, data)

    def _keep(self, found: Verification, comparison: Comparison) -> None:
        data = asdict(found)
        timed = comparison.benchmark
        with self.folder.transaction() as step:
            step.attach("old.py", self.source().encode())
            if comparison.same.counterexample is not None:
                step.attach("counterexample.json", _plain(asdict(comparison.same.counterexample)))
            if timed is not None:
                step.attach("points.json", (json.dumps(timed.points.rows()) + "\n").encode())
                numbers = {
                    "ratio": timed.ratio.ratio,
                    "low": timed.ratio.low,
                    "high": timed.ratio.high,
                    "saved": timed.saved,
                    "old": timed.old,
                    "level": timed.ratio.level,
                    "processes": timed.ratio.processes,
                    "pairs": timed.ratio.pairs,
                    "method": timed.ratio.method,
                }
                data["measured"] = numbers
            data["comparison"] = str(comparison.verdict)
            step.append("verify", data)

    def inputs(self) -> tuple[tuple[bytes, ...], int]:
        """Payloads of the recorded calls, and how many calls the workload made. Raises StudyStepError where there are none."""
        event = self.folder.last("record")
        if event is None:
            raise StudyStepError("There are no recorded calls to compare on. Run record first: study.record().")
        path = next(path for path in event.files if path.endswith("calls.json"))
        payloads = tuple(base64.b64decode(one["payload"]) for one in json.loads(self.folder.read(path)))
        if not payloads:
            raise StudyStepError(
                f"The workload made {event.data['seen']} calls of the target, and none could be kept: {event.data['lost']}."
            )
        return payloads, int(event.data["seen"])

    def chosen(self, label: str = "") -> Candidate:
        """The candidate of that label, the newest without one. Raises StudyStepError where there is none, UsageError for another label."""
        known = self.folder.events("candidate")
        if not known:
            raise StudyStepError("There is no candidate yet. Give one: study.candidate(function).")
        labels = [event.data["label"] for event in known]
        if label and label not in labels:
            raise UsageError(f"There is no candidate {label!r}: {near(label, labels)}")
        return self._restored(known[labels.index(label) if label else -1])

    def _restored(self, event: Event) -> Candidate:
        source = self.folder.read(next(iter(event.files))).decode()
        text = spliced(self.target.module_text, self.target.qualname, source) if self.target.file is not None else ""
        label = event.data["label"]
        return Candidate(label, source, text, event.data["note"], self._live.get(label))

    def made(self, candidate: Candidate) -> Callable[..., Any]:
        """The candidate as a live function, made from its text among the names of the target's module."""
        return function_from(candidate.source, self.target.function)

    def _tried(self, source: str) -> str:
        return next(
            (
                event.data["label"]
                for event in self.folder.events("candidate")
                if event.data["source"] == digest(source)
            ),
            "",
        )


def _plain(value: object) -> bytes:
    """As a file of JSON."""
    return (json.dumps(value, indent=1) + "\n").encode()


def _call_to_plain(call: RecordedCall) -> dict[str, Any]:
    plain = asdict(call) | {"payload": base64.b64encode(call.payload).decode(), "types": list(call.types)}
    return plain | {"seconds": None if math.isnan(call.seconds) else call.seconds}
