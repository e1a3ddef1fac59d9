"""Several passes over one target as plain HTML: the functions with a column for what each engine says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.analysis.joined import joined_functions
from workbench.render.html_parts import html_table, html_text
from workbench.render.text_joined import function_cells, seen

if TYPE_CHECKING:
    from workbench.model.recording import Recording
    from workbench.render.places import Places


def joined_twin(recording: Recording, places: Places, top: int) -> str:
    """The own functions by all passes, at most `top` rows."""
    rows = joined_functions(recording)[:top]
    kinds = seen(recording)
    heads = [head for head, _ in function_cells(rows[0], kinds)] if rows else []
    body = [
        [
            *(cell for _, cell in function_cells(row, kinds)),
            f"<code>{html_text(row.function, 80)}</code>",
            html_text(places.line(row.file, row.line), 80),
        ]
        for row in rows
    ]
    if not rows:
        return "<p>No function of your own was seen at work.</p>"
    title = "Your functions, by one pass under each engine"
    return html_table(title, [*heads, "function", "where"], body, "r" * len(heads) + "ll")
