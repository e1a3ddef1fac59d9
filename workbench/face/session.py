"""The recordings of this session, newest last."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from workbench.errors import NothingRecordedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.face.profile import Profile
    from workbench.model.recording import Recording

_KEPT = 50
_history: deque[Profile] = deque(maxlen=_KEPT)


def remember(profile: Profile) -> Profile:
    """Make it the newest; the oldest beyond fifty are let go."""
    _history.append(profile)
    return profile


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
