"""What a study is about: one function, where it is written, and the project around it."""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.timing.sources import load_function

if TYPE_CHECKING:
    from collections.abc import Callable

_MARKS = ("pyproject.toml", "setup.cfg", "setup.py", ".git")


@dataclass(frozen=True, slots=True)
class StudyTarget:
    """`reference` is `module:qualified.name`, or `file.py:name`; `file` is None for a function of a notebook; `root` the folder of
    the project that the file is in, its own folder where nothing marks one."""

    reference: str
    qualname: str
    function: Callable[..., Any]
    file: Path | None
    root: Path | None

    @property
    def module_text(self) -> str:
        """The text of its module's file, byte for byte but decoded; "" for a function of a notebook."""
        return "" if self.file is None else self.file.read_bytes().decode("utf-8")


def target_of(given: Callable[..., Any] | str, place: Path | None = None) -> StudyTarget:
    """From a function, or from `file.py:name` or `package.module:name`. A file is looked for from `place` too; where it can be imported
    from there it is a module of that name, as the program's own imports have it. Raises what `load_function` does."""
    if isinstance(given, str):
        given, where = _as_imported(given, place or Path.cwd())
        function = load_function(where)
    else:
        function = given
    plain = inspect.unwrap(function)
    qualname = str(getattr(plain, "__qualname__", getattr(plain, "__name__", repr(plain))))
    reference = given if isinstance(given, str) else f"{getattr(plain, '__module__', '')}:{qualname}"
    file = _file_of(plain)
    return StudyTarget(reference, qualname.rpartition("<locals>.")[2], function, file, root_of(file))


def _as_imported(reference: str, place: Path) -> tuple[str, str]:
    """`pkg/words.py:index` as `pkg.words:index` where that is the same file, and as what can be loaded from here."""
    where, _, name = reference.rpartition(":")
    if not where.endswith(".py"):
        return reference, reference
    path = Path(where) if Path(where).is_file() else place / where
    if not path.is_file():
        return reference, reference
    inner = os.path.relpath(path.resolve(), place.resolve())
    module = inner.removesuffix(".py").replace(os.sep, ".")
    if all(part.isidentifier() for part in module.split(".")) and str(place) in sys.path:
        spec = importlib.util.find_spec(module)
        if spec is not None and spec.origin is not None and Path(spec.origin).resolve() == path.resolve():
            return f"{module}:{name}", f"{module}:{name}"
    return reference, f"{path}:{name}"


def _file_of(function: Callable[..., Any]) -> Path | None:
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    path = Path(code.co_filename)
    in_notebook = function.__module__ == "__main__" and "ipykernel" in code.co_filename
    return path.resolve() if path.suffix == ".py" and path.is_file() and not in_notebook else None


def root_of(file: Path | None) -> Path | None:
    """The folder of the project that a file is in: the nearest one with a mark of a project, else its own."""
    if file is None:
        return None
    return next((folder for folder in file.parents if any((folder / mark).exists() for mark in _MARKS)), file.parent)
