"""What a cell shows of a recording, and of our own troubles."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from IPython.display import display

if TYPE_CHECKING:
    from workbench.errors import WorkbenchError
    from workbench.face.profile import Profile


def show(profile: Profile, *, top: int) -> None:
    """The view, with its text and HTML twins stored in the notebook."""
    bundle = profile._repr_mimebundle_()
    bundle["text/plain"] = profile.text(top=top)
    display(bundle, raw=True)  # type: ignore[no-untyped-call]


def complain(trouble: WorkbenchError, also: str = "") -> None:
    """One short message in place of a traceback."""
    print(f"workbench: {trouble} {also}".rstrip(), file=sys.stderr)  # noqa: T201
