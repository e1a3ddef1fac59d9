"""The words after `%%compare`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.errors import UnknownOptionError, UsageError, near
from workbench.face.compare import seconds_of, share_of
from workbench.magics.reading import allowed_of, count_of, dotted_of, expression_of, name_of, values_of

if TYPE_CHECKING:
    from collections.abc import Callable

HINT = (
    "%%compare --base NAME [--new NAME] [--inputs recorded|EXPRESSION] [--budget 30s] [--allow WORD[,WORD]] [--margin 3%] "
    "[--generated N] [--as NAME]"
)


READ: dict[str, Callable[[str], Any]] = {
    "--base": dotted_of,
    "--new": dotted_of,
    "--inputs": expression_of,
    "--budget": seconds_of,
    "--allow": allowed_of,
    "--margin": share_of,
    "--generated": count_of,
    "--as": name_of,
}
"""The options of `%%compare`, and how each one's text is read."""


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
    values, others = values_of("%%compare", line, READ, HINT)
    if others:
        raise UnknownOptionError(f"There is no word {others[0]!r}: {near(others[0], READ)}\nUsage: {HINT}")
    if "--base" not in values:
        raise UsageError(f"%%compare needs the name of the function to compare with: --base NAME.\nUsage: {HINT}")
    passed = ("--budget", "--allow", "--margin", "--generated")
    options = {option.removeprefix("--"): values[option] for option in passed if option in values}
    inputs, name = values.get("--inputs", "recorded"), values.get("--as", "")
    return CompareWords(values["--base"], values.get("--new", ""), inputs, name, options)
