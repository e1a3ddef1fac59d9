"""A candidate's text from where a change is kept: a revision of git, a patch, a file."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import UsageError
from workbench.study.revisions import version_of
from workbench.study.splice import SpliceError, missing_names, one_def, source_of, spliced, target_node
from workbench.study.statements import first_line, imports_for, lines_of, parsed
from workbench.study.versions import changed_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.study.targets import StudyTarget


BEGINNINGS = ("def ", "async def ", "@", "import ", "from ")


def is_text(given: str) -> bool:
    """Whether a text is a candidate itself, and no word for where one is."""
    return given.lstrip().startswith(BEGINNINGS)


def is_version(word: str) -> bool:
    """Whether a text names a version of the project: `git:REVISION` or `patch:FILE`."""
    return word.startswith(("git:", "patch:"))


def text_of_version(word: str, target: StudyTarget) -> str:
    """The target's def as it is in a version of its project, dedented.

    Raises UsageError where files of that version differ in anything but the target, since a candidate is one function and nothing else
    would be measured; what `version_of` raises; SpliceError where the target is not there.
    """
    if target.file is None or target.root is None:
        raise UsageError(
            f"{target.reference} is a function of a notebook, of which there are no versions. Give a function."
        )
    root = target.root.resolve()
    inner = target.file.resolve().relative_to(root)
    with version_of(word, root) as folder:
        names = changed_files(root, folder)
        others = [name for name in names if name != str(inner) and (folder / name).is_file()]
        there = folder / inner
        if not there.is_file():
            raise UsageError(f"There is no {inner} in {word}.")
        text = there.read_bytes().decode("utf-8")
    found = _cut_out(text, target.qualname)
    if others or not _same_but_for(target.module_text, text, target.qualname, found):
        what = ", ".join(others[:5]) or f"{inner} outside of {target.qualname}"
        raise UsageError(
            f"{word} changes more than {target.qualname}: {what}. A candidate is one function. For a change of more, use "
            f"workbench verify --before worktree --after {word} --target {target.reference}."
        )
    return found


def text_of_file(path: Path, target: StudyTarget) -> str:
    """The def in a file that bears the target's name, or the only one there is. Raises UsageError where neither is, or no such file."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"The candidate in {path} cannot be read: {error.strerror}.") from error
    tree = parsed(text, str(path))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    try:
        return with_needed(_cut_out(text, target.qualname), text, target)
    except SpliceError:
        if len(names) != 1:
            raise UsageError(
                f"{path.name} has no {target.qualname}, and {len(names)} other functions. Name one: {path.name}:FUNCTION."
            ) from None
    return with_needed(_cut_out(text, names[0]), text, target)


def with_needed(source: str, text: str, target: StudyTarget) -> str:
    """A candidate's def with those imports of its own module (`text`) before it that the target's module lacks."""
    if target.file is None:
        return source
    imports = imports_for(missing_names(target.module_text, target.qualname, source), text)
    return "".join(f"{line}\n" for line in imports) + ("\n\n" if imports else "") + source


def text_of_function(function: Callable[..., Any], target: StudyTarget) -> str:
    """A live function's def, with the imports of its file that the target's module lacks. Raises what `source_of` does."""
    source = source_of(function)
    file = getattr(getattr(inspect.unwrap(function), "__code__", None), "co_filename", "")
    if not file.endswith(".py") or not Path(file).is_file():
        return source
    return with_needed(source, Path(file).read_bytes().decode("utf-8", "replace"), target)


def _cut_out(text: str, qualname: str) -> str:
    """The lines of a def, its decorators first, moved to the left edge."""
    node = target_node(text, qualname)
    own, _ = one_def("".join(lines_of(text)[first_line(node) - 1 : node.end_lineno]))
    return "".join(own)


def _same_but_for(mine: str, other: str, qualname: str, found: str) -> bool:
    """Whether two texts of a module are the same program where the target is set aside."""
    return ast.dump(ast.parse(spliced(mine, qualname, found))) == ast.dump(ast.parse(other))
