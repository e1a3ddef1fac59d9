"""Two versions of a package side by side in one process: each in a tree of modules of its own, which import each other and nobody else.

A tree's modules are the ones that lie under its root. While one of them is imported, `sys.modules` has this tree's modules under their real
names and nothing of another tree's; afterwards it is as it was. Code of the tree that imports later, within a function, finds its own tree,
since its modules have an `__import__` of their own. `importlib.import_module` within a function does not.
"""

from __future__ import annotations

import builtins
import importlib
import sys
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from workbench.errors import TargetNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import ModuleType

_MARK = "__workbench_tree__"
_NOT_CODE = frozenset({"setup", "conftest", "docs", "build", "dist"})
_trees: dict[Path, Tree] = {}
_lock = RLock()


class Tree:
    """The modules under `root`, or under its folder `src` where the packages lie there. Use `tree_at`, so that a root has one tree."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.modules: dict[str, ModuleType] = {}
        self._importing = False
        self._places = [str(place) for place in (root, root / "src") if place.is_dir()]
        self._tops = frozenset(name for place in self._places for name in _names_in(Path(place)))
        self._builtins = vars(builtins) | {"__import__": self._import, _MARK: self}

    def owns(self, module: str) -> bool:
        """Whether a module of this name would be found in the tree."""
        return module.partition(".")[0] in self._tops

    def module(self, name: str) -> ModuleType:
        """The module of this name, imported where it has not been. Raises TargetNotFoundError where the tree has none, and whatever
        running it raises."""
        if not self.owns(name):
            raise TargetNotFoundError(f"There is no module {name} in {self.root}.")
        if name not in self.modules:
            try:
                with self._instead():
                    importlib.import_module(name)
            except ModuleNotFoundError as error:
                if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
                    raise
                raise TargetNotFoundError(f"There is no module {error.name} in {self.root}.") from error
        return self.modules[name]

    def find_spec(self, name: str, path: Sequence[str] | None = None, _: object = None) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder`: only while a module of this tree is imported."""
        if not self.owns(name):
            return None
        spec = PathFinder.find_spec(name, self._places if path is None else path)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _Loader(spec.loader.name, spec.loader.path, self._builtins)
        return spec

    def _import(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        if level == 0 and not self.owns(name):
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        known = self.modules.get(name) if level == 0 else None
        if known is not None:
            if not fromlist:
                return self.modules[name.partition(".")[0]]
            if "*" not in fromlist and all(hasattr(known, one) for one in fromlist):
                return known
        with self._instead():
            return importlib.__import__(name, globals, locals, fromlist or (), level)

    @contextmanager
    def _instead(self) -> Iterator[None]:
        """`sys.modules` with this tree's modules and no others of their names; what was imported meanwhile is the tree's."""
        with _lock:
            if self._importing:
                yield
                return
            self._importing = True
            aside = {name: sys.modules.pop(name) for name in list(sys.modules) if self.owns(name)}
            sys.modules.update(self.modules)
            sys.meta_path.insert(0, self)
            importlib.invalidate_caches()
            try:
                yield
            finally:
                self._importing = False
                sys.meta_path.remove(self)
                self.modules = {name: sys.modules.pop(name) for name in list(sys.modules) if self.owns(name)}
                sys.modules.update(aside)


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, names: dict[str, Any]) -> None:
        super().__init__(name, path)
        self._names = names

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__builtins__"] = self._names
        super().exec_module(module)


def tree_at(root: Path) -> Tree:
    """The tree of a folder. Raises TargetNotFoundError where there is no such folder."""
    whole = root.resolve()
    if not whole.is_dir():
        raise TargetNotFoundError(f"There is no folder {root}.")
    if whole not in _trees:
        _trees[whole] = Tree(whole)
    return _trees[whole]


def tree_of(function: Callable[..., Any]) -> Tree | None:
    """The tree that a function, or a method, belongs to."""
    while wrapped := getattr(function, "__wrapped__", None) or getattr(function, "__func__", None):
        function = wrapped
    names = getattr(function, "__globals__", {}).get("__builtins__")
    return names.get(_MARK) if isinstance(names, dict) else None


def tree_with(cls: Any) -> Tree | None:
    """The tree that a class, or a function, is a global of; None for what can be imported in the usual way."""
    for tree in _trees.values():
        module = tree.modules.get(cls.__module__) if isinstance(cls.__module__, str) else None
        found: Any = module
        for part in cls.__qualname__.split(".") if module is not None else ():
            found = getattr(found, part, None)
        if found is cls:
            return tree
    return None


def _names_in(folder: Path) -> Iterator[str]:
    """Top-level modules and packages in a folder, but for what is named as the standard library's or is no code."""
    for path in folder.iterdir():
        name = path.stem if path.suffix == ".py" else path.name
        code = path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py")))
        if code and name.isidentifier() and name not in sys.stdlib_module_names and name not in _NOT_CODE:
            yield name
