"""What the serial orders give: the only results that an interleaving may have."""

from __future__ import annotations

import itertools
import math
import random
import time
from dataclasses import dataclass, field
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import TYPE_CHECKING

from workbench.study.races.records import name_of, short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.study.races.records import Outcome, Ran

ALL_UP_TO = 5
"""Calls up to which all orders are run at once."""

SAMPLED = 60
"""Orders run first, where there are more calls."""

FIXED = (
    int,
    float,
    complex,
    str,
    bytes,
    tuple,
    frozenset,
    range,
    type(None),
    type,
    FunctionType,
    BuiltinFunctionType,
    ModuleType,
)
"""Types of objects of which it does not matter whether two calls give the same one."""

MOST_ORDERS = 5040
"""Orders run at the most, before a result is told to be none of theirs."""


@dataclass(slots=True)
class Serial:
    """The outcomes of the serial orders of `calls` calls. `run` runs one order, and yields more than one run where calls start threads
    of their own; `same` tells whether two values are equal.

    `reason` says why nothing can be held against these outcomes, "" where it can; `alone` counts orders that never end.
    """

    calls: int
    run: Callable[[tuple[int, ...]], Iterator[Ran]]
    same: Callable[[object, object], bool]
    seed: int
    known: list[Outcome] = field(default_factory=list)
    orders: int = 0
    alone: int = 0
    reason: str = ""
    _why: str = ""
    _left: Iterator[tuple[int, ...]] = field(default_factory=lambda: iter(()))

    def learn(self, seconds: float) -> None:
        """Run the orders: all, up to five calls, else some; the first ones twice."""
        begin = time.monotonic()
        everyone = itertools.permutations(range(self.calls))
        if self.calls <= ALL_UP_TO:
            self._left = everyone
        else:
            self._left = self._sampled()
        most = math.factorial(self.calls) if self.calls <= ALL_UP_TO else SAMPLED
        while (
            self.orders < most
            and not self.reason
            and time.monotonic() < begin + (seconds if self.known else 2 * seconds)
        ):
            self._order(next(self._left), twice=self.orders < 24)
        if not self.reason and not self.known:
            self.reason = (
                f"no serial order of the calls ends by itself, so there is nothing to compare with ({self._why})"
            )

    @property
    def complete(self) -> bool:
        """Whether all orders were run."""
        return self.orders >= math.factorial(self.calls)

    def explains(self, outcome: Outcome, seconds: float) -> bool | None:
        """Whether some serial order gives this outcome; None where that cannot be told, as not all orders could be run."""
        end = time.monotonic() + seconds
        if any(equal(self.same, one, outcome) for one in self.known):
            return True
        if self.calls > ALL_UP_TO and math.factorial(self.calls) > MOST_ORDERS:
            return None
        while not self.complete:
            if time.monotonic() > end or self.reason:
                return None
            before = len(self.known)
            self._order(next(self._left), twice=False)
            if any(equal(self.same, one, outcome) for one in self.known[before:]):
                return True
        return False

    def _sampled(self) -> Iterator[tuple[int, ...]]:
        """Orders, by chance and each once, then, where that can be done, all others."""
        pick = random.Random(self.seed)
        numbers = list(range(self.calls))
        met: set[tuple[int, ...]] = set()
        while len(met) < SAMPLED:
            pick.shuffle(numbers)
            if tuple(numbers) not in met:
                met.add(tuple(numbers))
                yield tuple(numbers)
        yield from (order for order in itertools.permutations(range(self.calls)) if order not in met)

    def _order(self, order: tuple[int, ...], *, twice: bool) -> None:
        self.orders += 1
        runs = list(self.run(order))
        ended = [ran.outcome for ran in runs if ran.outcome is not None]
        if not ended:
            self.alone += 1
            self._why = next((f"{ran.note}: " * bool(ran.note) + "; ".join(ran.stuck) for ran in runs), "")
            return
        for outcome in ended:
            if not any(equal(self.same, one, outcome) for one in self.known):
                self.known.append(outcome)
        again = next(iter(self.run(order))).outcome if twice else None
        if again is not None and (difference := unlike(self.same, ended[0], again)):
            said = ", ".join(name_of(number) for number in order)
            self.reason = (
                f"the calls one after the other, in the order {said}, do not give the same twice: {difference}"
            )

    def told(self) -> str:
        """A sentence: how many orders were run, and how many results they give."""
        every = math.factorial(self.calls)
        which = f"all {every}" if self.complete else f"{self.orders:,} of {every:,}"
        alone = f"; {self.alone} of them never end by themselves, and don't count" if self.alone else ""
        orders = "orders" if every > 1 else "order"
        outcomes = "outcome" if len(self.known) == 1 else "different outcomes"
        return f"serial runs: {which} {orders} of the {self.calls} calls, giving {len(self.known)} {outcomes}{alone}."


def equal(same: Callable[[object, object], bool], one: Outcome, two: Outcome) -> bool:
    """Whether two outcomes have the same results, call by call, and the same state seen."""
    return len(one.results) == len(two.results) and unlike(same, one, two) == ""


def unlike(same: Callable[[object, object], bool], one: Outcome, two: Outcome) -> str:
    """The first difference of two outcomes, in words; "" where there is none."""
    for number, (mine, other) in enumerate(zip(one.results, two.results)):
        if mine[0] != other[0] or (mine[0] == "raised" and mine[1] is not other[1]) or not same(mine[-1], other[-1]):
            return f"call {name_of(number)} gave {short(mine[-1])} and {short(other[-1])}"
    pairs, others = shared(one), shared(two)
    if pairs != others:
        first, second = min(pairs ^ others)
        return f"calls {name_of(first)} and {name_of(second)} gave the same object once and two equal ones once"
    return "" if same(one.seen, two.seen) else f"afterwards there was {short(one.seen)} and {short(two.seen)}"


def shared(outcome: Outcome) -> set[tuple[int, int]]:
    """The pairs of calls that gave the same object, of those that can be changed."""
    given = [
        (n, result[1])
        for n, result in enumerate(outcome.results)
        if result[0] == "returned" and not isinstance(result[1], FIXED)
    ]
    return {(n, m) for n, mine in given for m, other in given if n < m and mine is other}
