"""Whether two recordings compare: the reasons why not, and what a reader has to know beside the numbers."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.analysis.diff_match import bag, likeness
from workbench.errors import WrongEngineError
from workbench.model.facts import Evidence, SourceKind, TargetKind

if TYPE_CHECKING:
    from workbench.model.facts import Source
    from workbench.model.recording import Recording

ALIKE, WORDS_ALIKE = 0.2, 0.6
"""Likeness of two cells' lines, and of their words, below which both they are taken for two cells, not for one that was edited."""
FEW = 50
"""Samples below which a share is no more than a hint."""
NAMED = 5
"""Packages that are named where they differ; the others are counted."""
_WORD = re.compile(r"\w+")

_WALL = frozenset({"timer signal", "timer signal (SIGALRM)", "sampling thread"})
"""Ways of sampling that all count wall time."""
_BY_CALLS = frozenset({"cProfile", "profile"})
_WORDS = {
    Evidence.SAMPLES: "samples of stacks",
    Evidence.CALLS: "counted calls",
    Evidence.LINES: "counted lines",
    Evidence.MEMORY: "process memory read at lines",
    Evidence.HEAP: "allocations",
    Evidence.TASKS: "the steps of tasks",
}


@dataclass(frozen=True, slots=True)
class Fit:
    """`reasons` why two recordings do not compare (none: they do), `warnings` about what else differs; parts of sentences."""

    reasons: tuple[str, ...]
    warnings: tuple[str, ...]


def matching_passes(old: Recording, new: Recording) -> tuple[Recording, Recording]:
    """The first pass of each whose numbers rest on the same evidence, of the same engine where there is a choice.

    Raises WrongEngineError where there is none.
    """
    for one in old.all_passes:
        alike = [other for other in new.all_passes if other.evidence is one.evidence]
        if alike:
            return one, next((other for other in alike if other.engine == one.engine), alike[0])
    raise WrongEngineError(
        f"These two do not compare: one has {_evidence(old)}, the other {_evidence(new)}. "
        f"Record both with the same engine, as in %%profile {old.engine}."
    )


def fit(old: Recording, new: Recording) -> Fit:
    """Whether two recordings of one evidence compare, and what differs besides."""
    reasons = [reason for reason in (_measured(old, new), _targets(old, new)) if reason]
    found = [
        *_file_warnings(old, new),
        *_environment(old, new),
        *_packages(old, new),
        *(warning for one, which in ((old, "older"), (new, "newer")) for warning in _ending(one, which)),
        *_arguments(old, new),
    ]
    return Fit(tuple(reasons), tuple(found))


def _evidence(recording: Recording) -> str:
    said = dict.fromkeys(f"{_WORDS[one.evidence]} (engine {one.engine})" for one in recording.all_passes)
    return " and ".join(said)


def _measured(old: Recording, new: Recording) -> str:
    """Why two ways of measuring do not compare; empty where they do. Ways that are not known are the same only by the same name."""
    was, now = _way(old), _way(new)
    if was == now:
        repeats = old.target.repeats, new.target.repeats
        if old.evidence in (Evidence.HEAP, Evidence.MEMORY) and repeats[0] != repeats[1]:
            return (
                f"memory of {repeats[0]} and of {repeats[1]} runs of the target, which does not grow in step with them"
            )
        return ""
    return f"{old.mechanism} and {new.mechanism} measure different things"


def _way(recording: Recording) -> str:
    if recording.mechanism in _WALL:
        return "wall time by samples"
    if recording.evidence is Evidence.CALLS and recording.mechanism in _BY_CALLS:
        return "calls"
    return re.sub(r", Python \d+\.\d+$", "", recording.mechanism)


def _targets(old: Recording, new: Recording) -> str:
    """Why two targets are not the same; empty where they are."""
    kind, other = old.target.kind, new.target.kind
    if TargetKind.FILE in (kind, other):
        return ""
    if kind is not other:
        return f"one is of a {kind.value} ({_short(old)}), the other of a {other.value} ({_short(new)})"
    if kind is TargetKind.CELL:
        return _cells(old, new)
    if _target_name(old) == _target_name(new):
        return ""
    return f"one is of {_short(old)}, the other of {_short(new)}: another {kind.value}"


