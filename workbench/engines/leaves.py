"""What a tick says of the instruction it was seen at: which frame and line it belongs to, and whether C code was running there."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.engines.skid import CodeMap, Share
from workbench.engines.ticks import OUTSIDE

if TYPE_CHECKING:
    from types import CodeType

    from workbench.engines.ticks import Stack, Tick

Path = tuple[tuple["CodeType", int], ...]

LATE = 500e-6
"""Seconds of lateness, waiting apart, that only one long instruction explains."""

SLOW = 25e-6
"""Seconds by which three quarters of the ticks at one instruction come later than ticks of this run come at their soonest: there, C code
runs for about four times that each time. The lower quarter, because on a busy machine the upper ones say nothing."""

KEPT = 10e-6
"""The same, from where on ticks at the start of a function belong to a long instruction of its caller before the call."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where ticks of one kind of one stack go: frames below the leaf, the leaf's code, its shares, and whether C code ran."""

    below: Path
    code: CodeType
    shares: tuple[Share, ...]
    native: bool
    credit: list[float]

    def choose(self) -> Share:
        """The share that is most behind its part; over many ticks each gets its part."""
        for index, share in enumerate(self.shares):
            self.credit[index] += share.part
        chosen = max(range(len(self.shares)), key=self.credit.__getitem__)
        self.credit[chosen] -= 1.0
        return self.shares[chosen]


class Instructions:
    """Bytecode of the code objects that many ticks end in, and how late ticks come at each of their instructions."""

    def __init__(self, ticks: list[Tick], stacks: list[Stack], codes: dict[int, CodeType]) -> None:
        self._codes = codes
        self._maps: dict[int, CodeMap] = {}
        self._lines: dict[int, list[int]] = {}
        self._worth = _worth_reading(ticks, stacks)
        self._excess = _excess(ticks, stacks)

    def line(self, code: CodeType, lasti: int) -> int:
        """The source line of an instruction; where the compiler gave none, the nearest one before it."""
        lines = self._lines.get(id(code))
        if lines is None:
            lines, last = [], code.co_firstlineno
            for line, *_ in code.co_positions():
                last = line or last
                lines.append(last)
            self._lines[id(code)] = lines
        index = lasti // 2
        return lines[index] if 0 <= index < len(lines) else code.co_firstlineno

    def leaf(self, path: Path, *, exact: bool, late: bool) -> Leaf:
        """Where ticks go that were seen at the last instruction of `path` (root to leaf).

        `exact` where the thread stood still and was seen from another one, `late` where the tick was kept waiting.
        """
        code, lasti = path[-1]
        known = self._map(code)
        if known is None:
            return self._plain(path, native=exact or late)
        if exact:
            return self._plain(path, native=known.in_c(lasti))
        excess = LATE if late else self._excess.get((id(code), lasti), 0.0)
        slow = excess > SLOW
        if excess > KEPT and known.just_entered(lasti) and len(path) > 1:
            found = self._entered(path, slow=slow)
            if found is not None:
                return found
        shares = tuple(known.spread(lasti, slow=slow or (excess > KEPT and known.may_be_long(lasti))))
        return Leaf(path[:-1], code, shares, slow, [0.0] * len(shares))

    def in_c(self, code: CodeType, lasti: int) -> bool:
        """Whether a thread seen at this instruction from outside was in C code; assumed where the bytecode was not read."""
        known = self._map(code)
        return known is None or known.in_c(lasti)

    def _plain(self, path: Path, *, native: bool) -> Leaf:
        code, lasti = path[-1]
        return Leaf(path[:-1], code, (Share(self.line(code, lasti), 1.0, native=native, open=native),), native, [0.0])

    def _entered(self, path: Path, *, slow: bool) -> Leaf | None:
        """The leaf has done nothing yet: what kept the tick waiting came before, in its caller, if that did anything that may take long."""
        caller, lasti = path[-2]
        known = self._map(caller)
        if known is None or not (slow or known.before_call(lasti)):
            return None
        shares = tuple(known.spread(lasti, leaf_ran=False, slow=True))
        return Leaf(path[:-2], caller, shares, slow, [0.0] * len(shares))

    def _map(self, code: CodeType) -> CodeMap | None:
        if id(code) not in self._worth:
            return None
        if id(code) not in self._maps:
            self._maps[id(code)] = CodeMap(code)
        return self._maps[id(code)]


def _worth_reading(ticks: list[Tick], stacks: list[Stack]) -> set[int]:
    """Ids of code objects that enough ticks end in, or just above: reading bytecode takes milliseconds."""
    seen: Counter[int] = Counter()
    for tick in ticks:
        seen.update(part for part in stacks[tick.stack][0:3:2] if part != OUTSIDE)
    least = max(2, len(ticks) // 500)
    return {code for code, count in seen.items() if count >= least}


def _excess(ticks: list[Tick], stacks: list[Stack]) -> dict[tuple[int, int], float]:
    """(id of code, offset) of an instruction -> by how many seconds three quarters of the ticks come later there than at their soonest."""
    late: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    for tick in ticks:
        if tick.thread == 0 and not tick.exact and len(stacks[tick.stack]) > 1:
            late[stacks[tick.stack][:2]].append(tick.late)  # type: ignore[index]
    if not late:
        return {}
    everything = sorted(value for values in late.values() for value in values)
    soonest = everything[len(everything) // 10]
    return {at: statistics.quantiles(values, n=4)[0] - soonest for at, values in late.items() if len(values) > 2}
