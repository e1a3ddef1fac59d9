"""Inputs besides those given: real ones mutated within their domain, and others drawn from annotations."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.model.calls import Call
from workbench.study.inputs.annotated import from_annotations, why_none
from workbench.study.inputs.domain import seen
from workbench.study.inputs.mutate import mutations
from workbench.study.sameness import Stimulus
from workbench.timing import pickling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from workbench.study.inputs.generated import Generated


MOST_BYTES = 64 << 20
"""What all inputs that are made may need, as payloads: those of a text of megabytes would be gigabytes."""
FIRST = 12
"""Given inputs that are compared before any other."""


def generated(function: Callable[..., Any], payloads: Sequence[bytes], count: int, notes: list[str]) -> list[Stimulus]:
    """Up to `count` inputs made from those in `payloads` and up to a quarter as many from annotations, small ones first, as they
    take the least time and hold most of the edges; what cannot be made is noted."""
    if not count:
        return []
    calls = [Call(*pickling.loads(payload, function)) for payload in payloads]
    domain = seen(calls, function)
    found, large = _kept(mutations(calls, domain, count, seed=0), "generated")
    if large:
        notes.append(
            f"{large:,} inputs made from large ones were left out: together they are more than {units.size(MOST_BYTES)}"
        )
    reason = why_none(function)
    if reason:
        notes.append(f"none made from annotations: {reason}")
    else:
        found += _kept(from_annotations(function, count // 4, seed=0), "annotated")[0]
    known = set(payloads)
    return sorted((one for one in found if one.payload not in known), key=lambda one: len(one.payload))


def in_turn(given: Sequence[Stimulus], made: Sequence[Stimulus]) -> list[Stimulus]:
    """Some given ones first, then given and made ones in turn, so that both are compared where there is no time for all."""
    first, rest = list(given[:FIRST]), list(given[FIRST:])
    turns = [one for pair in zip_longest(made, rest) for one in pair if one is not None]
    return first + turns


def _kept(made: Iterable[Generated], origin: str) -> tuple[list[Stimulus], int]:
    """Stimuli of up to `MOST_BYTES` together, and how many more there would have been."""
    kept, room, large = list[Stimulus](), MOST_BYTES, 0
    for one in made:
        payload = pickling.dumps((one.call.args, one.call.kwargs))
        if len(payload) > room:
            large += 1
            continue
        room -= len(payload)
        kept.append(Stimulus(payload, origin, one.inside, one.why, one.family))
    return kept, large
