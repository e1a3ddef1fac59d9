"""The statements of a module's text: which of them a change touched, and where its imports stand."""

from __future__ import annotations

import ast
import contextlib
import difflib
import inspect
import itertools
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from types import CodeType

    from workbench.study.scopes import Def

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")


class SpliceError(WorkbenchError):
    """A function's source is not there, or cannot be put in another one's place."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement's own lines, `first` to `last`, without those of statements within it; `line` is where it is said to stand; `key` is what
    it says, whatever its layout and comments; `runs` whether Python makes code of it."""

    line: int
    first: int
    last: int
    key: tuple[int, str]
    runs: bool


def lines_of(text: str) -> list[str]:
    """The lines of Python source with their ends: `\\n`, `\\r\\n` and `\\r`, and nothing else, end a line."""
    return _LINE.findall(text)


def parsed(text: str, what: str) -> ast.Module:
    """The tree of a module's text, a byte order mark at its start allowed. Raises SpliceError, which calls it `what`."""
    with _said(what):
        return ast.parse(text.removeprefix("\ufeff"))


def compiled(text: str, what: str) -> CodeType:
    """The code of a module's text, which is not run. Raises SpliceError, also for what parses but cannot be compiled."""
    with _said(what):
        return compile(text.removeprefix("\ufeff"), "<module>", "exec", dont_inherit=True)


@contextlib.contextmanager
def _said(what: str) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise SpliceError(f"{what} does not parse: {error}") from error


def first_line(node: Def | ast.ClassDef) -> int:
    """The line on which a definition begins, its decorators with it."""
    return min([node.lineno, *(one.lineno for one in node.decorator_list)])


def statements(text: str) -> list[Statement]:
    """The statements of a module's text, `except` and `case` clauses among them, in order, docstrings left out. Raises SpliceError."""
    tree = parsed(text, "the module")
    return list(_statements(tree, 0, set(_code_lines(compiled(text, "the module")))))


def changed_lines(old_text: str, new_text: str) -> tuple[int, ...]:
    """The lines of the new text on which statements begin that run and are not in the old text; other layout and comments are no change.

    Statements are compared in their order (difflib) and with their depth. What was only taken away has no line. Raises SpliceError where
    a text does not parse.
    """
    return tuple(sorted({one.line for one in changed_statements(old_text, new_text)}))


def changed_statements(old_text: str, new_text: str) -> list[Statement]:
    """The statements behind `changed_lines`."""
    old, new = statements(old_text), statements(new_text)
    matcher = difflib.SequenceMatcher(None, [one.key for one in old], [one.key for one in new], autojunk=False)
    changed = [one for kind, _, _, begin, end in matcher.get_opcodes() if kind != "equal" for one in new[begin:end]]
    return [one for one in changed if one.runs]


def parted(source: str) -> tuple[tuple[str, ...], str]:
    """The imports that a candidate's text begins with, a statement each, and the rest of it."""
    try:
        body = ast.parse(source.removeprefix("\ufeff")).body
    except (SyntaxError, ValueError):
        return (), source
    heads = list(itertools.takewhile(lambda node: isinstance(node, ast.Import | ast.ImportFrom), body))
    if not heads:
        return (), source
    rest = lines_of(source)[heads[-1].end_lineno or 0 :]
    return tuple(ast.unparse(node) for node in heads), "".join(rest)


def imports_for(names: Collection[str], module_text: str) -> list[str]:
    """The imports at the top level of a module's text that bind these names, a statement for each name."""
    found = []
    for node in parsed(module_text, "the candidate's module").body:
        if not isinstance(node, ast.Import | ast.ImportFrom) or _is_future(node):
            continue
        for alias in node.names:
            if (alias.asname or alias.name.partition(".")[0]) in names:
                one = (
                    ast.Import([alias])
                    if isinstance(node, ast.Import)
                    else ast.ImportFrom(node.module, [alias], node.level)
                )
                found.append(ast.unparse(one))
    return found


