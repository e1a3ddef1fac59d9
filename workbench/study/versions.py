"""Two versions of a whole project held against each other by one function of theirs: the checklist on what changed between them."""

from __future__ import annotations

import filecmp
import inspect
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import UsageError
from workbench.study.checks.base import Case, Version
from workbench.study.compare import Request, compare
from workbench.study.relaxations import understood
from workbench.study.splice import SpliceError, source_of
from workbench.study.targets import root_of
from workbench.study.verify import verification
from workbench.timing.carrier import carry_reference

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.model.check import Verification
    from workbench.study.verify import Progress

_LEFT_OUT = frozenset({".git", ".venv", "venv", "build", "dist", "__pycache__", "node_modules"})


@dataclass(frozen=True, slots=True)
class Pair:
    """The two folders, and the function in both, as `package.module:name`."""

    before: Path
    after: Path
    target: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what terms: seconds for comparing, relaxations, how many times as fast it has to be (0: any gain), and the part of the
    program's time that the target takes, NaN where it was not profiled."""

    budget: float = 30.0
    allow: tuple[str, ...] = ()
    required: float = 0.0
    share: float = math.nan


def verify_pair(
    pair: Pair, inputs: tuple[bytes, ...], run_calls: int, terms: Terms, progress: Progress | None = None
) -> Verification:
    """The checklist on the change from `before` to `after`. Types and tests are those of the project as it is afterwards.

    Raises UsageError where the two are the same file by file, and what loading the target raises.
    """
    changed = changed_files(pair.before, pair.after)
    if not changed:
        raise UsageError(f"The two versions have the same Python files: there is no change of {pair.target} to verify.")
    (old, first), (new, second) = (carry_reference(f"{folder}::{pair.target}") for folder in (pair.before, pair.after))
    request = Request(
        old, new, inputs, understood(terms.allow), terms.budget, run_calls=run_calls, carried=(first, second)
    )
    comparison = compare(request)
    file = _file_of(new)
    case = Case(
        target=pair.target,
        file=file,
        root=root_of(file),
        old=_version("before", old),
        new=_version("after", new),
        payloads=inputs,
        comparison=comparison,
        seconds=max(terms.budget, 20.0),
        share=terms.share,
        required=terms.required,
        allowed=terms.allow,
    )
    return verification(case, "the change", progress)


def changed_files(before: Path, after: Path) -> tuple[str, ...]:
    """The Python files that only one of the folders has, or that differ, relative to them."""
    names = sorted({*_python_in(before), *_python_in(after)})
    _, differ, missing = filecmp.cmpfiles(before, after, names, shallow=False)
    return tuple(sorted({*differ, *missing}))


def _python_in(folder: Path) -> set[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*.py"))
    return {str(path) for path in found if not _LEFT_OUT.intersection(path.parts)}


def _file_of(function: Callable[..., Any]) -> Path:
    return Path(inspect.unwrap(function).__code__.co_filename).resolve()


def _version(label: str, function: Callable[..., Any]) -> Version:
    try:
        source = source_of(function)
    except SpliceError:
        source = ""
    return Version(label, function, source, _file_of(function).read_bytes().decode("utf-8"))
