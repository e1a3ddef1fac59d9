"""The sampler's log: what each observation saw, in as few instructions as Python allows.

A stack is a flat tuple `(id(code), lasti, id(code), lasti, ...)` from leaf to root, interned, so that a repeated stack costs one
look-up; names and lines are worked out after the run. No frame is ever kept: that would keep the program's locals alive.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType, FrameType

    from workbench.engines.base import Boundary

Stack = tuple[int, ...]

OUTSIDE = -1


@dataclass(frozen=True, slots=True)
class Tick:
    """One observation: its stack's number and thread, when it was made, what it counts for, and how late it came; seconds.

    `exact`: the thread stood still at its last instruction (seen from another thread), so nothing has to be spread.
    """

    stack: int
    thread: int
    end: float
    wall: float
    cpu: float
    late: float
    exact: bool


class TickLog:
    """Stacks by number, ticks by column; `codes` keeps every seen code object alive, so that an id names one code object."""

    def __init__(self, boundary: Boundary) -> None:
        self.stacks: dict[Stack, int] = {}
        self.codes: dict[int, CodeType] = {}
        self._boundary_codes = boundary.codes
        self._stops = frozenset(id(code) for code in boundary.codes)
        self._base = boundary.frame
        self._stack = array("l")
        self._thread = array("l")
        self._end = array("d")
        self._wall = array("d")
        self._cpu = array("d")
        self._late = array("d")
        self._exact = array("b")

    def __len__(self) -> int:
        return len(self._stack)

    def see(self, frame: FrameType | None) -> int:
        """The number of the stack that ends in `frame`."""
        key = self._walk(frame)
        number = self.stacks.get(key)
        if number is None:
            self._keep(frame)
            number = self.stacks[key] = len(self.stacks)
        return number

    def _walk(self, frame: FrameType | None) -> Stack:
        path: list[int] = []
        add, stops, base = path.append, self._stops, self._base
        while frame is not None:
            code = id(frame.f_code)
            if code in stops:
                break
            add(code)
            add(frame.f_lasti)
            if frame is base:
                break
            frame = frame.f_back
        else:
            add(OUTSIDE)
        return tuple(path)

    def see_awaiting(self, path: list[tuple[CodeType, int]], below: FrameType | None) -> int:
        """The number of the stack of a suspended task: its await chain from leaf to root, on top of `below`, the loop that waits.

        A chain that reaches the boundary by itself (a cell's own task) needs no loop below it.
        """
        chain: list[int] = []
        for code, lasti in path:
            if id(code) in self._stops:
                return self.stacks.setdefault(tuple(chain), len(self.stacks))
            self.codes[id(code)] = code
            chain += (id(code), lasti)
            if self._base is not None and code is self._base.f_code:
                return self.stacks.setdefault(tuple(chain), len(self.stacks))
        self._keep(below)
        return self.stacks.setdefault((*chain, *self._walk(below)), len(self.stacks))

    def add(self, stack: int, thread: int, end: float, wall: float, cpu: float, late: float, exact: bool) -> None:
        """Append one tick; see Tick."""
        self._stack.append(stack)
        self._thread.append(thread)
        self._end.append(end)
        self._wall.append(wall)
        self._cpu.append(cpu)
        self._late.append(late)
        self._exact.append(exact)

    def ticks(self) -> list[Tick]:
        """All ticks in the order they were made."""
        columns = (self._stack, self._thread, self._end, self._wall, self._cpu, self._late, map(bool, self._exact))
        return [Tick(*row) for row in zip(*columns, strict=True)]

    def release(self) -> None:
        """Let go of the boundary's frame, once nothing is walked any more."""
        self._base = None

    def _keep(self, frame: FrameType | None) -> None:
        while frame is not None:
            code = frame.f_code
            self.codes[id(code)] = code
            if id(code) in self._stops or frame is self._base:
                break
            frame = frame.f_back
