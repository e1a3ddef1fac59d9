"""From the stacks an allocation tracer tells (names, files, lines) to the builder's nodes, without what lies below the person's code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from workbench.engines.close import frame_of
from workbench.engines.code_index import CodeIndex
from workbench.model.builder import ROOT
from workbench.model.tables import FrameKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import CodeType

    from workbench.engines.base import Boundary
    from workbench.model.builder import RecordingBuilder

    Place = tuple[str | None, str, int]
    """A function's plain name (None where the tracer does not tell), its file, and the line it is at."""


class Cut:
    """Takes from a path what lies below the boundary, as `Boundary` has it, told by name and file alone."""

    def __init__(self, boundary: Boundary) -> None:
        self._stops = {(code.co_name, code.co_filename) for code in boundary.codes}
        frame = boundary.frame
        self.codes: tuple[CodeType, ...] = () if frame is None else (frame.f_code,)
        self._base = None if frame is None else (frame.f_code.co_name, frame.f_code.co_filename)
        self._depth = 0
        while frame is not None:
            self._depth += 1
            frame = frame.f_back

    def length(self, path: Sequence[Place]) -> int:
        """How many places of a path, leaf first, belong to the person's code and what it calls."""
        for at, (name, file, _) in enumerate(path):
            if _matches(name, file, self._stops):
                return at
        if self._base is None:
            return len(path)
        base = {self._base}
        at = len(path) - self._depth
        if at >= 0 and _matches(*path[at][:2], base):
            return at + 1
        found = [at for at, (name, file, _) in enumerate(path) if _matches(name, file, base)]
        return found[-1] + 1 if found else len(path)


def _matches(name: str | None, file: str, places: Iterable[tuple[str, str]]) -> bool:
    return any(file == there and name in (None, called) for called, there in places)


class Stacks:
    """Interns paths into a builder."""

    def __init__(self, builder: RecordingBuilder, paths: Iterable[Sequence[Place]], also: Iterable[CodeType]) -> None:
        seen = {place for path in paths for place in path}
        self._builder = builder
        self._index = CodeIndex({file for _, file, _ in seen}, also)
        self._first: dict[tuple[str | None, str], int] = {}
        for name, file, line in seen:
            key = (name, file)
            self._first[key] = min(line, self._first.get(key, line))
        self._frames: dict[Place, int] = {}

    def node(self, path: Sequence[Place]) -> int:
        """The leaf's node of a path of Python places, leaf first; ROOT of an empty one."""
        node = ROOT
        for place in reversed(path):
            node = self._builder.stack(node, self._frame(place), max(place[2], 0))
        return node

    def native(self, parent: int, symbol: str) -> int:
        """The node of a native function under `parent`."""
        return self._builder.stack(parent, self._builder.frame(symbol, "~", 0, FrameKind.NATIVE), 0)

    def synthetic(self, parent: int, name: str) -> int:
        """The node of what is no function under `parent`."""
        return self._builder.stack(parent, self._builder.frame(name, "", 0, FrameKind.SYNTHETIC), 0)

    def _frame(self, place: Place) -> int:
        if place not in self._frames:
            name, file, line = place
            code = self._index.at(file, line, name)
            self._frames[place] = frame_of(self._builder, code) if code is not None else self._told(name, file)
        return self._frames[place]

    def _told(self, name: str | None, file: str) -> int:
        if name is None or name == "<module>" or name.startswith("<cell line:"):
            return self._builder.frame("<module>", file, 1)
        return self._builder.frame(name, file, max(self._first[name, file], 1))


def ours(path: Sequence[Place]) -> bool:
    """Whether the recorder itself allocated it, while it began or ended the tracing."""
    package = __name__.partition(".")[0]
    root = (sys.modules[package].__file__ or "").removesuffix("__init__.py")
    mine = (f"{root}engines", f"{root}magics/live.py")
    return any(file.startswith(mine) for _, file, _ in path)
