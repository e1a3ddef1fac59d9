"""A lock that is held while its holder waits."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Match, Rule
from workbench.advice.blocking import waits
from workbench.analysis.regions import Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

MOSTLY = 0.5
CHECKS = (ast.If, ast.While, ast.IfExp, ast.Try)


def look(place: Place) -> Iterator[Match]:
    """The first call in a `with` of a lock that is known to wait, and that no test under the same lock decides on."""
    for node in place.nodes:
        if isinstance(node, ast.With | ast.AsyncWith):
            kinds = {place.kinds.kind(item.context_expr): item.context_expr for item in node.items}
            lock = kinds.get("async lock" if isinstance(node, ast.AsyncWith) else "lock")
            if lock is not None:
                yield from _under(place, node, lock)


def _under(place: Place, block: ast.With | ast.AsyncWith, lock: ast.expr) -> Iterator[Match]:
    for node in place.nodes:
        around = list(place.around(node))
        if block not in around or any(node is one for item in block.items for one in ast.walk(item)):
            continue
        if any(isinstance(one, CHECKS) for one in around[: around.index(block)]):
            continue
        found = _awaited(place, node) if isinstance(block, ast.AsyncWith) else _blocked(place, node)
        if found is not None:
            said = f"`{place.source(node)}` waits while `{place.source(lock)}` is held: all who want that wait too."
            yield Match(node, said, counts=found)
            return


def _blocked(place: Place, node: ast.AST) -> Counts | None:
    """A call that is known to wait, or of a def of this module that makes one, where the lines mostly wait."""
    if not isinstance(node, ast.Call):
        return None
    counts = waits(place, node)
    function = place.function(node.func) if counts is None else None
    if counts is None and (function is None or not any(waits(place, one) for one in ast.walk(function))):
        return None
    heat = place.heat(node, Counts.REGION)
    return Counts.REGION if heat is not None and heat.waiting >= MOSTLY else None


def _awaited(place: Place, node: ast.AST) -> Counts | None:
    """An `await` of a function by its name: a method may be what the lock is there for."""
    if not isinstance(node, ast.Await) or not isinstance(node.value, ast.Call):
        return None
    called = node.value.func
    plain = isinstance(called, ast.Name) or not place.called(node.value).startswith(".")
    return Counts.WAITS if plain else None


RULE = Rule(
    name="lock-while-waiting",
    title="lock held across waiting",
    looks_at="calls that wait (`sleep`, `requests`, `subprocess`, `await f()`) in a `with` of a lock, where no test decides on them",
    pattern="wait first and lock after: the lock around the lines that read and change what is shared, and no others",
    unless="the lock is there to let one in at a time (a connection, a device), or what it guards must not change meanwhile",
    pays="from 4 threads on that wait 1 ms each (CPython 3.11 and 3.13)",
    look=look,
)