def with_imports(module_text: str, wanted: Sequence[str]) -> str:
    """The module's text with these import statements, as far as it has not yet the same ones at its top level: behind its docstring, its
    `__future__` and its first imports. Raises SpliceError where one is no import."""
    tree = parsed(module_text, "the module")
    have = {name for node in tree.body for name in _names(node)}
    future: list[ast.stmt] = []
    usual: list[ast.stmt] = []
    for statement in wanted:
        body = parsed(statement, "the import").body
        if len(body) != 1 or not isinstance(body[0], ast.Import | ast.ImportFrom):
            raise SpliceError(f"{statement.strip()!r} is not an import.")
        node = body[0]
        node.names = [alias for alias in node.names if _key(node, alias) not in have]
        have.update(_names(node))
        if node.names:
            (future if _is_future(node) else usual).append(node)
    lines = lines_of(module_text)
    end = "\r\n" if "\r\n" in module_text else next((one for one in ("\n", "\r") if one in module_text), "\n")
    for nodes, only_future in ((usual, False), (future, True)):
        if nodes:
            place, after = _place(tree, lines, only_future=only_future)
            new = [ast.unparse(node) + end for node in nodes]
            if place and not lines[place - 1].endswith(("\r", "\n")):
                lines[place - 1] += end
            beside = place < len(lines) and bool(lines[place].strip()) and not after
            lines[place:place] = [*([end] if after == "docstring" else []), *new, *([end] if beside else [])]
    return "".join(lines)


def _place(tree: ast.Module, lines: list[str], *, only_future: bool) -> tuple[int, str]:
    """The number of lines that stay before new imports, and what they end with: `imports`, `docstring` or neither."""
    last, after = 0, ""
    for node in tree.body:
        if node is tree.body[0] and _is_text(node):
            last, after = node.end_lineno or 0, "docstring"
        elif _is_future(node) or (isinstance(node, ast.Import | ast.ImportFrom) and not only_future):
            last, after = node.end_lineno or 0, "imports"
        else:
            break
    for node in tree.body:
        if node.lineno <= last < (node.end_lineno or 0):
            last = node.end_lineno or 0
    while not after and last < len(lines) and lines[last].lstrip("\ufeff").startswith("#"):
        last += 1
    return last, after


def _names(node: ast.stmt) -> list[tuple[object, ...]]:
    return [_key(node, alias) for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []


def _key(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> tuple[object, ...]:
    if isinstance(node, ast.Import):
        return ("import", alias.name, alias.asname)
    return ("from", node.level, node.module, alias.name, alias.asname or alias.name)


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _statements(parent: ast.AST, depth: int, with_code: set[int]) -> Iterator[Statement]:
    for name in _BODIES:
        for node in getattr(parent, name, []):
            if not isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
                continue
            if not _is_text(node):
                yield _statement(node, depth, with_code)
            yield from _statements(node, depth + 1, with_code)


def _statement(node: ast.stmt | ast.ExceptHandler | ast.match_case, depth: int, with_code: set[int]) -> Statement:
    where: ast.stmt | ast.excepthandler | ast.pattern = node.pattern if isinstance(node, ast.match_case) else node
    first, last = where.lineno, where.end_lineno or where.lineno
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        first = first_line(node)
    inner = [one for name in _BODIES for one in getattr(node, name, [])]
    if inner:
        last = max(first, where.lineno, min(_begin(one) for one in inner) - 1)
    key = type(node).__name__ + "|".join(
        ast.dump(value)
        if isinstance(value, ast.AST)
        else ", ".join(ast.dump(one) if isinstance(one, ast.AST) else repr(one) for one in value)
        if isinstance(value, list)
        else repr(value)
        for name, value in ast.iter_fields(node)
        if name not in _BODIES
    )
    return Statement(where.lineno, first, last, (depth, key), not with_code.isdisjoint(range(first, last + 1)))


def _begin(node: ast.AST) -> int:
    if isinstance(node, ast.match_case):
        return node.pattern.lineno
    return (
        first_line(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        else int(getattr(node, "lineno", 0))
    )


def _code_lines(code: CodeType) -> Iterator[int]:
    """The lines for which there is code, here and within. A code object's first one, where it is only entered, does not count."""
    for _, _, line in code.co_lines():
        if line:
            yield line
    for constant in code.co_consts:
        if inspect.iscode(constant):
            yield from _code_lines(constant)
