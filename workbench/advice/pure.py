"""Whether a def only makes an answer of its arguments, as far as its syntax shows."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from workbench.advice.place import Def
from workbench.advice.rounds import CHANGING
from workbench.advice.steady import MOVING, READING

if TYPE_CHECKING:
    from workbench.advice.place import Module, Place

EFFECTS = (
    ast.Global,
    ast.Nonlocal,
    ast.Yield,
    ast.YieldFrom,
    ast.Await,
    ast.With,
    ast.AsyncWith,
    ast.AsyncFor,
    ast.Import,
    ast.ImportFrom,
    ast.ClassDef,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Delete,
)
MAKING = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Call)
FUNCTIONS = (READING - {"hash", "print", "type"}) | {"bin", "chr", "complex", "divmod", "hex", "oct", "pow"}
MODULES = (
    "math.",
    "re.",
    "itertools.",
    "operator.",
    "string.",
    "unicodedata.",
    "statistics.",
    "bisect.",
    "hashlib.",
    "fractions.",
)
METHODS = frozenset(
    [
        "capitalize",
        "casefold",
        "center",
        "copy",
        "count",
        "decode",
        "digest",
        "encode",
        "endswith",
        "find",
        "format",
        "get",
        "groups",
        "group",
        "hexdigest",
        "index",
        "isalnum",
        "isalpha",
        "isdigit",
        "islower",
        "isnumeric",
        "isspace",
        "istitle",
        "isupper",
        "items",
        "join",
        "keys",
        "ljust",
        "lower",
        "lstrip",
        "match",
        "search",
        "fullmatch",
        "findall",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rfind",
        "rjust",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "swapcase",
        "title",
        "translate",
        "union",
        "upper",
        "values",
        "zfill",
        "bit_length",
        "sub",
    ]
)
CHANGED = (
    "list",
    "dict",
    "set",
    "bytearray",
    "deque",
    "Counter",
    "defaultdict",
    "generator",
    "iterator",
    "ndarray",
    "DataFrame",
    "Series",
)
PLAIN = ("str", "int", "float", "bool", "bytes", "NoneType")
ANSWERS = frozenset(
    [
        "abs",
        "bool",
        "bytes",
        "chr",
        "complex",
        "divmod",
        "float",
        "frozenset",
        "hash",
        "hex",
        "int",
        "len",
        "oct",
        "ord",
        "pow",
        "repr",
        "round",
        "str",
        "sum",
    ]
)


def pure(place: Place, node: Def, above: tuple[Def, ...] = ()) -> bool:
    """Whether nothing in a def changes or asks something outside of it; functions of the same module that it calls are read too."""
    own, made = _local(node), _made(node)
    for one in (inner for statement in node.body for inner in ast.walk(statement)):
        if isinstance(one, EFFECTS):
            return False
        if isinstance(one, ast.Call) and not _call(place, one, made, (*above, node)):
            return False
        if (
            isinstance(one, ast.Attribute | ast.Subscript)
            and not isinstance(one.ctx, ast.Load)
            and not _of_own(one, made)
        ):
            return False
        outside = isinstance(one, ast.Name) and one.id not in own | _arguments(node)
        if outside and isinstance(one, ast.Name) and not (_fixed(place.module, one.id) and _read_whole(place, one)):
            return False
    return True


def plain_answer(place: Place) -> bool:
    """Whether all that a def returns is of a kind nobody can change."""
    returned = [one.value for one in place.nodes if isinstance(one, ast.Return)]
    return bool(returned) and all(one is None or _plain(place, one) for one in returned)


def one_for_all(place: Place) -> bool:
    """Whether a def returns something that its callers could change, or use up, for each other."""
    returned = [one.value for one in place.nodes if isinstance(one, ast.Return) and one.value is not None]
    return any(place.kinds.kind(one) in CHANGED for one in returned)


def _plain(place: Place, node: ast.expr) -> bool:
    if place.kinds.kind(node) in PLAIN or isinstance(node, ast.Compare | ast.JoinedStr | ast.Constant):
        return True
    if isinstance(node, ast.Tuple):
        return all(_plain(place, one) for one in node.elts)
    if isinstance(node, ast.IfExp):
        return _plain(place, node.body) and _plain(place, node.orelse)
    if isinstance(node, ast.BoolOp):
        return all(_plain(place, one) for one in node.values)
    if isinstance(node, ast.BinOp):
        return _plain(place, node.left) or _plain(place, node.right)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not) or _plain(place, node.operand)
    name = place.called(node)
    return name in ANSWERS or name.startswith("math.")


def _call(place: Place, node: ast.Call, made: set[str], above: tuple[Def, ...]) -> bool:
    name = place.called(node)
    if name in FUNCTIONS or name.startswith(MODULES) or _raised(place, node):
        return True
    if isinstance(node.func, ast.Attribute) and name.startswith("."):
        on = node.func.value
        changes = node.func.attr in CHANGING | MOVING and isinstance(on, ast.Name) and on.id in made
        return changes or node.func.attr in METHODS
    found = place.function(node.func)
    if found is None or isinstance(found, ast.AsyncFunctionDef):
        return False
    return found in above or (len(above) < 4 and not found.decorator_list and pure(place, found, above))


def _read_whole(place: Place, node: ast.Name) -> bool:
    """Whether a name from outside is read itself, or called; what its attributes are may change, but for constants of `MODULES`."""
    above = place.module.parents[node]
    if not isinstance(above, ast.Attribute):
        return True
    around = place.module.parents[above]
    called = isinstance(around, ast.Call) and around.func is above
    return called or place.dotted(above).startswith(MODULES)


def _raised(place: Place, node: ast.Call) -> bool:
    above = place.module.parents[node]
    return isinstance(above, ast.Raise) and isinstance(node.func, ast.Name)


def _local(node: Def) -> set[str]:
    """Names that a def binds itself."""
    caught = {one.name for one in ast.walk(node) if isinstance(one, ast.ExceptHandler) and one.name}
    return caught | {
        one.id for one in ast.walk(node) if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)
    }


def _made(node: Def) -> set[str]:
    """Names that a def binds to what it has made itself, and to nothing else."""
    assigned = [
        one for one in ast.walk(node) if isinstance(one, ast.Assign | ast.AnnAssign) and isinstance(one.value, MAKING)
    ]
    targets = [target for one in assigned for target in (one.targets if isinstance(one, ast.Assign) else [one.target])]
    made = {id(one) for one in targets if isinstance(one, ast.Name)}
    stored = [one for one in ast.walk(node) if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)]
    return {one.id for one in stored} - {one.id for one in stored if id(one) not in made}


def _arguments(node: Def) -> set[str]:
    return {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}


def _of_own(node: ast.Attribute | ast.Subscript, made: set[str]) -> bool:
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in made


def _fixed(module: Module, name: str) -> bool:
    """Whether a name from outside is one that stays: an import, a def, a builtin, or bound once in the module to what nobody changes."""
    bound = [one for one in ast.walk(module.tree) if isinstance(one, ast.Name) and one.id == name]
    stores = [one for one in bound if not isinstance(one.ctx, ast.Load)]
    if not stores:
        defined = any(isinstance(one, Def | ast.ClassDef) and one.name == name for one in module.tree.body)
        return defined or name in module.imported or hasattr(builtins, name)
    if len(stores) != 1 or module.parents[module.parents[stores[0]]] is not module.tree:
        return False
    return not any(_changed(module, one) for one in bound if one is not stores[0])


def _changed(module: Module, node: ast.Name) -> bool:
    above = module.parents[node]
    if isinstance(above, ast.Attribute):
        return above.attr in CHANGING | MOVING or not isinstance(above.ctx, ast.Load)
    return isinstance(above, ast.Subscript) and not isinstance(above.ctx, ast.Load)
