"""Which of the recorded calls a comparison runs on: some of every kind, and some of them held out."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from workbench import units
from workbench.errors import UsageError, WorkbenchError
from workbench.model.calls import Call, RecordedCall, RecordedCalls
from workbench.timing.pickling import loads

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMED = 20


class UnloadableCallError(WorkbenchError):
    """A recorded call's arguments cannot be loaded here."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Calls to compare on, `used`, and calls that nobody optimises against, `held_out`, both in the order they came.

    No payload is in both, or twice in either. `weights` says for each of `used` how many recorded calls had its payload. `why` says in
    sentences how the strata were formed and what each gave.
    """

    used: tuple[RecordedCall, ...]
    held_out: tuple[RecordedCall, ...]
    why: tuple[str, ...]
    weights: tuple[int, ...] = ()


class Kind(NamedTuple):
    """A stratum: calls from one line, with arguments of the same types, whose payloads' sizes lie between the same powers of two."""

    caller: str
    types: tuple[str, ...]
    bits: int


@dataclass(frozen=True, slots=True)
class _Stratum:
    """The distinct calls of a kind, by their time; how many calls there were; how many are wanted, of these held out."""

    kind: Kind
    distinct: tuple[RecordedCall, ...]
    seen: int
    wanted: int = 0
    held: int = 0


def choose(recorded: RecordedCalls, most: int = 200, held_out: float = 0.25, seed: int = 0) -> Choice:
    """At most `most` calls with distinct payloads, about the share `held_out` of them held out; the same for the same seed.

    Strata are formed by caller, argument types and size (in powers of two). Each gives one call in turn until `most` is reached; its calls
    are spread evenly over the times they took. The slowest and the largest call of all are always used. Of every stratum with at least four
    distinct calls one is held out at least, where `most` lets it give two. Raises UsageError for limits that make no sense.
    """
    if most < 1 or not 0 <= held_out < 1:
        raise UsageError(f"At least one call, and a share below 1 held out, are needed, not {most} and {held_out}.")
    if not recorded.calls:
        return Choice((), (), (f"No call of {recorded.function} was recorded.",))
    times: defaultdict[bytes, list[RecordedCall]] = defaultdict(list)
    for call in recorded.calls:
        times[_digest(call)].append(call)
    distinct = [_typical(same) for same in times.values()]
    must = _musts(distinct, most)
    strata = _quotas(_strata(distinct, times), most, held_out, {_digest(call) for call in must})
    random = Random(seed)
    used: list[RecordedCall] = []
    held: list[RecordedCall] = []
    for stratum in strata:
        taken, kept_back = _draw(stratum, [call for call in must if _kind(call) == stratum.kind], random)
        used += taken
        held += kept_back
    used.sort(key=lambda call: call.number)
    held.sort(key=lambda call: call.number)
    return Choice(
        tuple(used),
        tuple(held),
        tuple(_why(recorded, strata, len(used), len(held))),
        tuple(len(times[_digest(call)]) for call in used),
    )


def as_calls(recorded: Sequence[RecordedCall]) -> list[Call]:
    """The calls with their arguments as live objects, new ones each time. Raises UnloadableCallError."""
    return [_load(one) for one in recorded]


def _load(one: RecordedCall) -> Call:
    try:
        args, kwargs = loads(one.payload)
    except Exception as error:
        raise UnloadableCallError(
            f"Call {one.number} cannot be loaded here ({type(error).__name__}: {error}): import what its arguments "
            f"({', '.join(one.types)}) need, or record again."
        ) from error
    return Call(args, kwargs)


def _digest(call: RecordedCall) -> bytes:
    return blake2b(call.payload, digest_size=16).digest()


def _kind(call: RecordedCall) -> Kind:
    return Kind(call.caller, call.types, call.size.bit_length())


def _time(call: RecordedCall) -> float:
    """Seconds, for sorting: what was not measured comes first."""
    return -1.0 if math.isnan(call.seconds) else call.seconds


