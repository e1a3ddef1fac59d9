"""A study as one page that opens anywhere: where it stands, and of each candidate the verdict, the points, the checklist and the change."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from workbench import units
from workbench.assets.bundle import module
from workbench.model.check import Judgement, Status
from workbench.render.html_checklist import checklist_table
from workbench.render.html_parts import html_text
from workbench.render.points import svg
from workbench.render.text_study import measured_words, worth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.model.chapter import Chapter
    from workbench.model.comparison import Counterexample
    from workbench.model.standing import Standing


def study_page(standing: Standing, chapters: Sequence[Chapter], facts: Sequence[tuple[str, str]]) -> str:
    """The whole page. `facts` are names and values about where and when the study was begun."""
    parts = [
        f"<h1>{html_text(standing.target)}</h1><p>A study of one function: {html_text(worth(standing.share))}.</p>",
        _outcome(standing, chapters),
        _facts(standing, facts),
        *(f'<p class="fault">Fault: {html_text(fault)}</p>' for fault in standing.faults),
        *(_chapter(one, standing.applied) for one in reversed(chapters)),
        "<footer>Verified means: the same results on all inputs that were recorded and made from them, a gain whose whole "
        "interval (95 %) is above the margin, memory as it was, no races found, types and tests as before. "
        f"<code>workbench check --against {html_text(standing.folder)}</code> measures again.</footer>",
    ]
    body = "\n".join(part for part in parts if part)
    title, style = html_text(standing.target, 120), module("study_page.css")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>\n{style}</style></head><body>\n{body}\n</body></html>\n"
    )


def _outcome(standing: Standing, chapters: Sequence[Chapter]) -> str:
    """What came of it, in a sentence: the change that was applied, else the newest that is verified, else that there is none."""
    best = next((one for one in chapters if one.tried.label == standing.applied), None) or next(
        (one for one in reversed(chapters) if one.tried.judgement == Judgement.VERIFIED), None
    )
    if best is None:
        said = "No change is verified yet." if chapters else "No change was tried yet."
        return f'<p class="outcome">{said}</p>'
    how = measured_words(best.verdict)
    state = "applied" if best.tried.label == standing.applied else "verified, not applied"
    note = f" <span class=quiet>{html_text(best.tried.note)}</span>" if best.tried.note else ""
    return f'<p class="outcome verified"><b>{html_text(best.tried.label)}</b> {html_text(f"{how}; {state}")}{note}</p>'


def _facts(standing: Standing, facts: Sequence[tuple[str, str]]) -> str:
    rows = [("baseline", f"{units.seconds(standing.seconds)} a run, by the median")] if standing.seconds > 0 else []
    if standing.seen:
        rows.append(("recorded calls", f"{standing.kept:,} kept of {standing.seen:,} seen"))
    rows += [("thought", text) for text in standing.hypotheses]
    cells = "".join(f"<dt>{html_text(name)}</dt><dd>{html_text(value)}</dd>" for name, value in [*rows, *facts])
    return f'<dl class="facts">{cells}</dl>'


def _chapter(one: Chapter, applied: str) -> str:
    tried = one.tried
    state = html_text(tried.judgement or "not verified yet")
    title = html_text(tried.note or "a changed version")
    head = [
        f'<span class="label">{html_text(tried.label)}</span>{title}',
        f'<span class="{html_text(tried.judgement)}">{state}</span>',
        '<span class="quiet">applied</span>' if tried.label == applied else "",
    ]
    parts = [f"<h2>{''.join(head)}</h2>"]
    if tried.stale:
        parts.append('<p class="stale">The source has changed since: this verdict is stale.</p>')
    if tried.code:
        said = str(one.verdict.get("said", ""))
        said = said if said.startswith(one.meaning) else f"{one.meaning}: {said}"
        parts.append(f"<p><b>{html_text(tried.code)}</b> {html_text(said, 600)}</p>")
    if measured := measured_words(one.verdict):
        parts.append(f'<p class="figure">{html_text(measured)}</p>')
    if one.points is not None:
        parts.append(f"<figure>{svg(*one.points)}</figure>")
    parts += [
        _example(one.example),
        checklist_table(one.verdict, shown=set(Status), unfolded={Status.FAIL}),
        _diff(one.old, one.new),
    ]
    return f"<article>{''.join(parts)}</article>"


def _example(found: Counterexample | None) -> str:
    if found is None:
        return ""
    rows = [("call", found.call), ("where", found.where), ("before", found.old), ("now", found.new)]
    cells = "".join(
        f"<tr><th>{name}</th><td><code>{html_text(value, 600)}</code></td></tr>" for name, value in rows if value
    )
    return f'<table class="example"><tbody>{cells}</tbody></table>'


def _diff(old: str, new: str) -> str:
    """The two texts as a difference, line by line; the new one alone where the old is not known."""
    tags = {"+": "ins", "-": "del"}
    lines = []
    for line in list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=30))[3:]:
        tag = tags.get(line[:1])
        text = html_text(line)
        lines.append(f"<{tag}>{text}</{tag}>" if tag else text)
    if not lines:
        return ""
    return f"<details open><summary>The change</summary><pre>{chr(10).join(lines)}</pre></details>"
