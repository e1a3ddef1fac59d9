"""An exception raised and caught again and again, as the way to another branch."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.advice.syntax import stretch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

OFTEN = 0.25
"""The part of all tries (or of their time) that has to be the handler's: well over the tenth from which it paid as measured."""

LOOKS = {
    "KeyError": "`get` with a default, or `in` first",
    "IndexError": "a test of the length first",
    "AttributeError": "`getattr` with a default",
    "ValueError": "a test of the text first (such as `isdigit`)",
}
"""Exception -> what tells the same without raising it."""


def look(place: Place) -> Iterator[Match]:
    """`try` of one statement in a loop with one handler that does next to nothing, and that the recording saw often."""
    for node in place.nodes:
        if not isinstance(node, ast.Try) or len(node.handlers) != 1 or len(node.body) != 1 or not place.loops(node):
            continue
        handler = node.handlers[0]
        caught = handler.type.id if isinstance(handler.type, ast.Name) else ""
        if caught not in LOOKS or not _light(handler) or not _raises(place, node.body[0], caught):
            continue
        often = _often(place, node, handler)
        if often is None:
            continue
        says = f"`{place.source(node.body[0]).splitlines()[0]}` raises {caught} often, and raising and catching it is the cost: {often}."
        how = "the dict's `get` gives the default, and nothing is raised"
        yield Match(
            node,
            says,
            edits=_edits(place, node) if caught == "KeyError" else (),
            how=how,
            evidence=(f"told without raising by {LOOKS[caught]}",),
        )


def _light(handler: ast.ExceptHandler) -> bool:
    """Whether a handler does so little that its heat is that of catching."""
    heavy = (ast.Call, ast.For, ast.While, ast.Raise, ast.Try, ast.With, ast.Return, ast.Await, ast.ListComp)
    return not any(isinstance(one, heavy) for one in ast.walk(handler)) and handler.name is None


def _raises(place: Place, node: ast.stmt, caught: str) -> bool:
    """Whether a statement holds what can be asked first: an item for KeyError and IndexError, an attribute, a number read from text."""
    inside = list(ast.walk(node))
    if caught in ("KeyError", "IndexError"):
        return any(isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Load) for one in inside)
    if caught == "AttributeError":
        return any(isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Load) for one in inside)
    return any(place.called(one) in ("int", "float") for one in inside)


def _often(place: Place, node: ast.Try, handler: ast.ExceptHandler) -> str | None:
    """How often the handler was seen, in words: counted runs of its first line, else samples on its lines; None where that is seldom."""
    tried, caught = place.hits(node.body[0]), place.hits(handler.body[0])
    apart = handler.body[0].lineno > node.body[0].lineno
    if tried and caught is not None and apart:
        return f"{caught:,} of {tried:,} tries" if caught >= OFTEN * tried else None
    whole, part = place.heat(node), place.heat(stretch(handler, handler.body[-1])) if apart else None
    if whole is None or part is None or not whole.seconds or part.seconds < OFTEN * whole.seconds:
        return None
    return f"{part.seconds / whole.seconds:.0%} of the statement's time is in its handler"


def _edits(place: Place, node: ast.Try) -> tuple[Edit, ...]:
    """`x = d.get(key, default)`, for a known dict and a constant default."""
    tried, instead = node.body[0], node.handlers[0].body
    if len(instead) != 1 or not isinstance(tried, ast.Assign) or node.orelse or node.finalbody:
        return ()
    item, other = tried.value, instead[0]
    if (
        not isinstance(item, ast.Subscript)
        or place.kinds.kind(item.value) != "dict"
        or isinstance(item.slice, ast.Slice)
    ):
        return ()
    if not isinstance(other, ast.Assign) or not isinstance(other.value, ast.Constant) or len(tried.targets) != 1:
        return ()
    targets = [place.source(one) for one in (*tried.targets, *other.targets)]
    if len(targets) != 2 or targets[0] != targets[1] or not isinstance(item.value, ast.Name):
        return ()
    if any(isinstance(one, ast.Subscript | ast.Call) for one in ast.walk(item.slice)):
        return ()
    got = f"{item.value.id}.get({place.source(item.slice)}, {place.source(other.value)})"
    return (Edit(node, f"{targets[0]} = {got}"),)


RULE = Rule(
    name="exceptions-as-flow",
    title="exceptions as the way to another branch",
    looks_at="`try` of one statement in a loop, whose light handler for KeyError, IndexError, AttributeError or ValueError was seen often",
    pattern="`d.get(key, default)`, or a test first: since Python 3.11 `try` costs nothing while nothing is raised, and raising does",
    unless="the exception is rare, or what is tried can fail in ways no test foresees (files, other threads)",
    pays="from 10 % misses on, 3 times at 50 %; at 1 % and less `try` is the faster one (CPython 3.11 and 3.13)",
    look=look,
)
