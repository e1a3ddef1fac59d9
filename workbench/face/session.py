"""The recordings of this session, newest last."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from workbench.errors import NothingRecordedError

if TYPE_CHECKING:
    from workbench.face.profile import Profile

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


def history() -> tuple[Profile, ...]:
    """All kept recordings, oldest first."""
    return tuple(_history)
