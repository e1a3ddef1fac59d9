"""Calls made from a function's annotations alone, by Hypothesis."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import os
import tempfile
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.model.calls import Call
from workbench.study.inputs.copies import CannotCopyError, fresh
from workbench.study.inputs.generated import Batch, Generated
from workbench.study.inputs.hints import hints_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FAMILY = "annotations"
ABSENT = "Hypothesis is not installed, so no calls are made from annotations"


def why_none(function: Callable[..., Any]) -> str:
    """Why no calls can be made from a function's annotations, in words; "" where they can."""
    try:
        import hypothesis  # noqa: F401
    except ImportError:
        return ABSENT
    with _elsewhere():
        plan = _plan(function)
    return plan if isinstance(plan, str) else ""


def from_annotations(function: Callable[..., Any], count: int, seed: int) -> Batch:
    """At most `count` calls whose arguments Hypothesis makes from the type hints, the same for the same seed (and the same modules loaded:
    Hypothesis takes constants from the user's own). None where a parameter without a default has no annotation, where one says
    nothing, or where Hypothesis is missing: `why_none` says it. Parameters with a default and no annotation are left out.
    All are inside: they are what the annotations admit. `.skipped` counts what could not be made or copied."""
    return Batch(lambda batch: _calls(function, count, seed, batch))


def _calls(function: Callable[..., Any], count: int, seed: int, batch: Batch) -> Iterator[Generated]:
    if why_none(function):
        return
    with _elsewhere():
        plan = _plan(function)
        collected = [] if isinstance(plan, str) else _collected(plan, count, seed, batch)
    for positional, keywords in collected:
        call = Call(tuple(positional), keywords)
        try:
            copy = fresh(call)
        except CannotCopyError as error:
            batch.skipped[str(error)] += 1
            continue
        yield Generated(copy, True, "from the annotations", FAMILY)


def _plan(function: Callable[..., Any]) -> tuple[list[Any], dict[str, Any]] | str:
    """Strategies for the positional arguments and the keywords, or why there are none."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return "the signature is not known"
    hints, fault = hints_of(function)
    positional: list[Any] = []
    keywords: dict[str, Any] = {}
    gap = False
    for one in parameters:
        if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD):
            continue
        optional = one.default is not one.empty
        if one.name not in hints:
            if not optional:
                return fault or f"parameter {one.name} has no annotation"
            gap = True
            continue
        strategy = _strategy(one.name, hints[one.name])
        if isinstance(strategy, str):
            if not optional:
                return strategy
            gap = True
        elif one.kind is one.KEYWORD_ONLY or (gap and one.kind is one.POSITIONAL_OR_KEYWORD):
            keywords[one.name] = strategy
        elif not gap:
            positional.append(strategy)
    if not positional and not keywords:
        return "there is no annotated parameter"
    return positional, keywords


def _strategy(name: str, hint: Any) -> Any:
    """A strategy for a hint, or why there is none."""
    from hypothesis import strategies as st

    if says_nothing(hint):
        return f"the annotation of parameter {name} says nothing about its values"
    try:
        strategy = st.from_type(hint)
        strategy.validate()
        empty = strategy.is_empty
    except Exception as error:  # noqa: BLE001 - the user's classes are asked how they are made, and may raise anything
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        return f"Hypothesis cannot make values for parameter {name}: {reason}"
    return f"no value fits the annotation of parameter {name}" if empty else strategy


def says_nothing(hint: Any, depth: int = 0) -> bool:
    """Whether a hint holds Any, object, a bare type variable, a callable, or a bare array or table, for which values would mean nothing:
    of the columns, types or dimensions that the function reads, the annotation says nothing."""
    import collections.abc

    if hint in (typing.Any, object, collections.abc.Callable, typing.Callable):
        return True
    hint = _meant(hint)
    if isinstance(hint, typing.TypeVar):
        return hint.__bound__ is None and not hint.__constraints__
    if depth > 8 or typing.get_origin(hint) is typing.Literal:
        return False
    if typing.get_origin(hint) is collections.abc.Callable:
        return True
    if hint in (list, tuple, set, frozenset, dict) or _is_table(hint):
        return True
    return any(says_nothing(arg, depth + 1) for arg in typing.get_args(hint) if arg is not Ellipsis)


def _meant(hint: Any) -> Any:
    """What a name given by a `type` statement (Python 3.12) stands for."""
    alias = typing.get_origin(hint) or hint
    if not hasattr(typing, "TypeAliasType") or not isinstance(alias, typing.TypeAliasType):
        return hint
    return alias.__value__ if alias is hint else alias.__value__[typing.get_args(hint)]


def _is_table(hint: Any) -> bool:
    """Whether a hint is a class of arrays, series or tables, of whichever library: what has types of its own for what it holds."""
    if not isinstance(hint, type) or issubclass(hint, np.generic) or dataclasses.is_dataclass(hint):
        return False
    return hasattr(hint, "dtype") or hasattr(hint, "dtypes")


def _collected(
    plan: tuple[list[Any], dict[str, Any]], count: int, seed: int, batch: Batch
) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    """What Hypothesis draws, without its database, deadline and health checks."""
    import hypothesis
    from hypothesis import HealthCheck, Phase, Verbosity, given, settings
    from hypothesis import strategies as st

    found: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    positional, keywords = plan

    @hypothesis.seed(seed)
    @settings(
        database=None,
        derandomize=True,
        max_examples=max(count, 1),
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(st.tuples(*positional), st.fixed_dictionaries(keywords))
    def collect(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if len(found) < count:
            found.append((args, kwargs))

    try:
        collect()
    except hypothesis.errors.HypothesisException:
        return found
    except Exception as error:  # noqa: BLE001 - as in `_strategy`: what was made up to there is kept, and the reason counted
        batch.skipped[f"Hypothesis cannot make more: {type(error).__name__}: {error}".splitlines()[0]] += 1
    return found


@contextlib.contextmanager
def _elsewhere() -> Iterator[None]:
    """Hypothesis' tables of characters, which take seconds to make, are kept in the system's temporary folder instead of the working
    folder, unless its own place has been chosen."""
    from hypothesis import configuration

    chosen = vars(configuration).get("__hypothesis_home_directory") or os.environ.get("HYPOTHESIS_STORAGE_DIRECTORY")
    if chosen:
        yield
        return
    user = getattr(os, "getuid", lambda: "")()
    configuration.set_hypothesis_home_dir(Path(tempfile.gettempdir()) / f"workbench-hypothesis-{user}")
    try:
        yield
    finally:
        configuration.set_hypothesis_home_dir(None)
