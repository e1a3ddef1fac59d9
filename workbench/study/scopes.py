"""Which names of a piece of source are globals when it runs: Python's scoping rules, applied to its tree."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Def = ast.FunctionDef | ast.AsyncFunctionDef
"""What `def` makes."""
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@dataclass(slots=True)
class Scope:
    """A function, class, comprehension or module, and the names that it binds itself; `outer` is None for the module."""

    outer: Scope | None
    is_class: bool = False
    bound: set[str] = field(default_factory=set)
    declared_global: set[str] = field(default_factory=set)
    declared_nonlocal: set[str] = field(default_factory=set)

    def finds(self, name: str) -> bool:
        """Whether a name used here is found before the module's globals are looked at."""
        scope: Scope | None = self
        while scope is not None and scope.outer is not None:
            if name in scope.declared_global:
                return False
            if name in scope.bound and name not in scope.declared_nonlocal and (scope is self or not scope.is_class):
                return True
            scope = scope.outer
        return False


@dataclass(frozen=True, slots=True)
class Use:
    """A name that is used as a global, and the scope that it stands in."""

    node: ast.Name
    scope: Scope


def global_uses(tree: ast.Module, *, annotations: bool = True) -> list[Use]:
    """Every name in the tree that is looked up among the module's globals, in no order; `annotations` says whether those of
    arguments, results and class bodies are evaluated. Annotations of a function's local variables never are."""
    finder = _Finder(annotations=annotations)
    finder.within(tree.body, Scope(None))
    return finder.found


def bindings(body: Iterable[ast.stmt], name: str) -> list[ast.AST]:
    """The nodes in a scope's statements, also under `if`, `try`, `with` and loops, that bind a name; not those in functions and classes."""
    return [node for node in _in_scope(body) if name in bound_by(node)]


def bound_names(body: Iterable[ast.stmt]) -> set[str]:
    """All names that a scope's statements bind."""
    return {name for node in _in_scope(body) for name in bound_by(node)}


def _in_scope(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a scope, without what lies inside scopes of its own; walrus targets in comprehensions belong to it."""
    pending = list(body)[::-1]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, _SCOPED):
            continue
        if isinstance(node, _COMPREHENSIONS):
            pending.extend(inner.target for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))
            continue
        pending.extend(list(ast.iter_child_nodes(node))[::-1])


def bound_by(node: ast.AST) -> list[str]:
    """The names that a node binds itself, without what lies within it."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Name):
        return [] if isinstance(node.ctx, ast.Load) else [node.id]
    if isinstance(node, ast.Import):
        return [alias.asname or alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [alias.asname or alias.name for alias in node.names]
    if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        return [node.name]
    return [node.rest] if isinstance(node, ast.MatchMapping) and node.rest else []


class _Finder(ast.NodeVisitor):
    def __init__(self, *, annotations: bool) -> None:
        self.found: list[Use] = []
        self._annotations = annotations
        self._scope = Scope(None)

    def within(self, nodes: Iterable[ast.AST], scope: Scope) -> None:
        """Visit what runs in a scope, whose own bindings are taken from these nodes."""
        before, self._scope = self._scope, scope
        nodes = list(nodes)
        for node in _in_scope(nodes):
            scope.bound.update(bound_by(node))
            if isinstance(node, ast.Global):
                scope.declared_global.update(node.names)
            elif isinstance(node, ast.Nonlocal):
                scope.declared_nonlocal.update(node.names)
        for node in nodes:
            self.visit(node)
        self._scope = before

    def visit_Name(self, node: ast.Name) -> None:
        if not self._scope.finds(node.id):
            self.found.append(Use(node, self._scope))

    def visit_FunctionDef(self, node: Def) -> None:
        self._all(node.decorator_list)
        self._defaults(node.args)
        inner = self._with_type_parameters(node)
        before, self._scope = self._scope, inner
        if self._annotations:
            self._all(one.annotation for one in _arguments(node.args))
            self._all([node.returns])
        self.within(node.body, Scope(inner, bound={one.arg for one in _arguments(node.args)} | self._cell()))
        self._scope = before

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.visit_FunctionDef(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._defaults(node.args)
        self.within([node.body], Scope(self._scope, bound={one.arg for one in _arguments(node.args)}))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._all(node.decorator_list)
        before, self._scope = self._scope, self._with_type_parameters(node)
        self._all([*node.bases, *(one.value for one in node.keywords)])
        self.within(node.body, Scope(self._scope, is_class=True, bound={"__module__", "__qualname__"}))
        self._scope = before

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._all([node.target, node.value])
        if self._annotations and (self._scope.is_class or self._scope.outer is None):
            self.visit(node.annotation)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        """The first iterable is evaluated outside; walrus targets are bound outside."""
        self.visit(node.generators[0].iter)
        inner = Scope(self._scope)
        parts: list[ast.AST] = []
        for place, one in enumerate(node.generators):
            parts += [one.target, *one.ifs, *([one.iter] if place else [])]
            inner.bound.update(name.id for name in ast.walk(one.target) if isinstance(name, ast.Name))
        parts += [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        before, self._scope = self._scope, inner
        self._all(parts)
        self._scope = before

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension  # noqa: N815

    def _with_type_parameters(self, node: ast.AST) -> Scope:
        """The scope around what has type parameters (Python 3.12), which its own bounds may use."""
        parameters = getattr(node, "type_params", [])
        if not parameters:
            return self._scope
        scope = Scope(self._scope, bound={one.name for one in parameters})
        before, self._scope = self._scope, scope
        self._all(parameters)
        self._scope = before
        return scope

    def _cell(self) -> set[str]:
        return {"__class__"} if self._scope.is_class else set()

    def _defaults(self, args: ast.arguments) -> None:
        self._all([*args.defaults, *args.kw_defaults])

    def _all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)


def _arguments(args: ast.arguments) -> list[ast.arg]:
    more = [one for one in (args.vararg, args.kwarg) if one is not None]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *more]
