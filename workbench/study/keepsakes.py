"""Files that a study gives away: the script that shows a counter-example, and the test that keeps the results as they were."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.study.chapters import attached, example_of
from workbench.study.checks.base import Subject, Version
from workbench.study.checks.regression import regression_test
from workbench.study.checks.texts import alone
from workbench.study.loop import StudyStepError
from workbench.study.repro import Pair, repro_script
from workbench.study.splice import spliced
from workbench.study.statements import parsed

if TYPE_CHECKING:
    from workbench.study.loop import Loop

SECONDS = 60.0
"""How long the old code may take on all inputs of a regression test."""


def repro(loop: Loop, label: str = "") -> str:
    """The script for a candidate's counter-example, the newest without a label.

    Raises StudyStepError where it has no verdict, or has none against it; UsageError where there is no input to show; SpliceError for
    functions of a notebook that cannot stand alone.
    """
    chosen = loop.chosen(label)
    event = loop.verdicts().get(chosen.label)
    if event is None:
        raise StudyStepError(f"{chosen.label} has not been verified, so nothing is held against it. Run verify first.")
    if not event.data["code"]:
        raise StudyStepError(f"{chosen.label} is verified: no counter-example was found.")
    said = f"{chosen.label} of {loop.target.reference} is {event.data['judgement']}: {event.data['code']} {event.data['said']}"
    old = Version("old", loop.target.function, attached(loop, event, "old.py") or loop.source(), "")
    new = Version(chosen.label, chosen.function or loop.made(chosen), chosen.source, "")
    return repro_script(
        pair_of(loop.target.reference, old, new, in_file=loop.target.file is not None), example_of(loop, event), said
    )


def pair_of(reference: str, old: Version, new: Version, *, in_file: bool) -> Pair:
    """The two texts for a script: with the target's module to import, or each with all it needs where that is a notebook."""
    where = reference.rpartition(":")[0]
    module = Path(where).stem if where.endswith(".py") else where
    if in_file and all(part.isidentifier() for part in module.split(".")):
        return Pair(old.source, _name(old.source), new.source, _name(new.source), module)
    texts = alone(old, new)
    return Pair(texts.old, texts.old_name, texts.new, texts.new_name, "")


def regression(loop: Loop, limit: int = 20) -> str:
    """A pytest file with the results of the target before it was changed, on recorded calls. Raises what `regression_test` does."""
    payloads, _ = loop.inputs()
    target = loop.target
    text, kept = target.module_text, attached(loop, loop.folder.last("baseline"), "target.py")
    if kept and text:
        text = spliced(text, target.qualname, kept)
    old = Version("old", target.function, kept or loop.source(), text)
    return regression_test(Subject(target.reference, target.file, target.root, old, old, payloads, SECONDS), limit)


def _name(source: str) -> str:
    return str(getattr(parsed(source, "the function").body[-1], "name", ""))
