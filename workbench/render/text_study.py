"""A study in words: its checklist, where it stands, and what to do next."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.model.check import Judgement, Status
from workbench.render.page import BOLD, DIM, MIN_WIDTH, RED, YELLOW
from workbench.render.text_compare import GREEN
from workbench.render.text_width import cut, pad, visible, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.model.check import Check, Verification

_PLAIN = "\x1b[0m"
_STYLES = {Status.PASS: GREEN, Status.FAIL: RED, Status.UNKNOWN: YELLOW, Status.NOT_APPLICABLE: DIM}
_JUDGED = {Judgement.VERIFIED: BOLD + GREEN, Judgement.REFUSED: BOLD + RED, Judgement.INCONCLUSIVE: BOLD + YELLOW}


def text_of_verification(found: Verification, *, width: int = 100, color: bool = False, evidence: bool = True) -> str:
    """The verdict, a line for each item, and what stands behind those that are no pass; ends in a line break."""
    width = max(width, MIN_WIDTH)

    def paint(style: str, text: str) -> str:
        return f"{style}{text}{_PLAIN}" if color else text

    code = f": {found.code} {found.said}" if found.code else ""
    lines = [
        paint(_JUDGED[found.judgement], line)
        for line in wrapped(visible(f"{found.candidate} {found.judgement}{code}"), width, 4)
    ]
    lines.append("")
    for check in found.checks:
        head = f"  {pad(str(check.status), 14)}  {pad(check.item, 13)} "
        said = f"{check.code} {check.said}".strip()
        first, *rest = wrapped(visible(said), width - len(head)) or [""]
        lines.append(paint(_STYLES[check.status], head) + first)
        lines += [" " * len(head) + line for line in rest]
        if evidence and check.status in (Status.FAIL, Status.UNKNOWN):
            lines += [cut(visible(f"{'':18}{name}: {value}"), width) for name, value in check.evidence]
    return "\n".join(line.rstrip() for line in lines) + "\n"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a study stands: `share` of the run's time in the target (NaN: not profiled), baseline `seconds` of the run (NaN:
    none), what was recorded, hypotheses, and a row for each candidate: label, judgement ("" without a verdict), code, note,
    whether its verdict is stale."""

    target: str
    folder: str
    seconds: float
    share: float
    seen: int
    kept: int
    hypotheses: tuple[str, ...]
    candidates: tuple[tuple[str, str, str, str, bool], ...]
    applied: str
    faults: tuple[str, ...]
    next: str


def ceiling(share: float) -> float:
    """How many times as fast the whole run can become where a share of it takes no time at all (G. M. Amdahl, 1967)."""
    return math.inf if share >= 1 else 1 / (1 - share)


def worth(share: float) -> str:
    """What there is to be won, in a sentence; says where it is not worth it."""
    if math.isnan(share):
        return "not profiled yet: how much there is to be won is not known"
    most = ceiling(share)
    if most > 100:
        return f"the target takes {units.share(share)} of the run: what it gains, the run gains"
    said = f"the target takes {units.share(share)} of the run, which can become {most:.3g}x as fast at the most"
    return f"{said}: not worth it" if most < 1.03 else said


def text_of_standing(found: Standing, *, width: int = 100) -> str:
    """Where a study stands, a line for each step; ends in a line break."""
    width = max(width, MIN_WIDTH)
    rows = [
        ("baseline", units.seconds(found.seconds) + " a run" if not math.isnan(found.seconds) else "not measured yet"),
        ("profile", worth(found.share)),
        ("calls", f"{found.kept:,} kept of {found.seen:,} seen" if found.seen else "none recorded yet"),
        *(("hypothesis", text) for text in found.hypotheses),
        *(
            (label, _candidate(judgement, code, note, stale))
            for label, judgement, code, note, stale in found.candidates
        ),
    ]
    if found.applied:
        rows.append(("applied", found.applied))
    lines = [f"study {found.folder} of {found.target}", ""]
    lines += [cut(visible(f"  {pad(name, 11)} {text}"), width) for name, text in rows]
    lines += ["", *(line for fault in found.faults for line in wrapped(f"fault: {visible(fault)}", width, 7))]
    lines += wrapped(f"next: {visible(found.next)}", width, 6)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _candidate(judgement: str, code: str, note: str, stale: bool) -> str:
    said = judgement or "not verified yet"
    if code:
        said += f" ({code})"
    if stale:
        said += ", stale: the source has changed since"
    return f"{said}; {note}" if note else said


def markdown_of_gate(rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown: target, candidate, status, code and sentence of each study that was checked."""
    lines = ["| target | candidate | status | code | measured |", "|---|---|---|---|---|"]
    lines += ["| " + " | ".join(visible(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def rows_of(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """A row for each item: item, status, code, said, evidence, seconds."""
    return [
        {
            "item": check.item,
            "status": str(check.status),
            "code": check.code,
            "said": check.said,
            "evidence": dict(check.evidence),
            "seconds": check.seconds,
        }
        for check in checks
    ]
