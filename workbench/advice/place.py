"""One def as rules see it: its syntax without that of inner defs, what is around a node, what its names are known to be, its calls."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from workbench.advice.kinds import Kinds
from workbench.analysis.regions import Counts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.analysis.regions import Heat, Regions

Def = ast.FunctionDef | ast.AsyncFunctionDef
LAST = 2**31 - 1
"""A line number behind every text's end."""

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
LOOPS = (ast.For, ast.AsyncFor, ast.While)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
SHARED = (ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop)
"""Nodes of which the parser has one for all places: nothing is around them."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """What recorded calls say of a function: calls `seen` in the run, `kept` of them with their arguments, `distinct` arguments among
    these; `hashable` whether every argument was of a plain hashable type."""

    seen: int
    kept: int
    distinct: int
    hashable: bool


@dataclass(frozen=True)
class Module:
    """A source text, parsed. `parents` has the node around each node."""

    file: str
    text: str
    tree: ast.Module

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """Node -> the node around it."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    @cached_property
    def lines(self) -> list[str]:
        """The text's lines with their ends, cut where Python's own line numbers count."""
        return LINE.findall(self.text)

    def written(self, node: ast.AST) -> str:
        """The text of a node, "" for one that has no place in it."""
        first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", None)
        if not first or last is None:
            return ""
        lines = [line.encode() for line in self.lines[first - 1 : last]]
        lines[-1] = lines[-1][: node.end_col_offset]  # type: ignore[attr-defined]
        lines[0] = lines[0][node.col_offset :]  # type: ignore[attr-defined]
        return b"".join(lines).decode()

    @cached_property
    def bound(self) -> dict[ast.AST, dict[str, list[tuple[str, str]]]]:
        """What `kinds.Kinds` has found of the module's own names, and of each class's attributes, so that it is found once."""
        return {}

    @cached_property
    def imported(self) -> dict[str, str]:
        """Name -> the dotted name it was imported as, anywhere in the module: `{"np": "numpy", "match": "re.match"}`."""
        found = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for one in node.names:
                    first = one.name.partition(".")[0]
                    found[one.asname or first] = one.name if one.asname else first
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.update({one.asname or one.name: f"{node.module}.{one.name}" for one in node.names})
        return found

    def places(self, regions: Regions, repeats: dict[str, Repeats] | None = None) -> Iterator[Place]:
        """The module's own statements as one place, and each def in it, inner ones and methods too."""
        known = repeats or {}
        yield Place(self, self.tree, "<module>", regions, known.get("<module>"))
        for name, node in self.defs:
            yield Place(self, node, name, regions, known.get(name))

    @cached_property
    def defs(self) -> tuple[tuple[str, Def], ...]:
        """Every def with its qualified name, outer ones first."""
        found: list[tuple[str, Def]] = []
        pending: list[tuple[ast.AST, str]] = [(self.tree, "")]
        for node, above in pending:
            for child in ast.iter_child_nodes(node):
                name = above
                if isinstance(child, Def | ast.ClassDef):
                    name = f"{above}{child.name}"
                    if isinstance(child, Def):
                        found.append((name, child))
                    name += "." if isinstance(child, ast.ClassDef) else ".<locals>."
                pending.append((child, name))
        return tuple(found)


