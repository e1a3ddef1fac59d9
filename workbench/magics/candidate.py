"""`%%candidate`: the kernel runs the cell as if the line were not there, then what it defines is a candidate of a study."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from IPython.display import display

from workbench.errors import UsageError, near
from workbench.face.compare import seconds_of
from workbench.face.study import Study
from workbench.magics.reading import allowed_of, defined, dotted_of, function_named, values_of
from workbench.magics.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable

HINT = "%%candidate [STUDY] [--note TEXT] [--new NAME] [--verify] [--budget 30s] [--allow WORD[,WORD]]"
READ: dict[str, Callable[[str], Any]] = {
    "--note": str,
    "--new": dotted_of,
    "--budget": seconds_of,
    "--allow": allowed_of,
}
FLAGS = frozenset({"--verify"})


@dataclass(frozen=True, slots=True)
class CandidateWords:
    """What was asked for: the study's name ("" for the only one there is), the function's ("" for the last that the cell defines)."""

    study: str = ""
    note: str = ""
    new: str = ""
    verify: bool = False
    options: dict[str, Any] = field(default_factory=dict)


def parse_candidate(line: str) -> CandidateWords:
    """Read the words of a `%%candidate` line. Raises UnknownOptionError or UsageError, with what would have been right."""
    values, words = values_of("%%candidate", line, READ, HINT, FLAGS)
    if len(words) > 1:
        raise UsageError(f"%%candidate takes the name of one study, and here are {', '.join(words)}.\nUsage: {HINT}")
    passed = {option.removeprefix("--"): values[option] for option in ("--budget", "--allow") if option in values}
    study = words[0] if words else ""
    if study and not study.isidentifier():
        raise UsageError(f"{study!r} is not the name of a study.\nUsage: {HINT}")
    if passed and "--verify" not in values:
        raise UsageError(f"--budget and --allow are for verifying. Add --verify.\nUsage: {HINT}")
    return CandidateWords(study, values.get("--note", ""), values.get("--new", ""), "--verify" in values, passed)


def add_candidate(shell: Any, words: CandidateWords, raw: str) -> None:
    """Keep what a cell defines as a candidate, and verify it where that is asked for; shows where the study stands, or the checklist.

    Raises UsageError where there is no such study or function, and what the study raises.
    """
    names = shell.user_ns
    study = _study(names, words.study)
    new = words.new or defined(shell.transform_cell(raw))
    if not new:
        raise UsageError(
            "The cell defines no function. Define the candidate below %%candidate, or name one: --new NAME."
        )
    kept = study.candidate(function_named(names, new, "--new"), words.note)
    if not words.verify:
        display(Waiting(study.status()))  # type: ignore[no-untyped-call]
        return
    handle: Any = display(Waiting("verifying"), display_id=True)  # type: ignore[no-untyped-call]
    try:
        found = study.verify(kept.label, progress=lambda said: handle.update(Waiting(said)), **words.options)
    except BaseException:
        handle.update(Waiting(""))
        raise
    handle.update(found)


def _study(names: dict[str, Any], wanted: str) -> Study:
    known = {key: value for key, value in names.items() if isinstance(value, Study) and not key.startswith("_")}
    if wanted:
        if wanted not in known:
            raise UsageError(f"There is no study named {wanted}: {near(wanted, list(known))}")
        return known[wanted]
    distinct = {str(value.path): value for value in known.values()}
    if len(distinct) != 1:
        said = f"there are {len(distinct)}: {', '.join(sorted(known))}" if distinct else "there is none"
        raise UsageError(
            f"Which study? Here {said}. Begin one with study = workbench.Study(...), or name it: %%candidate study."
        )
    return next(iter(distinct.values()))
