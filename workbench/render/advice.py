"""Advice as text that fits a budget, and as plain values."""

from __future__ import annotations

import difflib
import math
import shlex
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.render.budget import Section, fit
from workbench.render.places import Places
from workbench.render.text_width import visible, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.model.advice import Advice, Proof
    from workbench.model.recording import Recording

SCHEMA = "workbench.advice/1"
MEANT = {"time": "of the time", "waits": "of the run waited here", "memory": "of the memory held at the end"}
MOST = {"time": "faster", "waits": "faster", "memory": "smaller"}


def advice_text(
    recording: Recording,
    advice: Sequence[Advice],
    *,
    file: str,
    notes: Sequence[str] = (),
    proofs: Sequence[Proof] = (),
    tokens: int = 1500,
    width: int = 100,
) -> str:
    """The findings, hottest first, as many as fit; what was proven of them; what comes next, as commands on `file`, or in Python where
    that is "". Raises UsageError where nothing fits."""
    places, proven = Places.of(recording), {one.handle: one for one in proofs}
    rows = tuple("\n".join(_block(places, handle, one, proven.get(handle), width)) for handle, one in numbered(advice))
    head = [visible(f"advice on {recording.target.name}"), *_heading(advice, width)]
    head += [line for note in notes for line in wrapped(visible(f"note: {note}"), width)]
    more = f"workbench advise {shlex.quote(file)} --tokens {tokens * 2}" if file else f".text(tokens={tokens * 2})"
    section = Section("", rows, 1, more)
    return fit(head, [section], _coming(advice, proofs, file), tokens)


def advice_json(
    recording: Recording, advice: Sequence[Advice], *, notes: Sequence[str] = (), proofs: Sequence[Proof] = ()
) -> dict[str, Any]:
    """The same as plain values; None for a ceiling without end. `of` says what the share is a share of."""
    places = Places.of(recording)
    rows = []
    for handle, one in numbered(advice):
        row = {"id": handle, "where": places.line(one.file, one.first), **asdict(one)}
        row["evidence"], row["defined"] = list(one.evidence), list(one.defined)
        row["ceiling"] = one.ceiling if math.isfinite(one.ceiling) else None
        if one.rewrite is not None:
            row["rewrite"] = asdict(one.rewrite) | {"imports": list(one.rewrite.imports)}
        rows.append(row)
    return {
        "schema": SCHEMA,
        "target": recording.target.name,
        "advice": rows,
        "proofs": [asdict(one) for one in proofs],
        "notes": list(notes),
    }


def numbered(advice: Sequence[Advice]) -> list[tuple[str, Advice]]:
    """Each finding with its handle: a1, a2, ..."""
    return [(f"a{at}", one) for at, one in enumerate(advice, 1)]


def rewrite_diff(recording: Recording, one: Advice) -> str:
    """What a rewrite changes, as a unified diff of the def; "" where a finding has none."""
    source = recording.source(one.file)
    if one.rewrite is None or source is None:
        return ""
    name = Places.of(recording).file(one.file)
    new = [*one.rewrite.imports, *([""] if one.rewrite.imports else []), *one.rewrite.text.splitlines()]
    lines = difflib.unified_diff(_def_of(source.lines(), one), new, f"{name}:{one.function}", "rewritten", lineterm="")
    return "\n".join(lines) + "\n"


def _def_of(lines: list[str], one: Advice) -> list[str]:
    """The lines of the finding's def, outdented as the rewrite is."""
    first, last = one.defined
    indent = len(lines[first - 1]) - len(lines[first - 1].lstrip())
    return [line[indent:] if line[:indent].isspace() or not indent else line for line in lines[first - 1 : last]]


def _heading(advice: Sequence[Advice], width: int) -> list[str]:
    if not advice:
        said = "No rule has anything to say of a stretch that is hot here. The time may well be where it has to be."
        return wrapped(said, width)
    said = (
        "Each is syntax that a rule knows, at lines that are hot; whether a change pays is not predicted: that takes a run. "
        "share ±: 95 % interval. at most: Amdahl's bound by the share's upper end, if all of that went."
    )
    return wrapped(said, width)


def _block(places: Places, handle: str, one: Advice, proof: Proof | None, width: int) -> list[str]:
    share = units.share(one.share) + (f" ±{one.plus_minus * 100:.1f}" if one.plus_minus else "")
    bound = f"at most {one.ceiling:.3g}x {MOST[one.of]} as a whole" if math.isfinite(one.ceiling) else "no bound"
    where = f"{one.handle} " if one.handle else ""
    lines = [
        f"{handle}  {one.rule}  {where}{visible(places.line(one.file, one.first))} in {visible(one.function)}",
        f"    {share} {MEANT[one.of]}; {bound}",
    ]
    said = [one.says, *([f"measured: {'; '.join(one.evidence)}"] if one.evidence else [])]
    said += [f"pattern: {one.pattern}", f"right as it is where {one.unless}"]
    if one.rewrite is not None:
        said.append(f"mechanical rewrite: {one.rewrite.how}")
    if proof is not None:
        said.append(_proof(proof))
    return lines + [f"    {line}" for text in said for line in wrapped(visible(text), width - 4)]


def _proof(proof: Proof) -> str:
    code = f" ({proof.code})" if proof.code else ""
    gain = f" {proof.ratio}" if proof.ratio else ""
    return f"proof: {proof.verdict}{code}{gain}{f': {proof.said}' if proof.said else ''}"


def _coming(advice: Sequence[Advice], proofs: Sequence[Proof], file: str) -> list[str]:
    able = [handle for handle, one in numbered(advice) if one.rewrite is not None]
    if not file:
        return _coming_in_python(advice, able, proven=bool(proofs))
    quoted = shlex.quote(file)
    steps = [f"workbench show {quoted} {one.handle} --source" for one in advice[:1] if one.handle]
    if able and not proofs:
        steps += [f"workbench advise {quoted} --diff {able[0]}", f"workbench advise {quoted} --prove"]
    steps += [f"workbench brief {shlex.quote(one.study)}" for one in proofs if one.study][:1]
    if not steps:
        steps = [f"workbench hotspots {quoted}"]
    return ["Next:", *(f"  {step}" for step in steps)]


def _coming_in_python(advice: Sequence[Advice], able: Sequence[str], *, proven: bool) -> list[str]:
    """The same where there is no file to name: what to ask of the advice and of the profile it is on."""
    steps = [f'the profile\'s .zoom("{one.handle}") times its lines' for one in advice[:1] if one.handle]
    if able and not proven:
        steps += [f'.diff("{able[0]}") shows the rewrite', ".prove() runs the program again, and verifies each rewrite"]
    return ["Next:", *(f"  {step}" for step in steps)] if steps else []
