"""One function of a module's source text, replaced: all else stays as it was, byte for byte."""

from __future__ import annotations
import __future__

import ast
import builtins
import inspect
import io
import re
import sys
import tokenize
from typing import TYPE_CHECKING, Any

from workbench.study.scopes import Def, bindings, bound_names, global_uses
from workbench.study.statements import (
    SpliceError,
    changed_lines,
    compiled,
    first_line,
    lines_of,
    parsed,
    parted,
    with_imports,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType

__all__ = [
    "SpliceError",
    "changed_lines",
    "missing_names",
    "one_def",
    "source_of",
    "spliced",
    "target_node",
    "with_imports",
]

_MODULE_NAMES = {
    "__name__",
    "__file__",
    "__doc__",
    "__spec__",
    "__loader__",
    "__package__",
    "__builtins__",
    "__annotations__",
}


def target_node(module_text: str, qualname: str) -> Def:
    """The one `def` of `qualname` (`function`, `Class.method`, `Outer.Inner.method`).

    Raises SpliceError where there is none, or not just one.
    """
    return _find(parsed(module_text, "the module"), qualname)


def spliced(module_text: str, qualname: str, candidate_source: str) -> str:
    """The module's text with the candidate's `def` in the place of the one of `qualname`.

    The candidate is indented to fit and takes the target's name, also where it calls itself; text within strings stays as it is. Its
    decorators are its own where it has any, else the target's. Line ends are those of the target. Raises SpliceError where the target
    is not there or is defined more than once, where the candidate calls the old function by its name (it would call itself), and where
    the result does not parse.
    """
    target = target_node(module_text, qualname)
    lines = lines_of(module_text)
    first, last = first_line(target), target.end_lineno or target.lineno
    header = lines[target.lineno - 1]
    indent = header[: len(header) - len(header.lstrip(" \t\f\ufeff"))].lstrip("\f\ufeff")
    own, candidate = one_def(candidate_source)
    imports, _ = parted(candidate_source)
    own = _renamed(own, candidate, qualname)
    newline = re.search(r"\r\n|\r|\n", "".join(lines[first - 1 :]) or "\n")
    end = newline.group() if newline else "\n"
    kept = [] if candidate.decorator_list else lines[first - 1 : target.lineno - 1]
    if first == 1 and not kept and module_text.startswith("\ufeff"):
        kept = ["\ufeff"]
    fitted = [line if inside else _indented(line, indent) for line, inside in zip(own, _in_strings(own))]
    new = [line.rstrip("\r\n") + end for line in fitted]
    if not lines[last - 1].endswith(("\r", "\n")):
        new[-1] = new[-1].rstrip("\r\n")
    result = "".join([*lines[: first - 1], *kept, *new, *lines[last:]])
    result = with_imports(result, imports) if imports else result
    what = f"the module with the candidate in the place of {qualname}"
    compiled(result, what)
    _find(parsed(result, what), qualname)
    return result


def source_of(function: Callable[..., Any]) -> str:
    """The source text of a live function, dedented.

    Raises SpliceError with the reason where there is none: no Python function, a lambda, nothing that says where it was written, or a
    file that changed since.
    """
    inner = inspect.unwrap(inspect.unwrap(function).__func__ if inspect.ismethod(function) else function)
    name = getattr(inner, "__qualname__", repr(inner))
    code = getattr(inner, "__code__", None)
    if not inspect.isfunction(inner) or code is None:
        raise SpliceError(f"{name} has no Python source: it is a {type(inner).__name__}, not a function made by def.")
    if code.co_name == "<lambda>":
        raise SpliceError(f"{name} is a lambda, whose source cannot be cut out of its line: write it as a def.")
    try:
        text = inspect.getsource(inner)
    except (OSError, TypeError, SyntaxError, tokenize.TokenError, IndexError) as error:
        raise SpliceError(f"the source of {name} is not known here: {error}.") from error
    own, node = one_def(text)
    if node.name != code.co_name or not _compiles_to("".join(own), code):
        raise SpliceError(
            f"{code.co_filename} changed after {name} was loaded: what stands there now is not what runs."
        )
    return "".join(own)


def missing_names(module_text: str, qualname: str, candidate_source: str) -> tuple[str, ...]:
    """Names that the candidate would look up in vain in the target's module: not its own, not the module's, not built in. Sorted.

    With a `from x import *` in the module, the names of x count where x is loaded here; where it is not, nothing is said to be missing.
    Raises SpliceError where the candidate is no single function.
    """
    own, candidate = one_def(candidate_source)
    tree, outermost = parsed(module_text, "the module"), qualname.partition(".")[0]
    lazy = any(
        isinstance(one, ast.ImportFrom) and one.module == "__future__" and _imports(one, "annotations")
        for one in tree.body
    )
    provided = bound_names(tree.body) | set(dir(builtins)) | _MODULE_NAMES | {candidate.name, outermost}
    provided |= {name for one in ast.walk(tree) if isinstance(one, ast.Global) for name in one.names}
    provided |= bound_names(parsed("\n".join(parted(candidate_source)[0]), "the candidate's imports").body)
    for one in ast.walk(tree):
        if isinstance(one, ast.ImportFrom) and _imports(one, "*"):
            star = sys.modules.get(one.module or "") if not one.level else None
            if star is None:
                return ()
            provided |= set(getattr(star, "__all__", [name for name in vars(star) if not name.startswith("_")]))
    inside = parsed("".join(own), "the candidate")
    uses = global_uses(inside, annotations=not lazy)
    names = {use.node.id for use in uses} - provided
    if "." in qualname:
        names -= {"__class__"}
        names -= _class_names(tree, qualname) & {use.node.id for use in uses if use.scope.outer is None}
    return tuple(sorted(names))


def _imports(node: ast.ImportFrom, name: str) -> bool:
    return any(alias.name == name for alias in node.names)


def _class_names(tree: ast.Module, qualname: str) -> set[str]:
    """What the target's class binds: seen by defaults, decorators and annotations of its methods."""
    try:
        return bound_names(_class(tree, qualname.split(".")[:-1]).body)
    except SpliceError:
        return set()


def _class(tree: ast.Module, names: list[str]) -> ast.Module | ast.ClassDef:
    scope: ast.Module | ast.ClassDef = tree
    for place, name in enumerate(names):
        found = _one(scope, name, ".".join(names[: place + 1]), "class")
        if not isinstance(found, ast.ClassDef):
            raise SpliceError(f"{'.'.join(names[: place + 1])} is not a class in the module's source.")
        scope = found
    return scope


def _find(tree: ast.Module, qualname: str) -> Def:
    *outer, name = qualname.split(".")
    if "<locals>" in outer:
        raise SpliceError(f"{qualname} is defined inside another function, where it cannot be replaced by name.")
    found = _one(_class(tree, outer), name, qualname, "function")
    if not isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
        raise SpliceError(
            f"{qualname} is not made by a def in the module's source (line {getattr(found, 'lineno', '?')})."
        )
    return found


def _one(scope: ast.Module | ast.ClassDef, name: str, qualname: str, what: str) -> ast.AST:
    """The one binding of a name; overloads, and `f = wrapped(f)`, beside it do not count."""
    found = [node for node in bindings(scope.body, name) if not _is_overload(node)]
    wrapped = {
        id(target)
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign)
        and any(isinstance(use, ast.Name) and use.id == name for use in ast.walk(node.value))
        for target in node.targets
    }
    found = [node for node in found if id(node) not in wrapped]
    if not found:
        raise SpliceError(f"there is no {what} {qualname} in the module's source.")
    first, *more = found
    if more:
        where = ", ".join(str(getattr(node, "lineno", "?")) for node in (first, *more))
        nested = [node for node in (first, *more) if node not in scope.body]
        why = " under conditions" if nested and any(isinstance(one, ast.If | ast.Try) for one in scope.body) else ""
        raise SpliceError(
            f"{qualname} is defined more than once{why} (lines {where}): which one to replace is not clear."
        )
    return first


