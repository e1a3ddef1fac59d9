"""A project as it was at a revision, as it is now, or with a patch: as a folder that can be read and run."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import UsageError, WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS = "worktree, git:REVISION, patch:FILE or a folder"


class RevisionError(WorkbenchError):
    """A version of a project that cannot be had."""


@contextmanager
def version_of(word: str, project: Path) -> Iterator[Path]:
    """The folder of `project` in the version that `word` names: `worktree` (as it is), `git:REV`, `patch:FILE` (HEAD with the patch), or
    a folder. What had to be written for it is deleted at the end.

    Raises UsageError for a word that names nothing, RevisionError where git says no.
    """
    kind, colon, rest = word.partition(":")
    if word == "worktree":
        yield project
    elif colon and kind in ("git", "patch"):
        with ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="workbench-")))
            top = Path(_git(project, "rev-parse", "--show-toplevel").decode().strip())
            _unpacked(project, top, rest if kind == "git" else "HEAD", home)
            if kind == "patch":
                _patched(home, Path(rest))
            yield home / project.resolve().relative_to(top.resolve())
    elif Path(word).is_dir():
        yield Path(word).resolve()
    else:
        raise UsageError(f"{word!r} is no version of a project: write {WORDS}.")


def _unpacked(project: Path, top: Path, revision: str, home: Path) -> None:
    found = _git(
        project, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", missing=revision
    )
    data = _git(top, "archive", "--format=tar", found.decode().strip())
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.extractall(home, filter="data")


def _patched(home: Path, patch: Path) -> None:
    if not patch.is_file():
        raise UsageError(f"There is no patch {patch}.")
    done = subprocess.run(
        [_program(), "apply", "--whitespace=nowarn", str(patch.resolve())],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RevisionError(f"The patch {patch.name} does not fit to HEAD: {done.stderr.strip()}")


def _git(place: Path, *words: str, missing: str = "") -> bytes:
    done = subprocess.run([_program(), *words], cwd=place, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise RevisionError(
            f"There is no revision {missing!r} in {place}. See git log."
            if missing
            else f"git {words[0]} in {place}: {said}"
        )
    return done.stdout


def _program() -> str:
    found = shutil.which("git")
    if found is None:
        raise RevisionError("git is not installed here, and a revision is wanted. Install it, or name two folders.")
    return found
