"""Small questions about syntax that several rules ask."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

FEW = 8
"""Up to so many items written out, a collection is small."""


def same(one: ast.AST, other: ast.AST) -> bool:
    """Whether two expressions are written alike, apart from spaces."""
    return ast.unparse(one) == ast.unparse(other)


def names(*nodes: ast.AST) -> set[str]:
    """The names that appear anywhere in some nodes."""
    return {one.id for node in nodes for one in ast.walk(node) if isinstance(one, ast.Name)}


def inside(place: Place, node: ast.AST, around: ast.AST) -> bool:
    """Whether a node is in another one, or is it."""
    return node is around or any(one is around for one in place.around(node))


def siblings(place: Place, statement: ast.stmt) -> tuple[ast.stmt | None, ast.stmt | None]:
    """The statements right before and right after one, in the same block."""
    for _, block in ast.iter_fields(place.module.parents[statement]):
        if isinstance(block, list) and any(one is statement for one in block):
            at = next(at for at, one in enumerate(block) if one is statement)
            return block[at - 1] if at else None, block[at + 1] if at + 1 < len(block) else None
    return None, None


def stretch(first: ast.stmt | ast.ExceptHandler, last: ast.stmt) -> ast.stmt:
    """A node that has the lines and columns of statements from one to another."""
    where = {"lineno": first.lineno, "col_offset": first.col_offset}
    return ast.Pass(**where, end_lineno=last.end_lineno, end_col_offset=last.end_col_offset)


def few(place: Place, node: ast.AST) -> bool:
    """Whether an expression is a collection of few items written out, or a name that is bound to such only."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return len(node.elts) <= FEW
    if not isinstance(node, ast.Name):
        return False
    here = place.stores(node.id)
    found = list(_values(place.nodes if here else place.module.tree.body, node.id))
    if here and len(here) != len(found):
        return False
    return bool(found) and all(
        isinstance(one, ast.List | ast.Tuple | ast.Set) and 0 < len(one.elts) <= FEW for one in found
    )


def unused(place: Place, name: str) -> str:
    """A name nobody in the module has: this one, or with a number behind it."""
    taken = names(place.module.tree) | {one.arg for one in ast.walk(place.module.tree) if isinstance(one, ast.arg)}
    at, found = 2, name
    while found in taken or found in place.module.imported:
        found, at = f"{name}_{at}", at + 1
    return found


def written(place: Place, name: str, within: ast.AST) -> bool:
    """Whether a name is bound in a stretch, or an item or attribute of what it holds is."""
    if any(inside(place, one, within) for one in place.stores(name)):
        return True
    return any(
        isinstance(node, ast.Attribute | ast.Subscript)
        and not isinstance(node.ctx, ast.Load)
        and _root(node) == name
        and inside(place, node, within)
        for node in place.nodes
    )


def used_outside(place: Place, name: str, within: ast.AST) -> bool:
    """Whether a name is read outside of a stretch, or declared as not local."""
    declared = any(isinstance(one, ast.Global | ast.Nonlocal) and name in one.names for one in place.nodes)
    inner = any(isinstance(one, ast.Name) and one.id == name and one not in place.nodes for one in ast.walk(place.node))
    return declared or inner or any(not inside(place, one, within) for one in place.loads(name))


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _values(nodes: tuple[ast.AST, ...] | list[ast.stmt], name: str) -> Iterator[ast.AST]:
    for node in nodes:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign | ast.NamedExpr):
            targets = [node.target]
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) else None
        if value is not None and any(isinstance(one, ast.Name) and one.id == name for one in targets):
            yield value
