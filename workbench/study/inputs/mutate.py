"""Recorded calls, each changed in one place or in its structure."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from workbench.study.inputs.copies import CannotCopyError, Packed, pack
from workbench.study.inputs.domain import named, stratified
from workbench.study.inputs.generated import Batch, Generated
from workbench.study.inputs.learn import ITEMS
from workbench.study.inputs.paths import child, holds_along, put
from workbench.study.inputs.spots import Spot, leaves, spots_of, variants_for
from workbench.study.inputs.variants import NOT_MADE, Variant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workbench.model.calls import Call
    from workbench.study.inputs.domain import Domain
    from workbench.study.inputs.kinds import Kinds

ORIGINS = 60
"""So many of the calls are changed: all types of arguments among them, then evenly spread."""
LARGEST = 64 * 2**20
"""Calls whose pickle has more bytes are left as they are, and counted."""
PER_GROUP = 40
OUTSIDE_EVERY = 10

FAMILIES = (
    "emptied", "one item", "two items", "shortened", "lengthened", "doubled", "duplicates", "repeated", "reversed", "shuffled", "sorted",
    "ties", "dict order", "another seen", "extreme number", "near number", "NaN or infinity", "extreme moment", "other choice",
    "blank text", "line ends", "case", "unicode", "bytes", "array layout", "NaN in array", "extreme in array", "index", "NaN in column",
    "extreme in column", "None", "other type",
)  # fmt: skip


def families() -> tuple[str, ...]:
    """The names of all families of changes, for reports; the last two mostly leave the domain."""
    return FAMILIES


def mutations(calls: Sequence[Call], domain: Domain, count: int, seed: int) -> Batch:
    """At most `count` calls, each a recorded call changed in one place or in its structure; the same for the same calls, domain and seed.

    Each is a copy, and no two are equal as far as their pickles tell. `inside` is what the domain says of it. Families and places take
    turns, arguments before their items; one call in ten is meant to leave the domain. Which arguments belong together (one is another's
    length or index) is not known: the old code may well raise on a change, and the new one must then raise the same. Paths are never
    changed but for others that were seen, objects and callables neither.
    `.made` counts the calls by family, `.skipped` the recorded calls that could not be copied or were too large, and the changes that
    raised."""
    return Batch(lambda batch: _Mutator(calls, domain, seed, batch).run(count))


class _Mutator:
    """One run: the origins at rest, the spots by group, and what was made so far."""

    def __init__(self, calls: Sequence[Call], domain: Domain, seed: int, batch: Batch) -> None:
        self._domain = domain
        self._seed = seed
        self._batch = batch
        self._packed: list[Packed] = []
        self._inside: list[bool] = []
        self._groups: dict[tuple[str, type], list[Spot]] = {}
        self._pools: dict[str, list[Spot]] = {}
        self._known: set[bytes] = set()
        for call in stratified(calls, ORIGINS):
            self._take(call)
        if len(calls) > ORIGINS:
            batch.skipped[f"left as they are: only {ORIGINS} calls are changed"] += len(calls) - ORIGINS

    def _take(self, call: Call) -> None:
        try:
            packed = pack(call)
            copy = packed.fresh()
            self._known |= {packed.digest, pack(copy).digest}
        except Exception as error:  # noqa: BLE001 - the user's own __setstate__ may raise anything: that call has no copies
            reason = (
                str(error)
                if isinstance(error, CannotCopyError)
                else f"cannot be copied: {type(error).__name__}: {error}"
            )
            self._batch.skipped[reason] += 1
            return
        if len(packed.payload) > LARGEST:
            self._batch.skipped[f"left as they are: larger than {LARGEST // 2**20} MiB"] += 1
            return
        origin = len(self._packed)
        self._packed.append(packed)
        self._inside.append(self._domain.holds(call))
        for spot, own in spots_of(origin, copy, self._domain, Random(f"{self._seed} {origin}")):
            group = self._groups.setdefault((spot.group, own), [])
            if len(group) < PER_GROUP:
                group.append(spot)
            self._pools.setdefault(spot.group, []).append(spot)

    def run(self, count: int) -> Iterator[Generated]:
        """Calls until there are enough, or nothing is left to change."""
        inside, outside = self._queues()
        made = 0
        while made < count and (inside or outside):
            turn = outside if outside and (made % OUTSIDE_EVERY == OUTSIDE_EVERY - 1 or not inside) else inside
            queue = turn.pop(0)
            found = next(queue, None)
            if found is None:
                continue
            turn.append(queue)
            made += 1
            yield found

    def _queues(self) -> tuple[list[Iterator[Generated]], list[Iterator[Generated]]]:
        """One queue for each group and family: those of whole arguments first."""
        queues: list[tuple[int, int, bool, Iterator[Generated]]] = []
        for (group, own), spots in self._groups.items():
            by_family: dict[str, list[Variant]] = {}
            for variant in variants_for(own, spots[0].kind):
                by_family.setdefault(variant.family, []).append(variant)
            if len(self._pools[group]) > 1:
                by_family["another seen"] = [Variant("another seen", "another one seen in its place", _never)] * 3
            for family, variants in by_family.items():
                random = Random(f"{self._seed} {group} {own.__qualname__} {family}")
                queues.append(
                    (
                        len(spots[0].path),
                        FAMILIES.index(family),
                        leaves(family, spots[0].kind),
                        self._queue(spots, variants, random),
                    )
                )
        queues.sort(key=lambda one: one[:2])
        inside = [queue for _, _, outside, queue in queues if not outside]
        return inside, [queue for _, _, outside, queue in queues if outside]

    def _queue(self, spots: list[Spot], variants: list[Variant], random: Random) -> Iterator[Generated]:
        """Every change of the family at every spot, each change once before any comes again."""
        variants, spots = list(variants), list(spots)
        random.shuffle(variants)
        random.shuffle(spots)
        for turn in range(len(spots)):
            for number, variant in enumerate(variants):
                spot = spots[(turn + number) % len(spots)]
                if spot.size < variant.least or (variant.most is not None and spot.size > variant.most):
                    continue
                found = self._made(spot, variant, random)
                if found is not None:
                    yield found

    def _made(self, spot: Spot, variant: Variant, random: Random) -> Generated | None:
        try:
            copy = self._packed[spot.origin].fresh()
            old = _at(copy, spot)
            new = self._another(spot, random) if variant.make is _never else variant.make(old, random)
            if new is NOT_MADE:
                return None
            changed = put(copy, spot.path, new)
            digest = pack(changed).digest
        except Exception as error:  # noqa: BLE001 - comparing, hashing and copying are the user's code: no such change
            self._batch.skipped[f"changes that could not be made: {variant.family}: {type(error).__name__}"] += 1
            return None
        if digest in self._known:
            return None
        self._known.add(digest)
        inside = self._inside[spot.origin] and holds_along(
            _at_argument(changed, spot), self._kinds(changed, spot), spot.path[1:], ITEMS
        )
        return Generated(changed, inside, f"{spot.words}: {variant.words}", variant.family)

    def _another(self, spot: Spot, random: Random) -> Any:
        """A copy of what stands in the same place elsewhere, in this call or another."""
        other = random.choice(self._pools[spot.group])
        if other == spot:
            return NOT_MADE
        return _at(self._packed[other.origin].fresh(), other)

    def _kinds(self, call: Call, spot: Spot) -> Kinds:
        return self._domain.kinds(named(call, self._domain.signature)[spot.path[0][1]][0])


def _never(_: Any, __: Random) -> Any:
    """Marks the change that needs the other calls."""
    return NOT_MADE


def _at(call: Call, spot: Spot) -> Any:
    value: Any = call
    for step in spot.path:
        value = child(value, step)
    return value


def _at_argument(call: Call, spot: Spot) -> Any:
    return child(call, spot.path[0])
