"""`%profile cpu --snakeviz`: SnakeViz's picture below the view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.display import display

from workbench.errors import WorkbenchError
from workbench.magics.show import complain

if TYPE_CHECKING:
    from workbench.face.profile import Profile


def icicle(profile: Profile) -> None:
    """Show SnakeViz's icicle and sunburst of a profile; where it has none, one sentence says why. The profile is kept either way."""
    try:
        found = profile.snakeviz()
        shown = {"text/plain": repr(found), "text/html": found._repr_html_()}
    except WorkbenchError as trouble:
        complain(trouble)
        return
    display(shown, raw=True)  # type: ignore[no-untyped-call]
