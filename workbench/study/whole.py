"""The program as a whole with a candidate in the target's place: whether its result is the same, and how long it takes.

A script runs as its text with the candidate in it. Else the candidate's code is put into the target's own function object for the time of
a run, so that whoever holds the function calls it.
"""

from __future__ import annotations

import builtins
import dis
import inspect
from contextlib import contextmanager
from time import perf_counter
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from workbench.model.whole import WholeRun
from workbench.study.strict.compare import difference
from workbench.units import seconds as words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.study.strict.facts import Rules

    Program = Callable[[], object]

PAIRS, FEWEST = 5, 2
"""Pairs of runs at the most, and at the least: with fewer nothing is said of the time."""


def whole_run(old: Program, new: Program, rules: Rules, budget: float) -> WholeRun:
    """Run the program as it is, and with the candidate, in pairs, which of the two first by turns, up to about `budget` seconds, and
    compare what it returns.

    Where two runs of the old one differ, that is said. Raises what the program raises with the old code.
    """
    runs = _Runs(old, new, rules)
    begin = perf_counter()
    pair = runs.old_run() + runs.new_run()
    if runs.differs:
        runs.old_run()
        return WholeRun((), (), "" if runs.unsteady else runs.differs, runs.unsteady)
    while not runs.differs and len(runs.olds) < PAIRS and perf_counter() - begin + pair <= budget:
        first, second = (runs.new_run, runs.old_run) if len(runs.olds) % 2 else (runs.old_run, runs.new_run)
        pair = first() + second()
    if runs.unsteady:
        return WholeRun(tuple(runs.olds), tuple(runs.news), "", runs.unsteady)
    if len(runs.olds) < FEWEST and not runs.differs:
        return WholeRun(
            (), (), said=f"the program as a whole was not timed: two runs take {words(pair)}, of {words(budget)}"
        )
    return WholeRun(tuple(runs.olds), tuple(runs.news), runs.differs)


def whole_run_in_place(
    program: Program, old: Callable[..., Any], new: Callable[..., Any], rules: Rules, budget: float
) -> WholeRun:
    """The same, with the code of `new` in the function object `old` for the time of a run. Where it cannot stand there, or the program
    does not come by, that is said."""
    if not isinstance(old, FunctionType) or not isinstance(new, FunctionType):
        return _not_run("the target or the candidate is no function made by def")
    cannot = why_not(old, new)
    if cannot:
        return _not_run(cannot)
    seen = [False]

    def with_probe() -> object:
        if seen[0]:
            return program()
        with reached(old) as calls:
            result = program()
        if not calls:
            raise _NeverReachedError
        seen[0] = True
        return result

    def with_candidate() -> object:
        with standing_in(old, new):
            return program()

    try:
        return whole_run(with_probe, with_candidate, rules, budget)
    except _NeverReachedError:
        return _not_run(
            "its calls are of another copy of the function, in a process of its own perhaps, or there are none"
        )


class _NeverReachedError(Exception):
    """The program does not call this function object."""


def _not_run(why: str) -> WholeRun:
    return WholeRun((), (), said=f"the program as a whole was not run with the candidate: {why}")


class _Runs:
    """Runs, and what came of them; the first result of the old code is what all others are held against."""

    def __init__(self, old: Program, new: Program, rules: Rules) -> None:
        self._old, self._new, self._rules = old, new, rules
        self._first: object = None
        self.olds: list[float] = []
        self.news: list[float] = []
        self.differs = self.unsteady = ""

    def old_run(self) -> float:
        """Run the program as it is; seconds."""
        begin = perf_counter()
        result = self._old()
        took = perf_counter() - begin
        if not self.olds:
            self._first = result
        elif found := difference(self._first, result, self._rules):
            self.unsteady = f"the program's own result differs from run to run, and says nothing: {found.said}"
        self.olds.append(took)
        return took

    def new_run(self) -> float:
        """Run it with the candidate; seconds."""
        begin = perf_counter()
        try:
            result = self._new()
        except Exception as error:  # noqa: BLE001
            took = perf_counter() - begin
            self.differs = f"the program ends with {type(error).__name__}: {error}"
        else:
            took = perf_counter() - begin
            found = difference(self._first, result, self._rules)
            self.differs = f"the program's result is another one: {found.said}" if found else self.differs
        self.news.append(took)
        return took


