"""What a rule is, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.analysis.regions import Counts

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterator

    from workbench.advice.place import Place


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a module's text. `at` is a node: it is replaced by `text`; with `before`, whole lines of `text` are put in front of
    the statement `at` is, with its indentation."""

    at: ast.AST
    text: str
    before: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Where a rule's syntax was found. The rule's finding is told only where the lines of `node` (or of `of`, where that is given) are hot.

    `counts` says what of them counts, `callees` (unqualified function names) for CALLEES. `edits` make the rewrite of the def, where it is
    mechanical, with `imports` (statements) and `how`, a sentence.
    """

    node: ast.AST
    says: str
    counts: Counts = Counts.LINES
    callees: frozenset[str] = frozenset()
    of: ast.AST | None = None
    evidence: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    imports: tuple[str, ...] = ()
    how: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `looks_at` says what it reads, `pattern` what to use in its place, `unless` when not to, `pays` from which size that pays
    and how that was measured; `look` yields every place in one def (or in a module outside of defs) that has the syntax."""

    name: str
    title: str
    looks_at: str
    pattern: str
    unless: str
    pays: str
    look: Callable[[Place], Iterator[Match]]
