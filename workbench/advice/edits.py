"""From a rule's edits to the text of a changed def."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import TYPE_CHECKING

from workbench.advice.place import LINE, Def, span
from workbench.model.advice import Rewrite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.advice.base import Edit, Match
    from workbench.advice.place import Module, Place


def rewrite(place: Place, match: Match) -> Rewrite | None:
    """The def of a place with a match's edits made; None where there are none, or nothing outside a def could be changed alone."""
    if not match.edits or not isinstance(place.node, Def) or "<locals>" in place.name:
        return None
    if not all(_placeable(place.module, edit) for edit in match.edits if edit.before):
        return None
    text = changed(place.module, match.edits)
    first, last = whole_span(place)
    tail = len(place.module.lines) - last
    lines = LINE.findall(text)
    found = _outdented(lines[first - 1 : len(lines) - tail], place.node.col_offset)
    try:
        ast.parse(found)
    except SyntaxError as error:
        raise ValueError(f"{place.name}: the rewrite does not parse: {error}\n{found}") from error
    return Rewrite(place.name, found, match.imports, match.how)


def whole_span(place: Place) -> tuple[int, int]:
    """First and last line of a place's def, decorators included; of a module, all its lines."""
    if not isinstance(place.node, Def):
        return 1, max(1, len(place.module.lines))
    first, last = span(place.node)
    return min([first, *(one.lineno for one in place.node.decorator_list)]), last


def changed(module: Module, edits: Sequence[Edit]) -> str:
    """The text of a module with edits made; those at one place in the order given. Raises ValueError where two overlap."""
    spots = sorted((_spot(module, edit) for edit in edits), key=lambda one: (one[0], one[1]))
    for (_, end, _), (begin, _, _) in pairwise(spots):
        if begin < end:
            raise ValueError("two edits of one rewrite overlap")
    data, parts, at = module.text.encode(), [], 0
    for begin, end, text in spots:
        parts += [data[at:begin], text.encode()]
        at = end
    return b"".join([*parts, data[at:]]).decode()


def _spot(module: Module, edit: Edit) -> tuple[int, int, str]:
    """Byte offsets of what is replaced, and what by."""
    first, column = edit.at.lineno, edit.at.col_offset  # type: ignore[attr-defined]
    sizes = [len(line.encode()) for line in module.lines]
    begin = sum(sizes[: first - 1])
    if edit.before:
        indent = module.lines[first - 1].encode()[:column].decode()
        text = "".join(f"{indent}{line}\n" if line else "\n" for line in edit.text.splitlines())
        return begin, begin, text
    last, end = edit.at.end_lineno, edit.at.end_col_offset  # type: ignore[attr-defined]
    return begin + column, sum(sizes[: last - 1]) + end, edit.text


def _placeable(module: Module, edit: Edit) -> bool:
    """Whether lines can be put in front of a statement: it begins a line, and not with the `elif` of another."""
    line, column = module.lines[edit.at.lineno - 1].encode(), edit.at.col_offset  # type: ignore[attr-defined]
    return not line[:column].strip() and not line[column:].startswith(b"elif")


def _outdented(lines: list[str], columns: int) -> str:
    return "".join(line[columns:] if line[:columns].isspace() or not columns else line for line in lines)
