"""The interleaving of a run, for a reader: lines in the order in which threads came to them, and where one was interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.study.races.points import Places, instruction, place

if TYPE_CHECKING:
    from types import CodeType

    from workbench.study.races.baton import Worker

EDGE = 6
"""Lines told at the begin and the end of a stretch that one thread runs without a switch."""


class Steps:
    """A log of (worker, code, offset, interrupted), in order; written by the thread that has the baton."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._log: list[tuple[Any, CodeType, int, bool]] = []

    def went(self, worker: Worker, code: CodeType, offset: int) -> None:
        """A worker goes on with the instruction at `offset`."""
        self._log.append((worker, code, offset, False))

    def stopped(self, worker: Worker, code: CodeType, offset: int) -> None:
        """A worker stands before the instruction at `offset` while others go on."""
        self._log.append((worker, code, offset, True))

    def told(self) -> tuple[str, ...]:
        """The lines; a long stretch of one thread is cut in its middle, and says by how much."""
        lines: list[str] = []
        stretch: list[str] = []
        last: tuple[Any, str] | None = None
        owner: Any = None
        held: set[Any] = set()
        for worker, code, offset, stop in self._log:
            name, argument, line = self._places.table(code)[offset]
            where = f"thread {worker.name}: {place(code, line)}"
            if stop:
                held.add(worker)
                target = stretch if worker is owner else lines
                mark = f"{where}   [stops before {instruction(name, argument)}]"
                if target and target[-1] == where:
                    target[-1] = mark
                else:
                    target.append(mark)
                last = None
                continue
            if worker is not owner:
                lines.extend(_cut(stretch))
                stretch, owner, last = [], worker, None
            if worker in held:
                stretch.append(f"{where}   [goes on with {instruction(name, argument)}]")
                held.discard(worker)
            elif last != (worker, where):
                stretch.append(where)
            last = (worker, where)
        return (*lines, *_cut(stretch))


def _cut(lines: list[str]) -> list[str]:
    if len(lines) <= 2 * EDGE + 1:
        return lines
    return [*lines[:EDGE], f"... {len(lines) - 2 * EDGE} more lines of the same thread", *lines[-EDGE:]]