@dataclass(frozen=True)
class Place:
    """One def (or a module outside of its defs), `name` its qualified name; `repeats` where its calls were recorded."""

    module: Module
    node: Def | ast.Module
    name: str
    regions: Regions
    repeats: Repeats | None = None

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes in the order of the source, without those of inner defs, classes and lambdas; comprehensions belong to it."""
        found: list[ast.AST] = []
        pending: list[ast.AST] = list(reversed(self.node.body))
        while pending:
            node = pending.pop()
            if isinstance(node, SHARED):
                continue
            found.append(node)
            if not isinstance(node, Def | ast.ClassDef | ast.Lambda):
                pending.extend(reversed(list(ast.iter_child_nodes(node))))
        return tuple(found)

    @cached_property
    def kinds(self) -> Kinds:
        """What its names are known to be."""
        return Kinds.of(self)

    @property
    def is_async(self) -> bool:
        """Whether it is a coroutine function."""
        return isinstance(self.node, ast.AsyncFunctionDef)

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, innermost first, up to the def."""
        parents = self.module.parents
        while (node := parents[node]) is not self.node:
            yield node

    def loops(self, node: ast.AST) -> list[ast.AST]:
        """The loops and comprehensions in which `node` runs again and again, innermost first. What a loop goes over is made once, and is
        not in it: neither the iterable of a `for`, nor that of a comprehension's first `for`."""
        path = [node, *self.around(node)]
        return [
            above
            for at, above in enumerate(path[1:], 1)
            if _again(above, path[at - 1], path[at - 2] if at > 1 else None)
        ]

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that holds a node, or it itself."""
        while not isinstance(node, ast.stmt):
            node = self.module.parents[node]
        return node

    def source(self, node: ast.AST) -> str:
        """The text of a node, as it is written."""
        return self.module.written(node) or ast.unparse(node)

    def called(self, node: ast.AST) -> str:
        """The dotted name a call calls, by the module's imports: `re.match` for `match(...)` after `from re import match`; "" where it is
        no call, or of no name. A method is `.name` where what it is called on is not an import."""
        return self.dotted(node.func) if isinstance(node, ast.Call) else ""

    def dotted(self, node: ast.AST) -> str:
        """The dotted name of an expression by the module's imports; `.name` for an attribute of anything else; "" for neither."""
        if isinstance(node, ast.Name):
            return self.module.imported.get(node.id, node.id)
        if not isinstance(node, ast.Attribute):
            return ""
        base: ast.AST = node
        while isinstance(base, ast.Attribute):
            base = base.value
        if isinstance(base, ast.Name) and base.id in self.module.imported:
            return f"{self.dotted(node.value)}.{node.attr}"
        return f".{node.attr}"

    def function(self, node: ast.AST) -> Def | None:
        """The def of this module that an expression names: an inner one, one of the module, or (`self.x`) a method of the same class; None
        where it is none of them, or there is more than one."""
        if isinstance(node, ast.Name):
            given = {one.arg for one in ast.walk(self.node) if isinstance(one, ast.arg)}
            local = node.id in given or bool(self.stores(node.id))
            names = [f"{self.name}.<locals>.{node.id}", *([] if local else [node.id])]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            names = [f"{self.name.rpartition('.')[0]}.{node.attr}"]
        else:
            return None
        found = [one for name in names for known, one in self.module.defs if known == name]
        return found[0] if len(found) == 1 else None

    def stores(self, name: str) -> list[ast.Name]:
        """Where a name is bound or deleted in this place."""
        return [one for one in self._named(name) if not isinstance(one.ctx, ast.Load)]

    def loads(self, name: str) -> list[ast.Name]:
        """Where a name is read in this place."""
        return [one for one in self._named(name) if isinstance(one.ctx, ast.Load)]

    def _named(self, name: str) -> list[ast.Name]:
        return [one for one in self.nodes if isinstance(one, ast.Name) and one.id == name]

    def hits(self, node: ast.AST) -> int | None:
        """How often a node's first line ran, where that was counted."""
        return self.regions.hits(self.module.file, span(node)[0])

    def heat(self, node: ast.AST, counts: Counts = Counts.LINES, callees: frozenset[str] = frozenset()) -> Heat | None:
        """How hot a node's lines are; None where the recording cannot tell."""
        first, last = span(node)
        return self.regions.heat(self.module.file, first, last, counts, callees)


def span(node: ast.AST) -> tuple[int, int]:
    """First and last line of a node, from 1; a whole module has all lines."""
    first = getattr(node, "lineno", 1)
    last = getattr(node, "end_lineno", None)
    return first, first if last is None and not isinstance(node, ast.Module) else last or LAST


def _again(above: ast.AST, below: ast.AST, further: ast.AST | None) -> bool:
    """Whether `above` runs its child `below` again and again, where the path goes on to `further`."""
    if isinstance(above, ast.For | ast.AsyncFor):
        return any(below is one for one in above.body)
    if isinstance(above, ast.While):
        return not any(below is one for one in above.orelse)
    if isinstance(above, COMPREHENSIONS):
        first = above.generators[0]
        return below is not first or not (further is first.iter or further is None)
    return False
