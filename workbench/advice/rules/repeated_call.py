"""A pure function that is asked for the same again and again."""

from __future__ import annotations

import ast
import math
from typing import TYPE_CHECKING

from workbench import units
from workbench.advice.base import Edit, Match, Rule
from workbench.advice.pure import one_for_all, plain_answer, pure
from workbench.analysis.regions import Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

LEAST_CALLS, TIMES, MOST = 100, 4, 8192
"""Recorded calls at the least; how often each argument came on the average; and different arguments at the most."""

CHEAP = 5e-7
"""Seconds of a call below which looking its answer up is no gain worth a word."""


def look(place: Place) -> Iterator[Match]:
    """A def whose recorded calls had few different arguments, and whose syntax shows that it only makes its answer of them."""
    node, known = place.node, place.repeats
    if not isinstance(node, ast.FunctionDef) or known is None or node.decorator_list or not known.hashable:
        return
    if known.kept < LEAST_CALLS or known.distinct * TIMES > known.kept or known.distinct > MOST:
        return
    if isinstance(place.module.parents[node], ast.ClassDef) or one_for_all(place) or not pure(place, node):
        return
    heat = place.heat(node, Counts.REGION)
    each = heat.seconds / known.seen if heat is not None else math.nan
    if each < CHEAP:
        return
    kept = 2 ** max(7, math.ceil(math.log2(2 * known.distinct)))
    yield Match(
        node,
        f"`{node.name}` was called {known.seen:,} times, and {known.kept:,} of these calls had {known.distinct:,} different arguments.",
        counts=Counts.REGION,
        evidence=(f"a call took {units.seconds(each)} on the average",) if math.isfinite(each) else (),
        edits=(Edit(node, f"@lru_cache(maxsize={kept})", before=True),) if plain_answer(place) else (),
        imports=("from functools import lru_cache",),
        how=f"the last {kept:,} different answers are kept",
    )


RULE = Rule(
    name="repeated-call",
    title="the same asked again",
    looks_at="recorded calls of a def with few different arguments, that are hashable, where its syntax shows no other effect",
    pattern="`functools.lru_cache` with a bound",
    unless="a call is about as fast as looking its answer up, or the answer is changed by who gets it",
    pays="for a call of about 1 us: from 20 calls with 10 different arguments on, 4.5 times at 100; never for "
    "a call of 50 ns (CPython 3.11 and 3.13)",
    look=look,
)
