"""Arithmetic on the items of an ndarray, one by one in Python."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.advice.syntax import FEW, names, same, used_outside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

STATEMENTS = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.If, ast.Expr, ast.Pass, ast.Continue)
BUILTINS = ("abs", "min", "max", "float", "int", "round", ".append")
UFUNCS = frozenset(
    f"numpy.{name}"
    for name in (
        *(
            "sqrt",
            "exp",
            "log",
            "log2",
            "log10",
            "sin",
            "cos",
            "tan",
            "arctan2",
            "hypot",
            "abs",
            "absolute",
            "floor",
            "ceil",
        ),
        *("maximum", "minimum", "square", "sign", "power", "isnan", "float64", "int64"),
    )
)
WHOLE = (ast.Add, ast.Sub, ast.Mult, ast.Div)
"""Operators that give bit for bit the same on a whole array as on its items."""


def look(place: Place) -> Iterator[Match]:
    """A loop that only reckons with items of ndarrays, none of whose turns needs the one before."""
    for node in place.nodes:
        if isinstance(node, ast.For):
            arrays = _arrays(place, node.target, node.iter, list(node.body))
            if arrays and _simple(place, node) and not _chained(node):
                how = "the loop became one expression over the whole arrays"
                yield Match(node, _says(place, node.iter, arrays), edits=_edits(place, node), how=how)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp) and len(node.generators) == 1:
            first = node.generators[0]
            arrays = _arrays(place, first.target, first.iter, [node.elt, *first.ifs])
            if arrays and all(_reckons(place, one) for one in (node.elt, *first.ifs)):
                yield Match(node, _says(place, first.iter, arrays))


def _says(place: Place, over: ast.expr, arrays: set[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in sorted(arrays))
    kind = "the ndarray" if len(arrays) == 1 else "the ndarrays"
    taken = "each item becomes a Python object, and is reckoned with by itself"
    return f"The loop over `{place.source(over)}` takes {kind} {listed} apart: {taken}."


def _arrays(place: Place, target: ast.expr, over: ast.expr, body: list[ast.AST]) -> set[str]:
    """Names of the arrays whose items are reckoned with; none where one of them is written out and small."""
    inside = [one for part in body for one in ast.walk(part)]
    name, given = place.called(over), over.args if isinstance(over, ast.Call) else [over]
    items: set[str] = set()
    if name == "range":
        if all(isinstance(one, ast.Constant) and isinstance(one.value, int) and one.value <= FEW for one in given):
            return set()
        found = {item for one in inside if (item := _item(place, one, names(target)))}
    elif name in ("", "zip", "enumerate"):
        found = {one.id for one in given if isinstance(one, ast.Name) and place.kinds.kind(one) == "ndarray"}
        pair = name == "enumerate" and isinstance(target, ast.Tuple)
        items = names(target.elts[-1] if pair and isinstance(target, ast.Tuple) else target)
    else:
        return set()
    if not found or any(_tiny(place, name) for name in found):
        return set()
    sums = [one for one in inside if isinstance(one, ast.BinOp | ast.Compare | ast.AugAssign | ast.Call)]
    return found if any(names(one) & (items or found) for one in sums) else set()


def _item(place: Place, node: ast.AST, turns: set[str]) -> str:
    """The name of an ndarray, where a node reads its item at a loop's turn."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name) or not _at(node.slice, turns):
        return ""
    read = isinstance(node.ctx, ast.Load) and place.kinds.kind(node.value) == "ndarray"
    return node.value.id if read else ""


def _at(index: ast.expr, turns: set[str]) -> bool:
    return bool(names(index) & turns) and not any(isinstance(one, ast.Slice) for one in ast.walk(index))


def _tiny(place: Place, name: str) -> bool:
    """Whether a name is bound to an array of few items written out."""
    for node in (*place.nodes, *place.module.tree.body):
        if isinstance(node, ast.Assign) and names(*node.targets) == {name} and isinstance(node.value, ast.Call):
            args = node.value.args
            if args and isinstance(args[0], ast.List | ast.Tuple) and len(args[0].elts) <= FEW:
                return True
    return False


def _simple(place: Place, loop: ast.For) -> bool:
    """Whether a loop's body only reckons: no loop in it, no other calls."""
    inside = [one for statement in loop.body for one in ast.walk(statement)]
    if loop.orelse or any(isinstance(one, ast.stmt) and not isinstance(one, STATEMENTS) for one in inside):
        return False
    return all(_reckons(place, statement) for statement in loop.body)


