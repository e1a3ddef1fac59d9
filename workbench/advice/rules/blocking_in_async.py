"""A call that blocks, in a coroutine: every other task of the loop waits with it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.advice.blocking import waits
from workbench.advice.place import COMPREHENSIONS
from workbench.analysis.regions import Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

OF_FILES = frozenset({"read", "readline", "readlines", "write", "writelines", "flush"})
OF_PATHS = frozenset({".read_text", ".read_bytes", ".write_text", ".write_bytes"})
IMPORTS = ("import asyncio",)


def look(place: Place) -> Iterator[Match]:
    """Calls known to block, in an `async def` itself and not in a def inside it."""
    if not place.is_async:
        return
    for node in place.nodes:
        if not isinstance(node, ast.Call) or isinstance(place.module.parents[node], ast.Await):
            continue
        counts = waits(place, node)
        edits = () if counts is None else _edits(place, node)
        if counts is None and isinstance(node.func, ast.Attribute):
            counts = _on_files(place, node, node.func)
        if counts is not None:
            yield Match(
                node,
                f"`{place.source(node)}` blocks the event loop: until it is done no other task goes on.",
                counts=counts,
                callees=frozenset({place.called(node).rpartition(".")[2]}),
                edits=edits,
                imports=IMPORTS if edits else (),
                how="the call is awaited, and the loop goes on meanwhile" if edits else "",
            )


def _on_files(place: Place, node: ast.Call, method: ast.Attribute) -> Counts | None:
    """Reading and writing: of an open file where the lines mostly wait, and of whole files by their path."""
    if place.kinds.kind(method.value) == "file" and method.attr in OF_FILES:
        heat = place.heat(node)
        return Counts.LINES if heat is not None and heat.waiting > 0.5 else None
    return Counts.CALLEES if place.called(node) in OF_PATHS and not place.kinds.kind(method.value) else None


def _edits(place: Place, node: ast.Call) -> tuple[Edit, ...]:
    """Where `await` can stand: sleeping as asyncio's own, everything else in a thread."""
    if any(isinstance(one, COMPREHENSIONS) for one in place.around(node)):
        return ()
    whole = isinstance(place.module.parents[node], ast.Expr | ast.Assign | ast.Return)
    opened, closed = ("", "") if whole else ("(", ")")
    inside = ", ".join(place.source(one) for one in (*node.args, *node.keywords))
    if place.called(node) == "time.sleep":
        return (Edit(node, f"{opened}await asyncio.sleep({inside}){closed}"),)
    given = ", ".join(one for one in (place.source(node.func), inside) if one)
    return (Edit(node, f"{opened}await asyncio.to_thread({given}){closed}"),)


RULE = Rule(
    name="blocking-in-async",
    title="blocking call on the event loop",
    looks_at="calls known to block (`time.sleep`, `requests`, `urlopen`, `subprocess.run`, `open(...).read`) in an `async def`",
    pattern="the awaitable of the same (`asyncio.sleep`, `asyncio.create_subprocess_exec`), or `await asyncio.to_thread(f, ...)`",
    unless="nothing else runs on the loop meanwhile: a program's only task loses nothing",
    pays="from 2 tasks on that wait 1 ms each (CPython 3.13; 8 on 3.11, on a busy machine)",
    look=look,
)
