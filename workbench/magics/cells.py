"""Names and sources of notebook cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class NotebookCells:
    """Labels cells by execution number, from what IPython's compiler remembers of the files it compiled them under."""

    shell: Any

    def label(self, file: str) -> str | None:
        """`In [3]` for a cell's file name, None for any other."""
        numbers = getattr(self.shell.compile, "_filename_map", {})
        number = numbers.get(file)
        return None if number is None else f"In [{number}]"
