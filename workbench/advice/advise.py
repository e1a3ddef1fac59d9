"""From a recording to advice: the rules over every hot def, and only what is hot is told."""

from __future__ import annotations

import ast
import math
from typing import TYPE_CHECKING

from workbench import units
from workbench.advice.edits import rewrite, whole_span
from workbench.advice.place import LAST, Module, span
from workbench.advice.table import rules
from workbench.analysis.hotspots import hotspots
from workbench.analysis.ownership import Owner, owner_of_file
from workbench.analysis.regions import Counts, Regions
from workbench.errors import UsageError, WrongEngineError
from workbench.model.advice import Advice
from workbench.model.facts import Evidence, SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workbench.advice.base import Match, Rule
    from workbench.advice.place import Place, Repeats
    from workbench.analysis.hotspots import Hotspots
    from workbench.analysis.regions import Heat
    from workbench.model.facts import Source
    from workbench.model.recording import Recording

FLOOR = 0.05
"""The least share of the run that is worth a word."""

SURE = 0.02
"""What the lower end of a share's interval has to reach besides."""

OF = {Counts.WAITS: "waits", Counts.HELD: "memory"}


def advise(
    recording: Recording,
    *,
    floor: float = FLOOR,
    repeats: Mapping[str, Mapping[str, Repeats]] | None = None,
    more: Sequence[Source] = (),
) -> tuple[Advice, ...]:
    """What the rules say of a recording's hot stretches, hottest first; none where nothing is to be said.

    `repeats` are recorded calls by file and qualified name. Of the captured sources those of own code are read, and `more`. A stretch is
    hot where its share is `floor` at least, and the lower end of its interval 2 %. Raises WrongEngineError for recordings without lines,
    UsageError for a floor outside 0 to 1.
    """
    if not 0 <= floor <= 1:
        raise UsageError(f"A share of {floor} is none: give one from 0 to 1, such as 0.05.")
    if not any(one.stacked or one.evidence in (Evidence.LINES, Evidence.HEAP) for one in recording.all_passes):
        raise WrongEngineError(
            f"Advice rests on lines, and engine {recording.engine} knows none. Record with sample, lines, tasks, heap or all."
        )
    regions, known, found = Regions(recording), repeats or {}, hotspots(recording)
    advice: list[Advice] = []
    for module in modules(recording, more):
        if not _is_warm(regions, module.file, floor):
            continue
        for place in module.places(regions, dict(known.get(module.file, {}))):
            advice += _of_place(place, floor, found)
    return tuple(sorted(advice, key=lambda one: (-one.share, one.file, one.first, one.rule)))


def modules(recording: Recording, more: Sequence[Source] = ()) -> Iterator[Module]:
    """The captured sources of own code and `more`, as far as they parse; see `unreadable` for the others."""
    for source in (*_own(recording), *more):
        tree = _parsed(source.text)
        if isinstance(tree, ast.Module):
            yield Module(source.file, source.text, tree)


def _own(recording: Recording) -> list[Source]:
    here = recording.environment
    return [
        source
        for source in recording.sources
        if source.kind is SourceKind.CELL or owner_of_file(source.file, here) is Owner.OWN
    ]


def unreadable(recording: Recording) -> tuple[str, ...]:
    """A sentence for each captured source that cannot be parsed."""
    found = []
    for source in recording.sources:
        tree = _parsed(source.text)
        if isinstance(tree, str):
            found.append(f"{source.label} cannot be read as Python ({tree}); it is left out.")
    return tuple(found)


def _parsed(text: str) -> ast.Module | str:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        return str(error) or type(error).__name__


def _is_warm(regions: Regions, file: str, floor: float) -> bool:
    """Whether all of a file together is as hot as one of its stretches has to be."""
    every = (regions.heat(file, 1, LAST, counts) for counts in (Counts.REGION, Counts.WAITS, Counts.HELD))
    return any(heat is not None and heat.share >= floor for heat in every)


def _of_place(place: Place, floor: float, found: Hotspots) -> Iterator[Advice]:
    for rule in rules():
        for match in rule.look(place):
            about = match.of or match.node
            heat = place.heat(about, match.counts, match.callees)
            if heat is not None and heat.share >= floor and heat.at_least >= min(SURE, floor):
                yield _told(place, rule, match, heat, found)


def _told(place: Place, rule: Rule, match: Match, heat: Heat, found: Hotspots) -> Advice:
    first, last = span(match.node)
    lines = place.module.lines
    return Advice(
        rule=rule.name,
        handle=_handle(place, first, last, found),
        file=place.module.file,
        first=first,
        last=last,
        function=place.name,
        defined=whole_span(place),
        source=lines[first - 1].strip() if first <= len(lines) else "",
        says=match.says,
        evidence=(*_measured(place, match, heat), *match.evidence),
        of=OF.get(match.counts, "time"),
        share=heat.share,
        plus_minus=heat.plus_minus,
        ceiling=1 / (1 - heat.at_most) if heat.at_most < 1 else math.inf,
        pattern=rule.pattern,
        unless=rule.unless,
        rewrite=rewrite(place, match),
    )


def _handle(place: Place, first: int, last: int, found: Hotspots) -> str:
    """The handle of the hottest line of a stretch; "" where none of its lines has one."""
    named = [
        f"l{at}" for at, row in enumerate(found.lines, 1) if row.file == place.module.file and first <= row.line <= last
    ]
    return named[0] if named else ""


def _measured(place: Place, match: Match, heat: Heat) -> list[str]:
    """What the recording itself says of the stretch, in words."""
    hits = place.hits(match.node)
    said = [f"line {span(match.node)[0]} ran {hits:,} times"] if hits is not None else []
    if math.isfinite(heat.native) and match.counts is not Counts.WAITS:
        parts = ((heat.python, "Python"), (heat.native, "native"), (heat.waiting, "waiting"))
        said.append("of its time " + ", ".join(f"{units.share(part)} {name}" for part, name in parts))
    return said
