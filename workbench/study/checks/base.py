"""What a check is given, and what it has to be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workbench.model.check import Check
    from workbench.model.comparison import Comparison
    from workbench.model.whole import WholeRun


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the target: the live function, its own source text, and the whole text of its module with this version in it.

    `source` and `module_text` are "" where they are not known (no file, or a name that the module has not).
    """

    label: str
    function: Callable[..., Any]
    source: str
    module_text: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Two versions of `target` (`module:name`) that lives in `file` (None for a notebook) of the project in `root`.

    `payloads` are the inputs, pickles of (args, kwargs); `seconds` is how long one thing that is done with them may take.
    """

    target: str
    file: Path | None
    root: Path | None
    old: Version
    new: Version
    payloads: tuple[bytes, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Case(Subject):
    """What is checked, and what comparing the two versions found.

    `share` is the part of the whole run's time that the target took, NaN where no run was profiled; `required` how many times as fast
    the new version has to be, 0 for any gain beyond the margin; `allowed` are the relaxations that were declared, as words; `whole` is
    what running the program as a whole came to, None where there is no program or it was not run.
    """

    comparison: Comparison
    share: float = math.nan
    required: float = 0.0
    allowed: tuple[str, ...] = ()
    whole: WholeRun | None = None


class Item(Protocol):
    """One item of the checklist. `run` answers it and never raises for what it finds; `item` is its name."""

    item: str

    def run(self, case: Case) -> Check:
        """The answer. Where it cannot be found, an unknown with the reason."""
        ...
