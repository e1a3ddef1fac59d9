"""What a function may share with calls that run at the same time, from its code alone: read, not run."""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from workbench.study.races.fresh import MADE, Fresh, parameters
from workbench.study.races.reach import ATOMS, FIXED, bare, codes, content, globals_of, own, reach
from workbench.study.races.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Iterator

PURE_MODULES = (
    *(
        "math",
        "cmath",
        "re",
        "json",
        "itertools",
        "operator",
        "functools",
        "collections",
        "string",
        "statistics",
        "textwrap",
    ),
    *(
        "bisect",
        "datetime",
        "decimal",
        "fractions",
        "copy",
        "dataclasses",
        "enum",
        "typing",
        "abc",
        "base64",
        "hashlib",
        "struct",
    ),
    *(
        "threading",
        "thread",
        "queue",
        "time",
        "html",
        "unicodedata",
        "difflib",
        "zlib",
        "binascii",
        "ast",
        "fnmatch",
        "posixpath",
        "urllib",
    ),
)
"""Modules whose functions keep nothing that a caller could see, and change no argument but where `CHANGING` names them."""

CHANGING = (
    "print",
    "open",
    "input",
    "exec",
    "eval",
    "setattr",
    "delattr",
    "globals",
    "vars",
    "next",
    "insort",
    "insort_left",
    "insort_right",
    *(
        "setitem",
        "delitem",
        "iadd",
        "iand",
        "iconcat",
        "ifloordiv",
        "ilshift",
        "imatmul",
        "imod",
        "imul",
        "ior",
        "ipow",
    ),
    *("irshift", "isub", "itruediv", "ixor"),
)
"""Functions, also of the modules above and of `builtins`, that do change or use what others see."""

MUTATORS = (
    *(
        "append",
        "extend",
        "insert",
        "remove",
        "pop",
        "popitem",
        "clear",
        "sort",
        "reverse",
        "add",
        "discard",
        "update",
        "setdefault",
    ),
    *(
        "appendleft",
        "popleft",
        "extendleft",
        "rotate",
        "put",
        "get_nowait",
        "put_nowait",
        "write",
        "writelines",
        "send",
        "set",
        "subtract",
    ),
    *(
        "intersection_update",
        "difference_update",
        "symmetric_difference_update",
        "move_to_end",
        "resize",
        "fill",
        "seek",
        "close",
    ),
)
IN_PLACE = (
    "__setitem__",
    "__delitem__",
    "__setattr__",
    "__delattr__",
    "__iadd__",
    "__iand__",
    "__imul__",
    "__ior__",
    "__isub__",
    "__ixor__",
)
READERS = {name for kind in (str, bytes, int, float, tuple, frozenset, list, dict, set) for name in dir(kind)} - {
    *MUTATORS,
    *IN_PLACE,
}
STARTERS = (
    "Thread",
    "Timer",
    "ThreadPoolExecutor",
    "ThreadPool",
    "create_task",
    "gather",
    "TaskGroup",
    "to_thread",
    "run_in_executor",
)


def shared_state(function: Any) -> tuple[str, ...]:
    """A sentence for each thing that calls of `function` may share, or that was not looked into; none where its code rules that out.

    Code of the program itself is followed by name. Changes of what a call has made itself do not count.
    """
    held = getattr(function, "__self__", None) if isinstance(function, MethodType) else None
    found = reach(function, [held] if held is not None and not isinstance(held, type) else [])
    said: list[str] = []
    if not found.functions:
        said.append(f"{_name(function)} is no Python function, and was not looked into")
    for one in found.functions:
        prefix = "" if one is bare(function) else f"{one.__qualname__}: "
        said.extend(prefix + sentence for sentence in (*_names(one), *_source(one)))
    said.extend(
        f"{_name(cache)} is cached by functools; the cache is shared, and the function may run twice for one key"
        for cache in found.caches
    )
    for kind in found.classes:
        said.extend(
            f"the class attribute {kind.__qualname__}.{name} is shared, a {type(value).__name__}"
            for name, value in _data(kind)
        )
    if found.cut:
        said.append("it comes to more code than was followed")
    return tuple(f"{sentence}." for sentence in dict.fromkeys(said))


