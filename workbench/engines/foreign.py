"""Engines of other packages, found by the entry point group `workbench.engines`; see README.md beside this file.

What is installed is looked up only when an engine that is not our own is asked for, or all names are; a package's code is run only when
its engine is used or described.
"""

from __future__ import annotations

import os
import sys
from dataclasses import MISSING, fields
from functools import lru_cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from workbench.engines.table import ENGINES, EngineRow
from workbench.errors import EngineUnavailableError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "workbench.engines"


def names() -> list[str]:
    """The names of all foreign engines, whether they can be loaded or not. Our own names are ours."""
    return sorted(_offers(_places()))


def find(name: str) -> EngineRow | None:
    """The row of a foreign engine, None where there is none; raises EngineUnavailableError where it cannot be had."""
    offers = _offers(_places()).get(name)
    if offers is None:
        return None
    if len(offers) > 1:
        packages = " and ".join(_package(offer) for offer in offers)
        raise EngineUnavailableError(
            f"Engine {name!r} is offered more than once, by {packages}. Uninstall all but one."
        )
    return _row(offers[0])


def described(name: str) -> EngineRow:
    """The row of a foreign engine, for a list; where the engine cannot be had, what it measures is replaced by why."""
    try:
        found = find(name)
    except EngineUnavailableError as reason:
        return EngineRow(name, "", "", f"not to be had: {reason}", False)
    assert found is not None
    return found


def _row(offer: EntryPoint) -> EngineRow:
    named = f"Engine {offer.name!r} of package {_package(offer)}"
    try:
        made: Any = offer.load()
    except Exception as error:
        raise EngineUnavailableError(
            f"{named} cannot be loaded from {offer.value!r}: {type(error).__name__}: {error}. "
            "Update or uninstall that package, or tell its makers."
        ) from error
    measures = getattr(made, "measures", None)
    if not callable(made) or not isinstance(measures, str):
        raise EngineUnavailableError(
            f"{named} is none: {offer.value!r} has to be a class with the text `measures`, made with the run's Options. "
            "Update or uninstall that package, or tell its makers."
        )
    more = {one.name: getattr(made, one.name, one.default) for one in fields(EngineRow) if one.default is not MISSING}
    return EngineRow(offer.name, offer.module, offer.attr, measures, getattr(made, "repeats", False), **more)


def _package(offer: EntryPoint) -> str:
    return repr(f"{offer.dist.name} {offer.dist.version}") if offer.dist is not None else "an unknown package"


def _places() -> tuple[tuple[str, int], ...]:
    """Where packages are, and when that was last changed."""
    return tuple((path, _changed(path)) for path in sys.path)


def _changed(path: str) -> int:
    try:
        return os.stat(path or ".").st_mtime_ns  # noqa: PTH116
    except OSError:
        return 0


@lru_cache(maxsize=1)
def _offers(places: tuple[tuple[str, int], ...]) -> dict[str, list[EntryPoint]]:
    """Name -> who offers an engine of that name, as of the state of these places."""
    del places
    found: dict[str, list[EntryPoint]] = {}
    for offer in sorted(entry_points(group=GROUP), key=_package):
        if offer.name not in ENGINES and offer.name.isidentifier():
            found.setdefault(offer.name, []).append(offer)
    return found
