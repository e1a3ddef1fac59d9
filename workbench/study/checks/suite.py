"""A project's own tests, run as a subprocess in a copy of the project with one version of the target, and what they touched."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.study import children
from workbench.study.checks import lines_plugin
from workbench.study.checks.lines_worker import LinesJob
from workbench.study.splice import target_node
from workbench.study.statements import first_line
from workbench.timing.processes import run_job

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from workbench.study.checks.base import Subject
    from workbench.study.checks.texts import Texts
    from workbench.study.children import Copied

PLUGIN = "workbench_lines_plugin"


_OUTCOMES = ["passed", "skipped", "failed"]
"""How a part of a test may end, the worse the later; others (an attempt that is repeated) are no end."""
_OUTER = ("PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID")
"""What a pytest around this process has put into the environment."""


class SuiteFailedError(WorkbenchError):
    """pytest could not run a project's tests at all."""


@dataclass(slots=True)
class Session:
    """One run of tests: how each ended (`passed`, `failed`, `skipped`) and what a failed one said; `broken` are files that could not be
    collected; which lines of the target's file ran; which tests touched the target, by themselves or by what they share with others;
    `ended` whether the run came to its end; `elsewhere` whether the target's file was run where the project has it."""

    outcomes: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)
    touching: list[str] = field(default_factory=list)
    elsewhere: bool = False
    ended: bool = False


class Suite:
    """The tests of a case's project, in a copy of it. `end` is the time on the clock at which all has to be done."""

    def __init__(self, case: Subject, texts: Texts, copy: Copied, end: float) -> None:
        if case.file is None:
            raise SuiteFailedError("the target has no file")
        self._case, self._texts, self._copy, self._end = case, texts, copy, end
        self._original = Path(os.path.realpath(case.file))
        if not self._original.is_relative_to(copy.original):
            raise SuiteFailedError(f"{case.file.name} is not in the project's folder")
        self._file = copy.root / self._original.relative_to(copy.original)
        self._runs = 0

    def run(self, text: str, wanted: Iterable[str] | None = None) -> Session:
        """Run all tests, or the ones that are wanted. Raises SuiteFailedError, WorkerHungError."""
        self._runs += 1
        here = self._copy.folder / f"r{self._runs}"
        (here / "t").mkdir(parents=True)
        self._copy.put(self._original, self._texts.bytes_of(text))
        node = target_node(text, self._texts.old_name)
        job = {
            "file": str(self._file),
            "original": str(self._original),
            "first": first_line(node),
            "last": node.end_lineno,
            "wanted": None if wanted is None else sorted(wanted),
            "out": str(here / "out"),
        }
        (here / "job").write_text(json.dumps(job), "utf-8")
        (here / f"{PLUGIN}.py").write_bytes(Path(lines_plugin.__file__).read_bytes())
        environment: dict[str, str | None] = {
            lines_plugin.JOB: str(here / "job"),
            "PYTHONPATH": os.pathsep.join([str(here), *self._paths()]),
            "PYTHONPYCACHEPREFIX": "",
            "TMPDIR": str(here / "t"),
            **dict.fromkeys(_OUTER),
        }
        ended = children.run(
            _command(), cwd=self._copy.root, seconds=self._end - perf_counter(), environment=environment
        )
        out = here / "out"
        session, status = _read(out.read_text("utf-8").splitlines() if out.exists() else [])
        if status in {3, 4} or (status is None and not session.outcomes):
            raise SuiteFailedError(f"pytest {ended.how}")
        return session

    def replayed(self, text: str, seconds: float, *, values: bool = False, seed: int = 0) -> dict[str, Any]:
        """The inputs replayed on a text of the target's file: `lines` that ran, `replayed` and `broken` counts, and `values` where wanted.
        Raises WorkerFailedError, WorkerHungError."""
        self._copy.put(self._original, self._texts.bytes_of(text))
        job = LinesJob(
            root=str(self._copy.root),
            path=tuple(self._paths()),
            file=str(self._file),
            module=self._case.target.partition(":")[0],
            name=self._texts.old_name,
            payloads=self._case.payloads,
            seconds=seconds / 2,
            values=values,
        )
        return run_job("workbench.study.checks.lines_worker", job, seconds=seconds + 5, seed=seed)

    def _paths(self) -> list[str]:
        """The import path of the copy: where the target's module is found, and what this process has of the project."""
        folder = self._file.parent
        parts = self._case.target.partition(":")[0].split(".")
        names = [*self._file.relative_to(self._copy.root).with_suffix("").parts]
        if names[-1] == "__init__":
            names.pop()
        if names[-len(parts) :] == parts:
            folder = self._copy.root.joinpath(*names[: -len(parts)])
        given = [one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one]
        own = [Path(os.path.realpath(one or ".")) for one in sys.path]
        mapped = [self._copy.of(one) for one in own if one.is_relative_to(self._copy.original)]
        inside = [str(one) for one in mapped if one.is_relative_to(self._copy.root)]
        return list(
            dict.fromkeys([str(folder), *inside, *(str(self._copy.of(Path(os.path.realpath(one)))) for one in given)])
        )


def _command() -> list[str]:
    """pytest with the project's own options, but in one process, without coverage of its own, and to the end."""
    command = [sys.executable, "-m", "pytest", "-p", PLUGIN, "-q", "--maxfail=0", "--continue-on-collection-errors"]
    for package, options in (("pytest_cov", ["--no-cov"]), ("xdist", ["-n0"])):
        if importlib.util.find_spec(package) is not None and not os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
            command += options
    return command


def _read(lines: Sequence[str]) -> tuple[Session, int | None]:
    """What a run has written, and pytest's status, None where it did not come to its end."""
    session, status = Session(), None
    running = ""
    shared: dict[str, list[str]] = {}
    direct: set[str] = set()
    collected: list[str] = []
    common: set[str] = set()
    for one in _records(lines):
        kind, node = one["kind"], one.get("node", "")
        if kind == "item":
            shared[node] = one["shared"]
            session.files[node] = one["path"]
        elif kind == "start":
            running = node
        elif kind == "done":
            running = ""
        elif kind == "broken":
            session.broken[node] = one["said"]
        elif kind == "report":
            _report(session, node, one)
        elif kind == "ran":
            session.lines.update(one["lines"])
            session.elsewhere = session.elsewhere or one["elsewhere"]
            if one["target"] and one["phase"] == "collect":
                collected.append(node)
            elif one["target"]:
                direct.add(node)
                common.update(shared.get(node, []) if one["phase"] != "call" else [])
        elif kind == "end":
            status, session.ended = one["status"], True
    if running and status is None:
        session.outcomes[running], session.said[running] = "failed", "the process ended during this test"
    session.touching = [
        node
        for node in shared
        if node in direct
        or not common.isdisjoint(shared[node])
        or any(not one or node == one or node.startswith((f"{one}::", f"{one}/")) for one in collected)
    ]
    return session, status


def _records(lines: Sequence[str]) -> Iterator[dict[str, Any]]:
    """What was written, up to a line that a crash has cut off."""
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            return


def _report(session: Session, node: str, one: dict[str, Any]) -> None:
    known, outcome = session.outcomes.get(node, "passed"), one["outcome"]
    if outcome not in _OUTCOMES:
        return
    session.outcomes[node] = max(known, outcome, key=_OUTCOMES.index)
    if outcome == "failed":
        session.said.setdefault(node, one["said"])
