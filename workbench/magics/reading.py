"""How words after a magic are read: options with their values, names, expressions; and which function a cell defines."""

from __future__ import annotations

import ast
import shlex
from types import FunctionType
from typing import TYPE_CHECKING, Any

from workbench.errors import UnknownOptionError, UsageError, near
from workbench.study.relaxations import understood

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def values_of(
    magic: str, line: str, read: Mapping[str, Callable[[str], Any]], hint: str, flags: frozenset[str] = frozenset()
) -> tuple[dict[str, Any], list[str]]:
    """Options by name, each read by its function, those of `flags` as True; and the other words. Raises UsageError where the line cannot
    be split, UnknownOptionError for an option that there is not, or a value that it does not take."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"The words after {magic} cannot be read: {error}.\nUsage: {hint}") from error
    values, others = dict[str, Any](), list[str]()
    while words:
        word = words.pop(0)
        name, equals, text = word.partition("=")
        if name in flags and not equals:
            values[name] = True
        elif name in read:
            if not equals:
                if not words:
                    raise UnknownOptionError(f"Option {name} needs a value.\nUsage: {hint}")
                text = words.pop(0)
            values[name] = _read(read[name], name, text, hint)
        elif name.startswith("-"):
            raise UnknownOptionError(f"There is no option {name!r}: {near(name, [*read, *flags])}\nUsage: {hint}")
        else:
            others.append(word)
    return values, others


def _read(reader: Callable[[str], Any], name: str, text: str, hint: str) -> Any:
    try:
        return reader(text)
    except ValueError as error:
        raise UnknownOptionError(f"Option {name} does not take {text!r}: {error}.\nUsage: {hint}") from error


def dotted_of(text: str) -> str:
    """The name of a function. Raises ValueError."""
    if not all(part.isidentifier() for part in text.split(".")):
        raise ValueError("it must be a function's name, as in f, Class.method or module.f")
    return text


def name_of(text: str) -> str:
    """A Python name. Raises ValueError."""
    if not text.isidentifier():
        raise ValueError("it must be a Python name")
    return text


def expression_of(text: str) -> str:
    """`recorded`, or an expression, as it is. Raises ValueError."""
    try:
        ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise ValueError(f"it must be `recorded` or a Python expression ({error.msg})") from error
    return text


def allowed_of(text: str) -> tuple[str, ...]:
    """Relaxations, with commas between them. Raises UsageError."""
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    understood(words)
    return words


def count_of(text: str) -> int:
    """A whole number from 0 on. Raises ValueError."""
    value = int(text)
    if value < 0:
        raise ValueError("it must be a whole number from 0 on")
    return value


def defined(source: str) -> str:
    """The name of the last function that a cell's text defines at its top, or gives a name to by `name = ...`; "" where none."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return ""
    for node in reversed(body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return node.name
    for node in reversed(body):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            return node.targets[0].id
    return ""


def function_named(names: dict[str, Any], dotted: str, option: str) -> Callable[..., Any]:
    """The function of that name in a notebook. Raises UsageError with near names where there is none."""
    first, *rest = dotted.split(".")
    found = names.get(first)
    for part in rest:
        found = getattr(found, part, None)
    if not callable(found):
        functions = [name for name, value in names.items() if isinstance(value, FunctionType)]
        raise UsageError(f"{option} {dotted}: there is no function of that name, {near(dotted, functions)}")
    return found  # type: ignore[no-any-return]
