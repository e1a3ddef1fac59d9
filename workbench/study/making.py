"""A function made from its text, with the globals of another one."""

from __future__ import annotations

import ast
import linecache
from typing import TYPE_CHECKING, Any

from workbench.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable


def function_from(source: str, like: Callable[..., Any]) -> Callable[..., Any]:
    """The last function that `source` defines, among the globals of `like`, which stay as they are. Raises UsageError without one,
    and where making it raises."""
    tree = ast.parse(source)
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    if not names:
        raise UsageError("The candidate's text defines no function.")
    file = f"<candidate {names[-1]} {abs(hash(source)):x}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace = dict(getattr(like, "__globals__", {}))
    try:
        exec(compile(tree, file, "exec"), namespace)
    except Exception as error:
        raise UsageError(
            f"The candidate cannot be made: its def raised {type(error).__name__}: {error}. What its decorators and defaults use "
            "has to be in the target's module, or imported in the candidate's text, before the def."
        ) from error
    made: Callable[..., Any] = namespace[names[-1]]
    made.__module__ = "__main__"
    return made
