"""`workbench.verify`: the checklist on a change that git has, or that lies in two folders."""

from __future__ import annotations

import math
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import UsageError
from workbench.face.calls import Recorded, record_calls
from workbench.face.compare import payloads_of, seconds_of
from workbench.face.run import profile_call
from workbench.face.study import Verified, import_from, share_of_run
from workbench.study.loop import StudyStepError
from workbench.study.revisions import version_of
from workbench.study.versions import Pair, Terms, verify_pair
from workbench.study.workloads import command_workload
from workbench.timing.sources import load_function

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.face.compare import Inputs
    from workbench.study.verify import Progress


def verify(
    target: str,
    before: str = "git:HEAD",
    after: str = "worktree",
    *,
    program: Sequence[str] = (),
    inputs: Inputs | None = None,
    place: str | Path = ".",
    budget: str | float = "30s",
    allow: Iterable[str] = (),
    required: float = 0.0,
    progress: Progress | None = None,
) -> Verified:
    """Run the six items of the checklist on what changed of `target` (`package.module:function`) between two versions of a project.

    A version is `worktree` (the folder `place` as it is), `git:REVISION`, `patch:FILE` (the last commit with the patch) or a folder.
    The calls to compare on come from running `program` (`script.py ARGS` or `-m module ARGS`) in `place`, which is also profiled, or are
    `inputs`. Raises UsageError for words that name nothing, RevisionError where git has no such version, and what the program raises.
    """
    seconds, folder = seconds_of(budget), Path(place).resolve()
    if bool(program) == (inputs is not None):
        raise UsageError("Say what to compare on, in one way: inputs, or a program that calls the target.")
    with ExitStack() as stack:
        old, new = (stack.enter_context(version_of(word, folder)) for word in (before, after))
        name = _module_form(target)
        share = math.nan
        if inputs is None:
            share, inputs = _recorded(name, program, folder)
        payloads, _, calls = payloads_of(load_function(f"{old}::{name}"), inputs)
        terms = Terms(seconds, tuple(allow), required, share)
        return Verified(verify_pair(Pair(old, new, name), payloads, calls, terms, progress), of_study=False)


def _recorded(name: str, program: Sequence[str], folder: Path) -> tuple[float, Recorded]:
    """The target's share of the program's time, and the calls that the program makes of it."""
    for place in (folder, folder / "src"):
        import_from(place)
    called, workload = load_function(name), command_workload(program, folder)
    share = share_of_run(profile_call(workload), called)
    found = record_calls(called, workload)
    if not found.record.seen:
        raise StudyStepError(
            f"The program never called {name}. Give one that does, or inputs. Where the function is in the script that is run itself, "
            "move it into a module that the script imports."
        )
    return share, found


def _module_form(target: str) -> str:
    """`package.module:name` of a target, which may be written `package/module.py:name`. Raises UsageError for anything else."""
    where, _, name = target.rpartition(":")
    if where.endswith(".py"):
        parts = Path(where).with_suffix("").parts
        where = ".".join(parts[1:] if parts[0] == "src" else parts)
    if not all(part.isidentifier() for part in (*where.split("."), *name.split("."))):
        raise UsageError(f"{target!r} names no function of a project: write package.module:function.")
    return f"{where}:{name}"
