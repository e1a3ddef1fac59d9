"""Patterns and date formats that are looked up, or compiled, each time they are used."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.advice.place import Def
from workbench.advice.steady import outermost, same_each_time
from workbench.advice.syntax import names, unused
from workbench.analysis.regions import Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place
    from workbench.analysis.regions import Heat

FLAGS = {
    "match": 2,
    "search": 2,
    "fullmatch": 2,
    "findall": 2,
    "finditer": 2,
    "split": 3,
    "sub": 4,
    "subn": 4,
    "compile": 1,
}
"""Functions of `re`, with the place of their flags."""

LEAST = 0.1
"""Python's part of the time that is worked, waiting left out, from which looking up matters: it was 0.18 and more where compiling once was
2.8 times as fast, and under 0.09 where that was 1.7 times or less (`findall` of texts of 1 to 100 words, CPython 3.11 and 3.13)."""

SHORT = ("match", "fullmatch", "search")
"""Functions that may take so little that looking up counts though nothing shows how often they are called."""

PARSED = {"datetime.datetime.strptime": "_strptime_datetime", "time.strptime": "_strptime_time"}
ISO = frozenset(
    ["%Y-%m-%d", "%Y%m%d"]
    + [f"%Y-%m-%d{sign}{time}" for sign in (" ", "T") for time in ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f")]
)


def look(place: Place) -> Iterator[Match]:
    """`re.match(pattern, ...)` and the like in a loop or a def, and `strptime` with a format that is written out."""
    for node in place.nodes:
        name = place.called(node)
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if name in PARSED:
            yield from _parsed(place, node, name)
        elif name.startswith("re.") and name[3:] in FLAGS:
            yield from _matched(place, node, name[3:])


def _parsed(place: Place, node: ast.Call, name: str) -> Iterator[Match]:
    given = node.args[1] if len(node.args) == 2 else None
    if not isinstance(given, ast.Constant) or not (place.loops(node) or isinstance(place.node, Def)):
        return
    evidence = ("`fromisoformat` reads this format in C; it takes other forms too, and words a refusal otherwise",)
    yield Match(
        node,
        f"`{place.source(node)}` reads its format again with each text, in Python.",
        counts=Counts.CALLEES,
        callees=frozenset({PARSED[name], f"{PARSED[name]}_datetime"}),
        evidence=evidence if given.value in ISO and name != "time.strptime" else (),
    )


def _matched(place: Place, node: ast.Call, name: str) -> Iterator[Match]:
    loops, pattern, callees = place.loops(node), node.args[0], frozenset({name})
    heat = place.heat(node, Counts.CALLEES, callees)
    if not _plain(place, pattern) or _called_back(place, node, name) or (heat is not None and _matching(heat)):
        return
    shown = place.source(node)
    if loops and same_each_time(place, pattern, loops[0]):
        says = f"`{shown}` looks its pattern up in the table of `re` each time round the loop."
        edits = _compiled(place, node, name, pattern)
    elif not loops and name in SHORT and isinstance(place.node, Def) and _constant(place, pattern):
        says, edits = f"`{shown}` looks its pattern up in the table of `re` with each call.", ()
    elif _again(place, pattern, loops):
        says, edits = f"`{shown}` comes to each of its patterns again in each round of the outer loop.", ()
    else:
        return
    yield Match(
        node,
        says,
        counts=Counts.CALLEES,
        callees=callees,
        edits=edits,
        imports=() if isinstance(node.func, ast.Attribute) else ("import re",),
        how="the pattern is compiled once before the loop",
    )


def _matching(heat: Heat) -> bool:
    """Whether matching itself takes the time, in C."""
    return heat.python < LEAST * (heat.python + heat.native)


def _called_back(place: Place, node: ast.Call, name: str) -> bool:
    """Whether `sub` calls a function for each match, whose time would count as that of looking up."""
    if name not in ("sub", "subn") or len(node.args) < 2:
        return False
    given = node.args[1]
    inner = isinstance(given, ast.Name) and any(isinstance(one, Def) and one.name == given.id for one in place.nodes)
    return inner or isinstance(given, ast.Lambda) or place.function(given) is not None


def _plain(place: Place, node: ast.expr) -> bool:
    """Whether an expression is made of names, texts and `re.escape` only."""
    calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
    escaped = all(place.called(one) == "re.escape" for one in calls)
    return escaped and not any(isinstance(one, ast.Subscript | ast.NamedExpr | ast.Await) for one in ast.walk(node))


def _constant(place: Place, node: ast.expr) -> bool:
    """Whether a pattern is written out, or is a name for such in the module."""
    if isinstance(node, ast.Constant):
        return True
    own = isinstance(node, ast.Name) and not place.stores(node.id) and not _argument(place, node.id)
    return own and place.kinds.kind(node) in ("str", "bytes")


def _argument(place: Place, name: str) -> bool:
    node = place.node
    return isinstance(node, Def) and any(isinstance(one, ast.arg) and one.arg == name for one in ast.walk(node.args))


def _again(place: Place, pattern: ast.expr, loops: list[ast.AST]) -> bool:
    """Whether a pattern is made of what an inner loop goes over, and an outer loop goes over all that again."""
    if len(loops) < 2:
        return False
    inner, outer = loops[0], loops[1]
    generators = getattr(inner, "generators", [inner])
    if len(generators) != 1 or not hasattr(generators[0], "target"):
        return False
    own, over = names(generators[0].target), generators[0].iter
    made = names(pattern)
    others = [one for one in ast.walk(pattern) if isinstance(one, ast.Name) and one.id not in own]
    if not made & own or not isinstance(over, ast.Name):
        return False
    return all(same_each_time(place, one, outer) for one in (*others, over))


def _compiled(place: Place, node: ast.Call, name: str, pattern: ast.expr) -> tuple[Edit, ...]:
    """`compiled.match(text)`, with the pattern compiled before the outermost loop in which it stays the same."""
    at, func = FLAGS[name], node.func
    flags = [*node.args[at : at + 1], *(one.value for one in node.keywords if one.arg == "flags")]
    loop = outermost(place, node, pattern)
    if loop is None or len(flags) > 1 or any(isinstance(one, ast.Starred) for one in node.args):
        return ()
    if flags and not all(same_each_time(place, one, loop) for one in flags):
        return ()
    module = place.source(func.value) if isinstance(func, ast.Attribute) else "re"
    made = f"{module}.compile({', '.join(place.source(one) for one in (pattern, *flags))})"
    known = unused(place, "compiled")
    rest = [place.source(one) for one in node.args[1:at]]
    rest += [f"{one.arg}={place.source(one.value)}" for one in node.keywords if one.arg != "flags"]
    call = known if name == "compile" else f"{known}.{name}({', '.join(rest)})"
    if "\n" in made or any(one.arg is None for one in node.keywords):
        return ()
    return Edit(place.statement(loop), f"{known} = {made}", before=True), Edit(node, call)


RULE = Rule(
    name="regex-in-loop",
    title="pattern or date format looked up each time",
    looks_at="functions of `re` with a pattern that stays the same in the loop, or comes again in an outer one; `strptime`",
    pattern="`re.compile` once and the methods of what it gives; `fromisoformat` for ISO dates, "
    "or `functools.lru_cache` around the parsing where few different texts come",
    unless="matching itself takes the time, as with long texts, or the pattern is used a few times",
    pays="from 2 lines of 16 characters on, 2 times at 256; dates in the ISO format: from the first, 15 times "
    "(CPython 3.11 and 3.13)",
    look=look,
)
