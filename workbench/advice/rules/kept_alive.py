"""References that are added to something that lives as long as the program, and never taken out."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Match, Rule
from workbench.advice.globals import grows_only, held
from workbench.advice.place import Def
from workbench.analysis.regions import Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.globals import Held
    from workbench.advice.place import Place

ADDING = frozenset({"append", "add", "appendleft", "extend"})
LISTS = frozenset({"list", "set", "deque"})


def look(place: Place) -> Iterator[Match]:
    """Adding, in a def, to a list or set of the module or of a class, or to a default argument, from which nothing takes."""
    node = place.node
    if not isinstance(node, Def) or (whole := place.heat(node, Counts.HELD)) is None or not whole.size:
        return
    known, shared = held(place.module), _defaults(node)
    for one in place.nodes:
        if not isinstance(one, ast.Call) or not isinstance(one.func, ast.Attribute) or one.func.attr not in ADDING:
            continue
        name = ast.unparse(one.func.value)
        kept = known.get(name)
        if name in shared and not place.stores(name) and _only_added(place, name):
            where = f"the default of the argument `{name}`, which all calls share"
        elif kept is not None and kept.kind in LISTS and _stays(place, kept, one):
            where = f"`{name}`, which lives as long as the program and from which nothing here ever takes"
        else:
            continue
        yield Match(one, f"`{place.source(one)}` adds to {where}.", counts=Counts.HELD, of=node)
        return


def _defaults(node: Def) -> set[str]:
    """Arguments whose default is an empty list, dict or set, made once."""
    places = [*node.args.posonlyargs, *node.args.args]
    pairs = [*zip(reversed(places), reversed(node.args.defaults)), *zip(node.args.kwonlyargs, node.args.kw_defaults)]
    return {name.arg for name, made in pairs if isinstance(made, ast.List) and not made.elts}


def _only_added(place: Place, name: str) -> bool:
    """Whether a def does nothing with an argument that could empty it or hand it on."""
    parents = place.module.parents
    return all(isinstance(above := parents[one], ast.Attribute) and above.attr in ADDING for one in place.loads(name))


def _stays(place: Place, kept: Held, node: ast.Call) -> bool:
    """Whether what is added is there for ever, and nobody reads it; a function that is called later holds all that it names."""
    if not grows_only(place.module, kept):
        return False
    closure = any(_is_closure(place, one) for one in node.args)
    return closure or all(_adds(place, one) for one in kept.uses)


def _is_closure(place: Place, node: ast.expr) -> bool:
    """A lambda or a def made in this def, or a method of an object."""
    if isinstance(node, ast.Lambda):
        return True
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id == "self" and place.function(node) is not None
    inner = [one.name for one in place.nodes if isinstance(one, Def)]
    return isinstance(node, ast.Name) and node.id in inner


def _adds(place: Place, node: ast.expr) -> bool:
    """Whether a use only adds, or asks for the length."""
    above = place.module.parents[node]
    return isinstance(above, ast.Attribute) and above.attr in ADDING


RULE = Rule(
    name="kept-alive",
    title="references that are never let go",
    looks_at="`append` or `add` to a list or set of a module, a class or a default argument, in a def that holds much memory",
    pattern="a bound (`collections.deque(maxlen=N)`), weak references (`weakref.WeakSet`, `WeakMethod`), or a way to take it out again",
    unless="all of it is needed until the program ends",
    pays="in memory, from twice as many as are kept: as many times less as there are more (CPython 3.11 and 3.13)",
    look=look,
)
