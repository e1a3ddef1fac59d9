"""What a call has made itself: local names that only ever mean such objects, and containers of which all items are such objects."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MADE = (
    ast.List,
    ast.Dict,
    ast.Set,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
    ast.Constant,
    ast.BinOp,
    ast.JoinedStr,
    ast.Tuple,
)
MAKERS = (
    "list",
    "dict",
    "set",
    "bytearray",
    "Counter",
    "defaultdict",
    "deque",
    "OrderedDict",
    "sorted",
    "StringIO",
    "BytesIO",
)
FACTORIES = ("list", "dict", "set", "int", "float", "str", "Counter", "deque")
"""What `defaultdict` may be given, so that its items are its own."""

LOOKING = ("get", "setdefault", "values", "items", "keys", "pop", "copy")
"""Methods of a container that put nothing into it but what is made, where their last argument is."""
READING = ("dict", "list", "tuple", "set", "sorted", "len", "sum", "max", "min", "any", "all", "enumerate", "iter")
"""Functions that a container may be given to."""
GIVING = ("setdefault", "get", "pop")
"""Methods that give one of its items."""


PLACES = ("loc", "iloc", "at", "iat")
"""What stands between a table and an item of it."""


class Fresh:
    """Of a function's nodes, which expressions mean objects that the call has made itself; `names` are the local names that do.
    `more` tells of further expressions that they make a new object."""

    def __init__(
        self, inside: list[ast.AST], functions: list[Any], more: Callable[[ast.expr], bool] = lambda _: False
    ) -> None:
        self.names = made(inside, functions, more)
        self._full = {name for name in self.names if _all_made(name, inside)}

    def __contains__(self, node: ast.expr) -> bool:
        node = node.value if isinstance(node, ast.Attribute) and node.attr in PLACES else node
        return root(node) in self.names or root(_container(node)) in self._full


def _container(node: ast.expr) -> ast.expr:
    """What an expression takes one item of: `found` of `found[key]` and of `found.setdefault(key, [])`; itself otherwise."""
    if isinstance(node, ast.Subscript):
        return node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in GIVING:
        return node.func.value
    return node


def _all_made(name: str, inside: list[ast.AST]) -> bool:
    """Whether all that is ever put into a container is made by the call, and nobody else gets the container but who the call returns to."""
    harmless = 0
    for node in inside:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if root(target) == name and not _empty(node.value):
                    return False
                if isinstance(target, ast.Subscript) and root(target.value) == name:
                    if not makes(node.value):
                        return False
                    harmless += 1
        elif isinstance(node, ast.Subscript) and root(node.value) == name and isinstance(node.ctx, ast.Load):
            harmless += 1
        elif isinstance(node, ast.Call):
            used = _used_by(node, name)
            if used is None:
                return False
            harmless += used
        elif isinstance(node, ast.Return) and node.value is not None and root(node.value) == name:
            harmless += 1
        elif isinstance(node, ast.Compare):
            harmless += sum(root(one) == name for one in node.comparators)
        elif isinstance(node, ast.For) and root(node.iter) == name:
            harmless += 1
    uses = sum(isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load) for node in inside)
    return uses == harmless


def _used_by(node: ast.Call, name: str) -> int | None:
    """How often a call uses a container harmlessly; None where it may put something into it that is not made by the call."""
    if isinstance(node.func, ast.Attribute) and root(node.func.value) == name:
        known = node.func.attr in LOOKING and (len(node.args) < 2 or makes(node.args[-1]))
        return 1 if known else None
    return sum(root(one) == name for one in node.args) if getattr(node.func, "id", "") in READING else 0


def _empty(value: ast.expr) -> bool:
    """A container without items, or one that makes its own."""
    if isinstance(value, ast.Call):
        name = getattr(value.func, "id", getattr(value.func, "attr", ""))
        return name in MAKERS and all(isinstance(one, ast.Name) and one.id in FACTORIES for one in value.args)
    return (
        isinstance(value, ast.List | ast.Dict | ast.Set)
        and not list(ast.iter_child_nodes(value))[1:]
        and not getattr(value, "keys", getattr(value, "elts", []))
    )


def made(inside: list[ast.AST], functions: list[Any], more: Callable[[ast.expr], bool]) -> set[str]:
    """Local names that only ever mean objects that the call has made itself."""
    made: dict[str, bool] = dict.fromkeys(parameters(functions), False)
    for node in inside:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    made[target.id] = made.get(target.id, True) and (makes(node.value) or more(node.value))
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            made.update(dict.fromkeys((name.id for name in ast.walk(node.target) if isinstance(name, ast.Name)), False))
        elif isinstance(node, ast.Global | ast.Nonlocal):
            made.update(dict.fromkeys(node.names, False))
    return {name for name, always in made.items() if always}


def makes(value: ast.expr) -> bool:
    """Whether an expression makes a new object, or means one that nobody can change."""
    named = isinstance(value, ast.Call) and getattr(value.func, "id", getattr(value.func, "attr", "")) in MAKERS
    return named or isinstance(value, MADE)


def parameters(functions: list[Any]) -> set[str]:
    """The names of the parameters of functions, as syntax trees."""
    return {argument.arg for node in functions for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}


def root(node: ast.expr) -> str:
    """The name that a chain of attributes and items begins with, where it is of one step only; "" otherwise."""
    return node.id if isinstance(node, ast.Name) else ""
