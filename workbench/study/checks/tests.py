"""The item "tests": the tests that touch the target pass on both versions, and the changed lines are run, by them or by the inputs."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from workbench.model.check import Check, Status
from workbench.study import children
from workbench.study.checks.regression import regression_test
from workbench.study.checks.suite import Session, Suite, SuiteFailedError
from workbench.study.checks.texts import texts_of
from workbench.study.children import CannotCopyProjectError
from workbench.study.splice import SpliceError
from workbench.study.statements import changed_statements
from workbench.timing.processes import WorkerFailedError, WorkerHungError
from workbench.units import count, share

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.study.checks.base import Case
    from workbench.study.checks.texts import Texts
    from workbench.study.children import Copied

__all__ = ["Tests", "lines_covered", "regression_test"]

ITEM = "tests"
FAILED, NOT_COVERED, NONE_TOUCH, CANNOT, UNSTEADY = "S01", "S02", "S03", "S04", "S05"
"""A test fails on the new version; changed lines are not run; no test touches the target; tests could not be run; a test passes and
fails by turns."""
ENOUGH = 0.9
LISTED = 20
REPLAY = 20.0
"""Seconds for replaying the inputs, at most."""


class Tests:
    """The item."""

    item: str = ITEM
    __test__ = False

    def run(self, case: Case) -> Check:
        """See Item."""
        begin = perf_counter()
        answer = _Answer(case)
        status, code, said, then = answer.find()
        return Check(ITEM, status, code, said, tuple(answer.evidence), then, perf_counter() - begin)


def lines_covered(case: Case) -> float:
    """The share, 0 to 1, of the changed statements that the case's inputs run on the new version; 1 where none changed.

    Raises WorkbenchError where that cannot be found out: no file, no project, a text that cannot be made, a worker that fails.
    """
    if case.file is None or case.root is None:
        raise SuiteFailedError("lines are counted in a file of a project, and the target has none")
    texts, end = texts_of(case), perf_counter() + case.seconds
    if not case.payloads:
        return _covered(texts, [])[0]
    with children.copied(case.root, case.seconds) as copy:
        result = Suite(case, texts, copy, end).replayed(texts.new, min(REPLAY, case.seconds))
    return _covered(texts, result["lines"])[0]


class _Answer:
    def __init__(self, case: Case) -> None:
        self._case = case
        self._end = perf_counter() + case.seconds
        self.evidence: list[tuple[str, str]] = []

    def find(self) -> tuple[Status, str, str, str]:
        """Status, code, sentence and next step."""
        case = self._case
        if case.file is None:
            return (
                Status.NOT_APPLICABLE,
                "",
                "the target lives in a notebook, which has no test suite",
                "Move it to a module to have tests for it.",
            )
        if case.root is None:
            return self._cannot("the target's project folder is not known")
        if importlib.util.find_spec("pytest") is None:
            return self._cannot("pytest is not installed: no tests were run")
        try:
            texts = texts_of(case)
            with children.copied(case.root, case.seconds) as copy:
                return self._tested(texts, copy)
        except (SpliceError, CannotCopyProjectError, SuiteFailedError, WorkerHungError, OSError) as error:
            return self._cannot(str(error))

    def _cannot(self, why: str) -> tuple[Status, str, str, str]:
        return (
            Status.UNKNOWN,
            CANNOT,
            f"the tests cannot be run: {why}",
            "Run pytest in the project's folder by hand to see what stops it.",
        )

    def _tested(self, texts: Texts, copy: Copied) -> tuple[Status, str, str, str]:
        suite = Suite(self._case, texts, copy, self._end)
        old = suite.run(texts.old)
        if copy.skipped or copy.linked:
            self.evidence.append(("not copied", _few([*copy.skipped, *copy.linked])))
        if old.broken:
            self.evidence.append(("not importable with the old version", _few(old.broken)))
        passing = [node for node in old.touching if old.outcomes.get(node) == "passed"]
        self._tell(old, passing)
        if not passing:
            return self._none(old)
        self._flag(old, old.touching, copy)
        new = suite.run(texts.new, passing)
        failed, unsteady = self._failures(suite, texts, new, passing)
        if failed:
            first = failed[0]
            said = f"{len(failed)} of {count(len(passing), 'test')} that touch the target fail with the new version: {first}"
            said += f": {_why(new, first)}"
            return Status.FAIL, FAILED, said, f"Run pytest {first!r} with the new version in place."
        if unsteady:
            return (
                Status.UNKNOWN,
                UNSTEADY,
                f"with the new version a test passes and fails by turns: {unsteady[0]}",
                "Make the test steady first.",
            )
        return self._coverage(suite, texts, new, len(passing))

    def _tell(self, old: Session, passing: list[str]) -> None:
        if not old.ended:
            self.evidence.append(("with the old version", "the tests ended before all were run"))
        self.evidence += [("tests", str(len(old.files))), ("tests that touch the target", str(len(old.touching)))]
        self.evidence.append(("touching", _few(passing)))
        for word, name in (("failed", "failing with the old version, left out"), ("skipped", "skipped, left out")):
            some = [node for node in old.touching if old.outcomes.get(node) == word]
            if some:
                self.evidence.append((name, _few(some)))

    def _none(self, old: Session) -> tuple[Status, str, str, str]:
        then = "Write a test that calls it, or take the regression test that is written from the recording."
        if old.touching:
            return (
                Status.UNKNOWN,
                NONE_TOUCH,
                "no test that touches the target passes with the old version",
                "Mend the tests first.",
            )
        if old.elsewhere:
            said = "the tests import the target from the project's own folder, not from the copy that the new version is put into"
            return Status.UNKNOWN, CANNOT, said, "Import the package by name in the tests, not by an absolute path."
        return Status.UNKNOWN, NONE_TOUCH, f"none of {count(len(old.files), 'test')} calls the target", then

    def _failures(self, suite: Suite, texts: Texts, new: Session, passing: list[str]) -> tuple[list[str], list[str]]:
        """The tests that fail with the new version, twice, though not with the old one in the same company; and the unsteady ones."""
        failed = [node for node in passing if new.outcomes.get(node) != "passed"]
        if not failed:
            return [], []
        try:
            alone = suite.run(texts.old, passing)
            also = [node for node in failed if alone.outcomes.get(node) != "passed"]
            rest = [node for node in failed if node not in also]
            again = suite.run(texts.new, passing) if rest else new
        except (WorkerHungError, SuiteFailedError) as error:
            self.evidence.append(("failures not confirmed by a second run", str(error)))
            also, rest, again = [], failed, new
        if also:
            self.evidence.append(("failing with the old version too, without the other tests", _few(also)))
        still = [node for node in rest if again.outcomes.get(node) != "passed"]
        self.evidence += [(node, _why(new, node)) for node in still[:LISTED]]
        return still, [node for node in rest if node not in still]

    def _coverage(self, suite: Suite, texts: Texts, new: Session, tests: int) -> tuple[Status, str, str, str]:
        by_tests, _ = _covered(texts, new.lines)
        self.evidence.append(("changed lines run by tests", share(by_tests)))
        both, missed = _covered(texts, new.lines)
        broken = ""
        if by_tests < 1 and self._case.payloads:
            try:
                result = suite.replayed(texts.new, min(REPLAY, max(1.0, self._end - perf_counter())))
            except (WorkerHungError, WorkerFailedError) as error:
                broken = str(error)
                self.evidence.append(("inputs", broken))
            else:
                self.evidence.append(("changed lines run by inputs", share(_covered(texts, result["lines"])[0])))
                self.evidence.append(("inputs replayed", f"{result['replayed']} of {len(self._case.payloads)}"))
                both, missed = _covered(texts, {*new.lines, *result["lines"]})
        if missed:
            self.evidence.append(("changed lines not run", _few(str(line) for line in missed)))
        if both >= ENOUGH:
            return (
                Status.PASS,
                "",
                f"{touching(tests)} on both versions, {share(both)} of the changed lines run",
                "",
            )
        if broken:
            return (
                Status.UNKNOWN,
                CANNOT,
                f"tests run {share(both)} of the changed lines, and the inputs could not be replayed: {broken}",
                "",
            )
        said = f"only {share(both)} of the changed lines are run by tests or inputs; not run: {_few(f'line {line}' for line in missed)}"
        return Status.FAIL, NOT_COVERED, said, "Add an input or a test that runs these lines."

    def _flag(self, old: Session, touching: list[str], copy: Copied) -> None:
        """The files of these tests, and conftest files, that are not as the last commit has them."""
        paths = {Path(os.path.realpath(old.files[node])) for node in touching}
        names = {str(one.relative_to(copy.root)) for one in paths if one.is_relative_to(copy.root)}
        changed = [name for name in _changed_files(copy.original) if name in names or Path(name).name == "conftest.py"]
        if changed:
            self.evidence.append(("changed tests", _few(changed)))


def _changed_files(root: Path) -> list[str]:
    """The files below a folder that differ from the last commit, or are not in it; none where there is no git or no repository."""
    found: list[str] = []
    for words in (
        ["diff", "--name-only", "--relative", "-z", "HEAD"],
        ["ls-files", "--others", "--exclude-standard", "-z"],
    ):
        command = ["git", "-c", "core.fsmonitor=false", *words]
        try:
            ended = children.run(command, cwd=root, seconds=10, environment={"GIT_OPTIONAL_LOCKS": "0"})
        except (OSError, WorkerHungError, subprocess.SubprocessError):
            return []
        found += ended.out.split("\0") if ended.status == 0 else []
    return sorted({one for one in found if one})


def _covered(texts: Texts, lines: Iterable[int]) -> tuple[float, list[int]]:
    """The share of the changed statements that are among these lines, and the first lines of those that are not."""
    ran = set(lines)
    changed = changed_statements(texts.old, texts.new)
    missed = [one.line for one in changed if ran.isdisjoint(range(one.first, one.last + 1))]
    return (1 - len(missed) / len(changed) if changed else 1.0), missed


def _why(session: Session, node: str) -> str:
    if node in session.said:
        return session.said[node]
    broken = next((said for place, said in session.broken.items() if not place or node.startswith(place)), "")
    return broken or "it was not run"


def _few(words: Iterable[str]) -> str:
    every = list(words)
    more = f" and {len(every) - LISTED} more" if len(every) > LISTED else ""
    return ", ".join(every[:LISTED]) + more


def touching(tests: int) -> str:
    """How many tests touch the target, and pass."""
    return "1 test that touches the target passes" if tests == 1 else f"{tests:,} tests that touch the target pass"
