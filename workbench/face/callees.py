"""The functions of a notebook that a person may want to record: those of its cells and of own modules that it imported."""

from __future__ import annotations

import functools
import inspect
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from workbench.analysis.ownership import Owner, owner_of_file
from workbench.recorder.environment import environment
from workbench.recorder.naming import code_of
from workbench.widgets.panel_session import Callee

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from workbench.model.facts import Environment
    from workbench.recorder.sources import Cells

MOST = 500
"""Functions listed at the most."""

_KINDS = (FunctionType, MethodType, functools.partial, type(functools.lru_cache(lambda: None)))


def callees(names: Mapping[str, object], cells: Cells) -> tuple[Callee, ...]:
    """Own functions by the names they are reached by, those of the notebook itself first, each group by name. Runs none of their code."""
    here = environment()
    found = [one for name, value in sorted(names.items()) if (one := _callee(name, value, cells, here))]
    modules = ((name, value) for name, value in sorted(names.items()) if type(value) is ModuleType)
    for name, module in modules:
        if not name.startswith("_"):
            found.extend(_of_module(name, module, cells, here))
    return tuple(found[:MOST])


def _of_module(name: str, module: ModuleType, cells: Cells, here: Environment) -> Iterator[Callee]:
    own = module.__name__
    for member, value in sorted(vars(module).items()):
        if isinstance(value, FunctionType) and value.__module__ != own:
            continue
        one = None if member.startswith("_") else _callee(f"{name}.{member}", value, cells, here)
        if one is not None:
            yield one


def _callee(name: str, value: object, cells: Cells, here: Environment) -> Callee | None:
    if name.startswith("_") or not _is_own(value, cells, here):
        return None
    call: Any = value
    try:
        parameters = inspect.signature(call).parameters.values()
    except (ValueError, TypeError):
        return Callee(name, takes_more=True)
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    single = [one for one in parameters if one.kind not in variable]
    needs = tuple(one.name for one in single if one.default is one.empty)
    return Callee(name, needs, takes_more=len(needs) < len(parameters))


def _is_own(value: object, cells: Cells, here: Environment) -> bool:
    """Whether it is a function, however wrapped, whose code is of a cell or of an own module."""
    if not issubclass(type(value), _KINDS):
        return False
    codes = list(code_of(value))
    if not codes or inspect.iscoroutinefunction(value):
        return False
    file = codes[-1].co_filename
    if cells.label(file) is not None:
        return True
    return not file.startswith("<") and owner_of_file(file, here) is Owner.OWN
