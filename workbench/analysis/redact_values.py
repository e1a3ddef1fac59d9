"""What a program was called with, out of a recording's names: the words after a script, the values in a statement, an error's message."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from workbench.model.facts import TargetKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.model.facts import Target

REDACTED = "[redacted]"
_DEFAULT_TASK = re.compile(r"Task-\d+")
_QUOTED = re.compile(r"(['\"]).*\1", re.DOTALL)
_SHORTEST = 3


class Values:
    """Takes values out of texts. What was taken out of the targets' names and errors is taken out wherever it is said again."""

    def __init__(self, told: Iterable[str]) -> None:
        whole = {text.strip() for text in told}
        kept = sorted((one for one in whole if len(one) >= _SHORTEST), key=lambda one: (-len(one), one))
        said = "|".join(f"{_edge(one[0], '<!')}{re.escape(one)}{_edge(one[-1], '!')}" for one in kept)
        self._told = re.compile(said) if said else None

    def text(self, text: str) -> str:
        """A text without the values that were told."""
        return text if self._told is None else self._told.sub(REDACTED, text)


def without_arguments(target: Target, files: Sequence[str]) -> str:
    """A target's name without what it was called with: the script or module alone, a statement with `...` for its values.

    `files` are the recording's: they tell where the name of a script ends that has a space in it.
    """
    name = target.name
    if target.kind in (TargetKind.SCRIPT, TargetKind.MODULE):
        return _program(name, files)
    return _statement(name) if target.kind is TargetKind.STATEMENT else name


def told_by(target: Target, files: Sequence[str]) -> str:
    """The arguments of a script or module as they stand in its target's name; empty for other targets."""
    return (
        target.name[len(without_arguments(target, files)) :]
        if target.kind in (TargetKind.SCRIPT, TargetKind.MODULE)
        else ""
    )


def without_message(error: str) -> str:
    """`Type: message` with the type alone."""
    kind, colon, _ = error.partition(": ")
    return f"{kind}: {REDACTED}" if colon else error


def task_name(name: str, number: int) -> str:
    """The name of a task: asyncio's own stay, others may hold values."""
    return name if not name or _DEFAULT_TASK.fullmatch(name) else f"task {number + 1}"


def without_quoted(on: str) -> str:
    """What a task waited for, without the name of another task in it."""
    found = _QUOTED.search(on)
    if found is None or _DEFAULT_TASK.fullmatch(found[0][1:-1]):
        return on
    return f"{on[: found.start()]}{REDACTED}{on[found.end() :]}"


def _program(name: str, files: Sequence[str]) -> str:
    ends = [found.start() for found in re.finditer(r"\s", name)]
    for end in (*ends, len(name)):
        head = name[:end]
        if head and any(file == head or file.endswith(("/" + head, "\\" + head)) for file in files):
            return head
    return name.split(maxsplit=1)[0] if name.strip() else name


def _statement(text: str) -> str:
    try:
        tree = ast.parse(text.strip())
        return ast.unparse(ast.fix_missing_locations(_Emptied().visit(tree)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return REDACTED


class _Emptied(ast.NodeTransformer):
    """Puts `...` in place of arguments and literals."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        empty: list[ast.expr] = [ast.Constant(...)] if node.args or node.keywords else []
        return ast.Call(self.visit(node.func), empty, [])

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        del node
        return ast.Constant(...)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        del node
        return ast.Constant(...)


def _edge(character: str, side: str) -> str:
    """That a word does not go on there: `!` after it, `<!` before it."""
    return rf"(?{side}\w)" if character.isalnum() or character == "_" else ""
