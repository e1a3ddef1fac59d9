"""Which functions a close engine looks at: those that were named, or own code, as much of it as matters."""

from __future__ import annotations

import gc
import re
import sys
from dataclasses import dataclass, field
from importlib.util import find_spec
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING

from workbench.analysis.growth import sampled_growth
from workbench.analysis.hotspots import hotspots
from workbench.analysis.ownership import Owner, owner_of_file
from workbench.errors import UnknownOptionError, near
from workbench.recorder.environment import environment
from workbench.recorder.naming import code_of, is_module, nested, plain_name, resolve
from workbench.recorder.sources import Cells, NoCells

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from workbench.engines.base import Options
    from workbench.model.facts import Environment
    from workbench.model.recording import Recording

COVER = 0.8
"""The share of own time that the functions taken over from a sampling cover together."""

MOST = 12
"""Functions taken over from a sampling, at the most."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Functions by (file as recordings name it, qualified name), as a recording saw them."""

    functions: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, recording: Recording, *, memory: bool = False) -> Seen:
        """The own functions that cover most of a recording's time, or growth of `memory`, while they were the innermost of own code."""
        here = sampled_growth(recording) if memory else {}
        for row in hotspots(recording).lines if not here else ():
            here[row.file, row.function] = here.get((row.file, row.function), 0.0) + row.here
        return cls._covering(here)

    @classmethod
    def _covering(cls, here: dict[tuple[str, str], float]) -> Seen:
        room, chosen = COVER * sum(here.values()), set[tuple[str, str]]()
        for function, seconds in sorted(here.items(), key=lambda item: -item[1])[:MOST]:
            if room <= 0:
                break
            chosen.add(function)
            room -= seconds
        return cls(frozenset(chosen))


@dataclass(slots=True)
class Chosen:
    """A Selection. `codes` were named as objects, `names` as text that fits no object yet, `modules` by file or dotted name."""

    environment: Environment
    cells: Cells
    codes: dict[CodeType, None] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    seen: Seen | None = None
    troubles: list[str] = field(default_factory=list)
    _met: set[str] = field(default_factory=set)
    _found: dict[str, list[CodeType]] = field(default_factory=dict)
    _opened: set[str] = field(default_factory=set)
    _own_files: dict[str, bool] = field(default_factory=dict)

    @property
    def automatic(self) -> bool:
        """Whether nothing was named."""
        return not (self.codes or self.names or self.modules or self.troubles)

    def known(self) -> Iterator[CodeType]:
        """See Selection: every live function is asked, so that methods, closures and wrapped functions need no special case.

        Some tools make function objects of a whole module's code; these are none.
        """
        yield from self.codes
        for value in gc.get_objects():
            if type(value) is FunctionType and value.__code__.co_flags & CO_OPTIMIZED:
                yield from self.among(value.__code__)

    def among(self, code: CodeType) -> Iterator[CodeType]:
        """See Selection."""
        for found in nested(code):
            if self._wants(found):
                yield found

    def named(self) -> Iterator[CodeType]:
        """See Selection."""
        yield from self.codes
        for codes in self._found.values():
            yield from codes

    def never(self) -> Iterator[str]:
        """See Selection."""
        yield from self.troubles
        for module in self.modules:
            if module not in self._opened:
                yield f"No code of the module {module!r} was there to look at. Give its name as it is imported, or its path."
        for name in self.names:
            if name not in self._found:
                yield f"No function {name!r} was there to look at: {near(name, sorted(self._met))}"

    def _wants(self, code: CodeType) -> bool:
        if "<" not in (name := plain_name(code)) and self._own(code.co_filename):
            self._met.add(name)
        if code in self.codes:
            return True
        if not self._own(code.co_filename):
            return self._of_a_module(code) or self._named(code, plainly=False)
        if self.automatic:
            return self.seen is None or self._was_seen(code)
        return self._named(code) or self._of_a_module(code)

    def _of_a_module(self, code: CodeType) -> bool:
        found = next((name for name in self.modules if is_module(code.co_filename, name)), None)
        if found is not None:
            self._opened.add(found)
        return found is not None

    def _named(self, code: CodeType, *, plainly: bool = True) -> bool:
        """Whether it is asked for by name: of own code by the plain one too, of others' only with its module."""
        qualified = plain_name(code)
        for name in self.names:
            module = name.removesuffix(qualified).removesuffix(".")
            if (plainly and name == qualified) or (
                name.endswith(f".{qualified}") and is_module(code.co_filename, module)
            ):
                self._found.setdefault(name, []).append(code)
                return True
        return False

    def _was_seen(self, code: CodeType) -> bool:
        if self.seen is None or code.co_name == "<module>":
            return True
        file = self.cells.label(code.co_filename) or code.co_filename
        return (file, code.co_qualname) in self.seen.functions

    def _own(self, file: str) -> bool:
        if file not in self._own_files:
            plain = not file.startswith("<") and owner_of_file(file, self.environment) is Owner.OWN
            self._own_files[file] = plain or self.cells.label(file) is not None
        return self._own_files[file]