@contextmanager
def reached(function: FunctionType) -> Iterator[list[bool]]:
    """While the block lasts, the first call of this very function object puts an item into the list, and goes on as it would have."""
    seen: list[bool] = []
    before = function.__code__

    def first(*args: Any, **kwargs: Any) -> Any:
        seen.append(True)
        function.__code__ = before
        return function(*args, **kwargs)

    probe = _PROBES[before.co_flags & _KINDS].__code__
    constants = tuple(first if one == _FIRST else one for one in probe.co_consts)
    function.__code__ = probe.replace(co_consts=constants)
    try:
        yield seen
    finally:
        function.__code__ = before


_KINDS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
"""The flags of code that is more than a plain function: code of one kind may not stand in for that of another."""
_FIRST = "what is called at the first call"


def _plain(*args: Any, **kwargs: Any) -> Any:
    call: Any = "what is called at the first call"
    return call(*args, **kwargs)


def _items(*args: Any, **kwargs: Any) -> Any:
    call: Any = "what is called at the first call"
    return (yield from call(*args, **kwargs))


async def _awaited(*args: Any, **kwargs: Any) -> Any:
    call: Any = "what is called at the first call"
    return await call(*args, **kwargs)


async def _async_items(*args: Any, **kwargs: Any) -> Any:
    call: Any = "what is called at the first call"
    async for item in call(*args, **kwargs):
        yield item


_PROBES: dict[int, Any] = {
    0: _plain,
    inspect.CO_GENERATOR: _items,
    inspect.CO_COROUTINE: _awaited,
    inspect.CO_ASYNC_GENERATOR: _async_items,
}


@contextmanager
def standing_in(old: FunctionType, new: FunctionType) -> Iterator[None]:
    """While the block lasts, calls of `old` run the code of `new`, wherever they come from; its module has the names that needs."""
    before = old.__code__, old.__defaults__, old.__kwdefaults__
    lent = {name: new.__globals__[name] for name in _lacking(old, new) if name in new.__globals__}
    try:
        old.__globals__.update(lent)
        old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__
        yield
    finally:
        old.__code__, old.__defaults__, old.__kwdefaults__ = before
        for name in lent:
            del old.__globals__[name]


def _lacking(old: FunctionType, new: FunctionType) -> list[str]:
    """Names that the new code looks up and the target's module has not, such as what the candidate imports."""
    used = _global_names(new.__code__) - {old.__name__}
    return sorted(name for name in used if name not in old.__globals__ and not hasattr(builtins, name))


def why_not(old: FunctionType, new: FunctionType) -> str:
    """Why the code of `new` cannot stand in for that of `old`; "" where it can."""
    for which, one in (("target", old), ("candidate", new)):
        if hasattr(one, "__wrapped__"):
            return f"the {which} is wrapped in a decorator"
        if one.__code__.co_freevars:
            return f"the {which} is a closure"
    if (old.__code__.co_flags ^ new.__code__.co_flags) & _KINDS:
        return "one of the two gives its items one by one, or is awaited, and the other is not"
    used = _global_names(new.__code__)
    if new.__name__ in used and new.__name__ != old.__name__:
        return "it calls itself under another name than the target's"
    mine, others = old.__globals__, new.__globals__
    lacking = _lacking(old, new)
    for name in sorted(used - {old.__name__}):
        if name in lacking and name in others:
            continue
        if name in lacking:
            return f"it uses {name}, which neither the target's module has nor the candidate's"
        if mine.get(name) is not others.get(name):
            return f"its {name} is another one than that of the target's module"
    return ""


def _global_names(code: CodeType) -> set[str]:
    """Names that code looks up among globals, in functions within it too."""
    found = {str(one.argval) for one in dis.get_instructions(code) if one.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    inner = (one for one in code.co_consts if isinstance(one, CodeType))
    return found.union(*map(_global_names, inner))