def _reckons(place: Place, node: ast.AST) -> bool:
    """Whether all calls in a node are those of numbers, and it awaits and yields nothing."""
    for one in ast.walk(node):
        if isinstance(
            one, ast.Await | ast.Yield | ast.YieldFrom | ast.Lambda | ast.ListComp | ast.GeneratorExp | ast.JoinedStr
        ):
            return False
        if isinstance(one, ast.Call):
            called = place.called(one)
            if called not in BUILTINS and not called.startswith("math.") and called not in UFUNCS:
                return False
    return True


def _chained(loop: ast.For) -> bool:
    """Whether a turn reads what an earlier one left: a name before it is bound, or another item of an array that is stored to.
    A sum (`total += ...`) that is read nowhere else in the loop is none."""
    inside = [one for statement in loop.body for one in ast.walk(statement)]
    stored = {one.id for one in inside if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    bound: set[str] = set(names(loop.target))
    for statement in loop.body:
        read = {one.id for one in ast.walk(statement) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
        if (read & stored) - bound:
            return True
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            bound |= {
                one.id for one in ast.walk(statement) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
            }
    items = [one for one in inside if isinstance(one, ast.Subscript)]
    for left in (one for one in items if not isinstance(one.ctx, ast.Load)):
        others = [one for one in items if same(one.value, left.value) and not same(one.slice, left.slice)]
        if others or not names(left.slice) & names(loop.target):
            return True
    return False


def _edits(place: Place, loop: ast.For) -> tuple[Edit, ...]:
    """`out[:len(a)] = ...` for a loop over `range(len(a))` of one statement that stores item by item what `+ - * /` make of items."""
    over, only = loop.iter, loop.body[0]
    size = (
        over.args[0] if isinstance(over, ast.Call) and len(over.args) == 1 and place.called(over) == "range" else None
    )
    if size is None or place.called(size) != "len" or len(loop.body) != 1 or not isinstance(only, ast.Assign):
        return ()
    target, turn = only.targets[0], loop.target
    if not isinstance(turn, ast.Name) or used_outside(place, turn.id, loop) or len(only.targets) != 1:
        return ()
    items = [one for one in ast.walk(only) if isinstance(one, ast.Subscript)]
    if not isinstance(target, ast.Subscript) or any(not same(one.slice, turn) for one in items):
        return ()
    if any(place.kinds.kind(one.value) != "ndarray" for one in items) or not _whole(place, only.value):
        return ()
    part = f":{place.source(size)}"
    return (Edit(loop, _sliced(place, only, items, part)),)


def _whole(place: Place, node: ast.expr) -> bool:
    """Whether an expression is made of items, numbers, and operators that are the same for whole arrays."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, WHOLE) and _whole(place, node.left) and _whole(place, node.right)
    return isinstance(node, ast.Subscript) or place.kinds.kind(node) in ("int", "float")


def _sliced(place: Place, only: ast.Assign, items: list[ast.Subscript], part: str) -> str:
    """The statement's text with each index put as a slice."""
    text, lines = place.source(only), sorted(items, key=lambda one: (one.lineno, one.col_offset), reverse=True)
    if only.lineno != only.end_lineno:
        text = ast.unparse(only)
        return text.replace(f"[{ast.unparse(items[0].slice)}]", f"[{part}]")
    data = text.encode()
    for one in lines:
        begin, end = one.slice.col_offset - only.col_offset, (one.slice.end_col_offset or 0) - only.col_offset
        data = data[:begin] + part.encode() + data[end:]
    return data.decode()


RULE = Rule(
    name="loop-over-ndarray",
    title="a Python loop over an ndarray",
    looks_at="loops and comprehensions that only reckon with items of ndarrays, where no turn needs the one before",
    pattern="expressions over whole arrays (`a * b`, `np.where`, `.sum()`; `np.bincount` to count, "
    "`np.add.at` to add up); where the loop has to stay, `a.tolist()` gives plain numbers",
    unless="the arrays have few items, or whole temporaries would not fit in memory",
    pays="from 16 items on, 5 to 10 times at 256; `tolist()` from 8 items, 2 times (CPython 3.11 and 3.13)",
    look=look,
)
