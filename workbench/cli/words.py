"""The words after `workbench profile`: which are ours, and which belong to the program."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.engines import table
from workbench.errors import TargetNotFoundError, UnknownEngineError, UsageError, near

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Words:
    """`options` are ours; `target` is the script or, where `module`, the module; `args` are all the words after it."""

    options: list[str]
    engine: str
    target: str
    module: bool
    args: list[str]


def split(words: Sequence[str], takes: Mapping[str, bool]) -> Words:
    """Find the engine and the target among the words; `takes` says of each option whether the next word is its value.

    With an option that is not known the search ends, for the parser of options to refuse it. Raises UsageError,
    UnknownEngineError and TargetNotFoundError, each with what was probably meant.
    """
    rest, ours, engine = list(words), list[str](), ""
    while rest:
        word = rest.pop(0)
        if word == "--":
            continue
        if word == "-m" or (word.startswith("-m") and not word.startswith("--")):
            if word != "-m":
                rest.insert(0, word[2:])
            return Words(ours, engine or table.DEFAULT, _module(rest), True, rest[1:])
        if word.startswith("-") and word != "-":
            ours.append(word)
            name = word.partition("=")[0] if word.startswith("--") else word[:2]
            if name not in takes:
                break
            if takes.get(word) and rest:
                ours.append(rest.pop(0))
        elif not engine and table.is_engine(word):
            engine = word
        else:
            if not Path(word).exists():
                _refuse(word, rest, engine)
            return Words(ours, engine or table.DEFAULT, word, False, rest)
    return Words(ours, engine or table.DEFAULT, "", False, [])


def _module(rest: list[str]) -> str:
    if not rest:
        raise UsageError("Option -m needs the name of a module: workbench profile -m package.module")
    return rest[0]


def _refuse(word: str, rest: list[str], engine: str) -> None:
    """`word` is neither there nor an engine: say which of the two was probably meant."""
    bare = word.isidentifier() and not engine
    if bare and (near(word, table.engine_names()).startswith("did you") or (rest and _looks_like_target(rest[0]))):
        raise UnknownEngineError(f"There is no engine (and no script) {word!r}: {near(word, table.engine_names())}")
    folder, name = os.path.split(word)
    try:
        files = [entry.name for entry in os.scandir(folder or ".") if entry.name.endswith((".py", ".pyz"))]
    except OSError:
        files = []
    found = near(name, files)
    hint = found if found.startswith("did you") else "Name a Python file, or a module with -m."
    raise TargetNotFoundError(f"There is no script {word!r}: {hint}")


def _looks_like_target(word: str) -> bool:
    return word.startswith("-m") or Path(word).exists()
