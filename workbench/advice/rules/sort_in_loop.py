"""Sorting, or looking for the least, again and again."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.advice.steady import READING, outermost, small
from workbench.advice.syntax import inside, siblings, unused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

ENDS = {"0": "min", "-1": "max"}
PLAIN = ("int", "float", "str", "bytes")
VIEWS = (".keys", ".values", ".items")


def look(place: Place) -> Iterator[Match]:
    """A sort (`min`, `max`) in a loop that gives the same each time; `sorted(x)[0]`; a sort behind each `append`."""
    for node in place.nodes:
        if not isinstance(node, ast.Call):
            continue
        name = place.called(node)
        if name in ("sorted", "min", "max") and len(node.args) == 1:
            yield from _end(place, node) if name == "sorted" else ()
            yield from _same(place, node, name)
        elif name == ".sort" and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            yield from _after_each(place, node, node.func.value.id)


def _same(place: Place, node: ast.Call, name: str) -> Iterator[Match]:
    """A call of which no name changes in the loop."""
    if not _collection(place, node.args[0]) or _is_end(place, node):
        return
    loop = outermost(place, node, node)
    if loop is None:
        return
    yield Match(
        node,
        f"`{place.source(node)}` gives the same each time round the loop: nothing in it changes there.",
        edits=_hoisted(place, node, name, loop),
        how=f"`{place.source(node)}` is done once before the loop",
    )


def _collection(place: Place, node: ast.expr) -> bool:
    """Whether an expression is a name, or a view of a dict with a name, that is not known to have few items; no iterator, which is
    empty the second time."""
    if (
        isinstance(node, ast.Call)
        and place.called(node) in VIEWS
        and isinstance(node.func, ast.Attribute)
        and not node.args
    ):
        return isinstance(node.func.value, ast.Name)
    known = place.kinds.kind(node)
    return (
        isinstance(node, ast.Name)
        and not small(place, node)
        and known not in ("iterator", "generator", "range", "file")
    )


def _hoisted(place: Place, node: ast.Call, name: str, loop: ast.AST) -> tuple[Edit, ...]:
    """The value made before the loop, where nothing keeps or changes a sorted list; that of `min` and `max` where the loop goes over the
    same items, so that there are some."""
    above, statement, default = place.module.parents[node], place.statement(loop), ""
    calls = [one for one in ast.walk(node) if isinstance(one, ast.Call) and one is not node]
    if any(place.called(one) not in VIEWS and place.called(one) not in READING for one in calls):
        return ()
    if name == "sorted":
        kept = isinstance(above, ast.Subscript | ast.For | ast.comprehension | ast.Compare)
        if not kept and not (isinstance(above, ast.Call) and place.called(above) in READING):
            return ()
    else:
        over = loop.iter if isinstance(loop, ast.For) else getattr(loop, "generators", [loop])[0]
        over = over.iter if isinstance(over, ast.comprehension) else over
        if ast.unparse(over) != ast.unparse(node.args[0]) or any(one.arg == "default" for one in node.keywords):
            return ()
        default = ", default=None"
    made = unused(place, {"sorted": "in_order", "min": "least", "max": "most"}[name])
    source = place.source(node)
    text = f"{source[:-1].rstrip().rstrip(',')}{default})" if default else source
    return () if "\n" in text else (Edit(statement, f"{made} = {text}", before=True), Edit(node, made))


def _is_end(place: Place, node: ast.Call) -> bool:
    above = place.module.parents[node]
    return isinstance(above, ast.Subscript) and above.value is node and ast.unparse(above.slice) in ENDS


def _end(place: Place, node: ast.Call) -> Iterator[Match]:
    """`sorted(x)[0]` and `sorted(x)[-1]`, where only the least or the greatest is used."""
    above = place.module.parents[node]
    if not _is_end(place, node) or not isinstance(above, ast.Subscript) or small(place, node.args[0]):
        return
    if any(one.arg != "key" for one in node.keywords):
        return
    wanted = ENDS[ast.unparse(above.slice)]
    exact = wanted == "min" or (not node.keywords and place.kinds.element(node.args[0]) in PLAIN)
    source = place.source(node)
    yield Match(
        above,
        f"`{place.source(above)}` sorts everything and uses one item of it.",
        edits=(Edit(above, f"{wanted}{source[len('sorted') :]}"),) if exact else (),
        how=f"`{wanted}` looks for that item alone",
    )


def _after_each(place: Place, node: ast.Call, name: str) -> Iterator[Match]:
    """`items.sort()` in a loop that appends one item to `items` each time round."""
    loops, statement = place.loops(node), place.statement(node)
    if not loops or any(inside(place, one, loops[0]) for one in place.stores(name)):
        return
    before = siblings(place, statement)[0]
    call = before.value if isinstance(before, ast.Expr) else None
    if (
        not isinstance(call, ast.Call)
        or ast.unparse(call.func) != f"{name}.append"
        or place.module.parents[node] is not statement
    ):
        return
    yield Match(
        node,
        f"`{place.source(node)}` goes through the whole list after each item that is put into it.",
        edits=_inserted(place, node, name, call) if before is not None else (),
        imports=("from bisect import insort",),
        how=f"each item is put where it belongs in `{name}`, by bisection",
    )


def _inserted(place: Place, node: ast.Call, name: str, call: ast.Call) -> tuple[Edit, ...]:
    """`insort`, where the list begins empty or sorted and only these two statements fill it."""
    bound = place.stores(name)
    made = place.module.parents[bound[0]] if len(bound) == 1 else None
    value = made.value if isinstance(made, ast.Assign | ast.AnnAssign) else None
    sorted_first = isinstance(value, ast.Call) and place.called(value) == "sorted" and not value.keywords
    if not sorted_first and not (isinstance(value, ast.List) and not value.elts):
        return ()
    for one in place.loads(name):
        above = place.module.parents[one]
        own = above in (call.func, node.func)
        if (
            isinstance(above, ast.Attribute)
            and not own
            and above.attr not in ("pop", "remove", "index", "copy", "clear")
        ):
            return ()
        if isinstance(above, ast.Subscript) and not isinstance(above.ctx, ast.Load):
            return ()
    if node.args or node.keywords or len(call.args) != 1:
        return ()
    return Edit(place.statement(call), f"insort({name}, {place.source(call.args[0])})"), Edit(
        place.statement(node), "pass"
    )


RULE = Rule(
    name="sort-in-loop",
    title="sorting, or looking for the least, again and again",
    looks_at="`sorted`, `min`, `max` of what does not change in the loop; `sorted(x)[0]`; `x.append(...)` and `x.sort()` in a loop",
    pattern="the value made once before the loop; `min` and `max`, or `heapq.nsmallest`, for a few of them; "
    "`bisect.insort`, `heapq` or `workbench.patterns.SortedList` for a list that grows in order",
    unless="there are few items, or something that is not seen here changes them in between",
    pays="a value made before the loop: from 2 items on, 5 times at 16; `min` for `sorted(x)[0]`: 1.4 times "
    "at 64; `insort`: from 16 items on, 2 times at 64 (CPython 3.11 and 3.13)",
    look=look,
)