def _typical(same: list[RecordedCall]) -> RecordedCall:
    """Of calls with one payload, the one of median time."""
    return sorted(same, key=lambda call: (_time(call), call.number))[len(same) // 2]


def _musts(distinct: list[RecordedCall], most: int) -> list[RecordedCall]:
    """The slowest and the largest; one may be both."""
    slowest = max(distinct, key=lambda call: (_time(call), -call.number))
    largest = max(distinct, key=lambda call: (call.size, -call.number))
    return [slowest] if slowest is largest or most == 1 else [slowest, largest]


def _strata(distinct: list[RecordedCall], times: dict[bytes, list[RecordedCall]]) -> list[_Stratum]:
    """Kinds of calls, the most frequent first."""
    members: defaultdict[Kind, list[RecordedCall]] = defaultdict(list)
    for call in distinct:
        members[_kind(call)].append(call)
    strata = [
        _Stratum(
            kind,
            tuple(sorted(calls, key=lambda call: (_time(call), call.number))),
            sum(len(times[_digest(call)]) for call in calls),
        )
        for kind, calls in members.items()
    ]
    return sorted(strata, key=lambda stratum: (-stratum.seen, stratum.kind))


def _quotas(strata: list[_Stratum], most: int, held_out: float, must: set[bytes]) -> list[_Stratum]:
    """How many calls each stratum gives: what must be in, then one each in turn."""
    wanted = [sum(_digest(call) in must for call in stratum.distinct) for stratum in strata]
    left = most - sum(wanted)
    level = 0
    while left > 0 and any(len(stratum.distinct) > given for stratum, given in zip(strata, wanted)):
        level += 1
        for at, stratum in enumerate(strata):
            if left > 0 and wanted[at] < min(level, len(stratum.distinct)):
                wanted[at] += 1
                left -= 1
    return [
        replace(stratum, wanted=given, held=_held(stratum, given, held_out, must))
        for stratum, given in zip(strata, wanted)
    ]


def _held(stratum: _Stratum, given: int, share: float, must: set[bytes]) -> int:
    free = given - max(1, sum(_digest(call) in must for call in stratum.distinct))
    if share == 0 or len(stratum.distinct) < 4 or free < 1:
        return 0
    return min(free, max(1, round(share * given)))


def _draw(stratum: _Stratum, must: list[RecordedCall], random: Random) -> tuple[list[RecordedCall], list[RecordedCall]]:
    """What a stratum gives: used, and held out. One at random out of each of as many equal stretches of its calls, sorted by time."""
    others = [call for call in stratum.distinct if call not in must]
    wanted = stratum.wanted - len(must)
    edges = [len(others) * step // max(1, wanted) for step in range(wanted + 1)]
    drawn = [others[random.randrange(low, high)] for low, high in pairwise(edges)]
    held = set(random.sample(range(len(drawn)), stratum.held))
    return must + [call for at, call in enumerate(drawn) if at not in held], [drawn[at] for at in sorted(held)]


def _why(recorded: RecordedCalls, strata: list[_Stratum], used: int, held: int) -> list[str]:
    distinct = sum(len(stratum.distinct) for stratum in strata)
    sentences = [
        f"{units.count(len(recorded.calls), 'recorded call')} of {recorded.seen:,} seen, {distinct:,} with different arguments, in "
        f"{len(strata):,} strata by caller, argument types and size: {used:,} used, {held:,} held out. "
        "The slowest and the largest are used."
    ]
    for stratum in [one for one in strata if one.wanted][:_NAMED]:
        low = 1 << max(0, stratum.kind.bits - 1)
        sentences.append(
            f"From {stratum.kind.caller or 'an unknown line'} with ({', '.join(stratum.kind.types)}), {units.size(low)} to "
            f"{units.size(2 * low)}: {units.count(stratum.seen, 'call')}, {len(stratum.distinct):,} different, "
            f"{stratum.wanted - stratum.held:,} used, {stratum.held:,} held out."
        )
    given = sum(1 for one in strata if one.wanted)
    if given > _NAMED:
        sentences.append(f"{given - _NAMED:,} further strata gave calls as well.")
    if given < len(strata):
        sentences.append(
            f"{len(strata) - given:,} strata, the rarest, gave none: the limit of calls is too low for them."
        )
    short = sum(1 for one in strata if one.wanted and not one.held and len(one.distinct) >= 4)
    if short:
        sentences.append(f"{short:,} strata with four calls or more have none held out.")
    sentences += [f"Not recorded, {units.count(count, 'call')}: {reason}." for reason, count in recorded.lost.items()]
    return [*sentences, recorded.sampled] if recorded.sampled else sentences
