"""Compare two versions of a function: the same results first, then memory, then speed, and one verdict."""

from __future__ import annotations

import inspect
import math
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.model.benchmark import Verdict
from workbench.model.comparison import Comparison, Memory, Sameness
from workbench.study.codes import meaning
from workbench.study.memory import memory
from workbench.study.sameness import Stimulus, sameness
from workbench.study.stimuli import generated, in_turn
from workbench.timing.carrier import Carrier, CarryError, carry, name_of
from workbench.timing.decide import MARGIN
from workbench.timing.paired import BUDGET, Plan, benchmark
from workbench.timing.processes import WorkerFailedError, WorkerHungError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.model.benchmark import Benchmark
    from workbench.study.relaxations import Allowed
    from workbench.timing.series import Progress

SAME_SHARE, MEMORY_SHARE = 0.25, 0.08
"""Shares of the budget that replaying and memory may take; speed has what is left."""
RESIZED, RESIZED_SHARE = (frozenset({"shortened", "lengthened"}), frozenset({"near number"})), 0.15
"""Families of generated inputs that differ from given ones by an item or, where there are none, by one in a number; and the share
of the budget for timing these."""
FEWEST_RESIZED, MOST_RESIZED = 4, 40
MORE = 1 << 20
"""Bytes that a call may need beyond the old code's peak in any case."""
MUCH = 1000
"""Per cent from which on a growth of memory is told in bytes."""

KEPT = 64
"""Bytes that a call may leave behind beyond what the old code leaves."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to compare: live functions, payloads of (args, kwargs) in the order of their worth, and under what terms.

    `lost` are sentences about inputs that could not be kept; `run_calls` is how often a run of the real program calls the function, 0 where
    that is not known; `count` is how many inputs are generated besides; `carried` are the functions as they travel, where that was decided.
    """

    old: Callable[..., Any]
    new: Callable[..., Any]
    inputs: tuple[bytes, ...]
    allowed: Allowed
    budget: float = BUDGET
    margin: float = MARGIN
    count: int = 300
    run_calls: int = 0
    lost: tuple[str, ...] = ()
    carried: tuple[Carrier, Carrier] | None = None


def compare(request: Request, progress: Progress | None = None) -> Comparison:
    """Hold `new` against `old` on the inputs given and others like them; in processes of their own where both can travel there.

    Ctrl-C ends it: while it is timed with what was measured, before that with an answer that nothing is known.
    """
    begin = perf_counter()
    try:
        return _compared(request, progress, begin)
    except KeyboardInterrupt:
        said = f"interrupted after {perf_counter() - begin:.0f} s, before the two were timed"
        same = Sameness("unknown", "U05", said, 0, 0, 0, (), request.allowed.said, (), (), None)
        return _answer(request, same, Verdict.CANNOT_DECIDE, "U05", said, None, None, begin, list(request.lost))


def _compared(request: Request, progress: Progress | None, begin: float) -> Comparison:
    notes = list(request.lost)
    old, new = request.carried or (_carried(request.old, notes), _carried(request.new, notes))
    given = [Stimulus(payload, "given", True, "an input given") for payload in dict.fromkeys(request.inputs)]
    stimuli = in_turn(given, generated(request.old, request.inputs, request.count, notes))
    found = _signature(request, name_of(request.old))
    mutates = False
    if found is None:
        replayed = sameness(old, new, stimuli, request.allowed, SAME_SHARE * request.budget, request.old)
        found, mutates = replayed.same, replayed.mutates
    if found.state != "same":
        verdict = Verdict.REFUSED if found.state == "different" else Verdict.CANNOT_DECIDE
        return _answer(request, found, verdict, found.code, found.said, None, None, begin, notes)
    needed = _memory(request, old, new, notes)
    left = request.budget - (perf_counter() - begin)
    plan = Plan(
        functions=(old, new),
        calls=request.inputs,
        budget=max(left, 0.3 * request.budget),
        margin=request.margin,
        fresh=mutates,
        kept=request.allowed.cache,
        run_calls=request.run_calls,
    )
    try:
        timed = benchmark(plan, progress)
        verdict, code, said = timed.verdict, timed.code, timed.said
        if verdict is Verdict.FASTER and (refused := _refused(request, plan, timed, needed, stimuli)):
            verdict, (code, said) = Verdict.REFUSED, refused
    except (WorkerFailedError, WorkerHungError) as error:
        said = f"the two could not be timed: {error}"
        return _answer(request, found, Verdict.CANNOT_DECIDE, "U02", said, None, needed, begin, notes)
    return _answer(request, found, verdict, code, said, timed, needed, begin, notes)


def _refused(
    request: Request, plan: Plan, timed: Benchmark, needed: Memory | None, stimuli: Sequence[Stimulus]
) -> tuple[str, str] | None:
    """Code and sentence where what is faster is not acceptable: memory, or a gain at the recorded sizes only; else None."""
    if needed is not None and (more := too_much(needed, request.allowed)):
        return more
    resized = next((found for families in RESIZED if len(found := _of(families, stimuli)) >= FEWEST_RESIZED), ())
    if not resized:
        return None
    other = benchmark(replace(plan, calls=resized, budget=RESIZED_SHARE * request.budget)).ratio
    if not (other.known and other.high < math.sqrt(timed.ratio.low)):
        return None
    said = (
        f"{timed.ratio.ratio:.3g}x on the inputs given, but {other.ratio:.3g}x ({other.low:.3g} to {other.high:.3g}) on the same inputs "
        "with one item more or less: the gain is fitted to the recorded sizes."
    )
    return "P08", said


def _carried(function: Callable[..., Any], notes: list[str]) -> Carrier | Callable[..., Any]:
    try:
        return carry(function)
    except CarryError as error:
        notes.append(str(error))
        return function


