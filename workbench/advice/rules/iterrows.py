"""A DataFrame gone through row by row."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.advice.syntax import inside, unused, used_outside, written
from workbench.analysis.regions import Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

ROWS = frozenset({"iterrows", "__getitem__", "__getattr__"})
"""The pandas functions in which the time of a row goes: making it, and reading from it."""


def look(place: Place) -> Iterator[Match]:
    """`for ... in frame.iterrows()`, and `frame.apply(..., axis=1)`."""
    for node in place.nodes:
        if isinstance(node, ast.For | ast.comprehension) and place.called(node.iter) == ".iterrows":
            whole = node if isinstance(node, ast.For) else place.module.parents[node]
            says = f"`{place.source(node.iter)}` makes a Series of each row, and each item read from it is a search in pandas."
            how = "the loop goes over the columns it reads, side by side"
            edits = _columns(place, node) if isinstance(node, ast.For) else ()
            yield Match(whole, says, counts=Counts.CALLEES, callees=ROWS, edits=edits, how=how)
        elif _by_row(place, node):
            says = f"`{place.source(node).splitlines()[0]}` calls a Python function for each row, with a Series made of it."
            yield Match(node, says, counts=Counts.CALLEES, callees=frozenset({"apply"}))


def _by_row(place: Place, node: ast.AST) -> bool:
    """Whether a node is `x.apply(..., axis=1)`, and no group's."""
    if place.called(node) != ".apply" or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if any(isinstance(one, ast.Attribute) and one.attr in ("groupby", "rolling") for one in ast.walk(node.func.value)):
        return False
    return any(one.arg == "axis" and ast.unparse(one.value) in ("1", "'columns'") for one in node.keywords)


def _columns(place: Place, loop: ast.For) -> tuple[Edit, ...]:
    """The loop over `zip` of the columns, where the row is read by constant names only, and the frame stays as it is."""
    call, target = loop.iter, loop.target
    frame = call.func.value if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else None
    if not isinstance(frame, ast.Name) or not isinstance(target, ast.Tuple) or len(target.elts) != 2:
        return ()
    index, row = target.elts
    if not isinstance(index, ast.Name) or not isinstance(row, ast.Name) or written(place, frame.id, loop):
        return ()
    read = [place.module.parents[one] for one in place.loads(row.id) if inside(place, one, loop)]
    if any(used_outside(place, one.id, loop) for one in (index, row)) or not read:
        return ()
    edits: list[Edit] = []
    found: dict[str, str] = {}
    for one in read:
        key = one.slice if isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Load) else None
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str) or not key.value.isidentifier():
            return ()
        name = found.setdefault(key.value, unused(place, f"{row.id}_{key.value}"))
        edits.append(Edit(one, name))
    columns = {name: f"{frame.id}[{key!r}]" for key, name in found.items()}
    if place.loads(index.id):
        columns = {index.id: f"{frame.id}.index", **columns}
    over = ", ".join(columns.values())
    wide = len(columns) > 1
    return Edit(target, ", ".join(columns)), Edit(call, f"zip({over}, strict=True)" if wide else over), *edits


RULE = Rule(
    name="iterrows",
    title="a DataFrame gone through row by row",
    looks_at="loops over `iterrows()`, and `apply(..., axis=1)`",
    pattern="whole columns at once (`frame['a'] * frame['b']`); where a loop has to be, `zip` of the columns, or `itertuples()`",
    unless="the work done for each row is far more than making the row, or the frame has few rows",
    pays="from 4 rows on, 5 to 25 times at 256 (CPython 3.11 and 3.13)",
    look=look,
)
