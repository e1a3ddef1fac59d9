"""A study's panel as plain HTML: its head, the strip of steps, a card for each candidate. Everything is escaped here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.model.check import Status
from workbench.render.html_checklist import checklist_table
from workbench.render.html_parts import html_text
from workbench.render.text_study import measured_words, worth
from workbench.study.codes import CODES
from workbench.widgets.loop_words import CHANGED, next_words, steps
from workbench.widgets.loop_words import State as StepState

if TYPE_CHECKING:
    from workbench.model.standing import Tried
    from workbench.widgets.loop_words import Seen

SOURCE_LINES = 400
"""Lines of a candidate's text that a card shows at the most."""


def head(seen: Seen) -> str:
    """What the study is about, and what there is to be won."""
    found = seen.standing
    said = f"Study {html_text(found.folder, 200)}"
    if found.profiled:
        said += f": {html_text(worth(found.share))}"
    return f'<h3>{html_text(found.target, 200)}</h3><p class="quiet">{said}</p>'


def strip(seen: Seen) -> str:
    """The eight steps as a list, and what comes next."""
    cells = []
    for step in steps(seen):
        current = ' aria-current="step"' if step.state is StepState.NEXT else ""
        cells.append(
            f'<li class="{html_text(step.state.partition(" ")[0])}"{current}><b>{html_text(step.name)}</b>'
            f'<span class="state">{html_text(step.state)}</span><span class="figure">{html_text(step.figure, 60)}</span></li>'
        )
    return f'<ol class="steps">{"".join(cells)}</ol><p class="coming">{html_text(next_words(seen), 300)}</p>'


def thoughts(seen: Seen) -> str:
    """The hypotheses, newest first, and what in the folder is not as it was written."""
    parts = [f"<p><b>Hypothesis</b> {html_text(text, 600)}</p>" for text in reversed(seen.standing.hypotheses)]
    parts += [f'<p class="fault"><b>Fault</b> {html_text(fault, 600)}</p>' for fault in seen.standing.faults]
    return "".join(parts)


def card(seen: Seen, one: Tried) -> str:
    """One candidate: its verdict with what the code stands for, the measured ratio, the six items, its text folded."""
    label, judgement, code = one.label, one.judgement, one.code
    verdict = seen.verdicts.get(label, {})
    state = html_text(judgement or "not verified yet")
    parts = [f'<h4>{html_text(label)} <span class="{html_text(judgement or "open")}">{state}</span>']
    parts.append(" <span>applied</span></h4>" if label == seen.standing.applied else "</h4>")
    if one.note:
        parts.append(f"<p>{html_text(one.note, 600)}</p>")
    if one.stale:
        parts.append(f'<p class="stale"><b>stale</b> {html_text(CHANGED)}: verify it again.</p>')
    if code:
        parts.append(f"<p><b>{html_text(code)}</b> {html_text(CODES.get(code, 'a code of another version'))}</p>")
    measured = measured_words(verdict)
    if measured:
        parts.append(f'<p class="figure">{html_text(measured)}</p>')
    if verdict:
        parts.append(checklist_table(verdict, shown={Status.FAIL, Status.UNKNOWN}, unfolded={Status.FAIL}))
    parts.append(_source(seen.sources.get(label, "")))
    return f'<article aria-label="Candidate {html_text(label)}">{"".join(parts)}</article>'


def _source(text: str) -> str:
    if not text:
        return ""
    lines = text.splitlines()
    shown = "\n".join(html_text(line, 400) for line in lines[:SOURCE_LINES])
    more = f"\n... and {len(lines) - SOURCE_LINES:,} more lines" if len(lines) > SOURCE_LINES else ""
    return f"<details><summary>Source</summary><pre>{shown}{more}</pre></details>"
