"""Real programs as subprocesses, and the copy of a project that they may run in: ended with all they started, and removed."""

from __future__ import annotations

import contextlib
import fnmatch
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.timing.ending import started
from workbench.timing.processes import WorkerHungError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LEFT_OUT = (
    ".git",
    ".hg",
    ".svn",
    ".venv*",
    ".tox",
    ".nox",
    "node_modules",
    "__pycache__",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
)
"""Names of folders that a project's copy does not have."""
BIG = 4 << 20
"""Bytes from which on a file of a copy is a link to the project's own."""


class CannotCopyProjectError(WorkbenchError):
    """A project's folder could not be copied, or not in the time there was."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that ended by itself: its status (negative: the signal), and what it wrote."""

    status: int
    out: str
    err: str
    seconds: float

    @property
    def how(self) -> str:
        """How it ended, in words, with the last line that speaks of an error, or the last one."""
        ended = f"by signal {-self.status}" if self.status < 0 else f"with status {self.status}"
        lines = [line.strip() for text in (self.err, self.out) for line in reversed(text.strip().splitlines())]
        line = next((line for line in lines if "error" in line.lower()), lines[0] if lines else "")
        return f"ended {ended}" + (f": {line[:300]}" if line else "")


@dataclass(frozen=True, slots=True)
class Copied:
    """A project's copy: `root` as the project's own root; `folder` is for files beside it; `linked` and `skipped` are what was not
    copied."""

    original: Path
    root: Path
    folder: Path
    linked: tuple[str, ...]
    skipped: tuple[str, ...]

    def of(self, path: Path) -> Path:
        """Where a path of the project is in the copy; the path itself where it is not of the project, or was left out."""
        with contextlib.suppress(ValueError):
            here = self.root / path.relative_to(self.original)
            return here if here.exists() else path
        return path

    def put(self, path: Path, data: bytes) -> None:
        """Other content for a file of the project, in the copy only, and no bytecode of the old one."""
        here = self.root / path.relative_to(self.original)
        here.unlink(missing_ok=True)
        here.write_bytes(data)
        shutil.rmtree(here.parent / "__pycache__", ignore_errors=True)


def run(
    command: Sequence[str], *, cwd: Path, seconds: float, environment: Mapping[str, str | None] | None = None
) -> Ended:
    """Run a program to its end, without input. What it started ends with it, and so it does when it is interrupted here.

    `environment` is put over that of this process; None takes a name out. Raises WorkerHungError where it is not done in time, OSError
    where it cannot be started.
    """
    begin = perf_counter()
    whole = {name: value for name, value in {**os.environ, **(environment or {})}.items() if value is not None}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with started(command, out=out, err=err, environment=whole, cwd=cwd) as child:
            _wait(child, max(seconds, 0.0))
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", errors="replace"))
        return Ended(child.returncode, texts[0], texts[1], perf_counter() - begin)


def _wait(child: subprocess.Popen[bytes], seconds: float) -> None:
    begin = perf_counter()
    try:
        child.wait(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        took = perf_counter() - begin
        raise WorkerHungError(f"{_named(error.cmd)} was not done after {took:.0f} s, and was ended") from error


@contextlib.contextmanager
def temporary() -> Iterator[Path]:
    """A folder that is gone afterwards, whatever was put into it."""
    with tempfile.TemporaryDirectory(prefix="workbench-", ignore_cleanup_errors=True) as name:
        yield Path(os.path.realpath(name))


@contextlib.contextmanager
def copied(root: Path, seconds: float) -> Iterator[Copied]:
    """A copy of a project's folder while it is needed: without repositories, environments and caches (`LEFT_OUT`); big files are links,
    and what cannot be read, or is no file, is skipped. Raises CannotCopyProjectError."""
    original = Path(os.path.realpath(root))
    with temporary() as folder:
        copying = _Copying(original, folder / "project", perf_counter() + seconds)
        copying.copy(original)
        yield Copied(original, folder / "project", folder, tuple(copying.linked), tuple(copying.skipped))


class _Copying:
    def __init__(self, original: Path, copy: Path, end: float) -> None:
        self._original, self._copy, self._end = original, copy, end
        self.linked: list[str] = []
        self.skipped: list[str] = []

    def copy(self, folder: Path) -> None:
        """A folder with all in it."""
        here = self._copy / folder.relative_to(self._original)
        try:
            here.mkdir(parents=True)
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            if folder == self._original:
                raise CannotCopyProjectError(f"the project's folder cannot be copied: {error}") from error
            self.skipped.append(str(folder.relative_to(self._original)))
            return
        for entry in entries:
            if perf_counter() > self._end:
                raise CannotCopyProjectError("the project's folder is too large to be copied in the time there is")
            try:
                self._one(entry, here / entry.name)
            except OSError:
                self.skipped.append(str(Path(entry.path).relative_to(self._original)))

    def _one(self, entry: os.DirEntry[str], here: Path) -> None:
        path = Path(entry.path)
        if entry.is_symlink():
            self._link(path, here)
        elif entry.is_dir():
            if not _left_out(path):
                self.copy(path)
        elif entry.is_file() and entry.stat().st_size < BIG:
            shutil.copyfile(path, here)
            here.chmod(stat.S_IMODE(entry.stat().st_mode) | stat.S_IWUSR)
        elif entry.is_file():
            here.symlink_to(path)
            self.linked.append(str(path.relative_to(self._original)))
        else:
            self.skipped.append(str(path.relative_to(self._original)))

    def _link(self, path: Path, here: Path) -> None:
        """A link within the project leads to the same place in the copy, any other one to where it did."""
        target = Path(os.path.realpath(path))
        if _left_out(path):
            return
        inside = target.is_relative_to(self._original)
        here.symlink_to(self._copy / target.relative_to(self._original) if inside else target)


def _left_out(path: Path) -> bool:
    return any(fnmatch.fnmatchcase(path.name, one) for one in LEFT_OUT) or (path / "pyvenv.cfg").exists()


def _named(command: Sequence[str]) -> str:
    words = [*command[1:3]] if command[0] == sys.executable else [command[0]]
    return words[-1]
