"""The tasks: a program with its arguments and real data, what somebody complains of, and edits that were prepared."""

from __future__ import annotations

import ast
import shutil
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent / "specialist_tasks"
ROOT = HERE.parents[1]
PROGRAMS = (
    *("bats", "coreutils", "cdebconf", "dpkg-dev", "gnupg-utils", "gpg-agent", "groff", "ncdc", "netpbm", "nginx"),
    *("git", "gpg", "gnuplot-nox", "haproxy", "iptables", "zenity", "chrony", "ntpsec"),
)
"""Packages that need eight to ten others each, but for two that need none: their calls have few interleavings."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A changed function: its text, and what is expected of it."""

    text: str
    expects: str


@dataclass(frozen=True, slots=True)
class Task:
    """`program` is called with `arguments`, and `complaint` is what is said of it.

    What has to come of it the driver does not look at: `hot` has the functions that may be found and changed, `codes` how the first
    edit's code may begin, `outcome` the verdict, `right` which edit, counted from 0, is right and faster. `elsewhere` is where the
    program is, from the project's root, if not beside its edits.
    """

    name: str
    arguments: tuple[str, ...]
    complaint: str
    hot: tuple[str, ...]
    codes: tuple[str, ...] = ()
    outcome: str = "verified"
    right: int = 1
    elsewhere: str = ""

    @property
    def program(self) -> str:
        """The program's file."""
        return f"{self.name}.py"

    def lay_out(self, folder: Path) -> None:
        """Put the program, its tests and its data into a folder."""
        shutil.copy(ROOT / self.elsewhere if self.elsewhere else HERE / self.name / self.program, folder)
        shutil.copy(HERE / self.name / f"test_{self.program}", folder)
        shutil.copy(ROOT / "data" / "packages.txt", folder)

    def edits(self) -> dict[str, list[Edit]]:
        """The prepared edits of each function, in the order in which they are thought of. Those of functions not hot are decoys."""
        found: dict[str, list[Edit]] = {}
        for path in sorted((HERE / self.name / "edits").glob("*.txt")):
            first, _, text = path.read_text("utf-8").partition("\n")
            found.setdefault(path.stem.rpartition("-")[0], []).append(Edit(text, first.removeprefix("# ")))
        return found


TASKS = (
    Task(
        "package_index",
        ("packages.txt", "emacs"),
        "it takes seconds for one program",
        ("satisfies",),
        ("B",),
        elsewhere="notebooks/package_index.py",
    ),
    Task("build_groups", ("packages.txt",), "the pages come slowly", ("related",), ("P",)),
    Task("source_words", ("120",), "words are found slowly", ("words",), ("B",)),
    Task("slow_mirror", ("packages.txt", *PROGRAMS), "the mirror takes long to answer", ("sizes",), ("B",)),
    Task("tag_matrix", ("packages.txt",), "numpy is slow", ("common",), ("B",)),
    Task("packed_index", ("packages.txt",), "packing is slow", ("packed",), outcome="not worth it"),
)
"""Five that end verified, and one that is not worth it. In the first no idea helps `part_key`, the hottest, but one its caller's caller."""


def with_function(program: str, text: str) -> str:
    """A program's text in which a function is replaced by another text of it."""
    name = next(node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    lines = program.splitlines(keepends=True)
    for node in ast.parse(program).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            begin = min([node.lineno, *(one.lineno for one in node.decorator_list)]) - 1
            return "".join([*lines[:begin], text.strip() + "\n", *lines[node.end_lineno :]])
    raise LookupError(f"there is no function {name} in the program")
