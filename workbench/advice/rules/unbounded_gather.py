"""As many tasks at once as there are items."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.analysis.regions import Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Def, Place

MANY = 100
"""Tasks that wait at once, on average, from which on a limit is worth a word."""

GATHERS = frozenset({"asyncio.gather", "asyncio.wait", "asyncio.as_completed"})
MAKERS = frozenset({"asyncio.create_task", "asyncio.ensure_future", ".create_task", ".ensure_future"})
IMPORTS = ("from workbench.patterns.concurrency import gather_with_concurrency",)


def look(place: Place) -> Iterator[Match]:
    """`gather` of a comprehension and tasks made in a loop, of a function of this module, where many of its calls waited at once."""
    for node in place.nodes if place.is_async else ():
        made = _made(place, node)
        function = place.function(made.func) if isinstance(made, ast.Call) else None
        if not isinstance(node, ast.Call) or not isinstance(function, ast.AsyncFunctionDef):
            continue
        if _limited(function) or _limited(place.node):
            continue
        here, many = _at_once(place, function)
        if many >= MANY:
            edits = _edits(place, node)
            yield Match(
                node,
                f"`{place.source(node)}` starts a task for each item, all at once.",
                counts=Counts.WAITS,
                of=here,
                evidence=(f"about {many:,.0f} calls of {function.name} waited at once, on average",),
                edits=edits,
                imports=IMPORTS if edits else (),
                how=f"{MANY} of them run at a time at the most; the results keep their order" if edits else "",
            )


def _made(place: Place, node: ast.AST) -> ast.AST | None:
    """The call whose coroutine becomes many tasks, where a node makes them."""
    if not isinstance(node, ast.Call) or not node.args:
        return None
    if place.called(node) in MAKERS:
        return node.args[0] if place.loops(node) and not _gathered(place, node) else None
    if place.called(node) not in GATHERS:
        return None
    given = node.args[0].value if isinstance(node.args[0], ast.Starred) else node.args[0]
    if not isinstance(given, ast.ListComp | ast.GeneratorExp | ast.SetComp):
        return None
    inner = given.elt
    return inner.args[0] if isinstance(inner, ast.Call) and place.called(inner) in MAKERS and inner.args else inner


def _gathered(place: Place, node: ast.AST) -> bool:
    """Whether a `gather` around tells of it already."""
    return any(place.called(one) in GATHERS for one in place.around(node))


def _limited(function: ast.AST) -> bool:
    """Whether a def waits for its turn: a semaphore or a lock, entered or acquired."""
    return any(
        (isinstance(one, ast.Attribute) and one.attr == "acquire")
        or (isinstance(one, ast.AsyncWith) and any(_is_limit(item) for item in one.items))
        for one in ast.walk(function)
    )


def _is_limit(item: ast.withitem) -> bool:
    """Whether an `async with` enters what is there already, and takes nothing from it."""
    made = isinstance(item.context_expr, ast.Call) and bool(item.context_expr.args)
    return not made and item.optional_vars is None


def _at_once(place: Place, function: Def) -> tuple[ast.AST | None, float]:
    """Where this def waits most, and how many calls of a function waited at once meanwhile, on average."""
    calls = place.heat(function, Counts.WAITS)
    spots = [one for one in place.nodes if isinstance(one, ast.Await | ast.AsyncWith)]
    waited = [(heat.seconds, at) for at, one in enumerate(spots) if (heat := place.heat(one, Counts.WAITS)) is not None]
    seconds, at = max(waited, default=(0.0, 0))
    if calls is None or not seconds:
        return None, 0.0
    return spots[at], calls.seconds / seconds


def _edits(place: Place, node: ast.Call) -> tuple[Edit, ...]:
    """For an awaited `gather` of a comprehension of calls, and nothing else given."""
    first = node.args[0]
    awaited = isinstance(place.module.parents[node], ast.Await)
    if place.called(node) != "asyncio.gather" or not awaited or len(node.args) != 1 or node.keywords:
        return ()
    if not isinstance(first, ast.Starred) or not isinstance(first.value, ast.ListComp | ast.GeneratorExp):
        return ()
    inner = first.value.elt
    if isinstance(inner, ast.Call) and place.called(inner) in MAKERS:
        return ()
    return Edit(node.func, "gather_with_concurrency"), Edit(first, f"{MANY}, {place.source(first)}")


RULE = Rule(
    name="unbounded-gather",
    title="as many tasks at once as there are items",
    looks_at="`asyncio.gather(*[f(x) for x in xs])` and tasks made in a loop, where many calls of `f` were measured waiting at once",
    pattern="`workbench.patterns.concurrency.gather_with_concurrency(n, *coros)`, or a semaphore: no more than `n` hold what they need",
    unless="what a call holds is small and the other side takes any number at once: a limit then only makes it slower",
    pays="in memory, from 200 calls on that hold 16 KiB each, with 100 at a time (CPython 3.11 and 3.13)",
    look=look,
)
