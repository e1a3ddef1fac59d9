"""Text that is made longer piece by piece, where each piece copies all before it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.advice.base import Edit, Match, Rule
from workbench.advice.syntax import inside, siblings, unused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Place

ATOMS = (ast.Name, ast.Constant, ast.Call, ast.Attribute, ast.Subscript, ast.JoinedStr)


@dataclass(frozen=True, slots=True)
class Grown:
    """A statement that adds to a text: `target`, the `pieces` in their order, and whether they go in `front` of it."""

    target: ast.expr
    pieces: tuple[ast.expr, ...]
    front: bool


def look(place: Place) -> Iterator[Match]:
    """`text = piece + text`, `text = text + one + other`, and `+=` on an attribute, an item or a global name, in a loop."""
    for node in place.nodes:
        if not isinstance(node, ast.Assign | ast.AugAssign):
            continue
        grown, loops = _grown(place, node), place.loops(node)
        if grown is None or not loops or _short(loops[0]) or _begun_anew(place, grown, node, loops[0]):
            continue
        name = place.source(grown.target)
        yield Match(
            node,
            f"`{place.source(node)}` copies the whole of `{name}` each time round the loop.",
            edits=_edits(place, node, grown, loops[0]),
            how=f"the pieces are kept in a list and joined to `{name}` behind the loop",
        )


def _grown(place: Place, node: ast.Assign | ast.AugAssign) -> Grown | None:
    """What a statement adds to a text; None where CPython does that in place (`text += piece` on a local name), or it is no text."""
    if isinstance(node, ast.AugAssign):
        text = isinstance(node.op, ast.Add) and place.kinds.kind(node.value) == "str"
        last = isinstance(node.target, ast.Subscript) and isinstance(node.target.slice, ast.UnaryOp)
        return (
            Grown(node.target, (node.value,), False)
            if text and not last and not _in_place(place, node.target)
            else None
        )
    if len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
        return None
    target, parts = node.targets[0], _parts(node.value)
    at = [number for number, one in enumerate(parts) if isinstance(one, ast.Name) and one.id == target.id]
    text = "str" in {place.kinds.kind(one) for one in parts}
    if len(at) != 1 or at[0] not in (0, len(parts) - 1) or not text or (at[0] == 0 and len(parts) < 3):
        return None
    return Grown(target, tuple(parts[1:] if at[0] == 0 else parts[:-1]), at[0] > 0)


def _parts(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_parts(node.left), node.right]
    return [node]


def _in_place(place: Place, node: ast.expr) -> bool:
    if not isinstance(node, ast.Name):
        return False
    return not any(isinstance(one, ast.Global | ast.Nonlocal) and node.id in one.names for one in place.nodes)


def _short(loop: ast.AST) -> bool:
    """Whether a loop makes a number's digits, or pads to a length: its test is about a length, or about what it divides."""
    if not isinstance(loop, ast.While):
        return False
    divided = any(
        isinstance(one, ast.AugAssign) and isinstance(one.op, ast.FloorDiv | ast.RShift) for one in ast.walk(loop)
    )
    called = {one.func.id for one in ast.walk(loop) if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)}
    return divided or "divmod" in called or "len(" in ast.unparse(loop.test)


def _begun_anew(place: Place, grown: Grown, node: ast.AST, loop: ast.AST) -> bool:
    """Whether the text is bound to something else in each round of the loop, or each round has another object's."""
    target = ast.unparse(grown.target)
    bound = [
        one
        for one in place.nodes
        if isinstance(one, ast.Name | ast.Attribute | ast.Subscript)
        and isinstance(one.ctx, ast.Store)
        and inside(place, one, loop)
        and place.statement(one) is not node
    ]
    used = {one.id for one in ast.walk(grown.target) if isinstance(one, ast.Name)}
    return any(ast.unparse(one) == target or (isinstance(one, ast.Name) and one.id in used) for one in bound)


def _edits(place: Place, node: ast.stmt, grown: Grown, loop: ast.AST) -> tuple[Edit, ...]:
    """A list of the pieces, where the loop does nothing else with the text; a statement has to follow the loop, to join before it."""
    target = grown.target
    if not isinstance(target, ast.Name) or not isinstance(loop, ast.For | ast.While) or isinstance(node, ast.AugAssign):
        return ()
    behind = siblings(place, loop)[1]
    read = [one for one in place.loads(target.id) if inside(place, one, loop)]
    if behind is None or len(read) != 1 or _seen_elsewhere(place, target.id):
        return ()
    if any(isinstance(one, ast.Await | ast.Yield | ast.YieldFrom | ast.Try) for one in ast.walk(loop)):
        return ()
    pieces = unused(place, f"{target.id}_pieces")
    added = " + ".join(
        place.source(one) if isinstance(one, ATOMS) else f"({place.source(one)})" for one in grown.pieces
    )
    joined = (
        f'{target.id} = "".join(reversed({pieces})) + {target.id}'
        if grown.front
        else f'{target.id} += "".join({pieces})'
    )
    return (
        Edit(loop, f"{pieces} = []", before=True),
        Edit(node, f"{pieces}.append({added})"),
        Edit(behind, joined, before=True),
    )


def _seen_elsewhere(place: Place, name: str) -> bool:
    """Whether an inner def reads a name, or it is not local."""
    if any(isinstance(one, ast.Global | ast.Nonlocal) and name in one.names for one in place.nodes):
        return True
    own = set(place.nodes)
    return any(isinstance(one, ast.Name) and one.id == name and one not in own for one in ast.walk(place.node))


RULE = Rule(
    name="string-append",
    title="text made longer piece by piece",
    looks_at="`text = piece + text`, `text = text + one + other`, and `+=` of a str on an attribute, an item or a global name, in a loop",
    pattern='a list of the pieces and one `"".join` behind the loop; or `io.StringIO`',
    unless="the text stays short; plain `text += piece` on a local name is not meant, CPython does that in place",
    pays="from 64 pieces of 36 characters on, 2 times and more; attributes from 4 pieces on (CPython 3.11 and 3.13)",
    look=look,
)
