"""Where a study stands, read from its folder."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

from workbench.model.standing import Standing, Tried

if TYPE_CHECKING:
    from workbench.study.folder.schema import Event
    from workbench.study.loop import Loop


def standing_of(loop: Loop) -> Standing:
    """All steps and candidates as they are now. Raises what reading the folder does."""
    folder = loop.folder
    faults = tuple(fault.said for fault in folder.faults())
    baseline, profile, record, applied = (folder.last(kind) for kind in ("baseline", "profile", "record", "apply"))
    verdicts = loop.verdicts()
    return Standing(
        target=folder.header.target,
        folder=str(folder.root.name),
        seconds=median(baseline.data["seconds"]) if baseline else math.nan,
        profiled=profile is not None,
        share=loop.share(),
        seen=int(record.data["seen"]) if record else 0,
        kept=int(record.data["kept"]) if record else 0,
        hypotheses=tuple(event.data["text"] for event in folder.events("hypothesis")),
        candidates=tuple(
            _tried(loop, event, verdicts.get(event.data["label"])) for event in folder.events("candidate")
        ),
        applied=applied.data["candidate"] if applied else "",
        faults=faults,
    )


def _tried(loop: Loop, event: Event, verdict: Event | None) -> Tried:
    label, note = str(event.data["label"]), str(event.data["note"])
    if verdict is None:
        return Tried(label, "", "", note, stale=False)
    return Tried(label, str(verdict.data["judgement"]), str(verdict.data["code"]), note, loop.stale(verdict))
