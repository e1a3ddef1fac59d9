"""The words after `%%compare` and `%record_calls`, and which function a cell defines."""

from __future__ import annotations

import ast
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.errors import UnknownOptionError, UsageError, near
from workbench.face.compare import seconds_of, share_of
from workbench.study.relaxations import understood

if TYPE_CHECKING:
    from collections.abc import Callable

HINT = (
    "%%compare --base NAME [--new NAME] [--inputs recorded|EXPRESSION] [--budget 30s] [--allow WORD[,WORD]] [--margin 3%] "
    "[--generated N] [--as NAME]"
)


@dataclass(frozen=True, slots=True)
class CompareWords:
    """What was asked for: the names of the functions (`new` "" for the last one that the cell defines), inputs as an expression."""

    base: str
    new: str = ""
    inputs: str = "recorded"
    name: str = ""
    options: dict[str, Any] = field(default_factory=dict)


def parse_compare(line: str) -> CompareWords:
    """Read the words of a `%%compare` line. Raises UnknownOptionError or UsageError, with what would have been right."""
    values = _values(line)
    if "--base" not in values:
        raise UsageError(f"%%compare needs the name of the function to compare with: --base NAME.\nUsage: {HINT}")
    passed = ("--budget", "--allow", "--margin", "--generated")
    options = {option.removeprefix("--"): values[option] for option in passed if option in values}
    inputs, name = values.get("--inputs", "recorded"), values.get("--as", "")
    return CompareWords(values["--base"], values.get("--new", ""), inputs, name, options)


def _values(line: str) -> dict[str, Any]:
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"The words after %%compare cannot be read: {error}.\nUsage: {HINT}") from error
    values: dict[str, Any] = {}
    while words:
        word = words.pop(0)
        name, equals, text = word.partition("=")
        if name not in READ:
            what = "option" if name.startswith("-") else "word"
            raise UnknownOptionError(f"There is no {what} {name!r}: {near(name, READ)}\nUsage: {HINT}")
        if not equals:
            if not words:
                raise UnknownOptionError(f"Option {name} needs a value.\nUsage: {HINT}")
            text = words.pop(0)
        values[name] = _read(name, text)
    return values


def _read(name: str, text: str) -> Any:
    try:
        return READ[name](text)
    except ValueError as error:
        raise UnknownOptionError(f"Option {name} does not take {text!r}: {error}.\nUsage: {HINT}") from error


def _dotted(text: str) -> str:
    if not all(part.isidentifier() for part in text.split(".")):
        raise ValueError("it must be a function's name, as in f, Class.method or module.f")
    return text


def _name(text: str) -> str:
    if not text.isidentifier():
        raise ValueError("it must be a Python name")
    return text


def _expression(text: str) -> str:
    try:
        ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise ValueError(f"it must be `recorded` or a Python expression ({error.msg})") from error
    return text


def _allowed(text: str) -> tuple[str, ...]:
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    understood(words)
    return words


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError("it must be a whole number from 0 on")
    return value


READ: dict[str, Callable[[str], Any]] = {
    "--base": _dotted,
    "--new": _dotted,
    "--inputs": _expression,
    "--budget": seconds_of,
    "--allow": _allowed,
    "--margin": share_of,
    "--generated": _count,
    "--as": _name,
}
"""The options of `%%compare`, and how each one's text is read."""


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
