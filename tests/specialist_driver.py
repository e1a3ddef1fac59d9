"""A specialist without a model: it has a shell, the prompt's commands and prepared edits, and decides by what the commands answer.

    python tests/specialist_driver.py [--task NAME] [--budget 8] [--transcript]

It is told a program, its arguments and a complaint. It finds the hot function by the profile, tries the edits that were prepared for it one
by one, reads the code of a refusal, and stops where a change is not worth it. Exit code 1 where a task does not end as it has to.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from specialist_cases import TASKS, Edit, Task, with_function
from specialist_shell import Shell, ShellError

MARGIN = 1.03
"""The least gain worth having, as `compare` has it."""
FEWEST = 50
"""Samples below which a profile is a hint only, as the prompt says."""
SOME = 0.1
"""The share of the run from which on a function is worth a thought where nothing helped the hottest one."""
LONG = 1e-3
"""Seconds of one call from which on it is the work that takes long, and not the calling."""
AGAIN = 3
"""Times that a candidate is verified at the most where the machine or the time was not enough."""
UNDECIDED = {"U01", "U02", "U04", "R00"}
"""Codes that a quieter machine or more time can take away; U04 since in too little time no inputs are made of the recorded ones."""
WIDE = 2.0
"""Where no difference is shown, the upper end of the interval from which on too little is known to say that there is none."""
COLUMNS = ("task", "hot function", "share ±", "tried", "verdict", "ratio (interval)", "report bytes", "seconds")


@dataclass(frozen=True, slots=True)
class Hot:
    """A function in the profile: `share` of the run with what it calls, plus or minus; `own` without. `line` is its hottest one."""

    name: str
    share: float
    around: float
    own: float
    line: str

    @property
    def ceiling(self) -> float:
        """How many times as fast the run becomes at the most, by Amdahl, if this takes no time at all; at the upper end of the share."""
        return 1 / max(1 - self.share - self.around, 1e-9)


@dataclass(frozen=True, slots=True)
class Solved:
    """What came of a task. `tried` has the function and code of each verdict, "" for verified."""

    task: str
    hot: Hot | None
    tried: tuple[tuple[str, str], ...]
    verdict: str
    why: str
    ratio: str = ""
    report: int = 0
    seconds: float = 0.0
    same_output: bool = False
    written: tuple[str, ...] = ()

    def row(self) -> list[str]:
        """A line of the table."""
        share = f"{self.hot.share:.0%} ±{self.hot.around:.0%}" if self.hot else ""
        tried = ", ".join(code or "verified" for _, code in self.tried) or "nothing"
        name = f"`{self.hot.name}`" if self.hot else ""
        return [self.task, name, share, tried, self.verdict, self.ratio, f"{self.report:,}", f"{self.seconds:.0f}"]


@dataclass(slots=True)
class Driver:
    """Solves one task in a folder that has the program and its data."""

    task: Task
    shell: Shell
    budget: int = 8

    def solve(self) -> Solved:
        """From the complaint to a report, or to the reason why not. Raises ShellError where a command fails."""
        begin = perf_counter()
        self.shell.decided(f"{self.task.program} {' '.join(self.task.arguments)}: {self.task.complaint}")
        before = self.shell.run("python", *self._program).out
        hot, reason = self._look()
        if reason:
            self.shell.decided(f"not worth it: {reason}")
            return Solved(self.task.name, hot[0], (), "not worth it", reason, seconds=perf_counter() - begin)
        edits, tried, written = self.task.edits(), list[tuple[str, str]](), list[str]()
        for one in hot:
            if not edits.get(one.name):
                self.shell.decided(f"no idea for {one.name}; on to what calls it")
                continue
            found = self._study(one, edits[one.name], tried, written)
            if found is not None:
                report, same = self._hand_over(one, before)
                took = perf_counter() - begin
                return Solved(
                    self.task.name, one, tuple(tried), "verified", "", found, report, took, same, tuple(written)
                )
        took = perf_counter() - begin
        return Solved(self.task.name, hot[0], tuple(tried), "given up", "no edit was verified", "", 0, took)

    @property
    def _program(self) -> tuple[str, ...]:
        return (self.task.program, *self.task.arguments)

    def _look(self) -> tuple[list[Hot], str]:
        """Profile: the functions to try, the hottest first, and why none of them is worth it, "" where one is."""
        for _ in range(AGAIN):
            self.shell.run("workbench", "profile", "--quiet", "--save", "first.wbp", *self._program)
            first = self.shell.data("workbench", "show", "--json", "first.wbp")
            if first["samples"] >= FEWEST and not first["error"]:
                break
            self.shell.decided(f"{first['samples']} samples are a hint only: once more")
        hot = hottest(first)
        top = hot[0]
        self.shell.decided(
            f"{top.name} takes {top.share:.0%} ±{top.around:.0%}, its own lines {top.own:.0%}; the run at most {top.ceiling:.3g}x"
        )
        if top.ceiling < MARGIN:
            return hot, f"{top.name} takes {top.share:.1%} of the run, which gains {top.ceiling:.3g}x at the most"
        if 1 / (1 - top.own) >= MARGIN:
            return hot, ""
        return hot, self._elsewhere(top)

    def _elsewhere(self, top: Hot) -> str:
        """Where the own lines of the hottest function take no time: why no change of them helps, "" where waits or calls can be saved."""
        self.shell.run("workbench", "profile", "tasks", "--quiet", "--json=tasks.json", *self._program)
        tasks = self._read("tasks.json")
        waiting = max((one["waiting"] for one in tasks["tasks"]["tasks"]), default=0.0) / tasks["duration"]
        if waiting > 1 - 1 / MARGIN:
            self.shell.decided(f"a task waits {waiting:.0%} of the run: waits may overlap")
            return ""
        look = ("--like", "first.wbp", "--top", "3", "--quiet", "--json=lines.json")
        self.shell.run("workbench", "profile", "lines", *look, *self._program)
        line = next(one for one in self._read("lines.json")["lines"] if one["where"] == top.line)
        each = line["wall"] / line["hits"]
        self.shell.decided(f"{top.line} runs {line['hits']} times, {each * 1e3:.3g} ms each")
        if each < LONG:
            return ""
        return (
            f"{top.name} takes {top.share:.0%} of the run, but its own lines {top.own:.1%}: at most {1 / (1 - top.own):.3f}x by Amdahl. "
            f"The rest is in what {top.line} calls, {line['hits']} times of {each * 1e3:.3g} ms in code of others"
        )

    def _read(self, name: str) -> Any:
        return self.shell.data("cat", name)

    def _study(self, hot: Hot, edits: Sequence[Edit], tried: list[tuple[str, str]], written: list[str]) -> str | None:
        """A study of one function: the ratio as it is said, where an edit is verified, else None."""
        study, target = f"study-{hot.name}", f"{self.task.program}:{hot.name}"
        self.shell.data("workbench", "study", "init", study, "--target", target, "--json", "--", *self._program)
        self.shell.data("workbench", "study", "baseline", study, "--json")
        self.shell.data("workbench", "study", "profile", study, "--json")
        self.shell.data("workbench", "study", "record", study, "--json")
        for edit in edits:
            self.shell.data("workbench", "study", "hypothesis", study, edit.expects, "--json")
            text = (self.shell.folder / self.task.program).read_text("utf-8")
            (self.shell.folder / "faster.py").write_text(with_function(text, edit.text), "utf-8")
            written.append(hot.name)
            given = f"faster.py:{hot.name}"
            self.shell.data("workbench", "study", "candidate", study, given, "--note", edit.expects, "--json")
            found = self._verified(study)
            tried.append((hot.name, str(found["code"])))
            if found["verdict"] == "verified":
                return said_ratio(found)
        return None

    def _verified(self, study: str) -> dict[str, Any]:
        """The verdict on the newest candidate, asked for again, with twice the time, where the machine or the time was not enough."""
        for turn in range(AGAIN):
            budget = f"{self.budget << turn}s"
            command = ("workbench", "study", "verify", study, "--budget", budget, "--json")
            answer = self.shell.run(*command, allowed=(0, 1, 3, 4))
            found: dict[str, Any] = answer.json()
            code = found["code"]
            if answer.code == 0:
                self.shell.decided("verified")
                break
            meaning = self.shell.data("workbench", "study", "why", code, "--json")["meaning"]
            self.shell.decided(f"{found['verdict']} {code}, {meaning}: {found['said']}")
            if code not in UNDECIDED and not (code == "P01" and interval(found)[1] >= WIDE):
                break
        return found

    def _hand_over(self, hot: Hot, before: bytes) -> tuple[int, bool]:
        """Apply, run the whole once more, write the report: its bytes, and whether the output is the old one."""
        study = f"study-{hot.name}"
        self.shell.data("workbench", "study", "apply", study, "--json")
        same = self.shell.run("python", *self._program).out == before
        standing = self.shell.data("workbench", "study", "status", study, "--json")
        self.shell.decided(f"{standing['applied']} is applied; the output is {'the same' if same else 'another'}")
        self.shell.data("workbench", "study", "report", study, "report.html", "--json")
        return (self.shell.folder / "report.html").stat().st_size, same


def hottest(shown: dict[str, Any]) -> list[Hot]:
    """The own functions to look at, from `workbench show --json`: by the time in which their lines were the innermost of own code, the most
    first. Right after the first comes what is on the way to it, the nearest first: own functions whose total is not less."""
    here: dict[tuple[str, str], float] = {}
    for line in shown["lines"]:
        key = (line["file"], line["function"])
        here[key] = here.get(key, 0.0) + (line["here"] or 0.0)
    lines = {(one["file"], one["function"]): one["where"] for one in reversed(shown["lines"])}
    own = {(one["file"], one["function"]): one for one in shown["functions"] if one["owner"] == "own"}
    ranked = sorted(own, key=lambda key: -here.get(key, 0.0))
    top = ranked[0]
    above = [key for key in ranked[1:] if own[key]["total"] >= own[top]["total"]]
    others = [key for key in ranked[1:] if key not in above and here.get(key, 0.0) >= SOME * shown["whole"]]
    ordered = [top, *sorted(above, key=lambda key: float(own[key]["total"])), *others]
    return [
        Hot(key[1], own[key]["share"], own[key]["plus_minus"], own[key]["self_share"], lines.get(key, ""))
        for key in ordered
    ]


def said_ratio(found: dict[str, Any]) -> str:
    """The ratio and its interval as a verdict's evidence has them, "5.2x (4.9 to 5.5)": numbers of their own it has none."""
    return next(str(one["evidence"].get("ratio", "")) for one in found["checks"] if one["item"] == "performance")


