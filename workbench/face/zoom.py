"""Progressive depth: from a finding of one recording to a closer look at it, by the next run of the same target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.analysis.growth import growth_functions
from workbench.analysis.heap import heap_functions
from workbench.analysis.hotspots import hotspots
from workbench.analysis.ownership import Owner
from workbench.engines.table import row
from workbench.errors import UsageError, near
from workbench.face.profile import Profile
from workbench.face.session import again
from workbench.model.facts import Evidence, TargetKind
from workbench.render.summary import again as command

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.model.recording import Recording

CLOSE = ("lines", "memory")
"""The engines that take a function's name."""


@dataclass(frozen=True, slots=True)
class Armed:
    """What the next run of the same target is to be recorded with, and the profile that is to hold it."""

    like: Recording
    engine: str
    functions: tuple[str, ...]
    profile: Profile


_armed: Armed | None = None


def zoom(profile: Profile, what: str, engine: str = "lines") -> Profile:
    """See `Profile.zoom`."""
    global _armed
    if row(engine).name not in CLOSE:
        raise UsageError(f"Engine {engine!r} takes no functions; zoom with {' or '.join(CLOSE)}.")
    recording = profile.recording
    name = name_of(recording, what)
    repeat = again(profile)
    if repeat is not None:
        return repeat(engine, (name,))
    said = command(recording, engine, name)
    if recording.target.kind not in (TargetKind.CELL, TargetKind.BLOCK):
        raise UsageError(f"How to run {recording.target.name} again is not at hand here. Run it so: {said.strip('`')}")
    found = Profile(waiting=f"armed: engine {engine} looks at {name} when {recording.target.name} is recorded again")
    _armed = Armed(recording, engine, (name,), found)
    return found


def take(fits: Callable[[Recording], bool]) -> Armed | None:
    """What was armed for a run of the same target, once; None where nothing was."""
    global _armed
    armed = _armed
    if armed is None or not fits(armed.like):
        return None
    _armed = None
    return armed


def name_of(recording: Recording, what: str) -> str:
    """The name of the function that a handle (`f2`, `l3`) or a name means, as `-f` takes it. Raises UsageError, naming near ones."""
    found = hotspots(recording).by_handle()
    found_names = {_plain(function): owner for function, owner in _functions(recording)}
    if what in found:
        name, owner = _plain(found[what].function), found[what].owner
    elif what in found_names:
        name, owner = what, found_names[what]
    else:
        raise UsageError(
            f"There is no {what!r} in this recording: {near(what, [*found_names, *found])} "
            "Handles stand before each row of its text, as f1 or l1."
        )
    if owner is not Owner.OWN:
        raise UsageError(f"{name} is not code of yours; zoom into the function of yours that calls it.")
    return name


def _functions(recording: Recording) -> list[tuple[str, Owner]]:
    if recording.evidence is Evidence.MEMORY:
        return [(one.function, one.owner) for one in growth_functions(recording)]
    if recording.evidence is Evidence.HEAP:
        return [(one.function, one.owner) for one in heap_functions(recording)]
    found = hotspots(recording)
    return [(one.function, one.owner) for one in (*found.functions, *found.others)]


def _plain(function: str) -> str:
    return function.replace(".<locals>", "")
