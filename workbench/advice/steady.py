"""Whether something stays what it is while a loop runs, as far as names show."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.rounds import CHANGING
from workbench.advice.syntax import FEW, few, inside, names

if TYPE_CHECKING:
    from workbench.advice.place import Place

MOVING = frozenset({"sort", "reverse", "rotate"})
READING = frozenset(
    [
        "abs",
        "all",
        "any",
        "bool",
        "bytes",
        "dict",
        "enumerate",
        "filter",
        "float",
        "format",
        "frozenset",
        "hash",
        "int",
        "isinstance",
        "len",
        "list",
        "map",
        "max",
        "min",
        "ord",
        "print",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "sorted",
        "str",
        "sum",
        "tuple",
        "type",
        "zip",
    ]
)
"""Functions that do nothing to what they are given."""

CONSTANT = ("str", "bytes", "int", "float", "bool", "regex", "range")
"""Kinds that nobody can change."""

TAKING = frozenset(
    {".extend", ".update", ".join", ".union", ".intersection", ".difference", ".issubset", ".issuperset"}
)
"""Methods that take the items of what they are given, and not it itself."""


def steady(place: Place, name: str, loop: ast.AST) -> bool:
    """Whether a loop neither binds a name, nor changes what it holds, nor gives it to somebody who could."""
    if any(inside(place, one, loop) for one in place.stores(name)):
        return False
    if place.kinds.names.get(name) in CONSTANT:
        return True
    return not any(inside(place, one, loop) and _touched(place, one) for one in place.loads(name))


def same_each_time(place: Place, node: ast.AST, loop: ast.AST) -> bool:
    """Whether all names of an expression are steady; its own, those of a lambda or of a comprehension, do not count."""
    own = {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
    own |= {name for one in ast.walk(node) if isinstance(one, ast.comprehension) for name in names(one.target)}
    return all(steady(place, name, loop) for name in names(node) - own)


def shrinks(place: Place, name: str, loop: ast.AST) -> bool:
    """Whether a loop takes items from what a name (or `self.x`) holds, sets some anew, or binds the name."""
    for one in place.nodes:
        if not isinstance(one, ast.Name | ast.Attribute) or ast.unparse(one) != name or not inside(place, one, loop):
            continue
        above = place.module.parents[one]
        if not isinstance(one.ctx, ast.Load):
            return True
        if isinstance(above, ast.Attribute) and above.attr in CHANGING - {"append", "extend", "add", "appendleft"}:
            return True
        if isinstance(above, ast.Subscript) and not isinstance(above.ctx, ast.Load):
            return True
    return False


def small(place: Place, node: ast.AST) -> bool:
    """Whether an expression is known to have few items: written out, or a name or `self.x` bound to such."""
    if not isinstance(node, ast.Attribute):
        return few(place, node)
    around = place.module.parents.get(place.node)
    values = [
        one.value
        for one in ast.walk(around if isinstance(around, ast.ClassDef) else place.node)
        if isinstance(one, ast.Assign) and any(ast.unparse(target) == ast.unparse(node) for target in one.targets)
    ]
    shown = (ast.List, ast.Tuple, ast.Set)
    return bool(values) and all(isinstance(one, shown) and 0 < len(one.elts) <= FEW for one in values)


def outermost(place: Place, node: ast.AST, of: ast.AST) -> ast.AST | None:
    """The outermost loop around a node in which an expression is the same each time; None where it is not even in the innermost."""
    found = None
    for loop in place.loops(node):
        if not same_each_time(place, of, loop):
            break
        found = loop
    return found


def _touched(place: Place, node: ast.AST) -> bool:
    """Whether an expression may be changed by what is around it, or is given another name."""
    above = place.module.parents[node]
    if isinstance(above, ast.Attribute):
        return above.attr in CHANGING | MOVING or not isinstance(above.ctx, ast.Load)
    if isinstance(above, ast.Subscript):
        return not isinstance(above.ctx, ast.Load)
    if isinstance(above, ast.keyword):
        above = place.module.parents[above]
    if isinstance(above, ast.Call):
        name = place.called(above)
        return above.func is not node and name not in READING | TAKING and not name.startswith("re.")
    return isinstance(above, ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.List | ast.Tuple | ast.Dict | ast.Set)