def _short(recording: Recording) -> str:
    name = recording.target.name
    return name if len(name) <= 60 else name[:59] + "…"


def _target_name(recording: Recording) -> str:
    """What tells targets of one kind apart: a program without its folder and arguments, a block without its line."""
    kind, name = recording.target.kind, recording.target.name
    if kind is TargetKind.SCRIPT:
        return re.split(r"[/\\]", recording.target.words()[0])[-1] if name.strip() else name
    if kind is TargetKind.MODULE:
        return recording.target.words()[0] if name.strip() else name
    return re.sub(r":\d+$", "", name) if kind is TargetKind.BLOCK else name.strip()


def _cells(old: Recording, new: Recording) -> str:
    """Cells are the same by what is in them, not by their numbers, which change whenever a cell is run."""
    was, now = _cell(old), _cell(new)
    if was is None or now is None:
        return ""
    bags = bag(was.lines()), bag(now.lines())
    words = bag(_WORD.findall(was.text)), bag(_WORD.findall(now.text))
    alike = likeness(*bags) >= ALIKE or likeness(*words) >= WORDS_ALIKE
    if alike or set(_defined(was)) & set(_defined(now)):
        return ""
    return f"{_short(old)} and {_short(new)} are different cells: they share hardly a line"


def _cell(recording: Recording) -> Source | None:
    name = recording.target.name
    return next((one for one in recording.sources if one.label == name and one.kind is SourceKind.CELL), None)


def _defined(source: Source) -> list[str]:
    return re.findall(r"^\s*(?:async\s+)?(?:def|class)\s+(\w+)", source.text, re.MULTILINE)


def _file_warnings(old: Recording, new: Recording) -> list[str]:
    files = [one for one in (old, new) if one.target.kind is TargetKind.FILE]
    found = (
        ["a cProfile file says neither what ran nor by which clock: that both are alike is taken for granted"]
        if files
        else []
    )
    if not files and old.target.kind is TargetKind.CELL and (_cell(old) is None or _cell(new) is None):
        found.append("the source of a cell was not captured: that both are versions of one cell is taken for granted")
    return found


def _environment(old: Recording, new: Recording) -> list[str]:
    was, now, found = old.environment, new.environment, []
    pythons = [f"{one.implementation} {one.python}".strip() for one in (was, now)]
    if all(pythons) and pythons[0] != pythons[1]:
        found.append(f"another Python: {pythons[0]}, then {pythons[1]}")
    machines = [(one.platform, one.machine, one.cpus) for one in (was, now)]
    if was.platform and now.platform and machines[0] != machines[1]:
        said = [", ".join([one.platform, *([f"{one.cpus} CPUs"] if one.cpus else [])]) for one in (was, now)]
        found.append(f"another machine: {said[0]}, then {said[1]}")
    if old.mechanism != new.mechanism and _way(old) == _way(new):
        found.append(f"measured in another way: {old.mechanism}, then {new.mechanism}")
    return found


def _packages(old: Recording, new: Recording) -> list[str]:
    """Packages that both had loaded, in other versions. One that a single run had loaded may have been there for the other too."""
    was, now = dict(old.environment.packages), dict(new.environment.packages)
    names = sorted(name for name in was.keys() & now.keys() if was[name] != now[name])
    if not names:
        return []
    said = [f"{name} {was[name]} -> {now[name]}" for name in names[:NAMED]]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return [f"other packages: {', '.join(said)}{more}"]


def _ending(recording: Recording, which: str) -> list[str]:
    found, error = [], recording.error
    if error is not None:
        how = "was interrupted" if error.interrupted else f"ended with {error.type}"
        found.append(f"the {which} run {how}: what it had not come to is missing")
    if recording.sampled and len(recording.samples) < FEW:
        found.append(f"the {which} recording has {len(recording.samples)} samples: too few to say more than a hint")
    return found


def _arguments(old: Recording, new: Recording) -> list[str]:
    kinds = (TargetKind.SCRIPT, TargetKind.MODULE)
    if old.target.kind not in kinds or old.target.kind is not new.target.kind:
        return []
    was, now = (shlex.join(one.target.words()[1:]) for one in (old, new))
    if was == now or _target_name(old) != _target_name(new):
        return []
    return [f"run with other arguments: {was or 'none'}, then {now or 'none'}"]
