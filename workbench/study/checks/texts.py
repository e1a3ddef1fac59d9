"""The two texts that a check compares: a module's with the old version and with the new one, or of a notebook's functions alone."""

from __future__ import annotations

import io
import sys
import tokenize
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from workbench.study.scopes import global_uses
from workbench.study.splice import SpliceError, missing_names, one_def, source_of, spliced
from workbench.study.statements import parsed

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.study.checks.base import Subject, Version

FUTURE_ANNOTATIONS = 0x1000000
"""The flag of code under `from __future__ import annotations`."""
_PLAIN = (int, float, str, bool, bytes, type(None))


@dataclass(frozen=True, slots=True)
class Texts:
    """A module's text with each version, its encoding, and the names of the target within it."""

    old: str
    new: str
    old_name: str
    new_name: str
    encoding: str = "utf-8"

    def bytes_of(self, text: str) -> bytes:
        """A text as its file has it. Raises SpliceError where the file's encoding cannot say it."""
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise SpliceError(
                f"the candidate has a character that the file's encoding, {self.encoding}, has not: {error}"
            ) from error


def texts_of(case: Subject) -> Texts:
    """The target's module with the old and with the new version. Raises SpliceError where the new one cannot be put there."""
    name = case.target.partition(":")[2]
    old, encoding = case.old.module_text, "utf-8"
    if case.file is not None:
        try:
            data = case.file.read_bytes()
            encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
            old = old or data.decode(encoding.removesuffix("-sig"))
            encoding = encoding.removesuffix("-sig")
        except (OSError, SyntaxError, UnicodeDecodeError) as error:
            raise SpliceError(f"{case.file.name} cannot be read: {error}") from error
    if not old:
        raise SpliceError(f"the text of the module of {case.target} is not known")
    return Texts(
        old,
        case.new.module_text or spliced(old, name, case.new.source or source_of(case.new.function)),
        name,
        name,
        encoding,
    )


def alone(first: Version, second: Version) -> Texts:
    """A notebook's two functions, each as a module of its own with what it needs. Raises SpliceError where a name cannot be had."""
    (old, old_name), (new, new_name) = (_alone(version) for version in (first, second))
    return Texts(old, new, old_name, new_name)


def _alone(version: Version) -> tuple[str, str]:
    source = version.source or source_of(version.function)
    inner: Any = getattr(version.function, "__wrapped__", version.function)
    name = one_def(source)[1].name
    module = _Module()
    module.add(source, inner)
    if module.missing:
        names = ", ".join(sorted(module.missing))
        raise SpliceError(f"{version.label} uses {names}, which a module of its own could not import or define")
    future = "from __future__ import annotations\n" if _lazy(inner) else ""
    return future + "".join(module.heads) + "\n\n" + "\n\n".join(module.bodies), name


def _lazy(function: Any) -> bool:
    return bool(getattr(getattr(function, "__code__", None), "co_flags", 0) & FUTURE_ANNOTATIONS)


class _Module:
    """A module's text in the making: imports, constants and functions that a function of a notebook uses, and itself."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.bodies: list[str] = []
        self.missing: set[str] = set()
        self._met: set[str] = set()

    def add(self, source: str, function: Callable[..., Any]) -> None:
        """A function's source, what it needs before it."""
        names: dict[str, Any] = getattr(function, "__globals__", {})
        own = one_def(source)[1].name
        self._met.add(own)
        for name in missing_names("", own, source):
            if name not in self._met:
                self._met.add(name)
                self._provide(name, names)
        free = {use.node.id for use in global_uses(parsed(source, "the candidate"))} & set(_free(function)) - {own}
        self.missing |= free
        self.bodies.append(source)

    def _provide(self, name: str, names: dict[str, Any]) -> None:
        if name not in names:
            self.missing.add(name)
            return
        value = names[name]
        line = _import(name, value)
        if line:
            self.heads.append(line)
        elif type(value) in _PLAIN:
            self.heads.append(f"{name}: {'None' if value is None else type(value).__name__} = {value!r}\n")
        elif callable(value) and getattr(value, "__name__", "") == name and not isinstance(value, type):
            try:
                self.add(source_of(value), value)
            except SpliceError:
                self.missing.add(name)
        else:
            self.missing.add(name)


def _free(function: Any) -> tuple[str, ...]:
    return tuple(getattr(getattr(function, "__code__", None), "co_freevars", ()))


def _import(name: str, value: Any) -> str:
    """The line that imports what a name stands for, or "" where another process could not import it."""
    if isinstance(value, ModuleType):
        known = value.__name__
        return "" if known == "__main__" else f"import {known}" + (f" as {name}\n" if known != name else "\n")
    home = str(getattr(value, "__module__", "") or "")
    public = home.partition("._")[0].lstrip("_")
    for where in dict.fromkeys((public, home, "typing")):
        for word in dict.fromkeys((str(getattr(value, "__name__", name)), name)):
            found = getattr(sys.modules.get(where), word, None)
            if where not in {"", "__main__"} and found is value:
                return f"from {where} import {word}" + (f" as {name}\n" if word != name else "\n")
    return ""