def _is_overload(node: ast.AST) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return any(ast.unparse(one).rpartition(".")[2] == "overload" for one in node.decorator_list)


def one_def(source: str) -> tuple[list[str], Def]:
    """A candidate's lines without imports before it, dedented, blank ones around it taken off, and its tree. Raises SpliceError where it
    is not one def."""
    lines = [line.rstrip("\r\n") + "\n" for line in lines_of(parted(source.removeprefix("\ufeff"))[1])]
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    code = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    indent = code[: len(code) - len(code.lstrip())]
    if indent:
        inside = _in_strings(["if 1:\n", *lines])[1:]
        lines = [line if within else _dedented(line, indent) for line, within in zip(lines, inside)]
    tree = parsed("".join(lines), "the candidate")
    if len(tree.body) != 1 or not isinstance(tree.body[0], ast.FunctionDef | ast.AsyncFunctionDef):
        raise SpliceError("the candidate's source has to be one def, with imports before it at the most.")
    return lines, tree.body[0]


def _dedented(line: str, indent: str) -> str:
    if line.startswith(indent):
        return line[len(indent) :]
    return line.lstrip(" \t") if line.strip() else "\n"


def _indented(line: str, indent: str) -> str:
    return indent + line if line.strip() else line


def _in_strings(lines: list[str]) -> list[bool]:
    """For each line, whether it begins inside a string, and so may not be moved."""
    inside, starts = [False] * len(lines), []
    begins = {getattr(tokenize, name, -1) for name in ("FSTRING_START", "TSTRING_START")} - {-1}
    ends = {getattr(tokenize, name, -1) for name in ("FSTRING_END", "TSTRING_END")} - {-1}
    try:
        for token in tokenize.generate_tokens(io.StringIO("".join(lines), newline="\n").readline):
            if token.type in begins:
                starts.append(token.start[0])
            elif token.type == tokenize.STRING or (token.type in ends and starts):
                start = token.start[0] if token.type == tokenize.STRING else starts.pop()
                inside[start : token.end[0]] = [True] * (token.end[0] - start)
    except (tokenize.TokenError, SyntaxError) as error:
        raise SpliceError(f"the candidate does not parse: {error}") from error
    return inside


