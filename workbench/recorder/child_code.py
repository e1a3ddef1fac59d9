"""Code that a process gets by value, as joblib sends functions of a main module: made by `types.FunctionType`, which no `exec` tells of,
and with a file name that says no more than that."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from types import CodeType
from typing import TYPE_CHECKING, Any

from workbench.recorder.naming import code_of, nested
from workbench.recorder.selection import Chosen, choose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from workbench.recorder.child_folder import Settings

SENT = "<dynamic-code>"


@dataclass(slots=True)
class _ChosenOrSent(Chosen):
    """A selection that takes code sent by value for own code."""

    def _own(self, file: str) -> bool:
        return file == SENT or Chosen._own(self, file)

    def _was_seen(self, code: CodeType) -> bool:
        if code.co_filename == SENT and self.seen is not None:
            return any(name == code.co_qualname for _, name in self.seen.functions)
        return Chosen._was_seen(self, code)


@dataclass(slots=True)
class _Inherited(_ChosenOrSent):
    """That of the process it was forked from: what is there at the beginning is what that one had found up to then."""

    first: tuple[CodeType, ...] = ()

    def known(self) -> Iterator[CodeType]:
        """See Selection."""
        yield from self.first


def chosen_as(settings: Settings) -> Chosen:
    """The selection of another process with these settings."""
    chosen = _ChosenOrSent(**_fields(choose(settings.options)))
    if chosen.automatic:
        chosen.seen = settings.seen
    return chosen


def inherited(chosen: Chosen, codes: Iterable[CodeType]) -> Chosen:
    """The selection of a process that was forked off one with that selection, which has found these codes."""
    return _Inherited(**_fields(chosen) | {"first": tuple(codes)})


def _fields(chosen: Chosen) -> dict[str, Any]:
    return {field.name: getattr(chosen, field.name) for field in fields(chosen)}


def tell_of_functions(discover: Callable[[CodeType], None]) -> None:
    """Have `discover` called with the code of every function that is made by `types.FunctionType`, for the rest of this process."""

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "function.__new__" and isinstance(arguments[0], CodeType):
            discover(arguments[0])

    sys.addaudithook(hear)


def files_of(main: Mapping[str, object]) -> dict[tuple[str, int], str]:
    """(Qualified name, first line) -> file, of the functions in a main module's namespace: what was sent is found again by these."""
    found: dict[tuple[str, int], str] = {}
    for value in list(main.values()):
        if getattr(value, "__module__", None) == "__main__":
            for code in (inner for one in code_of(value) for inner in nested(one)):
                found.setdefault((code.co_qualname, code.co_firstlineno), code.co_filename)
    return found