def choose(
    options: Options,
    *,
    names: Mapping[str, object] | None = None,
    cells: Cells | None = None,
    like: Recording | None = None,
    memory: bool = False,
) -> Chosen:
    """The selection that the options ask for. `names` is the namespace in which text is looked up first.

    With nothing named: the own functions that cover most of the time (or of the growth of `memory`) of the sampled recording `like`, or
    all own code.
    """
    chosen = Chosen(environment(), cells or NoCells())
    texts: list[str] = []
    for wanted in options.functions:
        found = resolve(wanted, names or {}) if isinstance(wanted, str) else wanted
        if found is None:
            texts.append(str(wanted))
        else:
            _take(chosen, found, wanted)
    chosen.names = tuple(texts)
    chosen.modules = tuple(_file(module) for module in options.modules)
    if like is not None and like.sampled and chosen.automatic:
        chosen.seen = Seen.of(like, memory=memory)
    return chosen


def refuse_missing(options: Options, names: Mapping[str, object], soon: str, cells: Cells | None = None) -> None:
    """Raise UnknownOptionError for a function or module that is named, is not there, and is not spoken of in `soon`, the code that is about
    to run: better before a long run than after it."""
    chosen = choose(options, names=names, cells=cells)
    if not (chosen.names or chosen.modules):
        return
    for _ in chosen.known():
        pass
    for name in chosen.names:
        if name not in chosen._found and not _may_come(name, soon):
            similar = near(name, sorted(chosen._met)).rstrip(".")
            raise UnknownOptionError(
                f"There is no function {name!r}: {similar}{'' if similar.endswith('?') else '.'} "
                "Where it comes into being only while the code runs, import its module first."
            )
    for module in chosen.modules:
        if module not in chosen._opened and not _can_be_imported(module):
            raise UnknownOptionError(f"There is no module {module!r}. Give its name as it is imported, or its path.")


def _may_come(name: str, soon: str) -> bool:
    """Whether code that speaks of `soon` may bring a function about: by its name, or by a module that is not loaded yet."""
    words = set(re.findall(r"\w+", soon))
    modules = words | {name.partition(".")[0]} - {name}
    return name.rpartition(".")[2] in words or any(
        word not in sys.modules and _can_be_imported(word) for word in modules
    )


def _can_be_imported(module: str) -> bool:
    if module.endswith(".py"):
        return Path(module).exists()
    top = module.partition(".")[0]
    return top in sys.modules or (top.isidentifier() and find_spec(top) is not None)


def _take(chosen: Chosen, found: object, wanted: object) -> None:
    codes = list(code_of(found))
    if not codes:
        name = wanted if isinstance(wanted, str) else getattr(found, "__qualname__", repr(found))
        chosen.troubles.append(
            f"{name} has no Python lines (it is written in C, or is no function); its time shows in engine 'sample' as native."
        )
    chosen.codes.update(dict.fromkeys(inner for code in codes for inner in nested(code)))


def _file(module: object) -> str:
    if isinstance(module, ModuleType):
        return module.__file__ or module.__name__
    return str(Path(str(module)).absolute()) if str(module).endswith(".py") else str(module)
