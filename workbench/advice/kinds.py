"""What kind of object a name or expression is, as far as the syntax shows: every place that binds it has to agree."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.advice.place import Place

DISPLAYS = {
    ast.List: "list",
    ast.ListComp: "list",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.Tuple: "tuple",
    ast.JoinedStr: "str",
    ast.GeneratorExp: "generator",
}
CALLS = {
    "list": "list",
    "sorted": "list",
    "dict": "dict",
    "set": "set",
    "frozenset": "set",
    "tuple": "tuple",
    "str": "str",
    "bytes": "bytes",
    "bytearray": "bytearray",
    "int": "int",
    "len": "int",
    "float": "float",
    "range": "range",
    "zip": "iterator",
    "map": "iterator",
    "filter": "iterator",
    "open": "file",
    "collections.deque": "deque",
    "collections.Counter": "Counter",
    "collections.defaultdict": "defaultdict",
    "collections.OrderedDict": "dict",
    "re.compile": "regex",
    "pandas.DataFrame": "DataFrame",
    "pandas.read_csv": "DataFrame",
    "pandas.read_parquet": "DataFrame",
    "pandas.read_json": "DataFrame",
    "pandas.read_excel": "DataFrame",
    "pandas.read_table": "DataFrame",
    "pandas.concat": "DataFrame",
    "pandas.Series": "Series",
    "numpy.array": "ndarray",
    "numpy.asarray": "ndarray",
    "numpy.zeros": "ndarray",
    "numpy.ones": "ndarray",
    "numpy.empty": "ndarray",
    "numpy.full": "ndarray",
    "numpy.arange": "ndarray",
    "numpy.linspace": "ndarray",
    "numpy.concatenate": "ndarray",
    "numpy.append": "ndarray",
    "numpy.loadtxt": "ndarray",
    "numpy.load": "ndarray",
    "threading.Lock": "lock",
    "threading.RLock": "lock",
    "asyncio.Lock": "async lock",
    "asyncio.Semaphore": "async semaphore",
}
METHODS = {
    ".split": "list",
    ".rsplit": "list",
    ".splitlines": "list",
    ".readlines": "list",
    ".tolist": "list",
    ".join": "str",
    ".strip": "str",
    ".lower": "str",
    ".upper": "str",
    ".replace": "str",
    ".format": "str",
    ".encode": "bytes",
    ".decode": "str",
}
"""Methods that give one kind whatever they are called on, in the usual libraries."""

ANNOTATED = {
    "list": "list",
    "List": "list",
    "dict": "dict",
    "Dict": "dict",
    "set": "set",
    "Set": "set",
    "frozenset": "set",
    "tuple": "tuple",
    "Tuple": "tuple",
    "str": "str",
    "bytes": "bytes",
    "int": "int",
    "float": "float",
    "bool": "bool",
    "deque": "deque",
    "Counter": "Counter",
    "defaultdict": "defaultdict",
    "DataFrame": "DataFrame",
    "Series": "Series",
    "ndarray": "ndarray",
    "NDArray": "ndarray",
    "Lock": "lock",
}


@dataclass(frozen=True)
class Kinds:
    """Of one place. A kind is a word such as "list", "dict", "set", "str", "deque", "DataFrame", "ndarray", "file"; "" is unknown."""

    place: Place
    names: dict[str, str]
    elements: dict[str, str]
    _given: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, place: Place) -> Kinds:
        """From annotations, and from assignments in the place, in the module, and to `self.x` in a class's `__init__`."""
        made = cls(place, {}, {})
        made._module()
        for argument in _arguments(place.node):
            made.names[argument.arg], made.elements[argument.arg] = _annotated(argument.annotation)
        made._given.update({argument.arg: made.names[argument.arg] for argument in _arguments(place.node)})
        for _ in range(2):  # what a loop goes over may be bound further down
            made._locals()
        return made

    def _locals(self) -> None:
        local: dict[str, list[tuple[str, str]]] = {}
        for node in self.place.nodes:
            for name, found in self._bound(node):
                local.setdefault(name, []).append(found)
        for name, bindings in local.items():
            self._agree(name, bindings)

    def kind(self, node: ast.AST) -> str:
        """What an expression is; "" where that is not known."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, "")
        if isinstance(node, ast.Attribute):
            return self.names.get(f"self.{node.attr}", "") if _is_self(node.value) else ""
        if isinstance(node, ast.Constant):
            return type(node.value).__name__
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.BinOp):
            return self._joined(node)
        if isinstance(node, ast.Subscript):
            return self._item(node)
        return DISPLAYS.get(type(node), "")

    def _call(self, node: ast.Call) -> str:
        name = self.place.called(node)
        if name == ".copy" and isinstance(node.func, ast.Attribute):
            return self.kind(node.func.value)
        return CALLS.get(name, "") or METHODS.get(name, "")

    def _joined(self, node: ast.BinOp) -> str:
        left, right = self.kind(node.left), self.kind(node.right)
        if isinstance(node.op, ast.Add):
            return left if left == right else ""
        repeated = isinstance(node.op, ast.Mult | ast.Mod) and left in ("str", "list")
        return left if repeated or left == right == "ndarray" else ""

    def element(self, node: ast.AST) -> str:
        """What the items of an expression are; "" where that is not known."""
        if isinstance(node, ast.Name):
            return self.elements.get(node.id, "")
        if isinstance(node, ast.Attribute) and _is_self(node.value):
            return self.elements.get(f"self.{node.attr}", "")
        if isinstance(node, ast.List | ast.Set | ast.Tuple):
            kinds = {self.kind(one) for one in node.elts}
            return kinds.pop() if len(kinds) == 1 else ""
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            return self.kind(node.elt)
        if isinstance(node, ast.Call) and self.place.called(node) in (".split", ".splitlines", ".rsplit", ".readlines"):
            return "str"
        return ""

    def _item(self, node: ast.Subscript) -> str:
        if isinstance(node.slice, ast.Slice):
            return self.kind(node.value)
        return self.element(node.value) if self.kind(node.value) in ("list", "tuple", "dict", "defaultdict") else ""

    def _bound(self, node: ast.AST) -> list[tuple[str, tuple[str, str]]]:
        """Names (and `self.x`) a node binds, each with kind and kind of items."""
        if isinstance(node, ast.Assign):
            found = (self.kind(node.value), self.element(node.value))
            return [(name, found if whole else ("", "")) for one in node.targets for name, whole in _targets(one)]
        if isinstance(node, ast.AnnAssign):
            return [(name, _annotated(node.annotation)) for name, _ in _targets(node.target)]
        if isinstance(node, ast.AugAssign):
            added = self.kind(node.value) if isinstance(node.op, ast.Add) else ""
            return [
                (name, (added, "")) for name, _ in _targets(node.target) if added in ("str", "bytes", "int", "float")
            ]
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            found = (self.element(node.iter), "")
            return [(name, found if whole else ("", "")) for name, whole in _targets(node.target)]
        if isinstance(node, ast.NamedExpr):
            return [(node.target.id, (self.kind(node.value), self.element(node.value)))]
        if isinstance(node, ast.withitem) and node.optional_vars is not None:
            return [(name, (self.kind(node.context_expr), "")) for name, _ in _targets(node.optional_vars)]
        return []

    def _agree(self, name: str, found: list[tuple[str, str]]) -> None:
        known = {kind for kind, _ in found} | ({self._given[name]} if name in self._given else set())
        inner = {element for _, element in found if element}
        self.names[name] = known.pop() if len(known) == 1 else ""
        self.elements[name] = inner.pop() if len(inner) == 1 else ""

    def _module(self) -> None:
        """Names of the module that are bound once, and attributes that the place's class sets once."""
        module, whole = self.place.module, self.place.module.tree
        around = module.parents.get(self.place.node)
        known = {} if self.place.node is whole else self._bound_once(whole, whole.body, "")
        if isinstance(around, ast.ClassDef):
            known = known | self._bound_once(around, ast.walk(around), "self.")
        for name, (kind, element) in known.items():
            self.names[name], self.elements[name] = kind, element

    def _bound_once(self, key: ast.AST, nodes: Iterable[ast.AST], begin: str) -> dict[str, tuple[str, str]]:
        kept = self.place.module.bound
        if key not in kept:
            kept[key] = {}
            for node in nodes:
                for name, found in self._bound(node):
                    if name.startswith(begin):
                        kept[key].setdefault(name, []).append(found)
        return {name: seen[0] for name, seen in kept[key].items() if len(seen) == 1}


def _targets(node: ast.AST) -> list[tuple[str, bool]]:
    """Names a target binds, each with whether it takes the whole value."""
    if isinstance(node, ast.Name):
        return [(node.id, True)]
    if isinstance(node, ast.Attribute) and _is_self(node.value):
        return [(f"self.{node.attr}", True)]
    if isinstance(node, ast.Tuple | ast.List):
        return [(name, False) for one in node.elts for name, _ in _targets(one)]
    return _targets(node.value) if isinstance(node, ast.Starred) else []


def _is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _arguments(node: ast.AST) -> list[ast.arg]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return []
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def _annotated(node: ast.expr | None) -> tuple[str, str]:
    """Kind and kind of items of an annotation; a mapping's items are its values."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value, mode="eval").body
        except SyntaxError:
            return "", ""
    if isinstance(node, ast.Subscript):
        inside = node.slice.elts[-1] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        outer = _annotated(node.value)[0]
        plain = outer in ("list", "dict", "set", "tuple", "deque", "defaultdict")
        return outer, _annotated(inside)[0] if plain else ""
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return ANNOTATED.get(name, ""), ""
