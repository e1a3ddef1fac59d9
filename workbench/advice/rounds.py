"""Whether the rounds of a loop need each other, as far as names show."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.advice.place import Place

CHANGING = frozenset(
    [
        "add",
        "append",
        "appendleft",
        "clear",
        "discard",
        "extend",
        "insert",
        "pop",
        "popitem",
        "popleft",
        "remove",
        "setdefault",
        "update",
    ]
)
BRANCHES = (ast.If, ast.For, ast.While, ast.Try, ast.ExceptHandler)


def independent(place: Place, loop: ast.AST, inside: Sequence[ast.AST], awaits: Sequence[ast.AST]) -> bool:
    """Whether what is awaited is made of the round's own names, and no round reads what an earlier one bound or changed."""
    own = {one.id for one in inside if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    read = {one.id for node in awaits for one in ast.walk(node) if isinstance(one, ast.Name)}
    if not own & read:
        return False
    return _bound_first(place, loop, inside) and not _changed_and_read(loop, inside)


def _bound_first(place: Place, loop: ast.AST, inside: Sequence[ast.AST]) -> bool:
    """Whether every name that the loop binds is bound before it is read, in the same round."""
    targets = _targets(loop)
    stores: dict[str, list[ast.Name]] = {}
    for one in inside:
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store) and one not in targets:
            stores.setdefault(one.id, []).append(one)
    fixed = {one.id for one in targets if isinstance(one, ast.Name)}
    if fixed & stores.keys():
        return False
    reads = [one for one in inside if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) and one.id in stores]
    return all(any(_before(place, bound, one) for bound in stores[one.id]) for one in reads)


def _targets(loop: ast.AST) -> list[ast.AST]:
    parts = [one.target for one in getattr(loop, "generators", [])] or [loop.target]  # type: ignore[attr-defined]
    return [one for part in parts for one in ast.walk(part)]


def _before(place: Place, bound: ast.Name, read: ast.Name) -> bool:
    """Whether a binding has happened where a name is read: an earlier statement, and in no branch the reading is not in."""
    comprehension = next((one for one in place.around(bound) if isinstance(one, ast.comprehension)), None)
    if comprehension is not None:
        return place.module.parents[comprehension] in list(place.around(read))
    begun, statement = place.statement(bound), place.statement(read)
    if isinstance(begun, ast.AugAssign) or begun is statement:
        return False
    if (bound.lineno, bound.col_offset) > (read.lineno, read.col_offset):
        return False
    around = list(place.around(read))
    return all(one in around for one in place.around(bound) if isinstance(one, BRANCHES))


def _changed_and_read(loop: ast.AST, inside: Sequence[ast.AST]) -> bool:
    """Whether the loop changes an object (an item, an attribute, by a method) that it also reads somewhere."""
    changed: list[ast.AST] = []
    for one in inside:
        if isinstance(one, ast.Subscript | ast.Attribute) and not isinstance(one.ctx, ast.Load):
            changed.append(one.value if isinstance(one, ast.Subscript) else one)
        elif isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in CHANGING:
            changed.append(one.func.value)
    names = {ast.unparse(one) for one in changed}
    heads = [getattr(loop, "iter", None), *(one.iter for one in getattr(loop, "generators", []))]
    read = [*inside, *(one for head in heads if head is not None for one in ast.walk(head))]
    return any(
        isinstance(one, ast.Name | ast.Attribute)
        and isinstance(one.ctx, ast.Load)
        and all(one is not other for other in changed)
        and ast.unparse(one) in names
        for one in read
    )
