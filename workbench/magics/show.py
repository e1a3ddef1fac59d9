"""What a cell shows of a recording, and of our own troubles."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from IPython.display import display

if TYPE_CHECKING:
    from workbench.errors import WorkbenchError
    from workbench.face.profile import Profile


def show(profile: Profile, *, top: int, place: str = "") -> None:
    """The view, with its text and HTML twins stored in the notebook; `place` is the display that it is to take the place of."""
    bundle = profile._repr_mimebundle_()
    bundle["text/plain"] = profile.text(top=top)
    _display(bundle, place)


def complain(trouble: WorkbenchError | str, also: str = "", *, place: str = "") -> None:
    """One short message in place of a traceback, or of the display `place`."""
    said = f"workbench: {trouble} {also}".rstrip()
    if place:
        _display({"text/plain": said}, place)
    else:
        print(said, file=sys.stderr)  # noqa: T201


def _display(bundle: dict[str, Any], place: str) -> None:
    if place:
        display(bundle, raw=True, display_id=place, update=True)  # type: ignore[no-untyped-call]
    else:
        display(bundle, raw=True)  # type: ignore[no-untyped-call]
