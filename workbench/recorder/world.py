"""What a program sees of the process it is the main program of, and how to change between two of these."""

from __future__ import annotations

import io
import os
import sys
from dataclasses import dataclass, field
from importlib.machinery import BuiltinImporter, FrozenImporter
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LOADED_BY_PYTHON = frozenset({"__main__", "encodings"})


@dataclass(frozen=True, slots=True)
class World:
    """`sys.modules["__main__"]`, `sys.argv`, `sys.path`, stdout and stderr, and the working folder (empty where it has been deleted).

    `modules` are those of `sys.modules` that differ between the workbench and the program, None where there is none: a `statistics.py`
    beside a script is what the script imports, though the workbench has loaded the standard library's.
    """

    main: ModuleType
    argv: list[str]
    path: list[str]
    folder: str
    streams: tuple[TextIO, TextIO]
    modules: dict[str, ModuleType | None] = field(default_factory=dict)

    @classmethod
    def now(cls, modules: Iterable[str] = ()) -> World:
        """The present one, with the modules of these names."""
        found = {name: sys.modules.get(name) for name in modules}
        return cls(sys.modules["__main__"], sys.argv, sys.path, working_folder(), (sys.stdout, sys.stderr), found)

    @classmethod
    def of(cls, argv: Sequence[str], first: str, *, always: bool = False) -> World:
        """A fresh one, for a program whose own folder on the import path is `first`.

        Python leaves that folder out where it runs with `-P`, unless it is what is run (`always`).
        """
        main = ModuleType("__main__")
        if sys.version_info < (3, 14):
            main.__annotations__ = {}
        streams = (_whole(sys.stdout), _whole(sys.stderr))
        others = sys.path if sys.flags.safe_path else sys.path[1:]
        if sys.flags.safe_path and not always:
            return cls(main, list(argv), list(others), working_folder(), streams)
        hidden: dict[str, ModuleType | None] = dict.fromkeys(_hidden_by(first))
        return cls(main, list(argv), [first, *others], working_folder(), streams, hidden)

    def enter(self) -> None:
        """Make it the present one."""
        sys.modules["__main__"] = self.main
        sys.argv, sys.path = self.argv, self.path
        sys.stdout, sys.stderr = self.streams
        for name, module in self.modules.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module
        if self.folder and self.folder != working_folder():
            try:
                os.chdir(self.folder)
            except OSError:
                return


class _WholeWrites(io.FileIO):
    """An unbuffered stream that writes all it is given.

    `write(2)` on a pipe may write a part when a signal comes, as a sampler's do, and Python's own unbuffered text stream
    (`-u`, `PYTHONUNBUFFERED`) then loses the rest.
    """

    def write(self, data: Any, /) -> int:
        """Write all; less only where the stream does not block and is full."""
        rest = memoryview(data).cast("B")
        length = len(rest)
        while rest:
            written: int | None = super().write(rest)
            if not written:
                break
            rest = rest[written:]
        return length - len(rest)


def _whole(stream: TextIO) -> TextIO:
    """The stream itself, or one on the same file that writes all it is given, where this one would not."""
    raw = getattr(stream, "buffer", None)
    if os.name != "posix" or type(raw) is not io.FileIO or not isinstance(stream, io.TextIOWrapper):
        return stream
    file = _WholeWrites(raw.fileno(), raw.mode, closefd=False)
    file.name = raw.name
    found = io.TextIOWrapper(
        file, stream.encoding, stream.errors, "\n", line_buffering=stream.line_buffering, write_through=True
    )
    found.mode = stream.mode  # type: ignore[misc]
    return found


def working_folder() -> str:
    """The working folder; empty where it has been deleted."""
    try:
        return os.getcwd()  # noqa: PTH109
    except FileNotFoundError:
        return ""


def _hidden_by(folder: str) -> list[str]:
    """The loaded modules that a program in this folder would find there instead, had they not been loaded already."""
    tops = {name for name in _importable(folder) if _is_another(name, folder)}
    return [name for name in sys.modules if name.partition(".")[0] in tops]


def _importable(folder: str) -> set[str]:
    try:
        entries = list(Path(folder).iterdir())
    except OSError:
        return set()
    files = {entry.name.partition(".")[0] for entry in entries if entry.suffix in {".py", ".so", ".pyd"}}
    return files | {entry.name for entry in entries if (entry / "__init__.py").is_file()}


def _is_another(name: str, folder: str) -> bool:
    loaded = sys.modules.get(name)
    if loaded is None or name in _LOADED_BY_PYTHON:
        return False
    if BuiltinImporter.find_spec(name) is not None or FrozenImporter.find_spec(name) is not None:
        return False
    file = getattr(loaded, "__file__", None)
    return file is None or not Path(file).is_relative_to(os.path.realpath(folder))
