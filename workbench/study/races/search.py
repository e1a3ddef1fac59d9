"""The search over schedules: first all without interruption, then all with one, then with two and more, within the time.

Bounding the number of interruptions is the method of CHESS (Musuvathi and Qadeer, 2007): most races need one or two.
"""

from __future__ import annotations

import random
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.study.races.records import Ran

Turns = tuple[tuple[int, int], ...]
"""A schedule: at the decision of this number, this one goes on; at all others whoever had the turn."""

EARLY = 2
"""Passages of a place, interruptions at which come first: the hundredth round of a loop is much like its second."""

ORDERS = 6
"""Orders without interruption that come first: all those of three calls."""

WIDEST = 50_000
"""Schedules kept for a later level; of more, some are left out, and the level does not count as whole."""

MOST_CHILDREN = 600


@dataclass(slots=True)
class Level:
    """The schedules with a given number of interruptions: those still to `do`, the later passages that can wait, how many were `done`."""

    early: deque[Turns] = field(default_factory=deque)
    late: list[Turns] = field(default_factory=list)
    done: int = 0
    cut: bool = False

    @property
    def whole(self) -> bool:
        """Whether each schedule of this level was run."""
        return not self.early and not self.late and not self.cut

    @property
    def each_place(self) -> bool:
        """Whether each place was interrupted in its first passages."""
        return not self.early


@dataclass(slots=True)
class Search:
    """The state of a search; `bound` is the largest number of interruptions tried. `rounds()` yields each run."""

    run: Callable[[dict[int, int]], Ran]
    seed: int
    bound: int = 3
    levels: list[Level] = field(default_factory=list)
    runs: int = 0
    strayed: int = 0

    def rounds(self, seconds: float) -> Iterator[tuple[Turns, Ran]]:
        """Each schedule run, with what came of it, until none is left or the time is over."""
        end = time.monotonic() + seconds
        pick = random.Random(self.seed)
        self.levels = [Level() for _ in range(self.bound + 2)]
        self.levels[0].early.append(())
        while (taken := self._take(pick)) is not None and (not self.runs or time.monotonic() < end):
            number, turns = taken
            ran = self.run(dict(turns))
            self.runs += 1
            self.levels[number].done += 1
            yield turns, ran
            self._grow(number, turns, ran, pick)
        if taken is not None:
            self.levels[taken[0]].early.appendleft(taken[1])

    def _take(self, pick: random.Random) -> tuple[int, Turns] | None:
        """The next schedule: no interruption, then one; then one at a later passage or two, by chance; then what is left."""
        for number in range(min(2, self.bound + 1)):
            if self.levels[number].early:
                return number, self.levels[number].early.popleft()
        levels = list(enumerate(self.levels[: self.bound + 1]))
        early, late = (
            [number for number, level in levels if level.early],
            [number for number, level in levels if level.late],
        )
        if not early and not late:
            return None
        if late and (not early or (late[0] < early[0] and pick.random() < 0.5)):
            rest = self.levels[late[0]].late
            at = pick.randrange(len(rest))
            rest[at], rest[-1] = rest[-1], rest[at]
            return late[0], rest.pop()
        queue = self.levels[early[0]].early
        queue.rotate(pick.randrange(len(queue)))
        return early[0], queue.popleft()

    def _grow(self, number: int, turns: Turns, ran: Ran, pick: random.Random) -> None:
        """Add the schedules that leave this one at a later decision."""
        first = turns[-1][0] + 1 if turns else 0
        for at, who in turns:
            if at >= len(ran.decisions) or ran.decisions[at].chosen != who:
                self.strayed += 1
                break
        self.levels[min(1, self.bound)].cut |= ran.cut
        places = list(range(first, len(ran.decisions)))
        if len(places) > MOST_CHILDREN and number > 0:
            places = sorted(pick.sample(places, MOST_CHILDREN))
            for level in self.levels[number : number + 2]:
                level.cut = True
        for at in places:
            decision = ran.decisions[at]
            level = self.levels[number + decision.cost]
            late = decision.passage > EARLY or self._far(number, ran, decision.cost)
            for other in decision.enabled:
                if other == decision.chosen:
                    continue
                if len(level.early) + len(level.late) > WIDEST:
                    level.cut = True
                elif late:
                    level.late.append((*turns, (at, other)))
                else:
                    level.early.append((*turns, (at, other)))

    def _far(self, number: int, ran: Ran, cost: int) -> bool:
        """Whether what grows from this run can wait, as enough orders were tried: from four calls on there are too many."""
        everyone = max(len(decision.enabled) for decision in ran.decisions)
        if number > 0:
            return everyone > 3 and cost == 0
        if cost == 0:
            return self.levels[0].done + len(self.levels[0].early) > ORDERS
        return everyone > 3 and self.levels[0].done > 1

    def told(self, what: str, switch: str) -> str:
        """How far the search came, in a sentence: `what` was run ("threads"), where a `switch` may come."""
        whole = 0
        while whole <= self.bound and self.levels[whole].whole and (whole == 0 or self.levels[whole - 1].whole):
            whole += 1
        nothing_left = all(level.whole for level in self.levels)
        if nothing_left:
            reach = "every interleaving at this granularity, so the search is exhaustive"
        elif whole > 1:
            most = "one interruption" if whole == 2 else f"up to {whole - 1} interruptions"
            reach = f"every interleaving with {most}, of those with more a part"
        elif self.levels[1].each_place:
            reach = f"one interruption at every place in the first {EARLY} passages of each, of the others a part"
        else:
            reach = "not even one interruption at every place, as the time was over"
        stray = (
            f"; {self.strayed} did not come out as scheduled, as threads waited at other times" if self.strayed else ""
        )
        return (
            f"{what}: {self.runs:,} interleavings run, a switch possible {switch}; {reach} (seed {self.seed}){stray}."
        )

    @property
    def enough(self) -> bool:
        """Whether at least each place was tried as a place to switch, which is what "clean" asks for."""
        return self.levels[0].each_place and self.levels[1].each_place
