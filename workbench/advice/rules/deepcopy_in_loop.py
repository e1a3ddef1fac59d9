"""`copy.deepcopy` of data that is flat, or written out as a constant."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.analysis.regions import Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

COPIED = ("list", "dict", "set")
PLAIN = ("str", "int", "float", "bool", "bytes")


def look(place: Place) -> Iterator[Match]:
    """`deepcopy(x)`, where the items of `x` are known to be plain, or `x` is a name for a dict or list written out in the module."""
    for node in place.nodes:
        if not isinstance(node, ast.Call) or place.called(node) != "copy.deepcopy" or len(node.args) != 1:
            continue
        given, shown = node.args[0], place.source(node)
        written = _written(place, given)
        if written is not None:
            says = f"`{shown}` walks through a constant again and again, item by item, in Python."
            edit, how = Edit(node, place.source(written)), f"`{place.source(given)}` is written out where it is copied"
        elif (found := _flat(place, given)) in COPIED:
            says = f"`{shown}` asks each item of a flat {found} how it is copied, in Python."
            edit, how = Edit(node, f"{place.source(given)}.copy()"), "the flat collection is copied by its own `copy()`"
        else:
            continue
        yield Match(node, says, counts=Counts.CALLEES, callees=frozenset({"deepcopy"}), edits=(edit,), how=how)


def _flat(place: Place, node: ast.expr) -> str:
    """The kind of a collection whose items are plain; "" where that is not known."""
    kinds = place.kinds
    if not isinstance(node, ast.Name):
        return ""
    if kinds.element(node) in PLAIN:
        return kinds.kind(node)
    around = [one for one in place.nodes if isinstance(one, ast.For | ast.comprehension)]
    over = [one.iter for one in around if isinstance(one.target, ast.Name) and one.target.id == node.id]
    if len(over) != 1 or len(place.stores(node.id)) != 1 or not isinstance(over[0], ast.Name):
        return ""
    return _inner(place, over[0].id)


def _inner(place: Place, name: str) -> str:
    """The kind of the items of an argument that is annotated as a list (or the like) of flat collections."""
    node = place.node
    if isinstance(node, ast.Module) or place.stores(name):
        return ""
    found = [one.annotation for one in (*node.args.args, *node.args.kwonlyargs) if one.arg == name]
    if not found or not isinstance(found[0], ast.Subscript) or not isinstance(found[0].slice, ast.Subscript):
        return ""
    outer, inner = ast.unparse(found[0].value), found[0].slice
    items = inner.slice.elts[-1] if isinstance(inner.slice, ast.Tuple) else inner.slice
    plain = ast.unparse(items) in PLAIN and outer.lower() in ("list", "sequence", "iterable")
    return ast.unparse(inner.value).lower() if plain else ""


def _written(place: Place, node: ast.expr) -> ast.expr | None:
    """The dict or list of constants that a name of the module is bound to, where nothing else in the module touches it."""
    if not isinstance(node, ast.Name) or place.stores(node.id):
        return None
    bound, parents = [], place.module.parents
    for one in ast.walk(place.module.tree):
        if not isinstance(one, ast.Name) or one.id != node.id:
            continue
        around = parents[one]
        if isinstance(one.ctx, ast.Store) and isinstance(around, ast.Assign | ast.AnnAssign):
            bound.append(around if parents[around] is place.module.tree else None)
        elif not (isinstance(around, ast.Call) and place.called(around) == "copy.deepcopy"):
            return None
    value = bound[0].value if len(bound) == 1 and bound[0] is not None else None
    return value if isinstance(value, ast.Dict | ast.List) and _constant(value) else None


def _constant(node: ast.AST | None) -> bool:
    if isinstance(node, ast.Dict):
        return all(_constant(one) for one in (*node.keys, *node.values))
    if isinstance(node, ast.List | ast.Tuple):
        return all(_constant(one) for one in node.elts)
    return isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.Constant)


RULE = Rule(
    name="deepcopy-in-loop",
    title="deepcopy of plain data",
    looks_at="`copy.deepcopy` of a collection whose items are known to be str or numbers, or of a constant of the module",
    pattern="the collection's own `copy()` where it is flat; a literal, or a function that makes it, for a constant",
    unless="items are nested and are changed afterwards, or are of a subclass that copies itself in its own way",
    pays="at every size, 5 times or more (CPython 3.11 and 3.13)",
    look=look,
)
