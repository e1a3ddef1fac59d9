"""A study in so many tokens: what its folder keeps that somebody needs who goes on with it, and the commands that come next."""

from __future__ import annotations

import math
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.errors import UsageError
from workbench.model.check import Status
from workbench.render.brief_next import coming
from workbench.render.budget import Section, fit, tokens
from workbench.render.text_compare import plain
from workbench.render.text_study import ceiling, measured_words, worth
from workbench.render.text_width import cut, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workbench.model.chapter import Chapter
    from workbench.render.brief_told import Hot, Told

SCHEMA = "workbench.brief/1"
_LONG, _SHORT = 320, 100
_KEPT, _FEW = 4, 8


def brief_text(told: Told, shell: str, budget: int) -> str:
    """The brief in at most `budget` tokens, as `render.budget.tokens` counts them; ends in a line break. `shell` is the folder as a shell
    reads it.

    What is told of candidates gives way from the oldest on: first their checks, then their lines; the newest keeps its own longest.
    Raises UsageError, with the smallest budget that works, where even the least does not fit.
    """
    newest_first = tuple(reversed(told.chapters))
    tail = [
        "Next:",
        *(f"  {one.command}{f'  # {visible(one.tells, _SHORT)}' if one.tells else ''}" for one in coming(told, shell)),
    ]
    for detailed in range(len(newest_first), 0, -1):
        whole = fit(_head(told, shell), _sections(told, shell, newest_first, detailed, 1), tail, sys.maxsize)
        if tokens(whole) <= budget:
            return whole
    for fewest in (sys.maxsize, _KEPT, 1):
        sections = _sections(told, shell, newest_first, min(1, len(newest_first)), fewest)
        with suppress(UsageError):
            return fit(_head(told, shell), sections, tail, budget)
    return fit(_head(told, shell), _sections(told, shell, newest_first, 0, 1), tail, budget)


def brief_json(told: Told, shell: str) -> dict[str, Any]:
    """The same facts as plain values, all of them; None stands for what is not known. Its form is `schemas/brief-1.json`."""
    standing = told.standing
    known = not math.isnan(standing.share)
    facts = {
        "schema": SCHEMA,
        "study": shell,
        "target": standing.target,
        "program": list(told.program),
        "baseline": {"seconds": standing.seconds, "runs": told.runs},
        "share": {
            "of_run": standing.share,
            "plus_minus": told.plus_minus,
            "whole_at_most": ceiling(standing.share) if known else math.nan,
        },
        "calls": {"seen": standing.seen, "kept": standing.kept, "lost": dict(told.lost)},
        "recording": told.recording_in(shell),
        "hotspots": [
            {
                "handle": one.handle,
                "function": one.function,
                "where": one.where,
                "share": one.share,
                "plus_minus": one.plus_minus,
                "target": one.target,
            }
            for one in told.hotspots
        ],
        "hypotheses": [
            {"text": one.text, "target": one.target, "predicts": list(one.predicts) if one.predicts else None}
            for one in told.hypotheses
        ],
        "candidates": [_candidate(one, standing.applied) for one in told.chapters],
        "applied": standing.applied or None,
        "faults": list(standing.faults),
        "next": [{"command": one.command, "tells": one.tells} for one in coming(told, shell)],
    }
    found: dict[str, Any] = plain(facts)
    return found


def _candidate(one: Chapter, applied: str) -> dict[str, Any]:
    tried, verdict, example = one.tried, one.verdict, one.example
    return {
        "label": tried.label,
        "verdict": tried.judgement or None,
        "code": tried.code or None,
        "meaning": one.meaning if tried.code else None,
        "said": str(verdict.get("said", "")) or None,
        "note": tried.note,
        "stale": tried.stale,
        "applied": tried.label == applied,
        "measured": dict(verdict["measured"]) if verdict.get("measured") else None,
        "comparison": verdict.get("comparison"),
        "checks": [
            {
                "item": check["item"],
                "status": check["status"],
                "code": check["code"] or None,
                "said": check["said"],
                "evidence": [[name, value] for name, value in check["evidence"]],
            }
            for check in verdict.get("checks", ())
        ],
        "differs": {"call": example.call, "where": example.where, "old": example.old, "new": example.new}
        if example is not None
        else None,
    }


def _head(told: Told, shell: str) -> list[str]:
    standing = told.standing
    rows = [
        f"study {shell} of {visible(standing.target)}",
        f"program   {visible(' '.join(told.program), _LONG) or 'a call in Python, which the folder does not keep'}",
        f"baseline  {_baseline(told)}",
        f"share     {_share(told)}",
        f"calls     {_calls(told)}",
    ]
    if standing.applied:
        rows.append(f"applied   {standing.applied}")
    return rows