def _names(function: FunctionType) -> Iterator[str]:
    """What its global variables, its closure and its defaults say."""
    for instruction, name in globals_of(function):
        value = function.__globals__.get(name)
        if not instruction.startswith("LOAD"):
            yield f"assigns the global `{name}`"
        elif (
            name in function.__globals__
            and not isinstance(value, (*FIXED, *ATOMS))
            and not isinstance(bare(value), FIXED)
        ):
            yield f"uses the global `{name}`, a {type(value).__name__}"
    stored = {one for code in codes(function.__code__) for one in _stored(code)}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        value = content(cell)
        if name in stored:
            yield f"assigns `{name}` of the enclosing function"
        elif not isinstance(value, (*FIXED, *ATOMS)) and not isinstance(bare(value), FIXED):
            yield f"uses `{name}` of the enclosing function, a {type(value).__name__}"
    for value in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
        if not isinstance(value, (*ATOMS, *FIXED, tuple)):
            yield f"has a default that calls share, a {type(value).__name__}"


def _stored(code: Any) -> Iterator[str]:
    import dis

    yield from (str(one.argval) for one in dis.get_instructions(code) if one.opname in ("STORE_DEREF", "DELETE_DEREF"))


def _source(function: FunctionType) -> Iterator[str]:
    """What its source says of objects that it changes, and of calls that lead elsewhere."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        yield f"the source of {function.__qualname__} is not to be had, so nothing can be ruled out"
        return
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)]
    inside = [node for node in ast.walk(tree) if node not in nodes[:1]]
    tables = Tables(inside, nodes, lambda one: _resolved(one, function))
    local = Fresh(inside, nodes, tables.makes)
    if function.__name__ in ("__init__", "__post_init__", "__new__", "__set_name__"):
        local.names |= set(function.__code__.co_varnames[:1])
    for node in inside:
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            what = f"the attribute {node.attr}" if isinstance(node, ast.Attribute) else "an item"
            if node.value not in local:
                yield f"changes {what} of `{ast.unparse(node.value)}`"
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            if node.target.id in parameters(nodes):
                yield f"may change its argument `{node.target.id}` in place"
            elif node.target in tables and node.target not in local:
                yield f"may change `{node.target.id}` in place, an array or a table"
        elif isinstance(node, ast.Call) and (sentence := _call(node, function, local, tables, parameters(nodes))):
            yield sentence


def _call(node: ast.Call, function: FunctionType, local: Fresh, tables: Tables, given: set[str]) -> str:
    """What a call says; "" where it is harmless or was followed."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in STARTERS:
        return f"starts threads or tasks: `{ast.unparse(node.func)}`"
    target = _resolved(node.func, function)
    if target is not None:
        return "" if tables.calls(node, target) else _known(ast.unparse(node.func), target)
    if isinstance(node.func, ast.Attribute):
        if tables.reads(node):
            return ""
        table = node.func.value in tables
        if (node.func.value in local or isinstance(node.func.value, MADE)) and not (
            table and not tables.gives_no_code(node)
        ):
            return ""
        if name in MUTATORS:
            return f"may change `{ast.unparse(node.func.value)}` by .{name}()"
        harmless = name in READERS and not table
        return "" if harmless else f"calls .{name}() of `{ast.unparse(node.func.value)}`, which was not looked into"
    if name in given or not name or node.func in tables:
        return f"calls `{ast.unparse(node.func)}`, which is not known"
    return ""


def _known(text: str, target: Any) -> str:
    """What calling an object found by name says."""
    name = getattr(target, "__name__", text)
    module = (getattr(target, "__module__", "") or "").lstrip("_").partition(".")[0]
    if name in CHANGING:
        return f"calls `{text}`, which uses what others see"
    plain = bare(target)
    harmless = module in ("builtins", *PURE_MODULES) or text.partition(".")[0] in PURE_MODULES
    followed = isinstance(plain, type | FunctionType) and own(plain)
    return "" if harmless or followed else f"calls `{text}`, which was not looked into"


def _resolved(node: ast.expr, function: FunctionType) -> Any:
    """The object that a dotted name means, through globals, the closure, builtins and modules; None where that is not known."""
    if isinstance(node, ast.Name):
        if node.id in function.__code__.co_varnames:
            return None
        closure = dict(zip(function.__code__.co_freevars, (content(cell) for cell in function.__closure__ or ())))
        return closure.get(node.id, function.__globals__.get(node.id, getattr(builtins, node.id, None)))
    if isinstance(node, ast.Attribute):
        owner = _resolved(node.value, function)
        return getattr(owner, node.attr, None) if isinstance(owner, ModuleType | type) else None
    return None


def _data(kind: type) -> list[tuple[str, Any]]:
    return [
        (name, value)
        for name, value in vars(kind).items()
        if isinstance(value, list | dict | set) and not name.startswith("__")
    ]


def _name(thing: Any) -> str:
    return f"`{getattr(thing, '__qualname__', type(thing).__name__)}`"
