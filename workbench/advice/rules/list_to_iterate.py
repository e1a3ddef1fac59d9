"""A list made whole where one item of it, or an early answer, is all that is wanted."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.advice.steady import READING, small

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

QUIET = READING | {
    ".startswith",
    ".endswith",
    ".strip",
    ".lower",
    ".upper",
    ".split",
    ".isdigit",
    ".isalpha",
    ".get",
    ".isspace",
}
"""Calls that do nothing but give an answer: it is no matter how often they are made."""

VIEWS = (".keys", ".values", ".items")


def look(place: Place) -> Iterator[Match]:
    """`any([...])`, `all([...])`, `if [...]:`, `[...][0]`, `list(x)[0]`, `x in list(...)`, `set([...])`."""
    for node in place.nodes:
        if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
            yield from _given(place, node, place.called(node))
        elif isinstance(node, ast.ListComp):
            yield from _tested(place, node)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and ast.unparse(node.slice) == "0":
            yield from _first(place, node)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
            yield from _contained(place, node)


def _given(place: Place, node: ast.Call, name: str) -> Iterator[Match]:
    made = node.args[0]
    if not isinstance(made, ast.ListComp) or _few(place, made):
        return
    inner = _inside(place, made)
    if name in ("any", "all") and _quiet(place, made):
        says = f"`{place.source(node)}` makes a whole list before `{name}` sees the first item of it."
        yield Match(
            node, says, edits=(Edit(made, inner),), how=f"`{name}` takes the items one by one and stops at its answer"
        )
    elif name == "set":
        says = f"`{place.source(node)}` makes a list first, and a set of it then."
        yield Match(node, says, edits=(Edit(node, f"{{{inner}}}"),), how="the set is made at once")


def _tested(place: Place, node: ast.ListComp) -> Iterator[Match]:
    """`if [item for item in items if ...]:`"""
    above = place.module.parents[node]
    tested = isinstance(above, ast.If | ast.While | ast.IfExp) and above.test is node
    if not (tested or (isinstance(above, ast.UnaryOp) and isinstance(above.op, ast.Not))):
        return
    generators = node.generators
    if not generators[0].ifs or _few(place, node) or not _quiet(place, node):
        return
    edits = tuple[Edit, ...]()
    if len(generators) == 1 and len(generators[0].ifs) == 1 and not generators[0].is_async:
        one = generators[0]
        edits = (
            Edit(node, f"any({place.source(one.ifs[0])} for {place.source(one.target)} in {place.source(one.iter)})"),
        )
    says = f"`{place.source(node)}` makes a whole list to see whether there is an item."
    yield Match(node, says, edits=edits, how="`any` stops at the first item")


def _first(place: Place, node: ast.Subscript) -> Iterator[Match]:
    """`[...][0]` with a condition, and `list(x)[0]`."""
    made = node.value
    if isinstance(made, ast.ListComp) and not _few(place, made) and _quiet(place, made):
        edit = f"next({_inside(place, made)})"
    elif (
        isinstance(made, ast.Call)
        and place.called(made) == "list"
        and len(made.args) == 1
        and not small(place, made.args[0])
    ):
        edit = f"next(iter({place.source(made.args[0])}))"
    else:
        return
    caught = any(isinstance(one, ast.Try) for one in place.around(node))
    says = f"`{place.source(node)}` makes a whole list for its first item."
    yield Match(
        node, says, edits=() if caught else (Edit(node, edit),), how="the first item is taken, and no list made"
    )


def _contained(place: Place, node: ast.Compare) -> Iterator[Match]:
    """`x in list(...)`, where what the list is made of answers that itself."""
    made = node.comparators[0]
    if not isinstance(made, ast.Call) or place.called(made) != "list" or len(made.args) != 1:
        return
    of = made.args[0]
    view = isinstance(of, ast.Call) and place.called(of) in VIEWS and not of.args
    if not view and place.kinds.kind(of) not in ("dict", "set", "range", "tuple", "list", "defaultdict", "Counter"):
        return
    says = f"`{place.source(node)}` makes a whole list to look for one item of it."
    yield Match(node, says, edits=(Edit(made, place.source(of)),), how=f"`{place.source(of)}` is asked itself")


def _inside(place: Place, node: ast.ListComp) -> str:
    return place.source(node).strip()[1:-1].strip()


def _few(place: Place, node: ast.ListComp) -> bool:
    return all(small(place, one.iter) for one in node.generators)


def _quiet(place: Place, node: ast.ListComp) -> bool:
    """Whether making an item does nothing else."""
    for one in ast.walk(node):
        if isinstance(one, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
            return False
        if isinstance(one, ast.Call) and place.called(one) not in QUIET | frozenset(VIEWS):
            return False
    return True


RULE = Rule(
    name="list-to-iterate",
    title="list made whole for less than a list",
    looks_at="a list comprehension in `any`, `all`, `set`, a test, or of which the first item is taken; `list(x)[0]`; `y in list(x)`",
    pattern="a generator expression, a set comprehension, `next(iter(x))`, or the test on `x` itself",
    unless="the answer mostly comes last, or never: then a list is a little faster than a generator. "
    "`sum`, `min`, `max` and `join` of a list are not meant, they are not faster without",
    pays="an answer found half way: from 64 items on (`any`: 256 on 3.13), 1.3 to 2 times; `list(x)[0]` and "
    "`set([...])` at every size (CPython 3.11 and 3.13)",
    look=look,
)
