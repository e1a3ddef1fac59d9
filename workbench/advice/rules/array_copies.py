"""A copy of an ndarray that nobody writes to."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.advice.syntax import inside, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

REDUCE = (
    "sum",
    "mean",
    "min",
    "max",
    "std",
    "var",
    "any",
    "all",
    "prod",
    "argmin",
    "argmax",
    "dot",
    "median",
    "percentile",
)
"""Methods, and functions of numpy, that read an array and give something of their own."""

FACTS = ("shape", "size", "ndim", "dtype")


def look(place: Place) -> Iterator[Match]:
    """`np.array(a)`, `a.copy()`, `a.flatten()` and `a.astype(a.dtype)` in a loop, where what they make is only read, and `a` stays."""
    for node in place.nodes:
        of = _copied(place, node)
        loops = place.loops(node)
        if of is None or not isinstance(node, ast.Call) or not loops:
            continue
        uses = _uses(place, node, loops[0])
        if not uses or not all(_reads(place, one) for one in uses) or _changed(place, node, of, loops[0]):
            continue
        says = f"`{place.source(node)}` copies the ndarray, each time round the loop, and the copy is only read."
        text = place.source(of) + (".ravel()" if place.called(node) == ".flatten" else "")
        wide = isinstance(of, ast.BinOp | ast.UnaryOp | ast.Compare)
        how = "what was copied is read itself"
        yield Match(node, says, edits=(Edit(node, f"({text})" if wide else text),), how=how)


def _copied(place: Place, node: ast.AST) -> ast.expr | None:
    """What a call copies, where that is known to be an ndarray."""
    if not isinstance(node, ast.Call):
        return None
    called = place.called(node)
    if called in ("numpy.array", "numpy.copy") and len(node.args) == 1 and not node.keywords:
        return node.args[0] if place.kinds.kind(node.args[0]) == "ndarray" else None
    if not isinstance(node.func, ast.Attribute) or place.kinds.kind(node.func.value) != "ndarray" or node.keywords:
        return None
    same = called == ".astype" and [ast.unparse(one) for one in node.args] == [f"{ast.unparse(node.func.value)}.dtype"]
    return node.func.value if same or (called in (".copy", ".flatten") and not node.args) else None


def _uses(place: Place, node: ast.Call, loop: ast.AST) -> list[ast.AST]:
    """The expressions the copy is used in: the call itself, or the reads of a name that is bound to it alone; none where it escapes."""
    statement = place.module.parents[node]
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return [node]
    target = statement.targets[0]
    if not isinstance(target, ast.Name) or len(place.stores(target.id)) != 1:
        return []
    loads = place.loads(target.id)
    return list(loads) if all(inside(place, one, loop) for one in loads) else []


def _reads(place: Place, node: ast.AST) -> bool:
    """Whether what is around an array's expression only reads it: reckons with it, compares, or sums it up."""
    above = place.module.parents[node]
    if isinstance(above, ast.BinOp | ast.Compare):
        return not any(isinstance(one, ast.Is | ast.IsNot) for one in getattr(above, "ops", ()))
    if isinstance(above, ast.Attribute):
        call = place.module.parents[above]
        return above.attr in FACTS or (above.attr in REDUCE and isinstance(call, ast.Call) and call.func is above)
    if not isinstance(above, ast.Call) or node is above.func:
        return False
    called = place.called(above)
    return called in ("len", "float") or (called.startswith("numpy.") and called.rpartition(".")[2] in REDUCE)


def _changed(place: Place, node: ast.Call, of: ast.expr, loop: ast.AST) -> bool:
    """Whether the array that is copied may change before a name for the copy is read for the last time: it is stored to in the loop, or
    handed to something that does more than read."""
    if not isinstance(place.module.parents[node], ast.Assign):
        return False
    arrays = {one.id for one in ast.walk(of) if isinstance(one, ast.Name) and place.kinds.kind(one) == "ndarray"}
    for name in arrays:
        others = [one for one in place.loads(name) if inside(place, one, loop) and not inside(place, one, node)]
        if written(place, name, loop) or not all(_reads(place, _item(place, one)) for one in others):
            return True
    return False


def _item(place: Place, node: ast.AST) -> ast.AST:
    """The subscript of a name, or the name itself."""
    above = place.module.parents[node]
    return above if isinstance(above, ast.Subscript) and above.value is node else node


RULE = Rule(
    name="array-copies",
    title="an ndarray copied to be read",
    looks_at="`np.array(a)`, `a.copy()`, `a.flatten()`, `a.astype(a.dtype)` of a known ndarray in a loop, where the copy is only read",
    pattern="the array or its slice itself: a slice is a view, and takes no copy (`ravel()` for `flatten()`)",
    unless="the copy keeps a state that is changed elsewhere, or makes scattered memory one block that is read many times",
    pays="from 8 items on for `np.array(a)`, 3 times at 262,144 items; for `flatten` from 4,096 items (CPython 3.11 and 3.13)",
    look=look,
)
