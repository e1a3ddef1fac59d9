"""A specialist without a model: it has a shell, the prompt's commands and prepared edits, and decides by what the commands answer.

    python tests/specialist_driver.py [--task NAME] [--budget 5] [--transcript]

It is told a program, its arguments and a complaint. It finds the hot function by the profile, tries the edits that were prepared for it one
by one, reads the code of a refusal, and stops where a change is not worth it. Exit code 1 where a task does not end as it has to.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from specialist_cases import TASKS, Edit, Task, with_function
from specialist_look import MARGIN, SOME, Hot, Look, advised, callers, enough, look, waited
from specialist_shell import Shell, ShellError

LONG = 1e-3
"""Seconds of one call from which on it is the work that takes long, and not the calling."""
AGAIN = 3
"""Times that a candidate is verified at the most where the machine or the time was not enough, each time with twice the time."""
UNDECIDED = {"U01", "U02", "U04", "R00"}
"""Codes that a quieter machine or more time can take away; U04 since in too little time no inputs are made of the recorded ones."""
MORE = ("--tokens", "8000", "--json")
"""Hotspots to the end: how hot a function is is the sum of its lines."""
COLUMNS = ("task", "hot function", "share ±", "tried", "verdict", "ratio (interval)", "report bytes", "seconds")


@dataclass(frozen=True, slots=True)
class Tried:
    """A verdict on an edit of a function: `code` is "" for verified, `ratio` has the ratio and its interval where it was timed."""

    function: str
    code: str
    ratio: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class Solved:
    """What came of a task: verified, given up, undecided (the machine or the time was not enough) or not worth it."""

    task: str
    hot: Hot
    verdict: str
    why: str = ""
    tried: tuple[Tried, ...] = ()
    report: int = 0
    seconds: float = 0.0
    same_output: bool = False

    def row(self) -> list[str]:
        """A line of the table."""
        share = f"{self.hot.share:.0%} ±{self.hot.around:.0%}"
        tried = ", ".join(one.code or "verified" for one in self.tried) or "nothing"
        last = self.tried[-1].ratio if self.tried and self.verdict == "verified" else None
        ratio = f"{last[0]:.3g}x ({last[1]:.3g} to {last[2]:.3g})" if last else ""
        return [
            self.task,
            f"`{self.hot.name}`",
            share,
            tried,
            self.verdict,
            ratio,
            f"{self.report:,}",
            f"{self.seconds:.0f}",
        ]


@dataclass(slots=True)
class Driver:
    """Solves one task in a folder that has the program and its data."""

    task: Task
    shell: Shell
    budget: int = 5
    tried: list[Tried] = field(default_factory=list)

    def solve(self) -> Solved:
        """From the complaint to a report, or to the reason why not. Raises ShellError where a command fails."""
        begin = perf_counter()
        self.shell.decided(f"{self.task.program} {' '.join(self.task.arguments)}: {self.task.complaint}")
        self.shell.run("python", *self._program, into="before.txt")
        seen = self._look()
        top = seen.hot[0]
        reason = self._not_worth(seen)
        if reason:
            self.shell.decided(f"not worth it: {reason}")
            return Solved(self.task.name, top, "not worth it", reason, seconds=perf_counter() - begin)
        edits = self.task.edits()
        for one in self._in_turn(seen):
            if not edits.get(one.name):
                self.shell.decided(f"no idea for {one.name}; on to what calls it")
            elif self._study(one, edits[one.name]):
                report, same = self._hand_over(one)
                took = perf_counter() - begin
                return Solved(self.task.name, one, "verified", "", tuple(self.tried), report, took, same)
            elif self._undecided:
                break
        undecided = self._undecided
        why = "the machine or the time was not enough" if undecided else "no edit was verified"
        verdict = "undecided" if undecided else "given up"
        return Solved(self.task.name, top, verdict, why, tuple(self.tried), seconds=perf_counter() - begin)

    @property
    def _undecided(self) -> bool:
        return any(one.code in UNDECIDED for one in self.tried)

    @property
    def _program(self) -> tuple[str, ...]:
        return (self.task.program, *self.task.arguments)

    def _look(self) -> Look:
        """The first look, without options."""
        for _ in range(AGAIN):
            self.shell.run("workbench", "profile", "--quiet", "--save", "first.wbp", *self._program)
            told = self.shell.data("workbench", "hotspots", "first.wbp", *MORE)
            if enough(told):
                break
            self.shell.decided(f"{told['samples']} samples are a hint only: once more")
        seen = look(told)
        top = seen.hot[0]
        self.shell.decided(
            f"{top.name} takes {top.share:.0%} ±{top.around:.0%}, its own lines {top.own:.1%}; the run at most {top.ceiling:.3g}x"
        )
        lines = self.shell.data("workbench", "show", "first.wbp", top.handle, "--lines", "--json")["lines"]
        self.shell.decided(f"of it the most in `{lines[0]['source'].strip()}`")
        return seen

    def _not_worth(self, seen: Look) -> str:
        """Why no change of own code helps, "" where one may. By shares of own code: how much is waiting, a busy machine decides too."""
        top = seen.hot[0]
        if top.ceiling < MARGIN:
            return f"{top.name} takes {top.share:.1%} of the run, which gains {top.ceiling:.3g}x at the most"
        if top.most >= MARGIN:
            return ""
        self.shell.run("workbench", "profile", "tasks", "--quiet", "--save", "tasks.wbp", *self._program)
        share, where = waited(self.shell.data("workbench", "hotspots", "tasks.wbp", *MORE))
        if share > 1 - 1 / MARGIN:
            self.shell.decided(f"tasks wait at {where}, {share:.2g} s in each second of the run: waits may overlap")
            return ""
        closely = ("--like", "first.wbp", "--top", "3", "--quiet", "--save", "lines.wbp")
        self.shell.run("workbench", "profile", "lines", *closely, *self._program)
        lines = self.shell.data("workbench", "hotspots", "lines.wbp", *MORE)["lines"]
        line = next(one for one in lines if one["where"] == top.line)
        self.shell.decided(f"{top.line} runs {line['hits']} times, {line['per_hit'] * 1e3:.3g} ms each")
        if line["per_hit"] < LONG:
            return ""
        return (
            f"{top.name} takes {top.share:.0%} of the run, but its own lines {top.own:.1%}: at most {top.most:.3f}x by Amdahl. "
            f"The rest is in what {top.line} calls, {line['hits']} times of {line['per_hit'] * 1e3:.3g} ms in code of others"
        )

    def _in_turn(self, seen: Look) -> Iterator[Hot]:
        """The functions to think of: the hottest, then what calls it, the nearest first, then the next hottest in the same way."""
        known = set[str]()
        for one in (one for at, one in enumerate(seen.hot) if not at or one.here >= SOME):
            below: Hot | None = one
            while below is not None and below.name not in known:
                known.add(below.name)
                yield below
                told = self.shell.data("workbench", "show", "first.wbp", below.handle, "--callers", "--json")
                below = next(callers(told, seen), None)

    def _study(self, hot: Hot, edits: Sequence[Edit]) -> bool:
        """A study of one function: whether one of its edits is verified."""
        said = advised(self.shell.data("workbench", "advise", "first.wbp", "--json"), hot.name)
        study, target = f"study-{hot.name}", f"{self.task.program}:{hot.name}"
        self.shell.data("workbench", "study", "init", study, "--target", target, "--json", "--", *self._program)
        for step in ("baseline", "profile", "record"):
            self.shell.data("workbench", "study", step, study, "--json")
        share = self.shell.data("workbench", "brief", study, "--json")["share"]
        most = share["whole_at_most"]
        if most is not None and most < MARGIN:
            self.shell.decided(f"{hot.name}: the run gains {most:.3g}x at the most")
            return False
        for at, edit in enumerate(edits):
            expects = f"{said} So: {edit.expects}" if said and not at else edit.expects
            self.shell.data("workbench", "study", "hypothesis", study, expects, "--json")
            text = (self.shell.folder / self.task.program).read_text("utf-8")
            (self.shell.folder / "faster.py").write_text(with_function(text, edit.text), "utf-8")
            given = f"faster.py:{hot.name}"
            self.shell.data("workbench", "study", "candidate", study, given, "--note", edit.expects, "--json")
            found = self._verified(study)
            self.tried.append(Tried(hot.name, found["code"], ratio_of(found)))
            if found["verdict"] == "verified":
                return True
        return False

    def _verified(self, study: str) -> dict[str, Any]:
        """The verdict on the newest candidate, asked for again, with twice the time, where the machine or the time was not enough."""
        for turn in range(AGAIN):
            budget = f"{self.budget << turn}s"
            command = ("workbench", "study", "verify", study, "--budget", budget, "--json")
            answer = self.shell.run(*command, allowed=(0, 1, 3, 4))
            found: dict[str, Any] = answer.json()
            code = found["code"]
            if answer.code == 0:
                self.shell.decided("verified, {:.3g}x ({:.3g} to {:.3g})".format(*(ratio_of(found) or (0, 0, 0))))
                break
            meaning = self.shell.data("workbench", "study", "why", code, "--json")["meaning"]
            self.shell.decided(f"{found['verdict']} {code}, {meaning}: {found['said']}")
            if code not in UNDECIDED:
                break
        return found

    def _hand_over(self, hot: Hot) -> tuple[int, bool]:
        """Apply, run the whole once more, write the report: its bytes, and whether the output is the old one."""
        study = f"study-{hot.name}"
        self.shell.data("workbench", "study", "apply", study, "--json")
        self.shell.run("python", *self._program, into="after.txt")
        same = self.shell.run("cmp", "after.txt", "before.txt", allowed=(0, 1)).code == 0
        standing = self.shell.data("workbench", "study", "status", study, "--json")
        self.shell.decided(f"{standing['applied']} is applied; the output is {'the same' if same else 'another'}")
        self.shell.data("workbench", "study", "report", study, "report.html", "--json")
        return (self.shell.folder / "report.html").stat().st_size, same


def ratio_of(found: dict[str, Any]) -> tuple[float, float, float] | None:
    """The ratio and its interval in a verification's answer; None where nothing was timed."""
    numbers = next(one["numbers"] for one in found["checks"] if one["item"] == "performance")
    return (numbers["ratio"], numbers["low"], numbers["high"]) if {"ratio", "low", "high"} <= set(numbers) else None