def interval(found: dict[str, Any]) -> tuple[float, float]:
    """The ends of that interval; from 0 to infinity where nothing was timed."""
    low, _, high = said_ratio(found).partition("(")[2].rstrip(")").partition(" to ")
    return (float(low), float(high)) if high else (0.0, float("inf"))


def solved(task: Task, folder: Path, budget: int = 8) -> tuple[Solved | None, str]:
    """A task solved in a folder, and the transcript; None where a command failed, which the transcript ends with."""
    task.lay_out(folder)
    shell = Shell(folder)
    try:
        return Driver(task, shell, budget).solve(), shell.transcript
    except ShellError as error:
        return None, f"{shell.transcript}{error}\n"


def as_it_has_to(task: Task, found: Solved | None) -> str:
    """How what came of a task differs from what has to; "" where it does not."""
    if found is None or found.hot is None:
        return "a command failed"
    if found.verdict != task.outcome:
        return f"{found.verdict} in place of {task.outcome}: {found.why} {found.tried}"
    if found.hot.name not in task.hot or not set(found.written) <= set(task.hot):
        return f"it took {found.hot.name} for the hot function and changed {found.written}; hot is one of {task.hot}"
    if task.outcome != "verified":
        return "" if not found.written else f"it tried {found.written} all the same"
    if not (found.same_output and found.report):
        return "the output has changed, or there is no report"
    first = found.tried[0][1]
    return "" if first.startswith(task.codes) else f"the first edit came to {first}, not to one of {task.codes}"


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The table in Markdown."""
    for cells in (COLUMNS, ["---"] * len(COLUMNS), *rows):
        yield "| " + " | ".join(cells) + " |"


def main() -> None:
    """Solve what is asked for, print the table, and say by the exit code whether all ended as they have to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--task", default="", help="the tasks whose names have this in them")
    parser.add_argument("--budget", type=int, default=8, help="seconds for each comparison")
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
