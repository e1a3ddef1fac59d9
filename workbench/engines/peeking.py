"""A look at the sampler's log while it is being written, from another thread.

The log's attributes are copied in one step, and only the newest part of its columns is read, so that neither a tick that arrives meanwhile
nor a log that is thinned can be seen half. Which line a tick belongs to is told as it is after the run, from the newest ticks alone.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any

from workbench.engines.base import Peek
from workbench.engines.leaves import LATE, Instructions
from workbench.engines.ticks import Tick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType

    from workbench.engines.leaves import Path
    from workbench.engines.skid import CodeMap
    from workbench.engines.ticks import Stack, TickLog

    Own = Callable[[str], bool]
    Columns = dict[str, Any]

NOW = 1.0
"""Seconds: how far back the line that is hot right now is looked for."""

NEWEST = 4096
"""Ticks that one look counts at most; where looks are further apart than that, what came first is passed over."""

CLOSELY = 128
"""Ticks whose instructions one look reads at most."""

LONG = 8192
"""Bytes of bytecode, from where on a code object is not read, since that takes milliseconds; its ticks stay at the line they came at."""

_MAPS = 64


class LogPeeker:
    """See Peeker. In the recorded thread all time counts, in the others that in which they ran."""

    def __init__(self, log: Callable[[], TickLog | None]) -> None:
        self._log = log
        self._thinned = 0
        self._stacks: dict[int, Stack] = {}
        self._until = float("-inf")
        self._functions: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._maps: dict[int, CodeMap] = {}
        self._codes: dict[int, CodeType] = {}

    def peek(self, own: Own) -> Peek:
        """See Peeker."""
        log = self._log()
        columns = {} if log is None else vars(log).copy()
        whole = len(columns["_exact"]) if columns else 0
        if not whole:
            return Peek()
        self._learn(columns)
        begin = max(whole - NEWEST, 0)
        ends = columns["_end"][begin:whole]
        self._count(columns, begin + _after(ends, self._until), whole, own)
        self._until = max(ends)
        closely = max(begin + _after(ends, self._until - NOW), whole - CLOSELY)
        file, line = self._hottest(columns, closely, whole, own)
        _, function = max(self._functions, key=self._functions.__getitem__, default=("", ""))
        return Peek(whole, function, file, line)

    def _learn(self, columns: Columns) -> None:
        """Take over the stacks that came since the last look; the log numbers them in the order in which they came."""
        if columns["thinned"] != self._thinned:
            self._thinned = columns["thinned"]
            self._stacks.clear()
        stacks: dict[Stack, int] = columns["stacks"]
        new = list(islice(reversed(stacks.items()), max(len(stacks) - len(self._stacks), 0)))
        self._stacks.update((number, stack) for stack, number in new)

    def _count(self, columns: Columns, begin: int, end: int, own: Own) -> None:
        """Add what the ticks of these rows stand for to the times of own functions."""
        weights: defaultdict[int, float] = defaultdict(float)
        for stack, weight in _weighed(columns, begin, end):
            weights[stack] += weight
        for stack, weight in weights.items():
            place = _innermost(self._path(columns, stack), own)
            if place is not None:
                self._functions[place[0].co_filename, _name(place[0])] += weight

    def _path(self, columns: Columns, number: int) -> Path:
        """(code, lasti) from root to leaf of a stack; empty where its number is not known yet."""
        stack, codes = self._stacks.get(number, ()), columns["codes"]
        pairs = zip(stack[::2], stack[1::2], strict=False)
        return tuple((codes[code], lasti) for code, lasti in pairs if code in codes)[::-1]

    def _hottest(self, columns: Columns, begin: int, end: int, own: Own) -> tuple[str, int]:
        """(file, line) of the own line to which most of the time of these rows goes."""
        ticks = list(_ticks(columns, begin, end))
        instructions = Instructions(ticks, self._stacks, columns["codes"])  # type: ignore[arg-type]
        self._lend(instructions, columns["codes"], own)
        groups: defaultdict[tuple[int, bool, bool], float] = defaultdict(float)
        for tick in ticks:
            late = tick.late - (tick.wall - tick.cpu) > LATE
            groups[tick.stack, tick.exact or tick.thread > 0, late] += tick.cpu if tick.thread else tick.wall
        lines: defaultdict[tuple[str, int], float] = defaultdict(float)
        for (stack, exact, late), weight in groups.items():
            path = self._path(columns, stack)
            if not path:
                continue
            leaf = instructions.leaf(path, exact=exact, late=late)
            if own(leaf.code.co_filename):
                for share in leaf.shares:
                    lines[leaf.code.co_filename, share.line] += weight * share.part
            elif (place := _innermost(leaf.below, own)) is not None:
                lines[place[0].co_filename, instructions.line(*place)] += weight
        return max(lines, key=lines.__getitem__, default=("", 0))

    def _lend(self, instructions: Instructions, codes: dict[int, CodeType], own: Own) -> None:
        """Have them read the bytecode of own code alone, and only what was not read before."""
        if len(self._maps) > _MAPS:
            self._maps.clear()
            self._codes.clear()
        found = {number: codes[number] for number in instructions._worth if number in codes}
        read = {number: code for number, code in found.items() if own(code.co_filename) and len(code.co_code) < LONG}
        self._codes.update(read)
        instructions._worth = set(read)
        instructions._maps = self._maps


def _after(ends: Any, moment: float) -> int:
    """The place of the first of the times (nearly in order) that are later than `moment`."""
    for at in range(len(ends) - 1, -1, -1):
        if ends[at] <= moment:
            return at + 1
    return 0


def _weighed(columns: Columns, begin: int, end: int) -> Iterator[tuple[int, float]]:
    """(stack, seconds) of each tick."""
    names = ("_stack", "_thread", "_wall", "_cpu")
    for stack, thread, wall, cpu in zip(*(columns[name][begin:end] for name in names), strict=True):
        yield stack, cpu if thread else wall


def _ticks(columns: Columns, begin: int, end: int) -> Iterator[Tick]:
    names = ("_stack", "_thread", "_end", "_wall", "_cpu", "_late", "_exact")
    for row in zip(*(columns[name][begin:end] for name in names), strict=True):
        yield Tick(*row)


def _innermost(path: Path, own: Own) -> tuple[CodeType, int] | None:
    """The frame nearest to the leaf that is own code."""
    return next(((code, lasti) for code, lasti in reversed(path) if own(code.co_filename)), None)


def _name(code: CodeType) -> str:
    return "<module>" if code.co_name.startswith("<cell line:") else code.co_qualname