def _baseline(told: Told) -> str:
    seconds = told.standing.seconds
    if math.isnan(seconds):
        return "not measured yet"
    return f"{units.seconds(seconds)} a run, the median of {told.runs}"


def _share(told: Told) -> str:
    said = worth(told.standing.share)
    if not math.isfinite(told.plus_minus):
        return said
    mean = units.share(told.standing.share)
    return said.replace(mean, f"{mean} {units.plus_minus(told.plus_minus)}", 1)


def _calls(told: Told) -> str:
    standing = told.standing
    if not standing.seen:
        return "none recorded yet"
    lost = "; ".join(f"{count:,} lost: {visible(reason, _SHORT)}" for reason, count in told.lost)
    return f"{standing.kept:,} kept to compare on, of {standing.seen:,} seen; {lost or 'none lost'}"


def _sections(told: Told, shell: str, newest_first: Sequence[Chapter], detailed: int, fewest: int) -> list[Section]:
    """What can be cut. `detailed` candidates, the newest, are told item by item; of the newest `fewest` lines are not cut."""
    recording, more = told.recording_in(shell), f"workbench brief {shell} --json"
    rows = tuple(_hotspot(one) for one in told.hotspots)
    seen = f"workbench hotspots {recording}" if recording else f"workbench study hotspots {shell}"
    sections = [
        Section("faults of the folder:", tuple(f"  {visible(one, _LONG)}" for one in told.standing.faults), fewest=1),
        Section("hypotheses, newest first:", tuple(_thoughts(told)), fewest=1),
        Section(
            "candidates, newest first:", tuple(_line(one) for one in newest_first), 1, f"workbench study status {shell}"
        ),
    ]
    for at, one in enumerate(newest_first[:detailed]):
        title = f"{one.tried.label}, item by item:"
        sections.append(Section(title, tuple(_detail(one, whole=at == 0)), fewest if at == 0 else 1, more))
    title = "hotspots of the program (share of the run with the function on the stack, ± for 95 %; * the target):"
    sections.append(Section(title, rows[:_FEW], 1, seen))
    return sections


def _hotspot(one: Hot) -> str:
    error = f" {units.plus_minus(one.plus_minus)}" if math.isfinite(one.plus_minus) else ""
    mark = "*" if one.target else " "
    return f"{mark} {one.handle}  {units.share(one.share)}{error}  {visible(one.function, _SHORT)}  {visible(one.where, _SHORT)}".rstrip()


def _thoughts(told: Told) -> Iterator[str]:
    for one in reversed(told.hypotheses):
        about = f" ({visible(one.target, _SHORT)})" if one.target else ""
        hoped = f"; predicts {one.predicts[0]:.3g}x to {one.predicts[1]:.3g}x" if one.predicts else ""
        yield f"  {visible(one.text, _LONG)}{about}{hoped}"


def _line(one: Chapter) -> str:
    tried = one.tried
    parts = [tried.judgement or "not verified yet"]
    if tried.code:
        parts[0] += f" {tried.code}: {visible(one.meaning, _SHORT)}"
    if tried.stale:
        parts.append("stale: the source has changed since")
    parts += [measured_words(one.verdict), visible(tried.note, _SHORT)]
    return f"  {tried.label}  {'; '.join(part for part in parts if part)}"


def _detail(one: Chapter, *, whole: bool) -> Iterator[str]:
    """Lines on one candidate: what differs, then its checks, those that are no pass first; without `whole` the others only by name."""
    example = one.example
    if example is not None:
        yield f"  differs for {cut(visible(example.call), _LONG)}"
        where = f" at {visible(example.where, _SHORT)}" if example.where else ""
        yield f"    before{where}: {cut(visible(example.old), _LONG)}"
        yield f"    now{where}: {cut(visible(example.new), _LONG)}"
    checks = sorted(one.verdict.get("checks", ()), key=lambda check: _ORDER.index(check["status"]))
    for check in checks:
        if whole or check["status"] in _OPEN:
            yield f"  {check['status']}  {check['item']}: {cut(visible(_evidence(check)), _LONG)}"
    if not whole and (good := [check["item"] for check in checks if check["status"] not in _OPEN]):
        yield f"  pass or not applicable: {', '.join(good)}"


def _evidence(check: Mapping[str, Any]) -> str:
    said = f"{check['code']} {check['said']}".strip()
    shown = "; ".join(f"{name}: {value}" for name, value in check["evidence"] if value and name not in _TOLD)
    return f"{said} [{shown}]" if shown else said


_OPEN = frozenset({Status.FAIL, Status.UNKNOWN})
_ORDER = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)
_TOLD = frozenset({"call", "before", "now", "touching"})
"""Evidence that stands elsewhere in the brief, or is a list of names."""
