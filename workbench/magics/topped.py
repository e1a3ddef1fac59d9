"""A cell whose first line says what to do with what it defines: the line is taken off, the kernel runs the cell, then the deed is done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from IPython.core.error import UsageError as IPythonUsageError

from workbench.errors import WorkbenchError
from workbench.magics.show import complain

if TYPE_CHECKING:
    from collections.abc import Callable

Words = TypeVar("Words")


class Topped(Generic[Words]):
    """A cell magic `name` of one shell. `parse` reads the words of its line and raises WorkbenchError for wrong ones; `act` is called
    with them and the raw cell when the cell ran to its end."""

    def __init__(self, name: str, parse: Callable[[str], Words], act: Callable[[Words, str], None]) -> None:
        self.name, self._parse, self._act = name, parse, act
        self._header = re.compile(rf"\s*%%{name}(?:\s+(?P<words>.*?))?\s*$")
        self._armed: Words | None = None

    def transform(self, lines: list[str]) -> list[str]:
        """The cell with a blank line for its first one; untouched where there is none such or its words are off."""
        found = self._found(lines)
        if found is None or found[1] is None:
            return lines
        return [*lines[: found[0]], "\n", *lines[found[0] + 1 :]]

    def before_cell(self, info: Any) -> None:
        """IPython's `pre_run_cell`: note what the cell asks for."""
        found = self._found((info.raw_cell or "").splitlines(keepends=True))
        self._armed = found[1] if found else None

    def after_cell(self, result: Any) -> None:
        """IPython's `post_run_cell`: act, where the cell ran to its end."""
        words, self._armed = self._armed, None
        if words is None or result is None or not result.success:
            return
        try:
            self._act(words, result.info.raw_cell)
        except WorkbenchError as trouble:
            complain(trouble)

    def refuse(self, line: str, cell: str | None = None) -> None:
        """What IPython calls where the line could not be taken off: says what is off in it."""
        del cell
        try:
            self._parse(line)
        except WorkbenchError as trouble:
            raise IPythonUsageError(str(trouble)) from trouble
        raise IPythonUsageError(f"%%{self.name} has to stand at the top of a cell that defines the candidate.")

    def _found(self, lines: list[str]) -> tuple[int, Words | None] | None:
        """(line index, words) of a line that heads the cell; None for words where they are off, None where there is no such line."""
        for index, line in enumerate(lines):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            found = self._header.match(line)
            if found is None:
                return None
            try:
                return index, self._parse(found["words"] or "")
            except WorkbenchError:
                return index, None
        return None
