"""The recordings of this session, newest last."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from workbench.errors import NothingRecordedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.face.profile import Profile
    from workbench.model.facts import Cost
    from workbench.model.recording import Recording

    Again = Callable[[str, tuple[str, ...]], Profile]
    Pairs = Callable[[Recording, int], Cost]

_KEPT = 50
_history: deque[Profile] = deque(maxlen=_KEPT)
_repeatable: tuple[Profile, Again, Pairs] | None = None


def remember(profile: Profile) -> Profile:
    """Make it the newest; the oldest beyond fifty are let go."""
    _history.append(profile)
    return profile


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