def _signature(request: Request, name: str) -> Sameness | None:
    """A refusal where calls of the old code's form would mean something else to the candidate, or nothing."""
    try:
        mine, other = (inspect.signature(function).parameters for function in (request.old, request.new))
    except (TypeError, ValueError):
        return None
    fault = _parameters_differ(list(mine.values()), list(other.values()))
    if not fault:
        return None
    said = f"{meaning('B11')}: {fault}. Calls written for {name}{inspect.signature(request.old)} would not do the same."
    return Sameness("different", "B11", said, 0, 0, 0, (), request.allowed.said, (), (), None)


def _parameters_differ(old: Sequence[inspect.Parameter], new: Sequence[inspect.Parameter]) -> str:
    for at, mine in enumerate(old):
        if at >= len(new):
            return f"parameter {mine.name!r} is gone"
        other = new[at]
        if mine.kind is not other.kind:
            return f"parameter {mine.name!r} is {mine.kind.description}, and {other.name!r} is {other.kind.description}"
        if mine.name != other.name and mine.kind is not inspect.Parameter.POSITIONAL_ONLY and not _variable(mine):
            return f"parameter {mine.name!r} is called {other.name!r}"
        if (mine.default is inspect.Parameter.empty) != (other.default is inspect.Parameter.empty):
            return f"parameter {mine.name!r} {'lost its' if other.default is inspect.Parameter.empty else 'has got a'} default"
    for other in new[len(old) :]:
        if other.default is inspect.Parameter.empty and not _variable(other):
            return f"there is a new parameter {other.name!r} without a default"
    return ""


def _variable(parameter: inspect.Parameter) -> bool:
    return parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _memory(request: Request, old: object, new: object, notes: list[str]) -> Memory | None:
    if not (isinstance(old, Carrier) and isinstance(new, Carrier)):
        notes.append("memory is not measured in this process")
        return None
    try:
        return memory(old, new, request.inputs, MEMORY_SHARE * request.budget)
    except (WorkerFailedError, WorkerHungError) as error:
        notes.append(f"memory is not known: {error}")
        return None


def too_much(needed: Memory, allowed: Allowed) -> tuple[str, str] | None:
    """Code and sentence where the new version needs more memory at once, or leaves more behind, than is allowed; else None."""
    more = needed.new_peak - needed.old_peak
    if more > max(allowed.peak * needed.old_peak, allowed.room, MORE):
        said = f"a call needs {units.size(needed.new_peak)} at once, where the old code's needed {units.size(needed.old_peak)}"
        share = math.ceil(100 * more / max(needed.old_peak, 1)) + 5
        room = f"{share}%" if share < MUCH else f"{math.ceil(1.05 * more / (1 << 20))}MiB"
        return "M01", f'{said}. If that is meant, allow it: allow=["memory:{room}"].'
    kept = needed.new_kept - needed.old_kept
    if kept > KEPT and not allowed.cache:
        said = f"each call with another input leaves {units.size(kept)} behind, in {needed.calls} calls without an end to it"
        return "M02", f'{said}. If results are kept on purpose, and bounded, allow it: allow=["cache"].'
    return None


def _of(families: frozenset[str], stimuli: Sequence[Stimulus]) -> tuple[bytes, ...]:
    """Payloads of generated inputs of these families, each input its own, the larger ones first, as the gain is to be seen on them."""
    found = [one.payload for one in stimuli if one.inside and one.family in families]
    return tuple(sorted(found, key=len, reverse=True)[:MOST_RESIZED])


NEXT = {
    Verdict.FASTER: "Take it over, and run the tests that touch it.",
    Verdict.SLOWER: "Profile the candidate: %profile all shows where its time goes.",
    Verdict.NO_DIFFERENCE: "Leave the old code, or look for a larger change: %profile shows where the time goes.",
    Verdict.REFUSED: "Mend what the counter-example shows, and compare again.",
    Verdict.CANNOT_DECIDE: "See what stands in the way above; a larger budget or a quieter machine helps against noise.",
}
NEXT_BY_CODE = {
    "P04": "Move the work out of the import or the first call, or compare with the number of calls that a run really makes.",
    "P07": "Compare on inputs that do not come again, or declare that results are kept.",
    "M01": "Lower the peak, or declare what is acceptable.",
    "M02": "Bound what is kept, or do not keep it.",
    "B11": "Give the candidate the old code's parameters.",
    "B13": 'Keep the order of the additions, or declare a tolerance: allow=["float:1e-9"].',
    "B15": "Compare a function that returns plain values, or say how this type is compared: workbench.register_comparison(TYPE, differs).",
    "B17": "Make the candidate importable, and compare again.",
    "U05": "Compare again, with a smaller budget where it took too long.",
    "U03": "Pass in what makes it differ (a clock, a seed, an id), so that both versions get the same.",
}
"""What to do next, by code where there is something more exact to say than by verdict."""


def _names(request: Request) -> tuple[str, str]:
    """What the two are called, with their files where they were named by them."""
    given = (request.old, request.new)
    if request.carried is None:
        return name_of(given[0]), name_of(given[1])
    places = (Path(carrier.reference.rpartition(":")[0]).name for carrier in request.carried)
    old, new = (f"{place}:{name_of(function)}".removeprefix(":") for place, function in zip(places, given, strict=True))
    return old, new


def _answer(
    request: Request,
    same: Sameness,
    verdict: Verdict,
    code: str,
    said: str,
    timed: Benchmark | None,
    needed: Memory | None,
    begin: float,
    notes: Sequence[str],
) -> Comparison:
    names = _names(request)
    follow = NEXT_BY_CODE.get(code, NEXT[verdict])
    return Comparison(*names, verdict, code, said, follow, same, timed, needed, perf_counter() - begin, tuple(notes))
