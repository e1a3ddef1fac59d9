"""`workbench.advise`: what the rules say of a recording, and `prove`, which has their mechanical rewrites verified."""

from __future__ import annotations

import os
import tempfile
import tokenize
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.advice.advise import FLOOR, unreadable
from workbench.advice.advise import advise as advised
from workbench.advice.place import Repeats
from workbench.errors import UsageError
from workbench.face.profile import Profile
from workbench.face.proving import Proving, changed_files, program_of
from workbench.face.run import load
from workbench.model.facts import Source, SourceKind
from workbench.render.advice import advice_json, advice_text, numbered, rewrite_diff
from workbench.render.digest_form import schema
from workbench.render.twins import Twinned

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.face.calls import Recorded
    from workbench.model.advice import Advice, Proof
    from workbench.model.recording import Recording

PLAIN = frozenset({"int", "str", "bytes", "float", "bool", "NoneType", "tuple", "frozenset"})
"""Types of arguments that can be keys of a cache."""


class Advised(Twinned):
    """The findings on a recording, hottest first: `findings`, and `proofs` once `prove` was called. It shows itself."""

    __slots__ = ("file", "findings", "notes", "proofs", "recording")

    def __init__(self, recording: Recording, findings: tuple[Advice, ...], notes: tuple[str, ...], file: str) -> None:
        self.recording, self.findings, self.notes, self.file = recording, findings, notes, file
        self.proofs: tuple[Proof, ...] = ()

    def text(self, *, tokens: int = 1500, width: int = 100) -> str:
        """The findings in words, as many as fit into `tokens`."""
        return advice_text(
            self.recording,
            self.findings,
            file=self.file,
            notes=self.notes,
            proofs=self.proofs,
            tokens=tokens,
            width=width,
        )

    def json(self) -> dict[str, Any]:
        """The findings as plain values."""
        return advice_json(self.recording, self.findings, notes=self.notes, proofs=self.proofs)

    def diff(self, handle: str) -> str:
        """The rewrite of a finding (`a1`) as a unified diff. Raises UsageError where there is no such finding, or it has no rewrite."""
        found = dict(numbered(self.findings)).get(handle)
        if found is None:
            there = ", ".join(name for name, _ in numbered(self.findings)) or "none"
            raise UsageError(f"There is no finding {handle} in this recording; there are: {there}.")
        if found.rewrite is None:
            raise UsageError(f"{handle} ({found.rule}) has no mechanical rewrite: the change is yours to make.")
        return rewrite_diff(self.recording, found)

    def prove(
        self,
        budget: str | float = "10s",
        *,
        program: Sequence[str] = (),
        keep: str | os.PathLike[str] | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> tuple[Proof, ...]:
        """Have each mechanical rewrite verified as a candidate: the program is run again, and its calls of the function compared.

        `program` is the command as words, by default the one that was recorded. The studies are kept in folder `keep`, one for each
        function, else thrown away. Raises UsageError where no program can be run again.
        """
        words = tuple(program) or program_of(self.recording)
        with tempfile.TemporaryDirectory(prefix="workbench-advise-") as scratch:
            proving = Proving(self.recording, words, Path(keep or scratch), keep is not None, budget, progress)
            self.proofs = tuple(
                proving.prove(handle, one) for handle, one in numbered(self.findings) if one.rewrite is not None
            )
        return self.proofs

    def __repr__(self) -> str:
        return self.text()


def advise(
    given: Profile | str | os.PathLike[str],
    *,
    floor: float = FLOOR,
    everywhere: bool = False,
    calls: Sequence[Recorded] = (),
) -> Advised:
    """What a recording's hot lines suggest. `given` is a profile, or the file of one.

    `floor` is the least share of the run that is worth a word, `everywhere` reads others' code too, `calls` are what `record_calls` kept of
    functions, which tells of calls repeated with the same arguments. Raises WrongEngineError for an engine that knows no lines.
    """
    profile = given if isinstance(given, Profile) else load(given)
    file = "" if isinstance(given, Profile) else os.fspath(given)
    recording = profile.recording
    more = _others(recording) if everywhere else ()
    found = advised(recording, floor=floor, repeats=_repeats(calls), more=more)
    notes = (*unreadable(recording), *changed_files(recording, found))
    if more:
        notes = (*notes, f"the text of {len(more)} files of others' code is as it is now, not as it was recorded.")
    if not recording.sources:
        notes = (*notes, "this recording holds no source, so there is nothing for the rules to read.")
    return Advised(recording, found, notes, file)


def _others(recording: Recording) -> tuple[Source, ...]:
    """The files of others' code that were seen and can be read here."""
    known = {source.file for source in recording.sources}
    seen = dict.fromkeys(recording.frame_file(frame) for frame in range(len(recording.frames)))
    found = []
    for file in seen:
        if file not in known and file.endswith(".py") and Path(file).is_file():
            with tokenize.open(file) as read:
                found.append(Source(file, file, SourceKind.FILE, read.read()))
    return tuple(found)


def schema_text() -> str:
    """The JSON Schema of `Advised.json`."""
    return schema("advice")


def _repeats(calls: Sequence[Recorded]) -> dict[str, dict[str, Repeats]]:
    """What recorded calls tell of their functions, by file and qualified name."""
    found: dict[str, dict[str, Repeats]] = {}
    for one in calls:
        code, kept = getattr(one.target, "__code__", None), one.record.calls
        if code is None or not kept:
            continue
        plain = all({kind.rpartition("=")[2] for kind in call.types} <= PLAIN for call in kept)
        distinct = len({sha256(call.payload).digest() for call in kept})
        name = str(getattr(one.target, "__qualname__", one.target.__name__))
        found.setdefault(code.co_filename, {})[name] = Repeats(one.record.seen, len(kept), distinct, plain)
    return found