def _renamed(lines: list[str], candidate: Def, qualname: str) -> list[str]:
    """The candidate under the target's name."""
    old, (*outer, name) = candidate.name, qualname.split(".")
    if old == name:
        return lines
    edits: list[tuple[int, int, str, str]] = []
    outermost = qualname.partition(".")[0]
    for use in global_uses(ast.Module([candidate], [])):
        if use.node.id == name and not outer:
            raise SpliceError(
                f"the candidate uses {name}, the old code, by its name (line {use.node.lineno}): in its place it would call itself."
            )
        if use.node.id == old:
            if use.scope.finds(outermost):
                raise SpliceError(
                    f"the candidate calls itself where {outermost} is a local name of its own (line {use.node.lineno})."
                )
            edits.append((use.node.lineno, use.node.col_offset, old, qualname))
    edits += _attributes(candidate, name) if outer else []
    edits.append(_header(lines, candidate, name))
    for row, column, word, instead in sorted(set(edits), reverse=True):
        raw = lines[row - 1].encode()
        if raw[column : column + len(word.encode())].decode(errors="replace") != word:
            raise SpliceError(f"the candidate's own name on its line {row} cannot be told apart.")
        lines[row - 1] = (raw[:column] + instead.encode() + raw[column + len(word.encode()) :]).decode()
    return lines


def _attributes(candidate: Def, name: str) -> list[tuple[int, int, str, str]]:
    """`self.candidate` within a method, to become `self.name`."""
    arguments = [*candidate.args.posonlyargs, *candidate.args.args]
    edits = []
    for node in ast.walk(candidate):
        if not (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and arguments
            and node.value.id == arguments[0].arg
        ):
            continue
        if node.attr == name:
            raise SpliceError(
                f"the candidate uses {node.value.id}.{name}, the old code (line {node.lineno}): in its place it would call itself."
            )
        if node.attr == candidate.name:
            column = (node.end_col_offset or 0) - len(node.attr.encode())
            edits.append((node.end_lineno or node.lineno, column, node.attr, name))
    return edits


def _header(lines: list[str], candidate: Def, name: str) -> tuple[int, int, str, str]:
    """Where the name stands behind `def`."""
    text = "".join(lines)
    for token in tokenize.generate_tokens(io.StringIO(text, newline="\n").readline):
        here = token.start[0] > candidate.lineno or (
            token.start[0] == candidate.lineno and token.start[1] >= candidate.col_offset
        )
        if here and token.type == tokenize.NAME and token.string == candidate.name:
            return token.start[0], len(lines[token.start[0] - 1][: token.start[1]].encode()), token.string, name
    raise SpliceError(f"the name of {candidate.name} is not found in its own source.")


def _compiles_to(source: str, live: CodeType) -> bool:
    """Whether a def's source could be what runs: its names and constants are all there. (pytest rewrites asserts, which only adds some.)

    It is compiled as the live code was: where a module has postponed its annotations, those of inner functions are text, and name nothing.
    """
    postponed = live.co_flags & __future__.annotations.compiler_flag
    head = "from __future__ import annotations\n" if postponed else ""
    module = compiled(head + source, "the source")
    codes = [one for one in module.co_consts if inspect.iscode(one) and one.co_name == live.co_name]
    return any(_names(code) <= _names(live) and _arguments(code) == _arguments(live) for code in codes)


def _names(code: CodeType) -> set[str]:
    constants: Iterable[object] = (
        one for one in code.co_consts if not inspect.iscode(one) and not isinstance(one, str | tuple | type(None))
    )
    parts = {f"{type(one).__name__} {one!r}" for one in constants if not isinstance(one, frozenset)}
    names = (*code.co_names, *code.co_varnames, *code.co_freevars, *code.co_cellvars)
    return parts | {re.sub(r"^_[^_].*?(?=__)", "", one) for one in names if one != "__class__"}


def _arguments(code: CodeType) -> tuple[object, ...]:
    return (
        code.co_argcount,
        code.co_kwonlyargcount,
        code.co_posonlyargcount,
        code.co_varnames[: code.co_argcount + code.co_kwonlyargcount],
    )
