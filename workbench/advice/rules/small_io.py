"""Files read in small pieces, written without a buffer, opened again and again, flushed or printed to in each round of a loop."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.advice.base import Match, Rule
from workbench.analysis.regions import Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

SMALL = 64
"""Bytes or letters; a call of `read` costs more than to copy so many."""

LIVE = ("/proc", "/sys", "/dev")
ASLEEP = frozenset({"time.sleep", "asyncio.sleep", "input", ".wait", ".readline", ".get", ".recv", ".accept", ".poll"})


def look(place: Place) -> Iterator[Match]:
    """Calls on open files, `open` and `print`, in a loop."""
    for node in place.nodes:
        loops = place.loops(node) if isinstance(node, ast.Call) else []
        if not loops or not isinstance(node, ast.Call):
            continue
        name = place.called(node)
        if isinstance(node.func, ast.Attribute) and place.kinds.kind(node.func.value) == "file":
            yield from _on_file(place, node, node.func, loops)
        elif name == "open" and node.args:
            yield from _opened(place, node, loops)
        elif name == "print":
            yield from _printed(place, node, loops)


def _on_file(place: Place, node: ast.Call, method: ast.Attribute, loops: list[ast.AST]) -> Iterator[Match]:
    said = f"`{place.source(node)}`"
    if _opened_inside(place, method.value, loops):
        return
    if method.attr == "read" and len(node.args) == 1 and _is_small(node.args[0]):
        yield Match(node, f"{said} reads a few bytes or letters at a time, a call for each.")
    elif method.attr in ("read", "write") and _unbuffered(place, method.value):
        yield Match(node, f"{said} is of a file without a buffer: each call is one of the operating system.")
    elif method.attr == "flush" and isinstance(loops[0], ast.For) and not _waits(place, loops[-1]):
        yield Match(node, f"{said} hands what was written to the operating system in each round of the loop.")


def _opened_inside(place: Place, file: ast.expr, loops: list[ast.AST]) -> bool:
    """Whether the innermost loop opens the file itself: then it is used once, not again and again."""
    return isinstance(file, ast.Name) and any(loops[0] in place.around(one) for one in place.stores(file.id))


def _is_small(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and 0 < node.value <= SMALL


def _unbuffered(place: Place, file: ast.expr) -> bool:
    """Whether a name is bound by `open(..., buffering=0)`."""
    if not isinstance(file, ast.Name) or len(place.stores(file.id)) != 1:
        return False
    bound = place.module.parents[place.stores(file.id)[0]]
    made = getattr(bound, "context_expr", None) or getattr(bound, "value", None)
    if not isinstance(made, ast.Call) or place.called(made) != "open":
        return False
    given = [*made.args[2:3], *(one.value for one in made.keywords if one.arg == "buffering")]
    return any(isinstance(one, ast.Constant) and one.value == 0 for one in given)


def _opened(place: Place, node: ast.Call, loops: list[ast.AST]) -> Iterator[Match]:
    """`open` of a path that no loop around it binds; a file that changes meanwhile is read again rightly."""
    path, loop = node.args[0], loops[0]
    if isinstance(loop, ast.While | ast.AsyncFor) or _waits(place, loop) or _leaves(loop):
        return
    if isinstance(path, ast.Constant):
        fixed = isinstance(path.value, str) and not path.value.startswith(LIVE)
    else:
        fixed = isinstance(path, ast.Name) and not any(loop in place.around(one) for one in place.stores(path.id))
    if fixed and _mode(node) in ("r", "rt", "rb", "a", "at", "ab"):
        yield Match(node, f"`{place.source(node)}` opens the same file in each round of the loop.")


def _mode(node: ast.Call) -> object:
    given = [*node.args[1:2], *(one.value for one in node.keywords if one.arg == "mode")]
    return "r" if not given else given[0].value if isinstance(given[0], ast.Constant) else ""


def _leaves(loop: ast.AST) -> bool:
    return any(isinstance(one, ast.Return | ast.Break | ast.Raise | ast.Try) for one in ast.walk(loop))


def _waits(place: Place, loop: ast.AST) -> bool:
    """Whether a loop waits for somebody in each round: what it writes meanwhile should be seen at once."""
    return any(
        isinstance(one, ast.Await | ast.Yield) or (isinstance(one, ast.Call) and place.called(one) in ASLEEP)
        for one in ast.walk(loop)
    )


def _printed(place: Place, node: ast.Call, loops: list[ast.AST]) -> Iterator[Match]:
    """`print` in a `for` loop that does not wait; what a notebook does with the text counts where the arguments call nothing."""
    if not isinstance(loops[0], ast.For) or _waits(place, loops[-1]):
        return
    if any(one.arg == "file" and place.dotted(one.value) == "sys.stderr" for one in node.keywords):
        return
    calls = any(isinstance(one, ast.Call) for given in (*node.args, *node.keywords) for one in ast.walk(given))
    yield Match(
        node,
        f"`{place.source(node)}` writes one piece in each round of the loop.",
        counts=Counts.LINES if calls else Counts.REGION,
    )


RULE = Rule(
    name="small-io",
    title="input and output in small pieces",
    looks_at="in a loop: small reads (`read(1)`), `flush`, `print`, `open` of the same file; no buffer",
    pattern="large blocks or lines (`for line in file`), one `print` of joined text, the file opened once",
    unless="somebody has to see each piece at once, or what is written has to survive a crash right after",
    pays="from 16 on: lines read by `read(1)`, openings, words printed; `flush`: from 256 on (CPython 3.11 and 3.13)",
    look=look,
)
