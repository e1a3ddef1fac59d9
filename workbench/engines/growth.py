"""How much process memory grows while each line runs: the books, whatever hook keeps them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

At = tuple[int, int]
"""A line: id of its code object, and line number."""


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
    line: int
    bytes: int
    outermost: bool


class ThreadGrowth:
    """The books of one thread: a stack of the frames that are looked at, each with the line it is on and the memory when that began.

    A line that is on the stack twice, by recursion, is counted by its outermost run alone, which takes in the inner ones.
    """

    __slots__ = ("_calls", "_on", "_read", "_rows", "_stack")

    def __init__(self, read: Callable[[], int], rows: defaultdict[At, LineGrowth]) -> None:
        self._read, self._rows = read, rows
        self._stack: list[_Frame] = []
        self._on: dict[At, int] = {}
        self._calls: dict[int, int] = {}

    def enter(self, code: int, line: int = 0) -> None:
        """A frame begins, or goes on after a yield on `line`."""
        self._push(code, line, self._read())
        if line:
            self._on[code, line] = self._on.get((code, line), 0) + 1

    def line(self, code: int, line: int) -> None:
        """The innermost frame comes to a line."""
        now = self._read()
        stack = self._stack
        if not stack or stack[-1].code != code:
            self._push(code, 0, now)
        frame = stack[-1]
        if frame.line:
            self._close(frame, now)
        frame.line, frame.bytes = line, now
        at = (code, line)
        self._rows[at].hits += 1
        self._on[at] = self._on.get(at, 0) + 1

    def leave(self, code: int) -> None:
        """The innermost frame returns, yields or is left by an exception; ignored where it was never entered."""
        if self._stack and self._stack[-1].code == code:
            frame = self._stack.pop()
            self._calls[code] -= 1
            if frame.line:
                self._close(frame, self._read())

    def end(self) -> None:
        """The run is over: what is still on the stack ends now."""
        while self._stack:
            self.leave(self._stack[-1].code)

    def _push(self, code: int, line: int, now: int) -> None:
        calls = self._calls.get(code, 0)
        self._calls[code] = calls + 1
        self._stack.append(_Frame(code, line, now, calls == 0))

    def _close(self, frame: _Frame, now: int) -> None:
        at = (frame.code, frame.line)
        row = self._rows[at]
        row.peak = max(row.peak, now)
        self._on[at] -= 1
        if not self._on[at]:
            row.increment += now - frame.bytes
        if frame.outermost:
            row.outermost += now - frame.bytes
