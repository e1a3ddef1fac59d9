"""Finds live code objects by what another profiler tells of them: a file and a line, and perhaps a plain name."""

from __future__ import annotations

import gc
from types import CodeType, FunctionType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class CodeIndex:
    """The code objects of the given files, of all functions that are alive, and what is nested in them."""

    def __init__(self, files: Iterable[str], also: Iterable[CodeType] = ()) -> None:
        wanted = set(files)
        found = {id(code): code for code in _alive(wanted)}
        found.update((id(inner), inner) for code in also if code.co_filename in wanted for inner in _nested(code))
        self._by_file: dict[str, list[tuple[CodeType, int]]] = {}
        for code in found.values():
            last = max((line for _, _, line in code.co_lines() if line), default=code.co_firstlineno)
            self._by_file.setdefault(code.co_filename, []).append((code, last))

    def at(self, file: str, line: int, name: str | None = None) -> CodeType | None:
        """The innermost code that has the line in it (and that plain name, where it is given); None where none is alive."""
        around = [
            (code.co_firstlineno, -last, code)
            for code, last in self._by_file.get(file, ())
            if code.co_firstlineno <= line <= last and name in (None, code.co_name)
        ]
        return max(around, key=lambda row: row[:2])[2] if around else None


def _alive(files: set[str]) -> Iterator[CodeType]:
    for thing in gc.get_objects():
        if type(thing) is FunctionType and thing.__code__.co_filename in files:
            yield from _nested(thing.__code__)


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)
