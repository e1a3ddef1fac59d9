"""The recordings of this session, newest last."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from workbench.errors import NothingRecordedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.face.profile import Profile
    from workbench.model.facts import Cost
    from workbench.model.recording import Recording

    Again = Callable[[str, tuple[str, ...]], Profile]
    Pairs = Callable[[Recording, int], Cost]

_KEPT = 50
_NAME = 80
_history: deque[Profile] = deque(maxlen=_KEPT)
_numbers: WeakKeyDictionary[Profile, int] = WeakKeyDictionary()
_names: WeakKeyDictionary[Profile, str] = WeakKeyDictionary()
_counted = 0
_repeatable: tuple[Profile, Again, Pairs] | None = None


def remember(profile: Profile) -> Profile:
    """Make it the newest; the oldest beyond fifty are let go."""
    global _counted
    _counted += 1
    _numbers[profile] = _counted
    _history.append(profile)
    return profile


def forget(profile: Profile) -> None:
    """Take a recording out of the history. It lives on where somebody holds it. Raises NothingRecordedError where it is not there."""
    global _repeatable
    _refuse_gone(profile)
    kept = [one for one in _history if one is not profile]
    _history.clear()
    _history.extend(kept)
    _names.pop(profile, None)
    if _repeatable is not None and _repeatable[0] is profile:
        _repeatable = None


def rename(profile: Profile, name: str) -> None:
    """Give a recording of the history a name; an empty one takes its name away.

    Raises UsageError for a name of several lines or of more than 80 characters, or one that another recording has;
    NothingRecordedError where the recording is not in the history.
    """
    _refuse_gone(profile)
    given = name.strip()
    if not given:
        _names.pop(profile, None)
        return
    if len(given) > _NAME or not given.isprintable():
        raise UsageError(f"A name is one line of at most {_NAME} characters. Give a shorter one.")
    holder = next((one for one in _history if one is not profile and _names.get(one) == given), None)
    if holder is not None:
        raise UsageError(
            f"Recording {number(holder)} is named {given!r} already. Give another name, or rename that one."
        )
    _names[profile] = given


def take_name(profile: Profile, name: str) -> None:
    """Give a recording of the history a name, taken from whichever has it: as a variable that is bound anew."""
    for one in [one for one in _history if _names.get(one) == name]:
        _names.pop(one, None)
    rename(profile, name)


def named(profile: Profile) -> str:
    """The name that a recording was given, "" where it has none."""
    return _names.get(profile, "")


def number(profile: Profile) -> int:
    """Which recording of the session it is, counted from 1; 0 for one that was never remembered."""
    return _numbers.get(profile, 0)


def can_repeat(profile: Profile, run: Again, pairs: Pairs) -> None:
    """Say how the target of a profile is run again, under another engine and on some functions, and in pairs with and without its own.
    Only of the newest one it is kept."""
    global _repeatable
    _repeatable = (profile, run, pairs)


def again(profile: Profile) -> Again | None:
    """How the target of a profile is run again; None where that is not at hand."""
    return _repeatable[1] if _repeatable is not None and _repeatable[0] is profile else None


def in_pairs(profile: Profile) -> Pairs | None:
    """How the target of a profile is run in pairs; None where that is not at hand."""
    return _repeatable[2] if _repeatable is not None and _repeatable[0] is profile else None


def last() -> Profile:
    """The newest recording. Raises NothingRecordedError where there is none."""
    if not _history:
        raise NothingRecordedError(
            "Nothing has been recorded in this session yet. Write %%profile over a cell, or use workbench.profile()."
        )
    return _history[-1]


def newest(fits: Callable[[Recording], bool]) -> Recording | None:
    """The newest sampled recording that fits, or None."""
    found = (profile.recording for profile in reversed(_history))
    return next((recording for recording in found if recording.sampled and fits(recording)), None)


def history() -> tuple[Profile, ...]:
    """All kept recordings, oldest first."""
    return tuple(_history)


def _refuse_gone(profile: Profile) -> None:
    if not any(one is profile for one in _history):
        raise NothingRecordedError(
            f"That recording is not in the session's history any more; it keeps the newest {_KEPT}. "
            "Save what is to stay, with .save(path)."
        )
