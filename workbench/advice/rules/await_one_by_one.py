"""One `await` after the other in a loop whose rounds do not need each other."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.advice.place import Def, span
from workbench.advice.rounds import independent
from workbench.analysis.regions import Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

ORDERED = frozenset(
    [
        "acquire",
        "aclose",
        "asend",
        "athrow",
        "begin",
        "cancel",
        "close",
        "commit",
        "connect",
        "disconnect",
        "drain",
        "execute",
        "executemany",
        "fetchone",
        "flush",
        "join",
        "put",
        "publish",
        "readexactly",
        "readline",
        "readuntil",
        "recv",
        "receive",
        "rollback",
        "seek",
        "send",
        "sendall",
        "send_bytes",
        "send_json",
        "send_str",
        "send_text",
        "sleep",
        "start",
        "stop",
        "wait",
        "wait_closed",
        "wait_for",
        "write",
    ]
)
"""Methods whose order matters, or of something that does one thing at a time."""

LISTED = ast.ListComp | ast.SetComp | ast.DictComp
STOPS = (
    ast.Break, ast.Return, ast.Raise, ast.Yield, ast.YieldFrom, ast.AsyncFor, ast.Global, ast.Nonlocal, ast.Delete, ast.Match
)  # fmt: skip
IMPORTS = ("from workbench.patterns.concurrency import gather_with_concurrency",)
FEW = 10


def look(place: Place) -> Iterator[Match]:
    """The first `await` of a call in each loop, where all that it awaits is of this round only."""
    seen: list[ast.AST] = []
    for node in place.nodes if place.is_async else ():
        if not isinstance(node, ast.Await):
            continue
        loops = place.loops(node)
        if not loops or any(loops[0] is one for one in seen):
            continue
        seen.append(loops[0])
        if not isinstance(loops[0], ast.For | LISTED) or not _apart(place, loops[0]):
            continue
        edits = _edits(place, loops[0], node)
        yield Match(
            node,
            f"`{place.source(node)}` waits in each round of the loop, and no round needs what another one gave.",
            counts=Counts.WAITS,
            of=loops[0],
            edits=edits,
            imports=IMPORTS if edits else (),
            how=f"the calls wait together, {FEW} at a time at the most; results keep their order" if edits else "",
        )


def _apart(place: Place, loop: ast.For | LISTED) -> bool:
    """Whether every round could be a task of its own."""
    if isinstance(loop, ast.For) and loop.orelse:
        return False
    inside = [one for one in place.nodes if loop in place.around(one)]
    if any(isinstance(one, STOPS) or (isinstance(one, ast.comprehension) and one.is_async) for one in inside):
        return False
    if any(isinstance(one, ast.AsyncWith) and not _each_its_own(one) for one in inside):
        return False
    awaits = [one for one in inside if isinstance(one, ast.Await)]
    return all(_call(place, one) for one in awaits) and independent(place, loop, inside, awaits)


def _each_its_own(node: ast.AsyncWith) -> bool:
    """Whether a round makes what it enters: a lock or a connection that is there already lets one in at a time."""
    return all(isinstance(item.context_expr, ast.Call) and item.context_expr.args for item in node.items)


def _call(place: Place, node: ast.Await) -> bool:
    """A call of which several may run at once, as far as its name and, where it is known, its def say."""
    call = node.value
    if not isinstance(call, ast.Call) or place.called(call).rpartition(".")[2] in ORDERED:
        return False
    known = place.function(call.func)
    return known is None or not _remembers(known)


def _remembers(function: Def) -> bool:
    """Whether a def changes what outlives its call."""
    return any(
        isinstance(one, ast.Global | ast.Nonlocal)
        or (isinstance(one, ast.Attribute | ast.Subscript) and not isinstance(one.ctx, ast.Load))
        for one in ast.walk(function)
    )


def _edits(place: Place, loop: ast.For | LISTED, node: ast.Await) -> tuple[Edit, ...]:
    """For a list of awaited calls, a loop that appends them, and one that does nothing but wait."""
    if sum(isinstance(one, ast.Await) for one in ast.walk(loop)) != 1:
        return ()
    call, mark = place.source(node.value), place.source(node)
    if isinstance(loop, ast.ListComp):
        if loop.elt is not node or len(loop.generators) != 1:
            return ()
        inner = place.source(loop).replace(mark, call, 1)
        text = f"await gather_with_concurrency({FEW}, *{inner})"
        bare = isinstance(place.module.parents[loop], ast.Assign | ast.Return | ast.Expr)
        return (Edit(loop, text if bare else f"({text})"),)
    if not isinstance(loop, ast.For) or len(loop.body) != 1 or _used_later(place, loop):
        return ()
    said = (
        f"await gather_with_concurrency({FEW}, *[{call} for {place.source(loop.target)} in {place.source(loop.iter)}])"
    )
    only = loop.body[0]
    if not isinstance(only, ast.Expr):
        return ()
    if only.value is node:
        return (Edit(loop, said),)
    added = only.value
    if place.called(added) != ".append" or not isinstance(added, ast.Call) or added.args != [node]:
        return ()
    assert isinstance(added.func, ast.Attribute)
    return (Edit(loop, f"{place.source(added.func.value)}.extend({said})"),)


def _used_later(place: Place, loop: ast.For) -> bool:
    names = {one.id for one in ast.walk(loop.target) if isinstance(one, ast.Name)}
    last = span(loop)[1]
    return any(one.lineno > last for name in names for one in place.loads(name))


RULE = Rule(
    name="await-one-by-one",
    title="one await after the other",
    looks_at="`await f(x)` in a `for` loop or comprehension where no round reads what another one bound",
    pattern="`workbench.patterns.concurrency.gather_with_concurrency(n, *coros)`: they wait together, `n` at a time, results in order",
    unless="the order of the calls' effects matters, they share one connection, or the other side limits how many may ask at once",
    pays="from 2 calls on that wait 1 ms each, 10 at a time (CPython 3.11 and 3.13)",
    look=look,
)
