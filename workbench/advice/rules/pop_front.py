"""Taking from, and putting at, the front of a list."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.advice.place import Def
from workbench.advice.syntax import inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

BOUND = 128
"""A list that is kept shorter than this is short."""

METHODS = frozenset({"append", "extend", "remove", "clear", "count", "index", "reverse", "copy"})
READING = frozenset(
    [
        "all",
        "any",
        "bool",
        "enumerate",
        "frozenset",
        "len",
        "list",
        "max",
        "min",
        "reversed",
        "set",
        "sorted",
        "sum",
        "tuple",
    ]
)


def look(place: Place) -> Iterator[Match]:
    """`items.pop(0)` and `items.insert(0, x)` on a list that outlives the loop's round, or that is kept in `self`."""
    for node in place.nodes:
        items = _front(node)
        if items is None or not isinstance(node, ast.Call) or place.kinds.kind(items) != "list":
            continue
        loops, name = place.loops(node), place.source(items)
        if isinstance(items, ast.Name) and (
            not loops or any(inside(place, one, loops[0]) for one in place.stores(name))
        ):
            continue
        around = place.module.parents[place.node] if isinstance(items, ast.Attribute) else place.node
        uses = [one for one in ast.walk(around) if isinstance(one, type(items)) and ast.unparse(one) == name]
        if any(_by_number(place, one) or _kept_short(place, one) for one in uses):
            continue
        yield Match(
            node,
            f"`{place.source(node)}` moves every other item of the list `{name}` by one place.",
            edits=_edits(place, name, uses) if isinstance(items, ast.Name) else (),
            imports=("from collections import deque",),
            how=f"`{name}` became a deque",
        )


def _front(node: ast.AST) -> ast.expr | None:
    """The list in `items.pop(0)` and `items.insert(0, x)`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.keywords or not node.args:
        return None
    wanted = {"pop": 1, "insert": 2}.get(node.func.attr)
    first = node.args[0]
    at_front = isinstance(first, ast.Constant) and type(first.value) is int and first.value == 0
    fits = at_front and len(node.args) == wanted and isinstance(node.func.value, ast.Name | ast.Attribute)
    return node.func.value if fits else None


def _by_number(place: Place, node: ast.AST) -> bool:
    """Whether a use needs a list: an item in the middle, a slice, sorting."""
    above = place.module.parents[node]
    if isinstance(above, ast.Attribute):
        return above.attr == "sort"
    return isinstance(above, ast.Subscript) and above.value is node and not _end(above.slice)


def _end(node: ast.expr) -> bool:
    return ast.unparse(node) in ("0", "1", "-1")


def _kept_short(place: Place, node: ast.AST) -> bool:
    """Whether the length is held against a small number."""
    call = place.module.parents[node]
    above = place.module.parents.get(call)
    if not isinstance(call, ast.Call) or place.called(call) != "len" or not isinstance(above, ast.Compare):
        return False
    numbers = [one.value for one in (above.left, *above.comparators) if isinstance(one, ast.Constant)]
    return any(isinstance(one, int) and 2 < one <= BOUND for one in numbers)


def _edits(place: Place, name: str, uses: list[ast.expr]) -> tuple[Edit, ...]:
    """The list as a deque, where it is made once in this def and every use of it is one that a deque has; it is returned as a list."""
    bound = place.stores(name)
    statement = place.module.parents[bound[0]] if len(bound) == 1 else None
    if not isinstance(place.node, Def) or not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return ()
    edits = [_made(place, statement.value)]
    for one in uses:
        if one is not bound[0]:
            edits.append(_used(place, one))
    return () if any(one is None for one in edits) else tuple(one for one in edits if one is not None and one.text)


def _made(place: Place, value: ast.expr) -> Edit | None:
    if isinstance(value, ast.Call) and place.called(value) == "list" and len(value.args) < 2:
        return Edit(value.func, "deque")
    if isinstance(value, ast.List | ast.ListComp) or place.kinds.kind(value) == "list":
        empty = isinstance(value, ast.List) and not value.elts
        return Edit(value, "deque()" if empty else f"deque({place.source(value)})")
    return None


def _used(place: Place, node: ast.expr) -> Edit | None:
    """What a use becomes, with no text where it stays; None where a deque has no such use."""
    above, stays = place.module.parents[node], Edit(node, "")
    if not any(node is one for one in place.nodes):
        return None
    if isinstance(above, ast.Return):
        return Edit(node, f"list({place.source(node)})")
    if isinstance(above, ast.Attribute):
        call = place.module.parents[above]
        if not isinstance(call, ast.Call) or call.func is not above:
            return None
        if _front(call) is node:
            given = ast.unparse(call.args[1]) if above.attr == "insert" else ""
            return Edit(call, f"{place.source(node)}.{'appendleft' if given else 'popleft'}({given})")
        return stays if above.attr in METHODS or (above.attr == "pop" and not call.args) else None
    if isinstance(above, ast.Call):
        return stays if place.called(above) in READING else None
    if isinstance(above, ast.Subscript):
        return stays if _end(above.slice) and above.value is node else None
    tested = isinstance(above, ast.While | ast.If | ast.IfExp) and above.test is node
    logical = isinstance(above, ast.UnaryOp) and isinstance(above.op, ast.Not)
    contained = (
        isinstance(above, ast.Compare) and isinstance(above.ops[0], ast.In | ast.NotIn) and node is not above.left
    )
    return stays if tested or logical or contained else None


RULE = Rule(
    name="pop-front",
    title="front of a list",
    looks_at="`pop(0)` and `insert(0, x)` on a local list in a loop, or on a list of `self`",
    pattern="`collections.deque` with `popleft` and `appendleft`, which take the same time at any size",
    unless="the list stays short, or is also read by number in the middle, which a deque does slowly",
    pays="from 32 items on a little, 1.2 to 1.8 times at 128, 2 times or more from 2,048 on (CPython 3.11 and 3.13)",
    look=look,
)
