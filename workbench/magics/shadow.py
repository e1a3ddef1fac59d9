"""An attribute that stands before another one for a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def shadow(owner: Any, name: str, replacement: Callable[..., Any]) -> Callable[[], None]:
    """Put an attribute on the instance; returns what gives back that which was there, unless somebody else has taken the place."""
    before = vars(owner).get(name)

    def undo() -> None:
        if vars(owner).get(name) is replacement:
            if before is None:
                delattr(owner, name)
            else:
                setattr(owner, name, before)

    setattr(owner, name, replacement)
    return undo
