"""The study of this session: the one that was begun or opened last."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.face.study import Study

_newest: tuple[weakref.ref[Study], Path] | None = None


def now_current(study: Study) -> None:
    """Make it the newest. It is not kept alive, only its folder's path is."""
    global _newest
    _newest = (weakref.ref(study), study.path)


def current_study() -> Study | None:
    """The newest study of this session, opened anew from its folder where nobody holds it any more; None where there was none.

    Raises what opening it does.
    """
    if _newest is None:
        return None
    held, path = _newest
    if (study := held()) is not None:
        return study
    from workbench.face.study import Study

    return Study(path)
