"""A study in words: its checklist, where it stands, and what to do next."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.model.benchmark import Verdict
from workbench.model.check import Judgement, Status
from workbench.model.standing import UNDECIDED, Step, next_step
from workbench.render.page import BOLD, DIM, MIN_WIDTH, RED, YELLOW
from workbench.render.text_compare import GREEN
from workbench.render.text_width import cut, pad, visible, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workbench.model.check import Check, Verification
    from workbench.model.standing import Standing, Tried

_PLAIN = "\x1b[0m"
_STYLES = {Status.PASS: GREEN, Status.FAIL: RED, Status.UNKNOWN: YELLOW, Status.NOT_APPLICABLE: DIM}
_JUDGED = {Judgement.VERIFIED: BOLD + GREEN, Judgement.REFUSED: BOLD + RED, Judgement.INCONCLUSIVE: BOLD + YELLOW}


def text_of_verification(found: Verification, *, width: int = 100, color: bool = False, coming: str = "") -> str:
    """The verdict, a line for each item, what stands behind those that are no pass, and what to do next; ends in a line break."""
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
        if check.status in (Status.FAIL, Status.UNKNOWN):
            lines += [cut(visible(f"{'':18}{name}: {value}"), width) for name, value in check.evidence]
    if coming:
        lines += ["", *wrapped(f"next: {visible(coming)}", width, 6)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


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


def text_of_standing(found: Standing, *, width: int = 100, shell: str = "") -> str:
    """Where a study stands, a line for each step; ends in a line break. What to do next is in Python, or in commands on the folder
    `shell` where one is given."""
    width = max(width, MIN_WIDTH)
    rows = [
        ("baseline", units.seconds(found.seconds) + " a run" if not math.isnan(found.seconds) else "not measured yet"),
        ("profile", worth(found.share)),
        ("calls", f"{found.kept:,} kept of {found.seen:,} seen" if found.seen else "none recorded yet"),
        *(("hypothesis", text) for text in found.hypotheses),
        *((one.label, _candidate(one)) for one in found.candidates),
    ]
    if found.applied:
        rows.append(("applied", found.applied))
    lines = [f"study {found.folder} of {found.target}", ""]
    lines += [cut(visible(f"  {pad(name, 11)} {text}"), width) for name, text in rows]
    lines += ["", *(line for fault in found.faults for line in wrapped(f"fault: {visible(fault)}", width, 7))]
    lines += wrapped(f"next: {visible(next_of_standing(found, shell))}", width, 6)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _candidate(one: Tried) -> str:
    said = one.judgement or "not verified yet"
    if one.code:
        said += f" ({one.code})"
    if one.stale:
        said += ", stale: the source has changed since"
    return f"{said}; {one.note}" if one.note else said


def next_of_verification(found: Verification, shell: str = "") -> str:
    """What a verdict asks for, as a call in Python, or as a command where `shell` names the study's folder."""
    label = found.candidate
    if found.judgement is Judgement.VERIFIED:
        return f"workbench study apply {shell} {label}" if shell else f"study.apply({label!r})"
    why = f"workbench study why {found.code}" if shell else f"study.why({found.code!r})"
    if found.code.startswith("B") and found.code != "B19":
        repro = f"workbench study repro {shell} {label} -o why.py" if shell else f"study.repro({label!r})"
        return f"{repro} is a script that shows the difference; mend it, and give another candidate"
    if found.code in UNDECIDED:
        again = (
            f"workbench study verify {shell} {label} --budget 2min"
            if shell
            else f"study.verify({label!r}, budget='2min')"
        )
        return f"{again} gives it more time; {why} says what {found.code} is"
    return f"{why} says what {found.code} is; mend that, and give another candidate"


def next_of_standing(found: Standing, shell: str = "") -> str:
    """What to do next, as a call in Python, or as a command where `shell` names the folder."""
    step = next_step(found)
    newest = found.candidates[-1] if found.candidates else None
    label, code = (newest.label, newest.code) if newest else ("", "")
    longer = ""
    if step is Step.VERIFY and newest is not None and not newest.stale and code in UNDECIDED:
        longer = f", with more time: it is {newest.judgement} ({code})"

    def call(name: str, words: str = "", arguments: str = "") -> str:
        return f"workbench study {name} {shell} {words}".rstrip() if shell else f"study.{name}({arguments})"

    if step is Step.CANDIDATE:
        added = f"{call('candidate', 'FILE.py:FUNCTION', 'function')} with a changed version, then {call('verify')}"
        why = f"workbench study why {code}" if shell else f"study.why({code!r})"
        return f"mend {label}: {why} says what {code} is; then {added}" if newest else added
    return {
        Step.BASELINE: f"{call('baseline')}, then {call('profile')}",
        Step.PROFILE: f"{call('profile')} tells what there is to be won",
        Step.RECORD: f"{call('record')} keeps calls to compare on",
        Step.VERIFY: call("verify", label, repr(label)) + longer,
        Step.APPLY: call("apply", label, repr(label)),
        Step.REPORT: f"{call('report', 'FILE.html', 'path')}; workbench check --against "
        f"{shell or 'this folder'} tells whether it stays as fast",
    }[step]


def measured_words(verdict: Mapping[str, Any]) -> str:
    """How the candidate was measured: the ratio with its interval and what a call saves; "" where it was not.

    `faster` and `slower` are said only where the comparison came to that.
    """
    numbers = verdict.get("measured")
    if not numbers:
        return ""
    ratio, low, high, saved, old = (float(numbers[name]) for name in ("ratio", "low", "high", "saved", "old"))
    how = verdict.get("comparison", "")
    if not (math.isfinite(low) and math.isfinite(high) and low > 0):
        return f"measured {ratio:.3g}x, with too few pairs for an interval"
    if how == Verdict.FASTER:
        return f"{ratio:.3g}x faster (95 %: {low:.3g} to {high:.3g}), saves {units.seconds(saved)} of {units.seconds(old)} a call"
    if how == Verdict.SLOWER:
        interval = f"95 %: {1 / high:.3g} to {1 / low:.3g}"
        return (
            f"{1 / ratio:.3g}x slower ({interval}), costs {units.seconds(-saved)} more than {units.seconds(old)} a call"
        )
    return f"{how}: {ratio:.3g}x (95 %: {low:.3g} to {high:.3g})"


def markdown_of_gate(rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown: target, candidate, status, code and sentence of each study that was checked."""
    lines = ["| target | candidate | status | code | measured |", "|---|---|---|---|---|"]
    lines += ["| " + " | ".join(visible(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def rows_of(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """A row for each item: item, status, code, said, evidence, numbers, seconds."""
    return [
        {
            "item": check.item,
            "status": str(check.status),
            "code": check.code,
            "said": check.said,
            "evidence": dict(check.evidence),
            "numbers": dict(check.numbers),
            "seconds": check.seconds,
        }
        for check in checks
    ]
