"""The sampler's log: what each observation saw, in as few instructions as Python allows.

A stack is a flat tuple `(id(code), lasti, id(code), lasti, ...)` from leaf to root, interned, so that a repeated stack costs one
look-up; names and lines are worked out after the run. No frame is ever kept: that would keep the program's locals alive.
"""

from __future__ import annotations

import random
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType, FrameType

    from workbench.engines.base import Boundary

Stack = tuple[int, ...]

OUTSIDE = -1

MOST = 1 << 16
"""Ticks that a log holds: three megabytes, and thirty when they become a recording. Half of them tell shares to half a point."""


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
        self._most = MOST
        self.thinned = 0
        """How many times every second tick was let go."""
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
        """Append one tick, whole or not at all (a KeyboardInterrupt may be raised at any line here); see Tick."""
        try:
            self._stack.append(stack)
            self._thread.append(thread)
            self._end.append(end)
            self._wall.append(wall)
            self._cpu.append(cpu)
            self._late.append(late)
            self._exact.append(exact)
        except BaseException:
            columns = [column for column in vars(self).values() if isinstance(column, array)]
            whole = min(map(len, columns))
            for column in columns:
                del column[whole:]
            raise

    @property
    def full(self) -> bool:
        """Whether it is time to thin it."""
        return len(self._stack) >= self._most

    def thin(self, also: Iterable[int] = ()) -> dict[int, int]:
        """Let every second tick of each thread go, and stacks that are on none of the others nor in `also`; the new number of each stack.

        Of two ticks in a row one stays, by chance as their times are, and stands for both: no stack gains or loses by it, and the wall
        time of a thread stays what it was.

        The new log takes the place of the old one in one step, as another thread may be copying it. Where ticks cannot be halved, since
        many threads were seen once each, there is room for twice what is left, so that not every tick thins anew.
        """
        wall, cpu, end = self._wall[:], self._cpu[:], self._end[:]
        kept = self._pair(wall, cpu, end)
        columns = {name: column for name, column in vars(self).items() if isinstance(column, array)}
        columns.update(_wall=wall, _cpu=cpu, _end=end)
        new: dict[str, Any] = {
            name: array(column.typecode, map(column.__getitem__, kept)) for name, column in columns.items()
        }
        wanted = {*new["_stack"], *also}
        left = [(stack, number) for stack, number in self.stacks.items() if number in wanted]
        moved = {number: at for at, (_, number) in enumerate(left)}
        codes = {code for stack, _ in left for code in stack[::2]} | self._stops
        new["_stack"] = array("l", map(moved.__getitem__, new["_stack"]))
        new["stacks"] = {stack: at for at, (stack, _) in enumerate(left)}
        new["codes"] = {number: code for number, code in self.codes.items() if number in codes}
        new["thinned"] = self.thinned + 1
        new["_most"] = max(self._most, 2 * len(kept))
        vars(self).update(new)
        return moved

    def _pair(self, wall: array[float], cpu: array[float], end: array[float]) -> list[int]:
        """The ticks that stay, in the order they were made; their times in `wall`, `cpu` and `end` become those of the pair."""
        kept, first = list[int](), dict[int, int]()
        draw = random.random
        for at, thread in enumerate(self._thread):
            before = first.pop(thread, None)
            if before is None:
                first[thread] = at
                continue
            both = wall[before] + wall[at]
            stays = at if draw() * both >= wall[before] else before
            cpu[stays] *= both / wall[stays] if wall[stays] > 0 else 1.0
            wall[stays] = both
            end[stays] = end[at]
            kept.append(stays)
        kept.extend(first.values())
        kept.sort(key=end.__getitem__)
        return kept

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
