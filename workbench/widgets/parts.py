"""What panels are made of: messages, rows, and how an exception is named."""

from __future__ import annotations

from typing import Any

import ipywidgets

from workbench.render.html_parts import html_text


def message(kind: str, title: str, said: str) -> str:
    """One sentence of a panel: an `error`, what is `running`, or what is `done`."""
    role = "alert" if kind == "error" else "status"
    lines = "<br>".join(html_text(line) for line in said.splitlines())
    bold = f"<b>{html_text(title)}</b> " if title else ""
    return f'<div class="said {kind}" role="{role}">{bold}{lines}</div>'


def error_words(error: BaseException) -> str:
    """An exception by type and message."""
    return f"{type(error).__name__}: {error}".rstrip(": ")


def classed(widget: Any, name: str) -> Any:
    """The widget, with the class `wb-name`."""
    widget.add_class(f"wb-{name}")
    return widget


def row(name: str, *parts: Any) -> Any:
    """Widgets beside each other, in a box of the class `wb-name`."""
    return classed(ipywidgets.Box(list(parts)), name)
