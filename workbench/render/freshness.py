"""Whether captured sources are still what is on disk."""

from __future__ import annotations

import tokenize
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.model.facts import SourceKind

if TYPE_CHECKING:
    from workbench.model.facts import Source
    from workbench.model.recording import Recording


def changed_since(recording: Recording) -> dict[str, str]:
    """File -> a sentence, for the captured files whose text on this machine is another one now; files that are not here are left out."""
    found = ((source, _now(source)) for source in recording.sources if source.kind is SourceKind.FILE)
    return {
        source.file: f"{source.label} has changed since the run. What is shown is the text that ran."
        for source, text in found
        if text is not None and _lines(text) != _lines(source.text)
    }


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")


def _now(source: Source) -> str | None:
    """The file's text as it is now; None where it is not there or is no text."""
    path = Path(source.file)
    try:
        if not path.is_absolute() or not path.is_file():
            return None
        with tokenize.open(source.file) as opened:
            return opened.read()
    except (OSError, SyntaxError, ValueError):
        return None
