"""Plug-ins by decorator, by entry point and from a folder of files; a broken one is told of and stops no other."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib.machinery import SourceFileLoader
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_loader
from itertools import count
from pathlib import Path
from reprlib import repr as short
from types import FunctionType
from typing import TYPE_CHECKING, Protocol, TypeGuard, TypeVar, runtime_checkable

from workbench.errors import TargetNotFoundError, UsageError, near

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType

OFFERED = "plugin"
"""The name by which a file in a folder of plug-ins offers its own: `plugin = ...`."""

_FEW = 3
_LOADS = count(1)


@runtime_checkable
class Plugin(Protocol):
    """What every plug-in has, an object or a class: the name by which it is asked for.

    mypy takes `name = "csv"` for both; pyright wants `name: ClassVar[str] = "csv"` in a class that is itself the plug-in.
    """

    @property
    def name(self) -> str:
        """Not empty."""
        ...


P = TypeVar("P", bound=Plugin)
Q = TypeVar("Q", bound=Plugin)


def is_plugin(value: object) -> TypeGuard[Plugin]:
    """Whether a value has a name that is a text and not empty; the widest answer to what a registry `accepts`."""
    name = getattr(value, "name", None)
    return isinstance(name, str) and name != ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One plug-in that could not be had: the file or entry point it was to come from, and why, in a sentence."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


class UnknownPluginError(UsageError, KeyError):
    """No plug-in has that name."""

    def __str__(self) -> str:
        return str(self.args[0])


class PluginRegistry(Mapping[str, P]):
    """Plug-ins by name, in the order of their names; a look-up is one in a dict, iteration sorts the names.

    `accepts` says whether an object is a plug-in of this kind (`is_plugin`, or a narrower question): what a file or package
    offers is known only when it is there, so it is asked of each. What is not accepted, cannot be loaded or has a name that is
    taken is a line in `problems`, never an error; the first of a name stays. What was loaded stays.

    Loading runs the plug-ins' code: only from where you would import from.
    """

    def __init__(self, accepts: Callable[[object], TypeGuard[P]]) -> None:
        self._accepts = accepts
        self._plugins: dict[str, P] = {}
        self._homes: dict[str, str] = {}
        self._problems: list[Problem] = []

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be had, in the order it was met."""
        return tuple(self._problems)

    @property
    def names(self) -> tuple[str, ...]:
        """All names, sorted."""
        return tuple(self)

    def __getitem__(self, name: str) -> P:
        """The plug-in of a name, or UnknownPluginError (a KeyError) that says which names are near."""
        try:
            return self._plugins[name]
        except KeyError:
            pass
        known = near(name, self) if self._plugins else "none is registered"
        raise UnknownPluginError(f"No plug-in is called {name!r}: {known}{self._told()}")

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._plugins))

    def __len__(self) -> int:
        return len(self._plugins)

    def register(self, plugin: Q) -> Q:
        """Take a plug-in, a class or an object with a `name`, and give it back: as a decorator or as a call."""
        self._take(plugin, _home(plugin))
        return plugin

    def load_entry_points(self, group: str) -> None:
        """Take what installed packages offer in a group of entry points, in the order of the entry points' names.

        Costs a look at every installed package's metadata, and the imports, which stay in `sys.modules` as any import does.
        """
        for offer in sorted(entry_points(group=group), key=lambda one: (one.name, one.value)):
            package = offer.dist.name if offer.dist is not None else "an unknown package"
            self._load(f"entry point {offer.name!r} = {offer.value!r} of {package}", offer.load)

    def load_directory(self, folder: Path | str) -> None:
        """Take what each `.py` file of a folder calls `plugin`, in the order of the file names, but of those that begin with `_`.

        A file is run as a module of a name of its own, so files of the same name in two folders do not meet. It is in
        `sys.modules` while it runs and not after, and no bytecode is written. So its classes cannot be pickled by name, and
        files of the folder cannot import each other. What it imports from elsewhere stays imported.

        Raises TargetNotFoundError where there is no such folder or it cannot be read.
        """
        place = Path(folder)
        try:
            files = sorted(path for path in place.iterdir() if path.suffix == ".py" and not path.name.startswith("_"))
        except OSError as error:
            raise TargetNotFoundError(
                f"No plug-ins can be loaded from {str(place)!r} ({error.strerror}). Name a folder that can be read."
            ) from error
        for path in files:
            self._load(str(path), partial(_offered, path))

    def _load(self, where: str, load: Callable[[], object]) -> None:
        try:
            plugin = load()
        except (Exception, SystemExit) as error:  # noqa: BLE001
            self._problems.append(Problem(where, _reason(error)))
        else:
            self._take(plugin, where)

    def _take(self, plugin: object, where: str) -> None:
        """Add a plug-in, or a problem."""
        try:
            fault = self._add(plugin, where)
        except Exception as error:  # noqa: BLE001
            fault = f"cannot be asked for its name ({_reason(error)})"
        if fault:
            self._problems.append(Problem(where, fault))

    def _add(self, plugin: object, where: str) -> str:
        """Add a plug-in where it is one and its name is free; what is wrong, if anything."""
        if not is_plugin(plugin):
            return f"offers {short(plugin)}, which has no `name` that is a text and not empty"
        if not self._accepts(plugin):
            return f"offers {plugin.name!r}, which is not of the kind that {_called(self._accepts)} asks for"
        name = plugin.name
        if self._plugins.setdefault(name, plugin) is plugin:
            self._homes.setdefault(name, where)
            return ""
        return f"offers {name!r}, a name taken by {self._homes.get(name, 'another one')}, which stays"

    def _told(self) -> str:
        """A hint at the plug-ins that could not be had, for a look-up that may have meant one of them."""
        if not self._problems:
            return ""
        few = "; ".join(str(one) for one in self._problems[:_FEW])
        return f" ({len(self._problems)} could not be loaded: {few}{'; ...' if len(self._problems) > _FEW else ''})"


class _Uncached(SourceFileLoader):
    """Compiles the file as it is now; the usual loader writes bytecode beside it, and trusts old bytecode of the same time and size."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        return self.source_to_code(self.get_data(self.path), self.path)


def _offered(path: Path) -> object:
    """Run a file as a module that is in `sys.modules` only meanwhile (dataclasses look their module up there); what it offers."""
    name = f"_workbench_plugin_{next(_LOADS)}_{path.stem}"
    loader = _Uncached(name, str(path.absolute()))
    spec = spec_from_loader(name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    finally:
        sys.modules.pop(name, None)
    if not hasattr(module, OFFERED):
        raise TargetNotFoundError(f"the file has no name `{OFFERED}`. Say at its end: {OFFERED} = ...")
    return getattr(module, OFFERED)


def _reason(error: BaseException) -> str:
    """An error in one line; the line of the file in a syntax error is said by Python itself."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _home(plugin: object) -> str:
    """Where a plug-in that was registered by hand was written: its file and name as far as Python knows them."""
    made = plugin if isinstance(plugin, type | FunctionType) else type(plugin)
    code = getattr(plugin, "__code__", None)
    file = getattr(code, "co_filename", None) or getattr(sys.modules.get(made.__module__), "__file__", None)
    return f"{made.__qualname__} in {file or made.__module__}"


def _called(function: object) -> str:
    return str(getattr(function, "__qualname__", None) or short(function))
