"""How much process memory grows while each line runs: the books, whatever hook keeps them. Written to be quick: this runs at every line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Rows = dict[int, dict[int, "LineGrowth"]]
    """Id of a code object -> its lines by number."""


@dataclass(slots=True)
class LineGrowth:
    """What one line did: how often it ran, by how many bytes memory grew while it did (calls included), the same for its runs in the
    outermost call of its function alone, and the highest reading after it."""

    hits: int = 0
    increment: int = 0
    outermost: int = 0
    peak: int = 0


@dataclass(slots=True)
class _Frame:
    code: int
    lines: dict[int, LineGrowth]
    outermost: bool
    line: int = 0
    row: LineGrowth | None = None
    bytes: int = 0


class ThreadGrowth:
    """The books of one thread: a stack of the frames that are looked at, each with the line it is on and the memory when that began.

    A line that is on the stack twice, by recursion, is counted by its outermost run alone, which takes in the inner ones.
    """

    __slots__ = ("_calls", "_read", "_rows", "_stack")

    def __init__(self, read: Callable[[], int], rows: Rows) -> None:
        self._read, self._rows = read, rows
        self._stack: list[_Frame] = []
        self._calls: dict[int, int] = {}

    def enter(self, code: int, line: int = 0) -> None:
        """A frame begins, or goes on after a yield on `line`."""
        frame = self._push(code)
        if line:
            frame.line, frame.bytes = line, self._read()
            frame.row = frame.lines.setdefault(line, LineGrowth())

    def line(self, code: int, line: int) -> None:
        """The innermost frame comes to a line."""
        now = self._read()
        stack = self._stack
        frame = stack[-1] if stack and stack[-1].code == code else self._push(code)
        if frame.row is not None:
            self._close(frame, frame.row, now)
        row = frame.lines.get(line)
        if row is None:
            row = frame.lines[line] = LineGrowth()
        row.hits += 1
        frame.line, frame.row, frame.bytes = line, row, now

    def leave(self, code: int) -> None:
        """The innermost frame returns, yields or is left by an exception; ignored where it was never entered."""
        stack = self._stack
        if stack and stack[-1].code == code:
            frame = stack[-1]
            if frame.row is not None:
                self._close(frame, frame.row, self._read())
            stack.pop()
            self._calls[code] -= 1

    def end(self) -> None:
        """The run is over: what is still on the stack ends now."""
        while self._stack:
            self.leave(self._stack[-1].code)

    def _push(self, code: int) -> _Frame:
        calls = self._calls.get(code, 0)
        self._calls[code] = calls + 1
        frame = _Frame(code, self._rows.setdefault(code, {}), calls == 0)
        self._stack.append(frame)
        return frame

    def _close(self, frame: _Frame, row: LineGrowth, now: int) -> None:
        """The frame leaves the line it is on; it is the innermost one."""
        row.peak = max(row.peak, now)
        grown = now - frame.bytes
        if not grown:
            return
        if frame.outermost:
            row.outermost += grown
            row.increment += grown
        elif not any(other.row is row for other in self._stack[:-1]):
            row.increment += grown
