"""What engines that look at chosen functions share: which code they look at, and how they hear of more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from types import CodeType

    from workbench.engines.base import Boundary, Selection
    from workbench.model.builder import RecordingBuilder


class ChosenCode:
    """Collects the chosen code objects and hands each to `look_at`, once, as soon as it is known."""

    def __init__(self) -> None:
        self.codes: dict[int, CodeType] = {}
        """By id: equal code objects of two functions are two."""
        self._selection: Selection | None = None

    def choose(self, selection: Selection) -> None:
        """See CloseEngine."""
        self._selection = selection

    def discover(self, code: CodeType) -> None:
        """See CloseEngine."""
        if self._selection is not None:
            for found in self._selection.among(code):
                self._add(found)

    def gather(self, boundary: Boundary) -> None:
        """All that is there when the run begins, the block that is recorded included."""
        if self._selection is not None:
            for code in self._selection.known():
                self._add(code)
        if boundary.frame is not None:
            self.discover(boundary.frame.f_code)

    def look_at(self, code: CodeType) -> None:
        """Begin to look at a code object, the first time it is met."""
        raise NotImplementedError

    def never_ran(self, builder: RecordingBuilder, ran: Container[int]) -> Iterator[tuple[int, int]]:
        """(Frame, first line) of what was asked for by name and is not among the frames that ran."""
        for code in self._selection.named() if self._selection is not None else ():
            if (frame := frame_of(builder, code)) not in ran:
                yield frame, code.co_firstlineno

    def say(self, builder: RecordingBuilder) -> None:
        """Note which names led nowhere."""
        for sentence in self._selection.never() if self._selection is not None else ():
            builder.note(sentence)

    def _add(self, code: CodeType) -> None:
        if id(code) not in self.codes:
            self.codes[id(code)] = code
            self.look_at(code)


def frame_of(builder: RecordingBuilder, code: CodeType) -> int:
    """The frame of a code object; the top level of a cell, script or module is called `<module>`."""
    if code.co_name == "<module>" or code.co_name.startswith("<cell line:"):
        return builder.frame("<module>", code.co_filename, 1)
    return builder.frame(code.co_qualname, code.co_filename, code.co_firstlineno)
