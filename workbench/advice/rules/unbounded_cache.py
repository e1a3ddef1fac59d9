"""A cache that keeps every answer it ever gave."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.advice.globals import grows_only, held
from workbench.advice.place import Def
from workbench.analysis.regions import Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

FEW = 16
"""Different arguments that are no matter for a cache."""

KEPT = 1024
DICTS = frozenset({"dict", "defaultdict", "OrderedDict"})
IMPORTS = ("from functools import lru_cache",)


def look(place: Place) -> Iterator[Match]:
    """`@cache` and `@lru_cache(maxsize=None)`, and dicts of a module or a class that a def looks into, fills, and nobody empties."""
    if isinstance(place.node, Def):
        yield from _decorated(place, place.node)
        yield from _by_hand(place, place.node)


def _decorated(place: Place, node: Def) -> Iterator[Match]:
    given = [one for one in ast.walk(node.args) if isinstance(one, ast.arg)]
    for one in node.decorator_list:
        if not given or not _unbounded(place, one) or _calls_itself(node) or _asked_little(place):
            continue
        first = given[0].arg
        also = " The cache holds each object by its `self`, too." if first == "self" else ""
        yield Match(
            node,
            f"`@{place.source(one)}` keeps every answer of `{node.name}` as long as the program runs.{also}",
            counts=Counts.HELD,
            edits=(Edit(one, f"lru_cache(maxsize={KEPT})"),),
            imports=IMPORTS,
            how=f"the last {KEPT:,} different answers are kept, and no others",
        )


def _unbounded(place: Place, node: ast.expr) -> bool:
    if place.dotted(node) == "functools.cache":
        return True
    if place.called(node) != "functools.lru_cache" or not isinstance(node, ast.Call):
        return False
    given = [*node.args[:1], *(one.value for one in node.keywords if one.arg == "maxsize")]
    return bool(given) and isinstance(given[0], ast.Constant) and given[0].value is None


def _calls_itself(node: Def) -> bool:
    """A function that is made of its own answers needs them: bounded, it may begin from the beginning again and again."""
    return any(isinstance(one, ast.Name | ast.Attribute) and _last(one) == node.name for one in ast.walk(node))


def _last(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


def _asked_little(place: Place) -> bool:
    known = place.repeats
    return known is not None and known.kept == known.seen and known.distinct <= FEW


def _by_hand(place: Place, node: Def) -> Iterator[Match]:
    for one in place.nodes:
        if (
            not isinstance(one, ast.Subscript)
            or not isinstance(one.ctx, ast.Store)
            or isinstance(one.slice, ast.Constant)
        ):
            continue
        kept = held(place.module).get(ast.unparse(one.value))
        statement = place.statement(one)
        if kept is None or kept.kind not in DICTS or not isinstance(statement, ast.Assign):
            continue
        if not _asked(place, kept.uses) or not grows_only(place.module, kept):
            continue
        yield Match(
            one,
            f"`{place.source(statement)}` adds to a dict of the whole program, from which nothing here ever takes.",
            counts=Counts.HELD,
            of=node,
        )
        return


def _asked(place: Place, uses: tuple[ast.expr, ...]) -> bool:
    """Whether this def looks into the dict before: `key in CACHE`, `CACHE.get(key)`, `CACHE[key]`."""
    parents = place.module.parents
    for one in uses:
        parent = parents[one]
        if place.node not in _all_around(place, one):
            continue
        if isinstance(parent, ast.Compare) and any(isinstance(op, ast.In | ast.NotIn) for op in parent.ops):
            return True
        if isinstance(parent, ast.Attribute) and parent.attr == "get":
            return True
        if isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Load):
            return True
    return False


def _all_around(place: Place, node: ast.AST) -> Iterator[ast.AST]:
    while (above := place.module.parents.get(node)) is not None:
        yield above
        node = above


RULE = Rule(
    name="unbounded-cache",
    title="cache without a bound",
    looks_at="`@cache`, `@lru_cache(maxsize=None)`, and a dict of a module or class used as a cache, where they hold much of the memory",
    pattern="`functools.lru_cache(maxsize=N)`; for what belongs to an object, a cache made in its `__init__`",
    unless="there are few different arguments, or every answer is needed again as long as the program runs",
    pays="in memory, from 2,048 different answers on with 1,024 kept: as many times less as there are more (CPython 3.11 and 3.13)",
    look=look,
)
