"""A DataFrame or an array made anew for each row it grows by."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.advice.place import LOOPS
from workbench.advice.syntax import inside, siblings, unused
from workbench.analysis.regions import Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

JOINS = ("pandas.concat", "numpy.concatenate", "numpy.vstack", "numpy.hstack")
COMPILED = "numpy.concatenate"


def look(place: Place) -> Iterator[Match]:
    """`x = concat([x, more])`, `x = np.append(x, more)` and `x.loc[len(x)] = row`, in a loop that binds `x` nowhere else."""
    for node in place.nodes:
        loop = next((one for one in place.loops(node) if isinstance(one, LOOPS)), None)
        if loop is None or not isinstance(node, ast.Assign) or len(node.targets) != 1:
            continue
        target, called = node.targets[0], place.called(node.value)
        if _located(target):
            says = f"`{_first(place, node)}` makes room in the whole frame for one row, each time round the loop."
            yield Match(node, says, counts=Counts.CALLEES, callees=frozenset({"__setitem__"}))
        elif isinstance(target, ast.Name) and _grows(place, node.value, target.id):
            if len([one for one in place.stores(target.id) if inside(place, one, loop)]) > 1:
                continue
            name = called.rpartition(".")[2]
            says = (
                f"`{_first(place, node)}` copies all of `{target.id}` to put more behind it, each time round the loop."
            )
            how = "the parts are kept in a list, and put together once behind the loop"
            counts, names = (Counts.LINES, "") if called == COMPILED else (Counts.CALLEES, name)
            edits = _edits(place, node, target.id, loop)
            yield Match(node, says, counts=counts, callees=frozenset({names} - {""}), edits=edits, how=how)


def _first(place: Place, node: ast.stmt) -> str:
    return place.source(node).splitlines()[0]


def _located(target: ast.expr) -> bool:
    """Whether a target is `x.loc[len(x)]`."""
    if (
        not isinstance(target, ast.Subscript)
        or not isinstance(target.value, ast.Attribute)
        or target.value.attr != "loc"
    ):
        return False
    return ast.unparse(target.slice) == f"len({ast.unparse(target.value.value)})"


def _grows(place: Place, node: ast.expr, name: str) -> bool:
    """Whether a call puts more behind what a name holds."""
    if not isinstance(node, ast.Call) or not node.args:
        return False
    called, first = place.called(node), node.args[0]
    if called == "numpy.append":
        return isinstance(first, ast.Name) and first.id == name and len(node.args) == 2
    if called not in JOINS or not isinstance(first, ast.List | ast.Tuple) or len(node.args) > 1 or len(first.elts) < 2:
        return False
    return isinstance(first.elts[0], ast.Name) and first.elts[0].id == name


def _edits(place: Place, node: ast.Assign, name: str, loop: ast.AST) -> tuple[Edit, ...]:
    """A list beside it, where nothing else in the loop reads what grows, and a statement is behind the loop."""
    call = node.value
    if not isinstance(loop, ast.stmt) or not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return ()
    behind = siblings(place, loop)[1]
    used = [one for one in place.loads(name) if inside(place, one, loop) and not inside(place, one, call)]
    again = [one for one in ast.walk(call) if isinstance(one, ast.Name) and one.id == name]
    if (
        behind is None
        or used
        or len(again) != 1
        or any(isinstance(one, ast.Return | ast.Yield | ast.YieldFrom) for one in ast.walk(loop))
    ):
        return ()
    parts, shown = unused(place, f"{name}_parts"), place.source(call.func)
    words = "".join(f", {place.source(one)}" for one in call.keywords)
    if place.called(call) == "numpy.append":
        if call.keywords:
            return ()
        base = place.source(call.func.value)
        first, more = f"{base}.ravel({name})", f"append({base}.ravel({place.source(call.args[1])}))"
        shown = f"{base}.concatenate"
    else:
        items = call.args[0].elts[1:] if isinstance(call.args[0], ast.List | ast.Tuple) else []
        listed = ", ".join(place.source(one) for one in items)
        first, more = name, f"append({listed})" if len(items) == 1 else f"extend([{listed}])"
    return (
        Edit(loop, f"{parts} = [{first}]", before=True),
        Edit(node, f"{parts}.{more}"),
        Edit(behind, f"{name} = {shown}({parts}{words})", before=True),
    )


RULE = Rule(
    name="growing-frame",
    title="a frame or array that grows row by row",
    looks_at="`concat`, `np.append`, `np.concatenate` and the like of a thing with itself and more, and `loc[len(x)] =`, in a loop",
    pattern="a list of rows or parts, and one `DataFrame(rows)`, `concat(parts)` or `np.concatenate(parts)` behind the loop",
    unless="it grows a few times only, or each turn needs the whole as it is by then",
    pays="from 4 parts on for `concat`, 1.5 to 2 times; from the first row for `loc[len(x)]` (CPython 3.11 and 3.13)",
    look=look,
)