def solved(task: Task, folder: Path, budget: int = 5) -> tuple[Solved | None, str]:
    """A task solved in a folder, and the transcript; None where a command failed, which the transcript ends with."""
    task.lay_out(folder)
    shell = Shell(folder)
    try:
        return Driver(task, shell, budget).solve(), shell.transcript
    except ShellError as error:
        return None, f"{shell.transcript}{error}\n"


def as_it_has_to(task: Task, found: Solved | None) -> str:
    """How what came of a task differs from what has to; "" where it does not. That a machine cannot decide is no difference."""
    if found is None:
        return "a command failed"
    wrong = sorted({one.function for one in found.tried} - set(task.hot))
    if wrong:
        return f"it changed {wrong}; hot is one of {task.hot}"
    if found.hot.name not in task.hot and found.verdict != "undecided":
        return f"it took {found.hot.name} for the hot function; hot is one of {task.hot}"
    if any(not one.code for one in found.tried[: task.right]):
        return f"a wrong edit was verified: {found.tried}"
    if found.verdict not in (task.outcome, "undecided"):
        return f"{found.verdict} in place of {task.outcome}: {found.why} {found.tried}"
    if task.outcome != "verified":
        return "" if not found.tried else f"it tried {found.tried} all the same"
    if found.verdict == "verified" and not (found.same_output and found.report):
        return "the output has changed, or there is no report"
    first = found.tried[0].code
    fits = first in UNDECIDED or first.startswith(task.codes)
    return "" if fits else f"the first edit came to {first}, not to one of {task.codes}"


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The table in Markdown."""
    for cells in (COLUMNS, ["---"] * len(COLUMNS), *rows):
        yield "| " + " | ".join(cells) + " |"


def main() -> None:
    """Solve what is asked for, print the table, and say by the exit code whether all ended as they have to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--task", default="", help="the tasks whose names have this in them")
    parser.add_argument("--budget", type=int, default=5, help="seconds for each comparison, at first")
    parser.add_argument("--transcript", action="store_true", help="print commands, answers and decisions too")
    asked = parser.parse_args()
    rows, wrong = [], []
    for task in (one for one in TASKS if asked.task in one.name):
        with tempfile.TemporaryDirectory(prefix="workbench-specialist-") as folder:
            found, transcript = solved(task, Path(folder), asked.budget)
        if asked.transcript or found is None:
            print(transcript)
        rows.append(found.row() if found else [task.name, "", "", "", "failed", "", "", ""])
        if said := as_it_has_to(task, found):
            wrong.append(f"- {task.name}: {said}")
        elif found is not None and found.why:
            print(f"{task.name}: {found.why}.", file=sys.stderr)
    print("\n".join([*table(rows), *wrong]))
    sys.exit(bool(wrong) or not rows)


if __name__ == "__main__":
    main()
