"""Two observations of one call, old and new, held against each other: the first difference, with its code."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.study.observe import Items
from workbench.study.strict.compare import Difference, Rules, difference
from workbench.study.strict.sharing import sharing
from workbench.study.strict.words import short
from workbench.timing.driving import Kind

if TYPE_CHECKING:
    from workbench.study.observe import Observation


def contrast(old: Observation, new: Observation, rules: Rules, *, kinds: bool = True) -> Difference | None:
    """What the new call did otherwise than the old one, whatever matters most first; None where nothing. Without `kinds`
    items may come one by one where a list was, and the other way round."""
    return (
        _raised(old, new, rules)
        or (_kind(old, new) if kinds else None)
        or _result(old, new, rules)
        or _arguments(old, new, rules)
        or _shared(old, new)
        or _said(old, new)
        or _left(old, new, rules)
    )


def _raised(old: Observation, new: Observation, rules: Rules) -> Difference | None:
    if old.error is None and new.error is None:
        return None
    if old.error is None or new.error is None:
        which = "raises where the old code does not" if old.error is None else "does not raise where the old code does"
        return Difference("B06", "", _end(old), _end(new), f"The candidate {which}.")
    found = difference(old.error, new.error, replace(rules, ignore=(*rules.ignore, "**.__context__")))
    if found is None:
        return None
    return Difference("B06", found.where, found.old, found.new, f"Another exception is raised. {found.said}")


def _end(seen: Observation) -> str:
    if seen.error is not None:
        return f"raises {type(seen.error).__name__}: {seen.error}"[:200]
    return f"returns {short(seen.result)}"


def _kind(old: Observation, new: Observation) -> Difference | None:
    if old.kind is new.kind:
        if isinstance(old.result, Items) and isinstance(new.result, Items) and old.result.kind != new.result.kind:
            said = "Both give their items one by one, but by different kinds of iterator."
            return Difference("B07", "", old.result.kind, new.result.kind, said)
        return None
    said = "One gives its items when asked for them, or is awaited, and the other is not."
    return Difference("B07", "", _kind_name(old), _kind_name(new), said)


def _kind_name(seen: Observation) -> str:
    if isinstance(seen.result, Items):
        return seen.result.kind
    return "an awaitable" if seen.kind is Kind.AWAIT else type(seen.result).__name__


def _result(old: Observation, new: Observation, rules: Rules) -> Difference | None:
    mine, other = _value(old), _value(new)
    if isinstance(old.result, Items) != isinstance(new.result, Items):
        mine, other = (list(one) if isinstance(one, list | tuple) else one for one in (mine, other))
    return difference(mine, other, rules)


def _arguments(old: Observation, new: Observation, rules: Rules) -> Difference | None:
    names = [f"argument {at + 1}" for at in range(len(old.args))] + [f"argument {name}" for name in old.kwargs]
    mine = [*old.args, *old.kwargs.values()]
    others = [*new.args, *(new.kwargs[name] for name in old.kwargs)]
    for name, before, after in zip(names, mine, others, strict=True):
        found = difference(before, after, rules)
        if found is not None:
            said = f"After the call {name} is not what it is after the old code's call."
            return Difference("B04", f"{name} {found.where}".strip(), found.old, found.new, said)
    return None


def _shared(old: Observation, new: Observation) -> Difference | None:
    mine = sharing(_value(old), [*old.args, *old.kwargs.values()])
    others = sharing(_value(new), [*new.args, *new.kwargs.values()])
    if mine == others:
        return None
    said = "The result and the arguments share objects in another way, so that changing one changes the other."
    return Difference("B05", "", _places(mine), _places(others), said)


def _value(seen: Observation) -> object:
    return seen.result.items if isinstance(seen.result, Items) else seen.result


def _places(shared: tuple[str, ...]) -> str:
    return "; ".join(shared)[:200] or "shares nothing with the arguments"


def _said(old: Observation, new: Observation) -> Difference | None:
    if old.output != new.output:
        return Difference("B08", "output", short(old.output), short(new.output), "Something else is printed.")
    if old.warned != new.warned:
        return Difference("B08", "warnings", short(old.warned), short(new.warned), "Other warnings are given.")
    return None


def _left(old: Observation, new: Observation, rules: Rules) -> Difference | None:
    if old.drawn != new.drawn:
        said = "Random numbers are drawn in another way: whoever draws next gets others than after the old code."
        return Difference("B09", "random state", "left as after the old code", "left differently", said)
    if old.globals.keys() != new.globals.keys():
        said = "Other globals of the module are set by the call."
        return Difference("B09", "globals", short(sorted(old.globals)), short(sorted(new.globals)), said)
    for name, value in old.globals.items():
        found = difference(value, new.globals[name], rules)
        if found is not None:
            return Difference(
                "B09", f"global {name}{found.where}", found.old, found.new, "A global is set to another value."
            )
    return None
