"""Captured sources as a diff needs them: which lines each function takes, and what it reads like without its indentation."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.model.facts import Source

_SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
WHOLE = "<module>"


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or class in a source: its qualified name, its first line (of its decorators, where it has some) and its last."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Text:
    """A source's lines and definitions. There are none of these where it is not plain Python."""

    lines: tuple[str, ...]
    definitions: tuple[Definition, ...]

    @classmethod
    def of(cls, source: Source) -> Text:
        """The text of a source."""
        return cls(tuple(source.lines()), tuple(_definitions(source.text)))

    def defined(self, name: str) -> Definition | None:
        """The last definition of a qualified name, or of a bare one where no definition has it as its whole name."""
        named = [one for one in self.definitions if one.name == name]
        if not named and "." not in name:
            named = [one for one in self.definitions if one.name.rpartition(".")[2] == name]
        return max(named, key=lambda one: one.first) if named else None

    def extent(self, name: str, first: int) -> tuple[int, int] | None:
        """First and last line of the function of that (qualified or bare) name that begins at `first`; None where it is not told."""
        if name == WHOLE:
            return 1, len(self.lines)
        last = name.rpartition(".")[2]
        found = [one for one in self.definitions if one.first == first and one.name.rpartition(".")[2] == last]
        if found:
            return first, found[0].last
        if not 0 < first <= len(self.lines) or last.startswith("<"):
            return None
        return first, self._indented(first)

    def words(self, name: str, first: int) -> tuple[str, ...] | None:
        """A function's lines without their common indentation and blank ones; of a whole module those outside all definitions."""
        found = self.extent(name, first)
        if found is None:
            return None
        chosen = list(self.lines[found[0] - 1 : found[1]])
        if name == WHOLE:
            for one in self.definitions:
                chosen[one.first - 1 : one.last] = [""] * (one.last - one.first + 1)
        return tuple(line.rstrip() for line in dedent("\n".join(chosen)).split("\n") if line.strip())

    def _indented(self, first: int) -> int:
        """The last line of the block whose header is at `first`, by indentation."""
        at = first
        while at < len(self.lines) and self.lines[at - 1].lstrip().startswith("@"):
            at += 1
        head, last = _depth(self.lines[at - 1]), at
        for number in range(at + 1, len(self.lines) + 1):
            line = self.lines[number - 1]
            if line.strip():
                if _depth(line) <= head and not line.lstrip().startswith((")", "]")):
                    break
                last = number
        return last


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _definitions(text: str) -> Iterator[Definition]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    pending: list[tuple[ast.AST, str]] = [(tree, "")]
    while pending:
        node, prefix = pending.pop()
        for child in ast.iter_child_nodes(node):
            inner = prefix
            if isinstance(child, _SCOPES):
                name = prefix + child.name
                first = min([child.lineno, *(one.lineno for one in child.decorator_list)])
                yield Definition(name, first, child.end_lineno or child.lineno)
                inner = f"{name}." if isinstance(child, ast.ClassDef) else f"{name}.<locals>."
            pending.append((child, inner))
