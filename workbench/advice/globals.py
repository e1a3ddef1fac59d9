"""Containers of a module or of a class: where they are made, filled, read and emptied."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.advice.place import Module

EMPTYING = frozenset(
    {"clear", "pop", "popitem", "popleft", "remove", "discard", "difference_update", "intersection_update"}
)
MAKERS = frozenset({"list", "dict", "set", "collections.defaultdict", "collections.OrderedDict", "collections.deque"})


@dataclass(frozen=True, slots=True)
class Held:
    """A container that lives as long as its module, as a def names it: `SEEN`, `Client.seen` or `self.seen`."""

    name: str
    kind: str
    uses: tuple[ast.expr, ...]


@lru_cache(maxsize=4)
def held(module: Module) -> dict[str, Held]:
    """Those that are made empty, once, with all expressions that name them; by each way of naming."""
    found: dict[str, Held] = {}
    for owner, node in _statements(module.tree):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        kind = _kind(module, node.value) if node.value is not None else ""
        if not kind or len(targets) != 1 or not isinstance(targets[0], ast.Name):
            continue
        name = targets[0].id
        names = {name} if owner is None else {f"{owner.name}.{name}", f"self.{name}", f"cls.{name}"}
        within = module.tree if owner is None else owner
        uses = tuple(one for one in _named(within, names) if one is not targets[0])
        found.update({one: Held(one, kind, uses) for one in names if one not in found})
    return found


def grows_only(module: Module, container: Held) -> bool:
    """Whether nothing in the module takes from it, binds it anew, or gives it to somebody who could."""
    return not any(_shrinks(module, one) for one in container.uses)


def _shrinks(module: Module, node: ast.expr) -> bool:
    parent = module.parents[node]
    if isinstance(node.ctx, ast.Store | ast.Del):  # type: ignore[attr-defined]
        return True
    if isinstance(parent, ast.Attribute):
        return parent.attr in EMPTYING
    if isinstance(parent, ast.Subscript):
        return isinstance(parent.ctx, ast.Del) or (
            isinstance(parent.ctx, ast.Store) and isinstance(parent.slice, ast.Slice)
        )
    if isinstance(parent, ast.Call):
        return parent.func is not node
    return isinstance(parent, ast.Assign | ast.Return | ast.keyword | ast.AugAssign)


def _statements(tree: ast.Module) -> Iterator[tuple[ast.ClassDef | None, ast.Assign | ast.AnnAssign]]:
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            yield None, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.Assign | ast.AnnAssign):
                    yield node, inner


def _kind(module: Module, node: ast.expr) -> str:
    """The kind of an empty container without a bound; "" for everything else."""
    if isinstance(node, ast.List | ast.Dict):
        empty = not (node.elts if isinstance(node, ast.List) else node.keys)
        return type(node).__name__.lower() if empty else ""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
        name = ast.unparse(node.func)
        first, _, rest = name.partition(".")
        full = ".".join(one for one in (module.imported.get(first, first), rest) if one)
        plain = not node.keywords and (not node.args or full == "collections.defaultdict")
        return full.rpartition(".")[2] if full in MAKERS and plain else ""
    return ""


def _named(within: ast.AST, names: set[str]) -> Iterator[ast.expr]:
    for one in ast.walk(within):
        if (isinstance(one, ast.Name) and one.id in names) or (
            isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and f"{one.value.id}.{one.attr}" in names
        ):
            yield one
