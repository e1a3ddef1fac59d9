"""Python code in several threads, of which one runs at a time."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Match, Rule
from workbench.analysis.regions import Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

MOSTLY = 0.7
"""The share of a function's time in Python from which on threads bring it nothing."""

POOLS = frozenset({"concurrent.futures.ThreadPoolExecutor", "concurrent.futures.thread.ThreadPoolExecutor"})


def look(place: Place) -> Iterator[Match]:
    """`pool.map(f, xs)`, `pool.submit(f, ...)` and `Thread(target=f)` in a loop, where `f` is a def of this module that computes."""
    for node in place.nodes:
        given = _given(place, node) if isinstance(node, ast.Call) else None
        function = place.function(given) if given is not None else None
        if given is None or function is None:
            continue
        heat = place.heat(function, Counts.REGION)
        if heat is not None and heat.python >= MOSTLY:
            yield Match(
                node,
                f"`{place.source(node)}` runs `{place.source(given)}` in threads: that is mostly Python, one thread at a time.",
                counts=Counts.REGION,
                of=function,
            )


def _given(place: Place, node: ast.Call) -> ast.expr | None:
    """What a call gives to several threads."""
    loops = place.loops(node)
    if loops and isinstance(loops[0], ast.While):
        return None
    if loops and place.called(node) == "threading.Thread":
        return next((one.value for one in node.keywords if one.arg == "target"), None)
    if not isinstance(node.func, ast.Attribute) or not node.args or not _is_pool(place, node.func.value):
        return None
    if node.func.attr == "map" or (node.func.attr == "submit" and loops):
        return node.args[0]
    return None


def _is_pool(place: Place, node: ast.expr) -> bool:
    """Whether a name is bound to a pool of several threads, and nothing else."""
    if not isinstance(node, ast.Name) or len(place.stores(node.id)) != 1:
        return False
    bound = place.module.parents[place.stores(node.id)[0]]
    made = getattr(bound, "context_expr", None) or getattr(bound, "value", None)
    if not isinstance(made, ast.Call) or place.called(made) not in POOLS:
        return False
    given = [*made.args[:1], *(one.value for one in made.keywords if one.arg == "max_workers")]
    return not (given and isinstance(given[0], ast.Constant) and given[0].value == 1)


RULE = Rule(
    name="cpu-in-threads",
    title="Python code in threads",
    looks_at="an own function given to `ThreadPoolExecutor` or, in a loop, to `Thread`, whose measured time is mostly Python",
    pattern="`concurrent.futures.ProcessPoolExecutor` with large pieces of work; or the plain loop, which takes as long as the threads",
    unless="the threads keep something else answering meanwhile, or Python runs without its global lock (a free-threaded build)",
    pays="the plain loop in place of two threads: from 1 piece on, at 1,024 sums of 100 numbers 2.6 times (CPython 3.11 and 3.13)",
    look=look,
)
