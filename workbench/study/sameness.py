"""Whether a candidate does what the old code does: inputs replayed in a process of their own, and what came of it put in words."""

from __future__ import annotations

import base64
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.model.calls import Call
from workbench.model.comparison import Counterexample, Sameness
from workbench.study.codes import CODES
from workbench.study.inputs.shrink import as_source
from workbench.study.observe import random_kept
from workbench.study.replay import ReplayJob, replay
from workbench.study.strict.compare import registered
from workbench.study.strict.words import short
from workbench.timing import pickling
from workbench.timing.carrier import Carrier, name_of
from workbench.timing.driving import without_a_loop
from workbench.timing.processes import WorkerFailedError, WorkerHungError, run_job
from workbench.units import count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.study.relaxations import Allowed

PATIENCE = 3.0
LONGEST = 160
LARGEST = 200_000
"""Bytes of an input that a counter-example keeps where it cannot be written as Python."""


@dataclass(frozen=True, slots=True)
class Stimulus:
    """An input as a payload; `origin` is given, generated or annotated; `inside` whether it is of a kind that was seen; `why`
    its family."""

    payload: bytes
    origin: str
    inside: bool
    why: str
    family: str = ""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A sameness, with what else the replay noticed: whether arguments are changed by calls."""

    same: Sameness
    mutates: bool


def sameness(
    old: Carrier | Callable[..., Any],
    new: Carrier | Callable[..., Any],
    stimuli: Sequence[Stimulus],
    allowed: Allowed,
    seconds: float,
    called: Callable[..., Any],
) -> Replayed:
    """Replay the stimuli on both versions within about `seconds`; those outside of what was seen come last, and refuse nothing.

    `called` is the old version, live in this process, as counter-examples name it.
    """
    inside = [one for one in stimuli if one.inside]
    outside = [one for one in stimuli if not one.inside]
    answer = _Answer(inside, allowed, called)
    try:
        result = _replayed(old, new, inside, allowed, seconds, shrink=True)
    except (WorkerHungError, WorkerFailedError) as error:
        return Replayed(answer.broken(error), False)
    beyond: tuple[str, ...] = ()
    if outside and not result["found"] and not result["unsteady"]:
        try:
            beyond = _beyond(_replayed(old, new, outside, allowed, seconds / 3, shrink=False), outside)
        except (WorkerHungError, WorkerFailedError) as error:
            beyond = (f"inputs of kinds never seen: {error}",)
    return Replayed(answer.made(result, beyond), bool(result["mutates"]))


class _BrokenOffError(WorkerFailedError):
    """A replay that did not end by itself: `way`, `who` and `at` say where it stood."""

    def __init__(self, said: str, place: str, *, hung: bool) -> None:
        super().__init__(said)
        self.way, self.who, at = [*place.strip().split("\t"), "", "", "0"][:3]
        self.at, self.hung = int(at or 0), hung


def _replayed(
    old: Carrier | Callable[..., Any],
    new: Carrier | Callable[..., Any],
    stimuli: Sequence[Stimulus],
    allowed: Allowed,
    seconds: float,
    *,
    shrink: bool,
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        place = Path(folder, "place")
        job = ReplayJob(
            old=old,
            new=new,
            inputs=tuple(one.payload for one in stimuli),
            rules=allowed.rules,
            seconds=seconds,
            place=str(place),
            orders=shrink,
            shrink=shrink,
            made=frozenset(at for at, one in enumerate(stimuli) if one.origin != "given"),
            allowed_kinds=allowed.lazy,
            allowed_output=allowed.output,
            comparisons=pickling.dumps(registered()) if registered() else b"",
        )
        if not (isinstance(old, Carrier) and isinstance(new, Carrier)):
            with random_kept():
                return without_a_loop(replay, job)
        try:
            return run_job("workbench.study.replay", job, seconds=PATIENCE * seconds + 10, seed=0)
        except (WorkerHungError, WorkerFailedError) as error:
            stood = place.read_text("utf-8") if place.exists() else ""
            raise _BrokenOffError(str(error), stood, hung=isinstance(error, WorkerHungError)) from error


def _beyond(result: dict[str, Any], outside: Sequence[Stimulus]) -> tuple[str, ...]:
    said = []
    for found in result["found"]:
        what = found["difference"]
        said.append(f"{outside[found['at']].why}: {what['old']} before, {what['new']} now")
    return tuple(dict.fromkeys(said))


class _Answer:
    """Puts what a replay found into a `Sameness`."""

    def __init__(self, stimuli: Sequence[Stimulus], allowed: Allowed, called: Callable[..., Any]) -> None:
        self._stimuli, self._allowed, self._called = stimuli, allowed, called

    def made(self, result: dict[str, Any], beyond: tuple[str, ...]) -> Sameness:
        compared = result["compared"]
        notes = [f"not run {way}: there was no time" for way in result["skipped"] if way != "from two threads"]
        if result["too long"]:
            notes.append(
                f"{count(len(result['too long']), 'input')} that nobody recorded take the old code too long, and were left out"
            )
        if "from two threads" in result["skipped"]:
            notes.append("not compared from two threads: there was no time, or the old code differs there from itself")
        if compared < len(self._stimuli) and not result["found"] and not result["unsteady"]:
            notes.append(f"time for {compared} of {count(len(self._stimuli), 'input')} only")
        if result["unsteady"]:
            first = result["unsteady"][0]
            example = self._example(first["at"], first, None)
            said = f"the old code gives two answers to one input ({example.said.lower().rstrip('.')}), so there is nothing to hold against"
            return self._same("unknown", "U03", said, compared, beyond, result, notes, example)
        if result["found"]:
            first = result["found"][0]
            what = first["difference"]
            example = self._example(first["at"], first, result["smallest"])
            unknown = what["code"] == "B15"
            way = "" if first["way"] == "alone" else f", {first['way']}"
            said = f"{CODES[what['code']]}{way}: {example.said}"
            return self._same(
                "unknown" if unknown else "different", what["code"], said, compared, beyond, result, notes, example
            )
        return self._same("same", "", "", compared, beyond, result, notes, None)

    def broken(self, error: WorkerHungError | WorkerFailedError) -> Sameness:
        """The worker ended otherwise than by finishing: whose fault it was, and on which input."""
        empty = {"masked": [], "compared": 0}
        if not isinstance(error, _BrokenOffError):
            return self._same("unknown", "U06", str(error), 0, (), empty, [], None)
        if error.way == "load":
            code = "B17" if error.who == "new" else "U06"
            whose = "the candidate" if error.who == "new" else "the old code"
            said = f"{whose} cannot be loaded in a fresh process: {error}"
            return self._same("different" if error.who == "new" else "unknown", code, said, 0, (), empty, [], None)
        whose = "the candidate" if error.who == "new" else "the old code"
        said = f"{whose} {'is not done' if error.hung else 'ends its process'} on this input, {error.way}: {error}"
        at = min(error.at, len(self._stimuli) - 1)
        stimulus = self._stimuli[at]
        example = self._counterexample(stimulus.payload, ("", "", "", said), stimulus.why)
        state, code = ("different", "B18") if error.who == "new" else ("unknown", "U06")
        return self._same(state, code, said, at, (), empty, [], example)

    def _same(
        self,
        state: str,
        code: str,
        said: str,
        compared: int,
        beyond: tuple[str, ...],
        result: dict[str, Any],
        notes: list[str],
        example: Counterexample | None,
    ) -> Sameness:
        origins = [one.origin for one in self._stimuli[:compared]]
        counts = {origin: origins.count(origin) for origin in ("given", "generated", "annotated")}
        masked = tuple(result["masked"])
        return Sameness(
            state,
            code,
            said,
            **counts,
            outside=beyond,
            allowed=self._allowed.said,
            masked=masked,
            notes=tuple(notes),
            counterexample=example,
        )

    def _example(self, at: int, found: dict[str, Any], smallest: dict[str, Any] | None) -> Counterexample:
        payload = base64.b64decode(smallest["payload"]) if smallest else self._stimuli[at].payload
        what = smallest["difference"] if smallest else found["difference"]
        words = (what["where"], what["old"], what["new"], what["said"])
        return self._counterexample(payload, words, self._stimuli[at].why)

    def _counterexample(self, payload: bytes, words: tuple[str, str, str, str], why: str) -> Counterexample:
        """`words` are where the outcomes differ, what each gave there, and a sentence."""
        source = self._source(payload)
        kept = source is None and len(payload) <= LARGEST
        return Counterexample(
            self._call(payload), *words, source, why, base64.b64encode(payload).decode() if kept else ""
        )

    def _call(self, payload: bytes) -> str:
        args, kwargs = pickling.loads(payload, self._called)
        shown = [short(value, LONGEST) for value in args] + [
            f"{name}={short(value, LONGEST)}" for name, value in kwargs.items()
        ]
        return f"{name_of(self._called)}({', '.join(shown)})"

    def _source(self, payload: bytes) -> str | None:
        args, kwargs = pickling.loads(payload, self._called)
        return as_source(Call(args, kwargs))
