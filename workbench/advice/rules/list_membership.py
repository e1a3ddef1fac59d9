"""Membership in a list, tested again and again."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.advice.steady import outermost, shrinks, small
from workbench.advice.syntax import unused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

UNHASHABLE = ("list", "dict", "set", "bytearray", "ndarray", "DataFrame", "Series", "deque", "Counter", "defaultdict")


def look(place: Place) -> Iterator[Match]:
    """`x in items` in a loop, where `items` is a list that this loop neither makes nor takes from."""
    for node in place.nodes:
        if not isinstance(node, ast.Compare) or len(node.ops) != 1 or not isinstance(node.ops[0], ast.In | ast.NotIn):
            continue
        items, loops = node.comparators[0], place.loops(node)
        if not loops or not isinstance(items, ast.Name | ast.Attribute) or place.kinds.kind(items) != "list":
            continue
        inner = {place.kinds.kind(node.left), place.kinds.element(items)}
        name = place.source(items)
        if small(place, items) or shrinks(place, name, loops[0]) or inner & set(UNHASHABLE):
            continue
        yield Match(
            node,
            f"`{place.source(node)}` looks through the list `{name}` from its beginning, each time round the loop.",
            edits=_edits(place, node, items),
            how=f"a set of `{name}` is made once before the loop",
        )


def _edits(place: Place, node: ast.Compare, items: ast.expr) -> tuple[Edit, ...]:
    """A set beside the list, before the outermost loop of those that cannot change the list."""
    loop = outermost(place, node, items) if isinstance(items, ast.Name) else None
    if loop is None or not isinstance(items, ast.Name):
        return ()
    known = unused(place, f"known_{items.id}")
    return Edit(place.statement(loop), f"{known} = set({items.id})", before=True), Edit(items, known)


RULE = Rule(
    name="list-membership",
    title="membership tested in a list",
    looks_at="`in` and `not in` on a local list or a list of `self`, inside a loop",
    pattern="a set beside the list: its test takes the same time at any size (items have to be hashable)",
    unless="the list has few items, or is tested a few times only: making the set costs one pass over it",
    pays="from 8 items on with as many tests, 8 times at 64, 90 at 1,024 (CPython 3.11 and 3.13)",
    look=look,
)
