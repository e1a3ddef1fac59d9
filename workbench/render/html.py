"""A recording as HTML: a whole offline page, and the fragment that a notebook stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.assets.bundle import script
from workbench.errors import UsageError
from workbench.render.html_static import static_twin
from workbench.render.html_words import view_payload
from workbench.render.live import live, packed_size
from workbench.render.report import kinds
from workbench.render.report import report as page

if TYPE_CHECKING:
    from workbench.model.recording import Recording

SMALLEST = 110_000
"""Bytes below which a fragment cannot be asked to be: the view itself, its twin and a few functions need them."""


def report(recording: Recording) -> str:
    """One recording as an HTML page that opens anywhere, offline; see `render.report` for several, with notes and figures."""
    return page([recording])


def fragment(recording: Recording, *, limit: int = 300_000) -> str:
    """What a notebook stores as text/html: a static twin, and a script that puts the live view in its place where scripts may run.

    Takes at most `limit` bytes in the notebook's file. May stand in one page with others, and be put there again.
    Raises UsageError for a limit in which no view has room.
    """
    if limit < SMALLEST:
        raise UsageError(
            f"A view needs {SMALLEST:,} bytes; limit={limit:,} leaves no room for it. Give more, or keep the text only."
        )
    return live(
        static_twin(recording),
        script(*kinds(recording)),
        "mount",
        lambda room: view_payload(recording, limit=room, size=packed_size),
        limit,
    )
