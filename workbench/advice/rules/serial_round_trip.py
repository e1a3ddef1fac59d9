"""Text or bytes made only to be parsed again, and the same text parsed in each round of a loop."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.analysis.regions import Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

PAIRS = {f"{library}.loads": f"{library}.dumps" for library in ("json", "pickle", "marshal", "orjson", "ujson")}
PARSERS = frozenset(
    {*PAIRS, "ast.parse", "ast.literal_eval", "tomllib.loads", "yaml.safe_load", "xml.etree.ElementTree.fromstring"}
)
PYTHON = frozenset({"json", "ast", "tomllib", "yaml"})
"""Libraries whose parsers are Python functions; those of the others are C, and their time is that of the line."""

READS = frozenset(["get", "items", "keys", "values", "find", "findall", "findtext", "iter", "count", "index"])


def look(place: Place) -> Iterator[Match]:
    """`loads(dumps(x))`, also by way of a name that nothing else reads; `loads(text)` in a loop that does not bind `text`."""
    for node in place.nodes:
        name = place.called(node)
        if name not in PARSERS or not isinstance(node, ast.Call) or len(node.args) != 1:
            continue
        made = _made(place, node.args[0])
        if made is not None and place.called(made) == PAIRS.get(name):
            yield _round_trip(place, node, made)
        else:
            yield from _again(place, node)


def _made(place: Place, given: ast.expr) -> ast.Call | None:
    """The call that makes what is parsed: right there, or bound to a name that is read nowhere else."""
    if isinstance(given, ast.Call):
        return given
    if not isinstance(given, ast.Name) or len(place.loads(given.id)) != 1 or len(place.stores(given.id)) != 1:
        return None
    bound = place.module.parents[place.stores(given.id)[0]]
    return bound.value if isinstance(bound, ast.Assign) and isinstance(bound.value, ast.Call) else None


def _round_trip(place: Place, node: ast.Call, made: ast.Call) -> Match:
    python = place.called(node).partition(".")[0] in PYTHON
    said = place.source(node) if made in node.args else f"{place.source(made)}` and `{place.source(node)}"
    what = place.source(made.args[0]) if made.args else "its data"
    return Match(
        node,
        f"`{said}` turns `{what}` into text or bytes, only to parse that again.",
        counts=Counts.CALLEES if python else Counts.LINES,
        callees=frozenset({"loads", "dumps"}) if python else frozenset(),
    )


def _again(place: Place, node: ast.Call) -> Iterator[Match]:
    """Parsing what the loop does not change, where nobody changes the result: an own copy each time may be what is wanted."""
    loops, text = place.loops(node), node.args[0]
    if not loops or not isinstance(text, ast.Name) or not _local(place, text.id):
        return
    outer = [loop for loop in loops if not any(loop in place.around(one) for one in place.stores(text.id))]
    if not outer or len(outer) < len(loops) or not _only_read(place, node) or _leaves(place, node, loops[0]):
        return
    name = place.called(node)
    python = name.partition(".")[0] in PYTHON
    kept = f"parsed_{text.id}"
    edits = (
        Edit(place.statement(outer[-1]), f"{kept} = {place.source(node)}", before=True),
        Edit(node, kept),
    )
    fits = not node.keywords and not (place.stores(kept) or place.loads(kept))
    yield Match(
        node,
        f"`{place.source(node)}` parses the same `{text.id}` in each round of the loop.",
        counts=Counts.CALLEES if python else Counts.LINES,
        callees=frozenset({name.rpartition(".")[2]}) if python else frozenset(),
        edits=edits if fits else (),
        how=f"`{text.id}` is parsed once, before the loop" if fits else "",
    )


def _local(place: Place, name: str) -> bool:
    """Whether only this def binds a name; what else could change it is not of a kind that can be changed."""
    if isinstance(place.node, ast.Module) or place.kinds.kind(ast.Name(name)) == "bytearray":
        return False
    arguments = {one.arg for one in ast.walk(place.node.args) if isinstance(one, ast.arg)}
    elsewhere = any(isinstance(one, ast.Global | ast.Nonlocal) for one in ast.walk(place.node))
    return (name in arguments or bool(place.stores(name))) and not elsewhere


def _only_read(place: Place, node: ast.Call) -> bool:
    """Whether a part of the result is taken at once, or its name is only read from."""
    parent = place.module.parents[node]
    if not isinstance(parent, ast.Assign):
        return _reads(place, node)
    target = parent.targets[0]
    if len(parent.targets) != 1 or not isinstance(target, ast.Name) or len(place.stores(target.id)) != 1:
        return False
    return all(_reads(place, one) for one in place.loads(target.id))


def _reads(place: Place, node: ast.AST) -> bool:
    """Whether an expression is only looked into."""
    parent = place.module.parents[node]
    if isinstance(parent, ast.Subscript):
        return parent.value is node and isinstance(parent.ctx, ast.Load)
    if isinstance(parent, ast.Attribute):
        return parent.attr in READS and isinstance(place.module.parents[parent], ast.Call)
    return isinstance(parent, ast.Compare) or place.called(parent) == "len"


def _leaves(place: Place, node: ast.Call, loop: ast.AST) -> bool:
    """Whether the loop is left as soon as the parsing worked: trying again is no repetition."""
    around = [place.statement(node), *place.around(node)]
    leaving = (ast.Return, ast.Break, ast.Raise)
    inside = [one for one in around if loop in place.around(one)]
    blocks = [getattr(one, "body", []) for one in (*inside, loop)]
    return any(isinstance(one, leaving) for block in blocks if isinstance(block, list) for one in block)


RULE = Rule(
    name="serial-round-trip",
    title="written out only to be parsed again",
    looks_at="`loads(dumps(x))` of json, pickle and the like, and `loads(text)` of an unchanged text in a loop",
    pattern="a copy of what is changed (`[dict(row) for row in rows]`), or none; a text parsed once before the loop",
    unless="the round trip is the point (a check that it can be written, keys turned to text), or each caller needs a deep copy of its own",
    pays="from 1 small dict on, 2 to 10 times (CPython 3.11 and 3.13); the same text parsed before the loop: from 2 rounds on",
    look=look,
)
