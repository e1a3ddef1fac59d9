"""Functions named by where they are written, loaded as they would be by a program: `file.py:name`, `package.module:name`, and
`folder::package.module:name`, whose modules come from that folder and stand beside those of the same names elsewhere."""

from __future__ import annotations

import functools
import hashlib
import importlib
import sys
from importlib.abc import MetaPathFinder
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

from workbench.errors import TargetNotFoundError, UsageError, WorkbenchError, near
from workbench.timing.trees import tree_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from importlib.machinery import ModuleSpec

_FILES: dict[str, str] = {}
"""The files that were loaded as modules of their own, by the modules' names."""
_COMPILED: dict[tuple[Path, int, int], CodeType] = {}


def load_function(reference: str) -> Callable[..., Any]:
    """The function that `reference` names, its module run where it has not been. Raises what `load_value` does but for errors of the
    module's own, and TargetNotFoundError where it is no function or its module does not run to its end."""
    try:
        found = load_value(reference)
    except WorkbenchError:
        raise
    except (Exception, SystemExit) as error:
        raise TargetNotFoundError(
            f"{reference} cannot be had: running {reference.rpartition(':')[0]} as a module raised {type(error).__name__}"
            f'{_line_of(error)}: {error}. Where a program begins there, put that under `if __name__ == "__main__":`.'
        ) from error
    if not callable(found):
        raise TargetNotFoundError(f"{reference} is a {type(found).__name__}, not a function.")
    return found  # type: ignore[no-any-return]


def _line_of(error: BaseException) -> str:
    """The line of a module's own statement that raised."""
    found = error.__traceback__
    while found is not None and found.tb_frame.f_code.co_name != "<module>":
        found = found.tb_next
    while found is not None and found.tb_next is not None and found.tb_next.tb_frame.f_code.co_name == "<module>":
        found = found.tb_next
    return f" on line {found.tb_lineno}" if found is not None else ""


def load_value(reference: str) -> Any:
    """What `file.py:name` or `package.module:name` names. Raises UsageError for what is no reference, TargetNotFoundError where
    there is no such file, module or name, and whatever running the module raises."""
    where, colon, name = reference.rpartition(":")
    if not colon or not where or not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(
            f"{reference!r} names nothing: write file.py:name, package.module:name or folder::package.module:name."
        )
    module = _module_at(where)
    try:
        return functools.reduce(getattr, name.split("."), module)
    except AttributeError as error:
        known = [key for key in vars(module) if not key.startswith("__")]
        raise TargetNotFoundError(f"There is no {name} in {where}: {near(name, known)}") from error


def _module_at(where: str) -> ModuleType:
    folder, apart, name = where.rpartition("::")
    if apart:
        return tree_at(Path(folder)).module(name)
    return _module_in(Path(where)) if where.endswith(".py") else _module_named(where)


def compiled(path: Path) -> CodeType:
    """A file's code, the same object as long as the file is the same: so the functions of a script that is loaded as a module, and of the
    same script when it is run, share their code objects. Raises OSError, SyntaxError."""
    state = path.stat()
    key = (path, state.st_mtime_ns, state.st_size)
    if key not in _COMPILED:
        _COMPILED[key] = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    return _COMPILED[key]


def loaded_files() -> dict[str, str]:
    """The files that were loaded as modules of their own, by the modules' names: for `know_files` in another process."""
    return dict(_FILES)


def know_files(files: Mapping[str, str]) -> None:
    """Have modules of these names found in these files, when something that is unpickled here names them."""
    sys.meta_path.append(_FileFinder(files))


class _FileFinder(MetaPathFinder):
    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder`."""
        del path, target
        file = self._files.get(fullname)
        return None if file is None else spec_from_file_location(fullname, file)


def _module_named(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
            raise
        raise TargetNotFoundError(
            f"There is no module {error.name} to import from here. For a file write its path with .py: dir/file.py:function."
        ) from error


def _module_in(path: Path) -> ModuleType:
    """A file as a module of its own, under a name made from its path, so that two files of one name stand side by side."""
    whole = path.resolve()
    if not whole.is_file():
        raise TargetNotFoundError(f"There is no file {path}.")
    name = f"{whole.stem}_{hashlib.sha256(str(whole).encode()).hexdigest()[:8]}"
    _FILES[name] = str(whole)
    if name in sys.modules:
        return sys.modules[name]
    if str(whole.parent) not in sys.path:
        sys.path.insert(0, str(whole.parent))
    module = ModuleType(name)
    module.__file__ = str(whole)
    sys.modules[name] = module
    try:
        exec(compiled(whole), vars(module))
    except BaseException:
        del sys.modules[name]
        raise
    return module
