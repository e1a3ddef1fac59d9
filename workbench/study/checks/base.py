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
class Case:
    """What is checked: two versions of `target` (`module:name`) that lives in `file` (None for a notebook) of the project in `root`.

    `payloads` are the inputs, pickles of (args, kwargs); `comparison` is what comparing the two found; `seconds` is how long
    one check may take. `share` is the part of the whole run's time that the target took, NaN where no run was profiled;
    `required` how many times as fast the new version has to be, 0 for any gain beyond the margin; `allowed` are the relaxations that
    were declared, as words.
    """

    target: str
    file: Path | None
    root: Path | None
    old: Version
    new: Version
    payloads: tuple[bytes, ...]
    comparison: Comparison
    seconds: float
    share: float = math.nan
    required: float = 0.0
    allowed: tuple[str, ...] = ()


class Item(Protocol):
    """One item of the checklist. `run` answers it and never raises for what it finds; `item` is its name."""

    item: str

    def run(self, case: Case) -> Check:
        """The answer. Where it cannot be found, an unknown with the reason."""
        ...
