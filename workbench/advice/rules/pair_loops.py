"""Every item of one list held against every item of another, where only those with an equal key are wanted."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.advice.place import COMPREHENSIONS
from workbench.advice.syntax import FEW, few, inside, names, unused, used_outside, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

GOES = ("", "list", "tuple")
HASHED = ("list", "dict", "set", "bytearray", "ndarray", "DataFrame", "Series")


@dataclass(frozen=True, slots=True)
class Pair:
    """An inner loop (or `for` of a comprehension) over `items`, with names `inner`, in an outer one with names `outer`; `key` and
    `wanted` are the two sides of the test: of the inner loop's item, and of the outer's."""

    test: ast.Compare
    inner: ast.For | ast.comprehension
    outer: ast.For | ast.comprehension
    items: ast.expr
    key: ast.expr
    wanted: ast.expr


def look(place: Place) -> Iterator[Match]:
    """`if one.key == other.key` as all that an inner loop does, over items that the outer loop does not change."""
    for node in place.nodes:
        for pair in _pairs(place, node):
            if _small(place, pair):
                continue
            items, wanted = place.source(pair.items), place.source(pair.wanted)
            says = f"`{place.source(pair.test)}` is tested with each item of `{items}`, again for each `{wanted}`."
            edits = _edits(place, pair)
            yield Match(
                pair.test,
                says,
                edits=edits,
                how=f"the items of `{items}` are found by their key in a dict made once before the loop",
            )


def _pairs(place: Place, node: ast.AST) -> Iterator[Pair]:
    if isinstance(node, ast.For):
        only = node.body[0] if len(node.body) == 1 else None
        outer = place.module.parents[node]
        if isinstance(only, ast.If) and not only.orelse and isinstance(outer, ast.For):
            yield from _pair(place, only.test, node, outer)
    elif isinstance(node, COMPREHENSIONS):
        around = next((one for one in place.loops(node) if isinstance(one, ast.For)), None)
        for before, inner in zip([around, *node.generators], node.generators, strict=False):
            if inner.ifs and before is not None:
                yield from _pair(place, inner.ifs[0], inner, before)


def _pair(
    place: Place,
    test: ast.expr,
    inner: ast.For | ast.comprehension,
    outer: ast.For | ast.comprehension,
) -> Iterator[Pair]:
    """The test as a pair of keys, where one side is of the inner loop's item only, and the other has names of the outer loop's."""
    first = test.values[0] if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else test
    if not isinstance(first, ast.Compare) or len(first.ops) != 1 or not isinstance(first.ops[0], ast.Eq):
        return
    own, others, items = names(inner.target), names(outer.target), inner.iter
    if not isinstance(items, ast.Name) or place.kinds.kind(items) not in GOES or items.id in own | others:
        return
    if isinstance(outer, ast.For) and written(place, items.id, outer):
        return
    for key, wanted in ((first.left, first.comparators[0]), (first.comparators[0], first.left)):
        of_key, of_wanted = names(key), names(wanted)
        plain = all(
            isinstance(one, ast.expr_context | ast.Name | ast.Attribute | ast.Subscript | ast.Constant)
            for one in ast.walk(key)
        )
        if plain and of_key and of_key <= own and of_wanted & others and not of_wanted & own:
            yield Pair(first, inner, outer, items, key, wanted)


def _small(place: Place, pair: Pair) -> bool:
    """Whether one of the loops goes over few items: written out, or counted."""
    if few(place, pair.items) or few(place, pair.outer.iter):
        return True
    if not isinstance(pair.inner, ast.For) or not isinstance(pair.outer, ast.For):
        return False
    tested, turns = place.hits(pair.inner.body[0]), place.hits(pair.outer)
    return tested is not None and turns is not None and tested <= FEW * turns


def _edits(place: Place, pair: Pair) -> tuple[Edit, ...]:
    """The inner loop over a dict's items of that key; the test stays. Not where a name of the loops is written to, or used behind."""
    outer, inner, items = pair.outer, pair.inner, pair.items
    if not isinstance(outer, ast.For) or not isinstance(inner, ast.For) or not isinstance(items, ast.Name):
        return ()
    own = names(inner.target)
    changed = any(written(place, name, inner.body[0]) for name in own | names(pair.wanted))
    if changed or any(used_outside(place, name, inner) for name in own):
        return ()
    used = [one for one in place.loads(items.id) if inside(place, one, outer)]
    if any(one is not items and one is not outer.iter for one in used) or place.kinds.kind(pair.key) in HASHED:
        return ()
    if isinstance(pair.key, ast.Name) and place.kinds.element(items) in HASHED:
        return ()
    index = unused(place, f"{items.id}_by_key")
    item, key = place.source(inner.target), place.source(pair.key)
    if isinstance(inner.target, ast.Tuple) and not item.startswith("("):
        item = f"({item})"
    filled = f"    {index}.setdefault({key}, []).append({item})"
    lines = f"{index}{_typed(place, items.id)} = {{}}\nfor {place.source(inner.target)} in {items.id}:\n{filled}"
    found = f"{index}.get({place.source(pair.wanted)}, ())"
    if any(isinstance(one, ast.Subscript | ast.Attribute | ast.Call) for one in ast.walk(pair.wanted)):
        found += f" if {index} else ()"  # without items it was never asked for, and it may raise
    return Edit(outer, lines, before=True), Edit(items, found)


def _typed(place: Place, name: str) -> str:
    """The annotation of the index, where a list's own has the type of its items; "" for a list of unknown ones."""
    arguments = [one for one in ast.walk(place.node) if isinstance(one, ast.arg) and one.arg == name]
    found = [one.annotation for one in arguments]
    found += [one.annotation for one in place.nodes if isinstance(one, ast.AnnAssign) and names(one.target) == {name}]
    if len(found) != 1 or not isinstance(found[0], ast.Subscript) or isinstance(found[0].slice, ast.Tuple):
        return ""
    return f": dict[object, list[{place.source(found[0].slice)}]]"


RULE = Rule(
    name="pair-loops",
    title="two lists joined by comparing all pairs",
    looks_at="a loop in a loop whose only work begins with `==` between a key of the inner item and one of the outer",
    pattern="a dict from key to items, made once before the loop: each key is then looked up, not looked for (keys have to be hashable)",
    unless="one of the two has few items, or a key that equals another does not hash alike",
    pays="from two lists of 16 items on, 9 times at 256 (CPython 3.11 and 3.13)",
    look=look,
)
