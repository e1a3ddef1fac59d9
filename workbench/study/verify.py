"""The checklist, run: first the comparison, alone, as it measures; then the other items side by side."""

from __future__ import annotations

import hashlib
import platform
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from workbench.model.check import Check, Status, Verification, judged
from workbench.study.checks.edges import Edges
from workbench.study.checks.memory import Memory
from workbench.study.checks.performance import Performance
from workbench.study.checks.races import Races
from workbench.study.checks.tests import Tests
from workbench.study.checks.types import Types

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.study.checks.base import Case, Item

    Progress = Callable[[Check], None]
    """Called with each item's answer as it is found."""

AT_ONCE = 2
"""Items that run at the same time; each has processes of its own."""


def items() -> tuple[Item, ...]:
    """The six items, in the order in which they are shown."""
    return Performance(), Memory(), Races(), Types(), Edges(), Tests()


def check_all(case: Case, progress: Progress | None = None) -> tuple[Check, ...]:
    """All answers, in order. What a check raises by mistake becomes an unknown that says so; KeyboardInterrupt ends them all."""

    def run(item: Item) -> Check:
        begin = perf_counter()
        try:
            found = item.run(case)
        except Exception as error:  # noqa: BLE001
            found = Check(item.item, Status.UNKNOWN, "U07", f"the check itself failed: {type(error).__name__}: {error}")
        found = replace(found, seconds=perf_counter() - begin)
        if progress is not None:
            progress(found)
        return found

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return tuple(pool.map(run, items()))


def verification(case: Case, candidate: str, progress: Progress | None = None) -> Verification:
    """The checklist of a case whose comparison has been made, and what it comes to."""
    begin = perf_counter()
    checks = check_all(case, progress)
    judgement, code, said = judged(checks)
    return Verification(candidate, judgement, code, said, checks, rests_on(case), perf_counter() - begin)


def rests_on(case: Case) -> tuple[tuple[str, str], ...]:
    """Digests (sha256) of what a verdict rests on, by name: when a source changes, the verdict is stale. `harness` is what measured and
    compared."""
    found = [("old source", digest(case.old.source)), ("candidate", digest(case.new.source))]
    if case.file is not None:
        found.append((case.file.name, digest(case.old.module_text)))
    payloads = hashlib.sha256()
    for payload in case.payloads:
        payloads.update(hashlib.sha256(payload).digest())
    return (*found, ("inputs", payloads.hexdigest()), ("harness", harness()))


@cache
def harness() -> str:
    """The sha256 of the Python version and of the sources of `timing/` and `study/`, as they are on disk."""
    found = hashlib.sha256(platform.python_version().encode())
    room = Path(__file__).parent
    for path in sorted([*room.rglob("*.py"), *(room.parent / "timing").rglob("*.py")]):
        found.update(path.relative_to(room.parent).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def digest(text: str) -> str:
    """The sha256 of a text, in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()
